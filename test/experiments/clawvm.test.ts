// `fluxhost reproduce clawvm`: the example's numbers, the greedy choice against one written out, the step at the floors, what is refused.

import { describe, expect, it } from 'vitest';
import { EXAMPLE, exampleFaults } from '../../src/experiments/clawvm/example.js';
import { experiment } from '../../src/experiments/clawvm/index.js';
import { allowed, pagesOf, POLICIES, type Session, session, type Use } from '../../src/experiments/clawvm/session.js';
import { stream } from '../../src/experiments/draw.js';
import type { Claim } from '../../src/experiments/experiment.js';
import { settingsOf } from '../../src/experiments/parameters.js';
import { conversationOf } from '../../src/experiments/clawvm/mooncake.js';
import { InputError } from '../../src/input/errors.js';
import { MOST_REFUSED, UnusedPaths, WatchedSettings } from '../support/watched-settings.js';
import {
  commit,
  type Entry,
  fitted,
  fittedRecent,
  floorOf,
  floors,
  type Kind,
  type Page,
  PATHS,
  problemOf,
  rejection,
  UTILITY,
} from '../../src/residency/prompt.js';
import { memoryHost } from '../../src/workload/text-source.js';
import { heldNumbers } from './claim-numbers.js';
import { printed, refused } from './reproduced.js';

/** Step by step, each time looking at all that could be done. */
function literally(pages: readonly Page[], budget: number): number[] | undefined {
  const levels = pages.map((page) => PATHS[page.kind].at(-1)!) as number[];
  const used = (): number => pages.reduce((sum, page, i) => sum + page.sizes[levels[i]!]!, 0);
  if (used() > budget) return undefined;
  for (;;) {
    let best: { i: number; to: number; worth: number } | undefined;
    for (const [i, page] of pages.entries())
      for (const to of [...PATHS[page.kind]].reverse()) {
        if (to >= levels[i]!) continue;
        const tokens = page.sizes[to]! - page.sizes[levels[i]!]!;
        const worth = ((UTILITY[to] - UTILITY[levels[i] as 0]) * page.weight) / tokens;
        if (used() + tokens <= budget && (best === undefined || worth > best.worth)) best = { i, to, worth };
      }
    if (best === undefined) return levels;
    levels[best.i] = best.to;
  }
}

const KINDS = Object.keys(PATHS) as Kind[];
function drawn(next: () => number): Page[] {
  const whole = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return Array.from({ length: whole(1, 9) }, () => {
    const pointer = whole(1, 5);
    const structured = pointer + whole(1, 6);
    const compressed = structured + whole(1, 8);
    const sizes = [compressed + whole(1, 20), compressed, structured, pointer];
    return { kind: KINDS[whole(0, KINDS.length - 1)]!, weight: whole(0, 3), sizes };
  });
}

describe('the example of eight pages', () => {
  it('has the numbers of the rules', () => {
    expect(EXAMPLE.map(problemOf)).toEqual(EXAMPLE.map(() => undefined));
    expect([floors(EXAMPLE), EXAMPLE.reduce((sum, { sizes }) => sum + sizes[0]!, 0)]).toEqual([420, 8250]);
    expect(fitted(EXAMPLE, 1000)).toEqual({ levels: [2, 0, 0, 3, 0, 3, 3, 3], tokens: 980, pressure: false });
    expect(fitted(EXAMPLE, 419)).toMatchObject({ tokens: 0, pressure: true });
    expect(exampleFaults(419)).toMatchObject({ contract: 80, recent: 80 });
    expect(exampleFaults(420)).toMatchObject({ contract: 0, recent: 0 });
    for (const budget of [400, 1000, 2500, 4000]) expect(exampleFaults(budget).whole).toBe(80);
    expect(exampleFaults(8250)).toEqual({ contract: 0, recent: 0, whole: 0 });
  });
});

