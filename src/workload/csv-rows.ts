// Text chunks to rows of cells with their line numbers (RFC 4180: quoted cells, doubled quotes, newlines inside quotes; line ends
// of any kind, mixed as they may be). Arrivals and page traces are read by it.
// Papa Parse splits the text; what is added here is streaming by chunk, line numbers, and the refusal of ragged rows.
// A last row without its newline is taken where it has all its cells, as RFC 4180 allows, and noted: a file cut within its
// last number looks the same.

import Papa from 'papaparse';
import { InputError, MOST_PROBLEMS, type Problem, show } from '../input/errors.js';
import type { TraceSummary } from './arrival.js';

/** Rows that were complete in one chunk of text; every row has as many cells as the header. */
export interface CsvBlock {
  /** The same for every block of a file; the first block is given even where the file has no rows. */
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The line a row starts on, counted from 1, the header's being 1. */
  line(row: number): number;
}

/** Longest row in characters: an unclosed quote would otherwise swallow the rest of the file into memory. */
const ROW_CHARACTERS_MAX = 4 * 1024 * 1024;

interface Parsed {
  readonly data: string[][];
  readonly errors: readonly { readonly message: string; readonly row?: number }[];
  readonly meta: { readonly cursor: number };
}

/** Rows out of text that comes in pieces, cut anywhere. */
export class CsvRows {
  private parser: { parse(input: string, baseIndex: number, ignoreLastRow: boolean): unknown } | undefined;
  private pending = '';
  private line = 1;
  /** A `\r` at the very end may be half of `\r\n`. */
  private heldReturn = false;

  /** @param header of a file that begins with its first row */
  constructor(
    private readonly file: string,
    private header?: readonly string[],
  ) {}

  /** The rows that are complete with this piece, if any are. */
  push(piece: string): CsvBlock | undefined {
    let text = this.heldReturn ? `\r${piece}` : piece;
    this.heldReturn = text.endsWith('\r');
    if (this.heldReturn) text = text.slice(0, -1);
    // Files put together from several have line ends of several kinds: all of them end a row, and within quotes are one newline.
    if (text.includes('\r')) text = text.replace(/\r\n?/g, '\n');
    this.pending += text;
    return text.includes('\n') || this.pending.length > ROW_CHARACTERS_MAX ? this.take(false) : undefined;
  }

  /** The rest. `openEnded`: it has no line end. */
  end(): { readonly block: CsvBlock | undefined; readonly openEnded: boolean } {
    if (this.heldReturn) this.pending += '\n';
    const openEnded = this.pending.length > 0 && !this.pending.endsWith('\n');
    const block = this.pending.length > 0 ? this.take(true) : undefined;
    if (this.header === undefined) {
      const expected = 'a header line that names the columns';
      throw new InputError({ file: this.file, path: '', given: 'an empty file', expected });
    }
    return { block, openEnded };
  }

  private take(last: boolean): CsvBlock | undefined {
    const { file } = this;
    this.parser ??= new Papa.Parser({ delimiter: ',', newline: '\n' });
    const { data, errors, meta } = this.parser.parse(this.pending, 0, !last) as Parsed;
    const firstLine = this.line;
    const quoted = this.pending.lastIndexOf('"', meta.cursor - 1) >= 0;
    const lines = quoted ? linesOfRows(data, firstLine) : undefined;
    const lineOf = (row: number) => (lines === undefined ? firstLine + row : lines[row]!);
    // An error in the row that is still incomplete comes again, if it is one, once the rest of the row is here.
    // Of several in one row the first is told: the others follow from it.
    const malformed = errors.filter(({ row }, i) => (row ?? 0) < data.length && row !== errors[i - 1]?.row);
    if (malformed.length > 0) {
      throw new InputError(
        malformed.slice(0, MOST_PROBLEMS).map(({ message, row }) => ({
          file,
          line: lineOf(row ?? 0),
          path: '',
          given: `a malformed quoted cell (${message.toLowerCase()})`,
          expected: 'a quoted cell closed by a quote, quotes inside it doubled',
        })),
      );
    }
    this.line = lines === undefined ? firstLine + data.length : lines[data.length]!;
    this.pending = this.pending.slice(meta.cursor);
    if (this.pending.length > ROW_CHARACTERS_MAX) {
      const given = `a row of more than ${ROW_CHARACTERS_MAX} characters`;
      throw new InputError({ file, line: this.line, path: '', given, expected: 'shorter rows; is a quote left open?' });
    }
    let start = 0;
    if (this.header === undefined) {
      if (data.length === 0) return undefined;
      this.header = checkedHeader(data[0]!, file);
      start = 1;
    }
    return blockOf(this.header, data, start, lineOf, file);
  }
}

