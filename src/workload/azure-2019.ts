// Azure Functions trace of 2019 (Shahrad et al., "Serverless in the Wild", USENIX ATC 2020): calls per minute and
// function, joined with the percentiles of each function's execution time. What the trace does not record is drawn:
// where in its minute a call falls (`spread`) and how long it runs (linear between the percentiles).
// Memory: the non-empty (function, minute) cells, and the calls of the busiest minute. Leaves out memory sizes,
// triggers and cold starts.

import { InputError } from '../input/errors.js';
import { type TraceSummary, type ArrivalBatch, WIDTH_DRAWN_BY_VM } from './arrival.js';
import { type DurationTable, type JoinedTrace, readDurations, readInvocations } from './azure-2019-files.js';
import { chooseFunctions, functionStream } from './functions.js';
import type { Spread, TraceOptions } from './options.js';
import { ArrivalOutput, SERVICE_FLOOR_NS } from './output.js';
import { AZURE_PERCENTILES, inverseOfPercentiles } from './percentiles.js';
import type { SplitMix64 } from './random.js';
import type { TraceHost } from './text-source.js';

export const MINUTE_NS = 60e9;
const MILLISECOND_NS = 1e6;
/** The largest double below 1: a share of a minute that rounding took to 1 would belong to the next. */
const SHARE_MAX = 1 - 2 ** -53;

/**
 * Where in its minute each of a function's calls falls: `calls` rising shares of a minute, each in [0, 1), written from
 * `offset` on. The count is kept exactly in all three.
 *
 * - poisson: independent uniform instants, which is what a Poisson process is once its count is known;
 * - uniform: gaps drawn uniformly and stretched to the minute (InVitro's uniform inter-arrival times): less bursty;
 * - even: equal gaps, the first call at a random place in its gap.
 */
export function spreadOverMinute(
  spread: Spread,
  calls: number,
  random: SplitMix64,
  into: Float64Array,
  offset: number,
): void {
  if (spread === 'poisson') {
    for (let k = 0; k < calls; k++) into[offset + k] = random.unit();
    into.subarray(offset, offset + calls).sort();
  } else if (spread === 'even') {
    const phase = random.unit();
    for (let k = 0; k < calls; k++) into[offset + k] = Math.min((k + phase) / calls, SHARE_MAX);
  } else {
    let total = 0;
    for (let k = 0; k < calls; k++) {
      total += random.unit();
      into[offset + k] = total;
    }
    total += random.unit();
    // Two draws of exactly 0 in a row are possible in principle; then the calls stand at the minute's start.
    for (let k = 0; k < calls; k++) into[offset + k] = total > 0 ? Math.min(into[offset + k]! / total, SHARE_MAX) : 0;
  }
}

/** The minute's calls of all functions, in order. Buffers grow to the busiest minute and are reused. */
class Minute {
  shares = new Float64Array(0);
  /** Index into the trace's functions. */
  fn = new Uint32Array(0);
  serviceNs = new Float64Array(0);
  order = new Uint32Array(0);
  #buckets = new Uint32Array(0);

  reserve(calls: number): void {
    if (this.shares.length >= calls) return;
    const capacity = Math.max(1024, calls, 2 * this.shares.length);
    this.shares = new Float64Array(capacity);
    this.fn = new Uint32Array(capacity);
    this.serviceNs = new Float64Array(capacity);
    this.order = new Uint32Array(capacity);
    this.#buckets = new Uint32Array(capacity + 1);
  }

  /** Bucket sort with as many buckets as calls: shares lie all over [0, 1), so that each holds about one. Stable. */
  sort(calls: number): void {
    const { shares, order } = this;
    const ends = this.#buckets.fill(0, 0, calls + 1);
    for (let i = 0; i < calls; i++) ends[Math.floor(shares[i]! * calls) + 1]!++;
    for (let b = 1; b <= calls; b++) ends[b]! += ends[b - 1]!;
    for (let i = 0; i < calls; i++) order[ends[Math.floor(shares[i]! * calls)]!++] = i;
    for (let i = 1; i < calls; i++) {
      const moved = order[i]!;
      const share = shares[moved]!;
      let at = i;
      for (; at > 0 && shares[order[at - 1]!]! > share; at--) order[at] = order[at - 1]!;
      order[at] = moved;
    }
  }
}

interface CellsOfMinute {
  readonly minute: number;
  readonly from: number;
  readonly to: number;
}

/** Groups the cells of the chosen functions by minute (a counting sort; a minute's functions keep the file's order). */
function groupByMinute(
  trace: JoinedTrace,
  taken: ReadonlySet<number>,
): { index: Uint32Array; groups: CellsOfMinute[] } {
  const { cells } = trace;
  const last = trace.minutes.at(-1) ?? 0;
  const ends = new Float64Array(last + 2);
  let kept = 0;
  for (let i = 0; i < cells.minute.length; i++) {
    if (!taken.has(cells.function[i]!)) continue;
    ends[cells.minute[i]! + 1]!++;
    kept++;
  }
  for (let m = 1; m < ends.length; m++) ends[m]! += ends[m - 1]!;
  const groups: CellsOfMinute[] = [];
  for (let minute = 0; minute <= last; minute++) {
    if (ends[minute + 1]! > ends[minute]!) groups.push({ minute, from: ends[minute]!, to: ends[minute + 1]! });
  }
  const index = new Uint32Array(kept);
  for (let i = 0; i < cells.minute.length; i++) {
    if (taken.has(cells.function[i]!)) index[ends[cells.minute[i]!]!++] = i;
  }
  return { index, groups };
}

