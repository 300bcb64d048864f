// A scenario's text to a resolved scenario. Pure: no files, so it runs in browsers as it does in Node; load.ts reads.

import { argument, optional } from '../input/argument.js';
import { unfold } from './unfold.js';
import { scenarioSha256 } from './canonical.js';
import { type ScenarioDocument, readDocument } from '../input/document.js';
import { type Problem, InputError } from '../input/errors.js';
import { refuseOtherKinds } from '../input/kinds.js';
import { refuseTables } from '../input/tables.js';
import { type Overridden, applyOverrides } from '../input/overrides.js';
import type { FieldProblem, Path } from '../input/errors.js';
import { rememberPlace } from '../input/places.js';
import { toProblem, checkScenario, told } from './resolve.js';
import type { Scenario } from './types.js';
import { warningsOf } from './warnings.js';

/** Where a text came from, and what of it is changed. */
export interface ParseOptions {
  /** Named in problems; what the text came from. */
  readonly file?: string | undefined;
  /** `PATH=VALUE` each, applied in order before the check. */
  readonly set?: readonly string[] | undefined;
}

/** A scenario that passed every check. */
export interface ParsedScenario {
  /** Every default filled. */
  readonly scenario: Scenario;
  /** Of the canonical JSON of the resolved scenario. */
  readonly sha256: string;
  /** What is allowed but perhaps not meant, a line each. */
  readonly warnings: readonly string[];
}

const isWithin = (path: Path, outer: Path): boolean => outer.every((part, index) => part === path[index]);

const has = (value: unknown, path: Path): boolean => {
  const [first, ...rest] = path;
  return first === undefined || (Object.hasOwn(Object(value) as object, first) && has((value as never)[first], rest));
};

/** A value set from the command line, or a field that is only there by it, is told with that, everything else with its line in the file. */
function locate(
  problem: FieldProblem,
  document: ScenarioDocument,
  overridden: Overridden,
  file: string | undefined,
): Problem {
  const source = overridden.applied.findLast(
    ({ path }) => isWithin(problem.path, path) || (isWithin(path, problem.path) && !has(document.value, problem.path)),
  );
  if (source !== undefined) return { file: `--set ${source.text}`, ...toProblem(problem) };
  return { ...(file === undefined ? {} : { file }), line: document.lineOf(problem.path), ...toProblem(problem) };
}

/**
 * @example
 * const { scenario } = parseScenario(text, { file: 'burst.yaml', set: ['vms.0.vcpus.max=8'] });
 *
 * @throws InputError with every problem at once, each with file, line, field, what was given and what is expected
 */
export function parseScenario(text: string, { file, set = [] }: ParseOptions = {}): ParsedScenario {
  argument('scenario', text, 'a text', 'the text of a scenario; resolveScenario takes an object');
  optional('set', set, 'a list of texts', "a list, as in ['host.cores=16']");
  refuseTables(text, file);
  const document = readDocument(text, file);
  refuseOtherKinds(document.value, 'scenario', file);
  const overridden = applyOverrides(document.value, set, unfold);
  const checked = checkScenario(overridden.value);
  const located = checked.problems.map((problem) => locate(problem, document, overridden, file));
  const problems = [...overridden.problems, ...located.sort((a, b) => (a.line ?? 0) - (b.line ?? 0))];
  if (checked.scenario === undefined || problems.length > 0) throw new InputError(told(problems));
  const { scenario } = checked;
  if (scenario.lifecycle !== undefined)
    rememberPlace(scenario.lifecycle, (problem) => locate(problem, document, overridden, file));
  return { scenario, sha256: scenarioSha256(scenario), warnings: [...document.warnings, ...warningsOf(scenario)] };
}
