// Rows of a file whatever its kind: CSV with a header, JSON lines (the fields of the first line are the columns), or one JSON document of
// columns. Streams, but for the document. `lookAt` tells kinds apart by the first bytes.

import { InputError, show } from '../input/errors.js';
import { csvBlocks } from '../workload/csv-rows.js';
import { type TraceHost, readBytes, readText } from '../workload/text-source.js';
import { headerOfCells, knownCells } from './known.js';

/** What a file turns out to be. */
export type Kind = 'csv' | 'json-lines' | 'json' | 'lackey' | 'ramulator' | 'ldst' | 'addresses' | 'binary' | 'text';

/** Rows that came together; every one has a cell for each column. */
export interface RowBlock {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  line(row: number): number;
  /** The file begins with its first row: the header is what is known of it. */
  readonly lacksHeader?: boolean;
  /** A row as it stands in the file, where it is no CSV. */
  text?(row: number): string;
}

const LOOKED_AT = 64 * 1024;
const LONGEST_DOCUMENT = 64 * 1024 * 1024;

/** The first lines of text, or undefined where the bytes are none. */
function linesOf(head: Uint8Array): string[] | undefined {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
  } catch {
    return undefined;
  }
  return text.includes('\0') ? undefined : text.split(/\r\n?|\n/);
}

const isJson = (text: string): boolean => {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
};

function kindOf(lines: readonly string[]): Kind {
  const telling = lines.filter((line) => line.trim() !== '' && !/^\s*#/.test(line));
  const [first = '', second = ''] = telling;
  if (first.trimStart().startsWith('{')) {
    if (second !== '') return isJson(first) && isJson(second) ? 'json-lines' : 'json';
    return isJson(first) && !Object.values(JSON.parse(first) as object).some(Array.isArray) ? 'json-lines' : 'json';
  }
  const whole = telling.slice(0, Math.max(1, Math.min(telling.length - 1, 50)));
  const every = (pattern: RegExp): boolean => whole.every((line) => pattern.test(line));
  if (every(/^(\s*[ILSM]\s+[0-9a-f]+,\d+\s*|[=*-]{2}.*)$/i)) return 'lackey';
  if (every(/^\s*(LD|ST)\s+(0x[0-9a-f]+|\d+)\s*$/i)) return 'ldst';
  if (every(/^\s*(0x)?[0-9a-f]+\s+[RW]\s*$/i)) return 'addresses';
  if (every(/^\s*\d+\s+(0x[0-9a-f]+|\d+)(\s+(0x[0-9a-f]+|\d+))?\s*$/i)) return 'ramulator';
  return first.includes(',') || (second !== '' && !/^\s*[-+.\d]/.test(first)) ? 'csv' : 'text';
}

/** By the first bytes of its content. */
export async function lookAt(host: TraceHost, file: string): Promise<{ kind: Kind; lines: readonly string[] }> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of readBytes(host, file)) {
    pieces.push(piece.slice(0, LOOKED_AT - length));
    length += Math.min(piece.length, LOOKED_AT - length);
    if (length >= LOOKED_AT) break;
  }
  if (length === 0) throw new InputError({ file, path: '', given: 'an empty file', expected: 'a trace' });
  const head = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    head.set(piece, at);
    at += piece.length;
  }
  const lines = linesOf(head);
  return lines === undefined ? { kind: 'binary', lines: [] } : { kind: kindOf(lines), lines };
}

const cellOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

