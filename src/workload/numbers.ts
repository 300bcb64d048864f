// The file of an empirical distribution: one number a line, plain or compressed; empty lines and # comments are passed over.

import { InputError, show, type Problem } from '../scenario/errors.js';
import { readText, type TraceHost } from './text-source.js';

const PROBLEMS_MAX = 10;

/**
 * @throws InputError for a line that is not a number of at least 0, a mean that is not above 0, or an empty file
 */
export async function readNumbers(host: TraceHost, file: string): Promise<Float64Array> {
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
    else if (problems.length < PROBLEMS_MAX)
      problems.push({ file, line, path: '', given: show(cell), expected: 'a number of at least 0, one a line' });
  };
  for await (const text of readText(host, file)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(take);
  }
  if (rest !== '') take(rest);
  if (problems.length > 0) throw new InputError(problems);
  if (!values.some((value) => value > 0))
    throw new InputError({
      file,
      path: '',
      given: `${values.length} numbers`,
      expected: 'at least one number above 0',
    });
  return Float64Array.from(values);
}
