// `npm run real -- --costs`: the program says why it cannot measure, and what was measured is told step by step. What it measures is no
// matter for a test.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { renderCosts } from '../../bench/real/costs.mjs';
import { COST_PRESETS } from '../../src/mechanisms/cost-presets.js';

const step = { ns: 900, least: 880, median: 930, p90: 12_345, count: 15 };

it('tells each step, and what was not measured', () => {
  const parts = { threads: { switch: step }, userfaultfd: { why: 'no rights' }, 'zram lz4': { in: step, ratio: 2.4 } };
  expect(renderCosts(parts)).toBe(
    'threads\n  switch      0.90 us   least    0.88 us, 90 %   12.35 us, 15 times\n' +
      'userfaultfd: not measured (no rights)\n' +
      'zram lz4, pages compressed 2.40 to 1\n  in          0.90 us   least    0.88 us, 90 %   12.35 us, 15 times\n',
  );
});

it('are the presets as docs/real.md has them: the lesser of two runs', () => {
  const page = readFileSync(new URL('../../docs/real.md', import.meta.url), 'utf8');
  const told = [...page.matchAll(/^\|.*\| +([\d.]+), ([\d.]+) us \|.*\| `costs\.(\w+)` +\|$/gm)].map(
    ([, first, second, name]) => [name!, Math.round(1000 * Math.min(Number(first), Number(second)))] as const,
  );
  const [preset] = COST_PRESETS;
  expect(Object.fromEntries(told)).toEqual(
    Object.fromEntries(Object.entries(preset!.values).map(([name, [ns]]) => [name, ns])),
  );
});

const compiler = process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0;

describe('the program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fluxhost-costs-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const run = (...args: string[]) => spawnSync(join(folder, 'costs'), args, { encoding: 'utf8' });

  it('compiles without a warning where there is a compiler, and gives up where there is nothing to measure', () => {
    if (!compiler) {
      expect(run('threads').status).toBeNull();
      return;
    }
    const source = fileURLToPath(new URL('../../bench/real/costs.c', import.meta.url));
    const options = ['-Wall', '-Wextra', '-Werror', '-o', join(folder, 'costs'), source, '-lpthread'];
    expect(spawnSync('cc', options, { encoding: 'utf8' }).stderr).toBe('');
    const none = run('swap', join(folder, 'none'), join(folder, 'none'));
    expect([none.status, Object.keys(JSON.parse(none.stdout) as object)]).toEqual([3, ['why']]);
    if (!none.stdout.includes('two CPUs')) expect(run('threads', 'more').status).toBe(2);
  });
});
