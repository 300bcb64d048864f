// How a vCPU is made to leave its core and comes back: halted with the guest's help, or frozen without it; and the queue of a
// parked vCPU handed on.

import * as L from "../../layout";
import { cancel } from "../../kernel/event-queue";
import {
  VCpu, SPINNING, FROZEN_IDLE, FROZEN_SPINNING, FROZEN_IN_TASK, isNull, TASK_STARTED, Task, nothing, atLeast, ownQueue, clearBit, activeAt,
  count, RUNNING, SEARCHING, Q, TASK_HOLDS_LOCK, arbiter, clock, traits, occupiedOf,
} from "../state";
import { activate, deactivate, enter } from "./life";
import { popHead } from "../run-queue";
import { endSearch } from "./search";
import { mayBeShort } from "../rounds";
import { spins, leaveSpin, spinOrLeave } from "./lock";
import { waitsAgain, waitBegins, waitEnds } from "../waiting";
import { proceedAfterGrant } from "./loop";
import { run, stopTask } from "./run";
import { queueOn } from "./dispatch";

/** Takes `v` off its core without asking the guest, which goes on dispatching to it: its task goes nowhere until it is back. */
export function freeze(v: VCpu, state: u32): void {
  assert(v.frozen == 0);
  assert(traits.blind != 0);
  const frozen = v.state == SPINNING ? FROZEN_SPINNING : FROZEN_IN_TASK;
  const t = v.task;
  halt(v, state);
  activate(v);
  v.frozen = <u8>frozen;
  v.task = t;
  v.startedAt = clock.now;
  if (isNull(t)) {
    v.vm.special |= <u8>FROZEN_IDLE;
    return;
  }
  waitsAgain(t);
  waitBegins(v.vm, t);
  v.vm.frozen++;
  if (arbiter.on != 0 && (t.flags & TASK_STARTED) == 0) mayBeShort(v.vm); // it may be the oldest again
}

/** `v` is frozen no longer; answers its task, which waits no longer. */
export function unfreeze(v: VCpu): Task {
  assert(v.frozen != 0);
  const t = v.task;
  v.frozen = 0;
  v.task = nothing<Task>();
  if (!isNull(t)) {
    v.vm.frozen--;
    waitEnds(v.vm, t);
  }
  return t;
}

/** A frozen vCPU is back on a core: it goes on as if nothing had been. */
export function thaw(v: VCpu): void {
  const spun = v.frozen == FROZEN_SPINNING;
  const t = unfreeze(v);
  atLeast(v.vm, L.VM_OFF_CORE_MAX, clock.now - v.startedAt);
  if (isNull(t) || (spun && !spins(v, t))) proceedAfterGrant(v);
  else if (!spun) run(v, t);
}

/** Hands what waits in a parked vCPU's queue to those that are active, one each in turn; answers how many tasks. */
export function migrateQueue(v: VCpu): u32 {
  assert(v.activePlace == 0); // else it would hand its tasks to itself
  const vm = v.vm;
  let n: u32 = 0;
  while (v.queueLength != 0 && vm.activeCount != 0) {
    const t = popHead(ownQueue(v));
    if (v.queueLength == 0) clearBit(occupiedOf(vm), v.index);
    waitEnds(vm, t);
    queueOn(activeAt(vm, n % vm.activeCount), t);
    n++;
  }
  count(vm, L.VM_MIGRATIONS, n);
  return n;
}

/** Whether `v` has a task in its hands: it runs or switches to one, or spins for it. */
export function isBusy(v: VCpu): bool {
  return (v.state == RUNNING || v.state == SPINNING) && !isNull(v.task);
}

/**
 * The vCPU is made to stop: it is dispatched to no more. Answers its task when it was running or spinning one, which the
 * caller puts where it belongs once the context is saved.
 */
export function halt(v: VCpu, state: u32): Task {
  assert(!isNull(v.core));
  let t = nothing<Task>();
  v.finishing = 0;
  const before = v.state;
  if (before == RUNNING) t = isNull(v.task) ? v.task : stopTask(v);
  else if (before == SPINNING) leaveSpin(v);
  else if (before == SEARCHING) endSearch(v);
  cancel(Q, v.slot);
  deactivate(v);
  enter(v, state);
  if (!isNull(t) && t.flags & TASK_HOLDS_LOCK) {
    count(v.vm, L.VM_LOCK_HOLDER_PREEMPTIONS, 1);
    if (!traits.blind) spinOrLeave(v.vm);
  }
  return t;
}
