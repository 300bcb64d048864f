// Any CSV with a column of arrival times, and optionally one of service times and one of widths.
// The plain way in for traces that have no format of their own; columns and units are options.

import { SERVICE_DRAWN_BY_VM, WIDTH_DRAWN_BY_VM, type ArrivalBatch, type TraceSummary } from './arrival.js';
import { CellProblems, columnIndexes, csvBlocks, decimal } from './csv-rows.js';
import { ExactTime } from './exact-time.js';
import { UNIT_DECIMALS, UNIT_NS, type TraceOptions } from './options.js';
import { ArrivalOutput } from './output.js';
import { outOfOrder, Reorder } from './reorder.js';
import { readText, type TraceHost } from './text-source.js';

const WIDTH_MAX = 2 ** 32 - 1;

interface Columns {
  readonly arrival: number;
  /** -1: the file has no such column. */
  readonly service: number;
  readonly width: number;
  readonly deadline: number;
}

/** A column that the options name must be there; one that they leave to its default may be missing. */
function findColumns(header: readonly string[], options: TraceOptions): Columns {
  const { arrival = 'arrival', service, width, deadline } = options.columns ?? {};
  const named = [arrival, service, width, deadline].filter((name) => name !== undefined);
  columnIndexes(header, named, options.file);
  return {
    arrival: header.indexOf(arrival),
    service: header.indexOf(service ?? 'service'),
    width: header.indexOf(width ?? 'width'),
    deadline: deadline === undefined ? -1 : header.indexOf(deadline),
  };
}

export async function* readCsv(
  options: TraceOptions,
  host: TraceHost,
  summary: TraceSummary,
): AsyncGenerator<ArrivalBatch> {
  const { file, windowNs = 0, startNs } = options;
  const arrivalUnit = options.arrivalUnit ?? 'ns';
  const serviceUnit = options.serviceUnit ?? 'ns';
  const serviceUnitNs = UNIT_NS[serviceUnit];
  const out = new ArrivalOutput(options, summary);
  const reorder = windowNs > 0 ? new Reorder(file, windowNs) : undefined;
  summary.windowNs = windowNs;

  const arrivalExpected = `a number of ${arrivalUnit}, 0 or more${startNs === undefined ? ' (start: first makes the first arrival time 0)' : ''}`;
  const leastArrival = startNs === undefined ? 0 : -Infinity;
  let columns: Columns | undefined;
  const clock = new ExactTime(UNIT_DECIMALS[arrivalUnit], startNs === 'first');
  let latestNs = -Infinity;

  for await (const block of csvBlocks(readText(host, file), file, summary)) {
    columns ??= findColumns(block.header, options);
    const problems = new CellProblems(file);
    for (let i = 0; i < block.rows.length; i++) {
      const row = block.rows[i]!;
      const atNs = clock.since(row[columns.arrival]!);
      if (!(atNs >= leastArrival)) {
        problems.add(block.line(i), block.header[columns.arrival]!, row[columns.arrival]!, arrivalExpected);
        continue;
      }
      let serviceNs = SERVICE_DRAWN_BY_VM;
      if (columns.service >= 0) {
        serviceNs = decimal(row[columns.service]!) * serviceUnitNs;
        if (!(serviceNs >= 0)) {
          problems.add(
            block.line(i),
            block.header[columns.service]!,
            row[columns.service]!,
            `a number of ${serviceUnit}, 0 or more`,
          );
          continue;
        }
      }
      let width = WIDTH_DRAWN_BY_VM;
      if (columns.width >= 0) {
        width = decimal(row[columns.width]!);
        if (!(width >= 0 && width <= WIDTH_MAX && Number.isInteger(width))) {
          problems.add(
            block.line(i),
            block.header[columns.width]!,
            row[columns.width]!,
            `a whole number from 0 (drawn) to ${WIDTH_MAX}`,
          );
          continue;
        }
      }
      let deadlineNs = -1;
      if (columns.deadline >= 0) {
        const cell = row[columns.deadline]!;
        deadlineNs = decimal(cell) * serviceUnitNs;
        if (!(deadlineNs >= 0)) {
          problems.add(block.line(i), block.header[columns.deadline]!, cell, `a number of ${serviceUnit}, 0 or more`);
          continue;
        }
      }
      summary.rows++;
      if (reorder === undefined) {
        if (atNs < latestNs) throw outOfOrder(file, block.line(i), latestNs - atNs, windowNs);
        latestNs = atNs;
        out.add(atNs, serviceNs, width, block.line(i), deadlineNs);
        if (out.full) yield out.take();
      } else {
        reorder.push(atNs, serviceNs, width, block.line(i), deadlineNs);
        reorder.release(out, false);
        if (out.full) yield out.take();
      }
      if (out.ended) break;
    }
    problems.throwIfAny();
    if (out.ended) break;
  }
  if (reorder !== undefined) while (reorder.release(out, true) && !out.ended) yield out.take();
  if (!out.empty) yield out.take();
}
