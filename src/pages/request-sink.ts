// Where every trace reader puts what it reads: requests as pairs of 32-bit words, in the form the core takes them
// (assembly/memory/replacement/request.ts), handed on a window at a time. Numbers up to 2^52 never become BigInts.

import { PAGE_BITS, WINDOW_REQUESTS } from '../../assembly/memory/replacement/ids.js';

/** Page numbers and addresses are below this. */
export const PAGE_LIMIT = 2 ** PAGE_BITS;
/** What a refused page number or address was expected to be. */
export const PAGE_EXPECTED = `less than 2^${PAGE_BITS}`;
/** The high word's bits of a page number end here; this bit says "write". */
export const WRITE_BIT = 1 << (PAGE_BITS - 32);
const TWO_32 = 2 ** 32;

export class RequestSink {
  /** Requests handed on so far, without those still in `words`. */
  private handedOn = 0;
  private at = 0;
  /** Whether a request in `words` writes. */
  private writes = false;
  private readonly words = new Uint32Array(2 * WINDOW_REQUESTS);

  constructor(private readonly flush: (words: Uint32Array, count: number, writes: boolean) => void) {}

  get requests(): number {
    return this.handedOn + this.at / 2;
  }

  /** A page number in two words; `high` below 2^20. */
  putWords(low: number, high: number): void {
    this.words[this.at] = low;
    this.words[this.at + 1] = high;
    this.at += 2;
    if (this.at === this.words.length) this.handOn();
  }

  /** A page number below PAGE_LIMIT. */
  put(page: number, write: boolean): void {
    const high = Math.floor(page / TWO_32);
    if (write) this.writes = true;
    this.putWords(page - high * TWO_32, write ? high | WRITE_BIT : high);
  }

  /** The last, shorter window. */
  end(): void {
    if (this.at > 0) this.handOn();
  }

  private handOn(): void {
    const count = this.at / 2;
    this.flush(this.words, count, this.writes);
    this.handedOn += count;
    this.at = 0;
    this.writes = false;
  }
}
