// Cuts a stream of bytes into lines without making strings of them: a line is a range of bytes. Line ends are LF, CR LF or CR, mixed
// as they may be; the last line may have none. A byte order mark is passed over. What is no text is found out by its lines having no end.

import { type Problems } from '../problems.js';
import { type TraceReader } from './format.js';
import { Word64 } from './word64.js';

const LONGEST_LINE = 65_536;
const LF = 10;
const CR = 13;
/** UTF-8's byte order mark. */
const MARK = [0xef, 0xbb, 0xbf];

export abstract class LineReader implements TraceReader {
  private rest = new Uint8Array(0);
  private lines = 0;

  constructor(protected readonly problems: Problems) {}

  /** One line, `bytes[from … to)`, counted from 1. */
  protected abstract line(bytes: Uint8Array, from: number, to: number, number: number): void;

  push(bytes: Uint8Array): void {
    let data = bytes;
    if (this.rest.length > 0) {
      data = new Uint8Array(this.rest.length + bytes.length);
      data.set(this.rest);
      data.set(bytes, this.rest.length);
    }
    let from = 0;
    if (this.lines === 0) {
      if (data.length < MARK.length && data[0] === MARK[0]) {
        this.rest = data.slice();
        return;
      }
      if (MARK.every((byte, at) => data[at] === byte)) from = MARK.length;
    }
    let old = data.indexOf(CR, from);
    for (;;) {
      const to = data.indexOf(LF, from);
      // a CR that ends a line alone; the last byte may be half of a CR LF
      for (const end = to < 0 ? data.length : to; old >= 0 && old < end - 1; old = data.indexOf(CR, from)) {
        this.one(data, from, old);
        from = old + 1;
      }
      if (to < 0) break;
      this.one(data, from, to > from && data[to - 1] === CR ? to - 1 : to);
      from = to + 1;
      if (old >= 0 && old < from) old = data.indexOf(CR, from);
    }
    this.rest = data.slice(from);
    if (this.rest.length > LONGEST_LINE) {
      this.problems.add({
        line: this.lines + 1,
        path: '',
        given: `a line of more than ${LONGEST_LINE} bytes`,
        expected: 'a text file',
      });
      this.problems.check();
    }
  }

  private one(data: Uint8Array, from: number, to: number): void {
    this.lines++;
    this.line(data, from, to, this.lines);
  }

  end(): void {
    const data = this.rest;
    if (data.length === 0) return;
    const isEnded = data[data.length - 1] === CR;
    if (!isEnded) this.problems.note('the last line has no newline: it may be cut');
    this.one(data, 0, isEnded ? data.length - 1 : data.length);
  }
}

/** A piece of a line as text, for an error message: what cannot be printed becomes "?", what is long is cut. */
export function quote(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let at = from; at < Math.min(to, from + 60); at++) {
    const byte = bytes[at]!;
    text += byte >= 32 && byte < 127 ? String.fromCharCode(byte) : byte === 9 ? ' ' : '?';
  }
  return from === to ? 'an empty line' : `"${text}${to - from > 60 ? '…' : ''}"`;
}

/** Of 64 bits, to base 8. */
const DIGITS_MAX = 22;

/** A place in a line that moves on. A number is valid until two more have been read; its value is NaN where there is none. */
export class Cursor {
  bytes: Uint8Array = new Uint8Array(0);
  private readonly numbers = [new Word64(), new Word64()];
  private taken = 0;
  at = 0;
  to = 0;

  set(bytes: Uint8Array, from: number, to: number): void {
    this.bytes = bytes;
    this.at = from;
    this.to = to;
  }

  get atEnd(): boolean {
    return this.at >= this.to;
  }

  /** The byte here, 0 at the end. */
  get byte(): number {
    return this.at < this.to ? this.bytes[this.at]! : 0;
  }

  /** Passes over blanks and tabs; answers whether there were any. */
  skipBlanks(): boolean {
    const from = this.at;
    while (this.at < this.to && (this.bytes[this.at] === 32 || this.bytes[this.at] === 9)) this.at++;
    return this.at > from;
  }

  /** Digits to base 10, or 8. */
  decimal(base: 8 | 10 = 10): Word64 {
    const from = this.at;
    let value = 0;
    for (; this.at < this.to; this.at++) {
      const digit = this.bytes[this.at]! - 48;
      if (digit < 0 || digit >= base) break;
      value = value * base + digit;
    }
    return this.take(from, value, base);
  }

  /** Digits to base 16, with or without `0x`. */
  hexadecimal(): Word64 {
    if (this.startsHex) this.at += 2;
    const from = this.at;
    let value = 0;
    for (; this.at < this.to; this.at++) {
      const byte = this.bytes[this.at]!;
      const digit =
        byte >= 48 && byte <= 57 ? byte - 48 : (byte | 32) >= 97 && (byte | 32) <= 102 ? (byte | 32) - 87 : -1;
      if (digit < 0) break;
      value = value * 16 + digit;
    }
    return this.take(from, value, 16);
  }

  /** Whether `0x` and something more stands here. */
  get startsHex(): boolean {
    return this.byte === 48 && this.at + 2 < this.to && (this.bytes[this.at + 1]! | 32) === 120;
  }

  private take(from: number, value: number, base: 8 | 10 | 16): Word64 {
    const number = this.numbers[(this.taken ^= 1)]!;
    number.value = this.at === from ? NaN : value;
    if (value >= 2 ** 53) this.takeWide(number, from, base);
    return number;
  }

  private takeWide(number: Word64, from: number, base: 8 | 10 | 16): void {
    let first = from;
    while (this.bytes[first] === 48) first++;
    if (this.at - first > DIGITS_MAX) number.value = Infinity;
    else number.set(String.fromCharCode(...this.bytes.subarray(first, this.at)), base);
  }
}
