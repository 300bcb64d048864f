// Ramulator's CPU traces: `<instructions between> <read address> [<write-back address>]` a line, decimal bytes. A line is one
// read, and where it names a write-back, a write after it. The instruction count is left out: this replay has no clock.

import { type Problems } from '../problems.js';
import { type RequestSink } from '../request-sink.js';
import { type TraceFormat, putAddress, type ReadOptions } from './format.js';
import { Cursor, LineReader, quote } from './lines.js';

const EXPECTED = 'an instruction count, a read address and perhaps a write-back address, all decimal';

class RamulatorReader extends LineReader {
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
    if (cursor.atEnd) return;
    const gap = cursor.decimal();
    const spaced = cursor.skipBlanks();
    const read = cursor.decimal();
    const more = cursor.skipBlanks() && !cursor.atEnd;
    const writeBack = more ? cursor.decimal() : NaN;
    cursor.skipBlanks();
    if (Number.isNaN(gap) || !spaced || Number.isNaN(read) || (more && Number.isNaN(writeBack)) || !cursor.atEnd) {
      this.problems.add({ line: number, path: '', given: quote(bytes, from, to), expected: EXPECTED });
      return;
    }
    putAddress(this.sink, this.problems, read, false, this.options.pageSizeBytes, number);
    if (more) putAddress(this.sink, this.problems, writeBack, true, this.options.pageSizeBytes, number);
  }
}

export const ramulator: TraceFormat = {
  name: 'ramulator',
  summary: 'Ramulator CPU trace: instructions, read address, write-back address, decimal',
  read: (sink, problems, options) => new RamulatorReader(sink, problems, options),
};
