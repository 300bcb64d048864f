// What a program asks: `replicate`, `compare` and `size` do with values in memory what the commands of those names do with files.

import type { Result } from '../result/result.js';
import { argument, having, optional } from '../input/argument.js';
import { InputError, show } from '../input/errors.js';
import { resolvedScenario } from '../scenario/resolved-argument.js';
import type { Scenario } from '../scenario/types.js';
import { memoryHost, type TraceHost } from '../workload/text-source.js';
import type { Progress, SimulationOptions } from '../options.js';
import { Simulation } from '../simulation.js';
import { type Comparison, compareAll } from './compare.js';
import { type SizeResult, parseFind, sizeAll } from './size.js';
import { Study, type Runner, combine } from './study.js';
import { MOST_POINTS, parseAxes } from './axes.js';
import { CHUNK_MS, type Workers } from './engine.js';
import { alone, crewOf, EngineMaker, type RunChunk, type RunRow, runOn } from './runs.js';
import { type SweepResult, UNTIL_REPLICATIONS, parseUntil, sweepAll } from './sweep.js';
import { withSuiteFiles } from './suite/azure-like.js';
import { chosen, suiteScenarios } from './suite/scenarios.js';
import { SUITE_REPLICATIONS, type SuiteResult, entryOf, policyEntry, suiteAll } from './suite/suite.js';
import { knownVariantsOf, type MechanismChoice, variantsOf } from './variant.js';

/** How the simulations of a study are made, followed and stopped. */
export interface StudyOptions extends SimulationOptions {
  /** Ends the study early but orderly: what is finished is kept, and marked incomplete. */
  readonly signal?: AbortSignal;
  /** Called some ten times a second; `label` says which run of the study it is. */
  readonly onProgress?: (label: string, progress: Progress) => void;
  /** Hears what the readers of traces did to them, each once. */
  readonly onNote?: (note: string) => void;
}

/** How often. */
export interface ReplicateOptions extends StudyOptions {
  /** Takes who held which core into the result, for its report; default false. */
  readonly strips?: boolean;
  /** Runs with seeds of their own, the first with the scenario's. */
  readonly replications: number;
}

/** What is compared. */
export interface CompareOptions extends StudyOptions {
  /** Takes who held which core into the results, for their report; default false. */
  readonly strips?: boolean;
  /** The first is what the others are set against. A mechanism by name has its defaults, one as a mapping its settings. */
  readonly mechanisms: readonly MechanismChoice[];
  /** Default 1. */
  readonly replications?: number;
  /** Whether the least cores at which every SLO is attained are searched; default true. */
  readonly sizing?: boolean;
  /** Upper end of that search; default four times the scenario's cores. */
  readonly mostCores?: number;
}

/** What is searched, and what must hold. */
export interface SizeOptions extends StudyOptions {
  /** The field, with a range where the usual one does not fit: `host.cores`, `vms.api.quota=0.5..4:0.5`. */
  readonly find: string;
  /** What must hold: `api.slo`, or an assertion such as `api.latency.p99 < 200us`; default: every SLO of the scenario. */
  readonly objectives?: readonly string[];
  /** Default: the scenario's own. */
  readonly mechanisms?: readonly MechanismChoice[];
  /** Default 1. */
  readonly replications?: number;
  /** The greatest value instead, such as how many functions a host holds. */
  readonly most?: boolean;
}

/** What `sweep` is asked. */
export interface SweepOptions extends StudyOptions {
  /** As `--vary` takes them: `host.cores=8,16,32`, `load=0.5..0.95:10`, `vms.api.quantum=5us..500us:7:log`. */
  readonly vary: readonly string[];
  /** Points of a Latin hypercube over the ranges, in place of the grid. */
  readonly latin?: number;
  /** Default: the scenario's own. */
  readonly mechanisms?: readonly MechanismChoice[];
  /** Who makes the runs: Web Workers, which take files from where their script says; absent: this thread. */
  readonly workers?: Workers;
  /** Seeds of each row, the same for all. Default 1, or 64 with `until`. */
  readonly replications?: number;
  /** More seeds until the 95 % interval of a latency is so narrow: `p99±2%`. */
  readonly until?: string;
  /** Called when rows have ended. */
  readonly onRows?: (done: number, all: number) => void;
}