async function* jsonLines(host: TraceHost, file: string): AsyncGenerator<RowBlock> {
  let header: readonly string[] | undefined;
  let [rest, line] = ['', 0];
  const rowOf = (text: string, number: number): string[] => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      value = undefined;
    }
    if (typeof value !== 'object' || value === null)
      throw new InputError({ file, line: number, path: '', given: show(text), expected: 'a JSON object, one a line' });
    header ??= Object.keys(value);
    return header.map((name) => cellOf((value as Record<string, unknown>)[name]));
  };
  const blockOf = (lines: readonly string[]): RowBlock => {
    const from = line;
    const kept = lines.map((text, i) => ({ text, number: from + i + 1 })).filter(({ text }) => text.trim() !== '');
    line += lines.length;
    const rows = kept.map(({ text, number }) => rowOf(text, number));
    return { header: header ?? [], rows, line: (row) => kept[row]!.number, text: (row) => kept[row]!.text };
  };
  for await (const text of readText(host, file)) {
    rest += text;
    const lines = rest.split('\n');
    rest = lines.pop()!;
    if (lines.length > 0) yield blockOf(lines);
    if (rest.length > LONGEST_DOCUMENT) break;
  }
  if (rest.trim() !== '') yield blockOf([rest]);
}

/** Lists of one document stand side by side, the shorter ones with empty cells. */
async function* jsonColumns(host: TraceHost, file: string): AsyncGenerator<RowBlock> {
  let text = '';
  for await (const piece of readText(host, file)) {
    text += piece;
    if (text.length > LONGEST_DOCUMENT)
      throw new InputError({ file, path: '', given: 'a JSON document of more than 64 MiB', expected: 'a shorter one' });
  }
  const refuse = new InputError({
    file,
    path: '',
    given: 'no JSON document of fields',
    expected: 'CSV, JSON or a trace of pages',
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse;
  const columns = Object.entries(value).map(
    ([, part]: [string, unknown]) => (Array.isArray(part) ? part : [part]) as unknown[],
  );
  const length = Math.max(0, ...columns.map((column) => column.length));
  const rows = Array.from({ length }, (_, i) => columns.map((column) => (i < column.length ? cellOf(column[i]) : '')));
  yield { header: Object.keys(value), rows, line: () => 1 };
}

/** Files whose cells stand apart by semicolons, as those of the Grid Workloads Archive, have no comma in their first line. */
async function* withCommas(text: AsyncIterable<string>): AsyncGenerator<string> {
  let [head, decided] = ['', undefined as boolean | undefined];
  for await (const piece of text) {
    if (decided === undefined) {
      head += piece;
      const end = head.indexOf('\n');
      if (end < 0 && head.length < LOOKED_AT) continue;
      const first = end < 0 ? head : head.slice(0, end);
      decided = first.includes(';') && !first.includes(',');
      yield decided ? head.replaceAll(';', ',') : head;
    } else yield decided ? piece.replaceAll(';', ',') : piece;
  }
  if (decided === undefined) yield head;
}

/** CSV, with the header of the public file where it has none. */
async function* csvRows(host: TraceHost, file: string, given: readonly string[] | undefined): AsyncGenerator<RowBlock> {
  const header = given ?? (await headerOfFirst(host, file));
  for await (const block of csvBlocks(withCommas(readText(host, file)), file, undefined, header))
    yield header === undefined ? block : { ...block, lacksHeader: true };
}

/** What the columns are called of a file whose first row is no header. */
async function headerOfFirst(host: TraceHost, file: string): Promise<readonly string[] | undefined> {
  let head = '';
  for await (const piece of withCommas(readText(host, file))) {
    head += piece;
    if (head.includes('\n') || head.length > LOOKED_AT) break;
  }
  const known = knownCells(head.split('\n', 1)[0]!.trimEnd().split(','));
  return known === undefined ? undefined : headerOfCells(known);
}

/**
 * @param header of a CSV that has none, where its cells do not tell
 * @throws InputError for a file that is damaged or of no such kind
 */
export function rowsOf(
  host: TraceHost,
  file: string,
  kind: Kind,
  header?: readonly string[],
): AsyncGenerator<RowBlock> {
  if (kind === 'json-lines') return jsonLines(host, file);
  if (kind === 'json') return jsonColumns(host, file);
  return csvRows(host, file, header);
}
