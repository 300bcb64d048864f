// Pending events, ordered by (time, rank of the kind, place). Every entity that can wait for something owns a slot, and a
// slot holds at most one event: scheduling it again moves the event, cancelling takes it out. So the queue can never overflow,
// nothing stale is ever popped, and what is idle is not in it.
//
// A 4-ary heap with a position table. The top stays in place after it was taken ("hole"): the next event scheduled falls
// into it and sifts down, which spares one of the two sifts in the usual "take one, schedule one" step.
//
// What happens first within a nanosecond is part of the model (docs/model.md), so the rank stands in the key and not in luck.
// It lies below the time in the same word: comparing costs what it did without. The place decides where both are equal, which is
// rare: it stays with the slot, so that an entry is 12 bytes and no sequence ever runs out of bits.
//
//   key, u64 an entry: time (ns) << 5 | rank; a family of four children lies in half a cache line
//   slot, u32 an entry, in an array of its own
//   place, u64 a slot: sequence << 24 | slot, of the event that is pending
//   position, u32 a slot: index of its entry + 1; 0 = not pending

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
@inline export const RANK_READY: u64 = 5; // an instance has started
// @ts-ignore: decorator
@inline export const RANK_TOUCH: u64 = 6; // a running task comes to a page that is missing
// @ts-ignore: decorator
@inline export const RANK_QUANTUM: u64 = 7;
// @ts-ignore: decorator
@inline export const RANK_REPLENISH: u64 = 8; // a period begins, quotas are filled
// @ts-ignore: decorator
@inline export const RANK_PREWARM: u64 = 9; // a function's instance is there ahead of a request
// @ts-ignore: decorator
@inline export const RANK_ARRIVAL: u64 = 10;
// @ts-ignore: decorator
@inline export const RANK_MODULATE: u64 = 11; // what was due in the old state has come
// @ts-ignore: decorator
@inline export const RANK_EXPIRE: u64 = 12; // a quota is used up; an instance goes
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
  keys: usize;
  slots: usize;
  places: usize;
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
  const room = <u64>slots + 8;
  const keys = allocate(room * 8 + 64);
  const entrySlots = allocate(room * 4 + 64);
  const places = allocate(<u64>slots * 8);
  const position = allocate(<u64>slots * 4);
  if (keys == 0 || entrySlots == 0 || places == 0 || position == 0) return false;
  q.keys = keys + 24; // the root's children begin a half of a cache line
  q.slots = entrySlots + 12;
  q.places = places;
  q.position = position;
  q.size = 0;
  q.hole = 0;
  q.sequence = 0;
  q.capacity = slots;
  // children beyond the end read as "never", so sifting needs no bounds check
  for (let i: usize = 0; i < <usize>slots + 4; i++) vacate(q, i);
  return true;
}

/** No entry is at `index`: its key is above all others, and not that of its neighbours, which would have to be told apart by place. */
// @ts-ignore: decorator
@inline
function vacate(q: EventQueue, index: usize): void {
  store<u64>(q.keys + (index << 3), NEVER - (<u64>index & 31));
}

// @ts-ignore: decorator
@inline
function keyAt(q: EventQueue, index: usize): u64 {
  return load<u64>(q.keys + (index << 3));
}

// @ts-ignore: decorator
@inline
function placeAt(q: EventQueue, index: usize): u64 {
  return load<u64>(q.places + (<usize>load<u32>(q.slots + (index << 2)) << 3));
}

// @ts-ignore: decorator
@inline
function put(q: EventQueue, index: usize, key: u64, slot: u32): void {
  store<u64>(q.keys + (index << 3), key);
  store<u32>(q.slots + (index << 2), slot);
  store<u32>(q.position + (<usize>slot << 2), <u32>index + 1);
}

/** Of entries of one instant and rank: whether that at `index` has its place before that of `slot`. */
function placedBefore(q: EventQueue, index: usize, slot: u32): bool {
  return placeAt(q, index) < load<u64>(q.places + (<usize>slot << 3));
}

/** The least of the four from `first` on, two of which have the same key. */
function leastOf(q: EventQueue, first: usize): usize {
  let least = first;
  for (let i = first + 1; i < first + 4; i++) {
    const key = keyAt(q, i);
    const leastKey = keyAt(q, least);
    if (key < leastKey || (key == leastKey && placeAt(q, i) < placeAt(q, least))) least = i;
  }
  return least;
}

