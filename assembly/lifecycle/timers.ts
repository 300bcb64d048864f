// When instances are ready or expire: a heap of their own, whose top stands in the host's event queue. And when functions are loaded ahead.

import { NEVER, RANK_END, RANK_PREWARM, RANK_READY, cancel, scheduleAt, takeSequence } from "../kernel/event-queue";
import { add, remove } from "../kernel/heap";
import { Q, clock, isNull } from "../cpu/state";
import { Fn, Instance, KEY_EXPIRE, KEY_READY, KEY_SHIFT, SLOT_PREWARM, SLOT_RETRY, SLOT_TIMER, life, timerOf } from "./state";

// @ts-ignore: decorator
@inline const LATEST: u64 = 1 << 58; // beyond every run

/** The first of all timers stands in the event queue. */
export function armTimers(): void {
  const top = life.timers;
  if (isNull(top)) {
    if (life.plannedKey != NEVER) cancel(Q, life.slot + SLOT_TIMER);
    life.plannedKey = NEVER;
    return;
  }
  if (top.key == life.plannedKey && top.order == life.plannedOrder) return;
  life.plannedKey = top.key;
  life.plannedOrder = top.order;
  const rank = top.key & ((1 << KEY_SHIFT) - 1);
  scheduleAt(Q, life.slot + SLOT_TIMER, top.key >> KEY_SHIFT, rank, rank == RANK_READY ? top.order : 0);
}

function plan(i: Instance, key: u64, order: u64): void {
  const node = timerOf(i);
  node.key = key;
  node.order = order;
  life.timers = add(life.timers, node);
  armTimers();
}

/** READY of `i` is at `time`. */
export function planReady(i: Instance, time: u64): void {
  plan(i, (time << KEY_SHIFT) | KEY_READY, takeSequence(Q));
}

/** `i` expires at `time`; NEVER: it does not. */
export function planExpiry(i: Instance, time: u64): void {
  if (time >= LATEST) return;
  plan(i, (max<u64>(time, clock.now) << KEY_SHIFT) | KEY_EXPIRE, takeSequence(Q));
}

/** Neither happens. */
export function cancelTimer(i: Instance): void {
  const node = timerOf(i);
  if (!node.inside) return;
  life.timers = remove(life.timers, node);
  armTimers();
}

/** The timer that was due is taken out of the heap; whoever takes it calls armTimers at the end. */
export function takeTimer(): void {
  life.plannedKey = NEVER;
  life.timers = remove(life.timers, life.timers);
}

/** An instance of `f` is there at `at`, unless another plan is made, and goes at `until`. */
export function planPrewarm(f: Fn, at: u64, until: u64): void {
  f.prewarmUntil = until;
  scheduleAt(Q, life.slot + SLOT_PREWARM + f.index, at, RANK_PREWARM, takeSequence(Q));
}

export function cancelPrewarm(f: Fn): void {
  cancel(Q, life.slot + SLOT_PREWARM + f.index);
}

// What follows from an end is an event of its own, the very next: within the end a core is still in its VM's hands.

/** A request has ended or an instance expired: the queue's head is tried again. */
export function planRetry(): void {
  if (!isNull(life.queue)) life.retries = 1;
  planFill();
}

/** Instances that are missing may have room now. */
export function planFill(): void {
  if (!isNull(life.shortest) || life.retries != 0) scheduleAt(Q, life.slot + SLOT_RETRY, clock.now, RANK_END, 0);
}
