// First in, first out: pages stand in a ring in the order they came, the hand takes the next one. A hit changes nothing.
// Once the ring is full a hit takes the steps of a miss, on the record it hit (lru.ts says why).
// 24 bytes a page: record 12, slots 12.

import { Cache, makeCache, PLAIN_BYTES } from "./cache";
import { POLICY_FIFO } from "./ids";
import { enter, find, is, move, probe, setWord, slotOf, word } from "./page-table";
import { policy } from "./registry";
import { DIRTY, DIRTY_BIT, KEY_MASK, REQUEST_BYTES, THERE } from "./request";

@unmanaged
export class Fifo extends Cache {
  /** Record of the page that came last. */
  hand: usize;
}

export function makeFifo(capacity: u32): usize {
  const at = makeCache(POLICY_FIFO, capacity, offsetof<Fifo>(), capacity, PLAIN_BYTES);
  if (at != 0) changetype<Fifo>(at).hand = changetype<Fifo>(at).records;
  return at;
}

export function replayFifo(cache: Fifo, at: usize, end: usize): void {
  const table = cache.table;
  const slots = cache.slots;
  const start = cache.records + PLAIN_BYTES;
  const last = cache.records + <usize>cache.capacity * PLAIN_BYTES;
  let hand = cache.hand;
  let hits: u64 = 0;
  let writebacks: u64 = 0;
  for (; at < end && cache.used < cache.capacity; at += REQUEST_BYTES) {
    const request = load<u64>(at) | THERE;
    const slot = slotOf(table, slots, request & KEY_MASK);
    const record = find(slot, request & KEY_MASK);
    if (record != 0) {
      hits++;
      if (request & DIRTY) setWord(record, request);
    } else {
      hand += PLAIN_BYTES;
      cache.used++;
      setWord(hand, request);
      enter(slot, hand);
    }
  }
  cache.hits += hits;
  const count = <u64>((end - at) / REQUEST_BYTES);
  hits = 0;
  for (; at < end; at += REQUEST_BYTES) {
    const request = load<u64>(at) | THERE;
    const key = request & KEY_MASK;
    const slot = slotOf(table, slots, key);
    let record = probe(slot, key);
    const hit = is(record, key);
    const next = select<usize>(start, hand + PLAIN_BYTES, hand == last);
    hand = select<usize>(hand, next, hit);
    record = select<usize>(record, next, hit);
    const was = word(record);
    hits += hit;
    writebacks += <u64>(<u32>(was >> DIRTY_BIT) & (hit ^ 1));
    move(table, slots, was, slot, record);
    setWord(record, request | (was & select<u64>(DIRTY, 0, hit)));
  }
  cache.hand = hand;
  cache.hits += hits;
  cache.evictions += count - hits;
  cache.writebacks += writebacks;
}

policy<Fifo>(POLICY_FIFO, (capacity) => makeFifo(capacity), replayFifo);
