// First in, first out: pages stand in a ring in the order they came, the hand takes the next one. A hit changes nothing.
// Once the ring is full a hit takes the steps of a miss, on the record it hit (lru.ts says why).
// 28 bytes a page: record 16, slots 12.

import { Cache, hasWrites, makeCache, SLOTS_AHEAD } from "./cache";
import { enterHeld, Held, moveHeld } from "./held";
import { POLICY_FIFO } from "./ids";
import { find, is, probe, setWord, word } from "./page-table";
import { policy } from "./registry";
import { DIRTY, DIRTY_BIT, KEY_MASK, REQUEST_BYTES, THERE } from "./request";

// @ts-ignore: decorator
@inline const RECORD_BYTES: usize = offsetof<Held>();

@unmanaged
class Fifo extends Cache {
  /** Record of the page that goes next. */
  hand: usize;
  /** Times that the hand came round. */
  rounds: u64;
}

function makeFifo(capacity: u32): usize {
  const at = makeCache(POLICY_FIFO, capacity, offsetof<Fifo>(), capacity, RECORD_BYTES);
  if (at != 0) changetype<Fifo>(at).hand = changetype<Fifo>(at).records + RECORD_BYTES;
  return at;
}

function replayFifo(cache: Fifo, at: usize, end: usize): void {
  const start = cache.records + RECORD_BYTES;
  const stop = start + <usize>cache.capacity * RECORD_BYTES;
  let hand = cache.hand;
  let hits: u64 = 0;
  let ahead = SLOTS_AHEAD;
  for (; at < end && cache.used < cache.capacity; at += REQUEST_BYTES) {
    const request = load<u64>(at) | THERE;
    const slot = <usize>load<u32>(ahead);
    ahead += 4;
    const record = find(slot, request & KEY_MASK);
    if (record != 0) {
      hits++;
      if (request & DIRTY) setWord(record, request);
    } else {
      setWord(hand, request);
      enterHeld<Held>(slot, hand);
      cache.used++;
      hand += RECORD_BYTES;
      if (hand == stop) hand = start;
    }
  }
  cache.hits += hits;
  cache.hand = hand;
  if (hasWrites(cache)) replayFull(cache, at, end, ahead, true);
  else replayFull(cache, at, end, ahead, false);
}

/** The same once all records are in use. */
// @ts-ignore: decorator
@inline
function replayFull(cache: Fifo, at: usize, end: usize, ahead: usize, writes: bool): void {
  const start = cache.records + RECORD_BYTES;
  const stop = start + <usize>cache.capacity * RECORD_BYTES;
  let hand = cache.hand;
  const count = <u64>((end - at) / REQUEST_BYTES);
  const rounds = cache.rounds;
  const before = hand;
  let writebacks: u64 = 0;
  for (; at < end; at += REQUEST_BYTES) {
    const request = load<u64>(at) | THERE;
    const key = request & KEY_MASK;
    const slot = <usize>load<u32>(ahead);
    ahead += 4;
    let record = probe(slot, key);
    const hit = is(record, key);
    record = select<usize>(record, hand, hit);
    hand += RECORD_BYTES & (hit - 1);
    if (hand == stop) {
      hand = start;
      cache.rounds++;
    }
    const dirty = writes ? (word(record) >> DIRTY_BIT) & 1 : 0;
    const stays = dirty & <u64>hit;
    writebacks += dirty ^ stays;
    setWord(record, request | (stays << DIRTY_BIT));
    moveHeld<Held>(slot, record);
  }
  cache.hand = hand;
  const evictions = (cache.rounds - rounds) * cache.capacity + <u64>((<i64>hand - <i64>before) / <i64>RECORD_BYTES);
  cache.hits += count - evictions;
  cache.evictions += evictions;
  cache.writebacks += writebacks;
}

policy<Fifo>(POLICY_FIFO, (capacity) => makeFifo(capacity), replayFifo);
