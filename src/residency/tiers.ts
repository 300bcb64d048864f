// Two tiers of memory (assembly/residency), behind names: what a trace's accesses cost where some units are fast and the others slow, and
// moving them costs as well. All times are whole ns. Rules: docs/model/residency.md.

import * as L from '../../assembly/residency/layout.js';
import { type Problem, InputError, show } from '../input/errors.js';
import { PagesCore } from '../pages/core.js';
import { LawError } from '../result/laws.js';
import { type Accesses, timesAccessed } from './accesses.js';

/** What makes a slow unit a candidate for the fast tier. */
export type Detector =
  | { readonly kind: 'nothing' }
  /** Its so many-th slow access since it last came down. */
  | { readonly kind: 'count'; readonly accesses: number };

export interface TierSettings {
  /** Units that the fast tier holds. */
  readonly fastUnits: number;
  /** Of an access, by its tier. */
  readonly fastNs: number;
  readonly slowNs: number;
  /** Of a unit's move, each way; the access that causes it waits for both. */
  readonly moveNs: number;
  readonly detector: Detector;
  /** Which candidates go up; `always` where absent. */
  readonly admit?: 'always' | 'never';
  /** Between two accesses, of which the levels know nothing; 0 where absent. */
  readonly gapNs?: number;
}

export interface TierResult {
  readonly accesses: number;
  /** Those that found their unit in the fast tier; a unit's first never does. */
  readonly hits: number;
  /** Those that were their unit's first. */
  readonly firsts: number;
  readonly candidates: number;
  readonly promotions: number;
  readonly demotions: number;
  /** Of all accesses and moves. */
  readonly totalNs: number;
  /** The same with the gaps. */
  readonly endedNs: number;
}

interface Exports {
  tiersSettings(): number;
  tiersMake(): number;
  tiersReplay(at: number, count: number): number;
  tiersCheck(at: number): number;
  tiersCount(at: number, which: number): number;
}

/** Of an access or a move: a second. */
const LONGEST_NS = 1e9;

const BROKEN: Readonly<Record<number, string>> = {
  [L.BROKEN_CAPACITY]: 'more units are fast than fit',
  [L.BROKEN_PLACES]: 'the list of fast units and what units say of themselves differ',
  [L.BROKEN_ACCOUNT]: 'the time is not the sum of accesses and moves',
};

/** Everything that is wrong with settings for so many units. */
function problemsOf(settings: TierSettings, units: number): Problem[] {
  const { fastUnits, fastNs, slowNs, moveNs, gapNs = 0, detector } = settings;
  const problems: Problem[] = [];
  const whole = (path: string, value: number, least: number, most: number): boolean => {
    if (Number.isInteger(value) && value >= least && value <= most) return true;
    problems.push({ path, given: show(value), expected: `a whole number from ${least} to ${most}` });
    return false;
  };
  if (units < 2)
    problems.push({ path: 'accesses', given: `${units} units`, expected: 'at least 2, of which one is slow' });
  else whole('fastUnits', fastUnits, 1, units - 1);
  const isFast = whole('fastNs', fastNs, 0, LONGEST_NS);
  if (whole('slowNs', slowNs, 0, LONGEST_NS) && isFast && slowNs <= fastNs)
    problems.push({ path: 'slowNs', given: show(slowNs), expected: `more than fastNs, which is ${fastNs}` });
  whole('moveNs', moveNs, 0, LONGEST_NS);
  whole('gapNs', gapNs, 0, LONGEST_NS);
  if (detector.kind === 'count') whole('detector.accesses', detector.accesses, 1, 2 ** 32 - 1);
  return problems;
}

function wordsOf(settings: TierSettings, units: number): Float64Array {
  const { detector, admit = 'always' } = settings;
  const words = new Float64Array(L.SETTINGS);
  words[L.SET_UNITS] = units;
  words[L.SET_CAPACITY] = settings.fastUnits;
  words[L.SET_FAST_NS] = settings.fastNs;
  words[L.SET_SLOW_NS] = settings.slowNs;
  words[L.SET_PROMOTE_NS] = settings.moveNs;
  words[L.SET_DEMOTE_NS] = settings.moveNs;
  words[L.SET_GAP_NS] = settings.gapNs ?? 0;
  words[L.SET_DETECTOR] = detector.kind === 'count' ? L.DETECT_COUNT : L.DETECT_NOTHING;
  words[L.SET_ACCESSES] = detector.kind === 'count' ? detector.accesses : 0;
  words[L.SET_ADMISSION] = admit === 'always' ? L.ADMIT_ALWAYS : L.ADMIT_NEVER;
  return words;
}

/**
 * What the accesses cost with these tiers.
 *
 * @param module another core than the package's: of fluxhost-memory.wasm
 * @throws InputError naming all that is wrong with the settings
 */
export async function runTiers(
  accesses: Accesses,
  settings: TierSettings,
  module?: WebAssembly.Module,
): Promise<TierResult> {
  const problems = problemsOf(settings, accesses.units);
  if (problems.length > 0) throw new InputError(problems);
  const pages = await PagesCore.create(module);
  const core = pages.exports as unknown as Exports;
  if (typeof core.tiersMake !== 'function')
    throw new TypeError('core: given a module without tiers, expected that of fluxhost-memory.wasm');
  pages.put(core.tiersSettings(), wordsOf(settings, accesses.units));
  const at = core.tiersMake() >>> 0;
  if (at === 0) throw new RangeError(`no memory for ${accesses.units} units`);
  for (const { words, count } of accesses.windows) {
    pages.fill(words, count);
    if (core.tiersReplay(at, count) === 0) throw new RangeError(`an access to none of ${accesses.units} units`);
  }
  const broken = core.tiersCheck(at);
  if (broken !== L.BROKEN_NOTHING) throw new LawError(`tiers: ${BROKEN[broken]!}`);
  return resultOf((which) => core.tiersCount(at, which));
}

function resultOf(count: (which: number) => number): TierResult {
  const endedNs = count(L.COUNT_CLOCK_NS);
  if (endedNs > Number.MAX_SAFE_INTEGER)
    throw new InputError({ path: 'accesses', given: `${endedNs} ns in all`, expected: 'less than 2^53' });
  return {
    accesses: count(L.COUNT_ACCESSES),
    hits: count(L.COUNT_HITS),
    firsts: count(L.COUNT_FIRST),
    candidates: count(L.COUNT_CANDIDATES),
    promotions: count(L.COUNT_PROMOTIONS),
    demotions: count(L.COUNT_DEMOTIONS),
    totalNs: count(L.COUNT_TOTAL_NS),
    endedNs,
  };
}

/**
 * The least that any placement without moves costs: the units accessed most are fast from the start, their first accesses
 * included, which no policy here can have.
 */
export function bestStaticNs(
  accesses: Accesses,
  { fastUnits, fastNs, slowNs }: Pick<TierSettings, 'fastUnits' | 'fastNs' | 'slowNs'>,
): number {
  const times = timesAccessed(accesses).sort();
  const fast = times.subarray(Math.max(0, times.length - fastUnits)).reduce((sum, one) => sum + one, 0);
  return fast * fastNs + (accesses.count - fast) * slowNs;
}

/** So many accesses must a move save before it is paid for: T1. */
export const breakEven = ({ fastNs, slowNs, moveNs }: Pick<TierSettings, 'fastNs' | 'slowNs' | 'moveNs'>): number =>
  moveNs / (slowNs - fastNs);
