// Who is over the threshold, of whom the one that deserves a core most is taken first, in rounds that are not usual (usual.ts) and of cgroup.
// There are few ranks, and within each VMs come nearly in the order in which their backlogs began: so each rank is a list that is in order as it
// grows. Where there are more ranks, or less order, all are a binary heap: of the thousands that one arbiter may serve nearly all can be
// over the threshold.
// Places lie in H.scratch, in the order in which VMs come; what follows a place, and what it follows while they come, is its address.

import { rankOf } from "../bag";
import { H, Vm, isNull } from "../state";

// @ts-ignore: decorator
@inline const PLACE_SHIFT: usize = 5;

@unmanaged
class Place {
  rank: u64;
  since: u64; // when its backlog began
  vm: Vm; //     null: it has left
  next: Place;
  before: Place;
  pad: u32;
}

/** All of one rank that are left, the one that deserves a core most at the head. */
@unmanaged
class Line {
  rank: u64;
  head: Place;
  tail: Place;
}

// @ts-ignore: decorator
@inline const LINES_MAX: u32 = 8;
const LINES: usize = memory.data(8 << 4, 8);

@unmanaged
class Ranking {
  lines: u32; // in the order of their ranks
  heap: u32; //  1: all are one heap instead
  steps: u32; // that were taken to put VMs in their places
  first: u32; // no line before has any left
  count: u32; // that have come
}

const R: Ranking = changetype<Ranking>(memory.data(offsetof<Ranking>(), 8));

// @ts-ignore: decorator
@inline
function none(): Place {
  return changetype<Place>(0);
}

// @ts-ignore: decorator
@inline
export function isNone(p: Place): bool {
  return changetype<usize>(p) == 0;
}

// @ts-ignore: decorator
@inline
function lineAt(k: u32): Line {
  return changetype<Line>(LINES + (<usize>k << 4));
}

// @ts-ignore: decorator
@inline
function placeAt(i: u32): Place {
  return changetype<Place>(H.scratch + (<usize>i << PLACE_SHIFT));
}

// @ts-ignore: decorator
@inline
function indexOf(p: Place): u32 {
  return <u32>((changetype<usize>(p) - H.scratch) >> PLACE_SHIFT);
}

/** Of one rank: who has had a backlog for longer, then the first, as VMs lie in the order of their indices. */
// @ts-ignore: decorator
@inline
function waitsLonger(since: u64, vm: Vm, than: Place): bool {
  return since < than.since || (since == than.since && changetype<usize>(vm) < changetype<usize>(than.vm));
}

// @ts-ignore: decorator
@inline
function outranks(a: Place, b: Place): bool {
  return a.rank != b.rank ? a.rank < b.rank : waitsLonger(a.since, a.vm, b);
}

function copyPlace(to: Place, from: Place): void {
  to.rank = from.rank;
  to.since = from.since;
  to.vm = from.vm;
}

/** Nobody is there yet. */
export function beginRanks(): void {
  R.lines = 0;
  R.heap = 0;
  R.steps = 0;
  R.first = 0;
}

/** `vm` is the one that comes as number `i`. */
export function setRank(i: u32, vm: Vm, since: u64): void {
  const p = placeAt(i);
  const rank = rankOf(vm);
  p.rank = rank;
  p.since = since;
  p.vm = vm;
  if (R.heap) return;
  let k: u32 = 0;
  const lines = R.lines;
  while (k < lines && lineAt(k).rank < rank) k++;
  const line = lineAt(k);
  if (k == lines || line.rank != rank) {
    openLine(k, rank, p);
    return;
  }
  const tail = line.tail;
  if (waitsLonger(since, vm, tail)) {
    insert(p, line);
    return;
  }
  // mostly it comes last
  tail.next = p;
  p.next = none();
  p.before = tail;
  line.tail = p;
}

/** `p` comes before the last of its line. */
function insert(p: Place, line: Line): void {
  const since = p.since;
  const vm = p.vm;
  let next = line.tail;
  let steps: u32 = 1;
  while (!isNone(next.before) && waitsLonger(since, vm, next.before)) {
    next = next.before;
    steps++;
  }
  const before = next.before;
  p.next = next;
  p.before = before;
  next.before = p;
  if (isNone(before)) line.head = p;
  else before.next = p;
  R.steps += steps;
  R.heap = u32(R.steps > indexOf(p) + 64);
}