/** What is ranked. `policy` is ranked too, as hyperflux that asks for the decisions it has. */
export interface SuiteOptions extends StudyOptions {
  /** Default: ideal and hyperflux. */
  readonly mechanisms?: readonly MechanismChoice[];
  /** Some of the scenarios, by name; default: all twelve. */
  readonly only?: readonly string[];
  /** A scenario of one's own as one more, such as one that replays a trace; some VM must state an SLO. */
  readonly own?: Scenario;
  /** Default 5. */
  readonly replications?: number;
  /** Called when runs have ended. */
  readonly onRuns?: (done: number, all: number) => void;
}

const MOST_REPLICATIONS = 1000;

function studyOf({
  signal,
  onProgress,
  onNote,
  strips,
  ...options
}: StudyOptions & { readonly strips?: boolean }): Study {
  const runner: Runner = {
    create: (scenario) => Simulation.create(scenario, options),
    signal,
    strips: strips === true,
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(onNote === undefined ? {} : { onNote }),
  };
  return new Study(runner);
}

/** The options, where scenario and options are what they are to be. @throws InputError naming the one that is not */
function asked<T extends StudyOptions>(scenario: Scenario, options: T, expected: string): T {
  resolvedScenario(scenario);
  return argument('options', options, 'a mapping', `options, as in ${expected}`);
}

function checkedReplications(replications: number): number {
  if (Number.isSafeInteger(replications) && replications >= 1 && replications <= MOST_REPLICATIONS) return replications;
  const expected = `a whole number from 1 to ${MOST_REPLICATIONS}`;
  throw new InputError({ path: 'replications', given: show(replications), expected });
}

/**
 * One scenario with several seeds. The result is that of the scenario's own seed, with every replication's headline figures
 * (`replications`) and their 95 % intervals (`confidence`) beside it.
 *
 *     const { confidence } = await replicate(scenario, { replications: 10 });
 *
 * @throws InputError as `Simulation.create`
 */
export async function replicate(scenario: Scenario, options: ReplicateOptions): Promise<Result> {
  const { replications, ...rest } = asked(scenario, options, '{ replications: … }');
  const count = checkedReplications(replications);
  return combine(await studyOf(rest).replications(scenario, count), count);
}

/**
 * One workload under several mechanisms: a result each, paired differences against the first, and the cores that each
 * needs to attain every SLO.
 *
 *     const { runs, sizing } = await compare(scenario, { mechanisms: ['ideal', { kind: 'hyperflux', signal: 'oldest' }] });
 *
 * @throws InputError, before anything runs, where the scenario fits no mechanism; `refused` names those that it does not fit
 */
export async function compare(scenario: Scenario, options: CompareOptions): Promise<Comparison> {
  const expected = "{ mechanisms: ['ideal', 'hyperflux'] }";
  const { mechanisms, replications = 1, sizing = true, mostCores, ...rest } = asked(scenario, options, expected);
  const question = {
    variants: variantsOf(mechanisms),
    replications: checkedReplications(replications),
    sizing,
    mostCores,
  };
  return compareAll(studyOf(rest), scenario, question);
}

/**
 * The least value of a field at which every objective is met, found among values that were run.
 *
 *     const { runs } = await size(scenario, { find: 'host.cores', replications: 5 });
 *
 * @throws InputError for a field, range or objective that is none
 */
export async function size(scenario: Scenario, options: SizeOptions): Promise<SizeResult> {
  const known = asked(scenario, options, "{ find: 'host.cores' }");
  const { find, objectives = [], mechanisms = [scenario.mechanism.kind], replications = 1, most, ...rest } = known;
  argument('find', find, 'a text', 'a field, as in host.cores or vms.api.quota=0.5..4:0.5');
  argument('objectives', objectives, 'a list of texts', "a list, as in ['api.slo']");
  const question = {
    most: most === true,
    find: parseFind(find),
    objectives,
    variants: variantsOf(mechanisms),
    replications: checkedReplications(replications),
  };
  return sizeAll(studyOf(rest), scenario, question);
}

