// Replays a page trace through the core: one pass over the bytes feeds every policy at every capacity, the miss-ratio curve
// and the trace's own figures. A second pass comes first where a capacity is a share of the distinct pages. Memory holds one
// window of requests, what the policies keep, and 20 to 28 bytes a distinct page; Belady's policy keeps 4.125 bytes a request more.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { InputError } from '../input/errors.js';
import type { CapacitySpec } from './capacity.js';
import { PagesCore } from './core.js';
import { DenseIds } from './dense-ids.js';
import type { TraceFormat, ReadOptions } from './formats/format.js';
import { Miniatures, NoMemory } from './miniatures.js';
import { type Wanted, samplingThreshold, curveOf, SAMPLED_PAGES_WANTED } from './miss-ratio-curve.js';
import type { PolicySpec } from './policies.js';
import { Problems } from './problems.js';
import { WRITE_BIT, RequestSink } from './request-sink.js';
import { type MissRatioCurve, type PagesResult, type PageRun, constantDistribution } from './result.js';

/** Where a trace's bytes come from. */
export interface TraceSource {
  /** As error messages name it. */
  readonly name: string;
  /** Whether `open` may be called again: a file yes, a pipe no. */
  readonly reopenable: boolean;
  open(): AsyncIterable<Uint8Array>;
}

/** What SHA-256 implementation is used: node:crypto is several times as fast as the one that runs everywhere. */
export interface Digest {
  update(bytes: Uint8Array): unknown;
  hex(): string;
}

export interface ReplayOptions {
  readonly source: TraceSource;
  readonly format: TraceFormat;
  readonly read: ReadOptions;
  readonly policies: readonly PolicySpec[];
  readonly capacities: readonly CapacitySpec[];
  /** For `random`; 1 where not given. */
  readonly seed?: number;
  /** What every miss costs, ns; adds `swapInNs`. */
  readonly swapInNs?: number;
  /** Share of the pages that curves are taken from: 1, the default, is exact. */
  readonly curveRate?: number;
  /** Adds LRU's miss-ratio curve in one pass; absent: where a rate is given. */
  readonly lruCurve?: boolean;
  /** Adds the curves of these by miniature simulation, at `curveRate`; needs a trace that can be read twice. */
  readonly curvePolicies?: readonly PolicySpec[];
  /** Capacities among the curve's points, beside those of the runs. */
  readonly curveCapacities?: readonly number[];
  readonly module?: WebAssembly.Module;
  readonly digest?: () => Digest;
  /** Told what is legal in the trace, but should be known; once for each reading of it. */
  readonly note?: (text: string) => void;
  /** A clock in milliseconds for `requestsPerSecond`, the only figure that may differ between two runs. */
  readonly clock?: () => number;
}

interface Cache {
  readonly policy: PolicySpec;
  readonly capacityPages: number;
  readonly parameters: Record<string, number>;
  /** 0 until a policy that needs the whole trace is made. */
  handle: number;
  /** In windows of one size; what the core counts in others comes to it. */
  missedBytes: number;
  milliseconds: number;
}

/** Requests of Belady's policy between two looks at the clock. */
const OPTIMAL_STEP = 1 << 24;

/** A rate that is at least as large, in two digits. */
function rateOf(least: number): string {
  const digits = 10 ** (1 - Math.floor(Math.log10(least)));
  return String(Math.ceil(least * digits) / digits);
}

function portableDigest(): Digest {
  const hash = sha256.create();
  return { update: (bytes) => hash.update(bytes), hex: () => bytesToHex(hash.digest()) };
}

/** The page numbers alone, 8 little-endian bytes each. */
function pageBytes(words: Uint32Array, count: number, writes: boolean): Uint8Array {
  let pages = words.subarray(0, 2 * count);
  if (writes) {
    pages = pages.slice();
    for (let at = 1; at < pages.length; at += 2) pages[at]! &= WRITE_BIT - 1;
  }
  return new Uint8Array(pages.buffer, pages.byteOffset, pages.byteLength);
}

class Replay {
  private readonly core: PagesCore['exports'];
  private readonly caches: Cache[] = [];
  private readonly clock: () => number;
  /** Whether the trace tells the sizes of its objects, and what they add up to over the requests read so far. */
  private sized = false;
  private requestedBytes = 0;
  /** Whether any request writes. */
  private written = false;
  /** Of every object in the window, where they are alike: misses tell the bytes then. */
  private sizeOfAll: number | undefined;

  constructor(
    private readonly pages: PagesCore,
    private readonly options: ReplayOptions,
  ) {
    this.core = pages.exports;
    this.clock = options.clock ?? (() => 0);
  }

