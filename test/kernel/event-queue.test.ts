// The event queue beside a naive model: (time, rank, place) in an array that is searched for the least.
// Swarm testing: each case draws its own weights of the operations, so that some only grow, some mostly cancel, some tie.

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { openProbe, type Probe } from '../support/probe.js';

const SEED = 20_261_121;

interface Pending {
  readonly time: number;
  readonly rank: number;
  readonly place: number;
}

const precedes = (a: Pending, b: Pending): boolean =>
  a.time === b.time ? (a.rank === b.rank ? a.place < b.place : a.rank < b.rank) : a.time < b.time;

/** Up to this rank the place among equals is that of scheduling, beyond it the slot's number. */
const SCHEDULED = 5;

class Model {
  private readonly pending = new Map<number, Pending>();
  private sequence = 0;

  schedule(slot: number, time: number, rank: number): void {
    this.pending.set(slot, { time, rank, place: rank <= SCHEDULED ? this.takeSequence() : slot });
  }
  scheduleAt(slot: number, time: number, rank: number, sequence: number): void {
    this.pending.set(slot, { time, rank, place: rank <= SCHEDULED ? sequence : slot });
  }
  takeSequence(): number {
    return this.sequence++;
  }
  cancel(slot: number): void {
    this.pending.delete(slot);
  }
  isPending(slot: number): boolean {
    return this.pending.has(slot);
  }
  first(): { slot: number; time: number } | undefined {
    let best: (Pending & { slot: number }) | undefined;
    for (const [slot, event] of this.pending) {
      if (best === undefined || precedes(event, best)) best = { slot, ...event };
    }
    return best;
  }
}

const KINDS = ['schedule', 'cancel', 'take', 'peek', 'take-and-schedule', 'keep-place'] as const;
const operation = fc.record({ kind: fc.nat(), slot: fc.nat(), delay: fc.nat(), far: fc.boolean(), rank: fc.nat() });
const swarm = fc.record({
  slots: fc.integer({ min: 1, max: 200 }),
  /** Delays below it: small means many ties. */
  spread: fc.constantFrom(1, 3, 50, 1_000_000, 2 ** 40),
  /** How many kinds there are; 1: all are of one rank. */
  ranks: fc.constantFrom(1, 2, 16, 32),
  weights: fc.tuple(...KINDS.map(() => fc.integer({ min: 0, max: 8 }))),
  operations: fc.array(operation, { minLength: 1, maxLength: 400, size: 'max' }),
});

function chosen(weights: readonly number[], draw: number): (typeof KINDS)[number] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let at = total === 0 ? 0 : draw % total;
  for (const [i, weight] of weights.entries()) {
    if (at < weight) return KINDS[i]!;
    at -= weight;
  }
  return 'schedule';
}

