// What `run` prints of functions, and that a scenario with them needs no VM.

import { describe, expect, it } from 'vitest';
import { compare, replicate, type ScenarioInput } from '../../src/index.js';
import { renderComparison } from '../../src/report/compare-table.js';
import { renderRun } from '../../src/report/run-table.js';
import { functionsSentence } from '../../src/report/html/figures/lifecycle.js';
import { resolveScenario } from '../../src/scenario/resolve.js';
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
    expect(text).not.toContain('wait for a start');
  });

  it('tells beside cold starts what waits for a start under way, and names it first where it is more', async () => {
    const spec = lifecycle({
      functions: [fn({ name: 'f', initNs: S, concurrency: 8 })],
      invocations: invocations([S, S, S, S].map((at) => [at, 0, S])),
    });
    const result = await runFunctions(host(10 * S), spec);
    const { joined } = result.lifecycle!.served;
    expect(joined).toBeGreaterThan(1);
    const share = `${(25 * joined).toFixed(1)} %`;
    expect(renderRun(result)).toContain(`; ${share} wait for a start that was under way (joined)\n`);
    expect(functionsSentence([{ label: 'a', result }])).toContain(
      `requests cold and lets ${share} wait for a start under way, with`,
    );
  });
});

describe('functions over several runs', () => {
  const written: ScenarioInput = {
    version: 1,
    seed: 1,
    duration: '600s',
    host: { cores: 16 },
    mechanism: 'ideal',
    vms: [],
    lifecycle: { memory: '2GiB', keepAlive: { policy: 'lru' } },
    functions: { count: 20, rate: 2, zipf: 0.9, memory: '256MiB', init: '300ms', service: '200ms' },
  };

  it('have figures with intervals, each run with functions of its own', async () => {
    const result = await replicate(resolveScenario(written), { replications: 3 });
    const rates = result.replications!.map(({ figures }) => figures['lifecycle.coldStartRate']!);
    expect(new Set(rates).size).toBe(3);
    const interval = result.confidence!.figures['lifecycle.coldStartRate']!;
    expect(interval.mean).toBeCloseTo(rates.reduce((sum, rate) => sum + rate, 0) / 3, 12);
    expect(renderRun(result)).not.toContain('VM  p50');
  });

  it('stand beside each other under several mechanisms', async () => {
    const text = renderComparison(await compare(resolveScenario(written), { mechanisms: ['ideal', 'hyperflux'] }));
    const [, task] = /^ {2}task +(\S+) s +(\S+) s$/m.exec(text)!;
    expect(Number(task)).toBeGreaterThan(200);
    expect(text).toMatch(/^ {2}cold starts +\d+\.\d % +\d+\.\d %$/m);
    expect(text).toMatch(/^ {2}evictions +\d+ +\d+$/m);
    expect(text).toMatch(/^ {4}memory for a start +\d+ +\d+$/m);
    expect(text).not.toContain('keep-alive over');
  });
});
