// `fluxhost reproduce temponet`: laws by its own parameters, verdicts, the control, a trace's calls, and what is refused.

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Claim } from '../../src/experiments/experiment.js';
import { drawSet } from '../../src/experiments/temponet/sets.js';
import { heldNumbers } from './claim-numbers.js';
import { printed, refused } from './reproduced.js';

interface PointFigures {
  readonly cores: number;
  readonly load: number;
  readonly met: Record<string, number>;
  readonly metByBins: number[];
  readonly gain: number;
}
interface Document {
  readonly claims: (Claim & { readonly verdict: string })[];
  readonly figures: {
    readonly points: PointFigures[];
    readonly many: PointFigures[];
    readonly decisions: { sizeUs: number; boundUs: number; fifo: number; decisionUs: number[]; met: number[] }[];
    readonly calls?: { calls: number; shares: Record<string, number> };
  };
  readonly laws: {
    readonly E1: { utilization: number; orders: string[]; met: number[]; missed: number[]; metByBins: number[] };
    readonly E6: { decisionMs: number | null; missedAt: number | null; missedBeyond: number | null };
  };
}

const QUICK = [
  'sets=2',
  'tasks=8',
  'horizon=600ms',
  'loads=0.9,1.4',
  'bins=1,4,8,16',
  'many.tasks=40',
  'many.loads=1.2',
  'many.horizon=200ms',
  'sizes=10,10000',
  'decisions=0,1,10,1000',
];

describe('reproduce temponet', () => {
  let document: Document;
  beforeAll(async () => {
    document = await printed<Document>('temponet', ...QUICK);
  });

  it('prints the laws of the set that is given', async () => {
    const { E1 } = document.laws;
    expect(E1.orders).toEqual(['fifo', 'edf', 'dm', 'llf']);
    expect([E1.met[0], E1.missed[0], E1.met[1], E1.missed[1]]).toEqual([100, 30, 130, 0]);
    expect(E1.metByBins).toEqual([100, 100, 110, 130]);
    const { laws } = await printed<Document>('temponet/laws', 'law.services=2,3', 'law.periods=10,15');
    expect(laws.E6).toMatchObject({ missedAt: 0 });
    expect(laws.E6.decisionMs).toBeCloseTo(3.6, 12);
    expect(laws.E6.missedBeyond).toBeGreaterThan(0);
    // no bound where there is more work than time, nor on several cores
    const none = { decisionMs: null, missedAt: null, missedBeyond: null };
    for (const set of [['law.services=3,6'], ['law.services=2,3', 'law.periods=10,15', 'law.cores=2']])
      expect((await printed<Document>('temponet/laws', ...set)).laws.E6).toEqual(none);
  });

  it('finds nothing to gain where EDF misses nothing, and one bin to be fifo everywhere', () => {
    for (const { cores, load, met, metByBins, gain } of document.figures.points) {
      expect(metByBins[0]).toBe(met['fifo']);
      if (cores !== 1 || load > 1) continue;
      expect(met['edf']).toBe(1);
      expect(gain).toBe(0);
    }
  });

  it('says that decisions beyond what is left of the core cost deadlines', () => {
    for (const { boundUs, decisionUs, met } of document.figures.decisions)
      decisionUs.forEach((us, i) => {
        if (us <= boundUs) expect(met[i], `${us} of ${boundUs}`).toBe(1);
        if (us > 5 * boundUs) expect(met[i], `${us} of ${boundUs}`).toBeLessThan(1);
      });
  });

  it('judges every claim, in words and numbers alike', () => {
    expect(heldNumbers(document.claims)).toEqual(['periods', 'many', 'response']);
    const verdicts = Object.fromEntries(document.claims.map(({ id, verdict }) => [id, verdict]));
    expect(verdicts).toMatchObject({
      gains: expect.stringMatching(/^refuted under U <= 1 on one core/),
      learned: 'not testable here',
    });
    const { points } = document.figures;
    const others = points.filter(({ cores, load }) => cores > 1 || load > 1);
    expect(verdicts['elsewhere']).toBe(others.every(({ gain }) => gain > 0) ? 'reachable' : 'not reached');
  });

  it('is indifferent to the order of one task (control)', async () => {
    const { figures } = await printed<Document>('temponet', ...QUICK, 'tasks=1', 'cores=1', 'loads=0.5,1');
    for (const { met, metByBins } of figures.points)
      expect(new Set([...Object.values(met), ...metByBins])).toEqual(new Set([1]));
  });

  it('runs calls of functions, due within a multiple of their median', async () => {
    const rows = Array.from({ length: 200 }, (_, i) => {
      const [func, duration] = i % 3 === 0 ? ['f', 0.04 + 0.002 * (i % 7)] : ['g', 0.01];
      return `a,${func},${(0.01 * i + duration).toFixed(6)},${duration.toFixed(6)}`;
    });
    const file = join(mkdtempSync(join(tmpdir(), 'calls-')), 'calls.csv');
    writeFileSync(file, `app,func,end_timestamp,duration\n${rows.join('\n')}\n`);
    const of = (load: number): Promise<Document> =>
      printed('temponet', ...QUICK, `trace=${file}`, 'trace.cores=1', `trace.load=${load}`, 'trace.limit=200');
    const [low, high] = [(await of(0.05)).figures.calls!, (await of(2)).figures.calls!];
    expect(low.calls).toBe(200);
    expect(low.shares['edf']).toBeGreaterThan(0.95);
    expect(high.shares['edf']).toBeLessThan(0.8);
    expect(high.shares['qllf of 1']).toBe(high.shares['fifo']);
  });

  it('refuses what cannot be', async () => {
    expect(await refused('temponet', 'law.services=4,6', 'bins=0')).toMatch(
      /bins: given "0", expected whole numbers from 1 to 1024.*\n.*law\.services: given 4, expected at most the period/,
    );
    expect(await refused('temponet', 'tasks=2')).toContain('loads: given "0.7", expected at most 0.5: 2 tasks');
    expect(await refused('temponet', 'law.periods=3')).toContain('2 of them, as law.services');
    expect(await refused('temponet', 'law.periods=0,10')).toContain('numbers above 0');
    expect(await refused('temponet', 'period.least=300')).toContain('at most period.most (200)');
    expect(await refused('temponet', 'range=-1')).toContain('range');
  });
});

it('sets have the load that is asked for, in shares of at most one', () => {
  for (let number = 0; number < 50; number++) {
    const set = drawSet(3, number, { tasks: 6, utilization: 2.5, leastMs: 5, mostMs: 50 });
    const used = set.map(({ serviceNs, periodNs }) => serviceNs / periodNs);
    expect(used.reduce((sum, share) => sum + share, 0)).toBeCloseTo(2.5, 4);
    expect(Math.max(...used)).toBeLessThanOrEqual(1);
    expect(set.every(({ periodNs, offsetNs }) => periodNs % 1e6 === 0 && offsetNs < periodNs)).toBe(true);
  }
});
