// `size`: the least value of a field at which every objective is met, the runs it was found by, and what stands in the way of less.
// Nothing is printed that was not run: the answer is a candidate, a candidate is a scenario that passed its checks.

import type { Few } from '../metrics/support.js';
import type { Result, Warning } from '../result/result.js';
import { InputError } from '../input/errors.js';
import type { Scenario } from '../scenario/types.js';
import { withFields } from '../scenario/written.js';
import { type LadderUnit, type FindRange, downwards, ladderOf, parseFind, takenOf } from './ladder.js';
import { checkObjectives, judge, named } from './objectives.js';
import { type Asked, type Bound, whyNoValue, whyNotLess } from './bound.js';
import { Doubts } from './doubts.js';
import { type Found, type RangeCut, type Trial, leastOf } from './search.js';
import { bare, mostRequests, noSample, seeded, type Study } from './study.js';
import { type Variant, mechanismFields } from './variant.js';

/** A value that was tried. */
export interface SizeTrial {
  /** Of the field; nanoseconds and bytes where it has a unit. */
  value: number;
  /** Replications in which every objective was met, of those that ran. */
  attainedIn: number;
  /** Replications that ran. */
  of: number;
  /** Why the value makes no scenario. */
  refused?: string;
  /** The SLOs' latencies; absent where the value makes no scenario. */
  slos?: SizeLatency[];
}

/** What an SLO looks at, at one value. */
export interface SizeLatency {
  /** Which. */
  vm: string;
  /** At which the SLO looks. */
  quantile: number;
  /** At most so much. */
  targetNs: number;
  /** Mean over the replications; null where one ended as soon as an SLO was lost, or has none. */
  latencyNs: number | null;
}

/** Adds what one replication says. A run that ended early says nothing of the whole. */
function addLatencies(all: Map<string, SizeLatency>, { vms, incomplete }: Result, replications: number): void {
  for (const { name, slo } of vms) {
    if (slo === null) continue;
    const { quantile, targetNs } = slo;
    const before = all.get(name) ?? { vm: name, quantile, targetNs, latencyNs: 0 };
    const lost = incomplete === true || slo.latencyNs === null || before.latencyNs === null;
    all.set(name, { ...before, latencyNs: lost ? null : before.latencyNs! + slo.latencyNs! / replications });
  }
}

/** The answer for a mechanism. */
export interface SizeRun {
  /** Which. */
  mechanism: string;
  /** The least value (with `most` the greatest) at which every replication met every objective; null where none that was run does. */
  value: number | null;
  /** The field as a scenario writes it, for `--set`. */
  set: string | null;
  /** Of the values at which some replication met them and at which all did, the lesser; null where none did. */
  low: number | null;
  /** The greater of the two; null where none was met by all. */
  high: number | null;
  /** Why it is not less, or not reachable; null where neither needs a reason. */
  bound: Bound | null;
  /** Every value that was run or refused, from the least to the greatest. */
  tried: SizeTrial[];
  /** Present where that is not every value of the range: the answer is then the least that was found. */
  partial?: true;
  /** Where the range was cut: the last value that the scenario's checks take, and what they say to the next; absent where they take all. */
  cut?: RangeCut;
  /** Present when it was interrupted: `value` is then the least so far, which every replication has met, and may not be the least. */
  incomplete?: true;
  /** Values above the answer (with `most` below it) at which an objective is missed again: more does not always help. */
  missedAbove: number[];
  /**
   * What speaks against trusting the answer (docs/trust.md): of any of its runs, one of each code and field, in the words of the
   * first; where there is no answer, of the last value that was run to the end. Absent for a fleet.
   */
  warnings?: Warning[];
  /** Of quantiles with too few requests behind them in one of these runs, by path: as in a sweep's rows. Absent where all have enough. */
  support?: Record<string, 'few' | 'none'>;
  /**
   * Of quantiles that fewer than ten requests lie beyond in some replication, by path, `api.slo` for that of a VM's SLO: the fewest
   * that stand behind it in any. Absent where all have enough.
   */
  few?: Record<string, Few>;
  /**
   * Objectives about which one of these runs says nothing, since no request came to judge by: they count neither as met nor as
   * missed, the others decide. Absent where there is none.
   */
  noData?: {
    /** The objective. */
    for: string;
    /** Replications without data. */
    in: number;
    /** Of so many. */
    of: number;
  }[];
}

/** The least value of a field at which every objective is met. */
export interface SizeResult {
  /** The field. */
  find: string;
  /** Of its values. */
  unit: LadderUnit;
  /** Present where the greatest value is asked for. */
  most?: true;
  /** The objectives. */
  for: string[];
  /** Runs with seeds of their own for each value. */
  replications: number;
  /** One a mechanism. */
  runs: SizeRun[];
  /** Present when it was interrupted. */
  incomplete?: true;
}

export interface SizeQuestion {
  readonly find: FindRange;
  /** `api.slo`, or an assertion such as `api.latency.p99 < 200us`; without any, every SLO of the scenario. */
  readonly objectives: readonly string[];
  readonly variants: readonly Variant[];
  readonly replications: number;
  /** The greatest value instead: how many functions a host holds. */
  readonly most?: boolean;
}

