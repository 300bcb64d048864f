// CLOCK (Corbató 1968), which is FIFO with reinsertion: a hit counts up to 2^bits - 1, the hand passes over a page whose
// counter is not zero and counts it down. A new page takes the place of the one it replaced, just behind the hand, so the
// ring needs no links. Once it is full a hit takes the steps of a miss, on the record it hit (lru.ts says why).
// 28 bytes a page: record 16, slots 12.

import { Cache, makeCache, SLOTS_AHEAD } from "./cache";
import { enterHeld, Held, moveHeld } from "./held";
import { POLICY_CLOCK } from "./ids";
import { find, is, probe, setWord, word } from "./page-table";
import { policy } from "./registry";
import { COUNTER_MASK, COUNTER_ONE, DIRTY, DIRTY_BIT, KEY_MASK, REQUEST_BYTES, THERE } from "./request";

// @ts-ignore: decorator
@inline const RECORD_BYTES: usize = offsetof<Held>();

@unmanaged
class Clock extends Cache {
  /** Record of the page that is asked next whether it may stay. */
  hand: usize;
  /** Greatest counter, in place: (2^bits - 1) << COUNTER_SHIFT. */
  ceiling: u64;
}

/** `bits`: 1 or 2. */
function makeClock(capacity: u32, bits: u32): usize {
  assert(bits == 1 || bits == 2);
  const at = makeCache(POLICY_CLOCK, capacity, offsetof<Clock>(), capacity, RECORD_BYTES);
  if (at == 0) return 0;
  changetype<Clock>(at).hand = changetype<Clock>(at).records + RECORD_BYTES;
  changetype<Clock>(at).ceiling = ((<u64>1 << bits) - 1) * COUNTER_ONE;
  return at;
}

function replayClock(cache: Clock, at: usize, end: usize): void {
  const start = cache.records + RECORD_BYTES;
  const stop = start + <usize>cache.capacity * RECORD_BYTES;
  const capacity = cache.capacity;
  const ceiling = cache.ceiling;
  let hand = cache.hand;
  let hits: u64 = 0;
  let writebacks: u64 = 0;
  let ahead = SLOTS_AHEAD;
  for (; at < end && cache.used < cache.capacity; at += REQUEST_BYTES) {
    const request = load<u64>(at) | THERE;
    const slot = <usize>load<u32>(ahead);
    ahead += 4;
    const record = find(slot, request & KEY_MASK);
    if (record != 0) {
      hits++;
      const was = word(record);
      setWord(record, (was | (request & DIRTY)) + ((was & COUNTER_MASK) < ceiling ? COUNTER_ONE : 0));
    } else {
      setWord(hand, request);
      enterHeld<Held>(slot, hand);
      cache.used++;
      hand += RECORD_BYTES;
      if (hand == stop) hand = start;
    }
  }
  cache.hits += hits;
  const count = <u64>((end - at) / REQUEST_BYTES);
  hits = 0;
  for (; at < end; at += REQUEST_BYTES) {
    const request = load<u64>(at) | THERE;
    const key = request & KEY_MASK;
    const slot = <usize>load<u32>(ahead);
    ahead += 4;
    let record = probe(slot, key);
    const hit = is(record, key);
    let was = word(hand);
    while ((<u32>((was & COUNTER_MASK) != 0) & (hit ^ 1)) != 0) {
      setWord(hand, was - COUNTER_ONE);
      hand += RECORD_BYTES;
      if (hand == stop) hand = start;
      was = word(hand);
    }
    record = select<usize>(record, hand, hit);
    hand += RECORD_BYTES & (hit - 1);
    if (hand == stop) hand = start;
    was = word(record);
    hits += hit;
    writebacks += <u64>(<u32>(was >> DIRTY_BIT) & (hit ^ 1));
    const counted = (was | request) + select<u64>(COUNTER_ONE, 0, (was & COUNTER_MASK) < ceiling);
    setWord(record, select<u64>(counted, request, hit));
    moveHeld<Held>(slot, record);
  }
  cache.hand = hand;
  cache.hits += hits;
  cache.evictions += count - hits;
  cache.writebacks += writebacks;
}

policy<Clock>(POLICY_CLOCK, (capacity, bits) => makeClock(capacity, <u32>bits), replayClock);
