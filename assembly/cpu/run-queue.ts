// Run queues of tasks: first in, first out, oldest stolen first. Linked through the tasks themselves, so a queue has no
// capacity and moving half of one moves no task. Names follow Caladan's runtime (rq_head, rq_tail); its ring of 32 with an
// overflow list is one list here, which orders tasks the same way.

import { Task, RunQueue, isNull, nothing } from "./state";

/** Most tasks that one steal takes (Caladan, RUNTIME_RQ_SIZE). */
// @ts-ignore: decorator
@inline const STEAL_MAX: u32 = 32;

// A queue is in the order of the times since which its tasks are ready, but for those at its head that were preempted and put back: who
// looks for the oldest looks at those and at the first behind them. Where tasks of another queue were put behind (migration, forks) it
// looks at all.
// @ts-ignore: decorator
@inline export const MIXED: u32 = 0x8000_0000;

// @ts-ignore: decorator
@inline
export function pushTail(q: RunQueue, t: Task): void {
  t.next = nothing<Task>();
  if (q.length == 0) q.head = t;
  else q.tail.next = t;
  q.tail = t;
  q.length++;
}

/** A task goes to the tail that may have been ready before those in front of it. */
export function pushOld(q: RunQueue, t: Task): void {
  if (q.length != 0 && q.tail.readyAt > t.readyAt) q.front |= MIXED;
  pushTail(q, t);
}

/** A preempted task goes to the head. */
export function pushHead(q: RunQueue, t: Task): void {
  t.next = q.head;
  if (q.length == 0) {
    t.next = nothing<Task>();
    q.tail = t;
  }
  q.head = t;
  q.length++;
  q.front++;
}

/** Whether the head was preempted and put back there. */
// @ts-ignore: decorator
@inline
export function headWasPreempted(q: RunQueue): bool {
  return (q.front & ~MIXED) != 0;
}

/** The first task; the queue must not be empty. */
// @ts-ignore: decorator
@inline
export function popHead(q: RunQueue): Task {
  assert(q.length > 0);
  const t = q.head;
  q.head = t.next;
  q.length--;
  if (q.front != 0) leftFront(q);
  return t;
}

/** One of those at the front is gone, or all. */
function leftFront(q: RunQueue): void {
  if (q.length == 0) q.front = 0;
  else if ((q.front & ~MIXED) != 0) q.front--;
}

/** How many of the first tasks must be looked at to find the oldest. */
// @ts-ignore: decorator
@inline
function unordered(q: RunQueue): u32 {
  return (q.front & MIXED) != 0 ? q.length : min<u32>(q.front + 1, q.length);
}

/** Since when the oldest task has been ready; the queue must not be empty. */
export function oldestIn(q: RunQueue): u64 {
  let t = q.head;
  let oldest = t.readyAt;
  if (q.front == 0) return oldest;
  for (let n = unordered(q); n > 1; n--) {
    t = t.next;
    oldest = min<u64>(oldest, t.readyAt);
  }
  return oldest;
}

/** Takes the oldest task out, of equals the one further ahead. */
function popOldest(q: RunQueue): Task {
  let before = nothing<Task>(); // of the oldest
  let oldest = q.head;
  let place: u32 = 0;
  let last = q.head;
  for (let i: u32 = 1, n = unordered(q); i < n; i++) {
    const t = last.next;
    if (t.readyAt < oldest.readyAt) {
      before = last;
      oldest = t;
      place = i;
    }
    last = t;
  }
  takeBehind(q, before, oldest, place);
  return oldest;
}

/** Takes out the task that lies behind `before`, at `place` from 0; null: the head. */
export function takeBehind(q: RunQueue, before: Task, t: Task, place: u32): void {
  if (isNull(before)) {
    popHead(q);
    return;
  }
  assert(before.next == t);
  before.next = t.next;
  if (q.tail == t) q.tail = before;
  q.length--;
  if (place < (q.front & ~MIXED)) q.front--;
}

/** How many of `waiting` tasks a thief with `own` takes: half of the difference, rounded up, at most 32. */
// @ts-ignore: decorator
@inline
export function half(waiting: u32, own: u32): u32 {
  return waiting <= own ? 0 : min<u32>((waiting - own + 1) >> 1, STEAL_MAX);
}

/** All of `from` goes behind what `to` holds. */
export function append(from: RunQueue, to: RunQueue): void {
  if (from.length == 0) return;
  if (to.length == 0) to.head = from.head;
  else to.tail.next = from.head;
  to.tail = from.tail;
  to.length += from.length;
  to.front |= MIXED;
  from.length = 0;
  from.front = 0;
}

/** In the order of the instants since which they are ready; of equals, who stood further ahead. By merging runs of 1, 2, 4, … tasks. */
export function sortByReady(q: RunQueue): void {
  q.front = 0;
  if (q.length < 2) return;
  q.tail.next = nothing<Task>();
  for (let run: u32 = 1; run < q.length; run <<= 1) {
    let rest = q.head;
    let end = nothing<Task>();
    while (!isNull(rest)) {
      let a = rest;
      let left = run;
      for (let n = run; n != 0 && !isNull(rest); n--) rest = rest.next;
      let b = rest;
      let right = run;
      for (let n = run; n != 0 && !isNull(rest); n--) rest = rest.next;
      const first = b;
      while ((left != 0 && a != first) || (right != 0 && b != rest)) {
        let least = a;
        if (left == 0 || a == first || (right != 0 && b != rest && b.readyAt < a.readyAt)) {
          least = b;
          b = b.next;
          right--;
        } else {
          a = a.next;
          left--;
        }
        if (isNull(end)) q.head = least;
        else end.next = least;
        end = least;
      }
    }
    end.next = nothing<Task>();
    q.tail = end;
  }
}

/** Moves the `n` oldest tasks of `from` to `to`, merged by the time since which they are ready; on a tie `to`'s come first. */
export function moveOldest(from: RunQueue, to: RunQueue, n: u32): void {
  assert(n <= from.length);
  if (n == 0) return;
  let first = from.head;
  let last = first;
  if (from.front == 0) {
    for (let i: u32 = 1; i < n; i++) last = last.next;
    from.head = last.next;
    from.length -= n;
  } else {
    first = popOldest(from);
    last = first;
    for (let i: u32 = 1; i < n; i++) {
      last.next = popOldest(from);
      last = last.next;
    }
  }
  last.next = nothing<Task>();
  to.front = to.front == 0 ? 0 : MIXED;
  if (to.length == 0) {
    to.front = 0;
    to.head = first;
    to.tail = last;
  } else {
    let a = to.head;
    let b = first;
    let end = nothing<Task>();
    while (!isNull(a) && !isNull(b)) {
      let least = a;
      if (b.readyAt < a.readyAt) {
        least = b;
        b = b.next;
      } else a = a.next;
      if (isNull(end)) to.head = least;
      else end.next = least;
      end = least;
    }
    end.next = isNull(a) ? b : a;
    if (isNull(a)) to.tail = last;
  }
  to.length += n;
}
