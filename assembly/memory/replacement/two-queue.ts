// 2Q, full version (Johnson & Shasha, VLDB'94, §3): new pages pass through the FIFO queue A1in (Kin, 25 % of the capacity);
// those thrown out of it are remembered by number in A1out (Kout, 50 %); a page remembered there when it is wanted again
// goes to the LRU queue Am. A hit in A1in changes nothing: that would be correlated use.
// 32 bytes a page, resident or remembered: record 20, slots 12; 1.5 pages are known a resident one.

import { Cache, makeCache, SLOTS_AHEAD, takeOut } from "./cache";
import { POLICY_TWO_QUEUE } from "./ids";
import { LINKED_BYTES, makeList, newer, oldest, pushNewest, recordAt, setNewer, unlink } from "./links";
import { enter, find, setWord, word } from "./page-table";
import { policy } from "./registry";
import { DIRTY, DIRTY_BIT, KEY_MASK, QUEUE_MASK, QUEUE_SHIFT, REQUEST_BYTES, THERE } from "./request";

// Queues, by the record that is their sentinel.
// @ts-ignore: decorator
@inline const AM: u32 = 0;
// @ts-ignore: decorator
@inline const A1_IN: u32 = 1;
// @ts-ignore: decorator
@inline const A1_OUT: u32 = 2;
// @ts-ignore: decorator
@inline const SENTINELS: u32 = 3;

@unmanaged
class TwoQueue extends Cache {
  /** Kin and Kout, pages. */
  inLimit: u32;
  outLimit: u32;
  /** Pages in A1in, in Am, in A1out. */
  inPages: u32;
  mainPages: u32;
  outPages: u32;
  /** Unused records, chained through `newer`; 0 ends. */
  free: usize;
}

/** `inLimit` and `outLimit` in pages. */
function makeTwoQueue(capacity: u32, inLimit: u32, outLimit: u32): usize {
  // One record more than pages known: while a remembered page waits for room, A1out may already have taken another.
  const at = makeCache(POLICY_TWO_QUEUE, capacity, offsetof<TwoQueue>(), capacity + outLimit + SENTINELS, LINKED_BYTES);
  if (at == 0) return 0;
  const cache = changetype<TwoQueue>(at);
  cache.inLimit = inLimit;
  cache.outLimit = outLimit;
  cache.used = SENTINELS - 1;
  for (let queue: u32 = 0; queue < SENTINELS; queue++) makeList(recordAt(cache.records, queue));
  return at;
}

function forget(cache: TwoQueue, record: usize): void {
  takeOut(cache, record);
  setNewer(record, cache.free);
  cache.free = record;
}

/** Throws out one resident page. */
function evict(cache: TwoQueue): void {
  const records = cache.records;
  const fromIn = cache.inPages > cache.inLimit || cache.mainPages == 0;
  const record = oldest(recordAt(records, fromIn ? A1_IN : AM));
  const was = word(record);
  cache.evictions++;
  cache.writebacks += (was >> DIRTY_BIT) & 1;
  unlink(record);
  if (!fromIn) {
    cache.mainPages--;
    forget(cache, record);
    return;
  }
  cache.inPages--;
  if (cache.outLimit == 0) {
    forget(cache, record);
    return;
  }
  if (cache.outPages == cache.outLimit) {
    const gone = oldest(recordAt(records, A1_OUT));
    unlink(gone);
    forget(cache, gone);
  } else {
    cache.outPages++;
  }
  setWord(record, (was & KEY_MASK) | (<u64>A1_OUT << QUEUE_SHIFT));
  pushNewest(recordAt(records, A1_OUT), record);
}

function replayTwoQueue(cache: TwoQueue, at: usize, end: usize): void {
  let ahead = SLOTS_AHEAD;
  const records = cache.records;
  const capacity = cache.capacity;
  let hits: u64 = 0;
  for (; at < end; at += REQUEST_BYTES) {
    const request = load<u64>(at) | THERE;
    const key = request & KEY_MASK;
    const slot = <usize>load<u32>(ahead);
    ahead += 4;
    let record: usize = 0;
    const found = find(slot, key);
    let remembered = false;
    if (found != 0) {
      record = found;
      const was = word(record);
      const queue = <u32>((was & QUEUE_MASK) >> QUEUE_SHIFT);
      if (queue != A1_OUT) {
        hits++;
        if (request & DIRTY) setWord(record, was | DIRTY);
        if (queue == AM && newer(record) != recordAt(records, AM)) {
          unlink(record);
          pushNewest(recordAt(records, AM), record);
        }
        continue;
      }
      remembered = true;
      unlink(record);
      cache.outPages--;
    }
    if (cache.inPages + cache.mainPages == capacity) evict(cache);
    if (remembered) {
      cache.mainPages++;
      setWord(record, request | (<u64>AM << QUEUE_SHIFT));
      pushNewest(recordAt(records, AM), record);
    } else {
      record = cache.free;
      if (record != 0) cache.free = newer(record);
      else record = recordAt(records, ++cache.used);
      cache.inPages++;
      setWord(record, request | (<u64>A1_IN << QUEUE_SHIFT));
      pushNewest(recordAt(records, A1_IN), record);
      enter(slot, record);
    }
  }
  cache.hits += hits;
}

policy<TwoQueue>(POLICY_TWO_QUEUE, (capacity, kin, kout) => makeTwoQueue(capacity, <u32>kin, <u32>kout), replayTwoQueue);
