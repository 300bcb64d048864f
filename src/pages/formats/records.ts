// Cuts a stream of bytes into records of one size. Whole records are read where they lie; only one that two pieces share is
// put together in a buffer of its own.

import { type Problems } from '../problems.js';
import { type TraceReader } from './format.js';

export class RecordReader implements TraceReader {
  private readonly part: Uint8Array;
  private partBytes = 0;
  private records = 0;

  /** `take` gets whole records only, and the number of the first one (from 1). */
  constructor(
    private readonly recordBytes: number,
    private readonly problems: Problems,
    private readonly take: (view: DataView, count: number, first: number) => void,
  ) {
    this.part = new Uint8Array(recordBytes);
  }

  push(bytes: Uint8Array): void {
    let at = 0;
    if (this.partBytes > 0) {
      const piece = bytes.subarray(0, this.recordBytes - this.partBytes);
      this.part.set(piece, this.partBytes);
      this.partBytes += piece.length;
      at = piece.length;
      if (this.partBytes < this.recordBytes) return;
      this.partBytes = 0;
      this.hand(this.part, 1);
    }
    const count = Math.floor((bytes.length - at) / this.recordBytes);
    if (count > 0) this.hand(bytes.subarray(at, at + count * this.recordBytes), count);
    const rest = bytes.subarray(at + count * this.recordBytes);
    this.part.set(rest);
    this.partBytes = rest.length;
  }

  end(): void {
    if (this.partBytes === 0) return;
    this.problems.add({
      path: `record ${this.records + 1}`,
      given: `${this.partBytes} bytes at the end`,
      expected: `whole records of ${this.recordBytes} bytes`,
    });
  }

  private hand(bytes: Uint8Array, count: number): void {
    this.take(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), count, this.records + 1);
    this.records += count;
  }
}
