// Azure Functions invocation trace of 2021 (Zhang et al., "Faster and Cheaper Serverless Computing on Harvested
// Resources", SOSP 2021): one row an invocation, columns app, func, end_timestamp, duration, both times in seconds.
// An arrival is the start, end - duration. Rows stand roughly by end, so starts are out of order: a window puts them
// right, for which the longest duration is always wide enough where rows are sorted by end. Without `windowNs` a first
// pass over the file finds the least window; with it one pass is enough.

import { WIDTH_DRAWN_BY_VM, type ArrivalBatch, type TraceSummary } from './arrival.js';
import { CellProblems, columnIndexes, csvBlocks, detached } from './csv-rows.js';
import { ExactTime } from './exact-time.js';
import { chooseFunctions } from './functions.js';
import type { TraceOptions } from './options.js';
import { ArrivalOutput, SERVICE_FLOOR_NS } from './output.js';
import { Reorder } from './reorder.js';
import { readText, type TraceHost } from './text-source.js';

const SECOND_DECIMALS = 9;
const COLUMNS = ['app', 'func', 'end_timestamp', 'duration'] as const;

export interface InvocationRow {
  readonly app: string;
  readonly func: string;
  readonly endNs: number;
  readonly durationNs: number;
  readonly line: number;
}

/** The checked rows of one chunk after the other. */
export async function* invocationRows(
  host: TraceHost,
  { file, startNs }: TraceOptions,
  summary?: TraceSummary,
): AsyncGenerator<InvocationRow[]> {
  const ends = new ExactTime(SECOND_DECIMALS, startNs === 'first');
  const durations = new ExactTime(SECOND_DECIMALS, false);
  const leastEnd = startNs === 'first' ? -Infinity : 0;
  let at: Record<(typeof COLUMNS)[number], number> | undefined;
  for await (const block of csvBlocks(readText(host, file), file, summary)) {
    at ??= columnIndexes(block.header, COLUMNS, file);
    const problems = new CellProblems(file);
    const rows: InvocationRow[] = [];
    for (let i = 0; i < block.rows.length; i++) {
      const row = block.rows[i]!;
      const endNs = Math.round(ends.since(row[at.end_timestamp]!));
      const durationNs = Math.round(durations.since(row[at.duration]!));
      if (!(endNs >= leastEnd))
        problems.add(
          block.line(i),
          'end_timestamp',
          row[at.end_timestamp]!,
          'seconds from the start of the trace, 0 or more',
        );
      if (!(durationNs >= 0)) problems.add(block.line(i), 'duration', row[at.duration]!, 'seconds, 0 or more');
      rows.push({
        app: row[at.app]!,
        func: row[at.func]!,
        endNs,
        durationNs,
        line: block.line(i),
      });
    }
    problems.throwIfAny();
    yield rows;
  }
}

/** The value that half of them do not exceed. */
function median(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[Math.ceil(values.length / 2) - 1]!;
}

interface Scanned {
  readonly functions: string[];
  readonly windowNs: number;
  /** Of each function's durations, where deadlines follow from them. */
  readonly medianNs: ReadonlyMap<string, number>;
}

/** First pass: the functions, and how far starts lie behind the latest start of the rows before them. */
async function scan(options: TraceOptions, host: TraceHost): Promise<Scanned> {
  const functions = new Set<string>();
  const durations = new Map<string, number[]>();
  let latestNs = -Infinity;
  let windowNs = 0;
  for await (const rows of invocationRows(host, options)) {
    for (const { func, endNs, durationNs } of rows) {
      if (!functions.has(func)) {
        functions.add(detached(func));
        if (options.deadlineFactor !== undefined) durations.set(detached(func), []);
      }
      durations.get(func)?.push(durationNs);
      latestNs = Math.max(latestNs, endNs - durationNs);
      windowNs = Math.max(windowNs, latestNs - (endNs - durationNs));
    }
  }
  const medianNs = new Map([...durations].map(([func, all]) => [func, median(all)] as const));
  return { functions: [...functions], windowNs, medianNs };
}

export async function* readAzure2021(
  options: TraceOptions,
  host: TraceHost,
  summary: TraceSummary,
): AsyncGenerator<ArrivalBatch> {
  const { file } = options;
  const { deadlineFactor } = options;
  const needsScan = options.windowNs === undefined || options.functions !== undefined || deadlineFactor !== undefined;
  const scanned = needsScan ? await scan(options, host) : undefined;
  const windowNs = options.windowNs ?? scanned?.windowNs ?? 0;
  let taken: ReadonlySet<string> | undefined;
  if (scanned !== undefined) {
    const chosen = chooseFunctions(scanned.functions, options, file);
    if (options.functions !== undefined) taken = new Set(chosen.map((i) => scanned.functions[i]!));
    summary.functionsRead = scanned.functions.length;
    summary.functionsJoined = scanned.functions.length;
    summary.functionsUsed = chosen.length;
  }
  summary.windowNs = windowNs;

  const out = new ArrivalOutput(options, summary, SERVICE_FLOOR_NS);
  const reorder = new Reorder(file, windowNs);
  for await (const rows of invocationRows(host, options, summary)) {
    for (const { func, endNs, durationNs, line } of rows) {
      summary.rows++;
      if (taken !== undefined && !taken.has(func)) continue;
      const deadlineNs = deadlineFactor === undefined ? -1 : deadlineFactor * (scanned?.medianNs.get(func) ?? 0);
      reorder.push(endNs - durationNs, durationNs, WIDTH_DRAWN_BY_VM, line, deadlineNs);
      reorder.release(out, false);
      if (out.full) yield out.take();
      if (out.ended) break;
    }
    if (out.ended) break;
  }
  while (reorder.release(out, true) && !out.ended) yield out.take();
  if (!out.empty) yield out.take();
}
