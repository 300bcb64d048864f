// Pending events, ordered by (time, rank of the kind, place). Every entity that can wait for something owns a slot, and a
// slot holds at most one event: scheduling it again moves the event, cancelling takes it out. So the queue can never overflow,
// nothing stale is ever popped, and what is idle is not in it.
//
// A winner tree: an event that is pending has a leaf, and every node above has the lesser of the two below it, the root the next
// event. Where a leaf's way to the root goes is known before anything is compared, so that its loads wait for nothing, no branch
// depends on who wins, and no other event is moved. Leaves are given out as they are needed, and double when all are taken. An event
// that was taken or cancelled keeps its leaf ("hole"): the next one scheduled gets it, which spares one of the two ways in the usual "take one,
// schedule one" step.
//
// What happens first within a nanosecond is part of the model (docs/model.md), so the rank stands in the key and not in luck.
// It lies below the time in the same word: comparing costs what it did without. The place decides where both are equal, which is
// rare: it stays with the leaf, so that it costs no comparison any bits.

import { allocate } from "./arena";
import {
  EventQueue, NEVER, NODE_BYTES, NODE_SHIFT, keyAt, leafOf, nodeAt, placeAt, settle, slotAt, vacant, winner, write,
} from "./event-tree";
import { RANK_READY } from "./ranks";

export * from "./ranks";
export { EventQueue, NEVER } from "./event-tree";

// @ts-ignore: decorator
@inline const SLOT_BITS: u64 = 24;
// @ts-ignore: decorator
@inline export const SLOTS_MAX: u32 = 1 << 24;
// @ts-ignore: decorator
@inline const RANK_BITS: u64 = 5;
// @ts-ignore: decorator
@inline const RANK_MASK: u32 = 31;
// @ts-ignore: decorator
@inline const TIME_MAX: u64 = (<u64>1 << (64 - RANK_BITS)) - (<u64>1 << 21); // 18 years; what is later is never reached
/** What `peekTime` answers where nothing is pending is this or more. */
// @ts-ignore: decorator
@inline export const NO_TIME: u64 = TIME_MAX + 1;

// @ts-ignore: decorator
@inline const LEAVES_LEAST: u32 = 16;

/** Room for one event in each of `slots` slots. False when memory cannot grow that far. */
export function createQueue(q: EventQueue, slots: u32): bool {
  let most: u32 = LEAVES_LEAST;
  while (most < slots) most <<= 1;
  const nodes = allocate((<u64>most << 1) * NODE_BYTES);
  const free = allocate(<u64>most << 2);
  const places = allocate(<u64>most << 3);
  const position = allocate(<u64>slots * 4);
  if (nodes == 0 || free == 0 || places == 0 || position == 0) return false;
  q.nodes = nodes;
  q.half = nodes >> 1;
  q.free = free;
  q.places = places;
  q.position = position;
  q.freeCount = 0;
  q.hole = 0;
  q.sequence = 0;
  q.capacity = slots;
  q.leaves = 0;
  grow(q);
  return true;
}

// @ts-ignore: decorator
@inline
function pushFree(q: EventQueue, leaf: u32): void {
  store<u32>(q.free + (<usize>(q.freeCount++) << 2), leaf);
}

// @ts-ignore: decorator
@inline
function popFree(q: EventQueue): u32 {
  const left = q.freeCount - 1;
  q.freeCount = left;
  return load<u32>(q.free + (<usize>left << 2));
}

// @ts-ignore: decorator
@inline
function giveBack(q: EventQueue, leaf: u32): void {
  pushFree(q, leaf);
  settle(q, leaf, vacant(leaf), 0);
}

/** A leaf's event is cancelled: it is the hole if there is none, as whoever cancels mostly schedules something else. */
function vacate(q: EventQueue, leaf: u32): void {
  if (q.hole == 0) q.hole = leaf;
  else giveBack(q, leaf);
}

/** Twice as many leaves, where all that there were have an event. What is above them is found anew. */
function grow(q: EventQueue): void {
  const before = q.leaves;
  const leaves = max<u32>(before << 1, LEAVES_LEAST);
  q.leaves = leaves;
  q.levels = ctz(leaves);
  q.places -= <usize>(leaves - before) << 3; // the first leaf's stays where it is
  memory.copy(nodeAt(q, leaves), nodeAt(q, before), <usize>before << NODE_SHIFT);
  for (let leaf = leaves; leaf < leaves + before; leaf++) store<u32>(q.position + (<usize>slotAt(q, leaf) << 2), leaf);
  for (let leaf: u32 = 2 * leaves - 1; leaf >= leaves + before; leaf--) {
    pushFree(q, leaf);
    write(nodeAt(q, leaf), vacant(leaf), 0);
  }
  for (let node: u32 = leaves - 1; node > 0; node--) {
    const left = node << 1;
    const key = keyAt(q, left);
    const other = keyAt(q, left + 1);
    write(nodeAt(q, node), min<u64>(key, other), winner(q, key, slotAt(q, left), other, slotAt(q, left + 1)));
  }
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
  const key = keyOf(at, rank);
  const positioned = q.position + (<usize>slot << 2);
  let leaf = load<u32>(positioned);
  if (leaf == 0) {
    leaf = q.hole;
    if (leaf != 0) q.hole = 0;
    else if (q.freeCount != 0) leaf = popFree(q);
    else {
      scheduleGrowing(q, slot, at, rank, sequence);
      return;
    }
    store<u32>(positioned, leaf);
  }
  store<u64>(placeAt(q, leaf), (sequence << SLOT_BITS) | <u64>slot);
  settle(q, leaf, key, slot);
}

