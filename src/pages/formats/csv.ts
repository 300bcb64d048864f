// Comma-separated values with a header line, by the reader that arrivals have (RFC 4180). One column holds page numbers or byte
// addresses (decimal, or hexadecimal with 0x; any text where ids are renumbered), others may say whether the access writes and how large
// the object is. Whoever names the column of pages has a file with words of its own: then only the columns named are looked at.

import { InputError, expectedOneOf, printable, show } from '../../input/errors.js';
import { CsvRows, type CsvBlock } from '../../workload/csv-rows.js';
import { TextPieces } from '../../workload/text-pieces.js';
import type { Problems } from '../problems.js';
import type { RequestSink } from '../request-sink.js';
import type { TraceReader, ReadOptions, TraceFormat } from './format.js';
import { Word64, putAddress, putPage } from './word64.js';

// What a column is taken for when none is named.
const PAGE_NAMES = ['page'];
const ADDRESS_NAMES = ['address', 'addr'];
const WRITE_NAMES = ['write', 'rw', 'op'];
const SIZE_NAMES = ['size'];
/** In place of a name: no such column, whatever the header has. */
const NO_COLUMN = 'none';
const WRITES = new Set(['w', 'write', '1', 'true', 's', 'store', 'm']);
const READS = new Set(['r', 'read', '0', 'false', 'l', 'load']);
const SIZE_MAX = 2 ** 32 - 1;
/** Of a header, in messages. */
const SHOWN_NAMES = 12;
const SHOWN_CHARACTERS = 40;

interface Columns {
  /** Index of the column of pages or addresses. */
  readonly place: number;
  readonly isAddress: boolean;
  /** -1 where no column tells writes. */
  readonly write: number;
  /** -1 where no column tells sizes. */
  readonly size: number;
}

class CsvReader implements TraceReader {
  private readonly text: TextPieces;
  private readonly rows: CsvRows;
  private columns: Columns | undefined;
  private refused = false;
  private readonly number = new Word64();
  /** By cell as it stands: few words, millions of rows. */
  private readonly isWrite = new Map<string, boolean>();
  private readonly writeValues: ReadonlySet<string> | undefined;

  constructor(
    private readonly sink: RequestSink,
    private readonly problems: Problems,
    private readonly options: ReadOptions,
  ) {
    this.text = new TextPieces(problems.file);
    this.rows = new CsvRows(problems.file);
    const { writeValues } = options;
    this.writeValues = writeValues && new Set(writeValues.map((value) => value.trim().toLowerCase()));
  }

  push(bytes: Uint8Array): void {
    this.take(this.told(() => this.rows.push(this.text.piece(bytes))));
  }

  end(): void {
    const { block, openEnded } = this.told(() => {
      this.text.end();
      return this.rows.end();
    });
    if (openEnded) this.problems.note('the last line has no newline: it may be cut');
    this.take(block);
  }

