// Least recently used (Mattson et al. 1970): a hit makes a page the newest, the oldest page goes.
// The list is a circle without a sentinel: the page after the newest is the oldest one, so that throwing it out for a new page
// is one step of the circle and changes no link.
// 32 bytes a page: record 16, table 16.

import { Cache, makeCache } from "./cache";
import { POLICY_LRU } from "./ids";
import { LINKED_BITS, LINKED_BYTES, newer, putAfter, setNewer, setOlder, setWord, unlink, word } from "./links";
import { enter, find, hashOf, leave } from "./page-table";
import { DIRTY, DIRTY_BIT, PAGE_MASK, REQUEST_BYTES } from "./request";

@unmanaged
export class Lru extends Cache {
  /** The page used last; 0 while there is none. */
  newest: u32;
}

export function makeLru(capacity: u32): usize {
  return makeCache(POLICY_LRU, capacity, offsetof<Lru>(), capacity, LINKED_BYTES);
}

export function replayLru(cache: Lru, at: usize, end: usize): void {
  const table = cache.table;
  const records = cache.records;
  const chain = cache.chain;
  const slots = cache.slots;
  const indexMask = cache.indexMask;
  const capacity = cache.capacity;
  let used = cache.used;
  let newest = cache.newest;
  let hits: u64 = 0;
  let evictions: u64 = 0;
  let writebacks: u64 = 0;
  for (; at < end; at += REQUEST_BYTES) {
    const request = load<u64>(at);
    const page = request & PAGE_MASK;
    const hash = hashOf(page);
    const found = find(table, chain, slots, indexMask, records, LINKED_BITS, page, hash);
    if (found != 0) {
      hits++;
      const record = found;
      if (request & DIRTY) setWord(records, record, request);
      if (record == newest) continue;
      unlink(records, record);
      putAfter(records, newest, record);
      newest = record;
      continue;
    }
    if (used == capacity) {
      const record = newer(records, newest);
      const victim = word(records, record);
      evictions++;
      writebacks += (victim >> DIRTY_BIT) & 1;
      newest = record;
      setWord(records, record, request);
      leave(table, chain, slots, indexMask, hashOf(victim & PAGE_MASK), record);
      enter(table, chain, slots, indexMask, hash, record);
      continue;
    }
    const record = ++used;
    setWord(records, record, request);
    enter(table, chain, slots, indexMask, hash, record);
    if (newest == 0) {
      setNewer(records, record, record);
      setOlder(records, record, record);
    } else {
      putAfter(records, newest, record);
    }
    newest = record;
  }
  cache.used = used;
  cache.newest = newest;
  cache.hits += hits;
  cache.evictions += evictions;
  cache.writebacks += writebacks;
}
