// Capacities as a range of shares, and the table of policies by capacity that goes with it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import type { PagesResult } from '../../src/index.js';
import { expandCapacity } from '../../src/pages/capacity.js';
import { captureIo } from '../cli/fake.js';

const folder = mkdtempSync(join(tmpdir(), 'fluxhost-range-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('a range of shares is as many of them, evenly or by one factor', () => {
  expect(expandCapacity('10%..50%:5')).toEqual(['10%', '20%', '30%', '40%', '50%']);
  expect(expandCapacity('1%..100%:3:log')).toEqual(['1%', '10%', '100%']);
  expect(expandCapacity('1%..100%:20:log')).toHaveLength(20);
  for (const text of ['10%', '64MiB', '50%..10%:5', '0%..10%:3', '1%..200%:4', '1%..10%:1'])
    expect(expandCapacity(text)).toEqual([text]);
});

it('gives every policy at every capacity, and a table of both', async () => {
  const file = join(folder, 'pages.csv');
  const pages = Array.from({ length: 3000 }, (_, i) => (i * i + (i >> 3)) % 97);
  writeFileSync(file, `page\n${pages.join('\n')}\n`);
  const run = async (...more: string[]): Promise<string> => {
    const io = captureIo();
    const args = ['pages', file, '--format', 'csv', '--policy', 'lru,fifo,opt', '--capacity', '10%..100%:4', ...more];
    expect(await main(args, io), io.err).toBe(0);
    return io.out;
  };
  const { runs } = JSON.parse(await run('--json')) as PagesResult;
  expect(runs).toHaveLength(12);
  const text = await run();
  const table = text.slice(text.indexOf('Miss ratio by capacity and policy')).trim().split('\n').slice(1);
  expect(table[0]!.trim().split(/ +/)).toEqual(['pages', 'lru', 'fifo', 'opt']);
  expect(table).toHaveLength(5);
  for (const line of table.slice(1)) {
    const [capacity, ...ratios] = line.trim().split(/ +/).map(Number);
    const here = ['lru', 'fifo', 'opt'].map((name) =>
      runs.find((one) => one.policy === name && one.capacityPages === capacity)!,
    );
    expect(ratios).toEqual(here.map(({ missRatio }) => Number(missRatio.toFixed(4))));
  }
  const io = captureIo();
  expect(await main(['pages', file, '--format', 'csv', '--policy', 'lru', '--capacity', '50%..10%:5'], io)).toBe(2);
  expect(io.err).toContain('a range of shares, 1%..100%:20:log');
});