describe('choosing levels', () => {
  it('is what looking at every step each time comes to; never below a floor, never over the budget', () => {
    const next = stream(3, 1);
    for (let n = 0; n < 1500; n++) {
      const pages = drawn(next);
      const budget = Math.floor(floors(pages) * 0.8 + next() * 120);
      const { levels, tokens, pressure } = fitted(pages, budget);
      const expected = literally(pages, budget);
      expect(pressure).toBe(expected === undefined);
      if (expected === undefined) continue;
      expect(levels).toEqual(expected);
      const recent = fittedRecent(pages, budget, [...pages.keys()].reverse());
      for (const one of [{ levels, tokens }, recent]) {
        expect(allowed(pages, one.levels)).toBe(true);
        expect(one.tokens).toBe(pages.reduce((sum, { sizes }, i) => sum + sizes[one.levels[i]!]!, 0));
        expect(one.tokens).toBeLessThanOrEqual(budget);
      }
    }
  });

  it('takes no page whose sizes do not fall along its path', () => {
    const page = (sizes: number[], weight = 1): Page => ({ kind: 'plan', weight, sizes });
    expect(problemOf(page([100, 0, 10, 20]))).toContain('20 tokens at pointer, no fewer than at structured');
    expect(problemOf(page([100, 0, 100, 20]))).toContain('structured');
    expect(problemOf(page([100, 0, 30.5, 20]))).toContain('30.5');
    expect(problemOf(page([100, 0, 30, 20], NaN))).toContain('weight');
    expect(problemOf(page([100, 0, 30, 20]))).toBeUndefined();
  });
});

describe('what is to be kept', () => {
  it('is staged, looked at and committed; what is rejected changes nothing', () => {
    const good: Entry = { page: 2, level: 3, destructive: false, wellFormed: true, provenance: 'turn 1' };
    const staged: [Entry, string | undefined][] = [
      [good, undefined],
      [{ ...good, destructive: true }, 'destructive'],
      [{ ...good, wellFormed: false }, 'schema'],
      [{ ...good, level: 1 }, 'schema'], // a plan is never compressed
      [{ ...good, page: 99 }, 'schema'],
      [{ ...good, provenance: '' }, 'provenance'],
      [{ ...good, page: 0, level: 3 }, 'floor'],
    ];
    for (const [entry, reason] of staged) expect(rejection(EXAMPLE, entry)).toBe(reason);
    const before = new Map([[0, 2]]);
    const { kept, rejected } = commit(
      EXAMPLE,
      before,
      staged.map(([entry]) => entry),
    );
    expect([...kept]).toEqual([
      [0, 2],
      [2, 3],
    ]);
    expect(rejected).toHaveLength(6);
    expect([...before]).toEqual([[0, 2]]);
    expect([...kept].every(([page, level]) => level <= floorOf(EXAMPLE[page]!))).toBe(true);
  });
});

const settings = (...set: string[]) => settingsOf('clawvm', experiment.parameters, set);

describe('a session', () => {
  // two pages of 100 and 60 tokens; the second is changed in the second turn, and nothing is saved of itself
  const pages: Page[] = [100, 60].map((full) => ({ kind: 'conversation', weight: 1, sizes: [full, 30, 10, 2] }));
  const use = (page: number, writes = false, valid = true): Use => ({ page, needed: 0, writes, valid });
  const of = (policy: 'contract' | 'whole pages', uses: Use[][], budget: number, ...set: string[]): Session =>
    session(settings('saveEvery=1000', 'resetEvery=4', ...set), pages, uses, policy, budget);
  const turns = [[use(0)], [use(1, true)], [use(0)], [use(0)]];

  it('is compacted when the prompt is so full: a boundary with floors, and a loss without', () => {
    // whole pages of 160 tokens: at 0.9 of 170 page 0, used longest ago, goes after the first turn, page 1 with its change after the third
    expect(of('whole pages', turns, 170)).toMatchObject({ compactions: 3, flushMisses: 1 });
    expect(of('whole pages', turns, 170, 'compaction=1')).toMatchObject({ compactions: 0, flushMisses: 1 });
    // 178 * 0.9 is above what both take: lost at the reset alone
    expect(of('whole pages', turns, 178)).toMatchObject({ compactions: 0, flushMisses: 1 });
    expect(of('contract', turns, 170)).toMatchObject({ compactions: 4, flushMisses: 0, rejected: 0 });
    const invalid = [[use(0)], [use(1, true, false)], [use(0)], [use(0)]];
    // it is rejected once, though staged after every turn, and lost at the reset
    expect(of('contract', invalid, 170)).toMatchObject({ compactions: 4, flushMisses: 1, rejected: 1 });
    const twice = [[use(0)], [use(1, true, false)], [use(1, true)], [use(0)]];
    expect(of('contract', twice, 170)).toMatchObject({ flushMisses: 0, rejected: 1 });
  });
});

