// Ramulator's traces. `ramulator`: `<instructions between> <read address> [<write-back address>]` a line, of its processor: a line is
// one read, and where it names a write-back, a write after it. `ldst`: `LD <address>` or `ST <address>`, of Ramulator 2's front end.
// Addresses as its std::stoul reads them, to base 0: hexadecimal with 0x, octal with a leading 0, otherwise decimal. The instruction
// count is left out: this replay has no clock.

import { type Problems } from '../problems.js';
import { type RequestSink } from '../request-sink.js';
import { type TraceFormat, type ReadOptions } from './format.js';
import { Cursor, LineReader, quote } from './lines.js';
import { putAddress, type Word64 } from './word64.js';

const [ZERO, L, D, S, T] = [48, 76, 68, 83, 84];

abstract class AddressLines extends LineReader {
  protected readonly cursor = new Cursor();

  constructor(
    private readonly sink: RequestSink,
    problems: Problems,
    private readonly options: ReadOptions,
  ) {
    super(problems);
  }

  protected abstract readonly expected: string;

  protected address(): Word64 {
    const { cursor } = this;
    return cursor.startsHex ? cursor.hexadecimal() : cursor.decimal(cursor.byte === ZERO ? 8 : 10);
  }

  protected put(address: Word64, write: boolean, number: number): void {
    putAddress(this.sink, this.problems, address, write, this.options.pageSizeBytes, number);
  }

  protected refuse(bytes: Uint8Array, from: number, to: number, number: number): void {
    this.problems.add({ line: number, path: '', given: quote(bytes, from, to), expected: this.expected });
  }
}

class ProcessorReader extends AddressLines {
  protected override readonly expected =
    'an instruction count, a read address and perhaps a write-back address, decimal or hexadecimal with 0x';

  protected override line(bytes: Uint8Array, from: number, to: number, number: number): void {
    const { cursor } = this;
    cursor.set(bytes, from, to);
    cursor.skipBlanks();
    if (cursor.atEnd) return;
    const hasGap = !Number.isNaN(cursor.decimal().value);
    const spaced = cursor.skipBlanks();
    const read = this.address();
    const more = cursor.skipBlanks() && !cursor.atEnd;
    const writeBack = more ? this.address() : undefined;
    cursor.skipBlanks();
    if (!hasGap || !spaced || Number.isNaN(read.value) || Number.isNaN(writeBack?.value ?? 0) || !cursor.atEnd) {
      this.refuse(bytes, from, to, number);
      return;
    }
    this.put(read, false, number);
    if (writeBack !== undefined) this.put(writeBack, true, number);
  }
}

class LoadStoreReader extends AddressLines {
  protected override readonly expected = 'LD or ST and an address, decimal or hexadecimal with 0x';

  protected override line(bytes: Uint8Array, from: number, to: number, number: number): void {
    const { cursor } = this;
    cursor.set(bytes, from, to);
    cursor.skipBlanks();
    if (cursor.atEnd) return;
    const [first, second] = [cursor.byte, bytes[cursor.at + 1]];
    const isStore = first === S && second === T;
    cursor.at += 2;
    const spaced = cursor.skipBlanks();
    const address = this.address();
    cursor.skipBlanks();
    if (!(isStore || (first === L && second === D)) || !spaced || Number.isNaN(address.value) || !cursor.atEnd) {
      this.refuse(bytes, from, to, number);
      return;
    }
    this.put(address, isStore, number);
  }
}

export const ramulator = {
  name: 'ramulator',
  summary: 'Ramulator CPU trace: instructions, read address, write-back address; decimal or 0x',
  read: (sink, problems, options) => new ProcessorReader(sink, problems, options),
} as const satisfies TraceFormat;

export const ldst = {
  name: 'ldst',
  summary: 'Ramulator 2 load-store trace: LD or ST and an address; decimal or 0x',
  read: (sink, problems, options) => new LoadStoreReader(sink, problems, options),
} as const satisfies TraceFormat;
