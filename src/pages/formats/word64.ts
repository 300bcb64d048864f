// Whole numbers of up to 64 bits out of text, as a double where that is exact and as two words where it is not.

import { type Problems } from '../problems.js';
import { PAGE_EXPECTED, PAGE_LIMIT, type RequestSink } from '../request-sink.js';

const TWO_32 = 2 ** 32;
const EXACT_BELOW = 2 ** 53;
const PREFIXES = { 8: '0o', 10: '', 16: '0x' } as const;

export class Word64 {
  /** The number, correctly rounded; Infinity where it has more than 64 bits, NaN where there is none. */
  value = NaN;
  /** Its words, where `value` is 2^53 or more, or after `spread`. */
  low = 0;
  high = 0;

  /** Of digits alone, from `digits[0]` on. */
  set(digits: string, base: keyof typeof PREFIXES): void {
    const whole = BigInt(PREFIXES[base] + digits);
    this.value = whole < 1n << 64n ? Number(whole) : Infinity;
    this.low = Number(whole & 0xffffffffn);
    this.high = Number((whole >> 32n) & 0xffffffffn);
  }

  /** Fills the words of a number that a double holds. */
  spread(): void {
    if (!(this.value < EXACT_BELOW)) return;
    this.high = Math.floor(this.value / TWO_32);
    this.low = this.value - this.high * TWO_32;
  }

  /** A cell, decimal or hexadecimal with 0x; false where it is neither. */
  read(cell: string): boolean {
    const match = /^\s*(?:(\d+)|0[xX]([0-9a-fA-F]+))\s*$/.exec(cell);
    if (match === null) return false;
    const [, decimal, hexadecimal] = match;
    const plain = Number(decimal ?? `0x${hexadecimal}`);
    if (plain < EXACT_BELOW) this.value = plain;
    else if (decimal === undefined) this.set(hexadecimal!, 16);
    else this.set(decimal, 10);
    return true;
  }

  /** Cut to a page of 2^bits bytes. */
  shift(bits: number): void {
    if (bits >= 32) {
      this.low = this.high >>> (bits - 32);
      this.high = 0;
    } else if (bits > 0) {
      this.low = ((this.low >>> bits) | (this.high << (32 - bits))) >>> 0;
      this.high >>>= bits;
    }
  }
}

const text = (number: Word64): string =>
  Number.isFinite(number.value)
    ? String((BigInt(number.high) << 32n) | BigInt(number.low))
    : 'a number of more than 64 bits';

/** Puts a page, or says what is wrong with its number. */
export function putPage(
  sink: RequestSink,
  problems: Problems,
  page: Word64,
  write: boolean,
  path: string,
  line?: number,
): void {
  if (page.value < PAGE_LIMIT) {
    sink.put(page.value, write);
    return;
  }
  page.spread();
  const fits = page.high < PAGE_LIMIT / TWO_32 || sink.ids !== undefined;
  if (fits && Number.isFinite(page.value)) sink.putWords(page.low, page.high, write);
  else problems.add({ ...(line === undefined ? {} : { line }), path, given: text(page), expected: PAGE_EXPECTED });
}

/** Puts the page of a byte address, or says what is wrong with the address. */
export function putAddress(
  sink: RequestSink,
  problems: Problems,
  address: Word64,
  write: boolean,
  pageSizeBytes: number,
  line: number,
): void {
  if (address.value < EXACT_BELOW) {
    const page = Math.floor(address.value / pageSizeBytes);
    if (page < PAGE_LIMIT) {
      sink.put(page, write);
      return;
    }
  }
  address.spread();
  const before = text(address);
  address.shift(Math.log2(pageSizeBytes));
  if (Number.isFinite(address.value) && (address.high < PAGE_LIMIT / TWO_32 || sink.ids !== undefined)) {
    sink.putWords(address.low, address.high, write);
  } else {
    const given = Number.isFinite(address.value) ? `0x${BigInt(before).toString(16)}` : before;
    const expected = `an address of 64 bits in pages of ${pageSizeBytes} bytes, of which there are less than 2^52 (--hash-ids renumbers any)`;
    problems.add({ line, path: 'address', given, expected });
  }
}
