// `fluxhost reproduce periodic-space`: places, tau-b and p against naive ones, what the table holds, verdicts, and what is refused.

import { beforeAll, describe, expect, it } from 'vitest';
import type { Claim } from '../../src/experiments/experiment.js';
import { columnOf, rowOf } from '../../src/experiments/periodic-space/families.js';
import { permutationTest, tauB } from '../../src/experiments/periodic-space/tau.js';
import { stream } from '../../src/experiments/draw.js';
import { printed, refused } from './reproduced.js';

interface Configuration {
  readonly family: string;
  readonly name: string;
  readonly isolation: string;
  readonly isolationClass: number;
  readonly reactionNs: number;
  readonly requests: number;
  readonly availability: number;
  readonly row: number;
  readonly column: number;
  readonly coreSeconds: number;
  readonly gibSeconds: number;
  readonly cost: number;
}
interface Tested {
  readonly tau: number | null;
  readonly p: number | null;
}
interface Document {
  readonly claims: (Claim & { readonly verdict: string })[];
  readonly figures: {
    readonly configurations: Configuration[];
    readonly patterns: Record<string, Tested & { readonly within: Tested }>;
  };
  readonly laws: { readonly place: { row: number; column: number }; readonly tau: Tested };
}

const QUICK = [
  'cores.duration=60ms',
  'calls.functions=12',
  'calls.duration=120s',
  'deadlines.duration=400ms',
  'permutations=2000',
];

/** By Kendall's own counts: all pairs, less those in groups of equal values. */
function naiveTau(x: readonly number[], y: readonly number[]): number {
  const pairs = (n: number): number => (n * (n - 1)) / 2;
  const tied = (values: readonly string[]): number =>
    [...new Set(values)].reduce((sum, value) => sum + pairs(values.filter((one) => one === value).length), 0);
  let discordant = 0;
  for (let i = 0; i < x.length; i++)
    for (let j = i + 1; j < x.length; j++)
      if ((x[i]! < x[j]! && y[i]! > y[j]!) || (x[i]! > x[j]! && y[i]! < y[j]!)) discordant++;
  const [all, inX, inY] = [pairs(x.length), tied(x.map(String)), tied(y.map(String))];
  const concordant = all - inX - inY + tied(x.map((one, i) => `${one},${y[i]}`)) - discordant;
  return (concordant - discordant) / Math.sqrt((all - inX) * (all - inY));
}

function* orders(values: readonly number[]): Generator<number[]> {
  if (values.length <= 1) yield [...values];
  for (let i = 0; i < values.length; i++)
    for (const rest of orders([...values.slice(0, i), ...values.slice(i + 1)])) yield [values[i]!, ...rest];
}

describe('places and ranks', () => {
  it.each([
    [13e3, 0.999, 4, 3],
    [0.5e9, 0.99, 8, 2],
    [1e3, 0.9, 3, 1],
    [999, 0.89, 2, 0],
    [1, 1, 0, 9],
    [1e9, 1 - 1e-12, 9, 9],
  ])('%d ns at %d: row %i, column %i', (ns, availability, row, column) => {
    expect([rowOf(ns), columnOf(availability)]).toEqual([row, column]);
  });

  it('tau-b is that of the counts of ties, on random lists', () => {
    expect(tauB([1, 2, 3, 4], [1, 3, 2, 4])).toBeCloseTo(0.667, 3);
    expect(tauB([1, 1, 1], [1, 2, 3])).toBe(null);
    const next = stream(5, 0);
    for (let k = 0; k < 300; k++) {
      const draw = (): number[] => Array.from({ length: 3 + (k % 20) }, () => Math.floor(next() * 5));
      const [x, y] = [draw(), draw()];
      if (new Set(x).size === 1 || new Set(y).size === 1) continue;
      expect(tauB(x, y)).toBeCloseTo(naiveTau(x, y), 12);
    }
  });

  it('p is the share of all orders that are as far from none, on short lists', () => {
    for (const [x, y] of [
      [
        [1, 2, 3, 4, 5, 6],
        [1, 2, 3, 4, 6, 5],
      ],
      [
        [1, 1, 2, 2, 3, 3],
        [2, 1, 1, 3, 3, 2],
      ],
      [
        [1, 2, 3, 4, 5, 6],
        [6, 5, 4, 3, 2, 1],
      ],
    ] as const) {
      const all = [...orders(y)];
      const far = all.filter((order) => Math.abs(naiveTau(x, order)) >= Math.abs(naiveTau(x, y)) - 1e-9).length;
      const exact = far / all.length;
      const { p } = permutationTest(x, y, 10_000, 1);
      expect(Math.abs(p! - exact)).toBeLessThan(4 * Math.sqrt((exact * (1 - exact)) / 10_000) + 2e-4);
    }
  });

  it('within groups only their own pairs count', () => {
    // each group falls, both together rise
    const [x, y] = [
      [1, 2, 3, 11, 12, 13],
      [3, 2, 1, 13, 12, 11],
    ];
    expect(permutationTest(x, y, 200, 1).tau).toBeGreaterThan(0);
    const groups = ['a', 'a', 'a', 'b', 'b', 'b'];
    expect(permutationTest(x, y, 200, 1, groups).tau).toBe(-1);
  });
});

