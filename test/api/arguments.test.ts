// Whatever a program passes to an exported function, an error names the argument: no TypeError of something further inside. Every function
// of every entry is called with each of BAD first; then, with a first argument that is right, each option of a study is.
import { describe, expect, it } from 'vitest';
import * as core from '../../src/core-entry.js';
import * as main from '../../src/index.js';
import * as node from '../../src/node-entry.js';
import * as report from '../../src/report-entry.js';
import { memoryHost, resolveScenario, type ScenarioInput } from '../../src/index.js';

type Call = (...given: unknown[]) => unknown;

const BAD: readonly unknown[] = [undefined, null, {}, 'no', NaN, -1, [], [undefined], true, () => 1];
const shown = (value: unknown): string => (typeof value === 'function' ? 'a function' : String(JSON.stringify(value)));

/** What is not called with some of them, and why. */
const LEFT_OUT: Readonly<Record<string, (bad: unknown) => boolean>> = {
  suite: (bad) => bad === undefined || typeof bad === 'object' || typeof bad === 'function', // takes it, and runs for minutes
  reproduce: (bad) => bad === undefined, // all experiments
  buildCore: (bad) => bad === 'no', // is compiled
  WebWorkers: () => true, // what it takes is the page's
  InputError: () => true, // of one's own making
  toStableJson: () => true, // takes any value
};
/** Told in a class of its own, or a TypeError that begins with the argument. */
const isNamed = (error: unknown): boolean =>
  !(error instanceof TypeError || error instanceof ReferenceError) ||
  /^(core|nothing that a report is made of)/.test(error.message);

async function became(call: () => unknown): Promise<string> {
  try {
    const answer = await call();
    // a generator begins when it is asked
    if (Object.prototype.toString.call(answer) === '[object AsyncGenerator]') await (answer as AsyncGenerator).next();
    return 'taken';
  } catch (error) {
    return isNamed(error) ? 'told' : String(error);
  }
}

const isClass = (value: Call): boolean => /^class\b/.test(Function.prototype.toString.call(value));

describe.each(Object.entries({ main, core, node, report }))('every function of the entry %s', (_, entry) => {
  it('names the first argument where it is wrong', async () => {
    const wrong: string[] = [];
    let calls = 0;
    for (const [name, value] of Object.entries(entry) as [string, unknown][]) {
      if (typeof value !== 'function' || isClass(value as Call)) continue;
      for (const bad of BAD) {
        if (LEFT_OUT[name]?.(bad) === true) continue;
        calls++;
        const came = await became(() => (value as Call)(bad));
        if (!/^(taken|told)$/.test(came)) wrong.push(`${name}(${shown(bad)}): ${came}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(calls).toBeGreaterThan(10);
  });
});

const input: ScenarioInput = {
  version: 1,
  seed: 1,
  duration: '200us',
  host: { cores: 4 },
  mechanism: 'hyperflux',
  vms: [
    {
      name: 'api',
      vcpus: { min: 1, max: 2 },
      slo: { quantile: 0.9, latency: '1ms' },
      workload: {
        arrivals: { process: 'poisson', rate: 1e5 },
        request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] },
      },
    },
  ],
};
const scenario = resolveScenario(input);
const files = memoryHost({ t: 'page,write\n1,0\n2,1\n1,0\n' });
const pages = { format: 'csv', files, policies: ['lru'], capacities: [1], pageColumn: 'page', seed: 1, swapIn: '1us' };
const judged = { only: ['bursts'], replications: 1, durationNs: 1e5, straight: true, heldOut: undefined };

/** A call with options that are right, of which one after the other is replaced. */
const WITH_OPTIONS: Readonly<
  Record<string, readonly [(options: never) => unknown, Readonly<Record<string, unknown>>]>
> = {
  create: [(o) => main.Simulation.create(input, o), { module: undefined, policy: undefined, files: undefined }],
  replicate: [(o) => main.replicate(scenario, o), { replications: 1, policy: undefined, module: undefined }],
  compare: [(o) => main.compare(scenario, o), { mechanisms: ['ideal'], replications: 1, sizing: false, mostCores: 8 }],
  size: [
    (o) => main.size(scenario, o),
    { find: 'host.cores=4..5', objectives: ['api.slo'], mechanisms: ['ideal'], replications: 1 },
  ],
  sweep: [
    (o) => main.sweep(scenario, o),
    { vary: ['host.cores=4,5'], mechanisms: ['ideal'], latin: undefined, until: undefined, workers: undefined },
  ],
  suite: [(o) => main.suite(o), { only: [], mechanisms: ['static'], own: undefined, replications: 0 }],
  judge: [(o) => main.judge({ mechanism: 'static' }, o), { ...judged, replications: 0 }],
  'what is judged': [(o: object) => main.judge(o, judged), { mechanism: 'no' }],
  why: [(o) => main.why(input, o), { fromNs: 0, untilNs: 1e5, horizonNs: 1e5, atMost: 1 }],
  replayPages: [(o) => main.replayPages('t', o), pages],
  missRatioCurve: [(o) => main.missRatioCurve('t', o), { ...pages, capacities: [1], samplingRate: 1 }],
  missRatioCurves: [(o) => main.missRatioCurves('t', o), { ...pages, capacities: [1], samplingRate: 1 }],
  reproduce: [(o) => main.reproduce('edgeflow', o), { set: ['nosuch=1'] }],
  parseScenario: [(o) => main.parseScenario('version: 1', o), { set: undefined }],
  openTrace: [(o) => main.openTrace(o, files), { file: 't', format: 'csv' }],
  withMechanism: [({ kind }: { kind: never }) => main.withMechanism(scenario, kind), { kind: 'ideal' }],
  withFields: [({ set }: { set: never }) => main.withFields(scenario, set), { set: [] }],
  evaluateAssertion: [
    ({ text, result }: { text: string; result: object }) => main.evaluateAssertion(text, result),
    { text: 'api.slo', result: { vms: [] } },
  ],
};

describe('every option', () => {
  it.each(['create', 'restore'] as const)('and what Simulation.%s takes is named where it is wrong', async (name) => {
    for (const bad of BAD) {
      const answer = main.Simulation[name](bad as never);
      await expect(answer, shown(bad)).rejects.toBeInstanceOf(main.InputError);
    }
  });

  it.each(Object.entries(WITH_OPTIONS))('of %s is named where it is wrong', async (_, [call, right]) => {
    const wrong: string[] = [];
    for (const key of Object.keys(right))
      for (const bad of BAD) {
        const came = await became(() => call({ ...right, [key]: bad } as never));
        if (!/^(taken|told)$/.test(came)) wrong.push(`${key} = ${shown(bad)}: ${came}`);
      }
    expect(wrong).toEqual([]);
  });

  it('is told with what is taken', async () => {
    await expect(main.judge({ mechanism: 'no' as 'ideal' })).rejects.toThrow(
      'mechanism: given "no", expected some of ideal, ',
    );
    await expect(main.compare(input as never, { mechanisms: ['ideal'] })).rejects.toThrow(
      'expected a resolved scenario, as resolveScenario(…) and parseScenario(…).scenario are',
    );
    await expect(main.sweep(scenario, { vary: 'host.cores=4' as never })).rejects.toThrow(
      'vary: given "host.cores=4", expected a list',
    );
    expect(() => report.renderRun({ runs: [] } as never)).toThrow(
      'result: given {"runs":[]}, expected the result of a run',
    );
  });
});
