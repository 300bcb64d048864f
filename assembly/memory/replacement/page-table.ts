// Page number → record, for the pages a policy knows: open addressing with linear probing, at most half full, deletion by
// backward shift (no tombstones, so an old table is as fast as a new one). Fibonacci hashing: one multiplication, the
// upper bits choose the slot.
//
//     slot, 4 bytes     31 … indexBits    indexBits-1 … 0
//                       tag               record (0: empty)
//
// The tag is what room is left for of other hash bits: with 10,000 records 18 bits, so that a miss is found out without
// loading a record (a second cache miss) in all but 4 of a million steps.
// Leaves out growth: the number of records is known when a policy is created.

import { PAGE_MASK } from "./request";

// @ts-ignore: decorator
@inline const GOLDEN: u64 = 0x9e3779b97f4a7c15;

// @ts-ignore: decorator
@inline
export function hashOf(page: u64): u64 {
  return page * GOLDEN;
}

// @ts-ignore: decorator
@inline
function tagOf(hash: u64, indexMask: u32): u32 {
  return <u32>(hash >> 8) & ~indexMask;
}

/** log2 of the slots for `records` records: at least two slots a record, fewer than four. */
export function slotBits(records: u32): u32 {
  return 32 - clz<u32>(2 * records - 1);
}

/** Mask of the bits that hold a record's index, 0 … last. */
export function indexMaskOf(last: u32): u32 {
  return <u32>((<u64>1 << (32 - clz<u32>(last))) - 1);
}

/** The record of `page`, or 0. `strideBits`: log2 of a record's bytes; a record begins with its word. */
// @ts-ignore: decorator
@inline
export function find(table: usize, shift: u64, indexMask: u32, records: usize, strideBits: usize, page: u64, hash: u64): u32 {
  const slotMask = <u32>(((<u64>1 << (64 - shift)) - 1));
  const tag = tagOf(hash, indexMask);
  let slot = <u32>(hash >> shift);
  let found: u32 = 0;
  while (true) {
    const entry = load<u32>(table + (<usize>slot << 2));
    if (entry == 0) break;
    const record = entry ^ tag;
    if (record <= indexMask && (load<u64>(records + (<usize>record << strideBits)) & PAGE_MASK) == page) {
      found = record;
      break;
    }
    slot = (slot + 1) & slotMask;
  }
  return found;
}

/** Enters a page that is not there. */
// @ts-ignore: decorator
@inline
export function enter(table: usize, shift: u64, indexMask: u32, hash: u64, record: u32): void {
  const slotMask = <u32>(((<u64>1 << (64 - shift)) - 1));
  let slot = <u32>(hash >> shift);
  while (load<u32>(table + (<usize>slot << 2)) != 0) slot = (slot + 1) & slotMask;
  store<u32>(table + (<usize>slot << 2), tagOf(hash, indexMask) | record);
}

/** Takes out a page that is there; its record must still hold its number. */
// @ts-ignore: decorator
@inline
export function leave(table: usize, shift: u64, indexMask: u32, records: usize, strideBits: usize, record: u32): void {
  const slotMask = <u32>(((<u64>1 << (64 - shift)) - 1));
  const hash = hashOf(load<u64>(records + (<usize>record << strideBits)) & PAGE_MASK);
  const wanted = tagOf(hash, indexMask) | record;
  let hole = <u32>(hash >> shift);
  while (load<u32>(table + (<usize>hole << 2)) != wanted) {
    assert(load<u32>(table + (<usize>hole << 2)) != 0); // the page is in the table
    hole = (hole + 1) & slotMask;
  }
  let slot = hole;
  while (true) {
    slot = (slot + 1) & slotMask;
    const entry = load<u32>(table + (<usize>slot << 2));
    if (entry == 0) break;
    const other = entry & indexMask;
    const home = <u32>(hashOf(load<u64>(records + (<usize>other << strideBits)) & PAGE_MASK) >> shift);
    // An entry may fill the hole unless its own home lies between the hole and itself.
    if (((slot - home) & slotMask) >= ((slot - hole) & slotMask)) {
      store<u32>(table + (<usize>hole << 2), entry);
      hole = slot;
    }
  }
  store<u32>(table + (<usize>hole << 2), 0);
}
