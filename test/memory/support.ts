// The core's page part for tests: any of the three builds, requests given as plain pairs.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PagesCore } from '../../src/pages/core.js';
import { RequestSink } from '../../src/pages/request-sink.js';

export const BUILDS = ['debug', 'checked', 'release'] as const;
export type Build = (typeof BUILDS)[number];

const root = fileURLToPath(new URL('../..', import.meta.url));
const modules = new Map<Build, Promise<WebAssembly.Module>>();

export function moduleOf(build: Build): Promise<WebAssembly.Module> {
  let module = modules.get(build);
  if (module === undefined) {
    const path = `${root}/build/fluxhost-memory.${build}.wasm`;
    if (!existsSync(path)) throw new Error(`${path} is missing: npm run build makes it`);
    module = WebAssembly.compile(readFileSync(path));
    modules.set(build, module);
  }
  return module;
}

export async function newCore(build: Build = 'release'): Promise<PagesCore> {
  return PagesCore.create(await moduleOf(build));
}

/** A file of the data that lies beside the repository. */
export function sharedFile(path: string): string {
  const file = fileURLToPath(new URL(`../../../shared/${path}`, import.meta.url));
  if (!existsSync(file)) throw new Error(`${file} is missing: this test needs the shared folder beside the repository`);
  return file;
}

export interface Request {
  readonly page: number;
  readonly write: boolean;
}

export interface Totals {
  readonly hits: number;
  readonly evictions: number;
  readonly writebacks: number;
}

export function totalsOf(core: PagesCore, cache: number): Totals {
  return {
    hits: core.exports.pagesHits(cache),
    evictions: core.exports.pagesEvictions(cache),
    writebacks: core.exports.pagesWritebacks(cache),
  };
}

/** Hands the pages over window by window. */
export function feed(core: PagesCore, pages: Iterable<number>, each: (count: number) => void): void {
  const sink = new RequestSink((words, count) => {
    core.fill(words, count);
    each(count);
  });
  for (const page of pages) sink.put(page, false);
  sink.end();
}

/** A cache, made. */
export function make(core: PagesCore, policy: number, capacity: number, first = 0, second = 0): number {
  const cache = core.exports.pagesCreate(policy, capacity, first, second) >>> 0;
  if (cache === 0) throw new Error(`policy ${policy} at ${capacity} pages: out of memory`);
  return cache;
}

/** Misses of one policy on a trace, with a fresh core. */
export async function missesOf(
  policy: number,
  capacity: number,
  pages: Iterable<number>,
  parameters: readonly [number?, number?] = [],
): Promise<number> {
  const core = await newCore();
  const cache = make(core, policy, capacity, ...parameters);
  feed(core, pages, (count) => core.exports.pagesReplay(cache, count));
  return core.exports.pagesRequests(cache) - core.exports.pagesHits(cache);
}

/** Misses of Belady's policy. */
export async function optimalMisses(capacity: number, pages: Iterable<number>): Promise<number> {
  const core = await newCore();
  const history = core.exports.pagesHistory(true);
  let requests = 0;
  feed(core, pages, (count) => {
    if (core.exports.pagesRecord(history, count) === 0) throw new Error('out of memory');
    requests += count;
  });
  const cache = core.exports.pagesOptimal(history, capacity);
  core.exports.pagesReplayOptimal(cache, requests);
  return requests - core.exports.pagesHits(cache);
}

/** Draws in [0, 1) from a seed: good enough to make traces, the same everywhere. */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Independent requests, page i with probability proportional to 1 / (i + 1)^exponent. */
export function zipf(count: number, pages: number, exponent: number, seed: number): Uint32Array {
  const sums = new Float64Array(pages);
  let total = 0;
  for (let i = 0; i < pages; i++) sums[i] = total += (i + 1) ** -exponent;
  const draw = seeded(seed);
  const trace = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const at = draw() * total;
    let low = 0;
    let high = pages - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! > at) high = middle;
      else low = middle + 1;
    }
    trace[i] = low;
  }
  return trace;
}
