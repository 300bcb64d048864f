// From a resolved scenario back to one that could have been written, so that `--set` reaches the fields of a snapshot by the
// names that they have in a file. Leaves out how it was spelt: every default is written out, every time in its greatest unit.

import { argument } from '../input/argument.js';
import { unfold } from './unfold.js';
import type { FunctionsGiven, LifecycleGiven } from '../lifecycle/source.js';
import { type Problem, InputError } from '../input/errors.js';
import { checkFork } from './fork.js';
import { type Fields, isFields } from '../input/mapping.js';
import { applyOverrides } from '../input/overrides.js';
import { formatDuration, formatSize } from '../input/quantities.js';
import { checkScenario, toProblem } from './resolve.js';
import type { Scenario, Workload } from './types.js';
import { definitionOf } from '../mechanisms/kinds.js';
import type { MechanismKind } from '../mechanisms/types.js';

/** Parameters of a distribution over times; all others of its numbers have no unit. */
const TIMES = ['value', 'mean', 'min', 'max', 'short', 'long', 'scale'];
/** Places of distributions over times; `tasks` and `ratio` are over plain numbers. */
const TIME_DISTRIBUTIONS = ['service', 'think', 'in', 'out', 'init', 'cost'];

/** Fractions have at most 20 digits in the written form; no service time is short enough to need more. */
const fractionalDuration = (ns: number): string =>
  Number.isSafeInteger(ns) ? formatDuration(ns) : `${/e/.test(String(ns)) ? ns.toFixed(20) : String(ns)}ns`;

function distribution(dist: Fields, spell = fractionalDuration): Fields {
  return Object.fromEntries(
    Object.entries(dist).map(([name, value]) => {
      if (name === 'of') return [name, (value as Fields[]).map((part) => distribution(part, spell))];
      return [name, typeof value === 'number' && TIMES.includes(name) ? spell(value) : value];
    }),
  );
}

function field(name: string, value: unknown): [string, unknown] {
  if (name.endsWith('Ns')) return [name.slice(0, -2), typeof value === 'number' ? formatDuration(value) : value];
  if (name.endsWith('BytesPerSecond')) return [name.slice(0, -14), formatSize(value as number)];
  if (name.endsWith('Bytes')) return [name.slice(0, -5), formatSize(value as number)];
  if (name === 'host') return [name, host(value as Scenario['host'])];
  if (name === 'stealing' && value === null) return [name, 'none'];
  if (name === 'workload' && isFields(value)) return [name, mapping(withoutTraceRequest(value as unknown as Workload))];
  if (TIME_DISTRIBUTIONS.includes(name) && isFields(value)) return [name, distribution(value)];
  if (name === 'memory' && isFields(value) && 'dist' in value) return [name, distribution(value, formatSize)];
  if (name === 'functions' && isFields(value)) return [name, functions(value as unknown as FunctionsGiven)];
  if (name === 'lifecycle') return [name, lifecycle(value as LifecycleGiven)];
  return [name, written(value)];
}

/** What is told apart where it is resolved stands side by side where it is written. */
const functions = ({ generated, ...rest }: FunctionsGiven): Fields => mapping({ ...rest, ...generated });

function lifecycle({ overflow, boot, vertical: _, ...rest }: LifecycleGiven): Fields {
  const waits = overflow.kind === 'timeout' ? { timeout: formatDuration(overflow.timeoutNs) } : overflow.kind;
  const { slots, ratePerSecondPerCore: rate, cpu } = boot;
  const gate = {
    ...(slots > 0 ? { slots } : {}),
    ...(rate > 0 ? { rate } : {}),
    ...(cpu === undefined ? {} : { cpu }),
  };
  return { ...mapping({ ...rest }), overflow: waits, boot: gate };
}

/** What stands for the request of a trace that brings its own service times is no request that could be written. */
function withoutTraceRequest(workload: Workload): Fields {
  const { request, ...rest } = workload;
  const [stage] = request.stages;
  return stage?.service.dist === 'constant' && stage.service.value === 0 ? rest : { ...workload };
}

/** What is resolved into a size and its engine is written as one mapping; what follows from the laws of a backend is left out. */
function host({ memoryBytes, memory, ...rest }: Scenario['host']): Fields {
  if (memoryBytes === undefined) return mapping(rest);
  const size = formatSize(memoryBytes);
  if (memory === undefined) return { ...mapping(rest), memory: { size } };
  const backends = Object.fromEntries(
    Object.entries(memory.backends).map(([name, { inMoreNs, outMoreNs: _, ...laws }]) => {
      const hasMore = name === 'ssd' || name === 'remote' || name === 'slow';
      return [name, { ...mapping(laws), ...(hasMore ? { more: formatDuration(inMoreNs) } : {}) }];
    }),
  );
  return { ...mapping(rest), memory: { ...mapping({ ...memory, backends: undefined }), size, backends } };
}

