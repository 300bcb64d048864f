// Two tiers of memory (assembly/residency), behind names: what a trace's accesses cost where some units are fast and the others slow, and
// moving them costs as well. All times are whole ns. Rules: docs/model/residency.md.

import * as L from '../../assembly/residency/layout.js';
import { type Problem, InputError, show } from '../input/errors.js';
import { PagesCore } from '../pages/core.js';
import { LawError } from '../result/laws.js';
import { type Accesses, timesAccessed } from './accesses.js';

/** What marks slow units, so that their next access faults. */
export interface Scan {
  /** When the first one is, from the start. */
  readonly delayNs: number;
  readonly periodNs: number;
  /** That a scan looks at, in the order of their numbers, in a circle. */
  readonly units: number;
}

/** What makes a slow unit a candidate for the fast tier. */
export type Detector =
  | { readonly kind: 'nothing' }
  /** Its so many-th slow access since it last came down. */
  | { readonly kind: 'count'; readonly accesses: number }
  /** Its so many-th hint fault since it last came down. */
  | { readonly kind: 'faults'; readonly faults: number; readonly faultNs: number; readonly scan: Scan }
  /** A hint fault soon after its mark, as Linux's memory tiering has it. */
  | {
      readonly kind: 'hint';
      readonly faultNs: number;
      readonly scan: Scan;
      /** So soon, at the start and for reference. */
      readonly hotNs: number;
      /** Candidates that may go up in each period. */
      readonly limit: { readonly units: number; readonly perNs: number };
      /** Between two comparisons of candidates with the limit, at which `hotNs` moves. */
      readonly adjustNs: number;
    };

/** Which candidates go up: of those that a sketch has seen oftener than `over` times while slow. */
export interface SketchAdmission {
  readonly over: number;
  /** All counters are halved at the end of each. */
  readonly halveNs: number;
  /** In each of four rows, a power of two. */
  readonly counters: number;
}

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
  readonly admit?: 'always' | 'never' | SketchAdmission;
  /** With room for fewer than `low` units, units go down until there is room for `high`. Absent: one for each that comes up. */
  readonly watermarks?: { readonly low: number; readonly high: number };
  /**
   * Units move over a link, one exchange (two moves) after the other, while accesses go on; until then they are slow. Admission by a sketch
   * asks for `price` more accesses for each unit that waits for the link. Absent: an access waits for the moves that it causes.
   */
  readonly background?: { readonly price: number };
  /** Between two accesses, of which the levels know nothing; 0 where absent. */
  readonly gapNs?: number;
}

export interface TierResult {
  readonly accesses: number;
  /** Those that found their unit in the fast tier; a unit's first never does. */
  readonly hits: number;
  /** Those that were their unit's first. */
  readonly firsts: number;
  /** Hint faults. */
  readonly faults: number;
  /** Faults soon enough, but over the limit. */
  readonly limited: number;
  readonly candidates: number;
  /** Candidates that were not admitted. */
  readonly refused: number;
  readonly promotions: number;
  readonly demotions: number;
  /** Of all accesses, faults and moves. */
  readonly totalNs: number;
  /** The same with the gaps. */
  readonly endedNs: number;
  /** At the end; 0 without such a detector. */
  readonly hotNs: number;
  /** Units that wait for the link: at the end, and at most. */
  readonly coming: number;
  readonly comingMost: number;
}

interface Exports {
  tiersSettings(): number;
  tiersMake(): number;
  tiersTune(at: number): void;
  tiersReplay(at: number, count: number): number;
  tiersCheck(at: number): number;
  tiersCount(at: number, which: number): number;
}

/** Of an access, a fault or a move: a second. */
const LONGEST_NS = 1e9;
/** Of what is looked at from time to time: not so often that nothing else is done, and within 1,000 s. */
const SHORTEST_PERIOD_NS = 1e3;
const LONGEST_PERIOD_NS = 1e12;
const MOST = 2 ** 32 - 1;

const BROKEN: Readonly<Record<number, string>> = {
  [L.BROKEN_CAPACITY]: 'more units are fast than fit',
  [L.BROKEN_PLACES]: 'the list of fast units and what units say of themselves differ',
  [L.BROKEN_ACCOUNT]: 'the time is not the sum of accesses and moves',
};

type Whole = (path: string, value: number, least: number, most: number) => boolean;

