// Page replacement on a trace, without time: what crosses the boundary. The caller writes requests into one shared window
// (64 bits each: page number, bit 52 for a write) and lets any number of caches, and what looks at the trace as a whole, read
// them. Handles are addresses; 0 says that memory did not reach. Memory is taken when something is made, and by what must
// grow with the trace between two windows; replaying a window takes none.

import { allocate } from "../kernel/arena";
import { Cache } from "./replacement/cache";
import { makeHistory, recordHistory, History, recordSizes, sizeOf } from "./replacement/history";
import { WINDOW_REQUESTS } from "./replacement/ids";
import { makeOpt, replayOpt, Opt } from "./replacement/opt";
import { makePolicy, replayPolicy } from "./replacement/policies";
import { PAGE_MASK, REQUEST_BYTES } from "./replacement/request";
import { isSampled, makeStackDistances, recordDistances, StackDistances } from "./replacement/stack-distance";

let window: usize = 0;
let sizes: usize = 0;
let sample: usize = 0;

/** Where the window is: WINDOW_REQUESTS words of 64 bits. */
export function pagesWindow(): usize {
  if (window == 0) window = allocate(<u64>WINDOW_REQUESTS * REQUEST_BYTES);
  return window;
}

/** Where the sizes of the window's objects are, of a trace that tells them: u32 each. */
export function pagesSizes(): usize {
  if (sizes == 0) sizes = allocate(<u64>WINDOW_REQUESTS << 2);
  return sizes;
}

// A miniature simulation (Waldspurger et al., USENIX ATC'17) replays the requests for a share of the pages, chosen by a hash, on a
// cache that is as much smaller. The sample is taken once a window, for all caches.

/** Puts those of the window's first `count` requests whose page is among `threshold` of 2^24 into the sample; how many, or -1 without memory. */
export function pagesSample(threshold: u32, count: u32): i32 {
  assert(count <= <u32>WINDOW_REQUESTS);
  if (sample == 0) sample = allocate(<u64>WINDOW_REQUESTS * REQUEST_BYTES);
  if (sample == 0) return -1;
  let taken: u32 = 0;
  for (let at = window, end = window + <usize>count * REQUEST_BYTES; at < end; at += REQUEST_BYTES) {
    const request = load<u64>(at);
    // stored in any case, kept if it is wanted: nobody could foresee the branch
    store<u64>(sample + <usize>taken * REQUEST_BYTES, request);
    taken += u32(isSampled(request & PAGE_MASK, threshold));
  }
  return <i32>taken;
}

/** Replays the first `count` requests of the sample; false when memory does not reach. */
export function pagesReplaySample(cache: usize, count: u32): bool {
  if (!replayPolicy(cache, sample, sample + <usize>count * REQUEST_BYTES)) return false;
  changetype<Cache>(cache).requests += count;
  return true;
}

/** Takes in the first `count` requests of the sample; false when memory does not reach. */
export function pagesRecordSample(history: usize, count: u32): bool {
  return recordHistory(changetype<History>(history), sample, sample + <usize>count * REQUEST_BYTES);
}

/** A cache of `capacity` pages; what `first` and `second` mean depends on the policy (replacement/policies.ts). */
export function pagesCreate(policy: u32, capacity: u32, first: f64, second: f64): usize {
  return makePolicy(policy, capacity, first, second);
}

/** Replays the first `count` requests of the window; false when memory does not reach. */
export function pagesReplay(cache: usize, count: u32): bool {
  assert(count <= <u32>WINDOW_REQUESTS);
  if (!replayPolicy(cache, window, window + <usize>count * REQUEST_BYTES)) return false;
  changetype<Cache>(cache).requests += count;
  return true;
}

/**
 * The same with what the misses cost in bytes. Requests for objects of one size are replayed together: between two of another
 * size the hits tell what was missed, and policies need not know of sizes.
 */
