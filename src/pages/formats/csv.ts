// Comma-separated values with a header line. One column holds page numbers or byte addresses (decimal, or hexadecimal with
// 0x), another may say whether the access writes. Fields may stand in double quotes; a line break inside a field is not read.

import { type Problems } from '../problems.js';
import { PAGE_EXPECTED, PAGE_LIMIT, type RequestSink } from '../request-sink.js';
import { expectedOneOf, printable } from '../../scenario/errors.js';
import { type TraceFormat, putAddress, type ReadOptions } from './format.js';
import { Cursor, LineReader, quote } from './lines.js';

// What a column is taken for when none is named.
const PAGE_NAMES = ['page'];
const ADDRESS_NAMES = ['address', 'addr'];
const WRITE_NAMES = ['write', 'rw', 'op'];
const WRITES = new Set(['w', 'write', '1', 'true', 's', 'store', 'm']);
const READS = new Set(['r', 'read', '0', 'false', 'l', 'load']);
/** Of a header, in messages. */
const SHOWN_NAMES = 12;
const SHOWN_CHARACTERS = 40;
const [QUOTE, COMMA] = [34, 44];

interface Columns {
  readonly count: number;
  /** Index of the column of pages or addresses. */
  readonly place: number;
  readonly isAddress: boolean;
  /** -1 where no column tells writes. */
  readonly write: number;
}

class CsvReader extends LineReader {
  private columns: Columns | undefined;
  private refused = false;
  private readonly cursor = new Cursor();
  /** Where each field of the present line begins and ends. */
  private starts: number[] = [];
  private ends: number[] = [];

  constructor(
    private readonly sink: RequestSink,
    problems: Problems,
    private readonly options: ReadOptions,
  ) {
    super(problems);
  }

  override end(): void {
    super.end();
    if (this.columns === undefined && !this.refused) {
      this.problems.add({
        line: 1,
        path: '',
        given: 'an empty file',
        expected: 'a header line that names the columns',
      });
    }
  }

  protected override line(bytes: Uint8Array, from: number, to: number, number: number): void {
    if (from === to || this.refused) return;
    if (!this.split(bytes, from, to)) {
      this.problems.add({
        line: number,
        path: '',
        given: quote(bytes, from, to),
        expected: 'quotes that end before a comma',
      });
      return;
    }
    if (this.columns === undefined) {
      this.header(bytes, number);
      return;
    }
    const { count, place, isAddress, write } = this.columns;
    if (this.starts.length !== count) {
      const given = `${this.starts.length} fields`;
      this.problems.add({ line: number, path: '', given, expected: `${count}, as in the header` });
      return;
    }
    const writes = write >= 0 && this.isWrite(bytes, write, number);
    const cursor = this.cursor;
    cursor.set(bytes, this.starts[place]!, this.ends[place]!);
    cursor.skipBlanks();
    const isHex = cursor.byte === 48 && cursor.at + 1 < cursor.to && (bytes[cursor.at + 1]! | 32) === 120;
    const value = isHex ? cursor.hexadecimal() : cursor.decimal();
    cursor.skipBlanks();
    if (Number.isNaN(value) || !cursor.atEnd) {
      const given = quote(bytes, this.starts[place]!, this.ends[place]!);
      const expected = `${isAddress ? 'an address' : 'a page number'}, decimal or hexadecimal with 0x`;
      this.problems.add({ line: number, path: isAddress ? 'address' : 'page', given, expected });
    } else if (isAddress) {
      putAddress(this.sink, this.problems, value, writes, this.options.pageSizeBytes, number);
    } else if (value < PAGE_LIMIT) {
      this.sink.put(value, writes);
    } else {
      this.problems.add({ line: number, path: 'page', given: String(value), expected: PAGE_EXPECTED });
    }
  }

  private split(bytes: Uint8Array, from: number, to: number): boolean {
    this.starts.length = 0;
    this.ends.length = 0;
    for (let at = from; ; at++) {
      if (at < to && bytes[at] === QUOTE) {
        const end = bytes.indexOf(QUOTE, at + 1);
        if (end < 0 || end >= to || (end + 1 < to && bytes[end + 1] !== COMMA)) return false;
        this.starts.push(at + 1);
        this.ends.push(end);
        at = end + 1;
      } else {
        this.starts.push(at);
        while (at < to && bytes[at] !== COMMA) at++;
        this.ends.push(at);
      }
      if (at >= to) return true;
    }
  }

  private text(bytes: Uint8Array, field: number): string {
    return new TextDecoder().decode(bytes.subarray(this.starts[field], this.ends[field])).trim();
  }

  private header(bytes: Uint8Array, number: number): void {
    const names = this.starts.map((_, field) => this.text(bytes, field).replace(/^\ufeff/, ''));
    // a file that is none has names of any length and bytes; they go to a terminal
    const shown = names.slice(0, SHOWN_NAMES).map((name) => printable(name).slice(0, SHOWN_CHARACTERS));
    if (names.length > SHOWN_NAMES) shown.push('…');
    const find = (given: string | undefined, usual: readonly string[]): number => {
      if (given === undefined) return names.findIndex((name) => usual.includes(name.toLowerCase()));
      const index = names.indexOf(given);
      if (index < 0) {
        const expected = expectedOneOf('a column of the header', given, shown);
        this.problems.add({ line: number, path: '', given: `the column "${given}"`, expected });
        this.refused = true;
      }
      return index;
    };
    const { pageColumn, addressColumn, writeColumn } = this.options;
    const named = pageColumn !== undefined || addressColumn !== undefined;
    const page = pageColumn !== undefined || !named ? find(pageColumn, PAGE_NAMES) : -1;
    const address = addressColumn !== undefined || (!named && page < 0) ? find(addressColumn, ADDRESS_NAMES) : -1;
    const write = find(writeColumn, WRITE_NAMES);
    if (page < 0 && address < 0 && !this.refused) {
      this.refused = true;
      this.problems.add({
        line: number,
        path: '',
        given: `the columns ${shown.join(', ')}`,
        expected: 'a column `page` or `address`, or its name by --page-column or --address-column',
      });
    }
    if (!this.refused)
      this.columns = { count: names.length, place: page >= 0 ? page : address, isAddress: page < 0, write };
  }

  private isWrite(bytes: Uint8Array, field: number, number: number): boolean {
    const text = this.text(bytes, field).toLowerCase();
    if (WRITES.has(text)) return true;
    if (!READS.has(text)) {
      const given = quote(bytes, this.starts[field]!, this.ends[field]!);
      this.problems.add({
        line: number,
        path: 'write',
        given,
        expected: 'R or W, read or write, 0 or 1, false or true',
      });
    }
    return false;
  }
}

export const csv: TraceFormat = {
  name: 'csv',
  summary: 'a header line and a column of pages or addresses',
  read: (sink, problems, options) => new CsvReader(sink, problems, options),
};
