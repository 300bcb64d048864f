// Least frequently used, without memory of pages gone; of the pages used equally often the one that has been so the longest
// goes. All in constant time: one list sorted by (frequency, since when), and per frequency present a group that knows its
// last page (after Shah, Mitra & Matani 2010).
// 28 bytes a page: record 24, one slot 4 (a sixth slower than three, and within 32 bytes); and 8 a group. k groups have seen
// k (k + 1) / 2 requests at least, so there are at most as many as pages and as sqrt(2 requests): 4,472 after 10 M. They are the
// one thing that grows while a policy is replayed, between two windows.

import { Cache, makeCache, makeRegion, SLOTS_AHEAD, takeOut } from "./cache";
import { POLICY_LFU } from "./ids";
import { LINKED_BYTES, makeList, newer, older, oldest, putAfter, unlink } from "./links";
import { enter, find, setWord, word } from "./page-table";
import { policy, reserves } from "./registry";
import { DIRTY, DIRTY_BIT, KEY_MASK, REQUEST_BYTES, THERE } from "./request";

/** Where a record holds the address of its group; the sentinel's is 0, which is no group. */
// @ts-ignore: decorator
@inline const GROUP: usize = LINKED_BYTES;
// @ts-ignore: decorator
@inline const RECORD_BYTES: usize = LINKED_BYTES + 4;
/** A group: frequency u32 (modulo 2^32, only compared with its neighbour's), address of its last record u32. */
// @ts-ignore: decorator
@inline const GROUP_BYTES: usize = 8;

/** Groups added at least when they do not suffice. */
// @ts-ignore: decorator
@inline const CHUNK: u32 = 512;

@unmanaged
class Lfu extends Cache {
  /** Groups in place, used or not. */
  groups: u32;
  /** Unused groups, chained through their last record; 0 ends. */
  freeGroup: usize;
}

function makeLfu(capacity: u32): usize {
  const at = makeCache(POLICY_LFU, capacity, offsetof<Lfu>(), capacity, RECORD_BYTES, 1);
  if (at != 0) makeList(changetype<Lfu>(at).records);
  return at;
}

/** Groups enough for `count` further requests. False when memory does not reach. */
function reserveGroups(cache: Lfu, count: u32): bool {
  const most = (sqrt<f64>(8 * <f64>(cache.requests + count) + 1) - 1) / 2;
  const needed = <u32>min<f64>(<f64>cache.capacity, most + 1);
  if (needed <= cache.groups) return true;
  const more = min<u32>(max<u32>(needed - cache.groups, CHUNK), cache.capacity - cache.groups);
  const at = makeRegion(cache, <u64>more * GROUP_BYTES);
  if (at == 0) return false;
  for (let i: u32 = 0; i < more; i++) freeGroup(cache, at + <usize>i * GROUP_BYTES);
  cache.groups += more;
  return true;
}

// @ts-ignore: decorator
@inline
function groupOf(record: usize): usize {
  return <usize>load<u32>(record, GROUP);
}

// @ts-ignore: decorator
@inline
function setGroup(record: usize, group: usize): void {
  store<u32>(record, <u32>group, GROUP);
}

// @ts-ignore: decorator
@inline
function frequency(group: usize): u32 {
  return load<u32>(group);
}

// @ts-ignore: decorator
@inline
function last(group: usize): usize {
  return <usize>load<u32>(group, 4);
}

// @ts-ignore: decorator
@inline
function setLast(group: usize, record: usize): void {
  store<u32>(group, <u32>record, 4);
}

// @ts-ignore: decorator
@inline
function makeGroup(cache: Lfu, count: u32): usize {
  const group = cache.freeGroup;
  assert(group != 0); // reserved
  cache.freeGroup = last(group);
  store<u32>(group, count);
  return group;
}

// @ts-ignore: decorator
@inline
function freeGroup(cache: Lfu, group: usize): void {
  setLast(group, cache.freeGroup);
  cache.freeGroup = group;
}

/** Moves a page that is hit to the end of the next frequency. */
// @ts-ignore: decorator
@inline
function promote(cache: Lfu, record: usize): void {
  const group = groupOf(record);
  const count = frequency(group) + 1;
  const end = last(group);
  const below = older(record);
  const above = groupOf(newer(end));
  const alone = end == record && groupOf(below) != group;
  if (above != 0 && frequency(above) == count) {
    if (alone) freeGroup(cache, group);
    else if (end == record) setLast(group, below);
    unlink(record);
    putAfter(last(above), record);
    setLast(above, record);
    setGroup(record, above);
  } else if (alone) {
    store<u32>(group, count);
  } else {
    const fresh = makeGroup(cache, count);
    if (end == record) {
      setLast(group, below); // it stands in its new place already
    } else {
      unlink(record);
      putAfter(end, record);
    }
    setLast(fresh, record);
    setGroup(record, fresh);
  }
}

/** Puts a new page at the end of frequency 1. */
// @ts-ignore: decorator
@inline
function admit(cache: Lfu, list: usize, record: usize): void {
  let place = list;
  let group = groupOf(oldest(list));
  if (group != 0 && frequency(group) == 1) place = last(group);
  else group = makeGroup(cache, 1);
  putAfter(place, record);
  setLast(group, record);
  setGroup(record, group);
}

function replayLfu(cache: Lfu, at: usize, end: usize): void {
  let ahead = SLOTS_AHEAD;
  const list = cache.records;
  const capacity = cache.capacity;
  let used = cache.used;
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
      if (request & DIRTY) setWord(found, request);
      promote(cache, found);
      continue;
    }
    const full = used == capacity;
    let record: usize = 0;
    if (!full) {
      record = list + <usize>(++used) * RECORD_BYTES;
    } else {
      record = oldest(list);
      const group = groupOf(record);
      if (last(group) == record) freeGroup(cache, group);
      unlink(record);
    }
    const victim = word(record);
    admit(cache, list, record);
    if (full) {
      evictions++;
      writebacks += (victim >> DIRTY_BIT) & 1;
      takeOut(cache, record);
    }
    setWord(record, request);
    enter(slot, record);
  }
  cache.used = used;
  cache.hits += hits;
  cache.evictions += evictions;
  cache.writebacks += writebacks;
}

policy<Lfu>(POLICY_LFU, (capacity) => makeLfu(capacity), replayLfu);
reserves<Lfu>(POLICY_LFU, reserveGroups);
