// Circular doubly linked lists through the records of a cache, 20 bytes each; a list's sentinel is a record that is no page.
//
//     offset   bytes   field
//          0      12   word and chain (page-table.ts)
//         12       4   newer: address, towards the most recent
//         16       4   older: address, towards the next victim
//
// The sentinel's `older` is the newest record and its `newer` the oldest one, so no operation has a special case.

// @ts-ignore: decorator
@inline export const LINKED_BYTES: usize = 20;
// @ts-ignore: decorator
@inline const NEWER: usize = 12;
// @ts-ignore: decorator
@inline const OLDER: usize = 16;

// @ts-ignore: decorator
@inline
export function newer(record: usize): usize {
  return <usize>load<u32>(record, NEWER);
}

// @ts-ignore: decorator
@inline
export function older(record: usize): usize {
  return <usize>load<u32>(record, OLDER);
}

// @ts-ignore: decorator
@inline
export function setNewer(record: usize, value: usize): void {
  store<u32>(record, <u32>value, NEWER);
}

// @ts-ignore: decorator
@inline
export function setOlder(record: usize, value: usize): void {
  store<u32>(record, <u32>value, OLDER);
}

/** Record 0 … last of a cache. */
// @ts-ignore: decorator
@inline
export function recordAt(records: usize, index: u32): usize {
  return records + <usize>index * LINKED_BYTES;
}

/** An empty list. */
// @ts-ignore: decorator
@inline
export function makeList(sentinel: usize): void {
  setNewer(sentinel, sentinel);
  setOlder(sentinel, sentinel);
}

/** Makes `record` the newest of the list. */
// @ts-ignore: decorator
@inline
export function pushNewest(sentinel: usize, record: usize): void {
  const was = older(sentinel);
  setOlder(record, was);
  setNewer(record, sentinel);
  setNewer(was, record);
  setOlder(sentinel, record);
}

/** Puts `record` into its list just newer than `place`. */
// @ts-ignore: decorator
@inline
export function putAfter(place: usize, record: usize): void {
  const next = newer(place);
  setOlder(record, place);
  setNewer(record, next);
  setOlder(next, record);
  setNewer(place, record);
}

// @ts-ignore: decorator
@inline
export function unlink(record: usize): void {
  const up = newer(record);
  const down = older(record);
  setOlder(up, down);
  setNewer(down, up);
}

/** The next victim of the list, or the sentinel itself when it is empty. */
// @ts-ignore: decorator
@inline
export function oldest(sentinel: usize): usize {
  return newer(sentinel);
}