  /** What is wrong with the rows themselves, told with what was wrong before them. */
  private told<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof InputError) for (const problem of error.problems) this.problems.add(problem);
      this.problems.check();
      throw error;
    }
  }

  private take(block: CsvBlock | undefined): void {
    if (block === undefined || this.refused) return;
    this.columns ??= this.find(block.header);
    if (this.columns === undefined) return;
    const { place, isAddress, write, size } = this.columns;
    const { sink, problems, options, number } = this;
    for (let i = 0; i < block.rows.length; i++) {
      const row = block.rows[i]!;
      const cell = row[place]!;
      const writes = write >= 0 && this.writes(row[write]!, block.line(i));
      if (size >= 0) this.size(row[size]!, block.line(i));
      if (!isAddress && sink.ids !== undefined) {
        sink.putText(cell.trim(), writes);
      } else if (!number.read(cell)) {
        const expected = `${isAddress ? 'an address' : 'a page number'}, decimal or hexadecimal with 0x`;
        const hint = isAddress ? '' : ' (--hash-ids reads any text)';
        problems.add({
          line: block.line(i),
          path: isAddress ? 'address' : 'page',
          given: show(cell),
          expected: expected + hint,
        });
      } else if (isAddress) {
        putAddress(sink, problems, number, writes, options.pageSizeBytes, block.line(i));
      } else {
        putPage(sink, problems, number, writes, 'page', block.line(i));
      }
    }
  }

  private find(header: readonly string[]): Columns | undefined {
    // a file that is none has names of any length and bytes; they go to a terminal
    const shown = header.slice(0, SHOWN_NAMES).map((name) => printable(name).slice(0, SHOWN_CHARACTERS));
    if (header.length > SHOWN_NAMES) shown.push('…');
    const named = (given: string): number => {
      const index = header.indexOf(given);
      if (index >= 0 || given === NO_COLUMN) return index;
      const expected = expectedOneOf('a column of the header', given, shown);
      this.problems.add({ line: 1, path: '', given: `the column "${given}"`, expected });
      this.refused = true;
      return -1;
    };
    const usual = (names: readonly string[]): number => header.findIndex((name) => names.includes(name.toLowerCase()));
    const { pageColumn, addressColumn, writeColumn, writeValues, sizeColumn } = this.options;
    const isNamed = pageColumn !== undefined || addressColumn !== undefined;
    const page = pageColumn !== undefined ? named(pageColumn) : isNamed ? -1 : usual(PAGE_NAMES);
    const address =
      addressColumn !== undefined ? named(addressColumn) : isNamed || page >= 0 ? -1 : usual(ADDRESS_NAMES);
    /** Beside a column of pages that is named, one that only looks like it is told, not taken. */
    const beside = (option: string, given: string | undefined, names: readonly string[], wanted: boolean): number => {
      if (given !== undefined) return named(given);
      const index = usual(names);
      if (index < 0 || !isNamed || wanted) return index;
      this.problems.note(
        `the column ${printable(header[index]!)} is not looked at: --${option} ${printable(header[index]!)} would`,
      );
      return -1;
    };
    const write = beside('write-column', writeColumn, WRITE_NAMES, writeValues !== undefined);
    const size = beside('size-column', sizeColumn, SIZE_NAMES, false);
    if (page < 0 && address < 0 && !this.refused) {
      this.refused = true;
      this.problems.add({
        line: 1,
        path: '',
        given: `the columns ${shown.join(', ')}`,
        expected: 'a column `page` or `address`, or its name by --page-column or --address-column',
      });
    }
    if (write < 0 && writeValues !== undefined && !this.refused) {
      this.refused = true;
      const expected = 'one that tells writes, by --write-column, for --write-values';
      this.problems.add({ line: 1, path: '', given: `the columns ${shown.join(', ')}`, expected });
    }
    return this.refused ? undefined : { place: page >= 0 ? page : address, isAddress: page < 0, write, size };
  }

  private writes(cell: string, line: number): boolean {
    const known = this.isWrite.get(cell);
    if (known !== undefined) return known;
    const word = cell.trim().toLowerCase();
    const isWrite = this.writeValues === undefined ? WRITES.has(word) : this.writeValues.has(word);
    if (!isWrite && this.writeValues === undefined && !READS.has(word)) {
      const expected =
        'R or W, read or write, 0 or 1, false or true; --write-values names others, --write-column none leaves them out';
      this.problems.add({ line, path: 'write', given: show(cell), expected });
      return false;
    }
    if (this.isWrite.size < 1000) this.isWrite.set(Array.from(cell).join(''), isWrite); // a copy: a cell may keep its whole piece
    return isWrite;
  }

  private size(cell: string, line: number): void {
    const bytes = /^\s*\d+\s*$/.test(cell) ? Number(cell) : NaN;
    if (bytes <= SIZE_MAX) this.sink.size(bytes);
    else {
      const expected = 'a whole number of bytes below 2^32; --size-column none leaves sizes out';
      this.problems.add({ line, path: 'size', given: show(cell), expected });
    }
  }
}

export const csv = {
  name: 'csv',
  summary: 'a header line and a column of pages or addresses',
  read: (sink, problems, options) => new CsvReader(sink, problems, options),
} as const satisfies TraceFormat;
