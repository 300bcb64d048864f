// Belady's optimal policy (Belady 1966): the page whose next use is furthest away goes. Needs the whole trace's next uses
// beforehand (history.ts), and then no page table at all: a resident page is known by the time of its next use, so residency
// is one bit a request. The bit of the present request says hit or miss, the highest bit set is the victim; its word is
// known, and summaries of 64 bits to one find the next when it is empty. Pages never used again go first, clean ones before
// written ones (which of them goes changes no miss).
// Most pages that a miss brings are the next to go: one whose next use is beyond all bits has none and is put aside, so that
// no memory is touched for it. Pages never used again are only counted, but for one that is aside.
// 0.25 bytes a request and 1/63 of the half of it for the summaries; nothing a page.

import { allocate } from "../../kernel/arena";
import { Cache, makeRegion } from "./cache";
import { History, NEVER, nextUseAt, wrote } from "./history";
import { POLICY_OPT } from "./ids";

/** Bits, and summaries of 64 to one: 2^30 requests need five. */
// @ts-ignore: decorator
@inline const LEVELS: u32 = 6;

/** Words in front of level 0, to which requests write whose page is put aside; several, as each waits for the one before. */
// @ts-ignore: decorator
@inline const WASTE: u32 = 8;
// @ts-ignore: decorator
@inline const ALL: u32 = 0xffffffff;
// @ts-ignore: decorator
@inline const ALL_BITS: u64 = 0xffffffffffffffff;

