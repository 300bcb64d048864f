// Where every trace reader puts what it reads: requests as pairs of 32-bit words, in the form the core takes them
// (assembly/memory/replacement/request.ts), handed on a window at a time. Numbers up to 2^52 never become BigInts.

import { PAGE_BITS, WINDOW_REQUESTS } from '../../assembly/memory/replacement/ids.js';
import type { DenseIds } from './dense-ids.js';

/** Page numbers are below this. */
export const PAGE_LIMIT = 2 ** PAGE_BITS;
/** What a refused page number was expected to be. */
export const PAGE_EXPECTED = `less than 2^${PAGE_BITS}; --hash-ids renumbers any`;
/** The high word's bits of a page number end here; this bit says "write". */
export const WRITE_BIT = 1 << (PAGE_BITS - 32);
const TWO_32 = 2 ** 32;

/** Takes a window: whether any of its requests writes, and the bytes of each one's object where the trace tells them. */
export type TakeWindow = (words: Uint32Array, count: number, writes: boolean, sizes: Uint32Array | undefined) => void;

export class RequestSink {
  /** Requests handed on so far, without those still in `words`. */
  private handedOn = 0;
  private at = 0;
  /** Whether a request in `words` writes. */
  private writes = false;
  private sized = false;
  private readonly words = new Uint32Array(2 * WINDOW_REQUESTS);
  private readonly sizes = new Uint32Array(WINDOW_REQUESTS);

  /** @param ids renumbers every page */
  constructor(
    private readonly flush: TakeWindow,
    readonly ids?: DenseIds,
  ) {}

  get requests(): number {
    return this.handedOn + this.at / 2;
  }

  /** Bytes of the object that the next request is for; told for each or for none. */
  size(bytes: number): void {
    this.sized = true;
    this.sizes[this.at / 2] = bytes;
  }

  /** A page number in two words; without renumbering `high` is below 2^20. */
  putWords(low: number, high: number, write = false): void {
    if (this.ids === undefined) this.enter(low, high, write);
    else this.enter(this.ids.ofWords(low, high), 0, write);
  }

  /** A page number below PAGE_LIMIT. */
  put(page: number, write: boolean): void {
    const high = page < TWO_32 ? 0 : Math.floor(page / TWO_32);
    this.putWords(page - high * TWO_32, high, write);
  }

  /** A page by its name; only with renumbering. */
  putText(name: string, write: boolean): void {
    this.enter(this.ids!.ofText(name), 0, write);
  }

  private enter(low: number, high: number, write: boolean): void {
    if (write) this.writes = true;
    this.words[this.at] = low;
    this.words[this.at + 1] = write ? high | WRITE_BIT : high;
    this.at += 2;
    if (this.at === this.words.length) this.handOn();
  }

  /** The last, shorter window. */
  end(): void {
    if (this.at > 0) this.handOn();
  }

  private handOn(): void {
    const count = this.at / 2;
    this.flush(this.words, count, this.writes, this.sized ? this.sizes : undefined);
    this.handedOn += count;
    this.at = 0;
    this.writes = false;
  }
}
