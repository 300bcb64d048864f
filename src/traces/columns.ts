// What stands in each column: empty cells, numbers with their range, distinct values, whole rows that repeat. In bounded memory: beyond some
// number of distinct values or rows the counts are lower bounds, and say so.

import { decimal, detached } from '../workload/csv-rows.js';
import type { RowBlock } from './rows.js';

/** Distinct values of a column that are told apart. */
const MOST_DISTINCT = 1 << 16;
/** Rows of which repeats are found. */
const MOST_ROWS = 1 << 20;

export interface ColumnFigures {
  readonly name: string;
  readonly empty: number;
  /** Cells that are numbers. */
  readonly numbers: number;
  readonly min?: number;
  readonly max?: number;
  readonly distinct: number;
  /** There are at least as many. */
  readonly distinctAtLeast?: true;
}

class Column {
  private empty = 0;
  private numbers = 0;
  private min = Infinity;
  private max = -Infinity;
  private readonly values = new Set<string>();
  private full = false;

  constructor(readonly name: string) {}

  add(cell: string): void {
    if (cell === '') {
      this.empty++;
      return;
    }
    const value = decimal(cell);
    if (!Number.isNaN(value)) {
      this.numbers++;
      if (value < this.min) this.min = value;
      if (value > this.max) this.max = value;
    }
    if (this.values.has(cell)) return;
    if (this.values.size < MOST_DISTINCT) this.values.add(detached(cell));
    else this.full = true;
  }

  figures(): ColumnFigures {
    const { name, empty, numbers, min, max, values, full } = this;
    const range = numbers > 0 ? { min, max } : {};
    return { name, empty, numbers, ...range, distinct: values.size, ...(full ? { distinctAtLeast: true } : {}) };
  }
}

/** 53 bits of a row: two of 2^20 rows are taken for one by chance once in 2^14 files. */
function rowHash(cells: readonly string[]): number {
  let [a, b] = [0x811c9dc5, 0x9e3779b9];
  for (const cell of cells) {
    for (let i = 0; i < cell.length; i++) {
      const code = cell.charCodeAt(i);
      a = Math.imul(a ^ code, 0x01000193);
      b = Math.imul(b ^ code, 0x85ebca6b) ^ (b >>> 13);
    }
    a = Math.imul(a ^ 0x1f, 0x01000193);
    b = Math.imul(b ^ 0x1f, 0xc2b2ae35);
  }
  return (a >>> 0) * 2 ** 21 + (b >>> 11);
}

export class Columns {
  private columns: Column[] | undefined;
  private places: number[] = [];
  private readonly seen = new Set<number>();
  rows = 0;
  /** Rows that an earlier one equals, among the first 2^20. */
  repeated = 0;

  /** `together`: the name under which columns are told as one; undefined: its own. */
  constructor(private readonly together: (name: string) => string | undefined) {}

  add({ header, rows }: RowBlock): void {
    if (this.columns === undefined) {
      const names = header.map((name) => this.together(name) ?? name);
      const distinct = [...new Set(names)];
      this.columns = distinct.map((name) => new Column(name));
      this.places = names.map((name) => distinct.indexOf(name));
    }
    for (const row of rows) {
      this.rows++;
      for (let i = 0; i < row.length; i++) this.columns[this.places[i]!]!.add(row[i]!);
      if (this.rows > MOST_ROWS) continue;
      const hash = rowHash(row);
      if (this.seen.has(hash)) this.repeated++;
      else this.seen.add(hash);
    }
  }

  figures(): ColumnFigures[] {
    return (this.columns ?? []).map((column) => column.figures());
  }
}
