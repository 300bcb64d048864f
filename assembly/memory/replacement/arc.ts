// ARC (Megiddo & Modha, FAST'03, figure 4): T1 holds pages seen once lately, T2 pages seen again; B1 and B2 remember the
// numbers of as many pages thrown out of them. A hit in B1 or B2 moves the target size of T1, a real number, by
// max(ratio of the two, 1).
// 32 bytes a page, resident or remembered: record 20, slots 12; two pages are known a resident one.

import { Cache, makeCache, SLOTS_AHEAD, takeOut } from "./cache";
import { POLICY_ARC } from "./ids";
import { LINKED_BYTES, makeList, newer, oldest, pushNewest, recordAt, setNewer, unlink } from "./links";
import { enter, find, setWord, word } from "./page-table";
import { policy } from "./registry";
import { DIRTY, DIRTY_BIT, KEY_MASK, QUEUE_MASK, QUEUE_SHIFT, REQUEST_BYTES, THERE } from "./request";

// Queues, by the record that is their sentinel; the resident ones come first.
// @ts-ignore: decorator
@inline const T1: u32 = 0;
// @ts-ignore: decorator
@inline const T2: u32 = 1;
// @ts-ignore: decorator
@inline const B1: u32 = 2;
// @ts-ignore: decorator
@inline const B2: u32 = 3;
// @ts-ignore: decorator
@inline const SENTINELS: u32 = 4;

@unmanaged
class Arc extends Cache {
  /** Target size of T1, pages. */
  target: f64;
  /** Pages in each queue. */
  t1: u32;
  t2: u32;
  b1: u32;
  b2: u32;
  /** Unused records, chained through `newer`; 0 ends. */
  free: usize;
}

function makeArc(capacity: u32): usize {
  const at = makeCache(POLICY_ARC, capacity, offsetof<Arc>(), 2 * capacity + SENTINELS - 1, LINKED_BYTES);
  if (at == 0) return 0;
  const cache = changetype<Arc>(at);
  cache.used = SENTINELS - 1;
  for (let queue: u32 = 0; queue < SENTINELS; queue++) makeList(recordAt(cache.records, queue));
  return at;
}

// Each of the steps below is called from one place and inlined there: with three calls of `replace` this was 5 % slower.

/** Drops the oldest page of a queue altogether. */
// @ts-ignore: decorator
@inline
function drop(cache: Arc, queue: u32): void {
  const record = oldest(recordAt(cache.records, queue));
  unlink(record);
  takeOut(cache, record);
  setNewer(record, cache.free);
  cache.free = record;
}

function countEviction(cache: Arc, was: u64): void {
  cache.evictions++;
  cache.writebacks += (was >> DIRTY_BIT) & 1;
}

/** The paper's REPLACE: one resident page becomes a remembered one. */
// @ts-ignore: decorator
@inline
function replace(cache: Arc, wantedInB2: bool): void {
  const records = cache.records;
  const size = <f64>cache.t1;
  const fromT1 = cache.t1 != 0 && (size > cache.target || (wantedInB2 && size == cache.target));
  const record = oldest(recordAt(records, fromT1 ? T1 : T2));
  const was = word(record);
  countEviction(cache, was);
  unlink(record);
  const to = fromT1 ? B1 : B2;
  if (fromT1) {
    cache.t1--;
    cache.b1++;
  } else {
    cache.t2--;
    cache.b2++;
  }
  setWord(record, (was & KEY_MASK) | (<u64>to << QUEUE_SHIFT));
  pushNewest(recordAt(records, to), record);
}

/** Cases II and III: a remembered page is wanted again. The target moves, and its record is taken out of its queue. */
// @ts-ignore: decorator
@inline
function recall(cache: Arc, record: usize, queue: u32): void {
  unlink(record);
  if (queue == B1) {
    const step = max<f64>(<f64>cache.b2 / <f64>cache.b1, 1);
    cache.target = min<f64>(cache.target + step, <f64>cache.capacity);
    cache.b1--;
  } else {
    const step = max<f64>(<f64>cache.b1 / <f64>cache.b2, 1);
    cache.target = max<f64>(cache.target - step, 0);
    cache.b2--;
  }
}

/** Case IV: a page not known. Drops what the directory has no room for; answers whether REPLACE must make room as well. */
// @ts-ignore: decorator
@inline
function makeRoom(cache: Arc): bool {
  const capacity = cache.capacity;
  const total = cache.t1 + cache.t2 + cache.b1 + cache.b2;
  let queue = SENTINELS; // none
  let full = total >= capacity;
  if (cache.t1 + cache.b1 == capacity) {
    if (cache.t1 < capacity) {
      queue = B1;
      cache.b1--;
    } else {
      queue = T1;
      cache.t1--;
      countEviction(cache, word(oldest(recordAt(cache.records, T1))));
      full = false;
    }
  } else if (total == 2 * capacity) {
    queue = B2;
    cache.b2--;
  }
  if (queue != SENTINELS) drop(cache, queue);
  return full;
}

function replayArc(cache: Arc, at: usize, end: usize): void {
  let ahead = SLOTS_AHEAD;
  const records = cache.records;
  let hits: u64 = 0;
  for (; at < end; at += REQUEST_BYTES) {
    const request = load<u64>(at) | THERE;
    const key = request & KEY_MASK;
    const slot = <usize>load<u32>(ahead);
    ahead += 4;
    let record = find(slot, key);
    let queue = SENTINELS; // not known
    if (record != 0) {
      const was = word(record);
      queue = <u32>((was & QUEUE_MASK) >> QUEUE_SHIFT);
      if (queue <= T2) {
        hits++;
        if (queue == T1) {
          cache.t1--;
          cache.t2++;
          setWord(record, (was & (KEY_MASK | DIRTY)) | (request & DIRTY) | (<u64>T2 << QUEUE_SHIFT));
        } else {
          if (request & DIRTY) setWord(record, was | DIRTY);
          if (newer(record) == recordAt(records, T2)) continue;
        }
        unlink(record);
        pushNewest(recordAt(records, T2), record);
        continue;
      }
      recall(cache, record, queue);
    }
    if (record != 0 || makeRoom(cache)) replace(cache, queue == B2);
    if (record != 0) {
      cache.t2++;
      setWord(record, request | (<u64>T2 << QUEUE_SHIFT));
      pushNewest(recordAt(records, T2), record);
      continue;
    }
    record = cache.free;
    if (record != 0) cache.free = newer(record);
    else record = recordAt(records, ++cache.used);
    cache.t1++;
    setWord(record, request | (<u64>T1 << QUEUE_SHIFT));
    pushNewest(recordAt(records, T1), record);
    enter(slot, record);
  }
  cache.hits += hits;
}

policy<Arc>(POLICY_ARC, (capacity) => makeArc(capacity), replayArc);