describe('a reference', () => {
  it('finer than what is there is fetched again, and of evidence is a call made twice; a coarser one is a hit', () => {
    const kinds: Kind[] = ['evidence', 'conversation'];
    const pages: Page[] = kinds.map((kind) => ({ kind, weight: 1, sizes: [100, 30, 10, 2] }));
    const uses = (page: number, needed: number): Use[][] => [[{ page, needed, writes: false, valid: true }]];
    const of = (page: number, needed: number, budget: number): Session =>
      session(settings(), pages, uses(page, needed), 'contract', budget);
    // 5 tokens: both at their floor, a pointer
    expect(of(0, 0, 5)).toMatchObject({ refetched: 1, duplicateCalls: 1, controllable: 0 });
    expect(of(1, 0, 5)).toMatchObject({ refetched: 1, duplicateCalls: 0, controllable: 0 });
    expect(of(0, 3, 5)).toMatchObject({ refetched: 0, duplicateCalls: 0, controllable: 0 });
    expect(of(0, 0, 200)).toMatchObject({ refetched: 0, duplicateCalls: 0, controllable: 0 });
    // 3 tokens: not even floors fit, nothing is there
    expect(of(0, 3, 3)).toMatchObject({ refetched: 0, duplicateCalls: 1, controllable: 1, pressured: 1 });
  });
});

describe('a conversation of Mooncake', () => {
  const row = (input_length: number, hash_ids: number[]): string =>
    JSON.stringify({ timestamp: 0, input_length, output_length: 5, hash_ids });
  const read = (...rows: string[]) =>
    conversationOf(memoryHost({ 'trace.jsonl': `${rows.join('\n')}\n` }), 'trace.jsonl', settings());

  it('is the one of the most requests: its blocks are pages, a request is a turn', async () => {
    const { pages, uses, leftOut } = await read(
      row(600, [0, 9]),
      row(1400, [0, 1, 2]),
      row(900, [0, 8]),
      row(1636, [0, 1, 2, 3]),
    );
    expect(pages.map(({ kind }) => kind)).toEqual(['bootstrap', 'conversation', 'conversation']);
    // the third block was 376 tokens at first, the fourth has 100, of which a tenth is less than a pointer
    expect(pages.map(({ sizes }) => sizes)).toEqual([0, 1, 2].map(() => [512, 154, 51, 20]));
    expect(leftOut).toBe(1);
    expect(uses.map((turn) => turn.map(({ page }) => page))).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
  });

  it('has no fault either when its floors fit, and its rows are looked at', async () => {
    const rows = Array.from({ length: 12 }, (_, i) =>
      row(
        (i + 2) * 512,
        Array.from({ length: i + 2 }, (_, block) => block),
      ),
    );
    const { pages, uses } = await read(...rows);
    const full = floors(pages);
    expect([pages.length, full]).toEqual([13, 51 + 12 * 20]);
    for (const policy of POLICIES.slice(0, 2)) {
      expect(session(settings(), pages, uses, policy, full).controllable).toBe(0);
      expect(session(settings(), pages, uses, policy, full - 1)).toMatchObject({ controllable: 90, references: 90 });
    }
    await expect(read(row(600, [0]))).rejects.toThrow(/trace\.jsonl:1: input_length: .*tokens for 1 blocks of 512/);
    await expect(read(row(600, [0, -1]))).rejects.toThrow(/hash_ids/);
    await expect(read(row(500, [0]))).rejects.toThrow(/requests that share two blocks/);
  });
});

