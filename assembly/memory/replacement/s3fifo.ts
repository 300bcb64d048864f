// S3-FIFO (Yang et al., SOSP'23): new pages pass through a small FIFO queue (10 % of the capacity); those used at least twice
// while there move on to the main queue, the others are thrown out and remembered by number (90 % of the capacity, FIFO). A
// page remembered when it is wanted again enters the main queue, which is a CLOCK with counters up to 3.
// 32 bytes a page, resident or remembered: record 16, table 16; 1.9 pages are known a resident one.

import { Cache, makeCache, takeOutLinked } from "./cache";
import { POLICY_S3FIFO } from "./ids";
import { LINKED_BITS, LINKED_BYTES, makeList, newer, oldest, pushNewest, setNewer, setWord, unlink, word } from "./links";
import { enter, find, hashOf } from "./page-table";
import { COUNTER_MASK, COUNTER_ONE, DIRTY, DIRTY_BIT, PAGE_MASK, QUEUE_MASK, QUEUE_SHIFT, REQUEST_BYTES } from "./request";

// Queues, by the record that is their sentinel.
// @ts-ignore: decorator
@inline const SMALL: u32 = 0;
// @ts-ignore: decorator
@inline const MAIN: u32 = 1;
// @ts-ignore: decorator
@inline const GHOST: u32 = 2;
// @ts-ignore: decorator
@inline const SENTINELS: u32 = 3;

/** Uses in the small queue that earn a place in the main one. */
// @ts-ignore: decorator
@inline const PROMOTE_AT: u64 = 2 * COUNTER_ONE;

@unmanaged
export class S3Fifo extends Cache {
  /** The main queue is the one to shrink when it is longer than this, pages. */
  mainLimit: u32;
  ghostLimit: u32;
  smallPages: u32;
  mainPages: u32;
  ghostPages: u32;
  /** Unused records, chained through `newer`; 0 ends. */
  free: u32;
}

/** `smallLimit` and `ghostLimit` in pages. */
export function makeS3Fifo(capacity: u32, smallLimit: u32, ghostLimit: u32): usize {
  const at = makeCache(POLICY_S3FIFO, capacity, offsetof<S3Fifo>(), capacity + ghostLimit + SENTINELS, LINKED_BYTES);
  if (at == 0) return 0;
  const cache = changetype<S3Fifo>(at);
  cache.mainLimit = capacity - smallLimit;
  cache.ghostLimit = ghostLimit;
  cache.used = SENTINELS - 1;
  for (let queue: u32 = 0; queue < SENTINELS; queue++) makeList(cache.records, queue);
  return at;
}

function forget(cache: S3Fifo, record: u32): void {
  takeOutLinked(cache, record);
  setNewer(cache.records, record, cache.free);
  cache.free = record;
}

function remember(cache: S3Fifo, record: u32, was: u64): void {
  const records = cache.records;
  if (cache.ghostLimit == 0) {
    forget(cache, record);
    return;
  }
  if (cache.ghostPages == cache.ghostLimit) {
    const gone = oldest(records, GHOST);
    unlink(records, gone);
    forget(cache, gone);
  } else {
    cache.ghostPages++;
  }
  setWord(records, record, (was & PAGE_MASK) | (<u64>GHOST << QUEUE_SHIFT));
  pushNewest(records, GHOST, record);
}

function countEviction(cache: S3Fifo, was: u64): void {
  cache.evictions++;
  cache.writebacks += (was >> DIRTY_BIT) & 1;
}

/** Throws out one page of the small queue, or finds that all of them have moved to the main one. */
function evictSmall(cache: S3Fifo): void {
  const records = cache.records;
  while (cache.smallPages != 0) {
    const record = oldest(records, SMALL);
    const was = word(records, record);
    unlink(records, record);
    cache.smallPages--;
    if ((was & COUNTER_MASK) < PROMOTE_AT) {
      countEviction(cache, was);
      remember(cache, record, was);
      return;
    }
    setWord(records, record, (was & (PAGE_MASK | DIRTY)) | (<u64>MAIN << QUEUE_SHIFT));
    pushNewest(records, MAIN, record);
    cache.mainPages++;
  }
}

function evictMain(cache: S3Fifo): void {
  const records = cache.records;
  while (true) {
    const record = oldest(records, MAIN);
    const was = word(records, record);
    unlink(records, record);
    if ((was & COUNTER_MASK) == 0) {
      countEviction(cache, was);
      forget(cache, record);
      cache.mainPages--;
      return;
    }
    setWord(records, record, was - COUNTER_ONE);
    pushNewest(records, MAIN, record);
  }
}

export function replayS3Fifo(cache: S3Fifo, at: usize, end: usize): void {
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
      if ((was & QUEUE_MASK) != <u64>GHOST << QUEUE_SHIFT) {
        hits++;
        const next = (was | (request & DIRTY)) + ((was & COUNTER_MASK) < COUNTER_MASK ? COUNTER_ONE : 0);
        if (next != was) setWord(records, record, next);
        continue;
      }
      remembered = true;
      unlink(records, record);
      cache.ghostPages--;
    }
    while (cache.smallPages + cache.mainPages == capacity) {
      if (cache.mainPages > cache.mainLimit || cache.smallPages == 0) evictMain(cache);
      else evictSmall(cache);
    }
    if (remembered) {
      cache.mainPages++;
      setWord(records, record, request | (<u64>MAIN << QUEUE_SHIFT));
      pushNewest(records, MAIN, record);
      continue;
    }
    record = cache.free;
    if (record != 0) cache.free = newer(records, record);
    else record = ++cache.used;
    cache.smallPages++;
    setWord(records, record, request | (<u64>SMALL << QUEUE_SHIFT));
    pushNewest(records, SMALL, record);
    enter(table, chain, slots, indexMask, hash, record);
  }
  cache.hits += hits;
}
