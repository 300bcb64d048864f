// The naive calculation of groups that share a CPU by weight (bench/real/shares.mjs), in cases that can be gone through by hand.

import { describe, expect, it } from 'vitest';
import { type Group, byShares } from '../../bench/real/shares.mjs';

const MS = 1e6;
const RULES = { periodNs: 100 * MS, sliceNs: 1.4 * MS, tickNs: 4 * MS };
/** Instant and length, in ms. */
const group = (...tasks: readonly (readonly [number, number])[]): Group => ({
  tasks: tasks.map(([at, length]) => ({ atNs: at * MS, serviceNs: length * MS })),
});
const inMs = (values: readonly number[]): number[] => values.map((ns) => ns / MS);

describe('groups that share a CPU by weight', () => {
  it('are looked at when a task ends, and at ticks once a slice is over', () => {
    // The second comes with nothing owed, behind one whose slice is over: the tick at 4 ms gives it the CPU, and at 8 ms again.
    const [long, short] = byShares([group([0, 10]), group([3, 1], [6, 1])], RULES);
    expect([inMs(long!.waitsNs), inMs(long!.latenciesNs)]).toEqual([[0], [12]]);
    expect([inMs(short!.waitsNs), inMs(short!.latenciesNs)]).toEqual([
      [1, 2],
      [2, 3],
    ]);
    // Short tasks end often: then is looked at, too.
    const [, beside] = byShares(
      [group(...Array.from({ length: 10 }, () => [0, 0.5] as const)), group([0.7, 0.2])],
      RULES,
    );
    expect(inMs(beside!.waitsNs)).toEqual([expect.closeTo(0.3, 9)]);
  });

  it('are owed what others ran before them: who was cut short comes first when it comes back', () => {
    // The second ran 0.2 of its part while the first ran 5: what it is owed, within bounds, takes the CPU from the first at once.
    const [, short] = byShares([group([0, 20]), group([1, 0.2], [5, 0.2])], RULES);
    expect(inMs(short!.waitsNs)).toEqual([expect.closeTo(3, 9), 0]);
  });

  it('have the CPU in the proportion of their weights', () => {
    const busy = (weight: number): Group => ({
      ...group(...Array.from({ length: 300 }, () => [0, 1] as const)),
      weight,
    });
    for (const [weights, part] of [
      [[1, 1], 1 / 2],
      [[1, 3], 3 / 4],
      [[2, 1], 1 / 3],
    ] as const) {
      const done = byShares(weights.map(busy), RULES);
      // What the second has done by 200 ms.
      const by = done[1]!.latenciesNs.filter((ns) => ns <= 200 * MS).length;
      expect(Math.abs(by - 200 * part)).toBeLessThan(4);
    }
  });

  it('do not lose what they have run to a neighbour that sleeps: what was run beyond a part is paid by waiting', () => {
    // 6 ms in one go, against a neighbour that is always busy: the next one waits until that has had as much.
    const [, bursts] = byShares(
      [group(...Array.from({ length: 60 }, () => [0, 0.5] as const)), group([1, 6], [8, 1])],
      {
        ...RULES,
        tickNs: 100 * MS,
      },
    );
    expect(bursts!.latenciesNs[1]! / MS).toBeGreaterThan(4);
  });

  it('stand still without quota, and keep of it what they are allowed', () => {
    const throttled = { ...group([0, 5], [10, 5]), quotaNs: 3 * MS };
    const rules = { ...RULES, periodNs: 10 * MS };
    const [none] = byShares([throttled], rules);
    // 3 of 5 ms, 7 of rest, 2 more; then 1, which is left, 3 and 1, each after 7 of rest.
    expect([none!.throttledNs / MS, inMs(none!.latenciesNs)]).toEqual([21, [12, 21]]);
    const [, beside] = byShares([throttled, group([4, 1])], rules);
    expect(inMs(beside!.waitsNs)).toEqual([0]);
    const [kept] = byShares([{ ...group([0, 1], [10, 4]), quotaNs: 3 * MS }], { ...rules, keptNs: MS });
    expect([kept!.throttledNs, inMs(kept!.latenciesNs)]).toEqual([0, [1, 4]]);
  });
});