  /** Reads the trace once; `each` sees every window, which the core has by then. */
  private async pass(each: (count: number, words: Uint32Array, writes: boolean) => void): Promise<number> {
    const { source, format, read } = this.options;
    const problems = new Problems(source.name, this.options.note);
    const ids = read.hashIds === true ? new DenseIds() : undefined;
    this.requestedBytes = 0;
    const sink = new RequestSink((words, count, writes, sizes) => {
      if (problems.found) return; // what was read so far will not be used
      this.pages.fill(words, count);
      this.written ||= writes;
      this.sized = sizes !== undefined;
      if (sizes !== undefined) {
        this.pages.fillSizes(sizes, count);
        const [first = 0] = sizes;
        let isOne = true;
        for (let at = 0; at < count; at++) {
          this.requestedBytes += sizes[at]!;
          isOne &&= sizes[at] === first;
        }
        this.sizeOfAll = isOne ? first : undefined;
      }
      each(count, words, writes);
    }, ids);
    const reader = format.read(sink, problems, read);
    for await (const bytes of source.open()) reader.push(bytes);
    reader.end();
    problems.check();
    sink.end();
    if (sink.requests === 0)
      problems.add({ path: '', given: 'no request', expected: `a trace of format ${format.name}` });
    problems.check();
    if (ids !== undefined)
      problems.note(`${ids.size} ids are renumbered, in about ${Math.ceil(ids.bytes / 2 ** 20)} MiB of memory`);
    return sink.requests;
  }

  private refuse(path: string, given: string, expected: string): InputError {
    return new InputError({ file: this.options.source.name, path, given, expected });
  }

  private history(): { handle: number; record: (count: number) => void } {
    const keeps = this.options.policies.some((policy) => policy.isOptimal);
    const handle = this.made(this.core.pagesHistory(keeps), '--policy', 'a trace');
    let requests = 0;
    const record = (count: number): void => {
      const sizes = !keeps || !this.sized || this.core.pagesRecordSizes(handle, count) !== 0;
      if (!sizes || this.core.pagesRecord(handle, count) === 0) {
        const given = `more than ${requests} requests to ${this.core.pagesDistinct(handle)} distinct pages`;
        const needs = keeps
          ? ' and, for opt, the next use of every request: 4.125 bytes a request, 8.125 where sizes differ, 2^30 at most'
          : '';
        throw this.refuse('', given, `what fits in 4 GiB of memory: 20 to 28 bytes a distinct page${needs}`);
      }
      requests += count;
    };
    return { handle, record };
  }

  private made(handle: number, path: string, given: string): number {
    if (handle !== 0) return handle >>> 0;
    throw this.refuse(path, given, 'what fits in 4 GiB of memory: up to 32 bytes a page that the policy knows');
  }

  private plan(distinctPages: number): void {
    const { policies, capacities, seed = 1 } = this.options;
    for (const policy of policies) {
      for (const capacity of capacities) {
        const capacityPages = capacity.pages(distinctPages);
        const parameters = policy.parameters(capacityPages, seed);
        this.caches.push({ policy, capacityPages, parameters, handle: 0, missedBytes: 0, milliseconds: 0 });
      }
    }
    for (const cache of this.caches) {
      if (cache.policy.isOptimal) continue;
      const [first = 0, second = 0] = Object.values(cache.parameters);
      const handle = this.core.pagesCreate(cache.policy.id, cache.capacityPages, first, second);
      cache.handle = this.made(handle, '--capacity', `${cache.capacityPages} pages under ${cache.policy.label}`);
    }
  }

  private timed(cache: Cache, work: () => void): void {
    const before = this.clock();
    work();
    cache.milliseconds += this.clock() - before;
  }

  private replayWindow(cache: Cache, count: number): void {
    const { core, sizeOfAll } = this;
    const before = core.pagesHits(cache.handle);
    const isMixed = this.sized && sizeOfAll === undefined;
    const done = isMixed ? core.pagesReplaySized(cache.handle, count) : core.pagesReplay(cache.handle, count);
    cache.missedBytes += (sizeOfAll ?? 0) * (count - (core.pagesHits(cache.handle) - before));
    if (done !== 0) return;
    throw this.refuse(
      '--policy',
      cache.policy.label,
      'what fits in 4 GiB of memory: fewer policies or smaller capacities',
    );
  }

  private replayOptimal(history: number, requests: number): void {
    for (const cache of this.caches) {
      if (!cache.policy.isOptimal) continue;
      const handle = this.core.pagesOptimal(history, cache.capacityPages);
      cache.handle = this.made(handle, '--policy', `opt over ${requests} requests`);
      for (let done = 0; done < requests; done += OPTIMAL_STEP) {
        this.timed(cache, () => {
          if (this.sized) this.core.pagesReplayOptimalSized(cache.handle, OPTIMAL_STEP);
          else this.core.pagesReplayOptimal(cache.handle, OPTIMAL_STEP);
        });
      }
    }
  }

