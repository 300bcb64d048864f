// `fluxhost reproduce gil`: the cliff and its control, the controller where it does well and where it climbs, and what is refused.

import { beforeAll, describe, expect, it } from 'vitest';
import type { Claim } from '../../src/experiments/experiment.js';
import { heldNumbers } from './claim-numbers.js';
import { printed, refused } from './reproduced.js';

interface Steady {
  readonly threads: number;
  readonly perWaiterNs: number;
  readonly perSecond: number;
  readonly cpu: number;
}
interface Document {
  readonly claims: (Claim & { readonly verdict: string })[];
  readonly figures: {
    readonly sweep: Steady[];
    readonly controller: { cores: number; ioUs: number; last: number; cpu: number; of: number; threads: number[] }[];
  };
  readonly laws: Record<string, Record<string, number[]>>;
}

const QUICK = [
  'threads=4,16,64,256,512',
  'duration=300ms',
  'controlled=66s',
  'monitor=1s',
  'c=100us',
  'io=4ms',
  'cpuBound.io=100us',
  'perWaiter=80',
];

describe('reproduce gil', () => {
  let document: Document;
  beforeAll(async () => {
    document = await printed<Document>('gil', ...QUICK);
  });

  const rate = (threads: number, perWaiterNs: number): number =>
    document.figures.sweep.find((point) => point.threads === threads && point.perWaiterNs === perWaiterNs)!.perSecond;

  it('has a cliff where a waiter costs something, and none where it costs nothing', () => {
    expect(rate(512, 0)).toBeCloseTo(rate(256, 0), -1);
    expect(Math.abs((rate(512, 0) * 102_000) / 1e9 - 1)).toBeLessThan(0.03); // 100 us and a hand-over of 2
    expect(rate(512, 100)).toBeLessThan(0.8 * rate(64, 100));
  });

  it('follows the closed network, and its ratio says nothing of what is waited for', () => {
    const { G1, G2, G3 } = document.laws;
    G1!['rate']!.forEach((x, i) => expect(Math.abs(x / G1!['theory']![i]! - 1)).toBeLessThan(0.02));
    G2!['ratio']!.forEach((ratio, i) => expect(ratio).toBeCloseTo(G2!['theory']![i]!, 2));
    expect(G3!['threads']!.slice(0, 6)).toEqual([4, 6, 6, 8, 8, 10]); // a look a second
  });

  it('stops at the CPU limit on one core, and climbs to the top on four', () => {
    const of = (cores: number, ioUs: number) =>
      document.figures.controller.find((one) => one.cores === cores && one.ioUs === ioUs)!;
    expect(of(1, 4000).last).toBeLessThan(64);
    expect(of(1, 4000).cpu).toBeGreaterThan(0.8);
    expect(of(4, 100).last).toBe(64);
    expect(of(4, 100).cpu).toBeLessThan(0.26);
  });

  it('judges every claim, in words and numbers alike', () => {
    expect(heldNumbers(document.claims)).toEqual(['cliff', 'threads-256', 'controller']);
    expect(Object.fromEntries(document.claims.map(({ id, verdict }) => [id, verdict]))).toMatchObject({
      cliff: 'reachable',
      'no-lock': 'reachable',
      controller: expect.stringMatching(/^refuted under 4 cores, CPU-bound: it climbs to 64 threads/),
    });
  });

  it('names the range of every figure that a range makes reachable', () => {
    const found = document.claims.find(({ id }) => id === 'threads-256')!;
    const { low, high } = found.numbers!.ours[0]!.reach!;
    expect(low).toBeLessThan(0.01); // a waiter that costs nothing
    expect(high).toBeGreaterThan(found.numbers!.ours[0]!.value);
    expect(found.verdict).toBe(high >= 0.17 ? 'reachable' : 'not reached');
    expect(found.ours).toMatch(/ ns a waiter .*; 0 ns: .* 100 ns: /);
  });

  it('refuses what cannot be', async () => {
    expect(await refused('gil', 'beta.low=0.8', 'pool.least=65')).toMatch(
      /beta\.low: given 0\.8, expected at most beta\.high.*\n.*pool\.least/,
    );
    expect(await refused('gil', 'threads=0')).toContain('threads: given "0", expected whole numbers from 1 to 10000');
    expect(await refused('gil', 'c=0')).toContain('c: given "0"');
    expect(await refused('gil', 'cores=0', 'law=cauchy')).toMatch(/cores.*\n.*law/);
    expect(await refused('gil', 'controlledCores=1.5')).toContain('controlledCores');
    expect(await refused('gil', 'monitor=100s')).toContain('monitor: given 100, expected at most controlled (60 s)');
    expect(await refused('gil', 'controlled=1000000s', 'c=1ns')).toContain('at most 1e9 tasks');
    expect(await refused('gil/controller', 'c=0.001')).toMatch(
      /^(?!.*duration).*controlled: given 60, expected at most 1e9 tasks/s,
    );
    const { laws } = await printed<Document>('gil/laws', 'c=0.001', 'threads=1');
    expect(laws['G1']!['rate']![0]).toBeGreaterThan(0);
  });
});
