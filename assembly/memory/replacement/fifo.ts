// First in, first out: pages stand in a ring in the order they came, the hand takes the next one. A hit changes nothing.
// 24 bytes a page: record 8 (its word), table 16.

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
  const chain = cache.chain;
  const slots = cache.slots;
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
    const found = find(table, chain, slots, indexMask, records, WORD_BITS, page, hash);
    if (found != 0) {
      hits++;
      if (request & DIRTY) store<u64>(records + (<usize>found << WORD_BITS), request);
      continue;
    }
    hand = hand == capacity ? 1 : hand + 1;
    const p = records + (<usize>hand << WORD_BITS);
    const victim = load<u64>(p);
    store<u64>(p, request);
    if (used < capacity) {
      used++;
    } else {
      evictions++;
      writebacks += (victim >> DIRTY_BIT) & 1;
      leave(table, chain, slots, indexMask, hashOf(victim & PAGE_MASK), hand);
    }
    enter(table, chain, slots, indexMask, hash, hand);
  }
  cache.used = used;
  cache.hand = hand;
  cache.hits += hits;
  cache.evictions += evictions;
  cache.writebacks += writebacks;
}
