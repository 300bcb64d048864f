// From a written scenario (already a value, no text) to a resolved one, or to every problem it has.

import { type Problem, InputError } from '../input/errors.js';
import { checkTogether } from './checks.js';
import type { FieldProblem, Path } from '../input/errors.js';
import { oneForEachField, problemsOf } from '../input/problems.js';
import type { FunctionScenarioInput } from './function-input.js';
import { scenarioSchema, type ScenarioInput } from './schema.js';
import { datapathCores, datapathProblems } from '../datapath/checks.js';
import { gpuProblems } from '../gpu/checks.js';
import { lifecycleProblems, otherPolicies } from '../lifecycle/checks.js';
import { orderProblems } from '../order/checks.js';
import { memoryProblems } from '../swap/checks.js';
import { MAX_ENTRIES, MAX_FIELDS } from '../input/text-shape.js';
import type { Scenario } from './types.js';

/** As deep as a scenario is looked at for long lists: it ends some ten levels down, and a value may contain itself. */
const MAX_DEPTH = 10;
const MAX_TOLD = 100;

export type Checked =
  | { readonly scenario: Scenario; readonly problems: readonly [] }
  | { readonly problems: readonly FieldProblem[]; readonly scenario?: never };

/** A list or mapping longer than any that a host can have; checking each of its entries would take minutes. */
function tooLong(value: unknown, path: Path = []): FieldProblem[] {
  if (typeof value !== 'object' || value === null) return [];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  const isVms = path.length === 1 && path[0] === 'vms';
  const most = Array.isArray(value) ? MAX_ENTRIES : MAX_FIELDS;
  if (entries.length > most) {
    const what = isVms ? 'VMs' : Array.isArray(value) ? 'entries' : 'fields';
    return [
      { path, given: `${entries.length} ${what}`, expected: `at most ${most} ${what}${isVms ? ' on one host' : ''}` },
    ];
  }
  return path.length >= MAX_DEPTH ? [] : entries.flatMap(([key, inner]) => tooLong(inner, [...path, key]));
}

// zod writes functions for a schema that is used, which takes longer than the first few scenarios without them
const UNCOMPILED = 4;
let checks = 0;

export function checkScenario(written: unknown): Checked {
  const long = tooLong(written);
  if (long.length > 0) return { problems: long };
  const result = scenarioSchema.safeParse(written, { jitless: checks++ < UNCOMPILED });
  const problems = oneForEachField([
    ...(result.success ? [] : otherPolicies(written)),
    ...(result.success ? [] : problemsOf(result.error, written)),
    ...checkTogether(written),
    ...lifecycleProblems(written),
    ...datapathProblems(written),
    ...gpuProblems(written),
    ...(result.success
      ? [...memoryProblems(result.data), ...orderProblems(result.data), ...datapathCores(result.data)]
      : []),
  ]);
  return result.success && problems.length === 0 ? { scenario: result.data, problems: [] } : { problems };
}

/** As many as a person reads, and how many there are besides. */
export function told(problems: readonly Problem[]): readonly Problem[] {
  const rest = problems.length - MAX_TOLD;
  if (rest <= 0) return problems;
  return [...problems.slice(0, MAX_TOLD), { path: '', given: `${rest} more problems`, expected: 'none of them' }];
}

export function toProblem({ path, given, expected }: FieldProblem): Problem {
  return { path: path.join('.'), given, expected };
}

/**
 * Checks a scenario given as a value and fills its defaults.
 *
 * @throws InputError with every problem at once
 */
export function resolveScenario(input: ScenarioInput | FunctionScenarioInput): Scenario {
  const checked = checkScenario(input);
  if (checked.scenario === undefined) throw new InputError(told(checked.problems.map(toProblem)));
  return checked.scenario;
}
