// Arrivals of any file whose rows are requests, in the order of time: when and for how long, and what can be said of them. Two passes: the
// first one finds the first instant and how far rows stand out of order.

import { SERVICE_DRAWN_BY_VM, WIDTH_DRAWN_BY_VM, type ArrivalBatch, emptySummary } from '../workload/arrival.js';
import { CellProblems, columnIndexes } from '../workload/csv-rows.js';
import { ExactTime } from '../workload/exact-time.js';
import { UNIT_DECIMALS } from '../workload/options.js';
import { ArrivalOutput } from '../workload/output.js';
import { Reorder } from '../workload/reorder.js';
import type { TraceHost } from '../workload/text-source.js';
import type { RowTimes } from './dataset.js';
import { type Kind, rowsOf } from './rows.js';
import { Spread, type SpreadFigures } from './spread.js';

/** A row as an arrival. */
export interface RowArrival {
  /** From the first row's time, which may not be the least. */
  readonly atNs: number;
  /** -1 where no column tells. */
  readonly serviceNs: number;
  /** '' where no column tells. */
  readonly key: string;
  readonly cells: readonly string[];
  readonly line: number;
}

const UTC = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(\.\d+)?(?:Z|\+00:00)?$/;

/** Seconds since 1970, with every digit; '' for a cell that is no such time. */
function utcSeconds(cell: string): string {
  const [whole, year, month, day, hour, minute, second, fraction = ''] = UTC.exec(cell.trim()) ?? [];
  if (whole === undefined) return '';
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  return `${ms / 1000}${fraction}`;
}

/** Rows of a file with their times, in the order of the file, some at a time. */
export async function* rowArrivals(
  host: TraceHost,
  file: string,
  kind: Kind,
  times: RowTimes,
): AsyncGenerator<readonly RowArrival[]> {
  const isUtc = times.unit === 'utc';
  const clock = new ExactTime(times.unit === 'utc' ? UNIT_DECIMALS.s : UNIT_DECIMALS[times.unit], true);
  const { duration, key } = times;
  const lengths = new ExactTime(UNIT_DECIMALS[duration?.unit ?? 'ns'], false);
  const names = [
    times.column,
    ...(duration === undefined ? [] : [duration.column]),
    ...(key === undefined ? [] : [key]),
  ];
  let at: Record<string, number> | undefined;
  for await (const block of rowsOf(host, file, kind)) {
    at ??= columnIndexes(block.header, names, file);
    const problems = new CellProblems(file);
    const found: RowArrival[] = [];
    for (let i = 0; i < block.rows.length; i++) {
      const cells = block.rows[i]!;
      const line = block.line(i);
      const cell = cells[at[times.column]!]!;
      const stamp = Math.round(clock.since(isUtc ? utcSeconds(cell) : cell));
      const length =
        duration === undefined ? SERVICE_DRAWN_BY_VM : Math.round(lengths.since(cells[at[duration.column]!]!));
      if (Number.isNaN(stamp))
        problems.add(
          line,
          times.column,
          cell,
          isUtc ? 'a time such as 2023-11-16 18:15:46.68' : `a number of ${times.unit}`,
        );
      else if (duration !== undefined && !(length >= 0))
        problems.add(line, duration.column, cells[at[duration.column]!]!, `a number of ${duration.unit}, 0 or more`);
      else
        found.push({
          atNs: times.is === 'end' ? stamp - length : stamp,
          serviceNs: length,
          key: key === undefined ? '' : cells[at[key]!]!,
          cells,
          line,
        });
    }
    problems.throwIfAny();
    yield found;
  }
}

/** What the first pass tells. */
export interface Order {
  readonly rows: number;
  /** Of the first arrival, from the first row's time. */
  readonly firstNs: number;
  readonly lastNs: number;
  /** Rows that lie before one above them, and how far at most. */
  readonly backwards: number;
  readonly windowNs: number;
}

