// schedsim's bounded topology against a recursion, request by request, and against schedsim's own runs.

import { describe, expect, it } from 'vitest';
import { expectMean } from '../support/statistics.js';
import { schedsimRuns } from './schedsim.js';
import { droppedShare, firstServer, inSchedsimOrder, recursion, secondServer } from './tandem.js';

const RUNS = 8;
/** Where less is dropped, no run is long enough to tell the orders apart. */
const bounded = schedsimRuns().bounded.filter(({ droppedShare: [share] }) => share > 0.002);

describe('two servers and a bounded buffer between them', () => {
  it.each(bounded)(
    'buffer $buffer, $lambda requests a microsecond',
    async ({ lambda, buffer, droppedShare: published }) => {
      const shares = { take: [] as number[], send: [] as number[] };
      for (let seed = 1; seed <= RUNS; seed++) {
        const done = await firstServer(15 * lambda, 1_000, seed);
        expect(done.nextServiceNs.every((ns) => ns === 10_000 || ns === 20_000)).toBe(true);
        for (const first of ['take', 'send'] as const) {
          const simulated = await secondServer(done, buffer, first);
          const expected = recursion(done, buffer, first);
          expect([simulated.completed, simulated.dropped]).toEqual([expected.completed, expected.dropped]);
          expect(simulated.meanNs).toBeCloseTo(expected.meanNs, 0);
          shares[first].push(droppedShare(simulated));
        }
      }
      // schedsim decides equal times now so, now so: its share lies between the two orders' …
      const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
      expect(mean(shares.take)).toBeLessThan(published[0]);
      expect(mean(shares.send)).toBeGreaterThan(published[0]);
      // … and the recursion in schedsim's own order has it.
      const own = Array.from({ length: 16 }, (_, i) => inSchedsimOrder(lambda, buffer, 2e6, i));
      expectMean('dropped', own, published[0], {
        allowance: 3 * published[1],
        informative: published[0] < 1e-3 ? 2 : 0.25,
      });
    },
  );
});
