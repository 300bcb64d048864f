// Least recently used (Mattson et al. 1970): a hit makes a page the newest, the oldest page goes.
// The list is a circle without a sentinel: the page after the newest is the oldest one, so that throwing it out for a new page
// is one step of the circle and changes no link.
// Once all records are in use, a miss is a hit on the oldest record that also gives it another page. So both take the same
// steps, and a request has no branch that cannot be foreseen: a quarter faster than with one.
// 32 bytes a page: record 24, slots 8.

import { Cache, hasWrites, makeCache, SLOTS_AHEAD } from "./cache";
import { enterHeld, moveHeld } from "./held";
import { POLICY_LRU } from "./ids";
import { makeList, newer, older, putAfter, setNewer, setOlder, unlink } from "./links";
import { find, is, probe, setWord, word } from "./page-table";
import { policy } from "./registry";
import { DIRTY, DIRTY_BIT, KEY_MASK, REQUEST_BYTES, THERE } from "./request";

/** With three slots it is no faster, and 36 bytes a page. */
// @ts-ignore: decorator
@inline const SLOTS: u64 = 2;

/** The links are where links.ts looks for them. */
@unmanaged
class LruRecord {
  word: u64;
  chain: u32;
  newer: u32;
  older: u32;
  holder: u32;
}

@unmanaged
class Lru extends Cache {
  /** The page used last; 0 while there is none. */
  newest: usize;
}

function makeLru(capacity: u32): usize {
  return makeCache(POLICY_LRU, capacity, offsetof<Lru>(), capacity, offsetof<LruRecord>(), SLOTS);
}

function replayLru(cache: Lru, at: usize, end: usize): void {
  let newest = cache.newest;
  let hits: u64 = 0;
  let ahead = SLOTS_AHEAD;
  for (; at < end && cache.used < cache.capacity; at += REQUEST_BYTES) {
    const request = load<u64>(at) | THERE;
    const slot = <usize>load<u32>(ahead);
    ahead += 4;
    let record = find(slot, request & KEY_MASK);
    if (record != 0) {
      hits++;
      if (request & DIRTY) setWord(record, request);
      if (record == newest) continue;
      unlink(record);
    } else {
      record = cache.records + <usize>(++cache.used) * offsetof<LruRecord>();
      setWord(record, request);
      enterHeld<LruRecord>(slot, record);
      if (newest == 0) newest = record;
    }
    if (newest == record) makeList(record);
    else putAfter(newest, record);
    newest = record;
  }
  cache.newest = newest;
  cache.hits += hits;
  if (hasWrites(cache)) replayFull(cache, at, end, ahead, true);
  else replayFull(cache, at, end, ahead, false);
}

/** The same once all records are in use. */
// @ts-ignore: decorator
@inline
function replayFull(cache: Lru, at: usize, end: usize, ahead: usize, writes: bool): void {
  let newest = cache.newest;
  let oldest = newer(newest);
  const count = <u64>((end - at) / REQUEST_BYTES);
  let hits: u64 = 0;
  let writebacks: u64 = 0;
  for (; at < end; at += REQUEST_BYTES) {
    const request = load<u64>(at) | THERE;
    const key = request & KEY_MASK;
    const slot = <usize>load<u32>(ahead);
    ahead += 4;
    let record = probe(slot, key);
    const hit = is(record, key);
    record = select<usize>(record, oldest, hit);
    hits += hit;
    const dirty = writes ? (word(record) >> DIRTY_BIT) & 1 : 0;
    const stays = dirty & <u64>hit;
    writebacks += dirty ^ stays;
    setWord(record, request | (stays << DIRTY_BIT));
    moveHeld<LruRecord>(slot, record);
    if (record == newest) continue;
    // The oldest one may be moved as well: its neighbours are the newest and the next oldest, and every link is stored as it is.
    const up = newer(record);
    const down = older(record);
    setOlder(up, down);
    setNewer(down, up);
    oldest = select<usize>(up, oldest, record == oldest);
    setOlder(record, newest);
    setNewer(record, oldest);
    setOlder(oldest, record);
    setNewer(newest, record);
    newest = record;
  }
  cache.newest = newest;
  cache.hits += hits;
  cache.evictions += count - hits;
  cache.writebacks += writebacks;
}

policy<Lru>(POLICY_LRU, (capacity) => makeLru(capacity), replayLru);
