// Requests that an active instance takes `tier.active` to begin: all wait as long, so the first comes first.

import { RANK_READY, schedule } from "../kernel/event-queue";
import { Q, Request, Task, clock, isNull, nothing } from "../cpu/state";
import { Instance, SLOT_DELAYED, life } from "./state";

export function delay(i: Instance, t: Task): void {
  t.next = nothing<Task>();
  t.request = changetype<Request>(i); // until it enters its VM
  t.readyAt = clock.now + life.activeNs;
  if (isNull(life.delayed)) life.delayed = t;
  else life.delayedTail.next = t;
  life.delayedTail = t;
  planDelayed();
}

function planDelayed(): void {
  const first = life.delayed;
  if (!isNull(first)) schedule(Q, life.slot + SLOT_DELAYED, first.readyAt, RANK_READY);
}

/** The first one's time is over. */
export function takeDelayed(): Task {
  const t = life.delayed;
  life.delayed = t.next;
  t.next = nothing<Task>();
  planDelayed();
  return t;
}
