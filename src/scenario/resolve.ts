// From a written scenario (already a value, no text) to a resolved one, or to every problem it has.

import { InputError, type Problem } from './errors.js';
import { checkTogether } from './checks.js';
import { oneForEachField, problemsOf, type FieldProblem } from './problems.js';
import { scenarioSchema, type ScenarioInput } from './schema.js';
import { memoryProblems } from './schema/memory-checks.js';
import type { Scenario } from './types.js';

export type Checked =
  | { readonly scenario: Scenario; readonly problems: readonly [] }
  | { readonly problems: readonly FieldProblem[]; readonly scenario?: never };

export function checkScenario(written: unknown): Checked {
  const result = scenarioSchema.safeParse(written);
  const problems = oneForEachField([
    ...(result.success ? [] : problemsOf(result.error, written)),
    ...checkTogether(written),
    ...(result.success ? memoryProblems(result.data) : []),
  ]);
  return result.success && problems.length === 0 ? { scenario: result.data, problems: [] } : { problems };
}

export function toProblem({ path, given, expected }: FieldProblem): Problem {
  return { path: path.join('.'), given, expected };
}

/**
 * Checks a scenario given as a value and fills its defaults.
 *
 * @throws InputError with every problem at once
 */
export function resolveScenario(input: ScenarioInput): Scenario {
  const checked = checkScenario(input);
  if (checked.scenario === undefined) throw new InputError(checked.problems.map(toProblem));
  return checked.scenario;
}
