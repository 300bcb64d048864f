// Circular doubly linked lists through the 16-byte records of a cache; a list's sentinel is a record that is no page.
//
//     offset   bytes   field
//          0       8   word: page number and flags (request.ts)
//          8       4   newer: towards the most recent
//         12       4   older: towards the next victim
//
// The sentinel's `older` is the newest record and its `newer` the oldest one, so no operation has a special case.

// @ts-ignore: decorator
@inline export const LINKED_BITS: usize = 4;
// @ts-ignore: decorator
@inline export const LINKED_BYTES: usize = 16;

// @ts-ignore: decorator
@inline
export function word(records: usize, record: u32): u64 {
  return load<u64>(records + (<usize>record << LINKED_BITS));
}

// @ts-ignore: decorator
@inline
export function setWord(records: usize, record: u32, value: u64): void {
  store<u64>(records + (<usize>record << LINKED_BITS), value);
}

// @ts-ignore: decorator
@inline
export function newer(records: usize, record: u32): u32 {
  return load<u32>(records + (<usize>record << LINKED_BITS), 8);
}

// @ts-ignore: decorator
@inline
export function older(records: usize, record: u32): u32 {
  return load<u32>(records + (<usize>record << LINKED_BITS), 12);
}

// @ts-ignore: decorator
@inline
export function setNewer(records: usize, record: u32, value: u32): void {
  store<u32>(records + (<usize>record << LINKED_BITS), value, 8);
}

// @ts-ignore: decorator
@inline
export function setOlder(records: usize, record: u32, value: u32): void {
  store<u32>(records + (<usize>record << LINKED_BITS), value, 12);
}

/** An empty list. */
// @ts-ignore: decorator
@inline
export function makeList(records: usize, sentinel: u32): void {
  setNewer(records, sentinel, sentinel);
  setOlder(records, sentinel, sentinel);
}

/** Makes `record` the newest of the list. */
// @ts-ignore: decorator
@inline
export function pushNewest(records: usize, sentinel: u32, record: u32): void {
  const was = older(records, sentinel);
  setOlder(records, record, was);
  setNewer(records, record, sentinel);
  setNewer(records, was, record);
  setOlder(records, sentinel, record);
}

/** Puts `record` into its list just newer than `place`. */
// @ts-ignore: decorator
@inline
export function putAfter(records: usize, place: u32, record: u32): void {
  const next = newer(records, place);
  setOlder(records, record, place);
  setNewer(records, record, next);
  setOlder(records, next, record);
  setNewer(records, place, record);
}

// @ts-ignore: decorator
@inline
export function unlink(records: usize, record: u32): void {
  const up = newer(records, record);
  const down = older(records, record);
  setOlder(records, up, down);
  setNewer(records, down, up);
}

/** The next victim of the list, or the sentinel itself when it is empty. */
// @ts-ignore: decorator
@inline
export function oldest(records: usize, sentinel: u32): u32 {
  return newer(records, sentinel);
}
