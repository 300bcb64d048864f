// From the schema's issues to problems as people read them: one for each field, with the value that was given there.

import type * as z from 'zod';
import { expectedOneOf, show, type FieldProblem, type Path } from './errors.js';

type Issue = z.core.$ZodIssue;

/** The value at a path, looking only at what the document itself holds. */
function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}

/** An issue at the union's own place says only that this branch was not meant. */
function isOtherBranch(issues: readonly Issue[]): boolean {
  return issues.some(
    (issue) => issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value'),
  );
}

function collect(issue: Issue, prefix: Path, root: unknown, into: FieldProblem[]): void {
  const path = [...prefix, ...(issue.path as Path)];
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(', ');
    for (const key of issue.keys)
      into.push({
        path: [...path, key],
        given: 'an unknown field',
        expected: expectedOneOf('a known field', key, known),
      });
    return;
  }
  if (issue.code === 'invalid_union') {
    const meant = issue.errors.filter((branch) => !isOtherBranch(branch));
    if (meant.length === 1) {
      for (const inner of meant[0]!) collect(inner, path, root, into);
      return;
    }
  }
  into.push({ path, given: show(valueAt(root, path)), expected: issue.message });
}

export function problemsOf(error: z.ZodError, root: unknown): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const issue of error.issues) collect(issue, [], root, problems);
  return problems;
}

/** One problem a field: -1.5 where a whole number from 1 is expected is one mistake, not two. */
export function oneForEachField(problems: readonly FieldProblem[]): FieldProblem[] {
  const seen = new Set<string>();
  return problems.filter(({ path }) => {
    const key = JSON.stringify(path);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