const slosOf = (latencies: ReadonlyMap<string, SizeLatency>): Pick<SizeTrial, 'slos'> =>
  latencies.size === 0 ? {} : { slos: [...latencies.values()] };

interface CandidateTrial extends Trial {
  readonly slos?: SizeLatency[];
  readonly refused?: string;
  /** Where every run went to the end. */
  readonly whole?: Whole;
}

/** What all runs of a value say, beside how many of them meet the objectives. */
interface Whole {
  readonly doubts: Doubts;
  /** Replications without data, by objective. */
  readonly silent: ReadonlyMap<string, number>;
  readonly allSilent: boolean;
  /** Of the first run that misses. */
  readonly missed: string;
}

/** Ranges of at most so many values are run whole: that more helps is not taken for granted where looking is cheap. */
export const RUN_ALL = 32;

/** Fields that say what the host is, and not what comes to it. */
const OF_THE_HOST = /^(host|costs|mechanism)\.|^vms\.[^.]+\.(vcpus|quota)\b/;

/**
 * The requests of each replication, once one of its runs has gone to the end: where the question is every SLO, and candidates
 * differ in the host alone, other runs of that seed may end as soon as an SLO is lost.
 */
class KnownRequests {
  private readonly bySeed = new Map<number, ReadonlyMap<string, number>>();
  private readonly applies: boolean;

  constructor({ find, objectives }: SizeQuestion) {
    this.applies = objectives.length === 0 && OF_THE_HOST.test(find.path);
  }

  most({ seed }: Scenario): ReadonlyMap<string, number> | undefined {
    return this.bySeed.get(seed);
  }

  learn(scenario: Scenario, result: Result): void {
    if (this.applies && result.incomplete !== true) this.bySeed.set(scenario.seed, mostRequests(scenario, result));
  }
}

/** Runs one candidate with every replication; null when interrupted. */
async function tryOne(
  study: Study,
  candidate: Scenario,
  label: string,
  { objectives, replications }: SizeQuestion,
  known: KnownRequests,
): Promise<CandidateTrial | null> {
  let [attainedIn, ended, allSilent, missed] = [0, 0, true, ''];
  const doubts = new Doubts();
  const silent = new Map<string, number>();
  const latencies = new Map<string, SizeLatency>();
  for (let r = 0; r < replications; r++) {
    if (study.interrupted) return null;
    const scenario = seeded(candidate, r);
    const told = replications === 1 ? label : `${label}, seed ${scenario.seed}`;
    const result = await study.once(scenario, told, { overTime: false, endWhenLost: known.most(scenario) });
    if (study.interrupted) return null;
    known.learn(scenario, result);
    addLatencies(latencies, result, replications);
    const judged = judge(result, objectives);
    if (judged.met) attainedIn += 1;
    if (result.incomplete === true) continue; // an SLO was lost, which is all that it says
    ended += 1;
    doubts.addRun(result);
    if (r === 1) doubts.add(noSample(scenario, result));
    for (const one of judged.silent) silent.set(one, (silent.get(one) ?? 0) + 1);
    allSilent &&= judged.allSilent;
    if (missed === '') missed = judged.missed;
  }
  const whole = ended < replications ? {} : { whole: { doubts, silent, allSilent, missed } };
  return { attainedIn, of: replications, ...slosOf(latencies), ...whole };
}

/** Of some and of all replications, the lesser value first. */
const rangeOf = (some: number | null, all: number | null): Pick<SizeRun, 'low' | 'high'> =>
  some === null || all === null ? { low: some, high: all } : { low: Math.min(some, all), high: Math.max(some, all) };

