// `pool`: in which order instances that are gone are replaced (docs/model/lifecycle.md, "A request ends"), on hosts small enough that every
// instant is known. Starts take no time, so a function's memory × time of dormant instances tells from when to when it had one.

import { expect, it } from 'vitest';
import type { LifecycleResult } from '../../src/lifecycle/result.js';
import { fn, invocations, lifecycleOf, MIB, S } from '../support/functions.js';

const SIZES = { a: 100, b: 100, c: 200 } as const;
const functions = Object.entries(SIZES).map(([name, size]) => fn({ name, memoryBytes: size * MIB }));
const pool = { policy: 'pool', instances: 1 } as const;

const dormantSeconds = (result: LifecycleResult): number[] =>
  result.functions.map(({ warmByteSeconds, name }) => warmByteSeconds / MIB / SIZES[name as 'a']);

it('takes turns in the order in which functions began to lack one, and who does not fit holds up those behind', async () => {
  const result = await lifecycleOf(10 * S, {
    functions,
    memoryBytes: 400 * MIB,
    keepAlive: pool,
    invocations: invocations([
      [1 * S, 0, 7 * S], // takes the one of a
      [2 * S, 0, 5 * S], // evicts that of b, which has the lesser id
      [3 * S, 0, 3 * S], // evicts that of c, whose place takes b after the request has its memory
      [4 * S, 0, 1 * S], // evicts that of b again: now c waits before b
    ]),
  });
  // 5 s: 100 MiB are free, which b could take and c cannot; 6 s: c has its 200 MiB; 7 s: b; 8 s: the last of a stays
  expect(dormantSeconds(result)).toEqual([1 + 2, 2 + 1 + 3, 3 + 4]);
  expect([result.evictions, result.expirations, result.dropped]).toEqual([3, 3, 0]);
  expect(result.served).toMatchObject({ dormant: 1, vm: 3 });
});

it('lets the head of the queue have memory before what is missing is replaced', async () => {
  const result = await lifecycleOf(10 * S, {
    functions: functions.slice(0, 2),
    memoryBytes: 200 * MIB,
    keepAlive: pool,
    overflow: { kind: 'queue', timeoutNs: 0 },
    invocations: invocations([
      [1 * S, 0, 8 * S],
      [2 * S, 0, 2 * S], // evicts that of b
      [3 * S, 1, 1 * S], // finds no memory
    ]),
  });
  // at 4 s, when 100 MiB are free: not in an instance that replaces the one evicted, which it would find dormant, but in its own
  expect(result.functions[1]!.served).toMatchObject({ vm: 1, dormant: 0 });
  expect(dormantSeconds(result)).toEqual([1 + 1, 2 + 5]);
  expect(result.startNs.max).toBe(1 * S);
});

it('replaces nothing of functions that can never run', async () => {
  const result = await lifecycleOf(10 * S, { functions, memoryBytes: 150 * MIB, keepAlive: pool });
  // a is first; b lacks memory behind it, and c is given up
  expect(result.neverFit).toEqual(['c']);
  expect(dormantSeconds(result)).toEqual([10, 0, 0]);
});
