// Capacities as a range of shares, and the table of policies by capacity that goes with it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import type { PagesResult } from '../../src/index.js';
import { expandCapacity } from '../../src/pages/capacity.js';
import { POLICY_NAMES } from '../../src/pages/policies.js';
import { captureIo } from '../cli/fake.js';

const folder = mkdtempSync(join(tmpdir(), 'fluxhost-range-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('a range of shares is as many of them, evenly or by one factor', () => {
  expect(expandCapacity('10%..50%:5')).toEqual(['10%', '20%', '30%', '40%', '50%']);
  expect(expandCapacity('1%..100%:3:log')).toEqual(['1%', '10%', '100%']);
  expect(expandCapacity('1%..100%:20:log')).toHaveLength(20);
  expect(expandCapacity('100..500:3')).toEqual(['100', '300', '500']);
  expect(expandCapacity('1MiB..4MiB:3:log')).toEqual(['1048576B', '2097152B', '4194304B']);
  expect(expandCapacity('1%..100%')).toHaveLength(10);
  for (const text of [
    '500..100:3',
    '1%..100',
    '1..4MiB:3',
    '10%',
    '64MiB',
    '50%..10%:5',
    '0%..10%:3',
    '1%..200%:4',
    '1%..10%:1',
  ])
    expect(expandCapacity(text)).toEqual([text]);
});

it('all is every policy, and every curve', async () => {
  const file = join(folder, 'all.csv');
  writeFileSync(file, `page\n${Array.from({ length: 500 }, (_, i) => (i * i) % 47).join('\n')}\n`);
  const run = async (...more: string[]): Promise<PagesResult> => {
    const io = captureIo();
    expect(await main(['pages', file, '--format', 'csv', '--json', ...more], io), io.err).toBe(0);
    return JSON.parse(io.out) as PagesResult;
  };
  const { runs } = await run('--policy', 'all', '--capacity', '10');
  expect(runs.map(({ policy }) => policy)).toEqual([...POLICY_NAMES]);
  const { mrc } = await run('--curve', 'all', '--capacity', '10,20');
  expect(mrc!.map(({ policy }) => policy)).toEqual([...POLICY_NAMES]);
  // an exact curve counts as a replay does
  const io = captureIo();
  const both = ['--policy', 'arc', '--curve', 'arc', '--capacity', '10,20', '--csv'];
  expect(await main(['pages', file, '--format', 'csv', ...both], io), io.err).toBe(0);
  const counts = (line: string): string => line.split(',').slice(3, 7).join();
  const [, ...rows] = io.out.trim().split('\n');
  const at = (capacity: number): string[] => rows.filter((line) => line.split(',')[1] === String(capacity)).map(counts);
  for (const capacity of [10, 20]) {
    expect(at(capacity)).toHaveLength(2);
    expect(new Set(at(capacity)).size).toBe(1);
    expect(at(capacity)[0]).toMatch(/^500,\d+,\d+,0\.\d+$/);
  }
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
  const from = text.slice(text.indexOf('Miss ratio by capacity and policy'));
  const table = from.slice(0, from.indexOf('\n\n')).split('\n').slice(1);
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
  expect(io.err).toContain('a range of one of them, the lesser end first: 1%..100%:20:log');
});

it('a range without policies is that of the curves, each point what a replay gives', async () => {
  const file = join(folder, 'curve.csv');
  const pages = Array.from({ length: 3000 }, (_, i) => (i * i + (i >> 3)) % 97);
  writeFileSync(file, `page,write\n${pages.map((page, i) => `${page},${i % 3 === 0 ? 1 : 0}`).join('\n')}\n`);
  const out = join(folder, 'out');
  const run = async (...more: string[]): Promise<string> => {
    const io = captureIo();
    expect(await main(['pages', file, '--format', 'csv', '--capacity', '10%..100%:4', ...more], io), io.err).toBe(0);
    return io.out;
  };
  const { runs, mrc } = JSON.parse(await run('--curve', 'arc,opt', '--mrc', '--json')) as PagesResult;
  expect(runs).toEqual([]);
  expect(mrc!.map(({ policy, points }) => [policy, points.length])).toEqual([
    ['lru', 4],
    ['arc', 4],
    ['opt', 4],
  ]);
  const replayed = JSON.parse(await run('--policy', 'lru,arc,opt', '--json')) as PagesResult;
  for (const { policy, points } of mrc!)
    for (const { capacityPages, missRatio } of points)
      expect(missRatio).toBeCloseTo(
        replayed.runs.find((one) => one.policy === policy && one.capacityPages === capacityPages)!.missRatio,
        12,
      );

  const csv = await run('--policy', 'arc', '--curve', 'opt', '--csv', '--out', out);
  expect(readFileSync(join(out, 'pages.csv'), 'utf8')).toBe(csv);
  const [head, ...rows] = csv
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  const [first] = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')).runs as PagesResult['runs'];
  const cells = Object.fromEntries(head!.map((name, i) => [name, rows[0]![i]]));
  expect(cells).toEqual({
    policy: 'arc',
    sampled: '',
    byteMissRatio: '',
    ...Object.fromEntries(
      (['capacityPages', 'requests', 'hits', 'misses', 'missRatio', 'swapOuts', 'writebacks'] as const).map((key) => [
        key,
        String(first![key]),
      ]),
    ),
  });
  expect(rows.filter(([policy]) => policy === 'opt').length).toBeGreaterThan(4);
  expect(new Set(rows.map((row) => row.length))).toEqual(new Set([head!.length]));
});

it('has no figure of write-backs where nothing writes', async () => {
  const file = join(folder, 'reads.csv');
  const table = async (writes: boolean): Promise<string[]> => {
    writeFileSync(
      file,
      `page,write\n${Array.from({ length: 50 }, (_, i) => `${i % 9},${writes ? 1 : 0}`).join('\n')}\n`,
    );
    const io = captureIo();
    expect(await main(['pages', file, '--format', 'csv', '--policy', 'lru', '--capacity', '3'], io), io.err).toBe(0);
    const lines = io.out.split('\n').map((line) => line.trim().split(/ {2,}/));
    const head = lines.find(([name]) => name === 'policy')!;
    return [head.indexOf('write-backs'), lines.find(([name]) => name === 'lru')!].flat().map(String);
  };
  const [at, ...read] = await table(false);
  expect(read[Number(at)]).toBe('–');
  const [, ...written] = await table(true);
  expect(Number(written[Number(at)])).toBeGreaterThan(40);
});
