// What must hold of memory in tiers: C1, C2, T1, T3 to T5 of docs/model/residency.md on the real traces, and a second, naive model on
// random ones, to the nanosecond.

import { createReadStream } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatNamed } from '../../src/pages/formats/names.js';
import { unpack } from '../../src/workload/unpack.js';
import { type Accesses, accessesTo, readAccesses } from '../../src/residency/accesses.js';
import { bestStaticNs, breakEven, runTiers, type Scan, Tiers, type TierSettings } from '../../src/residency/tiers.js';
import { BUILDS, missesOf, moduleOf, sharedFile } from '../memory/support.js';
import { POLICY_LRU } from '../../assembly/memory/replacement/ids.js';
import { random } from '../support/chance.js';
import { naiveTiers } from './naive.js';

const traces = new Map<string, Promise<Accesses>>();
function trace(name: string): Promise<Accesses> {
  const known = traces.get(name);
  if (known !== undefined) return known;
  const bytes = unpack(createReadStream(sharedFile(`traces/spec2006-ramulator/${name}.trace.gz`)), () => undefined);
  const read = readAccesses(name, bytes, formatNamed('ramulator')!, { pageSizeBytes: 4096, instructions: false });
  traces.set(name, read);
  return read;
}

/** `FLUXHOST_RANDOM=N` asks for more. */
const ROUNDS = Number(process.env['FLUXHOST_RANDOM'] ?? 300);

const COSTS = { fastNs: 100, slowNs: 250, moveNs: 5000 } as const;
/** Fast: a quarter of the pages. Promoted: after so many slow accesses; 0: never. */
const settings = ({ units }: Accesses, after: number, changes: Partial<TierSettings> = {}): TierSettings => ({
  ...COSTS,
  fastUnits: Math.floor(units / 4),
  detector: after === 0 ? { kind: 'nothing' } : { kind: 'count', accesses: after },
  ...changes,
});

function* pagesOf({ windows }: Accesses): Generator<number> {
  for (const { words, count } of windows) for (let at = 0; at < 2 * count; at += 2) yield words[at]!;
}

describe('T3: totals on the real traces, exact', () => {
  it.each([
    ['403.gcc', 326, 0, 10_341_350],
    ['403.gcc', 326, 1, 16_794_850],
    ['403.gcc', 326, 33, 14_060_950],
    ['403.gcc', 326, 64, 10_624_400],
    ['458.sjeng', 6573, 0, 23_239_200],
    ['458.sjeng', 6573, 1, 624_725_450],
    ['458.sjeng', 6573, 8, 38_217_900],
    ['458.sjeng', 6573, 33, 23_290_050],
  ])('%s, %i fast, promoted after %i', async (name, fastUnits, after, totalNs) => {
    const accesses = await trace(name);
    const asked = settings(accesses, after);
    expect(asked.fastUnits).toBe(fastUnits);
    expect((await runTiers(accesses, asked)).totalNs).toBe(totalNs);
  });

  it.each([
    ['403.gcc', 8_837_900],
    ['458.sjeng', 19_243_350],
  ])('%s, the best static set', async (name, totalNs) => {
    const accesses = await trace(name);
    expect(bestStaticNs(accesses, settings(accesses, 0))).toBe(totalNs);
  });
});

describe('C3: without moves', () => {
  it.each(['403.gcc', '458.sjeng'])('%s: nothing is cheaper than the best set', async (name) => {
    const accesses = await trace(name);
    for (const share of [0.05, 0.25, 0.5, 0.9]) {
      const asked = settings(accesses, 0, { fastUnits: Math.floor(accesses.units * share) });
      expect(bestStaticNs(accesses, asked)).toBeLessThan((await runTiers(accesses, asked)).totalNs);
    }
  });
});

describe('C2: the ends of admission', () => {
  it.each([
    ['403.gcc', 48_541],
    ['458.sjeng', 55_402],
  ])('%s: promotion at the first slow access is LRU', async (name, hits) => {
    const accesses = await trace(name);
    const asked = settings(accesses, 1);
    const tiers = await runTiers(accesses, asked);
    expect(tiers.hits).toBe(hits);
    const misses = await missesOf(POLICY_LRU, asked.fastUnits, pagesOf(accesses));
    expect(accesses.count - misses).toBe(hits);
  });

  it.each(['403.gcc', '458.sjeng'])('%s: never admitted is T5, placed at the first touch', async (name) => {
    const accesses = await trace(name);
    const asked = settings(accesses, 0);
    const placed = new Set<number>();
    let hits = 0;
    for (const page of pagesOf(accesses)) {
      if (placed.has(page)) hits++;
      else if (placed.size < asked.fastUnits) placed.add(page);
    }
    const expected = { hits, promotions: 0, demotions: 0, totalNs: hits * 100 + (accesses.count - hits) * 250 };
    expect(await runTiers(accesses, asked)).toMatchObject({ ...expected, candidates: 0 });
    expect(await runTiers(accesses, settings(accesses, 1, { admit: 'never' }))).toMatchObject(expected);
  });
});

