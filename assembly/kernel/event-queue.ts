// Pending events, ordered by (time, rank of the kind, place). Every entity that can wait for something owns a slot, and a
// slot holds at most one event: scheduling it again moves the event, cancelling takes it out. So the queue can never overflow,
// nothing stale is ever popped, and what is idle is not in it.
//
// A 4-ary heap with a position table. The top stays in place after it was taken ("hole"): the next event scheduled falls
// into it and sifts down, which spares one of the two sifts in the usual "take one, schedule one" step.
//
// What happens first within a nanosecond is part of the model (docs/model.md), so the rank stands in the key and not in luck.
// It lies below the time in the same word: comparing costs what it did without.
//
//   entry, 16 bytes: 0 time (ns) << 5 | rank | 8 sequence << 24 | slot        order: time, then rank, then place
//   heap: the root sits 16 bytes before a cache line, so that each family of four children fills one line
//   position: u32 per slot, index + 1; 0 = not pending

import { allocate } from "./arena";

// @ts-ignore: decorator
@inline const SLOT_BITS: u64 = 24;
// @ts-ignore: decorator
@inline export const SLOTS_MAX: u32 = 1 << 24;
// @ts-ignore: decorator
@inline const RANK_BITS: u64 = 5;
// @ts-ignore: decorator
@inline const RANK_MASK: u32 = 31;
// @ts-ignore: decorator
@inline const TIME_MAX: u64 = (<u64>1 << (64 - RANK_BITS)) - 2; // 18 years; what is later is never reached
// @ts-ignore: decorator
@inline export const NEVER: u64 = 0xffff_ffff_ffff_ffff;
/** What `peekTime` answers where nothing is pending. */
// @ts-ignore: decorator
@inline export const NO_TIME: u64 = NEVER >> RANK_BITS;

// Ranks: what happens first within one nanosecond, as docs/model/order.md has it; those that are missing are planned there. A task
// that ends is done before anything can preempt it, an arrival finds free what becomes free with it, who decides or looks sees both.
// @ts-ignore: decorator
@inline export const RANK_WARMUP: u64 = 0; // statistics begin
// @ts-ignore: decorator
@inline export const RANK_END: u64 = 1; // a running task comes to its section, the section's end or its own
// @ts-ignore: decorator
@inline export const RANK_STEP: u64 = 2; // of a core's move; a steal, a yield
// @ts-ignore: decorator
@inline export const RANK_SERVE: u64 = 3; // a memory worker or device is done, a phase of an upgrade ends
// @ts-ignore: decorator
@inline export const RANK_FAULT: u64 = 4; // a page fault has left the guest
// @ts-ignore: decorator
@inline export const RANK_READY: u64 = 5;
// @ts-ignore: decorator
@inline export const RANK_TOUCH: u64 = 6; // a running task comes to a page that is missing
// @ts-ignore: decorator
@inline export const RANK_QUANTUM: u64 = 7;
// @ts-ignore: decorator
@inline export const RANK_REPLENISH: u64 = 8; // a period begins, quotas are filled
// @ts-ignore: decorator
@inline export const RANK_ARRIVAL: u64 = 10;
// @ts-ignore: decorator
@inline export const RANK_MODULATE: u64 = 11; // what was due in the old state has come
// @ts-ignore: decorator
@inline export const RANK_EXPIRE: u64 = 12; // a quota is used up
// @ts-ignore: decorator
@inline export const RANK_BACKGROUND: u64 = 13; // a scan, background work that the budget allows again
// @ts-ignore: decorator
@inline export const RANK_ROUND: u64 = 14; // the arbiter's round or poll, ditto's sample
// @ts-ignore: decorator
@inline export const RANK_CONTROL: u64 = 15; // caladan's controllers, which its source asks after the poll
// @ts-ignore: decorator
@inline export const RANK_LOOK: u64 = 16; // a searcher looks into a queue
// @ts-ignore: decorator
@inline export const RANK_GIVE_UP: u64 = 17; // the search is over, when its last look has found nothing
// @ts-ignore: decorator
@inline export const RANK_SAMPLE: u64 = 19; // series see the whole instant
// @ts-ignore: decorator
@inline export const RANK_LAST: u64 = 31; // nsdi22's end of an instant

