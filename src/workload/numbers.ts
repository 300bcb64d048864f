// A file of numbers, of an empirical distribution or of the pages that a VM touches: one number a line, plain or compressed; empty
// lines and # comments are passed over.

import { InputError, MOST_PROBLEMS, type Problem, show } from '../input/errors.js';
import { type TraceHost, readText } from './text-source.js';

/** Of a line: what has none would be gathered whole. */
const CHARACTERS_MAX = 64 * 1024;

/**
 * @param zeros whether all of them may be 0
 * @throws InputError for a line that is not a number of at least 0, or a file of none, or of none above 0
 */
export async function readNumbers(host: TraceHost, file: string, zeros = false): Promise<Float64Array> {
  const values: number[] = [];
  const problems: Problem[] = [];
  let line = 0;
  let rest = '';
  const take = (text: string): void => {
    line++;
    const cell = text.trim();
    if (cell === '' || cell.startsWith('#')) return;
    const value = Number(cell);
    if (Number.isFinite(value) && value >= 0) values.push(value);
    else if (problems.length < MOST_PROBLEMS)
      problems.push({ file, line, path: '', given: show(cell), expected: 'a number of at least 0, one a line' });
  };
  for await (const text of readText(host, file)) {
    rest += text;
    // a CR at the end may be half of a CR LF
    const held = rest.endsWith('\r') ? '\r' : '';
    const lines = rest.slice(0, rest.length - held.length).split(/\r\n?|\n/);
    rest = (lines.pop() ?? '') + held;
    lines.forEach(take);
    if (rest.length <= CHARACTERS_MAX) continue;
    const given = `a line of more than ${CHARACTERS_MAX} characters`;
    throw new InputError({ file, line: line + 1, path: '', given, expected: 'a number of at least 0, one a line' });
  }
  if (rest.trim() !== '') take(rest);
  if (problems.length > 0) throw new InputError(problems);
  if (zeros ? values.length === 0 : !values.some((value) => value > 0))
    throw new InputError({
      file,
      path: '',
      given: `${values.length} numbers`,
      expected: `at least one number${zeros ? '' : ' above 0'}`,
    });
  return Float64Array.from(values);
}
