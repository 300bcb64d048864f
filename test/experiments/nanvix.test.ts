// `fluxhost reproduce nanvix`: the factors that follow by arithmetic, the region of the claim, searches that agree with them, and what is refused.

import { beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { captureIo } from '../cli/fake.js';
import { reproduction } from '../support/reproduction.js';
import type { Claim } from '../../src/experiments/experiment.js';
import { heldNumbers } from './claim-numbers.js';
import type { ExperimentTable } from '../../src/experiments/experiment.js';
import { heldPictures } from './held-pictures.js';

interface Cell {
  readonly baseline: string;
  readonly sysKeepS: number;
  readonly functions: number;
  readonly keepAliveS: number;
  readonly byMemory: number;
  readonly withCores: number;
}
interface Document {
  readonly tables: ExperimentTable[];
  readonly claims: { id: string; verdict: string; ours: string }[];
  readonly figures: {
    memoryPerFunctionMiB: Record<string, number>;
    sweep: Cell[];
    arithmeticOfSearch: { points: number; low: number; high: number };
    searched: {
      functions: number;
      sysKeepS: number;
      keepAliveS: number;
      early: boolean;
      ratio: number;
      arithmetic: number;
    }[];
    control: Record<string, number>;
  };
  readonly laws: Record<string, Record<string, number>>;
}

async function run(status: number, ...set: string[]): Promise<{ out: string; err: string }> {
  const io = captureIo();
  expect(await main(['reproduce', 'nanvix', '--json', ...set.flatMap((text) => ['--set', text])], io)).toBe(status);
  return io;
}

describe('reproduce nanvix', () => {
  let document: Document;
  beforeAll(async () => {
    document = (await reproduction('nanvix')) as unknown as Document;
    heldPictures(document.tables);
  });
  const at = (functions: number, sysKeepS: number, keepAliveS: number, baseline = 'firecracker'): Cell =>
    document.figures.sweep.find(
      (c) =>
        c.functions === functions && c.sysKeepS === sysKeepS && c.keepAliveS === keepAliveS && c.baseline === baseline,
    )!;

  it('has the factors that follow by arithmetic', () => {
    const { firecracker, userVms } = document.figures.memoryPerFunctionMiB;
    expect(firecracker! / userVms!).toBeCloseTo(1315, -1); // 1,318 without the I/O calls' millisecond
    expect(at(1, 600, 600).byMemory).toBeCloseTo(1.7, 1);
    expect(at(20, 600, 600).byMemory).toBeCloseTo(33, 0);
  });

  it('names the region of the claim, and no factor where nothing is kept', () => {
    const kept = document.figures.sweep.filter(({ baseline, sysKeepS }) => baseline === 'firecracker' && sysKeepS > 0);
    const inside = kept.filter(({ byMemory }) => byMemory >= 20 && byMemory <= 100);
    expect(inside.length).toBeGreaterThan(10);
    for (const cell of inside) {
      expect(cell.functions).toBeGreaterThanOrEqual(20);
      expect(cell.keepAliveS).toBeGreaterThan(0);
    }
    for (const { withCores, byMemory, functions } of document.figures.sweep) {
      expect(withCores).toBeLessThanOrEqual(Math.max(byMemory, 1) * (1 + 1e-9));
      expect(functions).toBeGreaterThan(0);
    }
    expect(document.figures.control['withoutSystemVm']).toBeCloseTo(134 / 104, 2);
    // the same calls on both hosts: what they hold is in the ratio of the VMs' sizes
    expect(document.figures.control['simulated']).toBeCloseTo(9.8 / 7.6, 6);
    expect(document.figures.control['withSystemVm']).toBeLessThan(1);
    expect(document.claims.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['fewer-hosts', 'reachable'],
      ['fewer-hosts-early', 'not reached'],
      ['control', 'reachable'],
    ]);
  });

  it('has in numbers what its claims say in words', () => {
    expect(heldNumbers(document.claims as unknown as Claim[])).toEqual(['fewer-hosts', 'fewer-hosts-early', 'control']);
  });

  it('finds by search what it computes, where VMs keep to their time', () => {
    const kept = document.figures.searched.filter(({ early }) => !early);
    // kept or not on either side, alone or with others
    expect(new Set(kept.map((one) => [one.functions, one.sysKeepS, one.keepAliveS].join())).size).toBe(8);
    const off = kept.map(({ ratio, arithmetic }) => arithmetic / ratio);
    for (const one of off) expect(Math.abs(one - 1)).toBeLessThan(0.1);
    const { arithmeticOfSearch } = document.figures;
    expect(arithmeticOfSearch).toEqual({ points: 8, low: Math.min(...off), high: Math.max(...off) });
    expect(document.claims[0]!.ours).toContain(
      `8 points were searched on 4 GiB, where the arithmetic gives ${Math.min(...off).toFixed(2)} to ${Math.max(...off).toFixed(2)}`,
    );
  });

  it('starts system VMs as often, and takes as much memory, as the laws say', () => {
    const { share, theory, calls } = document.laws['systemStarts']!;
    expect(Math.abs(share! - theory!)).toBeLessThan(4 * Math.sqrt((theory! * (1 - theory!)) / calls!) + 0.005);
    const { perFunctionMiB, theory: expected } = document.laws['meanMemory']!;
    expect(perFunctionMiB! / expected!).toBeCloseTo(1, 1);
  });

  it('searches where it is told to, and keeps VMs that give way as long as is set', async () => {
    const small = ['search.memory=0.5GiB', 'search.duration=120', 'precision=0.2', 'rate=0.1', 'tenantSizes=1'];
    const asked = ['search.tenantSizes=5', 'search.sysKeeps=0,60', 'search.keepAlives=0,60', 'sysKeep=30'];
    const { figures } = JSON.parse((await run(0, ...small, ...asked, 'baseline.keepAlive=20')).out) as Document;
    const points = figures.searched.map((one) => [one.early, one.functions, one.sysKeepS, one.keepAliveS]);
    expect(points).toEqual([
      [false, 5, 0, 0],
      [false, 5, 0, 60],
      [false, 5, 60, 0],
      [false, 5, 60, 60],
      [true, 1, 30, 20],
    ]);
    const [none, others] = figures.searched;
    expect(others!.ratio).toBeGreaterThan(5 * none!.ratio); // others keep theirs, Nanvix keeps nothing
  });

  it('refuses what cannot be', async () => {
    expect((await run(2, 'sysKeep=1ms')).err).toContain('sysKeep: given 0.001, expected at least userStart (7 ms)');
    expect((await run(2, 'functionsPerTenant=0')).err).toContain('a whole number from 1');
    expect((await run(2, 'tenantSizes=0,5', 'sysKeep=0')).err).toMatch(/sysKeep: .*\ntenantSizes: given 0/);
    expect((await run(2, 'rate=1000', 'search.duration=1e6')).err).toContain(
      'search.duration: given 1000000, expected at most',
    );
    for (const list of ['sysKeeps=,', 'keepAlives=Infinity', 'tenantSizes=1,,2'])
      expect((await run(2, list)).err).toContain('expected numbers with commas between');
    expect((await run(2, 'search.tenantSizes=0.5')).err).toContain('search.tenantSizes: given 0.5');
    expect((await run(2, 'systemMemory=64GiB')).err).toContain('host.memory: given 32, expected room');
  });
});