@unmanaged
export class EventQueue {
  heap: usize;
  position: usize;
  size: u32; // entries, a hole included
  hole: u32; // 1: the root has been taken
  sequence: u64;
  capacity: u32;
  rank: u32; // of the event that was taken last, and its slot: what has happened of this instant
  slot: u32;
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
// event instead of 34 (bench/native/kernel.ts; AMD EPYC, Node 20). Times are selected and where they stand; the rest of the key is read only
// of the least, and where times are equal: M/M/256 takes 0.95 of what it does when both are carried along, M/M/16 the same.
function siftDown(q: EventQueue, start: usize, time: u64, key: u64): void {
  const heap = q.heap;
  const position = q.position;
  const end = heap + (<usize>q.size << 4);
  let to = heap + (start << 4);
  while (true) {
    const at = ((to - heap) << 2) + heap + 16;
    if (at >= end) break;
    const t0 = load<u64>(at);
    const t1 = load<u64>(at, 16);
    const t2 = load<u64>(at, 32);
    const t3 = load<u64>(at, 48);
    const left = t0 == t1 ? load<u64>(at, 24) < load<u64>(at, 8) : t1 < t0;
    const right = t2 == t3 ? load<u64>(at, 56) < load<u64>(at, 40) : t3 < t2;
    const leftTime = select<u64>(t1, t0, left);
    const rightTime = select<u64>(t3, t2, right);
    const leftAt = usize(left) << 4;
    const rightAt = <usize>32 + (usize(right) << 4);
    const which = leftTime == rightTime ? load<u64>(at + rightAt, 8) < load<u64>(at + leftAt, 8) : rightTime < leftTime;
    const leastTime = select<u64>(rightTime, leftTime, which);
    const from = at + select<usize>(rightAt, leftAt, which);
    const leastKey = load<u64>(from, 8);
    if (time == leastTime ? key < leastKey : time < leastTime) break;
    store<u64>(to, leastTime);
    store<u64>(to, leastKey, 8);
    store<u32>(position + ((<usize>leastKey & 0xff_ffff) << 2), <u32>((to - heap) >> 4) + 1);
    to = from;
  }
  put(q, (to - heap) >> 4, time, key);
}

function siftUp(q: EventQueue, start: usize, time: u64, key: u64): void {
  const heap = q.heap;
  // nothing rises above a hole, though an event of this instant and of a lower rank comes before what was taken from there
  const least: usize = q.hole != 0 ? 4 : 0;
  let index = start;
  while (index > least) {
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

/**
 * The event of `slot`, of the kind `rank`, is at `time` from now on, whether or not one was pending. Among equals of its rank
 * its place is that of scheduling up to RANK_READY, and the slot's number beyond: what polls or arrives comes by index.
 */
export function schedule(q: EventQueue, slot: u32, time: u64, rank: u64): void {
  scheduleHere(q, slot, time, rank);
}

/** The same, for the few places that nearly every event passes. */
// @ts-ignore: decorator
@inline
export function scheduleHere(q: EventQueue, slot: u32, time: u64, rank: u64): void {
  const sequence = q.sequence;
  const counts = rank <= RANK_READY;
  q.sequence = sequence + u64(counts);
  scheduleAtHere(q, slot, time, rank, select<u64>(sequence, 0, counts));
}

/** A place among equals, for an event that is scheduled later, or again. */
// @ts-ignore: decorator
@inline
export function takeSequence(q: EventQueue): u64 {
  return q.sequence++;
}

/** With a place that was taken before. */
export function scheduleAt(q: EventQueue, slot: u32, time: u64, rank: u64, sequence: u64): void {
  scheduleAtHere(q, slot, time, rank, sequence);
}

// @ts-ignore: decorator
@inline
export function scheduleAtHere(q: EventQueue, slot: u32, at: u64, rank: u64, sequence: u64): void {
  assert(slot < q.capacity);
  const time = (min<u64>(at, TIME_MAX) << RANK_BITS) | rank;
  const key = (sequence << SLOT_BITS) | <u64>slot;
  const pending = load<u32>(q.position + (<usize>slot << 2));
  if (pending != 0) {
    const index = <usize>pending - 1;
    const entry = q.heap + (index << 4);
    if (before(time, key, load<u64>(entry), load<u64>(entry, 8))) siftUp(q, index, time, key);
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
  return load<u64>(q.heap + (<usize>(load<u32>(q.position + (<usize>slot << 2)) - 1) << 4)) >> RANK_BITS;
}

/** Whether the slot's event is of that kind and at that instant. */
export function isPendingAt(q: EventQueue, slot: u32, time: u64, rank: u64): bool {
  const pending = load<u32>(q.position + (<usize>slot << 2));
  return pending != 0 && load<u64>(q.heap + (<usize>(pending - 1) << 4)) == ((time << RANK_BITS) | rank);
}

/** Time of the next event; NO_TIME when there is none. Closes the hole. */
// @ts-ignore: decorator
@inline
export function peekTime(q: EventQueue): u64 {
  if (q.hole != 0) {
    q.hole = 0;
    refill(q, 0);
  }
  return load<u64>(q.heap) >> RANK_BITS;
}

/** All of the present instant has happened. */
export function closeInstant(q: EventQueue): void {
  q.rank = RANK_MASK;
}

/** Takes the event that `peekTime` saw and answers its slot. */
// @ts-ignore: decorator
@inline
export function take(q: EventQueue): u32 {
  const slot = <u32>load<u64>(q.heap, 8) & 0xff_ffff;
  q.rank = <u32>load<u64>(q.heap) & RANK_MASK;
  q.slot = slot;
  store<u32>(q.position + (<usize>slot << 2), 0);
  q.hole = 1;
  return slot;
}
