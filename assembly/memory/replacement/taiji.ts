// Taiji's multi-level LRU (arXiv 2511.09936) as far as it is published: pages stand in levels from hot (0) to cold; nothing
// moves on a hit, which only sets the page's access bit. A scan once an interval puts the pages whose bit is set back to
// level 0 and lets the others sink by one; the oldest page of the coldest level goes.
// Assumed, since no source gives them: 4 levels; a scan every `capacity` requests; a page that comes in stands in the coldest
// level with its bit clear; a candidate whose bit is set is spared and put back to level 0, as the unmapping reads the bit
// anyway. So the number of levels is for how many scans a page is kept that was used again after it came in. (If a page came
// in at level 0, pages would go in one and the same order whatever the number of levels.)
// Leaves out watermarks and the swap-out workers: that is the swap engine's part.
// 28 bytes a page: record 16, slots 12.

import { Cache, makeCache, makeRegion, PLAIN_BYTES, SLOTS_AHEAD } from "./cache";
import { POLICY_TAIJI } from "./ids";
import { enter, find, leave, setWord, slotOf, word } from "./page-table";
import { policy } from "./registry";
import { COUNTER_ONE, DIRTY, DIRTY_BIT, KEY_MASK, REQUEST_BYTES, THERE } from "./request";

// @ts-ignore: decorator
@inline const ACCESSED: u64 = COUNTER_ONE;

/** Where a record holds the address of the next newer page of its level, 0 ends. */
// @ts-ignore: decorator
@inline const LINK: usize = PLAIN_BYTES;
// @ts-ignore: decorator
@inline const RECORD_BYTES: usize = PLAIN_BYTES + 4;

@unmanaged
class Taiji extends Cache {
  /**
   * A level: its oldest page u32, 0 where it is empty; where the address of the next newest is to be stored u32, the level itself
   * while it is empty. One more than there are levels: pages the scan has found in use.
   */
  queues: usize;
  levels: u32;
  /** Requests between scans, and until the next one. */
  interval: u64;
  untilScan: u64;
}

function makeTaiji(capacity: u32, levels: u32, interval: u64): usize {
  assert(levels > 0 && interval > 0);
  const at = makeCache(POLICY_TAIJI, capacity, offsetof<Taiji>(), capacity, RECORD_BYTES);
  if (at == 0) return 0;
  const cache = changetype<Taiji>(at);
  cache.queues = makeRegion(cache, (<u64>levels + 1) << 3);
  cache.levels = levels;
  cache.interval = interval;
  cache.untilScan = interval;
  if (cache.queues == 0) return 0;
  for (let level: u32 = 0; level <= levels; level++) makeEmpty(queueAt(cache, level));
  return at;
}

// @ts-ignore: decorator
@inline
function queueAt(cache: Taiji, level: u32): usize {
  return cache.queues + (<usize>level << 3);
}

// @ts-ignore: decorator
@inline
function makeEmpty(queue: usize): void {
  store<u32>(queue, 0);
  store<u32>(queue, <u32>queue, 4);
}

// @ts-ignore: decorator
@inline
function append(queue: usize, record: usize): void {
  store<u32>(record, 0, LINK);
  store<u32>(<usize>load<u32>(queue, 4), <u32>record);
  store<u32>(queue, <u32>(record + LINK), 4);
}

/** One pass over all access bits, coldest level first, so that no page is looked at twice. */
function scan(cache: Taiji): void {
  const coldest = cache.levels - 1;
  const inUse = queueAt(cache, cache.levels);
  for (let level = <i32>coldest; level >= 0; level--) {
    const queue = queueAt(cache, level);
    const below = queueAt(cache, min<u32>(<u32>level + 1, coldest));
    let record = <usize>load<u32>(queue);
    makeEmpty(queue);
    while (record != 0) {
      const next = <usize>load<u32>(record, LINK);
      const was = word(record);
      setWord(record, was & ~ACCESSED);
      append(select<usize>(inUse, below, (was & ACCESSED) != 0), record);
      record = next;
    }
  }
  // They go to level 0, behind what stands there: nothing, unless it is the only level.
  const first = <usize>load<u32>(inUse);
  if (first == 0) return;
  store<u32>(<usize>load<u32>(cache.queues, 4), <u32>first);
  store<u32>(cache.queues, load<u32>(inUse, 4), 4);
  makeEmpty(inUse);
}

/** Takes the victim out of its level. Ends: whatever it passes over has its bit cleared. */
function takeVictim(cache: Taiji): usize {
  let level = cache.levels - 1;
  while (true) {
    const queue = queueAt(cache, level);
    const record = <usize>load<u32>(queue);
    if (record == 0) {
      assert(level != 0); // the cache is full
      level--;
      continue;
    }
    const next = <usize>load<u32>(record, LINK);
    store<u32>(queue, <u32>next);
    if (next == 0) store<u32>(queue, <u32>queue, 4);
    const was = word(record);
    if ((was & ACCESSED) == 0) return record;
    setWord(record, was ^ ACCESSED);
    append(cache.queues, record);
  }
}

function replayTaiji(cache: Taiji, at: usize, end: usize): void {
  let ahead = SLOTS_AHEAD;
  const table = cache.table;
  const records = cache.records;
  const slots = cache.slots;
  const capacity = cache.capacity;
  const coldest = queueAt(cache, cache.levels - 1);
  let used = cache.used;
  let untilScan = cache.untilScan;
  let hits: u64 = 0;
  let evictions: u64 = 0;
  let writebacks: u64 = 0;
  for (; at < end; at += REQUEST_BYTES) {
    const request = load<u64>(at) | THERE;
    const key = request & KEY_MASK;
    const slot = <usize>load<u32>(ahead);
    ahead += 4;
    const found = find(slot, key);
    if (found != 0) {
      hits++;
      setWord(found, word(found) | ACCESSED | (request & DIRTY));
    } else {
      const full = used == capacity;
      const record = full ? takeVictim(cache) : records + <usize>(++used) * RECORD_BYTES;
      const victim = word(record);
      setWord(record, request);
      append(coldest, record);
      if (full) {
        evictions++;
        writebacks += (victim >> DIRTY_BIT) & 1;
        leave(slotOf(table, slots, victim & KEY_MASK), record);
      }
      enter(slot, record);
    }
    if (--untilScan == 0) {
      scan(cache);
      untilScan = cache.interval;
    }
  }
  cache.used = used;
  cache.untilScan = untilScan;
  cache.hits += hits;
  cache.evictions += evictions;
  cache.writebacks += writebacks;
}

policy<Taiji>(POLICY_TAIJI, (capacity, levels, interval) => makeTaiji(capacity, <u32>levels, <u64>interval), replayTaiji);
