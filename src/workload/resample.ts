// Another day made of a trace's own time: its blocks of equal length in an order drawn with replacement, the non-overlapping block
// bootstrap (Carlstein, Annals of Statistics 14, 1986). What hangs together within a block is kept, what does from one to the next is
// not. Two passes over the file: how long it is, then the blocks that were drawn, which are held in memory.

import { formatDuration } from '../input/quantities.js';
import { InputError } from '../input/errors.js';
import { type ArrivalBatch, type TraceReader, BATCH_CAPACITY } from './arrival.js';
import { SplitMix64 } from './random.js';

export interface Resampling {
  /** Length of a block, in ns of the simulation. */
  readonly blockNs: number;
  /** Until when blocks are needed, in ns of the simulation. */
  readonly untilNs: number;
  readonly seed: number;
  /** The field, in problems. */
  readonly path: string;
}

export interface ResampledReader extends TraceReader {
  /** Whole blocks of the trace, of which those were drawn; 0 before it is read. */
  readonly blocks: number;
}

/** Blocks that a run may take: they are drawn before it, and each is a place in memory (assumed to be more than anybody needs). */
export const MOST_BLOCKS = 100_000;

/** @throws InputError for blocks so short that a run takes too many */
function blocksFor({ untilNs, blockNs, path }: Resampling): number {
  // one more than the run takes, so that its end is not the trace's
  const blocks = Math.ceil(untilNs / blockNs) + 1;
  if (blocks <= MOST_BLOCKS) return blocks;
  throw new InputError({
    path,
    given: `blocks that last ${formatDuration(blockNs)} in the simulation, of which the run takes ${blocks}`,
    expected: `blocks of which it takes ${MOST_BLOCKS} or fewer`,
  });
}

interface Block {
  readonly atNs: number[];
  readonly serviceNs: number[];
  readonly width: number[];
  readonly deadlineNs: number[];
}

/** A trace goes on for a mean gap after its last arrival; in ns. */
export const traceLength = (arrivals: number, lastNs: number): number =>
  lastNs + (arrivals > 1 ? lastNs / (arrivals - 1) : 0);

/** How many whole blocks a trace has. */
async function blocksIn(reader: TraceReader, { blockNs, path }: Resampling): Promise<number> {
  let [arrivals, lastNs] = [0, 0];
  for await (const { count, atNs } of reader) {
    arrivals += count;
    if (count > 0) lastNs = atNs[count - 1]!;
  }
  const lengthNs = traceLength(arrivals, lastNs);
  // the gap is a quotient: what is short of a block by rounding is one
  const blocks = Math.floor((lengthNs / blockNs) * (1 + 1e-12));
  if (blocks >= 2) return blocks;
  throw new InputError({
    path,
    given: `blocks that last ${formatDuration(blockNs)} in the simulation, where the trace lasts ${formatDuration(Math.round(Number(lengthNs.toPrecision(3))))}`,
    expected: 'blocks of which the trace has two or more',
  });
}

async function readBlocks(
  reader: TraceReader,
  blockNs: number,
  wanted: ReadonlySet<number>,
): Promise<ReadonlyMap<number, Block>> {
  const blocks = new Map<number, Block>();
  for await (const { count, atNs, serviceNs, width, deadlineNs } of reader) {
    for (let i = 0; i < count; i++) {
      const index = Math.floor(atNs[i]! / blockNs);
      if (!wanted.has(index)) continue;
      let block = blocks.get(index);
      if (block === undefined) blocks.set(index, (block = { atNs: [], serviceNs: [], width: [], deadlineNs: [] }));
      block.atNs.push(atNs[i]! - index * blockNs);
      block.serviceNs.push(serviceNs[i]!);
      block.width.push(width[i]!);
      block.deadlineNs.push(deadlineNs?.[i] ?? -1);
    }
  }
  return blocks;
}

async function* drawn(
  reader: TraceReader,
  how: Resampling,
  tell: (blocks: number) => void,
): AsyncGenerator<ArrivalBatch> {
  const { blockNs, seed } = how;
  const places = blocksFor(how);
  const blocks = await blocksIn(reader, how);
  tell(blocks);
  const random = new SplitMix64(seed);
  random.absorbText('resample');
  const order = Array.from({ length: places }, () => Math.floor(random.unit() * blocks));
  const read = await readBlocks(reader, blockNs, new Set(order));
  const batch = {
    atNs: new Float64Array(BATCH_CAPACITY),
    serviceNs: new Float64Array(BATCH_CAPACITY),
    width: new Uint32Array(BATCH_CAPACITY),
    deadlineNs: new Float64Array(BATCH_CAPACITY),
  };
  let count = 0;
  for (const [place, index] of order.entries()) {
    const block = read.get(index);
    if (block === undefined) continue; // nothing came in it
    for (let i = 0; i < block.atNs.length; i++) {
      batch.atNs[count] = place * blockNs + block.atNs[i]!;
      batch.serviceNs[count] = block.serviceNs[i]!;
      batch.width[count] = block.width[i]!;
      batch.deadlineNs[count] = block.deadlineNs[i]!;
      if (++count < BATCH_CAPACITY) continue;
      yield { count, ...batch };
      count = 0;
    }
  }
  if (count > 0) yield { count, ...batch };
}

/** The trace resampled; every iteration gives the same arrivals. Traces of as many blocks take the same ones, in the same order. */
export function resampled(reader: TraceReader, how: Resampling): ResampledReader {
  let blocks = 0;
  return {
    get summary() {
      return reader.summary;
    },
    get blocks() {
      return blocks;
    },
    [Symbol.asyncIterator]: () => drawn(reader, how, (found) => (blocks = found)),
  };
}
