// How a refused input is told: every problem at once, one line each, with the place, what was given and what is
// expected. Used by everything that reads what a person wrote (scenarios, traces, command lines).

export { expectedOneOf, namesText, nearest } from './names.js';

/** One thing that is wrong with an input. */
export interface Problem {
  /** The file that it was read from, where there is one. */
  readonly file?: string;
  /** Counted from 1. */
  readonly line?: number;
  /** The field, as `--set` would name it; '' for the document as a whole. */
  readonly path: string;
  /** What was found there, as text. */
  readonly given: string;
  /** What would have been taken. */
  readonly expected: string;
}

/** Where a field stands in a document. */
export type Path = readonly (string | number)[];

/** A problem before it is known where in which file the field stands. */
export interface FieldProblem {
  /** The field. */
  readonly path: Path;
  /** What was found there, as text. */
  readonly given: string;
  /** What would have been taken. */
  readonly expected: string;
}

// Control characters, line separators, and what reorders the text around it (Unicode's bidirectional controls).
const UNSAFE = String.raw`\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069`;
const CONTROL = new RegExp(String.raw`[\u0000-\u001f${UNSAFE}]`, 'g');
const CONTROL_IN_LINES = new RegExp(String.raw`[\u0000-\u0009\u000b-\u001f${UNSAFE}]`, 'g');

/** One line of printable text: names come from files, and an escape sequence in one must not reach the terminal. */
export function printable(text: string): string {
  return text.replace(CONTROL, '?');
}

/** The same for text of several lines. */
export function printableLines(text: string): string {
  return text.replace(CONTROL_IN_LINES, '?');
}

/** A JSON text whose strings are the same and which prints nothing but printable characters. */
export function printableJson(json: string): string {
  return json.replace(CONTROL_IN_LINES, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** `burst.yaml:12: vms.0.vcpus.min: given 20, expected a whole number from 0 to vcpus.max (16)` */
export function formatProblem(problem: Problem): string {
  const { file, line, path, given, expected } = problem;
  const place =
    file === undefined
      ? line === undefined
        ? ''
        : `line ${line}: `
      : line === undefined
        ? `${file}: `
        : `${file}:${line}: `;
  return printable(`${place}${path === '' ? '' : `${path}: `}given ${given}, expected ${expected}`);
}

/** Whoever reads a file may stop at so many mistakes (traces of arrivals do; of pages at twice as many): there may be more. */
export const MOST_PROBLEMS = 10;

/** Lines of a file that are wrong in the same way: so many are told. */
const MOST_ALIKE = 3;

/** One line each; of those that differ in the line of a file and what stands there alone, the first and how many more. */
function formatProblems(problems: readonly Problem[]): string {
  const kindOf = ({ file = '', line, path, given, expected }: Problem): string =>
    JSON.stringify(line === undefined ? [file, path, given, expected] : [file, path, expected]);
  const counts = new Map<string, number>();
  for (const problem of problems) counts.set(kindOf(problem), (counts.get(kindOf(problem)) ?? 0) + 1);
  const told = new Map<string, number>();
  const lines = problems.flatMap((problem) => {
    const kind = kindOf(problem);
    const nth = (told.get(kind) ?? 0) + 1;
    told.set(kind, nth);
    const count = counts.get(kind)!;
    if (count <= MOST_ALIKE + 1 || nth < MOST_ALIKE) return [formatProblem(problem)];
    if (nth > MOST_ALIKE) return [];
    const least = problems.length >= MOST_PROBLEMS ? 'at least ' : '';
    return [formatProblem(problem), `and ${least}${count - nth} more lines like these`];
  });
  return lines.join('\n');
}

/** The input was refused: nothing ran and nothing was written. The command line ends with exit status 2. */
export class InputError extends Error {
  /** All of them, at least one. */
  readonly problems: readonly Problem[];

  constructor(problems: Problem | readonly Problem[]) {
    const list = Array.isArray(problems) ? (problems as readonly Problem[]) : [problems as Problem];
    super(formatProblems(list));
    this.name = 'InputError';
    this.problems = list;
  }
}

const SHOWN_CHARACTERS = 80;

/** A value as a person would recognise it in their file; long ones are cut. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value === null) return 'null';
  let text: string | undefined;
  try {
    text = JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
  } catch {
    text = Array.isArray(value) ? 'a list' : 'a mapping'; // it contains itself
  }
  text ??= `a ${typeof value}`; // a function or a symbol has no JSON
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS - 1)}…` : text;
}
