// `fluxhost reproduce tierbpf`: its figures on generated accesses and on a real trace, its control, and what it refuses.

import { describe, expect, it } from 'vitest';
import type { Claim } from '../../src/experiments/experiment.js';
import { stream } from '../../src/experiments/draw.js';
import { drifting } from '../../src/residency/generate.js';
import { timesAccessed } from '../../src/residency/accesses.js';
import { gainPicture } from '../../src/experiments/tierbpf/pictures.js';
import type { TierResult } from '../../src/residency/tiers.js';
import { sharedFile } from '../memory/support.js';
import { heldNumbers } from './claim-numbers.js';
import { printed, refused } from './reproduced.js';

interface Host {
  readonly always: TierResult;
  readonly admitted: TierResult;
  readonly byMove: readonly number[];
}
interface Size {
  readonly neverNs: number;
  readonly bestStaticNs: number;
  readonly hosts: Record<string, Host>;
}
interface Printed {
  readonly claims: Claim[];
  readonly figures: Record<string, Size>;
  readonly remarks?: { code: string; detail: string }[];
  readonly laws: { T1: Record<string, number>; T4: Record<string, number[]> };
}

const verdicts = ({ claims }: Printed): Record<string, string | undefined> =>
  Object.fromEntries(claims.map(({ id, verdict }) => [id, verdict]));

describe('generated accesses', () => {
  it('follow Zipf, and drift by whole ranks', () => {
    const asked = { accesses: 100_000, units: 100, skew: 1, every: 50_000, share: 0, writeShare: 0.25 };
    const still = drifting(asked, stream(1, 1));
    expect([still.count, still.units]).toEqual([100_000, 100]);
    expect(still.writes / still.count).toBeCloseTo(0.25, 2);
    const sum = Array.from({ length: 100 }, (_, i) => 1 / (i + 1)).reduce((a, b) => a + b, 0);
    const times = timesAccessed(still).sort().reverse();
    for (const rank of [1, 2, 10]) expect(times[rank - 1]! / 1e5).toBeCloseTo(1 / rank / sum, 2);
    // all ranks move once, halfway: the first has another unit, most likely one of few accesses before
    const moved = timesAccessed(drifting({ ...asked, share: 1 }, stream(1, 1)))
      .sort()
      .reverse();
    expect(moved[0]! / times[0]!).toBeGreaterThan(0.49);
    expect(moved[0]! / times[0]!).toBeLessThan(0.8);
  });
});

