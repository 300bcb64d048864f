// What every policy's state begins with: its size, its page table, its records and its counters. A policy's own file
// extends it. Lives in the arena; made once, never freed.
//
//     bytes a page known to the policy: table 16 (three slots and a link of 4), record as the policy's file says
//
// Leaves out time: what a miss costs is the business of the swap engine.

import { allocate } from "../../kernel/arena";
import { hashOf, indexMaskOf, leave, slotOf, SLOTS } from "./page-table";
import { PAGE_MASK, REQUEST_BYTES } from "./request";

@unmanaged
export class Cache {
  policy: u32;
  /** Pages that may be resident. */
  capacity: u32;
  /** Records in use: resident pages and, where a policy has them, remembered ones. */
  used: u32;
  /** Mask of the record bits of a slot. */
  indexMask: u32;
  slots: u64;
  /** u32 a slot, and u32 a record that links it to the next one of its slot. */
  table: usize;
  chain: usize;
  /** log2 of a record's bytes. */
  strideBits: usize;
  /** What `touch` has read: kept, or the compiler would leave the reading out. */
  touched: u64;
  /** Record 0 is never a page. */
  records: usize;
  requests: u64;
  hits: u64;
  /** Pages thrown out. */
  evictions: u64;
  /** … of which had been written to. */
  writebacks: u64;
  /** What table, records and state took from the arena. */
  bytes: u64;
}

/** State, table and records in one: 0 when memory does not reach. Records 1 … `last`; `recordBytes` each. */
export function makeCache(policy: u32, capacity: u32, stateBytes: usize, last: u32, recordBytes: usize): usize {
  assert(capacity > 0);
  const slots = SLOTS * last;
  const tableBytes = slots << 2;
  const chainBytes = (<u64>last + 1) << 2;
  const recordsBytes = (<u64>last + 1) * recordBytes;
  const at = allocate(stateBytes);
  if (at == 0) return 0;
  const cache = changetype<Cache>(at);
  cache.policy = policy;
  cache.capacity = capacity;
  cache.indexMask = indexMaskOf(last);
  cache.slots = slots;
  cache.strideBits = ctz<usize>(recordBytes);
  cache.table = allocate(tableBytes);
  cache.chain = allocate(chainBytes);
  cache.records = allocate(recordsBytes);
  cache.bytes = <u64>stateBytes + tableBytes + chainBytes + recordsBytes;
  if (cache.table == 0 || cache.chain == 0 || cache.records == 0) return 0;
  return at;
}

/** One more region for a policy's own use, counted in its bytes. */
export function makeRegion(cache: Cache, bytes: u64): usize {
  cache.bytes += bytes;
  return allocate(bytes);
}

/** `leave` for policies whose speed it does not decide. */
export function takeOut(cache: Cache, hash: u64, record: u32): void {
  leave(cache.table, cache.chain, cache.slots, cache.indexMask, hash, record);
}

/** Takes out a page of a 16-byte record whose word still names it. */
export function takeOutLinked(cache: Cache, record: u32): void {
  takeOut(cache, hashOf(load<u64>(cache.records + (<usize>record << 4)) & PAGE_MASK), record);
}

/** Requests looked up ahead of their replay: two cache lines each, 8 KiB in all. */
// @ts-ignore: decorator
@inline export const AHEAD: usize = 64;
/** A cache of at least this many bytes is read ahead of. */
// @ts-ignore: decorator
@inline export const AHEAD_FROM_BYTES: u64 = 2 << 20;

/**
 * Reads what the next requests will need, the slot and the record it names, so that it is in the first-level cache by then.
 * Nothing here depends on a branch, so the processor fetches many at once; in the replay every second request may be
 * mispredicted, and each would wait for its own two.
 */
export function touch(cache: Cache, at: usize, end: usize): void {
  const table = cache.table;
  const records = cache.records;
  const slots = cache.slots;
  const indexMask = cache.indexMask;
  const strideBits = cache.strideBits;
  let sum: u64 = 0;
  for (; at < end; at += REQUEST_BYTES) {
    const entry = load<u32>(slotOf(table, slots, hashOf(load<u64>(at) & PAGE_MASK)));
    sum += load<u64>(records + (<usize>(entry & indexMask) << strideBits));
  }
  cache.touched = sum;
}
