// 2Q, full version (Johnson & Shasha, VLDB'94, §3): new pages pass through the FIFO queue A1in (Kin, 25 % of the capacity);
// those thrown out of it are remembered by number in A1out (Kout, 50 %); a page remembered there when it is wanted again
// goes to the LRU queue Am. A hit in A1in changes nothing: that would be correlated use.
// 32 bytes a page, resident or remembered: record 16, table 16; 1.5 pages are known a resident one.

import { Cache, makeCache, takeOutLinked } from "./cache";
import { POLICY_TWO_QUEUE } from "./ids";
import { LINKED_BITS, LINKED_BYTES, makeList, newer, oldest, pushNewest, setNewer, setWord, unlink, word } from "./links";
import { enter, find, hashOf } from "./page-table";
import { DIRTY, DIRTY_BIT, PAGE_MASK, QUEUE_MASK, QUEUE_SHIFT, REQUEST_BYTES } from "./request";

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
export class TwoQueue extends Cache {
  /** Kin and Kout, pages. */
  inLimit: u32;
  outLimit: u32;
  /** Pages in A1in, in Am, in A1out. */
  inPages: u32;
  mainPages: u32;
  outPages: u32;
  /** Unused records, chained through `newer`; 0 ends. */
  free: u32;
}

/** `inLimit` and `outLimit` in pages. */
export function makeTwoQueue(capacity: u32, inLimit: u32, outLimit: u32): usize {
  // One record more than pages known: while a remembered page waits for room, A1out may already have taken another.
  const at = makeCache(POLICY_TWO_QUEUE, capacity, offsetof<TwoQueue>(), capacity + outLimit + SENTINELS, LINKED_BYTES);
  if (at == 0) return 0;
  const cache = changetype<TwoQueue>(at);
  cache.inLimit = inLimit;
  cache.outLimit = outLimit;
  cache.used = SENTINELS - 1;
  for (let queue: u32 = 0; queue < SENTINELS; queue++) makeList(cache.records, queue);
  return at;
}

function forget(cache: TwoQueue, record: u32): void {
  takeOutLinked(cache, record);
  setNewer(cache.records, record, cache.free);
  cache.free = record;
}

/** Throws out one resident page. */
function evict(cache: TwoQueue): void {
  const records = cache.records;
  const fromIn = cache.inPages > cache.inLimit || cache.mainPages == 0;
  const record = oldest(records, fromIn ? A1_IN : AM);
  const was = word(records, record);
  cache.evictions++;
  cache.writebacks += (was >> DIRTY_BIT) & 1;
  unlink(records, record);
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
    const gone = oldest(records, A1_OUT);
    unlink(records, gone);
    forget(cache, gone);
  } else {
    cache.outPages++;
  }
  setWord(records, record, (was & PAGE_MASK) | (<u64>A1_OUT << QUEUE_SHIFT));
  pushNewest(records, A1_OUT, record);
}

export function replayTwoQueue(cache: TwoQueue, at: usize, end: usize): void {
  const table = cache.table;
  const records = cache.records;
  const chain = cache.chain;
  const slots = cache.slots;
  const indexMask = cache.indexMask;
  const capacity = cache.capacity;
  let hits: u64 = 0;
  for (; at < end; at += REQUEST_BYTES) {
    const request = load<u64>(at);
    const page = request & PAGE_MASK;
    const hash = hashOf(page);
    let record: u32 = 0;
    const found = find(table, chain, slots, indexMask, records, LINKED_BITS, page, hash);
    let remembered = false;
    if (found != 0) {
      record = found;
      const was = word(records, record);
      const queue = <u32>((was & QUEUE_MASK) >> QUEUE_SHIFT);
      if (queue != A1_OUT) {
        hits++;
        if (request & DIRTY) setWord(records, record, was | DIRTY);
        if (queue == AM && newer(records, record) != AM) {
          unlink(records, record);
          pushNewest(records, AM, record);
        }
        continue;
      }
      remembered = true;
      unlink(records, record);
      cache.outPages--;
    }
    if (cache.inPages + cache.mainPages == capacity) evict(cache);
    if (remembered) {
      cache.mainPages++;
      setWord(records, record, request | (<u64>AM << QUEUE_SHIFT));
      pushNewest(records, AM, record);
    } else {
      record = cache.free;
      if (record != 0) cache.free = newer(records, record);
      else record = ++cache.used;
      cache.inPages++;
      setWord(records, record, request | (<u64>A1_IN << QUEUE_SHIFT));
      pushNewest(records, A1_IN, record);
      enter(table, chain, slots, indexMask, hash, record);
    }
  }
  cache.hits += hits;
}
