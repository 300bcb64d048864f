// Accesses of a page trace of any format, one after the other, and what can be said of them. Memory: some 40 bytes a distinct page.

import { DenseIds } from '../pages/dense-ids.js';
import type { ReadOptions, TraceFormat } from '../pages/formats/format.js';
import { Problems } from '../pages/problems.js';
import { PAGE_LIMIT, RequestSink, WRITE_BIT } from '../pages/request-sink.js';
import { type TraceHost, readBytes } from '../workload/text-source.js';
import { Spread, type SpreadFigures } from './spread.js';

/** Accesses in the order of the trace: page numbers, which of them write, and the sizes of their objects where the trace tells them. */
export interface PageBlock {
  readonly count: number;
  readonly pages: Float64Array;
  readonly writes: Uint8Array;
  readonly sizes: Uint32Array | undefined;
}

const TWO_32 = 2 ** 32;

/** Valid until the next block is asked for. @throws InputError for what is not of the format */
export async function* pageBlocks(
  host: TraceHost,
  file: string,
  format: TraceFormat,
  read: ReadOptions,
  note: (text: string) => void = () => undefined,
): AsyncGenerator<PageBlock> {
  const problems = new Problems(file, note);
  const ready: PageBlock[] = [];
  const sink = new RequestSink(
    (words, count, _, sizes) => {
      const pages = new Float64Array(count);
      const writes = new Uint8Array(count);
      for (let i = 0; i < count; i++) {
        const high = words[2 * i + 1]!;
        pages[i] = words[2 * i]! + (high & (WRITE_BIT - 1)) * TWO_32;
        writes[i] = (high & WRITE_BIT) === 0 ? 0 : 1;
      }
      ready.push({ count, pages, writes, sizes: sizes?.slice(0, count) });
    },
    read.hashIds === true ? new DenseIds() : undefined,
  );
  const reader = format.read(sink, problems, read);
  for await (const bytes of readBytes(host, file)) {
    reader.push(bytes);
    problems.check();
    while (ready.length > 0) yield ready.shift()!;
  }
  reader.end();
  problems.check();
  sink.end();
  while (ready.length > 0) yield ready.shift()!;
}

export interface PageFigures {
  readonly requests: number;
  readonly distinctPages: number;
  readonly writes: number;
  /** Share of all requests that the most popular 1 % of the pages have. */
  readonly topPercentShare: number;
  /** Pages that are asked for once, over all. */
  readonly onceShare: number;
  readonly requestsPerPage: SpreadFigures | undefined;
  readonly lowestPage: number;
  readonly highestPage: number;
}

/** Gathers them. */
export class PageStats {
  readonly ids = new DenseIds();
  private counts = new Float64Array(1024);
  requests = 0;
  writes = 0;
  private lowest = PAGE_LIMIT;
  private highest = -1;

  add(page: number, write: boolean): void {
    const id = this.ids.ofWords(page % TWO_32, Math.floor(page / TWO_32));
    if (id >= this.counts.length) {
      const grown = new Float64Array(2 * this.counts.length);
      grown.set(this.counts);
      this.counts = grown;
    }
    this.counts[id]!++;
    this.requests++;
    if (write) this.writes++;
    if (page < this.lowest) this.lowest = page;
    if (page > this.highest) this.highest = page;
  }

  /** Requests of each page, as a distribution over pages. */
  popularity(): Spread {
    const spread = new Spread();
    for (let id = 0; id < this.ids.size; id++) spread.add(this.counts[id]!);
    return spread;
  }

  figures(): PageFigures {
    const { requests, writes, ids } = this;
    const sorted = this.counts.slice(0, ids.size).sort();
    const top = sorted.subarray(sorted.length - Math.max(1, Math.floor(sorted.length / 100)));
    let once = 0;
    while (sorted[once] === 1) once++;
    return {
      requests,
      distinctPages: ids.size,
      writes,
      topPercentShare: requests === 0 ? 0 : top.reduce((sum, count) => sum + count, 0) / requests,
      onceShare: ids.size === 0 ? 0 : once / ids.size,
      requestsPerPage: this.popularity().figures(),
      lowestPage: requests === 0 ? 0 : this.lowest,
      highestPage: Math.max(0, this.highest),
    };
  }
}
