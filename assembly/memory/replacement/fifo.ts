// First in, first out: pages stand in a ring in the order they came, the hand takes the next one. A hit changes nothing.
// 16 to 24 bytes a page: record 8 (its word), table 8 to 16.

import { Cache, makeCache } from "./cache";
import { POLICY_FIFO } from "./ids";
import { enter, find, hashOf, leave } from "./page-table";
import { DIRTY, DIRTY_BIT, PAGE_MASK, REQUEST_BYTES } from "./request";

// @ts-ignore: decorator
@inline const WORD_BITS: usize = 3;

@unmanaged
export class Fifo extends Cache {
  /** Record of the page that came last. */
  hand: u32;
}

export function makeFifo(capacity: u32): usize {
  return makeCache(POLICY_FIFO, capacity, offsetof<Fifo>(), capacity, 1 << WORD_BITS);
}

export function replayFifo(cache: Fifo, at: usize, end: usize): void {
  const table = cache.table;
  const records = cache.records;
  const shift = cache.shift;
  const indexMask = cache.indexMask;
  const capacity = cache.capacity;
  let used = cache.used;
  let hand = cache.hand;
  let hits: u64 = 0;
  let evictions: u64 = 0;
  let writebacks: u64 = 0;
  for (; at < end; at += REQUEST_BYTES) {
    const request = load<u64>(at);
    const page = request & PAGE_MASK;
    const hash = hashOf(page);
    const record = find(table, shift, indexMask, records, WORD_BITS, page, hash);
    if (record != 0) {
      hits++;
      if (request & DIRTY) store<u64>(records + (<usize>record << WORD_BITS), request);
      continue;
    }
    hand = hand == capacity ? 1 : hand + 1;
    if (used < capacity) {
      used++;
    } else {
      evictions++;
      writebacks += (load<u64>(records + (<usize>hand << WORD_BITS)) >> DIRTY_BIT) & 1;
      leave(table, shift, indexMask, records, WORD_BITS, hand);
    }
    store<u64>(records + (<usize>hand << WORD_BITS), request);
    enter(table, shift, indexMask, hash, hand);
  }
  cache.used = used;
  cache.hand = hand;
  cache.hits += hits;
  cache.evictions += evictions;
  cache.writebacks += writebacks;
}
