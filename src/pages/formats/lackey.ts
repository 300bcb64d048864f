// What `valgrind --tool=lackey --trace-mem=yes` prints: `I  04001090,3` (instruction fetch), ` L 1ffeffe7e0,8` (load),
// ` S …` (store), ` M …` (load and store at once: one access that writes). valgrind's own lines (`==123== …`, `--123-- …`) and those
// that the program prints through it (`**123** …`) are passed over.
// An access counts for the page it begins in; fetches count on request only.

import { type TraceFormat, type ReadOptions } from './format.js';
import { Cursor, LineReader, quote } from './lines.js';
import { putAddress } from './word64.js';
import { type Problems } from '../problems.js';
import { type RequestSink } from '../request-sink.js';

const EXPECTED = '`I`, ` L`, ` S` or ` M`, a hexadecimal address, a comma and a size';
const [I, L, S, M, EQUALS, DASH, STAR, COMMA] = [73, 76, 83, 77, 61, 45, 42, 44];

class LackeyReader extends LineReader {
  private readonly cursor = new Cursor();

  constructor(
    private readonly sink: RequestSink,
    problems: Problems,
    private readonly options: ReadOptions,
  ) {
    super(problems);
  }

  protected override line(bytes: Uint8Array, from: number, to: number, number: number): void {
    const cursor = this.cursor;
    cursor.set(bytes, from, to);
    cursor.skipBlanks();
    const kind = cursor.byte;
    if (cursor.atEnd) return;
    if ((kind === EQUALS || kind === DASH || kind === STAR) && bytes[cursor.at + 1] === kind) return;
    cursor.at++;
    const spaced = cursor.skipBlanks();
    const address = cursor.hexadecimal();
    const comma = cursor.byte === COMMA;
    cursor.at++;
    const size = cursor.decimal().value;
    cursor.skipBlanks();
    if ((kind !== I && kind !== L && kind !== S && kind !== M) || !spaced || !comma || !(size > 0) || !cursor.atEnd) {
      this.problems.add({ line: number, path: '', given: quote(bytes, from, to), expected: EXPECTED });
      return;
    }
    if (kind === I && !this.options.instructions) return;
    putAddress(this.sink, this.problems, address, kind === S || kind === M, this.options.pageSizeBytes, number);
  }
}

export const lackey = {
  name: 'lackey',
  summary: 'valgrind --tool=lackey --trace-mem=yes',
  read: (sink, problems, options) => new LackeyReader(sink, problems, options),
} as const satisfies TraceFormat;
