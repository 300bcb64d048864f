// Belady's optimal policy (Belady 1966): the page whose next use is furthest away goes. Needs the whole trace's next uses
// beforehand (history.ts), and then no page table at all: a resident page is known by the time of its next use, so residency
// is one bit a request. The bit of the present request says hit or miss, the highest bit set is the victim; summaries of 64
// bits to one make finding it a handful of steps. Pages never used again are only counted, and go first, clean ones before
// written ones (which of them goes changes no miss).
// 0.25 bytes a request and 1/63 of the half of it for the summaries; nothing a page.

import { allocate } from "../../kernel/arena";
import { Cache, makeRegion } from "./cache";
import { chunkEnd, History, NEVER, nextUseAt, wrote } from "./history";
import { POLICY_OPT } from "./ids";

/** Bits, and summaries of 64 to one: 2^30 requests need five. */
// @ts-ignore: decorator
@inline const LEVELS: u32 = 6;

@unmanaged
export class Opt extends Cache {
  history: usize;
  /** Requests replayed. */
  position: u64;
  /** u32 a level: where its words begin. Level 0 has one bit a request: the next use of a resident page. */
  levels: usize;
  top: u32;
  /** One bit a request: the page used next there is resident and dirty. */
  dirty: usize;
  /** Resident pages that are never used again. */
  deadClean: u32;
  deadDirty: u32;
}

export function makeOpt(history: History, capacity: u32): usize {
  assert(history.keeps != 0);
  const at = allocate(offsetof<Opt>());
  if (at == 0) return 0;
  const cache = changetype<Opt>(at);
  cache.policy = POLICY_OPT;
  cache.capacity = capacity;
  cache.history = changetype<usize>(history);
  cache.bytes = offsetof<Opt>();
  cache.levels = makeRegion(cache, LEVELS << 2);
  if (cache.levels == 0) return 0;
  let words = (history.requests >> 6) + 1;
  for (let level: u32 = 0; ; level++) {
    assert(level < LEVELS);
    const region = makeRegion(cache, words << 3);
    if (region == 0) return 0;
    store<u32>(cache.levels + (<usize>level << 2), <u32>region);
    cache.top = level;
    if (words == 1) break;
    words = (words + 63) >> 6;
  }
  if (history.writes != 0) {
    cache.dirty = makeRegion(cache, (history.requests >> 3) + 1);
    if (cache.dirty == 0) return 0;
  }
  return at;
}

// @ts-ignore: decorator
@inline
function wordOf(levels: usize, level: u32, index: u32): usize {
  return <usize>load<u32>(levels + (<usize>level << 2)) + (<usize>(index >> 6) << 3);
}

// @ts-ignore: decorator
@inline
function setBit(levels: usize, top: u32, index: u32): void {
  for (let level: u32 = 0; level <= top; level++) {
    const at = wordOf(levels, level, index);
    const was = load<u64>(at);
    store<u64>(at, was | (<u64>1 << (index & 63)));
    if (was != 0) break; // the summaries above know of this word
    index >>= 6;
  }
}

function clearBit(levels: usize, top: u32, index: u32): void {
  for (let level: u32 = 0; level <= top; level++) {
    const at = wordOf(levels, level, index);
    const now = load<u64>(at) & ~(<u64>1 << (index & 63));
    store<u64>(at, now);
    if (now != 0) break;
    index >>= 6;
  }
}

/** The highest bit set; there is one. */
function highest(levels: usize, top: u32): u32 {
  let index: u32 = 0;
  for (let level = <i32>top; level >= 0; level--) {
    const word = load<u64>(<usize>load<u32>(levels + (<usize>level << 2)) + (<usize>index << 3));
    assert(word != 0);
    index = (index << 6) + (63 - <u32>clz<u64>(word));
  }
  return index;
}

/** Throws out one page; answers whether it was dirty. */
function evict(cache: Opt, position: u32): u64 {
  if (cache.deadClean != 0) {
    cache.deadClean--;
    return 0;
  }
  if (cache.deadDirty != 0) {
    cache.deadDirty--;
    return 1;
  }
  // Bits of times past are left standing by hits: with every resident page yet to be used, the highest bit is none of them.
  const victim = highest(cache.levels, cache.top);
  assert(victim > position);
  clearBit(cache.levels, cache.top, victim);
  if (cache.dirty == 0) return 0;
  return (load<u8>(cache.dirty + (victim >> 3)) >> <u8>(victim & 7)) & 1;
}

/** Replays up to `stop`, all in one chunk of next uses. */
function replayChunk(cache: Opt, stop: u32): void {
  const history = changetype<History>(cache.history);
  const levels = cache.levels;
  const top = cache.top;
  const residency = <usize>load<u32>(levels);
  const dirty = cache.dirty;
  const capacity = cache.capacity;
  const start = <u32>cache.position;
  let nextAt = nextUseAt(history, start);
  let hits: u64 = 0;
  for (let position = start; position < stop; position++) {
    let written = dirty != 0 && wrote(history, position);
    if ((load<u64>(residency + (<usize>(position >> 6) << 3)) >> (position & 63)) & 1) {
      hits++;
      if (dirty != 0 && (load<u8>(dirty + (position >> 3)) >> <u8>(position & 7)) & 1) written = true;
    } else if (cache.used < capacity) {
      cache.used++;
    } else {
      cache.evictions++;
      cache.writebacks += evict(cache, position);
    }
    const next = load<u32>(nextAt);
    nextAt += 4;
    if (next == NEVER) {
      if (written) cache.deadDirty++;
      else cache.deadClean++;
    } else {
      setBit(levels, top, next);
      if (written) store<u8>(dirty + (next >> 3), load<u8>(dirty + (next >> 3)) | (<u8>1 << <u8>(next & 7)));
    }
  }
  cache.hits += hits;
  cache.position = stop;
}

/** Replays up to `count` further requests of the history. */
export function replayOpt(cache: Opt, count: u32): void {
  const history = changetype<History>(cache.history);
  const end = <u32>min<u64>(history.requests, cache.position + count);
  while (<u32>cache.position < end) replayChunk(cache, chunkEnd(<u32>cache.position, end));
  cache.requests = cache.position;
}
