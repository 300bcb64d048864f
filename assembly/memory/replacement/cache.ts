// What every policy's state begins with: its size, its page table, its records and its counters. A policy's own file
// extends it. Lives in the arena; made once, never freed.
//
//     bytes a page known to the policy: slots 12 (three of 4; LFU one), record 12 and what the policy's file adds
//
// Leaves out time: what a miss costs is the business of the swap engine.

import { allocate } from "../../kernel/arena";
import { first, leave, slotOf, SLOTS, word } from "./page-table";
import { DIRTY, KEY_MASK, PAGE_MASK, REQUEST_BYTES, THERE } from "./request";

/** Bytes of a record of nothing but its word and its chain. */
// @ts-ignore: decorator
@inline export const PLAIN_BYTES: usize = 12;

@unmanaged
export class Cache {
  policy: u32;
  /** Pages that may be resident. */
  capacity: u32;
  /** Records in use: resident pages and, where a policy has them, remembered ones. */
  used: u32;
  slots: u64;
  /** u32 a slot: address of its first record. */
  table: usize;
  /** What `lookAhead` has read: kept, or the compiler would leave the reading out. */
  touched: u64;
  /** All requests so far, joined: whether any of them wrote. */
  joined: u64;
  /** Record 0 is never a page. */
  records: usize;
  requests: u64;
  hits: u64;
  /** Pages thrown out. */
  evictions: u64;
  /** … of which had been written to. */
  writebacks: u64;
  /** Bytes of the objects that were missed, where the trace tells sizes. */
  missedBytes: u64;
  /** What table, records and state took from the arena. */
  bytes: u64;
}

/** State, table and records in one: 0 when memory does not reach. Records 0 … `last`; `recordBytes` and `slotsEach` a record. */
export function makeCache(policy: u32, capacity: u32, stateBytes: usize, last: u32, recordBytes: usize, slotsEach: u64 = SLOTS): usize {
  assert(capacity > 0);
  const slots = slotsEach * last;
  const tableBytes = slots << 2;
  const recordsBytes = (<u64>last + 1) * recordBytes;
  const at = allocate(stateBytes);
  if (at == 0) return 0;
  const cache = changetype<Cache>(at);
  cache.policy = policy;
  cache.capacity = capacity;
  cache.slots = slots;
  cache.table = allocate(tableBytes);
  cache.records = allocate(recordsBytes);
  cache.bytes = <u64>stateBytes + tableBytes + recordsBytes;
  if (cache.table == 0 || cache.records == 0) return 0;
  return at;
}

/** One more region for a policy's own use, counted in its bytes. */
export function makeRegion(cache: Cache, bytes: u64): usize {
  cache.bytes += bytes;
  return allocate(bytes);
}

/** `leave`; the record's word still names the page. */
// @ts-ignore: decorator
@inline
export function takeOut(cache: Cache, record: usize): void {
  leave(slotOf(cache.table, cache.slots, word(record) & KEY_MASK), record);
}

/** Requests looked up ahead of their replay. */
// @ts-ignore: decorator
@inline export const AHEAD: usize = 64;

/** Where their slots are, u32 each, in the same order; a policy that asks for slots itself (slotOf) needs none of them. */
export const SLOTS_AHEAD: usize = memory.data(256, 64);

/**
 * Writes the slots of the next requests to SLOTS_AHEAD, and reads the record that each names, so that both are in the first-level cache
 * when they are replayed. Nothing here depends on a branch, so the processor fetches many at once; in the replay every second request
 * may be mispredicted, and each would wait for its own two. The replay has registers for what it does then, as it hashes nothing.
 */
export function lookAhead(cache: Cache, at: usize, end: usize): void {
  const table = cache.table;
  const slots = cache.slots;
  let sum: u64 = 0;
  let joined: u64 = 0;
  for (let into = SLOTS_AHEAD; at < end; at += REQUEST_BYTES) {
    const request = load<u64>(at);
    const slot = slotOf(table, slots, (request & PAGE_MASK) | THERE);
    joined |= request;
    sum += word(first(slot));
    store<u32>(into, <u32>slot);
    into += 4;
  }
  cache.touched = sum;
  cache.joined |= joined;
}

/** Whether any request so far has written: while none has, no page is dirty, and nobody needs to ask. */
// @ts-ignore: decorator
@inline
export function hasWrites(cache: Cache): bool {
  return (cache.joined & DIRTY) != 0;
}
