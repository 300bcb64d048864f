// S3-FIFO (Yang et al., SOSP'23): new pages pass through a small FIFO queue (10 % of the capacity); those used at least twice
// while there move on to the main queue, the others are thrown out and remembered by number (90 % of the capacity, FIFO). A
// page remembered when it is wanted again enters the main queue, which is a CLOCK with counters up to 3.
// 32 bytes a page, resident or remembered: record 20, slots 12; 1.9 pages are known a resident one.

import { Cache, makeCache, SLOTS_AHEAD, takeOut } from "./cache";
import { POLICY_S3FIFO } from "./ids";
import { LINKED_BYTES, makeList, newer, oldest, pushNewest, recordAt, setNewer, unlink } from "./links";
import { enter, find, setWord, word } from "./page-table";
import { policy } from "./registry";
import { COUNTER_MASK, COUNTER_ONE, DIRTY, DIRTY_BIT, KEY_MASK, QUEUE_MASK, QUEUE_SHIFT, REQUEST_BYTES, THERE } from "./request";

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
class S3Fifo extends Cache {
  /** The main queue is the one to shrink when it is longer than this, pages. */
  mainLimit: u32;
  ghostLimit: u32;
  smallPages: u32;
  mainPages: u32;
  ghostPages: u32;
  /** Unused records, chained through `newer`; 0 ends. */
  free: usize;
}

/** `smallLimit` and `ghostLimit` in pages. */
function makeS3Fifo(capacity: u32, smallLimit: u32, ghostLimit: u32): usize {
  const at = makeCache(POLICY_S3FIFO, capacity, offsetof<S3Fifo>(), capacity + ghostLimit + SENTINELS, LINKED_BYTES);
  if (at == 0) return 0;
  const cache = changetype<S3Fifo>(at);
  cache.mainLimit = capacity - smallLimit;
  cache.ghostLimit = ghostLimit;
  cache.used = SENTINELS - 1;
  for (let queue: u32 = 0; queue < SENTINELS; queue++) makeList(recordAt(cache.records, queue));
  return at;
}

function forget(cache: S3Fifo, record: usize): void {
  takeOut(cache, record);
  setNewer(record, cache.free);
  cache.free = record;
}

function remember(cache: S3Fifo, record: usize, was: u64): void {
  const records = cache.records;
  if (cache.ghostLimit == 0) {
    forget(cache, record);
    return;
  }
  if (cache.ghostPages == cache.ghostLimit) {
    const gone = oldest(recordAt(records, GHOST));
    unlink(gone);
    forget(cache, gone);
  } else {
    cache.ghostPages++;
  }
  setWord(record, (was & KEY_MASK) | (<u64>GHOST << QUEUE_SHIFT));
  pushNewest(recordAt(records, GHOST), record);
}

function countEviction(cache: S3Fifo, was: u64): void {
  cache.evictions++;
  cache.writebacks += (was >> DIRTY_BIT) & 1;
}

/** Throws out one page of the small queue, or finds that all of them have moved to the main one. */
function evictSmall(cache: S3Fifo): void {
  const records = cache.records;
  while (cache.smallPages != 0) {
    const record = oldest(recordAt(records, SMALL));
    const was = word(record);
    unlink(record);
    cache.smallPages--;
    if ((was & COUNTER_MASK) < PROMOTE_AT) {
      countEviction(cache, was);
      remember(cache, record, was);
      return;
    }
    setWord(record, (was & (KEY_MASK | DIRTY)) | (<u64>MAIN << QUEUE_SHIFT));
    pushNewest(recordAt(records, MAIN), record);
    cache.mainPages++;
  }
}

function evictMain(cache: S3Fifo): void {
  const records = cache.records;
  while (true) {
    const record = oldest(recordAt(records, MAIN));
    const was = word(record);
    unlink(record);
    if ((was & COUNTER_MASK) == 0) {
      countEviction(cache, was);
      forget(cache, record);
      cache.mainPages--;
      return;
    }
    setWord(record, was - COUNTER_ONE);
    pushNewest(recordAt(records, MAIN), record);
  }
}

function replayS3Fifo(cache: S3Fifo, at: usize, end: usize): void {
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
      if ((was & QUEUE_MASK) != <u64>GHOST << QUEUE_SHIFT) {
        hits++;
        setWord(record, (was | (request & DIRTY)) + select<u64>(COUNTER_ONE, 0, (was & COUNTER_MASK) < COUNTER_MASK));
        continue;
      }
      remembered = true;
      unlink(record);
      cache.ghostPages--;
    }
    while (cache.smallPages + cache.mainPages == capacity) {
      if (cache.mainPages > cache.mainLimit || cache.smallPages == 0) evictMain(cache);
      else evictSmall(cache);
    }
    if (remembered) {
      cache.mainPages++;
      setWord(record, request | (<u64>MAIN << QUEUE_SHIFT));
      pushNewest(recordAt(records, MAIN), record);
      continue;
    }
    record = cache.free;
    if (record != 0) cache.free = newer(record);
    else record = recordAt(records, ++cache.used);
    cache.smallPages++;
    setWord(record, request | (<u64>SMALL << QUEUE_SHIFT));
    pushNewest(recordAt(records, SMALL), record);
    enter(slot, record);
  }
  cache.hits += hits;
}

policy<S3Fifo>(POLICY_S3FIFO, (capacity, small, ghost) => makeS3Fifo(capacity, <u32>small, <u32>ghost), replayS3Fifo);