async function sizeOne(
  study: Study,
  scenario: Scenario,
  variant: Variant,
  question: SizeQuestion,
): Promise<SizeRun | null> {
  const under = mechanismFields(variant, scenario);
  const upwards = ladderOf(scenario, question.find);
  const whole = question.most === true ? downwards(upwards) : upwards;
  const candidate = (index: number): Scenario =>
    bare(withFields(scenario, [...under, `${whole.path}=${whole.text(index)}`]));
  const refusals = new Map<number, string>();
  const made = (index: number): Scenario | null => {
    try {
      return candidate(index);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const { path, given, expected } = error.problems[0]!;
      refusals.set(index, `${path}: given ${given}, expected ${expected}`);
      return null;
    }
  };
  const ladder = takenOf(whole, (index) => made(index) !== null);
  const cut = ladder.count < whole.count ? (refusals.get(ladder.count) ?? null) : null;
  const known = new KnownRequests(question);
  const ended = new Map<number, CandidateTrial>();
  const complete = await leastOf(
    ladder.count,
    async (index, left): Promise<CandidateTrial | null> => {
      const one = made(index);
      if (one === null) return { attainedIn: 0, of: 0, refused: refusals.get(index)! };
      const trial = await tryOne(
        study,
        one,
        `${variant.label} ${ladder.path}=${ladder.text(index)}, about ${left} left`,
        question,
        known,
      );
      if (trial !== null) ended.set(index, trial);
      return trial;
    },
    { hint: ladder.own, every: ladder.count <= RUN_ALL },
  );
  // what an interruption leaves is what has ended
  const found = complete ?? soFar(ended);
  if (found === null) return null;
  // refused everywhere is a mistake in the question, not an answer
  if (found.tried.every(({ trial }) => trial.of === 0)) {
    try {
      candidate(found.tried.at(-1)!.index);
    } catch (error) {
      throw named(error, (file) => file.replace(/^--set/, '--find'));
    }
  }
  const valueAt = (index: number | null): number | null => (index === null ? null : ladder.value(index));
  const told = found.tried.filter(({ trial }) => trial.whole !== undefined);
  const speaks = (found.index === null ? told.at(-1) : told.find(({ index }) => index === found.index))?.trial.whole;
  const run: SizeRun = {
    mechanism: variant.label,
    value: valueAt(found.index),
    set: found.index === null ? null : `${ladder.path}=${ladder.text(found.index)}`,
    ...rangeOf(valueAt(found.someIndex), valueAt(found.index)),
    bound: null,
    tried: found.tried
      .map(({ index, trial: { whole: _, ...trial } }) => ({ value: ladder.value(index), ...trial }))
      .sort((a, b) => a.value - b.value),
    ...(found.tried.length < ladder.count ? { partial: true as const } : {}),
    ...(cut === null ? {} : { cut: { at: ladder.value(ladder.count - 1), refused: cut } }),
    missedAbove: found.missedAbove.filter((index) => !refusals.has(index)).map((index) => ladder.value(index)),
    ...(speaks?.doubts.told ?? { warnings: [] }),
    ...noDataOf(speaks, question.replications),
  };
  if (complete === null) return { ...run, incomplete: true };
  const { objectives, most = false } = question;
  const asked: Asked = { study, scenario, variant, objectives, most, ladder, refusals };
  const last = told.find(({ index }) => index === ladder.count - 1)?.trial.whole;
  const bound =
    found.index === null ? await whyNoValue(asked, last, found.tried.length) : whyNotLess(asked, found.index);
  return study.interrupted ? { ...run, incomplete: true } : { ...run, bound };
}

/** The values that have ended, as a search that goes no further; null where none has. */
function soFar(ended: ReadonlyMap<number, CandidateTrial>): Found<CandidateTrial> | null {
  if (ended.size === 0) return null;
  const tried = [...ended].sort(([a], [b]) => a - b).map(([index, trial]) => ({ index, trial }));
  const first = (holds: (trial: CandidateTrial) => boolean): number | null =>
    tried.find(({ trial }) => holds(trial))?.index ?? null;
  const index = first(({ attainedIn, of }) => attainedIn === of);
  const someIndex = first(({ attainedIn }) => attainedIn > 0);
  const above = tried.filter((one) => index !== null && one.index > index && one.trial.attainedIn < one.trial.of);
  return { index, someIndex, tried, missedAbove: above.map((one) => one.index) };
}

function noDataOf(whole: Whole | undefined, of: number): Pick<SizeRun, 'noData'> {
  if (whole === undefined || whole.silent.size === 0) return {};
  return { noData: [...whole.silent].map(([objective, count]) => ({ for: objective, in: count, of })) };
}

/** What cannot be run at all, with the reason. */
function noRun({ label }: Variant, { problems }: InputError): SizeRun {
  const { path, given, expected } = problems[0]!;
  const bound = { by: 'checks', detail: `${path}: given ${given}, expected ${expected}` };
  const nothing = { value: null, set: null, low: null, high: null };
  return { mechanism: label, ...nothing, bound, tried: [], missedAbove: [], warnings: [] };
}

/** Every variant's answer, in order; fewer when interrupted. */
export async function sizeAll(study: Study, scenario: Scenario, question: SizeQuestion): Promise<SizeResult> {
  checkObjectives(scenario, question.objectives);
  const { unit } = ladderOf(scenario, question.find);
  const result: SizeResult = {
    find: question.find.path,
    unit,
    ...(question.most === true ? { most: true as const } : {}),
    for:
      question.objectives.length > 0
        ? [...question.objectives]
        : scenario.vms.filter((vm) => vm.slo !== undefined).map(({ name }) => `${name}.slo`),
    replications: question.replications,
    runs: [],
  };
  const mistakes: InputError[] = [];
  for (const variant of question.variants) {
    let run: SizeRun | null;
    try {
      run = study.interrupted ? null : await sizeOne(study, scenario, variant, question);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      mistakes.push(error);
      run = noRun(variant, error);
    }
    if (run !== null) result.runs.push(run);
    if (run === null || run.incomplete === true) return { ...result, incomplete: true };
  }
  // a mechanism that no value fits is a row beside others; alone it is a mistake in the question
  if (mistakes.length > 0 && mistakes.length === question.variants.length) throw mistakes[0]!;
  return result;
}

export { parseFind };
