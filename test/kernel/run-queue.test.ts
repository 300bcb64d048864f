// Run queues beside plain arrays: both ends, and stealing of the oldest, wherever they stand, with its merge by ready time. As in
// a guest, who goes to the tail is ready now, who goes to the head was preempted and may be ready since any earlier instant.

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { openProbe, u32At, type Probe } from '../support/probe.js';

const SEED = 20_261_122;
const QUEUES = 3;
const TASKS_MAX = 120;

interface Waiting {
  number: number;
  readyAt: number;
}

/** Two orders become one by repeatedly taking the head that is ready since longer; on a tie `to`'s. */
function merged(to: Waiting[], moved: Waiting[]): Waiting[] {
  const [a, b] = [[...to], [...moved]];
  const out: Waiting[] = [];
  while (a.length > 0 && b.length > 0) out.push(b[0]!.readyAt < a[0]!.readyAt ? b.shift()! : a.shift()!);
  return [...out, ...a, ...b];
}

/** Takes the `n` oldest out; of equals those further ahead. */
function oldestOf(queue: Waiting[], n: number): Waiting[] {
  return Array.from({ length: n }, () => {
    const least = Math.min(...queue.map(({ readyAt }) => readyAt));
    return queue.splice(
      queue.findIndex(({ readyAt }) => readyAt === least),
      1,
    )[0]!;
  });
}

const operation = fc.record({
  kind: fc.nat(),
  queue: fc.integer({ min: 0, max: QUEUES - 1 }),
  other: fc.integer({ min: 1, max: QUEUES - 1 }),
  readyAt: fc.integer({ min: 0, max: 40 }),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
});
const swarm = fc.record({
  weights: fc.tuple(
    fc.integer({ min: 1, max: 8 }),
    fc.integer({ min: 0, max: 4 }),
    fc.integer({ min: 0, max: 8 }),
    fc.integer({ min: 0, max: 8 }),
  ),
  operations: fc.array(operation, { minLength: 1, maxLength: TASKS_MAX, size: 'max' }),
});

describe('run queue', () => {
  let probe: Probe;
  let out: number;
  beforeAll(async () => {
    probe = await openProbe();
    out = probe.room(4 * TASKS_MAX);
  });
  const list = (q: number): number[] => [...u32At(probe, out, probe.runQueueList(q, out))];

  it('does what arrays do, whatever is pushed, popped and stolen', () => {
    fc.assert(
      fc.property(swarm, ({ weights, operations }) => {
        const queues = Array.from({ length: QUEUES }, () => probe.runQueueCreate());
        const models: Waiting[][] = queues.map(() => []);
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        let number = 1;
        let now = 0;
        for (const { kind, queue, other, readyAt, share } of operations) {
          const model = models[queue]!;
          let at = kind % total;
          const which = weights.findIndex((weight) => (at -= weight) < 0);
          now += readyAt % 4; // often the same instant again
          if (which <= 1) {
            const task = { number: number++, readyAt: which === 0 ? now : Math.max(now - readyAt, 0) };
            const pointer = probe.taskCreate(task.number, task.readyAt);
            if (which === 0) {
              probe.runQueuePushTail(queues[queue]!, pointer);
              model.push(task);
            } else {
              probe.runQueuePushHead(queues[queue]!, pointer);
              model.unshift(task);
            }
          } else if (which === 2) {
            if (model.length > 0) expect(probe.runQueuePop(queues[queue]!)).toBe(model.shift()!.number);
          } else {
            const thief = (queue + other) % QUEUES;
            const n = Math.round(share * model.length);
            probe.runQueueMoveOldest(queues[queue]!, queues[thief]!, n);
            models[thief] = merged(models[thief]!, oldestOf(model, n));
          }
          models.forEach((expected, i) => {
            expect(list(queues[i]!)).toEqual(expected.map((task) => task.number));
            expect(probe.runQueueLength(queues[i]!)).toBe(expected.length);
          });
        }
      }),
      { seed: SEED, numRuns: 150 },
    );
  });

  it('steals half of the difference, rounded up, at most 32, never from the shorter queue', () => {
    const table: [number, number, number][] = [
      [1, 0, 1],
      [2, 0, 1],
      [3, 0, 2],
      [5, 2, 2],
      [63, 0, 32],
      [64, 0, 32],
      [1000, 0, 32],
      [4, 4, 0],
      [4, 9, 0],
      [0, 0, 0],
    ];
    for (const [waiting, own, taken] of table)
      expect(probe.stealHalf(waiting, own), `${waiting} against ${own}`).toBe(taken);
  });
});