@unmanaged
export class Opt extends Cache {
  history: usize;
  /** Requests replayed. */
  position: u64;
  /** u32 a level: where its words begin. Level 0 has one bit a request: the next use of a resident page. */
  levels: usize;
  top: u32;
  /** No bit of level 0 stands above this one; where any of times to come does, the highest is in this one's word. */
  bound: u32;
  /** One bit a request: the page used next there is resident and dirty. */
  dirty: usize;
  /** Resident pages that are never used again, besides the one aside. */
  deadClean: u32;
  deadDirty: u32;
  /** The next use of a resident page that has no bit: above the bound, or NEVER; 0 if there is none. */
  aside: u32;
  asideDirty: u32;
  /** All bits where a page aside is the next to go: not before the cache is full, nor where there are dead ones besides it. */
  asideFirst: u32;
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
    const front = level == 0 ? WASTE << 3 : 0;
    const region = makeRegion(cache, (words << 3) + front);
    if (region == 0) return 0;
    memory.fill(region, 0xff, front); // no summary is asked for
    store<u32>(cache.levels + (<usize>level << 2), <u32>region + front);
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

// @ts-ignore: decorator
@inline
function isDirty(dirty: usize, position: u32): u32 {
  return (<u32>load<u8>(dirty + (position >> 3)) >> (position & 7)) & 1;
}

// @ts-ignore: decorator
@inline
function setDirty(dirty: usize, position: u32): void {
  const at = dirty + (position >> 3);
  store<u8>(at, <u32>load<u8>(at) | (1 << (position & 7)));
}

/** The highest bit of all goes; answers where none is above now. */
// @ts-ignore: decorator
@inline
function takeHighest(cache: Opt, levels: usize, bound: u32, position: u32, writes: bool): u32 {
  const highest = bound >> 6;
  const at = baseOf(levels, 0) + (<usize>highest << 3);
  const bits = load<u64>(at);
  assert(bits != 0);
  const last = 63 - <u32>clz<u64>(bits);
  const rest = bits ^ (<u64>1 << last);
  store<u64>(at, rest);
  const victim = (highest << 6) + last;
  // Bits of times past are left standing by hits: with every resident page yet to be used, the highest bit is none of them.
  assert(victim > position);
  if (writes) cache.writebacks += isDirty(cache.dirty, victim);
  return rest == 0 ? max((highestBelow(levels, cache.top, highest) << 6) | 63, position | 63) : bound;
}

/** Makes room where a page aside is not simply the next to go; answers what is aside now. */
function makeRoom(cache: Opt, aside: u32, asideDirty: u32): u32 {
  if (cache.used < cache.capacity) {
    cache.used++;
  } else if (aside == NEVER && asideDirty == 0) {
    return 0;
  } else if (cache.deadClean != 0) {
    cache.deadClean--;
  } else {
    cache.deadDirty--;
    cache.writebacks++;
  }
  if (cache.used == cache.capacity && cache.deadClean + cache.deadDirty == 0) cache.asideFirst = ALL;
  return aside;
}

// @ts-ignore: decorator
@inline
function addDead(cache: Opt, written: bool): void {
  if (written) cache.deadDirty++;
  else cache.deadClean++;
  cache.asideFirst = 0;
}

/** The page aside gets its bit, as its time is near. */
function takeBack(cache: Opt): void {
  setAbove(cache.levels, cache.top, 0, cache.aside);
  if (cache.asideDirty != 0) setDirty(cache.dirty, cache.aside);
  cache.aside = 0;
}

/**
 * Replays up to `stop`, all in one word of level 0. `writes`: whether any request of the trace does. Nobody can foresee whether a request
 * hits, nor whether its page is put aside: both take the same steps, and branches are for what is seldom.
 */
// @ts-ignore: decorator
@inline
function replayWord(cache: Opt, stop: u32, writes: bool): void {
  const history = changetype<History>(cache.history);
  const levels = cache.levels;
  const residency = baseOf(levels, 0);
  const start = <u32>cache.position;
  const at = residency + (<usize>(start >> 6) << 3);
  const used = cache.used;
  let nextAt = nextUseAt(history, start);
  let bound = max(cache.bound, start | 63);
  if (cache.aside != 0 && cache.aside <= bound) takeBack(cache);
  let aside = cache.aside;
  let asideDirty = cache.asideDirty;
  for (let position = start; position < stop; position++) {
    const bits = <u32>(load<u64>(at) >> position);
    let written: u32 = 0;
    if (writes) written = u32(wrote(history, position)) | (isDirty(cache.dirty, position) & bits);
    if ((bits & 1) | (aside & cache.asideFirst)) {
      if (writes) cache.writebacks += ~bits & asideDirty;
      aside &= 0 - (bits & 1); // goes, where it is no hit
    } else if (cache.asideFirst == 0) {
      aside = makeRoom(cache, aside, asideDirty);
    } else {
      bound = takeHighest(cache, levels, bound, position, writes);
    }
    let next = load<u32>(nextAt);
    nextAt += 4;
    let above = u32(next > bound);
    if (above & u32(aside != 0)) {
      const other = aside;
      const otherDirty = asideDirty;
      if (next == other) {
        // neither is ever used again
        addDead(cache, writes && written);
        written = otherDirty;
      } else {
        aside = max(next, other);
        if (writes && next > other) {
          asideDirty = written;
          written = otherDirty;
        }
        next = min(next, other);
        bound = next;
        above = 0;
      }
    }
    aside = select<u32>(next, aside, above);
    if (writes) asideDirty = select<u32>(written, asideDirty, above);
    const into = residency + (<usize>select<u32>(position | -WASTE, next >> 6, above) << 3);
    const was = load<u64>(into);
    store<u64>(into, was | (<u64>1 << next));
    if (was == 0) setAbove(levels, cache.top, 1, next >> 6);
    if (writes && (written & (above ^ 1)) != 0) setDirty(cache.dirty, next);
  }
  cache.bound = bound;
  cache.aside = aside;
  cache.asideDirty = asideDirty;
  const hits = popcnt<u64>(load<u64>(at) & (ALL_BITS << start) & (ALL_BITS >> (0 - stop))); // their bits are left standing
  cache.hits += hits;
  cache.evictions += stop - start - hits - (cache.used - used);
  cache.position = stop;
}

/** Replays up to `count` further requests of the history. */
export function replayOpt(cache: Opt, count: u32): void {
  const history = changetype<History>(cache.history);
  const end = <u32>min<u64>(history.requests, cache.position + count);
  while (<u32>cache.position < end) {
    const stop = min<u32>((<u32>cache.position | 63) + 1, end);
    if (cache.dirty == 0) replayWord(cache, stop, false);
    else replayWord(cache, stop, true);
  }
  cache.requests = cache.position;
}
