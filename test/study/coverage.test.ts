// What "95 %" means: of 400 intervals, each over eight seeds of its own, so many hold the true value. Three standard errors of a share of
// 0.95 in 400 are 3.3 %, so 91.7 to 98.3 %. The truth is a closed form where there is one, else the mean of all 3,200 runs, whose
// own error is a twentieth of an interval's. And a sweep of load over M/M/16 holds Erlang C at 90 of 100 points at least.
import { describe, expect, it } from 'vitest';
import { Simulation, resolveScenario, sweep, type Figures, type Result, type ScenarioInput } from '../../src/index.js';
import { meanInterval, pairedDifference, pairedRatio } from '../../src/metrics/confidence.js';
import type { Interval } from '../../src/metrics/figures.js';
import { headlineFigures } from '../../src/result/replications.js';
import { mmkQuantile, mmkWait } from '../support/queueing.js';

const MACROS = 400;
const SEEDS = 8;
const LEVEL = 0.95;
const MEAN_NS = 10_000;
const LOAD = 0.7;

type Arrivals = NonNullable<ScenarioInput['vms'][number]['workload']>['arrivals'];

function station(cores: number, arrivals: Arrivals, mechanism: ScenarioInput['mechanism'], duration: string) {
  const kept = mechanism === 'hyperflux' ? 1 : 0;
  return resolveScenario({
    version: 1,
    seed: 1,
    duration,
    warmup: '500us',
    host: { cores: cores + kept },
    mechanism,
    costs: mechanism === 'ideal' ? 'none' : {},
    fingerprint: false,
    vms: [
      {
        name: 'api',
        vcpus: { min: 1, max: cores },
        dispatch: 'single-queue',
        workload: { arrivals, request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] } },
      },
    ],
  });
}

/** Headline figures of every run, seed after seed: one simulation started anew. */
async function allRuns(scenario: ReturnType<typeof station>, extra: (result: Result) => Figures = () => ({})) {
  const simulation = await Simulation.create(scenario);
  const runs: Figures[] = [];
  for (let seed = 1; seed <= MACROS * SEEDS; seed++) {
    simulation.reset(seed);
    await simulation.run();
    const result = simulation.metrics();
    runs.push({ ...headlineFigures(result), ...extra(result) });
  }
  simulation.close();
  return runs;
}

const column = (runs: readonly Figures[], path: string): number[] => runs.map((run) => run[path]!);
const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;

/** The share of intervals, each over the next eight runs, that hold the truth. */
function coverage(truth: number, interval: (from: number, to: number) => Interval): number {
  let held = 0;
  for (let macro = 0; macro < MACROS; macro++) {
    const { low, high } = interval(macro * SEEDS, (macro + 1) * SEEDS);
    if (low! <= truth && truth <= high!) held += 1;
  }
  return held / MACROS;
}

const ofMeans = (values: readonly number[]) => (from: number, to: number) =>
  meanInterval(values.slice(from, to), LEVEL);

function expectCovered(share: number): void {
  expect(share).toBeGreaterThanOrEqual(0.917);
  expect(share).toBeLessThanOrEqual(0.983);
}

describe('intervals of 95 % hold the truth 95 times of 100', () => {
  it('for means, quantiles and paired differences of M/M/k', async () => {
    const arrivals = { process: 'poisson', rate: LOAD * 16 * 1e5 } as const;
    const runs = await allRuns(station(16, arrivals, 'ideal', '5ms'));
    const wait = mmkWait(16, LOAD, MEAN_NS);
    expectCovered(coverage(wait, ofMeans(column(runs, 'api.queueDelayNs.mean'))));
    expectCovered(coverage(MEAN_NS + wait, ofMeans(column(runs, 'api.latencyNs.mean'))));
    for (const [path, quantile] of [
      ['p50', 0.5],
      ['p99', 0.99],
    ] as const)
      expectCovered(coverage(mmkQuantile(16, LOAD, MEAN_NS, quantile), ofMeans(column(runs, `api.latencyNs.${path}`))));

    // the same arrivals and services with 14 servers
    const fewer = await allRuns(station(14, arrivals, 'ideal', '5ms'));
    const [base, value] = [runs, fewer].map((some) => column(some, 'api.latencyNs.mean')) as [number[], number[]];
    const waitOfFewer = mmkWait(14, (LOAD * 16) / 14, MEAN_NS);
    const pairs = (from: number, to: number) => [base.slice(from, to), value.slice(from, to), LEVEL] as const;
    expectCovered(coverage(waitOfFewer - wait, (from, to) => pairedDifference(...pairs(from, to))));
    expectCovered(coverage((MEAN_NS + waitOfFewer) / (MEAN_NS + wait), (from, to) => pairedRatio(...pairs(from, to))));
    // negative control: intervals of half that level hold it far less often
    expect(
      coverage(wait, (from, to) => meanInterval(column(runs, 'api.queueDelayNs.mean').slice(from, to), 0.5)),
    ).toBeLessThan(0.6);
  });

  it('for means, quantiles and differences of mechanisms under bursts', async () => {
    const arrivals = { process: 'onoff', onRate: 1e6, offRate: 5e4, meanOn: '100us', meanOff: '400us' } as const;
    const moved = await allRuns(station(12, arrivals, 'hyperflux', '30ms'));
    const ideal = await allRuns(station(12, arrivals, 'ideal', '30ms'));
    for (const path of ['api.latencyNs.mean', 'api.latencyNs.p99', 'api.queueDelayNs.mean', 'reallocation.count']) {
      const values = column(moved, path);
      expectCovered(coverage(mean(values), ofMeans(values)));
      const base = column(ideal, path);
      expectCovered(
        coverage(mean(values) - mean(base), (from, to) =>
          pairedDifference(base.slice(from, to), values.slice(from, to), LEVEL),
        ),
      );
    }
  });
});

it('a sweep of load over M/M/16 holds Erlang C at 90 of 100 points', async () => {
  const scenario = station(16, { process: 'poisson', rate: 1e6 }, 'ideal', '10ms');
  const { rows } = await sweep(scenario, { vary: ['load=0.4..0.9:100'], replications: SEEDS });
  expect(rows).toHaveLength(100);
  const held = rows.filter(({ point, figures }) => {
    const { low, high } = figures['api.latencyNs.mean']!;
    const truth = MEAN_NS + mmkWait(16, Number(point['load']), MEAN_NS);
    return low! <= truth && truth <= high!;
  });
  expect(held.length).toBeGreaterThanOrEqual(90);
  expect(held.length).toBeLessThanOrEqual(100);
});