describe('event queue', () => {
  let probe: Probe;
  beforeAll(async () => {
    probe = await openProbe();
  });

  it('does what a sorted list does, whatever is scheduled, moved, cancelled and taken', () => {
    fc.assert(
      fc.property(swarm, ({ slots, spread, ranks, weights, operations }) => {
        expect(probe.queueCreate(slots)).toBe(1);
        const model = new Model();
        const kept = new Map<number, number>();
        let now = 0;
        const takeFirst = (): void => {
          const first = model.first();
          expect(probe.queuePeek()).toBe(first?.time ?? -1);
          if (first === undefined) return;
          expect(probe.queueTake()).toBe(first.slot);
          model.cancel(first.slot);
          now = first.time;
        };
        const scheduleOne = (slot: number, delay: number, rank: number): void => {
          probe.queueSchedule(slot, now + delay, rank);
          model.schedule(slot, now + delay, rank);
        };
        for (const { kind, slot: drawn, delay: length, far, rank: drawnRank } of operations) {
          const rank = drawnRank % ranks;
          const slot = drawn % slots;
          const delay = (length % spread) * (far ? 1000 : 1);
          const what = chosen(weights, kind);
          if (what === 'schedule') scheduleOne(slot, delay, rank);
          else if (what === 'cancel') {
            probe.queueCancel(slot);
            model.cancel(slot);
          } else if (what === 'peek') expect(probe.queuePeek()).toBe(model.first()?.time ?? -1);
          else if (what === 'keep-place') {
            // a place that was taken once and is given again, as a task's end keeps its own
            if (!kept.has(slot)) {
              kept.set(slot, model.takeSequence());
              expect(probe.queueTakeSequence()).toBe(kept.get(slot)!);
            }
            const ranked = rank % (SCHEDULED + 1);
            probe.queueScheduleAt(slot, now + delay, ranked, kept.get(slot)!);
            model.scheduleAt(slot, now + delay, ranked, kept.get(slot)!);
          } else {
            takeFirst();
            if (what === 'take-and-schedule') scheduleOne(slot, delay, rank);
          }
          expect(Boolean(probe.queueIsPending(slot))).toBe(model.isPending(slot));
        }
        while (model.first() !== undefined) takeFirst();
        expect(probe.queuePeek()).toBe(-1);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('gives equals beyond the ranks of what was scheduled by the number of their slot', () => {
    probe.queueCreate(6);
    for (const slot of [3, 1, 4, 0, 5]) probe.queueSchedule(slot, 100, SCHEDULED + 1);
    probe.queueSchedule(0, 100, SCHEDULED + 1);
    const order: number[] = [];
    while (probe.queuePeek() >= 0) order.push(probe.queueTake());
    expect(order).toEqual([0, 1, 3, 4, 5]);
  });

  it('gives a place that was taken before back to an event that comes back to its time', () => {
    probe.queueCreate(2);
    const first = probe.queueTakeSequence();
    probe.queueScheduleAt(1, 100, 1, first);
    probe.queueSchedule(0, 100, 1);
    probe.queueSchedule(1, 50, 7); // something else comes before
    probe.queueScheduleAt(1, 100, 1, first);
    expect([probe.queuePeek(), probe.queueTake(), probe.queuePeek(), probe.queueTake()]).toEqual([100, 1, 100, 0]);
  });

  it('gives events of one nanosecond by their rank, whatever the order in which they were scheduled', () => {
    probe.queueCreate(6);
    for (const [slot, rank] of [
      [3, 9],
      [1, 0],
      [4, 31],
      [0, 9],
      [5, 2],
    ] as const)
      probe.queueSchedule(slot, 100, rank);
    probe.queueSchedule(2, 101, 0); // a later time comes later, whatever its rank
    const order: number[] = [];
    while (probe.queuePeek() >= 0) order.push(probe.queueTake());
    expect(order).toEqual([1, 5, 0, 3, 4, 2]);
  });

  it('gives equal times and ranks in the order in which they were scheduled, a moved event behind the others', () => {
    probe.queueCreate(6);
    for (const slot of [3, 1, 4, 0, 5]) probe.queueSchedule(slot, 100, SCHEDULED);
    probe.queueSchedule(1, 100, SCHEDULED);
    const order: number[] = [];
    while (probe.queuePeek() === 100) order.push(probe.queueTake());
    expect(order).toEqual([3, 4, 0, 5, 1]);
  });

  it('keeps order at the greatest times there are', () => {
    probe.queueCreate(3);
    probe.queueSchedule(0, 2 ** 53 - 1, 0);
    probe.queueSchedule(1, 2 ** 53 - 2, 31);
    probe.queueSchedule(2, 0, 31);
    const order: number[] = [];
    while (probe.queuePeek() >= 0) order.push(probe.queueTake());
    expect(order).toEqual([2, 1, 0]);
    // what lies beyond every run keeps its place behind what does not
    probe.queueSchedule(0, 2 ** 62, 0);
    probe.queueSchedule(1, 2 ** 53 - 1, 31);
    expect(probe.queuePeek()).toBe(2 ** 53 - 1);
    expect(probe.queueTake()).toBe(1);
    expect(probe.queuePeek()).toBeGreaterThan(2 ** 58);
  });

  it('is unharmed by cancelling what is not pending, the root and a hole included', () => {
    probe.queueCreate(4);
    probe.queueCancel(2);
    probe.queueSchedule(0, 5, 1);
    probe.queueSchedule(1, 7, 1);
    expect(probe.queuePeek()).toBe(5);
    expect(probe.queueTake()).toBe(0);
    probe.queueCancel(0);
    probe.queueCancel(1);
    expect(probe.queuePeek()).toBe(-1);
    probe.queueSchedule(3, 9, 1);
    expect(probe.queuePeek()).toBe(9);
  });
});