function mapping(value: Fields): Fields {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, part]) => part !== undefined && (part !== null || name === 'stealing'))
      .map(([name, part]) => field(name, part)),
  );
}

function written(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(written);
  return isFields(value) ? mapping(value) : value;
}

/** A scenario as a file could hold it; resolving it gives the scenario back. */
export function writtenForm(scenario: Scenario): Fields {
  const { costs, ...rest } = scenario;
  const times = Object.entries(costs).map(([name, ns]) => [name, formatDuration(ns)] as const);
  return { ...mapping({ ...rest, lifecycle: attested(scenario) }), costs: Object.fromEntries(times) };
}

/** Attestation is not to be written where no function is confidential. */
function attested({ lifecycle: given, functions: of }: Scenario): unknown {
  return given === undefined || (of?.confidential ?? 0) > 0 ? given : { ...given, attestNs: undefined };
}

/**
 * `before` where the overrides changed nothing, `after` where they did. A fraction such as 1/3 ns may lose its last bit on
 * the way through text; what nobody set must stay as it was.
 */
function graft(original: unknown, before: unknown, after: unknown): unknown {
  if (JSON.stringify(before) === JSON.stringify(after)) return original;
  if (Array.isArray(original) && Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return after.map((part, i) => graft(original[i], before[i], part));
  }
  if (isFields(original) && isFields(before) && isFields(after)) {
    return Object.fromEntries(
      Object.entries(after).map(([name, part]) => [name, graft(original[name], before[name], part)]),
    );
  }
  return after;
}

/** A refusal in the words of the written form: `warmup: given 5ms`, not `warmupNs: given 5000000`. */
function inWrittenWords(problem: Problem): Problem {
  const unit = /(Ns|Bytes|BytesPerSecond)$/.exec(problem.path)?.[1];
  if (unit === undefined) return problem;
  const spell = (text: string): string =>
    text.replace(/^\d+/, (digits) => (unit === 'Ns' ? formatDuration : formatSize)(Number(digits)));
  const { path, given, expected } = problem;
  const name = path === 'host.memoryBytes' ? 'host.memory.size' : path.slice(0, -unit.length);
  return { ...problem, path: name, given: spell(given), expected: spell(expected) };
}

/** The problem of going on under another mechanism, or none. */
export function switchProblem(before: Scenario, kind: MechanismKind): Problem | undefined {
  if (kind === before.mechanism.kind || definitionOf(kind).fromTheStart === undefined) return undefined;
  return {
    path: 'mechanism',
    given: kind,
    expected: `a mechanism that a running host can change to: ${kind} runs from the start or not at all`,
  };
}

/** What overrides make of a scenario: checked as if they had been written, and what nobody set left as it was. */
function overridden(scenario: Scenario, set: readonly string[], file: string) {
  const source = writtenForm(scenario);
  const changes = applyOverrides(source, set, unfold);
  const checked = checkScenario(changes.value);
  const locate = (problem: Problem): Problem => {
    const cause = changes.applied.findLast(({ path }) => {
      const of = path.join('.');
      return problem.path === of || problem.path.startsWith(`${of}.`);
    });
    return { file: cause === undefined ? file : `--set ${cause.text}`, ...problem };
  };
  const problems = [...changes.problems, ...checked.problems.map((problem) => locate(toProblem(problem)))];
  const graftOn = (found: Scenario): Scenario => graft(scenario, checkScenario(source).scenario, found) as Scenario;
  return { scenario: checked.scenario, problems, locate, graftOn };
}

/**
 * The scenario with fields changed (`PATH=VALUE` each), held to every check of a scenario; the very same object where they
 * are none.
 *
 * @throws InputError with every problem at once
 */
export function withFields(scenario: Scenario, set: readonly string[], file = ''): Scenario {
  argument('set', set, 'a list of texts', "a list, as in ['host.cores=16']");
  if (set.length === 0) return scenario;
  const { scenario: found, problems, graftOn } = overridden(scenario, set, file);
  if (found === undefined || problems.length > 0) throw new InputError(problems);
  return graftOn(found);
}

/**
 * The scenario of a running simulation under overrides (`PATH=VALUE` each); the very same object where they are none.
 *
 * @param file what the simulation came from, for problems that no single override has caused
 * @throws InputError naming each override that is wrong, or that a running host cannot follow
 */
export function changedScenario(scenario: Scenario, set: readonly string[], file: string): Scenario {
  if (set.length === 0) return scenario;
  const { scenario: found, problems, locate, graftOn } = overridden(scenario, set, file);
  const cannotSwitch = found && switchProblem(scenario, found.mechanism.kind);
  if (cannotSwitch !== undefined) problems.push(locate(cannotSwitch));
  if (found === undefined || problems.length > 0) throw new InputError(problems);
  const changed = graftOn(found);
  try {
    checkFork(scenario, changed);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.problems.map((problem) => locate(inWrittenWords(problem))));
  }
  return changed;
}