describe('reproduce tierbpf', () => {
  it('says who waits for moves, and where a gain falls between the ends', async () => {
    const few = ['detectors=count', 'sizes=4KiB', 'accesses=3000', 'pages=200'];
    const waiting = (claims: Claim[]): boolean => JSON.stringify(claims).includes('an access waits for the moves');
    const [on, off] = [
      await printed<Printed>('tierbpf', ...few),
      await printed<Printed>('tierbpf', 'background=true', ...few),
    ];
    expect([waiting(on.claims), waiting(off.claims)]).toEqual([true, false]);
    const head = ['us', 'count'];
    const rows = [
      ['0', '1.00x'],
      ['1', '0.87x'],
      ['2', '0.82x'],
      ['5', '1.04x'],
      ['699', '1.00x'],
    ];
    expect(gainPicture('us')(head, rows)).toMatchObject({
      answer: 'From 0 to 699: count from 1.00x to 1.00x, at least 0.82x at 2, at most 1.04x at 5.',
    });
    for (const { claims, figures } of [on, off]) {
      const { byMove } = Object.values(figures['4KiB']!.hosts)[0]!;
      const fell = byMove.some((one, i) => i > 0 && one < byMove[i - 1]! * 0.99);
      expect(claims.find(({ id }) => id === 'grows')!.ours.includes('than at the cost before')).toBe(fell);
    }
  });

  it('gains by admission, the more the dearer a move; nothing where moves are free', async () => {
    const document = await printed<Printed>('tierbpf');
    heldNumbers(document.claims);
    expect(verdicts(document)).toMatchObject({
      geomean: 'reachable',
      best: 'reachable',
      grows: 'reachable',
      control: 'reproduced',
    });
    expect(document.laws.T1).toEqual({ '4KiB': 31.25, '2MiB': 4368.75 });
    expect(document.laws.T4['freeNs']).toEqual(document.laws.T4['freeAdmittedNs']);
    const { hosts, neverNs, bestStaticNs } = document.figures['4KiB']!;
    expect(bestStaticNs).toBeLessThan(neverNs);
    expect(hosts['autonuma']!.always.totalNs / neverNs).toBeCloseTo(1.4, 2);
    expect(hosts['autonuma']!.admitted.totalNs / neverNs).toBeCloseTo(0.95, 2);
    for (const { byMove, always, admitted } of Object.values(hosts)) {
      expect(byMove[0]).toBe(1);
      expect(byMove[3]).toBe(always.totalNs / admitted.totalNs); // 5 us is its own
      expect(always.refused).toBe(0);
      expect(admitted.candidates).toBe(admitted.refused + admitted.promotions);
    }
  });

  it('says of a post-cache trace that promotion loses, with the totals of T3', async () => {
    const set = (name: string, count: number): string[] => [
      `trace=${sharedFile(`traces/spec2006-ramulator/${name}.trace.gz`)}`,
      ...['latFast=100', `count=${count}`, 'detectors=count', 'sizes=4KiB'],
    ];
    const gcc = await printed<Printed>('tierbpf', ...set('403.gcc', 64));
    expect(gcc.figures['4KiB']!.neverNs).toBe(10_341_350);
    expect(gcc.figures['4KiB']!.bestStaticNs).toBe(8_837_900);
    expect(gcc.figures['4KiB']!.hosts['count']!.always.totalNs).toBe(10_624_400);
    const sjeng = await printed<Printed>('tierbpf', ...set('458.sjeng', 8));
    expect(sjeng.figures['4KiB']!.hosts['count']!.always.totalNs).toBe(38_217_900);
    expect(sjeng.claims.find(({ id }) => id === 'promotion')!.answer).toBe('Without admission: none; with it: none.');
  });

  it('has a queue at the link where moves go on in the background, which a price keeps short', async () => {
    const of = async (price: number): Promise<Host> => {
      const set = ['background=true', 'detectors=count', 'sizes=4KiB', `price=${price}`];
      return (await printed<Printed>('tierbpf', ...set)).figures['4KiB']!.hosts['count']!;
    };
    const [free, priced] = [await of(0), await of(4)];
    expect(priced.always).toEqual(free.always); // who is always admitted pays no price
    expect([free.always, free.admitted, priced.admitted].map(({ comingMost }) => comingMost)).toEqual([681, 335, 6]);
    expect(priced.admitted.totalNs).toBeLessThan(free.admitted.totalNs);
    expect(free.admitted.totalNs).toBeLessThan(free.always.totalNs);
    // alone it leaves tpp out, and says so; tpp alone cannot be
    const small = ['background=true', 'sizes=4KiB', 'accesses=3000', 'pages=200'];
    const { figures, remarks } = await printed<Printed>('tierbpf', ...small);
    expect(Object.keys(figures['4KiB']!.hosts).sort()).toEqual(['autonuma', 'count']);
    expect(remarks!.map(({ code }) => code)).toEqual(['no-tpp']);
    expect((await printed<Printed>('tierbpf', ...small, 'detectors=count')).remarks).toBeUndefined();
    expect(await refused('tierbpf', 'background=true', 'detectors=tpp')).toContain(
      'expected another than tpp with background',
    );
  });

  it('refuses what is no pair of tiers', async () => {
    expect(await refused('tierbpf', 'fast=0', 'sizes=8KiB', 'rateLimit=0')).toMatch(/fast[^]*sizes[^]*rateLimit/);
    expect(await refused('tierbpf', 'latSlow=90')).toContain('more than latFast, which is 90');
    expect(await refused('tierbpf', 'latFast=0.5', 'watermark.low=0.4')).toMatch(/whole ns[^]*watermark.high/);
    expect(await refused('tierbpf', 'fast=0.0001')).toContain('a share of 1024 pages of 4KiB');
    expect(await refused('tierbpf', 'sketch.counters=1000')).toContain('a power of two');
    expect(await refused('tierbpf', 'rateLimit=0.001')).toContain('at least one page of 4KiB');
    expect(await refused('tierbpf', 'trace=nowhere.trace')).toContain('nowhere.trace');
  });
});
