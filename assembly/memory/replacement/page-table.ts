// Page number → record, for the pages a policy knows: chained hashing, three slots a record, so that nearly every chain is one
// record long. Fibonacci hashing: one multiplication, of which the upper half chooses the slot.
//
//     slot or link, 4 bytes     31     30 … indexBits    indexBits-1 … 0
//                               more   tag               record
//
// 0 is the end of a chain. The tag is what room is left for of other hash bits, its lowest one always set: with 10,000 records a
// miss is found out without loading a record in all but a few of 100,000. `more` says that the record's link may not be 0.
// So the one branch that cannot be foreseen is whether the page is there. Linear probing, in 13 bytes a page, has to guess where
// a run of slots ends: with 10,000 pages under Zipf(1.0) it did 75 M requests/s under LRU and 73 M under FIFO, this 91 and 99 M.
// Leaves out growth: the number of records is known when a policy is created.

import { PAGE_MASK } from "./request";

// @ts-ignore: decorator
@inline const GOLDEN: u64 = 0x9e3779b97f4a7c15;
// @ts-ignore: decorator
@inline const MORE: u32 = 0x8000_0000;

/** Slots a record. */
// @ts-ignore: decorator
@inline export const SLOTS: u64 = 3;

// @ts-ignore: decorator
@inline
export function hashOf(page: u64): u64 {
  return page * GOLDEN;
}

/** Mask of the bits that hold a record's index, 0 … last. */
export function indexMaskOf(last: u32): u32 {
  return <u32>((<u64>1 << (32 - clz<u32>(last))) - 1);
}

// @ts-ignore: decorator
@inline
function tagOf(hash: u64, indexMask: u32): u32 {
  return ((<u32>(hash >> 8) & ~indexMask) | (indexMask + 1)) & ~MORE;
}

/** Where the slot of a hash is. */
// @ts-ignore: decorator
@inline
export function slotOf(table: usize, slots: u64, hash: u64): usize {
  return table + (<usize>(((hash >> 32) * slots) >> 32) << 2);
}

/** The record of `page`, or 0. `strideBits`: log2 of a record's bytes; a record begins with its word. */
// @ts-ignore: decorator
@inline
export function find(table: usize, chain: usize, slots: u64, indexMask: u32, records: usize, strideBits: usize, page: u64, hash: u64): u32 {
  const tag = tagOf(hash, indexMask);
  let entry = load<u32>(slotOf(table, slots, hash));
  let found: u32 = 0;
  while (true) {
    const record = (entry ^ tag) & ~MORE;
    if (record <= indexMask && (load<u64>(records + (<usize>record << strideBits)) & PAGE_MASK) == page) {
      found = record;
      break;
    }
    if ((entry & MORE) == 0) break;
    entry = load<u32>(chain + (<usize>(entry & indexMask) << 2));
  }
  return found;
}

/** Enters a page that is not there. */
// @ts-ignore: decorator
@inline
export function enter(table: usize, chain: usize, slots: u64, indexMask: u32, hash: u64, record: u32): void {
  const slot = slotOf(table, slots, hash);
  const first = load<u32>(slot);
  store<u32>(chain + (<usize>record << 2), first);
  store<u32>(slot, tagOf(hash, indexMask) | record | select<u32>(MORE, 0, first != 0));
}

/** Takes out a page that is there. A `more` before it may stay though nothing follows any longer; it is only a hint. */
// @ts-ignore: decorator
@inline
export function leave(table: usize, chain: usize, slots: u64, indexMask: u32, hash: u64, record: u32): void {
  let at = slotOf(table, slots, hash);
  while (true) {
    const entry = load<u32>(at);
    assert(entry != 0); // the page is in the table
    if ((entry & indexMask) == record) break;
    at = chain + (<usize>(entry & indexMask) << 2);
  }
  store<u32>(at, load<u32>(chain + (<usize>record << 2)));
}
