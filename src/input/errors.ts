// How a refused input is told: every problem at once, one line each, with the place, what was given and what is
// expected. Used by everything that reads what a person wrote (scenarios, traces, command lines).

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

/** Optimal string alignment distance (a swap of neighbours counts one), given up beyond `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, beforeLast[j - 2]! + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

const sharedBegin = (a: string, b: string): number => {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
};

/** The known names nearest to a mistyped one, of several as near those that begin as it does; none where none is near enough to be meant. */
function nearestOnes(name: string, known: readonly string[], most: number): string[] {
  const wanted = name.toLowerCase();
  let least = Math.min(Math.max(1, Math.floor(wanted.length / 3)), wanted.length - 1); // one letter is not near another
  let best: { readonly name: string; readonly shared: number }[] = [];
  for (const candidate of known) {
    const lower = candidate.toLowerCase();
    const distance = editDistance(wanted, lower, least);
    if (distance > least) continue;
    if (distance < least) best = [];
    least = distance;
    best.push({ name: candidate, shared: most === 1 ? 0 : sharedBegin(wanted, lower) });
  }
  return best
    .sort((a, b) => b.shared - a.shared)
    .slice(0, most)
    .map((one) => one.name);
}

/** The known name nearest to a mistyped one, or undefined where none is near enough to be meant. */
export const nearest = (name: string, known: readonly string[]): string | undefined => nearestOnes(name, known, 1)[0];

/** So many names are told; of more, such as the VMs of a large host, some and how many there are. */
const MOST_NAMED = 24;
const SOME_NAMED = 8;
const MOST_NEAR = 3;

/** `a, b, c`, or `a, b, …, h, … (5,000 in all)` */
export function namesText(names: readonly (string | number)[]): string {
  if (names.length <= MOST_NAMED) return names.join(', ');
  return `${names.slice(0, SOME_NAMED).join(', ')}, … (${names.length.toLocaleString('en-US')} in all)`;
}

/** `a known field (did you mean "vcpus"?): class, count, …`; of many names up to three that are as near, or begin with what was given. */
export function expectedOneOf(what: string, given: string, known: readonly string[]): string {
  const isMany = known.length > MOST_NAMED;
  let near = nearestOnes(given, known, isMany ? MOST_NEAR : 1);
  // such as a group's name where its VMs have numbers
  if (isMany && near.length === 0 && given !== '')
    near = known.filter((name) => name.startsWith(given)).slice(0, MOST_NEAR);
  const hint = near.length === 0 ? '' : ` (did you mean ${near.map((name) => `"${name}"`).join(' or ')}?)`;
  return `${what}${hint}: ${namesText(known)}`;
}