export async function orderOf(arrivals: AsyncIterable<readonly RowArrival[]>): Promise<Order> {
  let [rows, firstNs, lastNs, backwards, windowNs] = [0, Infinity, -Infinity, 0, 0];
  for await (const some of arrivals) {
    for (const { atNs } of some) {
      rows++;
      if (atNs < lastNs) backwards++;
      firstNs = Math.min(firstNs, atNs);
      lastNs = Math.max(lastNs, atNs);
      windowNs = Math.max(windowNs, lastNs - atNs);
    }
  }
  return { rows, firstNs, lastNs, backwards, windowNs };
}

/** In the order of time, from 0. @throws InputError where they are too far out of order for bounded memory */
export async function* inOrder(
  arrivals: AsyncIterable<readonly RowArrival[]>,
  { firstNs, windowNs }: Order,
  file: string,
): AsyncGenerator<ArrivalBatch> {
  const out = new ArrivalOutput({ file, format: 'csv' }, emptySummary());
  const reorder = new Reorder(file, windowNs);
  for await (const some of arrivals) {
    for (const { atNs, serviceNs, line } of some) {
      reorder.push(atNs - firstNs, serviceNs, WIDTH_DRAWN_BY_VM, line);
      reorder.release(out, false);
      if (out.full) yield out.take();
    }
  }
  while (reorder.release(out, true)) yield out.take();
  if (!out.empty) yield out.take();
}

export interface ArrivalFigures {
  readonly arrivals: number;
  readonly spanNs: number;
  readonly perSecond: number;
  /** Between two arrivals. */
  readonly betweenNs: SpreadFigures | undefined;
  /** Absent where no row has one. */
  readonly serviceNs: SpreadFigures | undefined;
  /** Arrivals at the instant of the one before. */
  readonly sameInstant: number;
  /** The longest times without an arrival. */
  readonly silences: readonly { readonly fromNs: number; readonly ns: number }[];
  /** Silences of more than ten times the p99.9 of the times between arrivals. */
  readonly gaps: number;
}

const SILENCES_TOLD = 3;
const GAP_TIMES = 10;

/** Gathers figures of arrivals in order. */
export class ArrivalStats {
  readonly between = new Spread();
  readonly service = new Spread();
  private arrivals = 0;
  private sameInstant = 0;
  private lastNs = 0;
  private silences: { fromNs: number; ns: number }[] = [];

  add(atNs: number, serviceNs: number): void {
    if (serviceNs >= 0) this.service.add(serviceNs);
    if (this.arrivals++ > 0) {
      const ns = atNs - this.lastNs;
      this.between.add(ns);
      if (ns === 0) this.sameInstant++;
      if (ns > (this.silences[SILENCES_TOLD - 1]?.ns ?? 0)) {
        this.silences.push({ fromNs: this.lastNs, ns });
        this.silences = this.silences.sort((a, b) => b.ns - a.ns).slice(0, SILENCES_TOLD);
      }
    }
    this.lastNs = atNs;
  }

  async take(batches: AsyncIterable<ArrivalBatch>): Promise<this> {
    for await (const { count, atNs, serviceNs } of batches)
      for (let i = 0; i < count; i++) this.add(atNs[i]!, serviceNs[i]!);
    return this;
  }

  /** @param spanNs of the trace, where it is longer than from the first to the last arrival */
  figures(spanNs = this.between.sum): ArrivalFigures {
    const threshold = GAP_TIMES * this.between.quantile(0.999);
    return {
      arrivals: this.arrivals,
      spanNs,
      perSecond: spanNs > 0 ? (this.arrivals / spanNs) * 1e9 : 0,
      betweenNs: this.between.figures(),
      serviceNs: this.service.figures(),
      sameInstant: this.sameInstant,
      silences: this.silences,
      gaps: this.silences.filter(({ ns }) => ns > threshold).length === 0 ? 0 : this.between.above(threshold),
    };
  }
}
