// Why instances went: each cause on a scenario of which it is counted by hand, and in what a person reads.

import { describe, expect, it } from 'vitest';
import { renderRun } from '../../src/report/run-table.js';
import { goneFigure } from '../../src/report/html/figures/lifecycle.js';
import type { LifecycleSpec } from '../../src/lifecycle/spec.js';
import { fn, host, invocations, lifecycle, MIB, runFunctions, S } from '../support/functions.js';

const NONE = { forStart: 0, forRequest: 0, needless: 0, keepAlive: 0, unloaded: 0 };
const names = ['a', 'b', 'c'];
/** Functions of 64, 64 and 128 MiB, called for a second each at so many seconds. */
const called = (calls: readonly [atS: number, fn: number][], more: Partial<LifecycleSpec>) =>
  runFunctions(
    host(100 * S),
    lifecycle({
      functions: names.map((name, i) => fn({ name, memoryBytes: (i === 2 ? 128 : 64) * MIB })),
      invocations: invocations(calls.map(([atS, of]) => [atS * S, of, S])),
      keepAlive: { policy: 'lru' },
      ...more,
    }),
  );

describe('an instance goes', () => {
  it('for the memory of one that is to start', async () => {
    const { lifecycle: result } = await called([[0, 0], [2, 1], [4, 2]], { memoryBytes: 160 * MIB }); // prettier-ignore
    expect(result!.gone).toEqual({ ...NONE, forStart: 2 });
    expect(result!.functions.map(({ gone, evicted }) => [gone.forStart, evicted])).toEqual([[1, 0], [1, 0], [0, 2]]); // prettier-ignore
  });

  it('for the memory of one more request on one that is there', async () => {
    const functions = names.map((name) => fn({ name, memoryBytes: 40 * MIB, memoryPerRequestBytes: 20 * MIB }));
    const { lifecycle: result } = await called([[0, 0], [2, 1], [4, 1]], { functions, memoryBytes: 90 * MIB }); // prettier-ignore
    // 40 of a and 60 of b do not fit: a goes for b's start, then b wakes with what is left
    expect(result!.gone).toEqual({ ...NONE, forStart: 1 });
    const wider = await called([[0, 0], [2, 1], [4, 1], [4.5, 1]], {
      functions: functions.map((one) => ({ ...one, concurrency: 2, maxVcpus: 2 })),
      memoryBytes: 110 * MIB,
    }); // prettier-ignore
    expect(wider.lifecycle!.gone).toEqual({ ...NONE, forRequest: 1 });
    expect(wider.lifecycle!.functions[0]!.gone).toEqual({ ...NONE, forRequest: 1 });
  });

  it('as FaasCache does it, beyond what is needed and in vain', async () => {
    const evict = 'asFaasCache' as const;
    // 96 MiB are free when c needs 128: one of 64 is enough, its source lets both go
    const beyond = await called([[0, 0], [2, 1], [4, 2]], { evict, memoryBytes: 224 * MIB }); // prettier-ignore
    expect(beyond.lifecycle!.gone).toEqual({ ...NONE, forStart: 1, needless: 1 });
    // a runs when c comes: b goes, and c is dropped all the same
    const vain = await called([[0, 1], [3, 0], [3.5, 2]], { evict, memoryBytes: 160 * MIB }); // prettier-ignore
    expect(vain.lifecycle).toMatchObject({ dropped: 1, gone: { ...NONE, needless: 1 } });
    const needed = await called([[0, 1], [3, 0], [3.5, 2]], { memoryBytes: 160 * MIB }); // prettier-ignore
    expect(needed.lifecycle).toMatchObject({ dropped: 1, gone: NONE });
  });

  it('at the end of its keep-alive, or as soon as it is dormant', async () => {
    const calls: [number, number][] = [[0, 0], [0, 0], [5, 1]]; // prettier-ignore
    const kept = await called(calls, { keepAlive: { policy: 'fixed', timeNs: 10 * S, from: 'end' } });
    expect(kept.lifecycle!.gone).toEqual({ ...NONE, keepAlive: 3 });
    // one of each function is held: of the two of a the second is beyond that
    const pool = await called(calls, { keepAlive: { policy: 'pool', instances: 1 } });
    expect(pool.lifecycle!.gone).toEqual({ ...NONE, unloaded: 1 });
    expect(pool.lifecycle!.functions[0]!.gone.unloaded).toBe(1);
  });

  it('and a person reads why', async () => {
    const result = await called([[0, 0], [2, 1], [4, 2]], { evict: 'asFaasCache', memoryBytes: 224 * MIB }); // prettier-ignore
    expect(renderRun(result)).toContain('2 evictions, 0 expirations: 1 memory for a start, 1 in vain or beyond need\n');
    const figure = goneFigure([{ label: 'ideal', result }])!;
    expect(figure.answer).toBe('Under ideal, of 2: memory for a start (1) and in vain or beyond need (1).');
    expect(figure.table.rows).toEqual([
      ['all', 'ideal', '1', '0', '1', '0', '0'],
      ['a', 'ideal', '1', '0', '0', '0', '0'],
      ['b', 'ideal', '0', '0', '1', '0', '0'],
    ]);
    const idle = await called([[0, 0]], {});
    expect(goneFigure([{ label: 'ideal', result: idle }])).toBeUndefined();
  });
});
