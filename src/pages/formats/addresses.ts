// One hexadecimal byte address (with or without 0x) and `R` or `W` a line, blanks between. Empty lines and lines that begin
// with `#` are passed over.

import { type Problems } from '../problems.js';
import { type RequestSink } from '../request-sink.js';
import { type TraceFormat, type ReadOptions } from './format.js';
import { Cursor, LineReader, quote } from './lines.js';
import { putAddress } from './word64.js';

const EXPECTED = 'a hexadecimal address and R or W';
const [HASH, R, W] = [35, 82, 87];

class AddressReader extends LineReader {
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
    if (cursor.atEnd || cursor.byte === HASH) return;
    const address = cursor.hexadecimal();
    const spaced = cursor.skipBlanks();
    const kind = cursor.byte & ~32; // upper case
    cursor.at++;
    cursor.skipBlanks();
    if (Number.isNaN(address.value) || !spaced || (kind !== R && kind !== W) || !cursor.atEnd) {
      this.problems.add({ line: number, path: '', given: quote(bytes, from, to), expected: EXPECTED });
      return;
    }
    putAddress(this.sink, this.problems, address, kind === W, this.options.pageSizeBytes, number);
  }
}

export const addresses = {
  name: 'addresses',
  summary: 'a hexadecimal address and R or W a line',
  read: (sink, problems, options) => new AddressReader(sink, problems, options),
} as const satisfies TraceFormat;
