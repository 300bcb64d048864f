// The core's part for page traces (assembly/memory/replay.ts) behind names and types. Handles are addresses above 0;
// 0 from the core means that linear memory cannot grow that far.

import { WINDOW_REQUESTS } from '../../assembly/memory/replacement/ids.js';
import { compileMemoryCore, instantiateCore } from '../core/load.js';

interface Exports {
  pagesWindow(): number;
  pagesCreate(policy: number, capacity: number, first: number, second: number): number;
  pagesSizes(): number;
  pagesReplay(cache: number, count: number): number;
  pagesReplaySized(cache: number, count: number): number;
  pagesSample(threshold: number, count: number): number;
  pagesReplaySample(cache: number, count: number): number;
  pagesRecordSample(history: number, count: number): number;
  pagesHistory(nextUses: boolean): number;
  pagesRecord(history: number, count: number): number;
  pagesRecordSizes(history: number, count: number): number;
  pagesDistinct(history: number): number;
  pagesOptimal(history: number, capacity: number): number;
  pagesReplayOptimal(cache: number, count: number): void;
  pagesReplayOptimalSized(cache: number, count: number): void;
  pagesRequests(cache: number): number;
  pagesHits(cache: number): number;
  pagesEvictions(cache: number): number;
  pagesWritebacks(cache: number): number;
  pagesMissedBytes(cache: number): number;
  pagesBytes(cache: number): number;
  pagesDistances(threshold: number): number;
  pagesRecordDistances(distances: number, count: number): number;
  pagesDistancesRequests(distances: number): number;
  pagesDistancesPages(distances: number): number;
  pagesDistancesHistogram(distances: number): number;
}

/** A page number and, in bit 52, whether the request writes: two 32-bit words. */
const WORDS_PER_REQUEST = 2;

export class PagesCore {
  private readonly windowAt: number;
  private view: Uint32Array | undefined;

  private constructor(
    readonly exports: Exports,
    private readonly memory: WebAssembly.Memory,
  ) {
    this.windowAt = exports.pagesWindow() >>> 0;
  }

  /**
   * A core of its own, from `module` or the one that comes with the package.
   *
   * @throws TypeError for a core without page replacement
   */
  static async create(module?: WebAssembly.Module): Promise<PagesCore> {
    const { exports, memory } = instantiateCore(await compileMemoryCore(module));
    if (typeof exports['pagesWindow'] !== 'function')
      throw new TypeError('core: given a module without page replacement, expected that of fluxhost-memory.wasm');
    return new PagesCore(exports as unknown as Exports, memory);
  }

  /** Bytes of linear memory in use or reserved. */
  get memoryBytes(): number {
    return this.memory.buffer.byteLength;
  }

  /** Puts `count` requests where replay and record read them. */
  fill(words: Uint32Array, count: number): void {
    // A view dies when memory grows, which happens between windows only.
    if (this.view?.buffer !== this.memory.buffer) {
      this.view = new Uint32Array(this.memory.buffer, this.windowAt, WORDS_PER_REQUEST * WINDOW_REQUESTS);
    }
    this.view.set(words.subarray(0, WORDS_PER_REQUEST * count));
  }

  /** Puts words where another part of this core reads them; `at` from the core, 0 where memory did not reach. */
  put(at: number, words: Float64Array): void {
    if (at === 0) throw new RangeError(`no memory for ${words.length} words`);
    new Float64Array(this.memory.buffer, at >>> 0, words.length).set(words);
  }

  /** Puts the sizes of the window's objects where the sized replay reads them. */
  fillSizes(sizes: Uint32Array, count: number): void {
    const at = this.exports.pagesSizes() >>> 0; // may grow memory, and take the old buffer away
    if (at === 0) throw new RangeError('no memory for the sizes of a window');
    new Uint32Array(this.memory.buffer, at, count).set(sizes.subarray(0, count));
  }

  /** A copy of the reuse distances' histogram: requests by distance, from 0. */
  histogram(distances: number): Float64Array {
    const at = this.exports.pagesDistancesHistogram(distances) >>> 0;
    if (at === 0) return new Float64Array(1);
    return new Float64Array(this.memory.buffer, at, this.exports.pagesDistancesPages(distances) + 1).slice();
  }
}
