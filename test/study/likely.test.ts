// Where a search begins, against Erlang's formula written once more; and that what it begins with is no worse than halving.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveScenario } from '../../src/scenario/resolve.js';
import { loadScenario } from '../../src/scenario/load.js';
import { likelyCores } from '../../src/study/likely.js';
import { erlangC } from '../support/queueing.js';

const US = 10;

type Arrivals = NonNullable<NonNullable<Parameters<typeof resolveScenario>[0]['vms']>[number]['workload']>['arrivals'];

const scenarioOf = (arrivals: Arrivals, { quantile = 0.99, targetUs = 50, min = 0, max = 64, count = 1 } = {}) =>
  resolveScenario({
    version: 1,
    seed: 1,
    duration: '1ms',
    host: { cores: 128 },
    mechanism: 'ideal',
    vms: [
      {
        name: 'api',
        count,
        vcpus: { min, max },
        slo: { quantile, latency: `${targetUs}us` },
        workload: {
          arrivals,
          request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: `${US}us` } }] },
        },
      },
      { name: 'batch', vcpus: { min: 3, max: 8 } },
    ],
  });

describe('cores that are likely to be needed', () => {
  it('are the least by which M/M/k waits no longer than it may, and what others are guaranteed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.constantFrom(0.5, 0.9, 0.99, 0.999),
        fc.integer({ min: 10, max: 400 }),
        (kilo, quantile, targetUs) => {
          const load = (kilo * US) / 1000;
          const waits = (k: number): number => erlangC(k, load / k) * Math.exp((-(k - load) * (targetUs - US)) / US);
          let least = Math.floor(load) + 1;
          while (waits(least) > 1 - quantile) least++;
          const arrivals = { process: 'poisson' as const, rate: kilo * 1000 };
          expect(likelyCores(scenarioOf(arrivals, { quantile, targetUs }))).toBe(Math.min(least, 64) + 3);
        },
      ),
      { seed: 1 },
    );
  });

  it('are those of a burst where more requests come in bursts than may be late', () => {
    const bursts = (onRate: number) => ({
      process: 'onoff' as const,
      onRate,
      offRate: 1e5,
      meanOn: '1ms',
      meanOff: '99ms',
    });
    // 1,200 of 11,100 requests; 10 of 9,910
    expect(likelyCores(scenarioOf(bursts(1.2e6), { targetUs: 200 }))).toBe(13 + 3);
    expect(likelyCores(scenarioOf(bursts(1.01e4), { targetUs: 200 }))).toBe(2 + 3);
    const states = [
      { rate: 1e5, meanDwell: '99ms' },
      { rate: 1.2e6, meanDwell: '1ms' },
    ];
    expect(likelyCores(scenarioOf({ process: 'mmpp', states }, { targetUs: 200, count: 2 }))).toBe(2 * 13 + 3);
  });

  it('are no more than vCPUs, no fewer than guaranteed, and unknown where clients wait for answers', () => {
    const poisson = { process: 'poisson' as const, rate: 1e6 };
    expect(likelyCores(scenarioOf(poisson, { max: 4 }))).toBe(4 + 3);
    expect(likelyCores(scenarioOf(poisson, { min: 40 }))).toBe(40 + 3);
    expect(
      likelyCores(scenarioOf({ process: 'closed', clients: 4, think: { dist: 'constant', value: '1ms' } })),
    ).toBeUndefined();
  });

  it('are what the search finds in the example of a burst', async () => {
    const { scenario } = await loadScenario('examples/burst.yaml', {});
    expect(likelyCores(scenario)).toBe(15);
  });
});