/** A new rank comes as number `k`, unless there are too many. `p` is the first of it. */
function openLine(k: u32, rank: u64, p: Place): void {
  if (R.lines == LINES_MAX) {
    R.heap = 1;
    return;
  }
  for (let i = R.lines++; i > k; i--) {
    const to = lineAt(i);
    const from = lineAt(i - 1);
    to.rank = from.rank;
    to.head = from.head;
    to.tail = from.tail;
  }
  const line = lineAt(k);
  line.rank = rank;
  line.head = p;
  line.tail = p;
  p.next = none();
  p.before = none();
}

/** All `n` have come. */
export function endRanks(n: u32): void {
  R.count = n;
  if (R.heap) heapify(n);
}

/** Takes the one of the `n` that deserves a core most. */
export function takeFirst(n: u32): Vm {
  assert(n != 0);
  if (R.heap) {
    const vm = placeAt(0).vm;
    sinkRank(0, n - 1);
    return vm;
  }
  while (true) {
    const line = lineAt(R.first);
    const p = line.head;
    if (isNone(p)) {
      R.first++;
      continue;
    }
    line.head = p.next;
    const vm = p.vm;
    leave(p);
    if (!isNull(vm)) return vm; // else it has left
  }
}

/** How many places have or had one of the `n` that are left: `vmOfRank` answers who is at `nthPlace` 0 and on, null where nobody is any more. */
export function placesOf(n: u32): u32 {
  return R.heap ? n : R.count;
}

/** See placesOf. */
// @ts-ignore: decorator
@inline
export function nthPlace(i: u32): Place {
  return placeAt(i);
}

// Those that are left of one class and priority, one after the other: firstLike, nextLike; isNone: no more. Asked before anybody has left in
// this round (the arbiter asks once), so that each head is still there.

/** The first of those left of the `n` that has `vm`'s class and priority. */
export function firstLike(vm: Vm, n: u32): Place {
  if (R.heap) return likeFrom(vm, 0, n);
  return inLinesFrom(vm, 0);
}

// @ts-ignore: decorator
@inline
export function nextLike(vm: Vm, n: u32, p: Place): Place {
  const next = R.heap ? none() : p.next;
  return isNone(next) ? likeBehind(vm, n, p) : next;
}

function likeBehind(vm: Vm, n: u32, p: Place): Place {
  if (R.heap) return likeFrom(vm, indexOf(p) + 1, n);
  let k: u32 = 0;
  while (lineAt(k).rank != p.rank) k++;
  return inLinesFrom(vm, k + 1);
}

// @ts-ignore: decorator
@inline
export function vmOfRank(p: Place): Vm {
  return p.vm;
}

/** Whoever is there leaves. */
// @ts-ignore: decorator
@inline
export function leave(p: Place): void {
  p.vm = changetype<Vm>(0);
}

/** So many of the `n` have left; answers how many are left. */
export function endLeaving(n: u32, left: u32): u32 {
  if (R.heap == 0) return n - left;
  let kept: u32 = 0;
  for (let i: u32 = 0; i < n; i++) if (!isNull(placeAt(i).vm)) copyPlace(placeAt(kept++), placeAt(i));
  heapify(kept);
  return kept;
}

function likeFrom(vm: Vm, index: u32, n: u32): Place {
  while (index < n && placeAt(index).vm.rankKey != vm.rankKey) index++;
  return index < n ? placeAt(index) : none();
}

function inLinesFrom(vm: Vm, k: u32): Place {
  for (; k < R.lines; k++) {
    const head = lineAt(k).head;
    if (!isNone(head) && head.vm.rankKey == vm.rankKey) return head;
  }
  return none();
}

/** What stands beyond the heap's `n` entries goes to `i`, and down to its place. */
function sinkRank(i: u32, n: u32): void {
  assert(i <= n && n <= H.vmCount);
  const moved = placeAt(n);
  while (true) {
    let child: u32 = 2 * i + 1;
    if (child >= n) break;
    if (child + 1 < n && outranks(placeAt(child + 1), placeAt(child))) child++;
    if (outranks(moved, placeAt(child))) break;
    copyPlace(placeAt(i), placeAt(child));
    i = child;
  }
  copyPlace(placeAt(i), moved);
}

function heapify(n: u32): void {
  for (let i = <i32>(n >> 1) - 1; i >= 0; i--) {
    // mostly they are in order, by the time at which their backlogs began
    const p = placeAt(<u32>i);
    const child: u32 = 2 * <u32>i + 1;
    if (!outranks(placeAt(child), p) && (child + 1 == n || !outranks(placeAt(child + 1), p))) continue;
    copyPlace(placeAt(n), p);
    sinkRank(<u32>i, n);
  }
}
