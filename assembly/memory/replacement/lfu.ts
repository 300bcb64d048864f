// Least frequently used, without memory of pages gone; of the pages used equally often the one that has been so the longest
// goes. All in constant time: one list sorted by (frequency, since when), and per frequency present a group that knows its
// last page (after Shah, Mitra & Matani 2010).
// 44 bytes a page: record 16, group of the page 4, group 8 (there are at most as many as pages), table 16.

import { Cache, makeCache, makeRegion, takeOut } from "./cache";
import { POLICY_LFU } from "./ids";
import { LINKED_BITS, LINKED_BYTES, makeList, newer, older, oldest, putAfter, setWord, unlink, word } from "./links";
import { enter, find, hashOf } from "./page-table";
import { DIRTY, DIRTY_BIT, PAGE_MASK, REQUEST_BYTES } from "./request";

// @ts-ignore: decorator
@inline const LIST: u32 = 0;

@unmanaged
export class Lfu extends Cache {
  /** u32 a record: its group; the sentinel's is 0, which is no group. */
  groupOf: usize;
  /** Groups 1 … capacity: frequency u32 (modulo 2^32, only compared with its neighbour's), last record u32. */
  groups: usize;
  groupsUsed: u32;
  /** Unused groups, chained through their last record; 0 ends. */
  freeGroup: u32;
}

export function makeLfu(capacity: u32): usize {
  const at = makeCache(POLICY_LFU, capacity, offsetof<Lfu>(), capacity, LINKED_BYTES);
  if (at == 0) return 0;
  const cache = changetype<Lfu>(at);
  cache.groupOf = makeRegion(cache, (<u64>capacity + 1) << 2);
  cache.groups = makeRegion(cache, (<u64>capacity + 1) << 3);
  if (cache.groupOf == 0 || cache.groups == 0) return 0;
  makeList(cache.records, LIST);
  return at;
}

// @ts-ignore: decorator
@inline
function frequency(groups: usize, group: u32): u32 {
  return load<u32>(groups + (<usize>group << 3));
}

// @ts-ignore: decorator
@inline
function last(groups: usize, group: u32): u32 {
  return load<u32>(groups + (<usize>group << 3), 4);
}

// @ts-ignore: decorator
@inline
function setLast(groups: usize, group: u32, record: u32): void {
  store<u32>(groups + (<usize>group << 3), record, 4);
}

function makeGroup(cache: Lfu, count: u32): u32 {
  let group = cache.freeGroup;
  if (group != 0) cache.freeGroup = last(cache.groups, group);
  else group = ++cache.groupsUsed;
  assert(group <= cache.capacity);
  store<u32>(cache.groups + (<usize>group << 3), count);
  return group;
}

function freeGroup(cache: Lfu, group: u32): void {
  setLast(cache.groups, group, cache.freeGroup);
  cache.freeGroup = group;
}

/** Moves a page that is hit to the end of the next frequency. */
// @ts-ignore: decorator
@inline
function promote(cache: Lfu, records: usize, groups: usize, groupOf: usize, record: u32): void {
  const group = load<u32>(groupOf + (<usize>record << 2));
  const count = frequency(groups, group) + 1;
  const end = last(groups, group);
  const below = older(records, record);
  const above = load<u32>(groupOf + (<usize>newer(records, end) << 2));
  const alone = end == record && load<u32>(groupOf + (<usize>below << 2)) != group;
  if (above != 0 && frequency(groups, above) == count) {
    if (alone) freeGroup(cache, group);
    else if (end == record) setLast(groups, group, below);
    unlink(records, record);
    putAfter(records, last(groups, above), record);
    setLast(groups, above, record);
    store<u32>(groupOf + (<usize>record << 2), above);
  } else if (alone) {
    store<u32>(groups + (<usize>group << 3), count);
  } else {
    const fresh = makeGroup(cache, count);
    if (end == record) {
      setLast(groups, group, below); // it stands in its new place already
    } else {
      unlink(records, record);
      putAfter(records, end, record);
    }
    setLast(groups, fresh, record);
    store<u32>(groupOf + (<usize>record << 2), fresh);
  }
}

/** Puts a new page at the end of frequency 1. */
// @ts-ignore: decorator
@inline
function admit(cache: Lfu, records: usize, groups: usize, groupOf: usize, record: u32): void {
  let place = LIST;
  let group = load<u32>(groupOf + (<usize>oldest(records, LIST) << 2));
  if (group != 0 && frequency(groups, group) == 1) place = last(groups, group);
  else group = makeGroup(cache, 1);
  putAfter(records, place, record);
  setLast(groups, group, record);
  store<u32>(groupOf + (<usize>record << 2), group);
}

export function replayLfu(cache: Lfu, at: usize, end: usize): void {
  const table = cache.table;
  const records = cache.records;
  const chain = cache.chain;
  const slots = cache.slots;
  const indexMask = cache.indexMask;
  const capacity = cache.capacity;
  const groups = cache.groups;
  const groupOf = cache.groupOf;
  let used = cache.used;
  let hits: u64 = 0;
  let evictions: u64 = 0;
  let writebacks: u64 = 0;
  for (; at < end; at += REQUEST_BYTES) {
    const request = load<u64>(at);
    const page = request & PAGE_MASK;
    const hash = hashOf(page);
    const found = find(table, chain, slots, indexMask, records, LINKED_BITS, page, hash);
    if (found != 0) {
      hits++;
      if (request & DIRTY) setWord(records, found, request);
      promote(cache, records, groups, groupOf, found);
      continue;
    }
    const full = used == capacity;
    let record: u32 = 0;
    if (!full) {
      record = ++used;
    } else {
      record = oldest(records, LIST);
      const group = load<u32>(groupOf + (<usize>record << 2));
      if (last(groups, group) == record) freeGroup(cache, group);
      unlink(records, record);
    }
    const victim = word(records, record);
    setWord(records, record, request);
    admit(cache, records, groups, groupOf, record);
    if (full) {
      evictions++;
      writebacks += (victim >> DIRTY_BIT) & 1;
      takeOut(cache, hashOf(victim & PAGE_MASK), record);
    }
    enter(table, chain, slots, indexMask, hash, record);
  }
  cache.used = used;
  cache.hits += hits;
  cache.evictions += evictions;
  cache.writebacks += writebacks;
}