describe('reproduce clawvm', () => {
  it('has one step, where the floors fit, with floors; whole pages go on missing', async () => {
    const document = await printed<{
      claims: Claim[];
      figures: {
        sweep: { ratio: number; contract: number; 'recent, with floors': number; 'whole pages': number }[];
        session: Record<string, { flushMisses: number; rejected: number; references: number }>;
      };
    }>('clawvm', 'turns=150', 'resetEvery=70');
    heldNumbers(document.claims);
    expect(Object.fromEntries(document.claims.map(({ id, verdict }) => [id, verdict]))).toMatchObject({
      'no-fault': 'reproduced',
      turn: 'not testable here',
    });
    for (const one of document.figures.sweep) {
      expect(one.contract).toBe(one.ratio < 1 ? 1 : 0);
      expect(one['recent, with floors']).toBe(one.contract);
      expect(one['whole pages']).toBeGreaterThan(0);
    }
    const { contract, 'whole pages': whole } = document.figures.session;
    expect(contract!.references).toBe(900);
    expect(contract!.flushMisses).toBeLessThan(whole!.flushMisses);
    expect(contract!.flushMisses).toBeLessThanOrEqual(contract!.rejected);
  });

  it('refuses what is no path, and gives finite figures for whatever else', async () => {
    expect(await refused('clawvm', 'structured=0.5')).toContain('less than compressed, which is 0.3');
    expect(await refused('clawvm', 'pointer=100000')).toContain('less than the 60 tokens');
    expect(await refused('clawvm', 'size=61')).toContain('less than the 6.1 tokens');
    expect(await refused('clawvm', 'compressed=0.10001', 'pointer=59')).toContain('draws had none');
    expect(await refused('clawvm', 'trace=nowhere.jsonl')).toContain('nowhere.jsonl');
    const { pages, drawnAgain } = pagesOf(settings());
    expect(drawnAgain).toBeGreaterThan(0);
    for (const { sizes } of pages) expect([...sizes].sort((a, b) => b - a)).toEqual(sizes);
    for (const { sizes } of pages)
      expect(sizes.slice(1)).toEqual([sizes[0]! * 0.3, sizes[0]! * 0.1, 20].map(Math.round));
    expect(await refused('clawvm', 'budget=0', 'pages=1')).toMatch(/budget[^]*pages/);
    const next = stream(23, 1);
    const small: Record<string, number> = { pages: 60, turns: 40, references: 10, pointer: 5 };
    const rounds = Number(process.env['FLUXHOST_RANDOM'] ?? 25);
    const unused = new UnusedPaths();
    let refusals = 0;
    for (let n = 0; n < rounds; n++) {
      const set = experiment.parameters.flatMap(({ path, unit, min, max }) => {
        if (unit === 'file') return [];
        const value = min! + ((small[path] ?? max!) - min!) * next() ** 4;
        return `${path}=${unit === 'count' ? Math.round(value) : value}`;
      });
      try {
        const settings = new WatchedSettings(settingsOf('clawvm', experiment.parameters, set).values);
        const { figures, claims } = await experiment.run({ parameters: settings });
        const bad = /\b(NaN|Infinity|undefined)\b|:null/.exec(JSON.stringify([figures, claims]))?.[0];
        expect(bad, set.join(' ')).toBeUndefined();
        unused.add(settings, set);
      } catch (error) {
        if (!(error instanceof InputError)) throw new Error(set.join(' '), { cause: error });
        refusals++;
      }
    }
    expect(refusals).toBeLessThanOrEqual(MOST_REFUSED * rounds);
    if (rounds > 100) {
      console.log(`clawvm: ${rounds} sets, ${refusals} refused`);
      expect(unused.paths).toEqual([]);
    }
  });
});