/**
 * One scenario at many points, under each mechanism, with the same seeds: a row each, with means and 95 % intervals.
 *
 *     const { rows } = await sweep(scenario, { vary: ['load=0.5..0.9:5'], mechanisms: ['ideal', 'hyperflux'], replications: 5 });
 *
 * @throws InputError for an axis, precision or mechanism that is none, and where no point makes a scenario
 */
export async function sweep(scenario: Scenario, options: SweepOptions): Promise<SweepResult> {
  const known = asked(scenario, options, "{ vary: ['host.cores=8,16,32'] }");
  const { vary, latin, mechanisms = [scenario.mechanism.kind], until, onRows, workers, ...more } = known;
  argument('vary', vary, 'a list of texts', "a list, as in ['host.cores=8,16,32']");
  optional('until', until, 'a text', 'a text, as in p99±2%');
  if (workers !== undefined) having('workers', workers, ['engine'], 'new WebWorkers(…)');
  const { replications = until === undefined ? 1 : UNTIL_REPLICATIONS, ...rest } = more;
  const study = studyOf(rest);
  const question = {
    axes: parseAxes(vary),
    latin,
    variants: variantsOf(mechanisms),
    replications: checkedReplications(replications),
    until: until === undefined ? undefined : parseUntil(until),
  };
  if (latin !== undefined && !(Number.isSafeInteger(latin) && latin >= 1 && latin <= MOST_POINTS))
    throw new InputError({ path: 'latin', given: show(latin), expected: `a whole number from 1 to ${MOST_POINTS}` });
  if (workers === undefined) return sweepAll(scenario, question, { ...alone(study), ...(onRows && { onRows }) });
  if (rest.policy !== undefined)
    throw new InputError({ path: 'workers', given: 'a policy of your own beside them', expected: 'one of both' });
  const engine = workers.engine<RunChunk, RunRow>({ kind: 'runs' });
  const maker = new EngineMaker(engine, CHUNK_MS, (task, label) => runOn(study, task, label));
  rest.signal?.addEventListener('abort', () => maker.end());
  return sweepAll(scenario, question, crewOf(maker, false, onRows)).finally(() => engine.close());
}

/**
 * Fixed, versioned scenarios under each mechanism: one table, and a score card a mechanism, so that a new mechanism or policy is ranked
 * beside the others. Two people get the same `sha256`.
 *
 *     const { scores, sha256 } = await suite({ mechanisms: ['hyperflux', 'caladan'] });
 *
 * @throws InputError for a scenario or mechanism that is none
 */
export async function suite(options: SuiteOptions = {}): Promise<SuiteResult> {
  argument('options', options, 'a mapping');
  const {
    mechanisms = ['ideal', 'hyperflux'],
    only,
    own,
    replications = SUITE_REPLICATIONS,
    onRuns,
    ...rest
  } = options;
  optional('only', only, 'a list of texts');
  if (own !== undefined) resolvedScenario(own, 'own');
  const others: TraceHost = rest.files ?? memoryHost({});
  const { policy } = rest;
  const study = studyOf({ ...rest, files: withSuiteFiles(others) });
  const scenarios = chosen(suiteScenarios(), only);
  const question = {
    scenarios: own === undefined ? scenarios : [...scenarios, { name: 'own', about: 'your own', scenario: own }],
    entries: [
      ...knownVariantsOf(mechanisms).map(entryOf),
      ...(policy === undefined ? [] : [policyEntry('policy', policy)]),
    ],
    replications: checkedReplications(replications),
  };
  return suiteAll(question, { ...alone(study), ...(onRuns === undefined ? {} : { onRows: onRuns }) });
}