export async function* csvBlocks(
  text: AsyncIterable<string>,
  file: string,
  summary?: Pick<TraceSummary, 'openEnded'>,
  header?: readonly string[],
): AsyncGenerator<CsvBlock> {
  const rows = new CsvRows(file, header);
  for await (const piece of text) {
    const block = rows.push(piece);
    if (block !== undefined) yield block;
  }
  const { block, openEnded } = rows.end();
  if (openEnded && summary?.openEnded.includes(file) === false) summary.openEnded.push(file);
  if (block !== undefined) yield block;
}

/** First line of each row and, at the end, of what follows them. */
function linesOfRows(rows: readonly (readonly string[])[], firstLine: number): Float64Array {
  const lines = new Float64Array(rows.length + 1);
  lines[0] = firstLine;
  rows.forEach((row, i) => {
    let inside = 0;
    for (const cell of row) for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) inside++;
    lines[i + 1] = lines[i]! + 1 + inside;
  });
  return lines;
}

function checkedHeader(cells: readonly string[], file: string): readonly string[] {
  const header = cells.map((cell) => cell.trim());
  const problems: Problem[] = [];
  header.forEach((name, i) => {
    if (name !== '' && header.indexOf(name) < i) {
      problems.push({ file, line: 1, path: name, given: 'the column twice', expected: 'each column once' });
    }
  });
  if (problems.length > 0) throw new InputError(problems);
  return header;
}

/** Leaves out empty lines; refuses rows with too few or too many cells. */
function blockOf(
  header: readonly string[],
  data: readonly string[][],
  start: number,
  lineOf: (row: number) => number,
  file: string,
): CsvBlock {
  const problems: Problem[] = [];
  let allWhole = true;
  for (let i = start; i < data.length; i++) {
    const row = data[i]!;
    if (row.length === header.length && (row.length > 1 || row[0] !== '')) continue;
    allWhole = false;
    if (row.length === 1 && row[0] === '') continue;
    if (problems.length < MOST_PROBLEMS) {
      problems.push({
        file,
        line: lineOf(i),
        path: '',
        given: `${row.length} ${row.length === 1 ? 'cell' : 'cells'}: ${show(row.join(','))}`,
        expected: `${header.length} cells, one for each column of the header`,
      });
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  if (allWhole) {
    return { header, rows: start === 0 ? data : data.slice(start), line: (row) => lineOf(row + start) };
  }
  const kept: number[] = [];
  for (let i = start; i < data.length; i++) if (data[i]!.length > 1 || data[i]![0] !== '') kept.push(i);
  return { header, rows: kept.map((i) => data[i]!), line: (row) => lineOf(kept[row]!) };
}

/** Where the named columns stand; every missing one is told at once. */
export function columnIndexes<Name extends string>(
  header: readonly string[],
  names: readonly Name[],
  file: string,
): Record<Name, number> {
  const problems: Problem[] = [];
  const indexes = {} as Record<Name, number>;
  for (const name of names) {
    const index = header.indexOf(name);
    indexes[name] = index;
    if (index < 0) {
      const shown = show(header.slice(0, 12).join(','));
      problems.push({
        file,
        line: 1,
        path: name,
        given: `a header without it: ${shown}`,
        expected: `a column named ${show(name)}`,
      });
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  return indexes;
}

const PLAIN_NUMBER = /^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$/;
const CODE_0 = 0x30;
const CODE_9 = 0x39;

/**
 * NaN unless the cell is a finite decimal number. `Number` alone would take '' for 0 and 0x10 for 16; the expression
 * alone is slower, so that cells which begin with two digits skip it.
 */
export function decimal(cell: string): number {
  const first = cell.charCodeAt(0);
  const second = cell.charCodeAt(1);
  const digits = first >= CODE_0 && first <= CODE_9 && (cell.length === 1 || (second >= CODE_0 && second <= CODE_9));
  const value = digits || PLAIN_NUMBER.test(cell) ? Number(cell) : NaN;
  return value - value === 0 ? value : NaN;
}

/** Gathers the faulty cells of a block, so that they are told together. */
export class CellProblems {
  readonly #file: string;
  readonly #problems: Problem[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  add(line: number, column: string, cell: string, expected: string): void {
    if (this.#problems.length >= MOST_PROBLEMS) return;
    this.#problems.push({ file: this.#file, line, path: column, given: show(cell), expected });
  }

  throwIfAny(): void {
    if (this.#problems.length > 0) throw new InputError(this.#problems);
  }
}

/** A copy that does not keep the chunk it was cut from alive: engines may store a cell as a view into the chunk. */
export function detached(cell: string): string {
  return Array.from(cell).join('');
}
