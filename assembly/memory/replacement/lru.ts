// Least recently used (Mattson et al. 1970): a hit makes a page the newest, the oldest page goes.
// 24 to 32 bytes a page: record 16, table 8 to 16.

import { Cache, makeCache } from "./cache";
import { POLICY_LRU } from "./ids";
import { LINKED_BITS, LINKED_BYTES, makeList, newer, oldest, pushNewest, setWord, unlink, word } from "./links";
import { enter, find, hashOf, leave } from "./page-table";
import { DIRTY, DIRTY_BIT, PAGE_MASK, REQUEST_BYTES } from "./request";

// @ts-ignore: decorator
@inline const LIST: u32 = 0;

export function makeLru(capacity: u32): usize {
  const at = makeCache(POLICY_LRU, capacity, offsetof<Cache>(), capacity, LINKED_BYTES);
  if (at != 0) makeList(changetype<Cache>(at).records, LIST);
  return at;
}

export function replayLru(cache: Cache, at: usize, end: usize): void {
  const table = cache.table;
  const records = cache.records;
  const shift = cache.shift;
  const indexMask = cache.indexMask;
  const capacity = cache.capacity;
  let used = cache.used;
  let hits: u64 = 0;
  let evictions: u64 = 0;
  let writebacks: u64 = 0;
  for (; at < end; at += REQUEST_BYTES) {
    const request = load<u64>(at);
    const page = request & PAGE_MASK;
    const hash = hashOf(page);
    let record = find(table, shift, indexMask, records, LINKED_BITS, page, hash);
    if (record != 0) {
      hits++;
      if (request & DIRTY) setWord(records, record, request);
      if (newer(records, record) != LIST) {
        unlink(records, record);
        pushNewest(records, LIST, record);
      }
      continue;
    }
    if (used < capacity) {
      record = ++used;
    } else {
      record = oldest(records, LIST);
      evictions++;
      writebacks += (word(records, record) >> DIRTY_BIT) & 1;
      leave(table, shift, indexMask, records, LINKED_BITS, record);
      unlink(records, record);
    }
    setWord(records, record, request);
    pushNewest(records, LIST, record);
    enter(table, shift, indexMask, hash, record);
  }
  cache.used = used;
  cache.hits += hits;
  cache.evictions += evictions;
  cache.writebacks += writebacks;
}
