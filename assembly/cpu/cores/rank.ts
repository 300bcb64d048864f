// Who is over the threshold, of whom the one that deserves a core most is taken first. There are few ranks, and within each VMs stand in
// the bag nearly in the order in which their backlogs began: so each rank is a list that is in order as it grows. Where there are
// more ranks, or less order, all are a binary heap: of the thousands that one arbiter may serve nearly all can be over the threshold.
// In H.scratch, 32 bytes each: rank, since when there is a backlog, the VM; 0: it is gone; in its list the next and, while they come, the one before, as index + 1.

import { rankOf } from "../bag";
import { H, Vm, isNull } from "../state";

// @ts-ignore: decorator
@inline const RANK_BYTES_SHIFT: u32 = 5;
// @ts-ignore: decorator
@inline const RANK_SINCE: usize = 8;
// @ts-ignore: decorator
@inline const RANK_VM: usize = 16;
// @ts-ignore: decorator
@inline const NEXT: usize = 20;
// @ts-ignore: decorator
@inline const BEFORE: usize = 24;

/** All of one rank that are left, the one that deserves a core most at the head; indices + 1, 0: none. */
@unmanaged
class Line {
  rank: u64;
  head: u32;
  tail: u32;
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
function lineAt(k: u32): Line {
  return changetype<Line>(LINES + (<usize>k << 4));
}

// @ts-ignore: decorator
@inline
function rankAt(i: u32): usize {
  return H.scratch + (<usize>i << RANK_BYTES_SHIFT);
}

// @ts-ignore: decorator
@inline
function outranks(a: usize, b: usize): bool {
  const rank = load<u64>(a);
  const other = load<u64>(b);
  if (rank != other) return rank < other;
  const since = load<u64>(a, RANK_SINCE);
  const otherSince = load<u64>(b, RANK_SINCE);
  return since < otherSince || (since == otherSince && load<u32>(a, RANK_VM) < load<u32>(b, RANK_VM)); // VMs lie in the order of their indices
}

function copyRank(to: u32, from: u32): void {
  const target = rankAt(to);
  const source = rankAt(from);
  store<u64>(target, load<u64>(source));
  store<u64>(target, load<u64>(source, RANK_SINCE), RANK_SINCE);
  store<u32>(target, load<u32>(source, RANK_VM), RANK_VM);
}

/** Nobody is there yet. */
export function beginRanks(): void {
  R.lines = 0;
  R.heap = 0;
  R.steps = 0;
  R.first = 0;
}

/** `vm` is the one that comes as number `i`. Of equals who has had a backlog for longer, then the first. */
export function setRank(i: u32, vm: Vm, since: u64): void {
  const at = rankAt(i);
  const rank = rankOf(vm);
  store<u64>(at, rank);
  store<u64>(at, since, RANK_SINCE);
  store<Vm>(at, vm, RANK_VM);
  if (R.heap) return;
  let k: u32 = 0;
  const lines = R.lines;
  while (k < lines && lineAt(k).rank < rank) k++;
  if ((k == lines || lineAt(k).rank != rank) && !openLine(k, rank)) return;
  const line = lineAt(k);
  const tail = line.tail;
  if (tail == 0) line.head = i + 1;
  else {
    // mostly it comes last
    const last = rankAt(tail - 1);
    const lastSince = load<u64>(last, RANK_SINCE);
    if (since < lastSince || (since == lastSince && changetype<usize>(vm) < load<usize>(last, RANK_VM))) {
      insert(i, line);
      return;
    }
    store<u32>(last, i + 1, NEXT);
  }
  store<u32>(at, 0, NEXT);
  store<u32>(at, tail, BEFORE);
  line.tail = i + 1;
}

/** Number `i` comes before the last of its line. */
function insert(i: u32, line: Line): void {
  const at = rankAt(i);
  let before = line.tail;
  while (before != 0 && outranks(at, rankAt(before - 1))) {
    before = load<u32>(rankAt(before - 1), BEFORE);
    R.steps++;
  }
  R.heap = u32(R.steps > i + 64);
  const next = before == 0 ? line.head : load<u32>(rankAt(before - 1), NEXT);
  store<u32>(at, next, NEXT);
  store<u32>(at, before, BEFORE);
  if (before == 0) line.head = i + 1;
  else store<u32>(rankAt(before - 1), i + 1, NEXT);
  store<u32>(rankAt(next - 1), i + 1, BEFORE);
}

/** A new rank comes as number `k`. False: there are too many. */
function openLine(k: u32, rank: u64): bool {
  if (R.lines == LINES_MAX) {
    R.heap = 1;
    return false;
  }
  for (let i = R.lines++; i > k; i--) memory.copy(changetype<usize>(lineAt(i)), changetype<usize>(lineAt(i - 1)), offsetof<Line>());
  const line = lineAt(k);
  line.rank = rank;
  line.head = 0;
  line.tail = 0;
  return true;
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
    const vm = load<Vm>(rankAt(0), RANK_VM);
    sinkRank(0, n - 1);
    return vm;
  }
  while (true) {
    const line = lineAt(R.first);
    const head = line.head;
    if (head == 0) {
      R.first++;
      continue;
    }
    const at = rankAt(head - 1);
    line.head = load<u32>(at, NEXT);
    const vm = load<Vm>(at, RANK_VM);
    store<u32>(at, 0, RANK_VM);
    if (!isNull(vm)) return vm; // else it has left
  }
}

