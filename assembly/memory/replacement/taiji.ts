// Taiji's multi-level LRU (arXiv 2511.09936) as far as it is published: pages stand in levels from hot (0) to cold; nothing
// moves on a hit, which only sets the page's access bit. A scan once an interval puts the pages whose bit is set back to
// level 0 and lets the others sink by one; the oldest page of the coldest level goes.
// Assumed, since no source gives them: 4 levels; a scan every `capacity` requests; a page that comes in stands in level 0
// with its bit clear; a candidate whose bit is set is spared and put back to level 0, as the unmapping reads the bit anyway.
// Leaves out watermarks and the swap-out workers: that is the swap engine's part.
// 28 bytes a page: word 8, link 4, table 16.

import { Cache, makeCache, makeRegion, takeOut } from "./cache";
import { POLICY_TAIJI } from "./ids";
import { enter, find, hashOf } from "./page-table";
import { COUNTER_ONE, DIRTY, DIRTY_BIT, PAGE_MASK, REQUEST_BYTES } from "./request";

// @ts-ignore: decorator
@inline const WORD_BITS: usize = 3;
// @ts-ignore: decorator
@inline const ACCESSED: u64 = COUNTER_ONE;

@unmanaged
export class Taiji extends Cache {
  /** u32 a record: the next newer page of its level, 0 ends. */
  links: usize;
  /** A level: oldest u32, newest u32; 0 where empty. One more than there are levels: pages the scan has found in use. */
  queues: usize;
  levels: u32;
  /** Requests between scans, and until the next one. */
  interval: u64;
  untilScan: u64;
}

export function makeTaiji(capacity: u32, levels: u32, interval: u64): usize {
  assert(levels > 0 && interval > 0);
  const at = makeCache(POLICY_TAIJI, capacity, offsetof<Taiji>(), capacity, 1 << WORD_BITS);
  if (at == 0) return 0;
  const cache = changetype<Taiji>(at);
  cache.links = makeRegion(cache, (<u64>capacity + 1) << 2);
  cache.queues = makeRegion(cache, (<u64>levels + 1) << 3);
  cache.levels = levels;
  cache.interval = interval;
  cache.untilScan = interval;
  return cache.links == 0 || cache.queues == 0 ? 0 : at;
}

function append(cache: Taiji, level: u32, record: u32): void {
  const queue = cache.queues + (<usize>level << 3);
  const newest = load<u32>(queue, 4);
  store<u32>(cache.links + (<usize>record << 2), 0);
  if (newest == 0) store<u32>(queue, record);
  else store<u32>(cache.links + (<usize>newest << 2), record);
  store<u32>(queue, record, 4);
}

/** One pass over all access bits, coldest level first, so that no page is looked at twice. */
function scan(cache: Taiji): void {
  const coldest = cache.levels - 1;
  const inUse = cache.levels;
  for (let level = <i32>coldest; level >= 0; level--) {
    const queue = cache.queues + (<usize>level << 3);
    let record = load<u32>(queue);
    store<u64>(queue, 0);
    while (record != 0) {
      const next = load<u32>(cache.links + (<usize>record << 2));
      const p = cache.records + (<usize>record << WORD_BITS);
      const word = load<u64>(p);
      if (word & ACCESSED) {
        store<u64>(p, word ^ ACCESSED);
        append(cache, inUse, record);
      } else {
        append(cache, min<u32>(<u32>level + 1, coldest), record);
      }
      record = next;
    }
  }
  const queue = cache.queues + (<usize>inUse << 3);
  if (coldest > 0) {
    store<u64>(cache.queues, load<u64>(queue)); // level 0 was emptied: all its pages have sunk or are in use
  } else {
    let record = load<u32>(queue);
    while (record != 0) {
      const next = load<u32>(cache.links + (<usize>record << 2));
      append(cache, 0, record);
      record = next;
    }
  }
  store<u64>(queue, 0);
}

/** Takes the victim out of its level. Ends: whatever it passes over has its bit cleared. */
function takeVictim(cache: Taiji): u32 {
  let level = cache.levels - 1;
  while (true) {
    const queue = cache.queues + (<usize>level << 3);
    const record = load<u32>(queue);
    if (record == 0) {
      assert(level != 0); // the cache is full
      level--;
      continue;
    }
    const next = load<u32>(cache.links + (<usize>record << 2));
    store<u32>(queue, next);
    if (next == 0) store<u32>(queue, 0, 4);
    const p = cache.records + (<usize>record << WORD_BITS);
    const word = load<u64>(p);
    if ((word & ACCESSED) == 0) return record;
    store<u64>(p, word ^ ACCESSED);
    append(cache, 0, record);
  }
}

export function replayTaiji(cache: Taiji, at: usize, end: usize): void {
  const table = cache.table;
  const records = cache.records;
  const chain = cache.chain;
  const slots = cache.slots;
  const indexMask = cache.indexMask;
  const capacity = cache.capacity;
  let used = cache.used;
  let untilScan = cache.untilScan;
  let hits: u64 = 0;
  let evictions: u64 = 0;
  let writebacks: u64 = 0;
  for (; at < end; at += REQUEST_BYTES) {
    const request = load<u64>(at);
    const page = request & PAGE_MASK;
    const hash = hashOf(page);
    const found = find(table, chain, slots, indexMask, records, WORD_BITS, page, hash);
    if (found != 0) {
      hits++;
      const p = records + (<usize>found << WORD_BITS);
      const word = load<u64>(p);
      const next = word | ACCESSED | (request & DIRTY);
      if (next != word) store<u64>(p, next);
    } else {
      const full = used == capacity;
      const record = full ? takeVictim(cache) : ++used;
      const p = records + (<usize>record << WORD_BITS);
      const victim = load<u64>(p);
      store<u64>(p, request);
      append(cache, 0, record);
      if (full) {
        evictions++;
        writebacks += (victim >> DIRTY_BIT) & 1;
        takeOut(cache, hashOf(victim & PAGE_MASK), record);
      }
      enter(table, chain, slots, indexMask, hash, record);
    }
    if (--untilScan == 0) {
      scan(cache);
      untilScan = cache.interval;
    }
  }
  cache.used = used;
  cache.untilScan = untilScan;
  cache.hits += hits;
  cache.evictions += evictions;
  cache.writebacks += writebacks;
}
