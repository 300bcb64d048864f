// schedsim's topologies and service laws: the mean wait against closed forms and long simulations.

import { describe, it } from 'vitest';
import { meanDelay, replicate, us } from '../support/scenarios.js';
import { expectMean } from '../support/statistics.js';
import { schedsimCases } from './schedsim.js';

const RUNS = 24;

describe("schedsim's topologies", () => {
  it.each(schedsimCases())('$topology, $law at load $load', async ({ input, expectedUs, allowanceUs, wild }) => {
    const runs = await replicate(input, RUNS);
    expectMean('Wq', us(runs, meanDelay), expectedUs, {
      allowance: allowanceUs,
      informative: wild ? 1 : expectedUs < 0.1 ? 0.5 : 0.2,
    });
  });
});
