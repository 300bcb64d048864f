// schedsim's topologies and service laws against closed forms, long simulations and its own runs.

import { describe, it } from 'vitest';
import { meanDelay, meanLatency, replicateOnce, us } from '../support/scenarios.js';
import { expectMean } from '../support/statistics.js';
import { boundedCases, boundedFigures, ownCases, schedsimCases } from './schedsim.js';

const RUNS = 24;
// what a bound keeps out varies less than a wait, but for the rare long services
const BOUNDED_RUNS = 12;
const WILD_RUNS = 48;

describe("schedsim's topologies", () => {
  it.each(schedsimCases())('$topology, $law at load $load', async ({ input, expectedUs, allowanceUs, wild }) => {
    const runs = await replicateOnce(input, RUNS);
    expectMean('Wq', us(runs, meanDelay), expectedUs, {
      allowance: allowanceUs,
      informative: wild ? 1 : expectedUs < 0.1 ? 0.5 : 0.2,
    });
  });
});

describe("schedsim's topologies with bounded queues", () => {
  it.each(boundedCases())(
    '$topology, $law at load $load, room for $queueLimit to wait',
    async ({ input, expected, wild }) => {
      const figures = (await replicateOnce(input, wild ? WILD_RUNS : BOUNDED_RUNS)).map(boundedFigures);
      const lost = figures.map((figure) => figure.lost);
      expectMean('lost', lost, expected.lost, { informative: expected.lost < 0.02 ? 0.4 : 0.15 });
      const W = figures.map((figure) => figure.W);
      expectMean('W', W, expected.W, { allowance: 0.001, informative: 0.15 });
    },
  );
});

describe("schedsim's own runs", () => {
  it.each(ownCases())('$topology, $law', async ({ input, sojournUs, p99Us, wild }) => {
    const runs = await replicateOnce(input, RUNS);
    const informative = wild ? 1 : 0.2;
    expectMean('W', us(runs, meanLatency), sojournUs[0], { allowance: 3 * sojournUs[1] + 0.001, informative });
    const p99 = us(runs, (run) => run.vm.latencyNs.p99);
    expectMean('p99', p99, p99Us[0], { allowance: 3 * p99Us[1] + p99Us[0] / 1024, informative });
  });
});
