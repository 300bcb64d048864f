// The event queue beside a naive model: pairs of (time, sequence) in an array that is searched for the least.
// Swarm testing: each case draws its own weights of the operations, so that some only grow, some mostly cancel, some tie.

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { openProbe, type Probe } from '../support/probe.js';

const SEED = 20_261_121;

class Model {
  private readonly pending = new Map<number, { time: number; sequence: number }>();
  private sequence = 0;

  schedule(slot: number, time: number): void {
    this.pending.set(slot, { time, sequence: this.sequence++ });
  }
  cancel(slot: number): void {
    this.pending.delete(slot);
  }
  isPending(slot: number): boolean {
    return this.pending.has(slot);
  }
  first(): { slot: number; time: number } | undefined {
    let best: { slot: number; time: number; sequence: number } | undefined;
    for (const [slot, { time, sequence }] of this.pending) {
      if (best === undefined || time < best.time || (time === best.time && sequence < best.sequence))
        best = { slot, time, sequence };
    }
    return best;
  }
}

const KINDS = ['schedule', 'cancel', 'take', 'peek', 'take-and-schedule'] as const;
const operation = fc.record({ kind: fc.nat(), slot: fc.nat(), delay: fc.nat(), far: fc.boolean() });
const swarm = fc.record({
  slots: fc.integer({ min: 1, max: 200 }),
  /** Delays below it: small means many ties. */
  spread: fc.constantFrom(1, 3, 50, 1_000_000, 2 ** 40),
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
      fc.property(swarm, ({ slots, spread, weights, operations }) => {
        expect(probe.queueCreate(slots)).toBe(1);
        const model = new Model();
        let now = 0;
        const takeFirst = (): void => {
          const first = model.first();
          expect(probe.queuePeek()).toBe(first?.time ?? -1);
          if (first === undefined) return;
          expect(probe.queueTake()).toBe(first.slot);
          model.cancel(first.slot);
          now = first.time;
        };
        const scheduleOne = (slot: number, delay: number): void => {
          probe.queueSchedule(slot, now + delay);
          model.schedule(slot, now + delay);
        };
        for (const { kind, slot: drawn, delay: length, far } of operations) {
          const slot = drawn % slots;
          const delay = (length % spread) * (far ? 1000 : 1);
          const what = chosen(weights, kind);
          if (what === 'schedule') scheduleOne(slot, delay);
          else if (what === 'cancel') {
            probe.queueCancel(slot);
            model.cancel(slot);
          } else if (what === 'peek') expect(probe.queuePeek()).toBe(model.first()?.time ?? -1);
          else {
            takeFirst();
            if (what === 'take-and-schedule') scheduleOne(slot, delay);
          }
          expect(Boolean(probe.queueIsPending(slot))).toBe(model.isPending(slot));
        }
        while (model.first() !== undefined) takeFirst();
        expect(probe.queuePeek()).toBe(-1);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('gives equal times in the order in which they were scheduled, a moved event behind the others', () => {
    probe.queueCreate(6);
    for (const slot of [3, 1, 4, 0, 5]) probe.queueSchedule(slot, 100);
    probe.queueSchedule(1, 100);
    const order: number[] = [];
    while (probe.queuePeek() === 100) order.push(probe.queueTake());
    expect(order).toEqual([3, 4, 0, 5, 1]);
  });

  it('keeps order at the greatest times there are', () => {
    probe.queueCreate(3);
    probe.queueSchedule(0, 2 ** 53 - 1);
    probe.queueSchedule(1, 2 ** 53 - 2);
    probe.queueSchedule(2, 0);
    const order: number[] = [];
    while (probe.queuePeek() >= 0) order.push(probe.queueTake());
    expect(order).toEqual([2, 1, 0]);
  });

  it('is unharmed by cancelling what is not pending, the root and a hole included', () => {
    probe.queueCreate(4);
    probe.queueCancel(2);
    probe.queueSchedule(0, 5);
    probe.queueSchedule(1, 7);
    expect(probe.queuePeek()).toBe(5);
    expect(probe.queueTake()).toBe(0);
    probe.queueCancel(0);
    probe.queueCancel(1);
    expect(probe.queuePeek()).toBe(-1);
    probe.queueSchedule(3, 9);
    expect(probe.queuePeek()).toBe(9);
  });
});
