// `size`: the least value of a field at which every objective is met, the runs it was found by, and what stands in the way of less.
// Nothing is printed that was not run: the answer is a candidate, a candidate is a scenario that passed its checks.

import type { Result } from '../result/result.js';
import { noRequestsText } from '../result/trust.js';
import { evaluateAssertion } from '../input/assert.js';
import { InputError, show } from '../input/errors.js';
import type { Scenario } from '../scenario/types.js';
import { withFields } from '../scenario/written.js';
import { type LadderUnit, type FindRange, downwards, ladderOf, type Ladder, parseFind, takenOf } from './ladder.js';
import { type RangeCut, type Trial, leastOf } from './search.js';
import { bare, mostRequests, seeded, type Study } from './study.js';
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
}

/** What keeps the value from being less, or any value from being enough. */
export interface Bound {
  /** `guarantees`, `vcpus.max`, `service`, `mechanism`, `range`, `checks` or `no-requests`. */
  by: string;
  /** In words. */
  detail: string;
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
  /** Where the range was cut: the last value that the scenario's checks take, and what they say to the next; absent where they take all. */
  cut?: RangeCut;
  /** Values above the answer (with `most` below it) at which an objective is missed again: more does not always help. */
  missedAbove: number[];
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

/** `api.slo` means that it is attained. */
const asAssertion = (objective: string): string =>
  /^(vms\.)?[A-Za-z][A-Za-z0-9_-]*\.slo$/.test(objective.trim()) ? `${objective.trim()}.attained` : objective;

/** The same refusal, of what was asked and not of what was made of it. */
function named(error: unknown, name: (file: string) => string): unknown {
  if (!(error instanceof InputError)) return error;
  return new InputError(error.problems.map((problem) => ({ ...problem, file: name(problem.file ?? '') })));
}

/** @throws InputError for what is no objective of this result */
export function meets(result: Result, objectives: readonly string[]): boolean {
  if (objectives.length === 0) return result.vms.every((vm) => vm.slo === null || vm.slo.attained === true);
  const verdicts = objectives.map((objective) => {
    try {
      return evaluateAssertion(asAssertion(objective), result).holds;
    } catch (error) {
      throw named(error, () => `--for ${show(objective)}`);
    }
  });
  return verdicts.every(Boolean);
}

/** @throws InputError where neither the question nor the scenario states an objective */
export function checkObjectives(scenario: Scenario, objectives: readonly string[]): void {
  if (objectives.length > 0 || scenario.vms.some((vm) => vm.slo !== undefined)) return;
  throw new InputError({
    path: '--for',
    given: 'nothing, and no VM with an slo',
    expected: "an objective: --for 'api.latency.p99 < 200us', or slo: { quantile: 0.99, latency: 200us } of a VM",
  });
}

interface CandidateTrial extends Trial {
  readonly refused?: string;
}

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
  let attainedIn = 0;
  for (let r = 0; r < replications; r++) {
    if (study.interrupted) return null;
    const scenario = seeded(candidate, r);
    const result = await study.once(scenario, label, { overTime: false, endWhenLost: known.most(scenario) });
    if (study.interrupted) return null;
    known.learn(scenario, result);
    if (meets(result, objectives)) attainedIn += 1;
  }
  return { attainedIn, of: replications };
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
  const found = await leastOf(
    ladder.count,
    async (index, left): Promise<CandidateTrial | null> => {
      const one = made(index);
      if (one === null) return { attainedIn: 0, of: 0, refused: refusals.get(index)! };
      return tryOne(
        study,
        one,
        `${variant.label} ${ladder.path}=${ladder.text(index)}, about ${left} left`,
        question,
        known,
      );
    },
    ladder.own,
  );
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
  const run: SizeRun = {
    mechanism: variant.label,
    value: valueAt(found.index),
    set: found.index === null ? null : `${ladder.path}=${ladder.text(found.index)}`,
    ...rangeOf(valueAt(found.someIndex), valueAt(found.index)),
    bound: null,
    tried: found.tried
      .map(({ index, trial }) => ({ value: ladder.value(index), ...trial }))
      .sort((a, b) => a.value - b.value),
    ...(cut === null ? {} : { cut: { at: ladder.value(ladder.count - 1), refused: cut } }),
    missedAbove: found.missedAbove.filter((index) => !refusals.has(index)).map((index) => ladder.value(index)),
  };
  const bound = await boundOf(study, scenario, variant, question, ladder, found.index, refusals);
  return study.interrupted ? null : { ...run, bound };
}

/** A core for every task that may run at once, nothing costs anything: what is left is the work's own time. */
function unlimited(scenario: Scenario, vcpusToo: boolean): Scenario {
  const count = scenario.vms.reduce((sum, vm) => sum + vm.count, 0);
  const most = Math.max(Math.min(4096, Math.floor(60_000 / Math.max(count, 1))), 1);
  const vms = scenario.vms.map((vm) => ({
    ...vm,
    vcpus: { min: 0, max: vcpusToo ? Math.max(vm.vcpus.max, most) : vm.vcpus.max },
  }));
  const ofFunctions = scenario.functions === undefined ? 0 : 4096;
  const cores = vms.reduce((sum, vm) => sum + vm.vcpus.max * vm.count, ofFunctions);
  const free = withFields({ ...scenario, vms, host: { ...scenario.host, cores, sockets: 1, smt: 1 } }, [
    'mechanism=ideal',
  ]);
  return bare({
    ...free,
    costs: Object.fromEntries(Object.keys(free.costs).map((name) => [name, 0])) as unknown as Scenario['costs'],
  });
}

