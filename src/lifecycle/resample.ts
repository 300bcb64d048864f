// Another day of a function trace: its calls as a trace whose width says whose they are, of which blocks are drawn (workload/resample.ts).

import { emptySummary, type TraceReader } from '../workload/arrival.js';
import { resampled } from '../workload/resample.js';
import { Columns } from './columns.js';
import type { FunctionTrace } from './source.js';
import type { Invocations } from './spec.js';

/** Blocks that were drawn of a trace. */
export interface DrawnBlocks {
  readonly file: string;
  readonly blockNs: number;
  /** How many whole ones it has. */
  readonly blocks: number;
}

function readerOf({ atNs, fn, serviceNs }: Invocations): TraceReader {
  const all = { count: atNs.length, atNs, serviceNs, width: fn };
  return {
    summary: emptySummary(),

    async *[Symbol.asyncIterator]() {
      yield all;
    },
  };
}

/** Up to and with `endNs`, as the seed draws them. @throws InputError for blocks that are too long, or too short */
export async function anotherDay(
  invocations: Invocations,
  { file, resampleNs = 0, timeScale }: FunctionTrace,
  seed: number,
  endNs: number,
): Promise<{ readonly invocations: Invocations; readonly drawn: DrawnBlocks }> {
  const blockNs = Math.max(Math.round(resampleNs * timeScale), 1);
  const path = 'functions.trace.resample';
  const reader = resampled(readerOf(invocations), { blockNs, untilNs: endNs, seed, path });
  const columns = new Columns();
  for await (const { count, atNs, serviceNs, width } of reader) {
    for (let i = 0; i < count; i++) if (atNs[i]! <= endNs) columns.add(atNs[i]!, width[i]!, serviceNs[i]!);
  }
  return { invocations: columns.sorted(), drawn: { file, blockNs, blocks: reader.blocks } };
}
