// What must hold of memory in tiers: C1, C2, T1, T3 to T5 of docs/model/residency.md on the real traces, and a second, naive model on
// random ones, to the nanosecond.

import { createReadStream } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatNamed } from '../../src/pages/formats/names.js';
import { unpack } from '../../src/workload/unpack.js';
import { type Accesses, accessesTo, readAccesses } from '../../src/residency/accesses.js';
import { bestStaticNs, breakEven, runTiers, type TierSettings } from '../../src/residency/tiers.js';
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

describe('random accesses', () => {
  it('cost what a second model says, in every build', async () => {
    const modules = await Promise.all(BUILDS.map((build) => moduleOf(build)));
    for (let seed = 1; seed <= 300; seed++) {
      const next = random(seed);
      const whole = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
      const units = Array.from({ length: whole(2, 400) }, () => Math.floor(next() ** 2 * whole(2, 40)));
      const accesses = accessesTo(units.concat(1e9, 1e9 + 1)); // two that differ, whatever was drawn
      const fastNs = whole(0, 300);
      const common = {
        fastUnits: whole(1, accesses.units - 1),
        fastNs,
        slowNs: fastNs + whole(1, 300),
        moveNs: whole(0, 9000),
        admit: next() < 0.1 ? 'never' : 'always',
      } as const;
      const after = next() < 0.1 ? undefined : whole(1, 6);
      const expected = naiveTiers([...pagesOf(accesses)], { ...common, ...(after === undefined ? {} : { after }) });
      const detector =
        after === undefined ? ({ kind: 'nothing' } as const) : ({ kind: 'count', accesses: after } as const);
      const got = await runTiers(accesses, { ...common, detector }, modules[seed % modules.length]);
      expect(got, `seed ${seed}`).toMatchObject(expected);
    }
  });
});

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
