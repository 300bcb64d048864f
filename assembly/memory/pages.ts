// Page replacement on a trace, without time: what crosses the boundary. The caller writes requests into one shared window
// (64 bits each: page number, bit 52 for a write) and lets any number of caches, and what looks at the trace as a whole, read
// them. Handles are addresses; 0 says that memory did not reach. Memory is taken when something is made, and by what must
// grow with the trace between two windows; replaying a window takes none.

import { allocate } from "../kernel/arena";
import { Cache } from "./replacement/cache";
import { History, makeHistory, recordHistory } from "./replacement/history";
import { WINDOW_REQUESTS } from "./replacement/ids";
import { makeOpt, Opt, replayOpt } from "./replacement/opt";
import { makePolicy, replayPolicy } from "./replacement/policies";
import { REQUEST_BYTES } from "./replacement/request";
import { makeStackDistances, recordDistances, StackDistances } from "./replacement/stack-distance";

let window: usize = 0;

/** Where the window is: WINDOW_REQUESTS words of 64 bits. */
export function pagesWindow(): usize {
  if (window == 0) window = allocate(<u64>WINDOW_REQUESTS * REQUEST_BYTES);
  return window;
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

/** The whole trace's distinct pages; with `nextUses` also what Belady's policy needs. */
export function pagesHistory(nextUses: bool): usize {
  return makeHistory(nextUses);
}

/** Takes in the first `count` requests of the window; false when memory does not reach. */
export function pagesRecord(history: usize, count: u32): bool {
  assert(count <= <u32>WINDOW_REQUESTS);
  return recordHistory(changetype<History>(history), window, window + <usize>count * REQUEST_BYTES);
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