function lookAtDetector(detector: Detector, whole: Whole): void {
  if (detector.kind === 'nothing') return;
  if (detector.kind === 'count') {
    whole('detector.accesses', detector.accesses, 1, MOST);
    return;
  }
  const { faultNs, scan } = detector;
  whole('detector.faultNs', faultNs, 0, LONGEST_NS);
  whole('detector.scan.delayNs', scan.delayNs, 0, LONGEST_PERIOD_NS);
  whole('detector.scan.periodNs', scan.periodNs, SHORTEST_PERIOD_NS, LONGEST_PERIOD_NS);
  whole('detector.scan.units', scan.units, 1, MOST);
  if (detector.kind === 'faults') {
    whole('detector.faults', detector.faults, 1, MOST);
    return;
  }
  whole('detector.hotNs', detector.hotNs, 8, LONGEST_PERIOD_NS);
  whole('detector.limit.units', detector.limit.units, 1, MOST);
  whole('detector.limit.perNs', detector.limit.perNs, SHORTEST_PERIOD_NS, LONGEST_PERIOD_NS);
  whole('detector.adjustNs', detector.adjustNs, SHORTEST_PERIOD_NS, LONGEST_PERIOD_NS);
}

/** Everything that is wrong with settings for so many units. */
function problemsOf(settings: TierSettings, units: number): Problem[] {
  const { fastUnits, fastNs, slowNs, moveNs, gapNs = 0, detector, watermarks, admit } = settings;
  const problems: Problem[] = [];
  const refuse = (path: string, given: string, expected: string): void => void problems.push({ path, given, expected });
  const whole: Whole = (path, value, least, most) => {
    if (Number.isInteger(value) && value >= least && value <= most) return true;
    refuse(path, show(value), `a whole number from ${least} to ${most}`);
    return false;
  };
  if (units < 2) refuse('accesses', `${units} units`, 'at least 2, of which one is slow');
  else whole('fastUnits', fastUnits, 1, units - 1);
  const isFast = whole('fastNs', fastNs, 0, LONGEST_NS);
  if (whole('slowNs', slowNs, 0, LONGEST_NS) && isFast && slowNs <= fastNs)
    refuse('slowNs', show(slowNs), `more than fastNs, which is ${fastNs}`);
  whole('moveNs', moveNs, 0, LONGEST_NS);
  whole('gapNs', gapNs, 0, LONGEST_NS);
  lookAtDetector(detector, whole);
  if (watermarks !== undefined && whole('watermarks.high', watermarks.high, 0, Math.max(0, fastUnits - 1)))
    whole('watermarks.low', watermarks.low, 0, watermarks.high);
  if (settings.background !== undefined) {
    whole('background.price', settings.background.price, 0, 1e6);
    if ((watermarks?.high ?? 0) > 0)
      refuse(
        'watermarks.high',
        show(watermarks!.high),
        '0 where units move in the background: each in exchange for one',
      );
  }
  if (typeof admit === 'object') {
    whole('admit.over', admit.over, 0, MOST);
    whole('admit.halveNs', admit.halveNs, SHORTEST_PERIOD_NS, LONGEST_PERIOD_NS);
    if (whole('admit.counters', admit.counters, 1, 2 ** 16) && !Number.isInteger(Math.log2(admit.counters)))
      refuse('admit.counters', show(admit.counters), 'a power of two');
  }
  return problems;
}

const DETECTORS = {
  nothing: L.DETECT_NOTHING,
  count: L.DETECT_COUNT,
  faults: L.DETECT_FAULTS,
  hint: L.DETECT_HINT,
} as const;

/** What the detector asks of the core, by setting. */
function detectorWords(detector: Detector): (readonly [which: number, value: number])[] {
  const kind = [L.SET_DETECTOR, DETECTORS[detector.kind]] as const;
  if (detector.kind === 'nothing') return [kind];
  if (detector.kind === 'count') return [kind, [L.SET_ACCESSES, detector.accesses]];
  const { faultNs, scan } = detector;
  return [
    kind,
    [L.SET_FAULT_NS, faultNs],
    [L.SET_SCAN_DELAY_NS, scan.delayNs],
    [L.SET_SCAN_PERIOD_NS, scan.periodNs],
    [L.SET_SCAN_UNITS, scan.units],
    ...(detector.kind === 'faults'
      ? ([[L.SET_ACCESSES, detector.faults]] as const)
      : ([
          [L.SET_HOT_NS, detector.hotNs],
          [L.SET_LIMIT, detector.limit.units],
          [L.SET_LIMIT_NS, detector.limit.perNs],
          [L.SET_ADJUST_NS, detector.adjustNs],
        ] as const)),
  ];
}

const ADMISSIONS = { always: L.ADMIT_ALWAYS, never: L.ADMIT_NEVER } as const;

function wordsOf(settings: TierSettings, units: number): Float64Array {
  const { admit = 'always', watermarks } = settings;
  const words = new Float64Array(L.SETTINGS);
  words[L.SET_UNITS] = units;
  words[L.SET_CAPACITY] = settings.fastUnits;
  words[L.SET_FAST_NS] = settings.fastNs;
  words[L.SET_SLOW_NS] = settings.slowNs;
  words[L.SET_PROMOTE_NS] = settings.moveNs;
  words[L.SET_DEMOTE_NS] = settings.moveNs;
  words[L.SET_GAP_NS] = settings.gapNs ?? 0;
  words[L.SET_LOW] = watermarks?.low ?? 0;
  words[L.SET_HIGH] = watermarks?.high ?? 0;
  words[L.SET_BACKGROUND] = settings.background === undefined ? 0 : 1;
  words[L.SET_PRICE] = settings.background?.price ?? 0;
  for (const [which, value] of detectorWords(settings.detector)) words[which] = value;
  if (typeof admit === 'string') words[L.SET_ADMISSION] = ADMISSIONS[admit];
  else {
    words[L.SET_ADMISSION] = L.ADMIT_SKETCH;
    words[L.SET_ADMIT_OVER] = admit.over;
    words[L.SET_HALVE_NS] = admit.halveNs;
    words[L.SET_COUNTERS] = admit.counters;
  }
  return words;
}