// Which child is least nobody can foresee, so it is selected without a branch; that no two are equal is nearly always foreseen. The product
// is 0 where two are, and at times beside (differences of 64 factors of two in all): then they are only looked at again. M/M/16 over the
// kernel alone (bench/native/kernel.ts; AMD EPYC, Node 20) takes 0.93 of what it did with places in entries of 16 bytes, M/M/256 0.98.
// Families of eight, selected likewise in one cache line, take 1.08 of these four at M/M/16 and M/M/256 and 1.11 at M/M/5000.
function siftDown(q: EventQueue, start: usize, key: u64, slot: u32): void {
  const keys = q.keys;
  const slots = q.slots;
  const position = q.position;
  const size = <usize>q.size;
  let to = start;
  while (true) {
    const first = (to << 2) + 1;
    if (first >= size) break;
    const at = keys + (first << 3);
    const k0 = load<u64>(at);
    const k1 = load<u64>(at, 8);
    const k2 = load<u64>(at, 16);
    const k3 = load<u64>(at, 24);
    const left = k1 < k0;
    const right = k3 < k2;
    const leftKey = select<u64>(k1, k0, left);
    const rightKey = select<u64>(k3, k2, right);
    const which = rightKey < leftKey;
    const leastKey = select<u64>(rightKey, leftKey, which);
    let from = first + select<usize>(2 + usize(right), usize(left), which);
    if ((k0 - k1) * (k2 - k3) * (leftKey - rightKey) == 0) from = leastOf(q, first);
    if (leastKey >= key && (leastKey > key || !placedBefore(q, from, slot))) break;
    const moved = load<u32>(slots + (from << 2));
    store<u64>(keys + (to << 3), leastKey);
    store<u32>(slots + (to << 2), moved);
    store<u32>(position + (<usize>moved << 2), <u32>to + 1);
    to = from;
  }
  put(q, to, key, slot);
}

function siftUp(q: EventQueue, start: usize, key: u64, slot: u32): void {
  // nothing rises above a hole, though an event of this instant and of a lower rank comes before what was taken from there
  const least: usize = q.hole != 0 ? 4 : 0;
  let index = start;
  while (index > least) {
    const parent = (index - 1) >> 2;
    const parentKey = keyAt(q, parent);
    if (parentKey <= key && (parentKey < key || placedBefore(q, parent, slot))) break;
    put(q, index, parentKey, load<u32>(q.slots + (parent << 2)));
    index = parent;
  }
  put(q, index, key, slot);
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
  const key = (min<u64>(at, TIME_MAX) << RANK_BITS) | rank;
  const place = (sequence << SLOT_BITS) | <u64>slot;
  const placed = q.places + (<usize>slot << 3);
  const pending = load<u32>(q.position + (<usize>slot << 2));
  if (pending != 0) {
    const index = <usize>pending - 1;
    const before = keyAt(q, index);
    const earlier = key < before || (key == before && place < load<u64>(placed));
    store<u64>(placed, place);
    if (earlier) siftUp(q, index, key, slot);
    else siftDown(q, index, key, slot);
    return;
  }
  store<u64>(placed, place);
  if (q.hole != 0) {
    q.hole = 0;
    siftDown(q, 0, key, slot);
  } else siftUp(q, <usize>(q.size++), key, slot);
}

/** Takes the last entry off and returns it to `index`, whose own entry is gone. */
function refill(q: EventQueue, index: usize): void {
  const last = <usize>q.size - 1;
  q.size = <u32>last;
  const key = keyAt(q, last);
  const slot = load<u32>(q.slots + (last << 2));
  vacate(q, last);
  if (index == last) return;
  const parent = (index - 1) >> 2;
  if (index > 0 && (key < keyAt(q, parent) || (key == keyAt(q, parent) && !placedBefore(q, parent, slot)))) siftUp(q, index, key, slot);
  else siftDown(q, index, key, slot);
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
  return keyAt(q, <usize>load<u32>(q.position + (<usize>slot << 2)) - 1) >> RANK_BITS;
}

/** Whether the slot's event is of that kind and at that instant. */
export function isPendingAt(q: EventQueue, slot: u32, time: u64, rank: u64): bool {
  const pending = load<u32>(q.position + (<usize>slot << 2));
  return pending != 0 && keyAt(q, <usize>pending - 1) == ((time << RANK_BITS) | rank);
}

/** Time of the next event; NO_TIME when there is none. Closes the hole. */
// @ts-ignore: decorator
@inline
export function peekTime(q: EventQueue): u64 {
  if (q.hole != 0) {
    q.hole = 0;
    refill(q, 0);
  }
  return load<u64>(q.keys) >> RANK_BITS;
}

/** All of the present instant has happened. */
export function closeInstant(q: EventQueue): void {
  q.rank = RANK_MASK;
}

/** Takes the event that `peekTime` saw and answers its slot. */
// @ts-ignore: decorator
@inline
export function take(q: EventQueue): u32 {
  const slot = load<u32>(q.slots);
  q.rank = <u32>load<u64>(q.keys) & RANK_MASK;
  q.slot = slot;
  store<u32>(q.position + (<usize>slot << 2), 0);
  q.hole = 1;
  return slot;
}
