// The negative control of NSDI'22, and where it turns: at 1 and 3 us moving cores loses to as many cores that stay, in p99 and in the
// mean, under every mechanism that moves any; at 100 us it wins.

import { describe, expect, it } from 'vitest';
import { MOVERS, compareAt, loss } from './negative-control.js';

describe('moving cores at equal efficiency', () => {
  it.each(MOVERS.flatMap((mover) => [1, 3].map((sizeUs) => ({ mover, sizeUs }))))(
    '$mover does not beat static for tasks of $sizeUs us',
    async ({ mover, sizeUs }) => {
      const comparison = await compareAt(mover, sizeUs);
      for (const figure of ['p99Us', 'meanUs'] as const) {
        const { value, se } = loss(comparison, figure);
        expect(value - 3 * se, `${figure}: moving / static - 1 is ${value} ± ${se}`).toBeGreaterThan(0);
      }
    },
  );

  it.each(MOVERS)('%s beats static for tasks of 100 us', async (mover) => {
    const comparison = await compareAt(mover, 100);
    for (const figure of ['p99Us', 'meanUs'] as const) {
      const { value, se } = loss(comparison, figure);
      expect(value + 3 * se, `${figure}: moving / static - 1 is ${value} ± ${se}`).toBeLessThan(0);
    }
  });
});