/** Each VM that misses its SLO, with how far. */
function misses(result: Result): string {
  const late = result.vms.filter((vm) => vm.slo?.attained === false);
  const ms = (ns: number | null): string => (ns === null ? 'not reached' : `${Number((ns / 1e6).toPrecision(3))} ms`);
  return late
    .slice(0, 3)
    .map(
      ({ name, slo }) =>
        `p${Number((slo!.quantile * 100).toPrecision(6))} of ${name} is ${ms(slo!.latencyNs)}, its target ${ms(slo!.targetNs)}`,
    )
    .join('; ');
}

/** Why it is not less, or not reachable at all: found by runs in which one limit after the other is lifted. */
async function boundOf(
  study: Study,
  scenario: Scenario,
  variant: Variant,
  question: SizeQuestion,
  ladder: Ladder,
  index: number | null,
  refusals: ReadonlyMap<number, string>,
): Promise<Bound | null> {
  if (index !== null) {
    const below = index > 0 ? refusals.get(index - 1) : undefined;
    if (below !== undefined) return { by: /guarantee/.test(below) ? 'guarantees' : 'checks', detail: below };
    const end = question.most === true ? 'greatest' : 'least';
    return index === 0 ? { by: 'range', detail: `${ladder.text(0)} is the ${end} that was asked for` } : null;
  }
  const { kind } = variant.mechanism;
  if (ladder.path === 'host.cores' && kind === 'static') {
    const [vm] = scenario.vms.filter((one) => one.slo !== undefined);
    const field = `vms.${vm?.name ?? scenario.vms[0]?.name ?? 'NAME'}.vcpus.min`;
    return {
      by: 'guarantees',
      detail: `static gives each VM what it is guaranteed, whatever the host has: --find ${field}`,
    };
  }
  const end = `${ladder.path} ${question.most === true ? 'down' : 'up'} to ${ladder.text(ladder.count - 1)}`;
  return whyNone(study, scenario, variant.label, question.objectives, end);
}

/** An SLO that no request came to judge by is not met, whatever the host. */
function silence(result: Result): Bound | null {
  const detail = noRequestsText(result);
  return detail === null ? null : { by: 'no-requests', detail };
}

/** Why no value is enough, up to the `end` of those that were run; null when interrupted. */
export async function whyNone(
  study: Study,
  scenario: Scenario,
  label: string,
  objectives: readonly string[],
  end: string,
): Promise<Bound | null> {
  if (scenario.functions !== undefined) return whyNoneOfFunctions(study, scenario, label, objectives, end);
  const lift = async (vcpusToo: boolean): Promise<Result | null> =>
    study.interrupted
      ? null
      : study.once(unlimited(scenario, vcpusToo), `${label} without limits`, { overTime: false });
  const within = await lift(false);
  if (within === null) return null;
  const silent = silence(within);
  if (silent !== null) return silent;
  if (!meets(within, objectives)) {
    const free = await lift(true);
    if (free === null) return null;
    if (!meets(free, objectives)) {
      const what = misses(free);
      return {
        by: 'service',
        detail: `no number of cores helps: with a core for every task, ${what === '' ? 'the objectives are missed as well' : what}`,
      };
    }
    return {
      by: 'vcpus.max',
      detail: `no ${end} helps: a core for each of the vCPUs that vcpus.max allows is not enough, more vCPUs are`,
    };
  }
  return label === 'ideal'
    ? { by: 'range', detail: `no ${end} is enough; a core for every vCPU is` }
    : {
        by: 'mechanism',
        detail: `no ${end} is enough under ${label}; a core for every vCPU without any cost is`,
      };
}

/** The same for functions: first a core for every request, then memory for every instance. */
async function whyNoneOfFunctions(
  study: Study,
  scenario: Scenario,
  label: string,
  objectives: readonly string[],
  end: string,
): Promise<Bound | null> {
  const lifted = async (memoryToo: boolean): Promise<Result | null> => {
    if (study.interrupted) return null;
    const free = unlimited(scenario, true);
    const lifecycle = { ...scenario.lifecycle!, ...(memoryToo ? { memoryBytes: null } : {}) };
    const result = await study.once({ ...free, lifecycle }, `${label} without limits`, { overTime: false });
    return study.interrupted ? null : result;
  };
  const cores = await lifted(false);
  if (cores === null) return null;
  const silent = silence(cores);
  if (silent !== null) return silent;
  if (meets(cores, objectives))
    return { by: 'mechanism', detail: `no ${end} is enough; a core for every request without any cost is` };
  const memory = await lifted(true);
  if (memory === null) return null;
  return meets(memory, objectives)
    ? {
        by: 'lifecycle.memory',
        detail: `no ${end} is enough; with a core for every request memory without a budget is`,
      }
    : {
        by: 'service',
        detail: `neither cores nor memory help: what starts and the requests themselves take is too long`,
      };
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
  for (const variant of question.variants) {
    const run = study.interrupted ? null : await sizeOne(study, scenario, variant, question);
    if (run === null) return { ...result, incomplete: true };
    result.runs.push(run);
  }
  return result;
}

export { parseFind };
