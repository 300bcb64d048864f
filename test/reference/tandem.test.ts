// schedsim's bounded topology against a recursion, request by request, and against schedsim's own runs.

import { describe, expect, it } from 'vitest';
import { expectMean } from '../support/statistics.js';
import { schedsimRuns } from './schedsim.js';
import { droppedShare, orders, ownShares } from './tandem.js';

const RUNS = 8;
const OWN_RUNS = 16;
/** Where less is dropped, no run is long enough to tell the orders apart. */
const bounded = schedsimRuns().bounded.filter(({ droppedShare: [share] }) => share > 0.002);

describe('two servers and a bounded buffer between them', () => {
  it.each(bounded)(
    'buffer $buffer, $lambda requests a microsecond',
    async ({ lambda, buffer, droppedShare: published }) => {
      const shares = { take: [] as number[], send: [] as number[] };
      for (const { simulated, expected } of await orders(15 * lambda, buffer, RUNS)) {
        for (const first of ['take', 'send'] as const) {
          const [got, wanted] = [simulated[first], expected[first]];
          expect([got.completed, got.dropped]).toEqual([wanted.completed, wanted.dropped]);
          expect(got.meanNs).toBeCloseTo(wanted.meanNs, 0);
          shares[first].push(droppedShare(got));
        }
      }
      // schedsim decides equal times now so, now so: its share lies between the two orders' …
      const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
      expect(mean(shares.take)).toBeLessThan(published[0]);
      expect(mean(shares.send)).toBeGreaterThan(published[0]);
      // … and the recursion in schedsim's own order has it.
      const own = await ownShares(lambda, buffer, OWN_RUNS);
      expectMean('dropped', own, published[0], {
        allowance: 3 * published[1],
        informative: published[0] < 1e-3 ? 2 : 0.25,
      });
    },
  );
});
