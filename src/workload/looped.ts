// A trace over and over, from some instant of it on: held in memory once, for all who replay it from instants of their own.

import type { ArrivalBatch, TraceReader } from './arrival.js';
import { traceLength } from './resample.js';

/** From where a trace is replayed over and over. */
export interface Loop {
  /** Of the trace's length, 0 to 1. */
  readonly share: number;
  /** And so long on, in ns of the simulation; below 0: before. */
  readonly sinceNs: number;
}

interface Held {
  readonly batches: readonly ArrivalBatch[];
  readonly lengthNs: number;
}

async function hold(reader: TraceReader): Promise<Held> {
  const batches: ArrivalBatch[] = [];
  for await (const { count, atNs, serviceNs, width, deadlineNs } of reader)
    batches.push({
      count,
      atNs: atNs.slice(0, count),
      serviceNs: serviceNs.slice(0, count),
      width: width.slice(0, count),
      ...(deadlineNs === undefined ? {} : { deadlineNs: deadlineNs.slice(0, count) }),
    });
  const arrivals = batches.reduce((sum, { count }) => sum + count, 0);
  const lastNs = batches.findLast(({ count }) => count > 0)?.atNs.at(-1) ?? 0;
  return { batches, lengthNs: Math.max(1, Math.round(traceLength(arrivals, lastNs))) };
}

/** Moved by so much; those before 0 are left out. */
function moved({ count, atNs, ...rest }: ArrivalBatch, byNs: number): ArrivalBatch {
  let first = 0;
  while (first < count && atNs[first]! + byNs < 0) first++;
  const cut = <A extends Float64Array | Uint32Array>(all: A): A => all.subarray(first) as A;
  return {
    count: count - first,
    atNs: cut(atNs).map((at) => at + byNs),
    serviceNs: cut(rest.serviceNs),
    width: cut(rest.width),
    ...(rest.deadlineNs === undefined ? {} : { deadlineNs: cut(rest.deadlineNs) }),
  };
}

/** Readers of one trace, which is read once. */
export class LoopedTrace {
  private held: Promise<Held> | undefined;

  constructor(private readonly reader: TraceReader) {}

  /** Without end, but for a trace without arrivals. */
  from({ share, sinceNs }: Loop): TraceReader {
    const read = (): Promise<Held> => (this.held ??= hold(this.reader));
    return {
      summary: this.reader.summary,
      async *[Symbol.asyncIterator]() {
        const { batches, lengthNs } = await read();
        if (batches.every(({ count }) => count === 0)) return;
        const at = (Math.floor(share * lengthNs) + sinceNs) % lengthNs;
        const start = at < 0 ? at + lengthNs : at;
        for (let round = 0; ; round++)
          for (const batch of batches) {
            const own = moved(batch, round * lengthNs - start);
            if (own.count > 0) yield own;
          }
      },
    };
  }
}