/** The same where all leaves have an event: called last, so that nobody keeps anything for what comes behind it. */
function scheduleGrowing(q: EventQueue, slot: u32, at: u64, rank: u64, sequence: u64): void {
  grow(q);
  const leaf = popFree(q);
  store<u32>(q.position + (<usize>slot << 2), leaf);
  store<u64>(placeAt(q, leaf), (sequence << SLOT_BITS) | <u64>slot);
  settle(q, leaf, keyOf(at, rank), slot);
}

/** The same of a time that is known to be no more than twice the longest that is ever drawn. */
// @ts-ignore: decorator
@inline
export function keyOfNear(time: u64, rank: u64): u64 {
  assert(time <= TIME_MAX);
  return (time << RANK_BITS) | rank;
}

/** Whether an event can be scheduled without more leaves. */
// @ts-ignore: decorator
@inline
export function hasLeaf(q: EventQueue): bool {
  return (q.hole | q.freeCount) != 0;
}

/** The event of `slot`, in which none is pending, is the one of `key` from now on, where there is a leaf for it. */
// @ts-ignore: decorator
@inline
export function beginHere(q: EventQueue, slot: u32, key: u64, sequence: u64): void {
  assert(hasLeaf(q) && leafOf(q, slot) == 0);
  let leaf = q.hole;
  if (leaf != 0) q.hole = 0;
  else leaf = popFree(q);
  store<u32>(q.position + (<usize>slot << 2), leaf);
  store<u64>(placeAt(q, leaf), (sequence << SLOT_BITS) | <u64>slot);
  settle(q, leaf, key, slot);
}

/** The slot's pending event does not happen. Harmless when there is none. */
export function cancel(q: EventQueue, slot: u32): void {
  const at = q.position + (<usize>slot << 2);
  const leaf = load<u32>(at);
  if (leaf == 0) return;
  store<u32>(at, 0);
  vacate(q, leaf);
}

// @ts-ignore: decorator
@inline
export function isPending(q: EventQueue, slot: u32): bool {
  return leafOf(q, slot) != 0;
}

/** When the slot's pending event is; there must be one. */
// @ts-ignore: decorator
@inline
export function timeOf(q: EventQueue, slot: u32): u64 {
  return keyAt(q, leafOf(q, slot)) >> RANK_BITS;
}

/** Whether the slot's event is of that kind and at that instant. */
export function isPendingAt(q: EventQueue, slot: u32, time: u64, rank: u64): bool {
  const leaf = leafOf(q, slot);
  return leaf != 0 && keyAt(q, leaf) == ((time << RANK_BITS) | rank);
}

/** Nothing is scheduled before the next event is taken. */
// @ts-ignore: decorator
@inline
export function leaveHole(q: EventQueue): void {
  const leaf = q.hole;
  q.hole = 0;
  giveBack(q, leaf);
}

function closeHole(q: EventQueue): void {
  leaveHole(q);
}

/** Time and rank of the next event, in one word; NEVER's or nearly that when there is none. Closes the hole. */
// @ts-ignore: decorator
@inline
export function peekKey(q: EventQueue): u64 {
  if (q.hole != 0) closeHole(q);
  return load<u64>(q.nodes, NODE_BYTES);
}

// @ts-ignore: decorator
@inline
export function timeOfKey(key: u64): u64 {
  return key >> RANK_BITS;
}

/** By which events are in order, but for those of the same rank and instant. */
// @ts-ignore: decorator
@inline
export function keyOf(time: u64, rank: u64): u64 {
  return (min<u64>(time, TIME_MAX) << RANK_BITS) | rank;
}

/** Time of the next event; NO_TIME or more when there is none. Closes the hole. */
// @ts-ignore: decorator
@inline
export function peekTime(q: EventQueue): u64 {
  return timeOfKey(peekKey(q));
}

/** All of the present instant has happened. */
export function closeInstant(q: EventQueue): void {
  q.rank = RANK_MASK;
}

/** Takes the event that `peekTime` saw and answers its slot. */
// @ts-ignore: decorator
@inline
export function take(q: EventQueue): u32 {
  return takeKey(q, load<u64>(q.nodes, NODE_BYTES));
}

/** The slot of the event whose key `peekKey` has answered. */
// @ts-ignore: decorator
@inline
export function peekSlot(q: EventQueue): u32 {
  return load<u32>(q.nodes, NODE_BYTES + 8);
}

/** An event of `slot` happens that may stand elsewhere. */
// @ts-ignore: decorator
@inline
export function happens(q: EventQueue, key: u64, slot: u32): void {
  q.rank = <u32>key & RANK_MASK;
  q.slot = slot;
}

/** Takes the event whose key `peekKey` has answered. */
// @ts-ignore: decorator
@inline
export function takeKey(q: EventQueue, key: u64): u32 {
  const slot = peekSlot(q);
  const positioned = q.position + (<usize>slot << 2);
  happens(q, key, slot);
  q.hole = load<u32>(positioned);
  store<u32>(positioned, 0);
  return slot;
}