/** What of a detector stays as it was made. */
function fixedOf(detector: Detector): string {
  if (detector.kind === 'nothing' || detector.kind === 'count') return detector.kind;
  const fault = `${detector.kind} at ${detector.faultNs} ns`;
  if (detector.kind === 'faults') return fault;
  return `${fault}, limits for ${detector.limit.perNs} ns, compared after ${detector.adjustNs} ns`;
}

/** Two tiers in the middle of a trace. */
export class Tiers {
  private constructor(
    private readonly pages: PagesCore,
    private readonly core: Exports,
    private readonly at: number,
    private readonly units: number,
    private settings: TierSettings,
  ) {}

  /**
   * Before the first access.
   *
   * @param module another core than the package's: of fluxhost-memory.wasm
   * @throws InputError naming all that is wrong with the settings
   */
  static async create(units: number, settings: TierSettings, module?: WebAssembly.Module): Promise<Tiers> {
    const problems = problemsOf(settings, units);
    if (problems.length > 0) throw new InputError(problems);
    const pages = await PagesCore.create(module);
    const core = pages.exports as unknown as Exports;
    if (typeof core.tiersMake !== 'function')
      throw new TypeError('core: given a module without tiers, expected that of fluxhost-memory.wasm');
    pages.put(core.tiersSettings(), wordsOf(settings, units));
    const at = core.tiersMake() >>> 0;
    if (at === 0) throw new RangeError(`no memory for ${units} units`);
    return new Tiers(pages, core, at, units, settings);
  }

  /** Other counts, watermarks, scans or limits from now on; all else as it was made. */
  tune(changes: Pick<TierSettings, 'detector' | 'watermarks'>): void {
    const settings = { ...this.settings, ...changes };
    const problems = problemsOf(settings, this.units);
    const [made, wanted] = [fixedOf(this.settings.detector), fixedOf(changes.detector)];
    if (made !== wanted) problems.push({ path: 'detector', given: wanted, expected: `${made}, as it was made` });
    if (problems.length > 0) throw new InputError(problems);
    this.settings = settings;
    this.pages.put(this.core.tiersSettings(), wordsOf(settings, this.units));
    this.core.tiersTune(this.at);
  }

  /** The accesses from `from` to before `to`. */
  run({ windows }: Accesses, from = 0, to = Infinity): void {
    let begin = 0;
    for (const { words, count } of windows) {
      const [first, end] = [Math.max(0, from - begin), Math.min(count, to - begin)];
      begin += count;
      if (first >= end) continue;
      this.pages.fill(words.subarray(2 * first), end - first);
      if (this.core.tiersReplay(this.at, end - first) === 0)
        throw new RangeError(`an access to none of ${this.units} units`);
    }
  }

  /**
   * What came of it until now.
   *
   * @throws LawError where it does not add up
   */
  result(): TierResult {
    const broken = this.core.tiersCheck(this.at);
    if (broken !== L.BROKEN_NOTHING) throw new LawError(`tiers: ${BROKEN[broken]!}`);
    return resultOf((which) => this.core.tiersCount(this.at, which));
  }
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
  const tiers = await Tiers.create(accesses.units, settings, module);
  tiers.run(accesses);
  return tiers.result();
}

function resultOf(count: (which: number) => number): TierResult {
  const endedNs = count(L.COUNT_CLOCK_NS);
  if (endedNs > Number.MAX_SAFE_INTEGER)
    throw new InputError({ path: 'accesses', given: `${endedNs} ns in all`, expected: 'less than 2^53' });
  return {
    accesses: count(L.COUNT_ACCESSES),
    hits: count(L.COUNT_HITS),
    firsts: count(L.COUNT_FIRST),
    faults: count(L.COUNT_FAULTS),
    limited: count(L.COUNT_LIMITED),
    candidates: count(L.COUNT_CANDIDATES),
    refused: count(L.COUNT_REFUSED),
    promotions: count(L.COUNT_PROMOTIONS),
    demotions: count(L.COUNT_DEMOTIONS),
    totalNs: count(L.COUNT_TOTAL_NS),
    endedNs,
    hotNs: count(L.COUNT_HOT_NS),
    coming: count(L.COUNT_COMING),
    comingMost: count(L.COUNT_COMING_MOST),
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
