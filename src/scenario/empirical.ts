// The file behind `{ dist: empirical, file }`: one measured value a line, `#` starts a comment. A value is a number that
// the distribution's `scale` gives a meaning to (scale: 1us for a file of microseconds), so units stand in the scenario.

import { InputError, show, type Problem } from './errors.js';

const MAX_TOLD = 20;
const MAX_VALUES = 2 ** 24;

/**
 * The values, ascending and scaled: every one is equally likely to be drawn.
 *
 * @throws InputError for values that are no numbers, below 0, or more than 2^53 when scaled; and for a file without any
 */
export function readEmpirical(text: string, file: string, scale: number): Float64Array {
  const values: number[] = [];
  const problems: Problem[] = [];
  const lines = text.split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    const written = line.split('#', 1)[0]?.trim() ?? '';
    if (written === '') continue;
    const value = Number(written) * scale;
    if (Number.isFinite(value) && value >= 0 && value <= 2 ** 53) values.push(value);
    else if (problems.length < MAX_TOLD)
      problems.push({
        file,
        line: index + 1,
        path: '',
        given: show(written),
        expected: 'one number of 0 or more (times scale at most 2^53)',
      });
  }
  if (problems.length > 0) throw new InputError(problems);
  if (values.length === 0 || values.length > MAX_VALUES) {
    throw new InputError({
      file,
      path: '',
      given: `${values.length} values`,
      expected: `from 1 to ${MAX_VALUES} values, one a line`,
    });
  }
  const sorted = Float64Array.from(values).sort();
  if (sorted.at(-1) === 0)
    throw new InputError({ file, path: '', given: 'only zeros', expected: 'values with a mean above 0' });
  return sorted;
}