describe('T1: break-even', () => {
  it.each([
    [100, 5000, 33.3],
    [90, 5000, 31.25],
    [100, 699_000, 4660],
  ])('%i ns against 250, a move of %i ns: %f accesses', (fastNs, moveNs, accesses) => {
    expect(breakEven({ fastNs, slowNs: 250, moveNs })).toBeCloseTo(accesses, 1);
  });

  it('a unit that is promoted at once and then used N times more pays from N* times two moves on', async () => {
    // one fast unit, used once; the other then comes up, at the cost of one move up and one down, and stays
    const used = (times: number): Accesses => accessesTo([0, ...new Array<number>(times + 1).fill(1)]);
    const gain = async (times: number): Promise<number> => {
      const accesses = used(times);
      const fastUnits = { fastUnits: 1 };
      const never = await runTiers(accesses, settings(accesses, 0, fastUnits));
      return never.totalNs - (await runTiers(accesses, settings(accesses, 1, fastUnits))).totalNs;
    };
    expect(await gain(66)).toBe(-100);
    expect(await gain(67)).toBe(50);
  });
});

describe('T4: moves that cost nothing', () => {
  it.each(['403.gcc', '458.sjeng'])('%s: the earlier, the better', async (name) => {
    const accesses = await trace(name);
    const totals = [];
    for (const after of [1, 8, 33, 64, 0])
      totals.push((await runTiers(accesses, settings(accesses, after, { moveNs: 0 }))).totalNs);
    expect(Math.min(...totals)).toBe(totals[0]);
  });
});

const KINDS = ['nothing', 'count', 'faults', 'hint'];
/** Settings of any kind for so many units, or of one kind. */
function anySettings(units: number, next: () => number, like?: TierSettings): TierSettings {
  const whole = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  const fastUnits = like?.fastUnits ?? whole(1, units - 1);
  const fastNs = whole(0, 300);
  const scan = (): Scan => ({ delayNs: whole(0, 9e3), periodNs: whole(1e3, 2e4), units: whole(1, units + 3) });
  const high = whole(0, fastUnits - 1);
  const detectors: (() => TierSettings['detector'])[] = [
    () => ({ kind: 'nothing' }),
    () => ({ kind: 'count', accesses: whole(1, 6) }),
    () => ({ kind: 'faults', faults: whole(1, 3), faultNs: whole(0, 900), scan: scan() }),
    () => ({
      kind: 'hint',
      faultNs: whole(0, 900),
      scan: scan(),
      hotNs: whole(8, 2e4),
      limit: { units: whole(1, 6), perNs: whole(1e3, 2e4) },
      adjustNs: whole(1e3, 5e4),
    }),
  ];
  const admit = (['always', 'always', 'never', 'sketch'] as const)[whole(0, 3)]!;
  return {
    fastUnits,
    fastNs,
    slowNs: fastNs + whole(1, 300),
    moveNs: whole(0, 9000),
    gapNs: next() < 0.5 ? 0 : whole(1, next() < 0.2 ? 1e5 : 500),
    detector: detectors[like === undefined ? whole(0, 3) : KINDS.indexOf(like.detector.kind)]!(),
    admit: admit === 'sketch' ? { over: whole(0, 5), halveNs: whole(1e3, 1e5), counters: 2 ** whole(0, 5) } : admit,
    ...((like === undefined ? next() < 0.3 : like.background !== undefined)
      ? { background: { price: whole(0, 3) } }
      : next() < 0.5
        ? {}
        : { watermarks: { low: whole(0, high), high } }),
  };
}

/** What is tuned of a detector; what a fault costs and the times of comparisons stay. */
function keepingPeriods(made: TierSettings['detector'], other: TierSettings['detector']): TierSettings['detector'] {
  if (made.kind === 'faults' && other.kind === 'faults') return { ...other, faultNs: made.faultNs };
  if (made.kind === 'hint' && other.kind === 'hint')
    return {
      ...other,
      faultNs: made.faultNs,
      adjustNs: made.adjustNs,
      limit: { ...other.limit, perNs: made.limit.perNs },
    };
  return other;
}