/** The minutes to take, refused where the file does not have them; the first of them is time 0. */
function minuteRange(options: TraceOptions, minutes: readonly number[]): { first: number; last: number } {
  const least = minutes[0]!;
  const most = minutes.at(-1)!;
  const first = options.startMinute ?? least;
  const place = { file: options.file, line: 1 };
  if (first < least || first > most) {
    throw new InputError({
      ...place,
      path: 'startMinute',
      given: String(first),
      expected: `a minute column of the file, ${least} to ${most}`,
    });
  }
  const count = options.minutes ?? most - first + 1;
  if (first + count - 1 > most) {
    throw new InputError({
      ...place,
      path: 'minutes',
      given: String(count),
      expected: `at most ${most - first + 1} from minute ${first}, the file ends at ${most}`,
    });
  }
  return { first, last: first + count - 1 };
}

/** The calls of a minute, valid until the next is drawn. */
export interface DrawnMinute {
  readonly minute: Minute;
  /** How many. */
  readonly calls: number;
  /** When the minute begins, the first that is taken beginning at 0. */
  readonly startNs: number;
}

/** The trace, joined; its calls are drawn minute by minute as they are taken. */
export interface OpenedAzure2019 {
  readonly durations: DurationTable;
  readonly trace: JoinedTrace;
  /** Indexes of the chosen functions. */
  readonly chosen: readonly number[];
  readonly minutes: Iterable<DrawnMinute>;
  /** How many calls the minutes have that lie in this time or reach into it, the first that is taken beginning at 0. */
  callsBetween(fromNs: number, toNs: number): number;
}

export async function openAzure2019(
  options: TraceOptions,
  host: TraceHost,
  summary: TraceSummary,
): Promise<OpenedAzure2019> {
  const durations = await readDurations(host, options.durations!, summary);
  let range = { first: 0, last: 0 };
  const trace = await readInvocations(
    host,
    options.file,
    durations,
    (minutes) => {
      range = minuteRange(options, minutes);
      return (minute) => minute >= range.first && minute <= range.last;
    },
    summary,
  );
  const chosen = chooseFunctions(trace.hashes, options, options.file);
  summary.rows = trace.rows + durations.identities.length;
  summary.functionsRead = trace.functionsRead;
  summary.functionsRepeated = trace.functionsRepeated;
  summary.functionsJoined = trace.hashes.length;
  summary.functionsUsed = chosen.length;
  const taken = new Set(chosen);
  return {
    durations,
    trace,
    chosen,
    minutes: drawMinutes(options, durations, trace, chosen, range.first),
    callsBetween(fromNs, toNs) {
      const { minute, function: of, calls } = trace.cells;
      let count = 0;
      for (let i = 0; i < minute.length; i++) {
        const startNs = (minute[i]! - range.first) * MINUTE_NS;
        if (startNs <= toNs && startNs + MINUTE_NS > fromNs && taken.has(of[i]!)) count += calls[i]!;
      }
      return count;
    },
  };
}

function* drawMinutes(
  options: TraceOptions,
  durations: DurationTable,
  trace: JoinedTrace,
  chosen: readonly number[],
  first: number,
): Generator<DrawnMinute> {
  const { index, groups } = groupByMinute(trace, new Set(chosen));
  const streams = new Map(chosen.map((i) => [i, functionStream(options.seed ?? 1, trace.hashes[i]!)]));
  const spread = options.spread ?? 'poisson';
  const minute = new Minute();
  for (const group of groups) {
    const calls = drawMinute(trace, durations.percentilesMs, index, group, streams, spread, minute);
    yield { minute, calls, startNs: (group.minute - first) * MINUTE_NS };
  }
}

export async function* readAzure2019(
  options: TraceOptions,
  host: TraceHost,
  summary: TraceSummary,
): AsyncGenerator<ArrivalBatch> {
  const { minutes } = await openAzure2019(options, host, summary);
  const out = new ArrivalOutput(options, summary, SERVICE_FLOOR_NS);
  for (const { minute, calls, startNs } of minutes) {
    for (let k = 0; k < calls; k++) {
      const call = minute.order[k]!;
      out.add(startNs + minute.shares[call]! * MINUTE_NS, minute.serviceNs[call]!, WIDTH_DRAWN_BY_VM, 0);
      if (out.full) yield out.take();
      if (out.ended) break;
    }
    if (out.ended) break;
  }
  if (!out.empty) yield out.take();
}

/** Fills `into` with the calls of one minute and returns how many there are. */
function drawMinute(
  trace: JoinedTrace,
  percentilesMs: Float64Array,
  index: Uint32Array,
  { minute, from, to }: CellsOfMinute,
  streams: ReadonlyMap<number, SplitMix64>,
  spread: Spread,
  into: Minute,
): number {
  let calls = 0;
  for (let i = from; i < to; i++) calls += trace.cells.calls[index[i]!]!;
  into.reserve(calls);
  let offset = 0;
  for (let i = from; i < to; i++) {
    const cell = index[i]!;
    const count = trace.cells.calls[cell]!;
    const functionIndex = trace.cells.function[cell]!;
    // A stream of its own for each function and minute: no other function's or minute's calls shift these.
    const random = streams.get(functionIndex)!.clone();
    random.absorb(minute);
    spreadOverMinute(spread, count, random, into.shares, offset);
    into.fn.fill(functionIndex, offset, offset + count);
    const row = trace.durationRows[functionIndex]! * AZURE_PERCENTILES.length;
    for (let k = 0; k < count; k++) {
      into.serviceNs[offset + k] = inverseOfPercentiles(percentilesMs, row, random.unit()) * MILLISECOND_NS;
    }
    offset += count;
  }
  into.sort(calls);
  return calls;
}
