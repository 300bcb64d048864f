// Cuts a stream of bytes into lines without making strings of them: a line is a range of bytes. Line ends are LF or CR LF; the
// last line may have none. What is no text is found out by its lines having no end.

import { type Problems } from '../problems.js';
import { type TraceReader } from './format.js';

const LONGEST_LINE = 65_536;
const LF = 10;
const CR = 13;

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
    for (;;) {
      const to = data.indexOf(LF, from);
      if (to < 0) break;
      this.lines++;
      this.line(data, from, to > from && data[to - 1] === CR ? to - 1 : to, this.lines);
      from = to + 1;
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

  end(): void {
    if (this.rest.length === 0) return;
    const data = this.rest;
    this.lines++;
    this.problems.note('the last line has no newline: it may be cut');
    const to = data[data.length - 1] === CR ? data.length - 1 : data.length;
    this.line(data, 0, to, this.lines);
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

/** A place in a line that moves on; numbers are NaN where there is none. */
export class Cursor {
  bytes: Uint8Array = new Uint8Array(0);
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

  /** Digits to base 10. Exact below 2^53; beyond it only known to be that large. */
  decimal(): number {
    const from = this.at;
    let value = 0;
    for (; this.at < this.to; this.at++) {
      const digit = this.bytes[this.at]! - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    return this.at === from ? NaN : value;
  }

  /** Digits to base 16, with or without `0x`. */
  hexadecimal(): number {
    if (this.byte === 48 && this.at + 2 < this.to && (this.bytes[this.at + 1]! | 32) === 120) this.at += 2;
    const from = this.at;
    let value = 0;
    for (; this.at < this.to; this.at++) {
      const byte = this.bytes[this.at]!;
      const digit =
        byte >= 48 && byte <= 57 ? byte - 48 : (byte | 32) >= 97 && (byte | 32) <= 102 ? (byte | 32) - 87 : -1;
      if (digit < 0) break;
      value = value * 16 + digit;
    }
    return this.at === from ? NaN : value;
  }
}
