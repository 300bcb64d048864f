// CLOCK (Corbató 1968), which is FIFO with reinsertion: a hit counts up to 2^bits - 1, the hand passes over a page whose
// counter is not zero and counts it down. A new page takes the place of the one it replaced, just behind the hand, so the
// ring needs no links. 24 bytes a page: record 8 (its word, counter included), table 16.

import { Cache, makeCache } from "./cache";
import { POLICY_CLOCK } from "./ids";
import { enter, find, hashOf, leave } from "./page-table";
import { COUNTER_MASK, COUNTER_ONE, DIRTY, DIRTY_BIT, PAGE_MASK, REQUEST_BYTES } from "./request";

// @ts-ignore: decorator
@inline const WORD_BITS: usize = 3;

@unmanaged
export class Clock extends Cache {
  /** Record of the page that came last. */
  hand: u32;
  /** Greatest counter, in place: (2^bits - 1) << COUNTER_SHIFT. */
  ceiling: u64;
}

/** `bits`: 1 or 2. */
export function makeClock(capacity: u32, bits: u32): usize {
  assert(bits == 1 || bits == 2);
  const at = makeCache(POLICY_CLOCK, capacity, offsetof<Clock>(), capacity, 1 << WORD_BITS);
  if (at != 0) changetype<Clock>(at).ceiling = ((<u64>1 << bits) - 1) * COUNTER_ONE;
  return at;
}

export function replayClock(cache: Clock, at: usize, end: usize): void {
  const table = cache.table;
  const records = cache.records;
  const chain = cache.chain;
  const slots = cache.slots;
  const indexMask = cache.indexMask;
  const capacity = cache.capacity;
  const ceiling = cache.ceiling;
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
      const p = records + (<usize>found << WORD_BITS);
      const word = load<u64>(p);
      const next = (word | (request & DIRTY)) + ((word & COUNTER_MASK) < ceiling ? COUNTER_ONE : 0);
      if (next != word) store<u64>(p, next);
      continue;
    }
    hand = hand == capacity ? 1 : hand + 1;
    let p = records + (<usize>hand << WORD_BITS);
    let victim = load<u64>(p);
    while ((victim & COUNTER_MASK) != 0) {
      store<u64>(p, victim - COUNTER_ONE);
      hand = hand == capacity ? 1 : hand + 1;
      p = records + (<usize>hand << WORD_BITS);
      victim = load<u64>(p);
    }
    store<u64>(p, request);
    if (used < capacity) {
      used++; // the record was zero: no counter stopped the hand there
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
