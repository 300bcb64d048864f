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
  if (timeA == timeB) return keyA < keyB; // a branch nearly always foreseen
  return timeA < timeB;
}

// Which child is least nobody can foresee, so it is selected without a branch: M/M/16 over the kernel alone takes 26 ns an
// event instead of 34 (bench/native/kernel.ts; AMD EPYC, Node 20).
function siftDown(q: EventQueue, start: usize, time: u64, key: u64): void {
  const heap = q.heap;
  const position = q.position;
  const end = heap + (<usize>q.size << 4);
  let to = heap + (start << 4);
  while (true) {
    const at = ((to - heap) << 2) + heap + 16;
    if (at >= end) break;
    const t0 = load<u64>(at);
    const k0 = load<u64>(at, 8);
    const t1 = load<u64>(at, 16);
    const k1 = load<u64>(at, 24);
    const t2 = load<u64>(at, 32);
    const k2 = load<u64>(at, 40);
    const t3 = load<u64>(at, 48);
    const k3 = load<u64>(at, 56);
    const left = before(t1, k1, t0, k0);
    const leftTime = select<u64>(t1, t0, left);
    const leftKey = select<u64>(k1, k0, left);
    const right = before(t3, k3, t2, k2);
    const rightTime = select<u64>(t3, t2, right);
    const rightKey = select<u64>(k3, k2, right);
    const which = before(rightTime, rightKey, leftTime, leftKey);
    const leastTime = select<u64>(rightTime, leftTime, which);
    const leastKey = select<u64>(rightKey, leftKey, which);
    if (before(time, key, leastTime, leastKey)) break;
    store<u64>(to, leastTime);
    store<u64>(to, leastKey, 8);
    store<u32>(position + ((<usize>leastKey & 0xff_ffff) << 2), <u32>((to - heap) >> 4) + 1);
    to = at + select<usize>(32 + (usize(right) << 4), usize(left) << 4, which);
  }
  put(q, (to - heap) >> 4, time, key);
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
  scheduleHere(q, slot, time);
}

/** The same, for the few places that nearly every event passes. */
// @ts-ignore: decorator
@inline
export function scheduleHere(q: EventQueue, slot: u32, time: u64): void {
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

/** When the slot's pending event is; there must be one. */
// @ts-ignore: decorator
@inline
export function timeOf(q: EventQueue, slot: u32): u64 {
  return load<u64>(q.heap + (<usize>(load<u32>(q.position + (<usize>slot << 2)) - 1) << 4));
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
