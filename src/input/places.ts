// Where a part of a scenario was written, for mistakes that show only once the files that it names have been read.

import type { FieldProblem, Problem } from './errors.js';

type Locate = (problem: FieldProblem) => Problem;

// keyed by the part itself: a copy of the scenario around it keeps its place, and one that nobody has written has none
const places = new WeakMap<object, Locate>();

export function rememberPlace(part: object, locate: Locate): void {
  places.set(part, locate);
}

/** With file and line, or the `--set` that it comes from, where the part was read from a text. */
export function placed(part: object, problem: FieldProblem): Problem {
  return places.get(part)?.(problem) ?? { ...problem, path: problem.path.join('.') };
}
