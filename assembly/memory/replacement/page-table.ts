// Page number → record, for the pages a policy knows: chained hashing, three slots a record, so that nearly every chain is one
// record long. A slot is the address of its first record, a record begins with the two fields below; 0 ends a chain. Fibonacci
// hashing: one multiplication, of which the upper half chooses the slot.
//
//     record   0  word u64: page number and flags (request.ts)     8  chain u32     12 …  as the policy's file says
//
// Nothing is stored at address 0, where the core's memory begins: it reads as a record that is no page and ends every chain,
// so an empty slot needs no branch. Addresses instead of numbers and a chain inside the record cost no arithmetic and no
// second cache line: with tags, numbers and links beside them LRU took 150 instructions a request.
// Leaves out growth: the number of records is known when a policy is created.

import { KEY_MASK } from "./request";

// @ts-ignore: decorator
@inline const GOLDEN: u64 = 0x9e3779b97f4a7c15;
// @ts-ignore: decorator
@inline export const CHAIN: usize = 8;

/** Slots a record. */
// @ts-ignore: decorator
@inline export const SLOTS: u64 = 3;

// @ts-ignore: decorator
@inline
export function hashOf(page: u64): u64 {
  return page * GOLDEN;
}

/** Where the slot of a key is (request.ts). */
// @ts-ignore: decorator
@inline
export function slotOf(table: usize, slots: u64, key: u64): usize {
  return table + (<usize>(((hashOf(key) >> 32) * slots) >> 32) << 2);
}

// @ts-ignore: decorator
@inline
export function word(record: usize): u64 {
  return load<u64>(record);
}

// @ts-ignore: decorator
@inline
export function setWord(record: usize, value: u64): void {
  store<u64>(record, value);
}

// @ts-ignore: decorator
@inline
export function chain(record: usize): usize {
  return <usize>load<u32>(record, CHAIN);
}

/** The first record of a slot, 0 if it is empty. */
// @ts-ignore: decorator
@inline
export function first(slot: usize): usize {
  return <usize>load<u32>(slot);
}

/** The record of a key, or 0. */
// @ts-ignore: decorator
@inline
export function find(slot: usize, key: u64): usize {
  let record = first(slot);
  while ((word(record) & KEY_MASK) != key) {
    record = chain(record);
    if (record == 0) break;
  }
  return record;
}

/** Whether the record is the key's: 1 or 0. */
// @ts-ignore: decorator
@inline
export function is(record: usize, key: u64): u32 {
  return <u32>((word(record) & KEY_MASK) == key);
}

/**
 * `find` for a caller that goes on without branching on what came of it, asking `is`: only a slot whose first record is another
 * page's and that has more of them takes a branch. Whether a page is there cannot be foreseen, and a wrong guess costs more than
 * all the rest of a request.
 */
// @ts-ignore: decorator
@inline
export function probe(slot: usize, key: u64): usize {
  const record = first(slot);
  return (<u32>(chain(record) != 0) & (is(record, key) ^ 1)) != 0 ? find(slot, key) : record;
}

/** Enters a page that is not there. */
// @ts-ignore: decorator
@inline
export function enter(slot: usize, record: usize): void {
  store<u32>(record, load<u32>(slot), CHAIN);
  store<u32>(slot, <u32>record);
}

/** Takes out a page that is there. */
// @ts-ignore: decorator
@inline
export function leave(slot: usize, record: usize): void {
  let at = slot;
  while (load<u32>(at) != <u32>record) {
    assert(load<u32>(at) != 0); // the page is in the table
    at = <usize>load<u32>(at) + CHAIN;
  }
  store<u32>(at, load<u32>(record, CHAIN));
}

/** Out of the slot of the key it had, into `slot`; where both are the same it becomes the first of its chain. */
// @ts-ignore: decorator
@inline
export function move(table: usize, slots: u64, was: u64, slot: usize, record: usize): void {
  leave(slotOf(table, slots, was & KEY_MASK), record);
  enter(slot, record);
}