describe('reproduce periodic-space', () => {
  let document: Document;
  beforeAll(async () => {
    document = await printed<Document>('periodic-space', ...QUICK);
  });

  it('places at least twelve configurations of all classes, each where its own figures say', () => {
    const { configurations } = document.figures;
    expect(configurations.length).toBeGreaterThanOrEqual(20);
    expect(new Set(configurations.map(({ isolationClass }) => isolationClass))).toEqual(new Set([0, 1, 2, 3]));
    for (const { reactionNs, requests, availability, row, column, cost, coreSeconds, gibSeconds } of configurations) {
      expect(requests).toBeGreaterThan(0);
      expect([row, column]).toEqual([rowOf(reactionNs), columnOf(availability)]);
      expect(cost).toBeCloseTo(coreSeconds + 0.11 * gibSeconds, 9);
    }
    const at = (name: string): Configuration => configurations.find((one) => one.name === name)!;
    expect(at('hyperflux').reactionNs / 13_000).toBeCloseTo(1, 1);
    expect(at('HyperFlux VM, booted').row).toBe(6); // 1.37 ms
    expect(at('confidential VM, booted').row).toBe(8); // and 300 ms of attestation
    expect(at('Firecracker VM, kept').gibSeconds).toBeGreaterThan(5 * at('Firecracker VM, booted').gibSeconds);
  });

  it('tests what it prints, and judges by it', () => {
    const { configurations, patterns } = document.figures;
    const tau = naiveTau(
      configurations.map(({ row }) => row),
      configurations.map(({ isolationClass }) => isolationClass),
    );
    expect(patterns['rows']!.tau).toBeCloseTo(tau, 12);
    const verdict = (id: string): string => document.claims.find((claim) => claim.id === id)!.verdict;
    for (const id of ['rows', 'columns']) {
      const { tau: own, p } = patterns[id]!;
      expect(verdict(id)).toBe(own! >= 0.5 && p! < 0.01 ? 'reachable' : 'not reached');
    }
  });

  it('ranks what its parameters say', async () => {
    expect(document.laws.place).toEqual({ row: 4, column: 3 });
    expect(document.laws.tau.tau).toBeCloseTo(2 / 3, 12);
    const { laws } = await printed<Document>(
      'periodic-space/laws',
      'law.reaction=500000000',
      'law.availability=0.99',
      'law.y=4,3,2,1',
    );
    expect(laws).toMatchObject({ place: { row: 8, column: 2 }, tau: { tau: -1 } });
  });

  it('refuses what cannot be', async () => {
    expect(await refused('periodic-space', ...QUICK, 'families=nexus,deadlines')).toMatch(
      /families: given "4 configurations .*expected 12 or more/,
    );
    // an availability of 1 without a request has no place
    const quiet = ['families=functions,nanvix,nexus', 'calls.rate=0.000001', 'calls.duration=1s'];
    expect(await refused('periodic-space', ...quiet)).toMatch(
      /families: given "0 configurations .*expected 12 or more/,
    );
    expect(await refused('periodic-space', 'law.x=1,2')).toContain('law.y: given "1,3,2,4", expected 2 numbers');
    expect(await refused('periodic-space', 'families=moon')).toContain('families');
  });
});
