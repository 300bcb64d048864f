// What `run` prints of functions, and that a scenario with them needs no VM.

import { describe, expect, it } from 'vitest';
import { renderRun } from '../../src/report/run-table.js';
import { fn, host, invocations, lifecycle, runFunctions, S } from '../support/functions.js';

describe('the report of a run with functions', () => {
  it('tells tiers, memory, and the functions that started most', async () => {
    const functions = [fn({ name: 'seldom', initNs: 5e8 }), fn({ name: 'often' })];
    const rows = [0, 100, 200, 300].flatMap((at): [number, number, number][] => [
      [at * S, 0, S],
      [at * S, 1, S],
      [(at + 10) * S, 1, S],
    ]);
    const spec = lifecycle({
      functions,
      invocations: invocations(rows),
      keepAlive: { policy: 'fixed', timeNs: 99.5 * S, from: 'end' },
      memoryBytes: 200 * 2 ** 20,
      overflow: { kind: 'queue', timeoutNs: 0 },
    });
    const text = renderRun(await runFunctions(host(400 * S), spec));
    expect(text).toContain('12 requests of 2 functions\n');
    expect(text).toMatch(/^ {2}dormant +4 +33\.3 % /m);
    expect(text).toMatch(/^ {2}full +4 +33\.3 % +500 ms/m);
    expect(text).toContain('at most 128 MiB of 200 MiB in 1 instances');
    expect(text).toMatch(/^seldom +4 +4 +100\.0 % +500 ms/m);
    expect(text).toMatch(/^functions +12\.0 s/m);
    expect(text).not.toContain('SLO');
  });
});