describe('random accesses', () => {
  it('cost what a second model says, in every build', async () => {
    const modules = await Promise.all(BUILDS.map((build) => moduleOf(build)));
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const next = random(seed);
      const whole = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
      const drawn = whole(2, 40);
      const named = Array.from({ length: whole(2, 400) }, () => Math.floor(next() ** 2 * drawn));
      const accesses = accessesTo(named.concat(1e9, 1e9 + 1)); // two that differ, whatever was drawn
      const asked = anySettings(accesses.units, next);
      const got = await runTiers(accesses, asked, modules[seed % modules.length]);
      const units = [...pagesOf(accesses)];
      const told = `seed ${seed}: ${JSON.stringify(asked)}`;
      expect(got, told).toEqual({ accesses: accesses.count, ...naiveTiers(units, asked) });
      // the same with other settings of one kind from some access on
      const other = anySettings(accesses.units, next, asked);
      const tuned = {
        ...asked,
        detector: keepingPeriods(asked.detector, other.detector),
        watermarks: other.watermarks,
      };
      const from = whole(1, accesses.count - 1);
      const tiers = await Tiers.create(accesses.units, asked, modules[seed % modules.length]);
      tiers.run(accesses, 0, from);
      tiers.tune(tuned);
      tiers.run(accesses, from);
      const expected = naiveTiers(units, asked, { from, settings: tuned });
      expect(tiers.result(), `${told}, from ${from} ${JSON.stringify(tuned)}`).toEqual({
        accesses: accesses.count,
        ...expected,
      });
    }
  });
});

describe('T2: how soon a fault makes a candidate', () => {
  it('falls by an eighth of its reference while there are far more candidates than may go up, and rises to twice it', async () => {
    // a thousandth of the kernel's times: windows of 60 ms, a scan each ms; 20 slow units, each accessed once after each scan
    const window = 1200;
    const busy = Array.from({ length: 2 * window }, (_, i) => 1 + (i % 20));
    const quiet = new Array<number>(11 * window).fill(0);
    const hotAfter = async (windows: number): Promise<number> => {
      const accesses = accessesTo([0, ...busy, ...quiet].slice(0, windows * window + 30));
      const scan = { delayNs: 0, periodNs: 1e6, units: 21 };
      const { hotNs } = await runTiers(accesses, {
        ...{ fastUnits: 1, fastNs: 0, slowNs: 1, moveNs: 0, gapNs: 50_000, admit: 'never' },
        detector: {
          ...{ kind: 'hint', faultNs: 0, scan, hotNs: 1e6, adjustNs: 60e6 },
          limit: { units: 1, perNs: 1e6 },
        },
      });
      return hotNs / 1e3;
    };
    const trace: number[] = [];
    for (let windows = 1; windows <= 13; windows++) trace.push(await hotAfter(windows));
    expect(trace).toEqual([875, 750, 875, 1000, 1125, 1250, 1375, 1500, 1625, 1750, 1875, 2000, 2000]);
  });
});

const SCAN: Scan = { delayNs: 0, periodNs: 1e6, units: 1 };
const HINT = {
  kind: 'hint',
  faultNs: 0,
  scan: SCAN,
  hotNs: 1e6,
  limit: { units: 1, perNs: 1e6 },
  adjustNs: 1e6,
} as const;

describe('what is refused', () => {
  const accesses = accessesTo([1, 2, 3]);
  it.each([
    ['fastUnits', { fastUnits: 0 }],
    ['fastUnits', { fastUnits: 3 }],
    ['slowNs', { slowNs: 100 }],
    ['slowNs', { slowNs: NaN }],
    ['moveNs', { moveNs: -1 }],
    ['gapNs', { gapNs: 0.5 }],
    ['detector.accesses', { detector: { kind: 'count', accesses: 0 } }],
    ['detector.faults', { detector: { kind: 'faults', faults: 0, faultNs: 0, scan: SCAN } }],
    ['detector.scan.periodNs', { detector: { kind: 'faults', faults: 1, faultNs: 0, scan: { ...SCAN, periodNs: 0 } } }],
    ['detector.limit.units', { detector: { ...HINT, limit: { units: 0, perNs: 1e9 } } }],
    ['detector.hotNs', { detector: { ...HINT, hotNs: 0 } }],
    ['watermarks.high', { watermarks: { low: 0, high: 1 } }],
    ['admit.counters', { admit: { over: 33, halveNs: 1e6, counters: 1000 } }],
    ['background.price', { background: { price: -1 } }],
    ['watermarks.high', { background: { price: 0 }, watermarks: { low: 0, high: 1 }, fastUnits: 2 }],
  ] as const)('%s', async (path, changes) => {
    const running = runTiers(accesses, settings(accesses, 1, { fastUnits: 1, ...changes }));
    await expect(running).rejects.toMatchObject({ problems: [{ path }] });
  });

  it('a trace of one unit, and one of none', async () => {
    const one = accessesTo([7, 7]);
    await expect(runTiers(one, settings(one, 1))).rejects.toThrow('1 units');
    async function* nothing(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(new Uint8Array(0));
    }
    const format = formatNamed('ramulator')!;
    await expect(
      readAccesses('empty', nothing(), format, { pageSizeBytes: 4096, instructions: false }),
    ).rejects.toThrow('no access');
  });
});