export function pagesReplaySized(at: usize, count: u32): bool {
  assert(count <= <u32>WINDOW_REQUESTS);
  const cache = changetype<Cache>(at);
  for (let from: u32 = 0; from < count; ) {
    const size = load<u32>(sizes + (<usize>from << 2));
    let to = from + 1;
    while (to < count && load<u32>(sizes + (<usize>to << 2)) == size) to++;
    const before = cache.hits;
    if (!replayPolicy(at, window + <usize>from * REQUEST_BYTES, window + <usize>to * REQUEST_BYTES)) return false;
    cache.missedBytes += <u64>size * (<u64>(to - from) - (cache.hits - before));
    from = to;
  }
  cache.requests += count;
  return true;
}

/** The whole trace's distinct pages; with `nextUses` also what Belady's policy needs. */
export function pagesHistory(nextUses: bool): usize {
  return makeHistory(nextUses);
}

/** Takes in the first `count` requests of the window; false when memory does not reach. */
export function pagesRecord(history: usize, count: u32): bool {
  assert(count <= <u32>WINDOW_REQUESTS);
  return recordHistory(changetype<History>(history), window, window + <usize>count * REQUEST_BYTES);
}

/** Takes in the sizes of the window's objects; before pagesRecord, and only for what Belady's policy is to replay. */
export function pagesRecordSizes(history: usize, count: u32): bool {
  assert(count <= <u32>WINDOW_REQUESTS);
  return recordSizes(changetype<History>(history), sizes, count);
}

export function pagesDistinct(history: usize): f64 {
  return changetype<History>(history).pages;
}

/** A cache under Belady's policy; the history must be complete. */
export function pagesOptimal(history: usize, capacity: u32): usize {
  return makeOpt(changetype<History>(history), capacity);
}

/** Replays up to `count` further requests of its history. */
export function pagesReplayOptimal(cache: usize, count: u32): void {
  replayOpt(changetype<Opt>(cache), count);
}

/** The same with what the misses cost in bytes; the history must know all sizes. */
export function pagesReplayOptimalSized(at: usize, count: u32): void {
  const cache = changetype<Opt>(at);
  const history = changetype<History>(cache.history);
  const end = <u32>min<u64>(history.requests, cache.position + count);
  for (let from = <u32>cache.position; from < end; ) {
    const size = sizeOf(history, from);
    let to = history.sizeChunks == 0 ? end : from + 1;
    while (to < end && sizeOf(history, to) == size) to++;
    const before = cache.hits;
    replayOpt(cache, to - from);
    cache.missedBytes += <u64>size * (<u64>(to - from) - (cache.hits - before));
    from = to;
  }
}

/** Counters of a cache of any policy. */
export function pagesRequests(cache: usize): f64 {
  return <f64>changetype<Cache>(cache).requests;
}

export function pagesHits(cache: usize): f64 {
  return <f64>changetype<Cache>(cache).hits;
}

export function pagesEvictions(cache: usize): f64 {
  return <f64>changetype<Cache>(cache).evictions;
}

export function pagesWritebacks(cache: usize): f64 {
  return <f64>changetype<Cache>(cache).writebacks;
}

export function pagesMissedBytes(cache: usize): f64 {
  return <f64>changetype<Cache>(cache).missedBytes;
}

/** Linear memory the cache took, bytes. */
export function pagesBytes(cache: usize): f64 {
  return <f64>changetype<Cache>(cache).bytes;
}

/** LRU's reuse distances over the pages whose hash is below `threshold` of 2^24. */
export function pagesDistances(threshold: u32): usize {
  return makeStackDistances(threshold);
}

/** Takes in the first `count` requests of the window; false when memory does not reach. */
export function pagesRecordDistances(distances: usize, count: u32): bool {
  assert(count <= <u32>WINDOW_REQUESTS);
  return recordDistances(changetype<StackDistances>(distances), window, window + <usize>count * REQUEST_BYTES);
}

/** Requests looked at. */
export function pagesDistancesRequests(distances: usize): f64 {
  return <f64>changetype<StackDistances>(distances).requests;
}

/** Distinct pages looked at: the greatest distance there can be. */
export function pagesDistancesPages(distances: usize): f64 {
  return changetype<StackDistances>(distances).pages;
}

/** One f64 a distance, from 0; 0 when nothing was looked at yet. */
export function pagesDistancesHistogram(distances: usize): usize {
  return changetype<StackDistances>(distances).histogram;
}
