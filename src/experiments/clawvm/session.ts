// A made-up session of an agent: pages that are referred to, changed, saved and lost at resets, under three policies of what stands in
// the prompt.

import { InputError } from '../../input/errors.js';
import {
  commit,
  type Entry,
  fitted,
  fittedRecent,
  floorOf,
  type Kind,
  type Page,
  PATHS,
  refer,
  WholePages,
} from '../../residency/prompt.js';
import { lognormal, stream } from '../draw.js';
import type { Settings } from '../parameters.js';

export const POLICIES = ['contract', 'recent, with floors', 'whole pages'] as const;
export type PolicyName = (typeof POLICIES)[number];

export interface Session {
  readonly references: number;
  readonly controllable: number;
  readonly refetched: number;
  /** Of evidence that was not there: the tool is called again. */
  readonly duplicateCalls: number;
  readonly pressured: number;
  /** Turns after which the prompt was too full. */
  readonly compactions: number;
  /** Changes that a reset or a compaction took before they were saved. */
  readonly flushMisses: number;
  readonly rejected: number;
}

const [SIZES, USES] = [1, 2];
const REST: readonly Kind[] = ['preference', 'evidence', 'conversation', 'evidence', 'conversation'];

/** A page's tokens at its levels; undefined where they do not fall from each to the next. */
export function sizesOf(settings: Settings, full: number): Page['sizes'] | undefined {
  const [compressed, structured] = [settings.number('compressed'), settings.number('structured')];
  const sizes = [full, Math.round(full * compressed), Math.round(full * structured), settings.number('pointer')];
  return sizes.every((size, level) => level === 0 || size < sizes[level - 1]!) ? sizes : undefined;
}

/** Draws of one page, at most. */
const MOST_DRAWS = 10_000;

/** A tenth each of what has a contract of its own, the rest preferences, evidence and conversation. Pages that are too small are drawn again. */
export function pagesOf(settings: Settings): { readonly pages: Page[]; readonly drawnAgain: number } {
  const next = stream(settings.number('seed'), SIZES);
  const count = settings.number('pages');
  let draws = 0;
  const pages = Array.from({ length: count }, (_, i): Page => {
    const tenth = Math.floor((10 * i) / count);
    const kind = (['bootstrap', 'constraint', 'plan'] as const)[tenth] ?? REST[i % REST.length]!;
    for (let n = 0; n < MOST_DRAWS; n++) {
      draws++;
      const sizes = sizesOf(settings, Math.round(lognormal(next, settings.number('size'), settings.number('sizeCv'))));
      if (sizes !== undefined) return { kind, weight: 1, sizes };
    }
    throw new InputError({
      path: 'size',
      given: String(settings.number('size')),
      expected: `pages that are smaller at each level (compressed, structured, pointer); ${MOST_DRAWS} draws had none`,
    });
  });
  return { pages, drawnAgain: draws - count };
}

export interface Use {
  readonly page: number;
  readonly needed: number;
  readonly writes: boolean;
  readonly valid: boolean;
}

/** The same for all policies. */
export function usesOf(settings: Settings, pages: readonly Page[]): Use[][] {
  const next = stream(settings.number('seed'), USES);
  const cumulated: number[] = [];
  pages.reduce((sum, _, i) => (cumulated[i] = sum + (i + 1) ** -settings.number('skew')), 0);
  // ranks in an order that has nothing to do with kinds
  const order = pages.map((_, i) => ({ i, at: next() })).sort((a, b) => a.at - b.at);
  return Array.from({ length: settings.number('turns') }, () =>
    Array.from({ length: settings.number('references') }, () => {
      const wanted = next() * cumulated.at(-1)!;
      const page =
        order[
          Math.max(
            0,
            cumulated.findIndex((sum) => sum > wanted),
          )
        ]!.i;
      const needed = next() < settings.number('needFull') ? 0 : floorOf(pages[page]!);
      return { page, needed, writes: next() < settings.number('writes'), valid: next() >= settings.number('invalid') };
    }),
  );
}

export function session(
  settings: Settings,
  pages: readonly Page[],
  uses: readonly (readonly Use[])[],
  policy: PolicyName,
  budget: number,
): Session {
  const [resetEvery, saveEvery] = [settings.number('resetEvery'), settings.number('saveEvery')];
  const boundaries = policy !== 'whole pages';
  const whole = new WholePages(pages, budget);
  const usedAt = pages.map((_, i) => -pages.length + i);
  const dirty = new Map<number, boolean>();
  const rejected = new Set<number>();
  const full = settings.number('compaction') * budget;
  let kept = new Map<number, number>();
  const found = {
    references: 0,
    controllable: 0,
    refetched: 0,
    duplicateCalls: 0,
    pressured: 0,
    compactions: 0,
    flushMisses: 0,
    rejected: 0,
  };
  const save = (): void => {
    // what was rejected comes again when it was changed again
    const fresh = [...dirty].filter(([page]) => !rejected.has(page));
    const staged = fresh.map(([page, valid]): Entry => ({
      ...{ page, level: floorOf(pages[page]!), destructive: false, wellFormed: true },
      provenance: valid ? 'session' : '',
    }));
    const done = commit(pages, kept, staged);
    kept = done.kept;
    for (const { entry } of done.rejected) rejected.add(entry.page);
    for (const { page } of staged) if (!rejected.has(page)) dirty.delete(page);
    found.rejected += done.rejected.length;
  };
  /** Without boundaries the text goes, and what was changed in it. */
  const lose = (page: number): void => {
    if (dirty.delete(page)) found.flushMisses++;
  };
  uses.forEach((turn, number) => {
    const recent = (): number[] => pages.map((_, i) => i).sort((a, b) => usedAt[b]! - usedAt[a]!);
    const now =
      policy === 'contract'
        ? fitted(pages, budget)
        : policy === 'whole pages'
          ? undefined
          : fittedRecent(pages, budget, recent());
    if (now?.pressure === true) found.pressured++;
    turn.forEach(({ page, needed, writes, valid }, i) => {
      found.references++;
      usedAt[page] = number * turn.length + i;
      const there = now === undefined ? (whole.use(page) ? 0 : 4) : now.levels[page]!;
      const what = refer(pages[page]!, there, needed);
      if (what === 'controllable') found.controllable++;
      if (what === 'refetch') found.refetched++;
      if (what !== 'hit' && pages[page]!.kind === 'evidence') found.duplicateCalls++;
      if (!writes) return;
      dirty.set(page, valid);
      rejected.delete(page);
    });
    const tokens = now?.tokens ?? whole.held;
    const isCompacted = tokens > 0 && tokens >= full;
    if (isCompacted) found.compactions++;
    if (isCompacted && !boundaries) whole.shrink(full).forEach(lose);
    const isReset = (number + 1) % resetEvery === 0;
    // a boundary is one more time to save; without it what the last save has not seen is lost
    const isSaved = isReset ? boundaries : (number + 1) % saveEvery === 0 || (isCompacted && boundaries);
    if (isSaved) save();
    if (!isReset) return;
    found.flushMisses += dirty.size;
    dirty.clear();
    rejected.clear();
  });
  return found;
}

/** Whether every page of a path is where it may be. */
export const allowed = (pages: readonly Page[], levels: readonly number[]): boolean =>
  pages.every(({ kind }, i) => (PATHS[kind] as readonly number[]).includes(levels[i]!));
