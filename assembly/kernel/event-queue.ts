// Pending events, ordered by (time, sequence). Every entity that can wait for something owns a slot, and a slot holds at
// most one event: scheduling it again moves the event, cancelling takes it out. So the queue can never overflow, nothing
// stale is ever popped, and what is idle is not in it.
//
// A 4-ary heap with a position table. The top stays in place after it was taken ("hole"): the next event scheduled falls
// into it and sifts down, which spares one of the two sifts in the usual "take one, schedule one" step.
//
//   entry, 16 bytes: 0 time u64 (ns) | 8 sequence << 24 | slot        order: time, then sequence
//   heap: the root sits 16 bytes before a cache line, so that each family of four children fills one line
//   position: u32 per slot, index + 1; 0 = not pending

import { allocate } from "./arena";

// @ts-ignore: decorator
@inline const SLOT_BITS: u64 = 24;
// @ts-ignore: decorator
@inline export const SLOTS_MAX: u32 = 1 << 24;
// @ts-ignore: decorator
@inline const NEVER: u64 = 0xffff_ffff_ffff_ffff;

@unmanaged
export class EventQueue {
  heap: usize;
  position: usize;
  size: u32; // entries, a hole included
  hole: u32; // 1: the root has been taken
  sequence: u64;
  capacity: u32;
  pad: u32;
}

/** Room for one event in each of `slots` slots. False when memory cannot grow that far. */
export function createQueue(q: EventQueue, slots: u32): bool {
  const heap = allocate((<u64>slots + 8) * 16 + 64);
  const position = allocate(<u64>slots * 4);
  if (heap == 0 || position == 0) return false;
  q.heap = heap + 48;
  q.position = position;
  q.size = 0;
  q.hole = 0;
  q.sequence = 0;
  q.capacity = slots;
  // children beyond the end read as "never", so sifting needs no bounds check
  for (let i: usize = 0; i < <usize>slots + 4; i++) store<u64>(q.heap + (i << 4), NEVER);
  return true;
}

// @ts-ignore: decorator
@inline
function put(q: EventQueue, index: usize, time: u64, key: u64): void {
  const at = q.heap + (index << 4);
  store<u64>(at, time);
  store<u64>(at, key, 8);
  store<u32>(q.position + ((<usize>key & 0xff_ffff) << 2), <u32>index + 1);
}

// @ts-ignore: decorator
@inline
function before(timeA: u64, keyA: u64, timeB: u64, keyB: u64): bool {
  return timeA < timeB || (timeA == timeB && keyA < keyB);
}

function siftDown(q: EventQueue, start: usize, time: u64, key: u64): void {
  const heap = q.heap;
  const position = q.position;
  const size = <usize>q.size;
  let index = start;
  while (true) {
    const first = (index << 2) + 1;
    if (first >= size) break;
    // the least of four children, in two independent pairs
    const at = heap + (first << 4);
    let left = at;
    let leftTime = load<u64>(at);
    let leftKey = load<u64>(at, 8);
    const t1 = load<u64>(at, 16);
    const k1 = load<u64>(at, 24);
    if (before(t1, k1, leftTime, leftKey)) {
      left = at + 16;
      leftTime = t1;
      leftKey = k1;
    }
    let right = at + 32;
    let rightTime = load<u64>(at, 32);
    let rightKey = load<u64>(at, 40);
    const t3 = load<u64>(at, 48);
    const k3 = load<u64>(at, 56);
    if (before(t3, k3, rightTime, rightKey)) {
      right = at + 48;
      rightTime = t3;
      rightKey = k3;
    }
    if (before(rightTime, rightKey, leftTime, leftKey)) {
      left = right;
      leftTime = rightTime;
      leftKey = rightKey;
    }
    if (before(time, key, leftTime, leftKey)) break;
    const to = heap + (index << 4);
    store<u64>(to, leftTime);
    store<u64>(to, leftKey, 8);
    store<u32>(position + ((<usize>leftKey & 0xff_ffff) << 2), <u32>index + 1);
    index = (left - heap) >> 4;
  }
  put(q, index, time, key);
}

function siftUp(q: EventQueue, start: usize, time: u64, key: u64): void {
  const heap = q.heap;
  let index = start;
  while (index > 0) {
    const parent = (index - 1) >> 2;
    const at = heap + (parent << 4);
    const parentTime = load<u64>(at);
    const parentKey = load<u64>(at, 8);
    if (before(parentTime, parentKey, time, key)) break;
    put(q, index, parentTime, parentKey);
    index = parent;
  }
  put(q, index, time, key);
}

/** The event of `slot` is at `time` from now on, whether or not one was pending. */
export function schedule(q: EventQueue, slot: u32, time: u64): void {
  assert(slot < q.capacity);
  const key = (q.sequence << SLOT_BITS) | <u64>slot;
  q.sequence++;
  const pending = load<u32>(q.position + (<usize>slot << 2));
  if (pending != 0) {
    const index = <usize>pending - 1;
    // a later sequence at the same time belongs below, so only a smaller time rises
    if (time < load<u64>(q.heap + (index << 4))) siftUp(q, index, time, key);
    else siftDown(q, index, time, key);
  } else if (q.hole != 0) {
    q.hole = 0;
    siftDown(q, 0, time, key);
  } else {
    siftUp(q, <usize>(q.size++), time, key);
  }
}

/** Takes the last entry off and returns it to `index`, whose own entry is gone. */
function refill(q: EventQueue, index: usize): void {
  const last = <usize>q.size - 1;
  q.size = <u32>last;
  const at = q.heap + (last << 4);
  const time = load<u64>(at);
  const key = load<u64>(at, 8);
  store<u64>(at, NEVER);
  if (index == last) return;
  const parent = (index - 1) >> 2;
  if (index > 0 && before(time, key, load<u64>(q.heap + (parent << 4)), load<u64>(q.heap + (parent << 4), 8))) siftUp(q, index, time, key);
  else siftDown(q, index, time, key);
}

/** The slot's pending event does not happen. Harmless when there is none. */
export function cancel(q: EventQueue, slot: u32): void {
  const at = q.position + (<usize>slot << 2);
  const pending = load<u32>(at);
  if (pending == 0) return;
  store<u32>(at, 0);
  refill(q, <usize>pending - 1);
}

// @ts-ignore: decorator
@inline
export function isPending(q: EventQueue, slot: u32): bool {
  return load<u32>(q.position + (<usize>slot << 2)) != 0;
}

/** Time of the next event; the greatest u64 when there is none. Closes the hole. */
// @ts-ignore: decorator
@inline
export function peekTime(q: EventQueue): u64 {
  if (q.hole != 0) {
    q.hole = 0;
    refill(q, 0);
  }
  return load<u64>(q.heap);
}

/** Takes the event that `peekTime` saw and answers its slot. */
// @ts-ignore: decorator
@inline
export function take(q: EventQueue): u32 {
  const slot = <u32>load<u64>(q.heap, 8) & 0xff_ffff;
  store<u32>(q.position + (<usize>slot << 2), 0);
  q.hole = 1;
  return slot;
}