  async run(): Promise<PagesResult> {
    const { source, capacities, curveRate, curvePolicies = [] } = this.options;
    const { handle: history, record } = this.history();
    const shares = capacities.filter((capacity) => capacity.isShare);
    let counted: number | undefined;
    if (shares.length > 0) {
      if (!source.reopenable) {
        const given = `${shares.map(({ text }) => text).join(', ')} of a stream`;
        throw this.refuse('--capacity', given, 'a page count or a size: a share needs a file, which is read twice');
      }
      counted = await this.pass(record);
    }
    if (curvePolicies.length > 0 && counted === undefined) {
      if (!source.reopenable)
        throw this.refuse('--curve', 'a stream', 'a file, which is read twice: first for its distinct pages');
      counted = await this.pass(record);
    }
    this.plan(this.core.pagesDistinct(history));

    const { lruCurve = curveRate !== undefined } = this.options;
    const threshold = lruCurve ? samplingThreshold(curveRate ?? 1) : 0;
    const distances = threshold === 0 ? 0 : this.made(this.core.pagesDistances(threshold), '--mrc', 'a trace');
    const distinct = this.core.pagesDistinct(history);
    const extra: Wanted = {
      capacities: [...(this.options.curveCapacities ?? []), ...capacities.map((capacity) => capacity.pages(distinct))],
      alone: this.caches.length === 0 && capacities.length > 0,
    };
    const miniatures = this.miniatures(history, extra);
    const digest = (this.options.digest ?? portableDigest)();
    const requests = await this.pass((count, words, writes) => {
      digest.update(pageBytes(words, count, writes));
      if (counted === undefined) record(count);
      if (distances !== 0 && this.core.pagesRecordDistances(distances, count) === 0) {
        throw this.refuse('--mrc', 'too many distinct pages', 'what fits in 4 GiB of memory, or --shards RATE below 1');
      }
      for (const cache of this.caches) {
        if (cache.handle !== 0) this.timed(cache, () => this.replayWindow(cache, count));
      }
      this.reaching(() => miniatures?.take(count));
    });
    if (counted !== undefined && counted !== requests) {
      throw new Error(
        `${source.name}: had ${counted} requests when it was counted and ${requests} when it was replayed`,
      );
    }
    this.replayOptimal(history, requests);

    const result: PagesResult = {
      trace: {
        requests,
        distinctPages: this.core.pagesDistinct(history),
        writes: this.written,
        sha256: digest.hex(),
      },
      runs: this.caches.map((cache) => this.summary(cache, requests)),
    };
    const curves = this.reaching(() => miniatures?.end(requests)) ?? [];
    if (distances === 0) {
      for (const curve of curves.slice(0, 1)) this.warnOf(curve, this.core.pagesDistinct(history));
      return curves.length === 0 ? result : { ...result, mrc: curves };
    }
    const looked = this.core.pagesDistancesRequests(distances);
    const pages = this.core.pagesDistinct(history);
    const curve = curveOf(this.pages.histogram(distances), requests, looked, threshold, pages, extra);
    this.warnOf(curve, pages);
    return { ...result, mrc: [curve, ...curves] };
  }

  /** The miniatures of the policies whose curves are wanted. */
  private miniatures(history: number, extra: Wanted): Miniatures | undefined {
    const { curvePolicies = [], curveRate = 1, seed = 1 } = this.options;
    if (curvePolicies.length === 0) return undefined;
    const pages = this.core.pagesDistinct(history);
    return this.reaching(
      () => new Miniatures(this.core, curvePolicies, samplingThreshold(curveRate), pages, extra, seed),
    );
  }

  private reaching<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof NoMemory)) throw error;
      throw this.refuse(
        '--curve',
        'miniatures of every capacity',
        'what fits in 4 GiB of memory: a smaller --shards RATE',
      );
    }
  }

  /** A curve from few pages is a guess. */
  private warnOf(curve: MissRatioCurve, pages: number): void {
    if (curve.sampled && curve.sampledPages < SAMPLED_PAGES_WANTED) {
      const wanted = Math.min(1, SAMPLED_PAGES_WANTED / pages);
      const share =
        wanted === 1 ? 'the trace has no more: take the curve without --shards' : `--shards ${rateOf(wanted)} has`;
      this.options.note?.(
        `${this.options.source.name}: the curve is from ${curve.sampledPages} distinct pages, of which some ${SAMPLED_PAGES_WANTED} are wanted; ${share}`,
      );
    }
  }

  /** null where all objects are of no size. */
  private byteMissRatio({ handle, missedBytes }: Cache): number | null {
    const missed = missedBytes + this.core.pagesMissedBytes(handle);
    return this.requestedBytes === 0 ? null : missed / this.requestedBytes;
  }

  private summary(cache: Cache, requests: number): PageRun {
    const { policy, capacityPages, parameters, handle, milliseconds } = cache;
    const hits = this.core.pagesHits(handle);
    const misses = requests - hits;
    const { swapInNs } = this.options;
    return {
      policy: policy.label,
      capacityPages,
      parameters,
      requests,
      hits,
      misses,
      missRatio: misses / requests,
      ...(this.sized ? { byteMissRatio: this.byteMissRatio(cache) } : {}),
      swapInNs: swapInNs === undefined ? null : constantDistribution(misses, swapInNs),
      swapOuts: this.core.pagesEvictions(handle),
      writebacks: this.core.pagesWritebacks(handle),
      requestsPerSecond: milliseconds > 0 ? Math.round((requests / milliseconds) * 1000) : null,
    };
  }
}

/**
 * Replays a trace.
 *
 * @throws InputError for a trace that is not of its format, holds no request or needs more memory than there is
 */
export async function replayTrace(options: ReplayOptions): Promise<PagesResult> {
  return new Replay(await PagesCore.create(options.module), options).run();
}
