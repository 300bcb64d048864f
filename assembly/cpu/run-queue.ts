// Run queues of tasks: first in, first out, oldest stolen first. Linked through the tasks themselves, so a queue has no
// capacity and moving half of one moves no task. Names follow Caladan's runtime (rq_head, rq_tail); its ring of 32 with an
// overflow list is one list here, which orders tasks the same way.

import { Task, RunQueue, isNull, nothing } from "./state";

/** Most tasks that one steal takes (Caladan, RUNTIME_RQ_SIZE). */
// @ts-ignore: decorator
@inline export const STEAL_MAX: u32 = 32;

// @ts-ignore: decorator
@inline
export function pushTail(q: RunQueue, t: Task): void {
  t.next = nothing<Task>();
  if (q.length == 0) q.head = t;
  else q.tail.next = t;
  q.tail = t;
  q.length++;
}

// @ts-ignore: decorator
@inline
export function pushHead(q: RunQueue, t: Task): void {
  t.next = q.head;
  if (q.length == 0) {
    t.next = nothing<Task>();
    q.tail = t;
  }
  q.head = t;
  q.length++;
}

/** The oldest task; the queue must not be empty. */
// @ts-ignore: decorator
@inline
export function popHead(q: RunQueue): Task {
  assert(q.length > 0);
  const t = q.head;
  q.head = t.next;
  q.length--;
  return t;
}

/** How many of `waiting` tasks a thief with `own` takes: half of the difference, rounded up, at most 32. */
// @ts-ignore: decorator
@inline
export function half(waiting: u32, own: u32): u32 {
  return waiting <= own ? 0 : min<u32>((waiting - own + 1) >> 1, STEAL_MAX);
}

/** Moves the `n` oldest tasks of `from` to `to`, merged by the time since which they are ready; on a tie `to`'s come first. */
export function moveOldest(from: RunQueue, to: RunQueue, n: u32): void {
  assert(n <= from.length);
  if (n == 0) return;
  const first = from.head;
  let last = first;
  for (let i: u32 = 1; i < n; i++) last = last.next;
  from.head = last.next;
  from.length -= n;
  last.next = nothing<Task>();
  if (to.length == 0) {
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
