// How a vCPU is made to leave its core and comes back: halted with the guest's help, or frozen without it; and the queue of a
// parked vCPU handed on.

import * as L from "../layout";
import { cancel } from "../kernel/event-queue";
import { H, Q, VCpu, Task, RUNNING, SEARCHING, SPINNING, TASK_HOLDS_LOCK, activeAt, count, isNull, nothing, ownQueue, clearBit } from "./state";
import { enter } from "./accounts";
import { popHead } from "./run-queue";
import { endSearch } from "./steal";
import { leaveSpin, stopSpinning } from "./lock";
import { activate, deactivate, proceedAfterGrant, queueOn, run, stopTask, waitBegins, waitEnds } from "./vcpu";

/** Takes `v` off its core without asking the guest, which goes on dispatching to it: its task goes nowhere until it is back. */
export function freeze(v: VCpu, state: u32): void {
  const t = halt(v, state);
  activate(v);
  v.frozen = 1;
  v.task = t;
  if (isNull(t)) return;
  t.readyAt = H.now;
  waitBegins(v.vm, t);
  v.vm.frozen++;
}

/** A frozen vCPU is back on a core: its task goes on as if nothing had been. */
export function thaw(v: VCpu): void {
  v.frozen = 0;
  const t = v.task;
  if (isNull(t)) {
    proceedAfterGrant(v);
    return;
  }
  v.vm.frozen--;
  waitEnds(v.vm, t);
  run(v, t);
}

/** Hands what waits in a parked vCPU's queue to those that are active, one each in turn; answers how many tasks. */
export function migrateQueue(v: VCpu): u32 {
  const vm = v.vm;
  let n: u32 = 0;
  while (v.queueLength != 0 && vm.activeCount != 0) {
    const t = popHead(ownQueue(v));
    if (v.queueLength == 0) clearBit(vm.occupied, v.index);
    waitEnds(vm, t);
    queueOn(activeAt(vm, n % vm.activeCount), t);
    n++;
  }
  count(vm, L.VM_MIGRATIONS, n);
  return n;
}

/**
 * The vCPU is made to stop: it is dispatched to no more. Answers its task when it was running or spinning one, which the
 * caller puts where it belongs once the context is saved.
 */
export function halt(v: VCpu, state: u32): Task {
  let t = nothing<Task>();
  if (v.state == RUNNING) t = stopTask(v);
  else if (v.state == SPINNING) leaveSpin(v);
  else if (v.state == SEARCHING) endSearch(v);
  cancel(Q, v.slot);
  deactivate(v);
  enter(v, state);
  if (!isNull(t) && t.flags & TASK_HOLDS_LOCK && v.vm.lockSpins && !H.blind) stopSpinning(v.vm);
  return t;
}
