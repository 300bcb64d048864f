// Nanvix on the calls of a trace: how often system VMs start is counted once more by hand, by owner and for owners put together.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { printed, refused } from './reproduced.js';

const folder = mkdtempSync('.nanvix-');
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return relative('.', join(folder, name));
};

interface Document {
  readonly claims: { id: string; verdict: string; ours: string }[];
  readonly figures: {
    load: string;
    trace: {
      tenants: number;
      functions: number;
      systemStarts: number;
      calls: number;
      nanvixMiB: number;
      baselineMiB: number;
      factor: number;
    }[];
  };
}

const [KEEP_S, USER_S, SYSTEM_S] = [20, 0.007, 0.023];
const calls = Array.from({ length: 240 }, (_, i) => {
  const fn = (i * 7) % 6;
  return { owner: fn % 3, fn, at: 1 + ((i * 137) % 239) * 3 + (i % 5), compute: 0.2 + (i % 7) * 0.3 };
}).sort((a, b) => a.at - b.at);
const trace = file(
  'calls.csv',
  `app,func,end_timestamp,duration\n${calls.map((call) => `o${call.owner},f${call.fn},${(call.at + call.compute).toFixed(9)},${call.compute}\n`).join('')}`,
);
const table = file('table.csv', `func,memoryMiB,initMs\n${[0, 1, 2, 3, 4, 5].map((fn) => `f${fn},64,0\n`).join('')}`);

/** One call after the other: a system VM that has been idle for longer than it is kept starts anew. */
function starts(tenantOf: (owner: number) => number): number {
  const busyUntil = new Map<number, number>();
  const readyAt = new Map<number, number>();
  let count = 0;
  for (const { owner, at, compute } of calls) {
    const tenant = tenantOf(owner);
    const until = busyUntil.get(tenant);
    if (until === undefined || at > until + KEEP_S) {
      count++;
      readyAt.set(tenant, at + SYSTEM_S);
    }
    const end = Math.max(at + USER_S, readyAt.get(tenant)!) + compute;
    busyUntil.set(tenant, Math.max(until ?? 0, end));
  }
  return count;
}

const QUICK = ['search.memory=1GiB', 'precision=0.5', 'search.duration=60', 'ioPerCall=0', `sysKeep=${KEEP_S}`];
const TRACED = [...QUICK, `trace=${trace}`, `trace.table=${table}`];

it('starts system VMs where a tenant has been idle for longer than they are kept', async () => {
  const { figures, claims } = await printed<Document>('nanvix', ...TRACED, 'trace.tenants=0,2,1');
  const claim = claims.find(({ id }) => id === 'fewer-hosts-trace')!;
  for (const { factor, tenants } of figures.trace)
    expect(claim.ours).toMatch(new RegExp(`${String(factor).slice(0, 3)}\\d*x with ${tenants} tenants?`));
  expect(claim.verdict).toBe(
    figures.trace.some(({ factor }) => factor >= 20 && factor <= 100) ? 'reachable' : 'not reached',
  );
  expect(figures.load).toMatch(/calls\.csv, 6 functions, 240 calls$/);
  // owners are numbered as their functions first come
  const order = [...new Set(calls.map(({ owner }) => owner))];
  const group = (groups: number) => (owner: number) => order.indexOf(owner) % groups;
  expect(figures.trace.map(({ tenants, systemStarts }) => [tenants, systemStarts])).toEqual([
    [3, starts(group(3))],
    [2, starts(group(2))],
    [1, starts(group(1))],
  ]);
  expect(new Set(figures.trace.map(({ systemStarts }) => systemStarts)).size).toBe(3);
  for (const { factor, baselineMiB, nanvixMiB } of figures.trace)
    expect(factor).toBeCloseTo(baselineMiB / nanvixMiB, 9);
  // one VM of 51 MiB a function is kept for 600 s of these 720, whoever the tenants are
  expect(new Set(figures.trace.map(({ baselineMiB }) => baselineMiB)).size).toBe(1);
  expect(figures.trace[0]!.baselineMiB).toBeGreaterThan(0.9 * 6 * 51);
});

it('refuses tenants that are no number of them, and a trace without calls', async () => {
  expect(await refused('nanvix', ...TRACED, 'trace.tenants=1.5')).toContain('trace.tenants: given 1.5');
  expect(await refused('nanvix', ...QUICK, `trace=${trace}`)).toMatch(/table/);
});