/** How many places have or had one of the `n` that are left: at each, from 1 on, `vmOfRank` answers who is there, null where nobody is any more. */
export function placesOf(n: u32): u32 {
  return R.heap ? n : R.count;
}

// Those that are left of one class and priority, one after the other: firstLike, nextLike; 0: no more. `place` is one's index + 1.

/** The first of those left of the `n` that has `vm`'s class and priority. */
export function firstLike(vm: Vm, n: u32): u32 {
  if (R.heap) return likeFrom(vm, 0, n);
  return inLinesFrom(vm, 0);
}

// @ts-ignore: decorator
@inline
export function nextLike(vm: Vm, n: u32, place: u32): u32 {
  const next = R.heap ? 0 : load<u32>(rankAt(place - 1), NEXT);
  return next != 0 ? next : likeBehind(vm, n, place);
}

function likeBehind(vm: Vm, n: u32, place: u32): u32 {
  if (R.heap) return likeFrom(vm, place, n);
  let k: u32 = 0;
  while (lineAt(k).rank != load<u64>(rankAt(place - 1))) k++;
  return inLinesFrom(vm, k + 1);
}

// @ts-ignore: decorator
@inline
export function vmOfRank(place: u32): Vm {
  return load<Vm>(rankAt(place - 1), RANK_VM);
}

/** It leaves. */
// @ts-ignore: decorator
@inline
export function leave(place: u32): void {
  store<u32>(rankAt(place - 1), 0, RANK_VM);
}

/** So many of the `n` have left; answers how many are left. */
export function endLeaving(n: u32, left: u32): u32 {
  if (R.heap == 0) return n - left;
  let kept: u32 = 0;
  for (let i: u32 = 0; i < n; i++) if (load<u32>(rankAt(i), RANK_VM) != 0) copyRank(kept++, i);
  heapify(kept);
  return kept;
}

function likeFrom(vm: Vm, index: u32, n: u32): u32 {
  while (index < n && load<Vm>(rankAt(index), RANK_VM).rankKey != vm.rankKey) index++;
  return index < n ? index + 1 : 0;
}

function inLinesFrom(vm: Vm, k: u32): u32 {
  for (; k < R.lines; k++) {
    const head = lineAt(k).head;
    if (head != 0 && vmOfRank(head).rankKey == vm.rankKey) return head;
  }
  return 0;
}

/** What stands beyond the heap's `n` entries goes to `i`, and down to its place. */
function sinkRank(i: u32, n: u32): void {
  assert(i <= n && n <= H.vmCount);
  const moved = rankAt(n);
  while (true) {
    let child: u32 = 2 * i + 1;
    if (child >= n) break;
    if (child + 1 < n && outranks(rankAt(child + 1), rankAt(child))) child++;
    if (outranks(moved, rankAt(child))) break;
    copyRank(i, child);
    i = child;
  }
  copyRank(i, n);
}

function heapify(n: u32): void {
  for (let i = <i32>(n >> 1) - 1; i >= 0; i--) {
    // mostly they are in order, by the time at which their backlogs began
    const child: u32 = 2 * <u32>i + 1;
    if (!outranks(rankAt(child), rankAt(<u32>i)) && (child + 1 == n || !outranks(rankAt(child + 1), rankAt(<u32>i)))) continue;
    copyRank(n, <u32>i);
    sinkRank(<u32>i, n);
  }
}
