// Belady's optimal policy (Belady 1966): the page whose next use is furthest away goes. Needs the whole trace's next uses
// beforehand (history.ts), and then no page table at all: a resident page is known by the time of its next use, so residency
// is one bit a request. The bit of the present request says hit or miss, the highest bit set is the victim; its word is
// known, and summaries of 64 bits to one find the next when it is empty. Pages never used again are only counted, and go
// first, clean ones before written ones (which of them goes changes no miss).
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
  /** The highest word of level 0 that has any bit set; 0 if none has. */
  highest: u32;
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
function baseOf(levels: usize, level: u32): usize {
  return <usize>load<u32>(levels + (<usize>level << 2));
}

/** Sets a bit of the summaries from `level` up. */
function setAbove(levels: usize, top: u32, level: u32, index: u32): void {
  for (; level <= top; level++) {
    const at = baseOf(levels, level) + (<usize>(index >> 6) << 3);
    const was = load<u64>(at);
    store<u64>(at, was | (<u64>1 << index));
    if (was != 0) break; // the summaries above know of this word
    index >>= 6;
  }
}

/** `word`, the highest of level 0 that had any bit set, has none any more: answers which is now, 0 if none has. */
function highestBelow(levels: usize, top: u32, word: u32): u32 {
  let index = word;
  let level: u32 = 0;
  let bits: u64 = 0;
  while (bits == 0) {
    if (level == top) return 0;
    level++;
    const at = baseOf(levels, level) + (<usize>(index >> 6) << 3);
    bits = load<u64>(at) & ~(<u64>1 << index);
    store<u64>(at, bits);
    index >>= 6;
  }
  while (true) {
    index = (index << 6) + (63 - <u32>clz<u64>(bits));
    if (--level == 0) return index;
    bits = load<u64>(baseOf(levels, level) + (<usize>index << 3));
  }
}

/** Replays up to `stop`, all in one chunk of next uses. `writes`: whether any request of the trace does. */
// @ts-ignore: decorator
@inline
function replayChunk(cache: Opt, stop: u32, writes: bool): void {
  const history = changetype<History>(cache.history);
  const levels = cache.levels;
  const top = cache.top;
  const residency = baseOf(levels, 0);
  const dirty = cache.dirty;
  const capacity = cache.capacity;
  const start = <u32>cache.position;
  let nextAt = nextUseAt(history, start);
  let used = cache.used;
  let highest = cache.highest;
  let deadClean = cache.deadClean;
  const missed = cache.evictions + used;
  let evictions: u64 = 0;
  for (let position = start; position < stop; position++) {
    let written = writes && wrote(history, position);
    if ((load<u32>(residency + (<usize>(position >> 5) << 2)) >> position) & 1) {
      if (writes && (load<u8>(dirty + (position >> 3)) >> <u8>(position & 7)) & 1) written = true;
    } else if (used < capacity) {
      used++;
    } else {
      evictions++;
      if (deadClean != 0) {
        deadClean--;
      } else if (writes && cache.deadDirty != 0) {
        cache.deadDirty--;
        cache.writebacks++;
      } else {
        // Bits of times past are left standing by hits: with every resident page yet to be used, the highest bit is none of them.
        const at = residency + (<usize>highest << 3);
        const bits = load<u64>(at);
        assert(bits != 0);
        const bit = 63 - <u32>clz<u64>(bits);
        const rest = bits ^ (<u64>1 << bit);
        store<u64>(at, rest);
        const victim = (highest << 6) + bit;
        assert(victim > position);
        if (rest == 0) highest = highestBelow(levels, top, highest);
        if (writes) cache.writebacks += (load<u8>(dirty + (victim >> 3)) >> <u8>(victim & 7)) & 1;
      }
    }
    const next = load<u32>(nextAt);
    nextAt += 4;
    if (next == NEVER) {
      if (writes && written) cache.deadDirty++;
      else deadClean++;
    } else {
      const at = residency + (<usize>(next >> 6) << 3);
      const was = load<u64>(at);
      if (next >> 6 > highest) highest = next >> 6;
      store<u64>(at, was | (<u64>1 << next));
      if (was == 0 && top != 0) setAbove(levels, top, 1, next >> 6);
      if (writes && written) store<u8>(dirty + (next >> 3), load<u8>(dirty + (next >> 3)) | (<u8>1 << <u8>(next & 7)));
    }
  }
  cache.used = used;
  cache.highest = highest;
  cache.deadClean = deadClean;
  cache.evictions += evictions;
  cache.hits += <u64>(stop - start) - (cache.evictions + used - missed);
  cache.position = stop;
}

/** Replays up to `count` further requests of the history. */
export function replayOpt(cache: Opt, count: u32): void {
  const history = changetype<History>(cache.history);
  const end = <u32>min<u64>(history.requests, cache.position + count);
  while (<u32>cache.position < end) {
    const stop = chunkEnd(<u32>cache.position, end);
    if (cache.dirty == 0) replayChunk(cache, stop, false);
    else replayChunk(cache, stop, true);
  }
  cache.requests = cache.position;
}
