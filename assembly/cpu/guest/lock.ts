// One lock per VM: a task that takes it runs up to its critical section, holds the lock for its time, runs on. Waiters are
// served in order (hand-off). A blocked waiter leaves its vCPU to other tasks; a spinning one keeps it, as long as the holder runs
// (an adaptive lock) or, where the guest cannot know (`blind`, `cgroup`), as long as it takes.
// A holder whose vCPU is parked safely lies in a run queue and can be stolen; whether it can is what parking is about.

import * as L from "../../layout";
import {
  Vm, Task, TASK_BEFORE_LOCK, TASK_HOLDS_LOCK, count, VCpu, isNull, nothing, atLeast, SPINNING, FROZEN_IN_TASK, vcpuOf, RUNNING,
  clock,
} from "../state";
import { enter } from "./life";
import { goOn, run } from "./run";
import { proceed } from "./loop";
import { makeReady, queueOn } from "./dispatch";

// @ts-ignore: decorator
@inline
function acquire(vm: Vm, t: Task): void {
  assert((t.flags & TASK_HOLDS_LOCK) == 0);
  vm.lockHolder = t;
  t.flags = (t.flags & ~TASK_BEFORE_LOCK) | TASK_HOLDS_LOCK;
  t.remaining = min<u64>(vm.lockHold, t.service);
  count(vm, L.VM_LOCK_ACQUIRES, 1);
}

/** `t`, running on `v`, has come to its critical section. */
export function reachLock(v: VCpu, t: Task): void {
  assert((t.flags & (TASK_BEFORE_LOCK | TASK_HOLDS_LOCK)) == TASK_BEFORE_LOCK);
  const vm = v.vm;
  if (isNull(vm.lockHolder)) {
    acquire(vm, t);
    goOn(v, t);
    return;
  }
  t.next = nothing<Task>();
  t.remaining = clock.now; // since when it has waited for the lock
  if (vm.lockWaiting == 0) vm.lockWaitHead = t;
  else vm.lockWaitTail.next = t;
  vm.lockWaitTail = t;
  vm.lockWaiting++;
  count(vm, L.VM_LOCK_WAITS, 1);
  atLeast(vm, L.VM_LOCK_CONVOY_MAX, vm.lockWaiting);
  if (!spins(v, t)) proceed(v);
}

/** `v` spins for `t`, which stands in line; false: the holder does not run, and `v` has something else to do. */
export function spins(v: VCpu, t: Task): bool {
  if (!v.vm.lockSpins || !holderRuns(v.vm)) return false;
  v.task = t;
  enter(v, SPINNING);
  return true;
}

/** `t`, running on `v`, has left its critical section: the lock goes to who is next. What `v` does then is its caller's. */
export function releaseLock(v: VCpu, t: Task): void {
  assert(v.vm.lockHolder == t);
  assert((t.flags & TASK_HOLDS_LOCK) != 0);
  const vm = v.vm;
  t.flags &= ~TASK_HOLDS_LOCK;
  t.remaining = t.afterLock;
  if (t.remaining != 0) {
    // it is on its vCPU as before: who comes to wait below may end its quantum
    v.task = t;
    v.startedAt = clock.now;
    v.runsUntil = clock.now + t.remaining;
  }
  const w = vm.lockWaitHead;
  if (vm.lockWaiting == 0) vm.lockHolder = nothing<Task>();
  else {
    vm.lockWaitHead = w.next;
    vm.lockWaiting--;
    const waited = clock.now - w.remaining;
    count(vm, L.VM_LOCK_WAITS_ENDED, 1);
    count(vm, L.VM_LOCK_WAIT_NS, waited);
    atLeast(vm, L.VM_LOCK_WAIT_MAX, waited);
    acquire(vm, w);
    const spinner = spinnerOf(vm, w);
    if (isNull(spinner)) {
      if (vm.dispatch == L.DISPATCH_SINGLE) makeReady(vm, w);
      else {
        w.readyAt = clock.now;
        queueOn(v, w); // where the data is that the lock protects
      }
    } else if (spinner.frozen) {
      // the guest cannot know that the next in line is not there: nobody has the lock until its vCPU is back
      spinner.frozen = <u8>FROZEN_IN_TASK;
      count(vm, L.VM_LOCK_HOLDER_PREEMPTIONS, 1);
    } else run(spinner, w);
  }
}

/** As far as the guest can know: a vCPU that was taken away unasked looks to it as if it ran. */
function holderRuns(vm: Vm): bool {
  for (let i: u32 = 0; i < vm.max; i++) {
    const v = vcpuOf(vm, i);
    if (v.task == vm.lockHolder && (v.state == RUNNING || v.frozen)) return true;
  }
  return false;
}

/** Where the holder no longer runs, who spins for it gives its vCPU to other tasks, or nobody might ever run the holder again. */
export function spinOrLeave(vm: Vm): void {
  if (!vm.lockSpins || vm.lockWaiting == 0 || holderRuns(vm)) return;
  for (let i: u32 = 0; i < vm.max; i++) {
    const v = vcpuOf(vm, i);
    if (v.state != SPINNING) continue;
    leaveSpin(v);
    proceed(v);
  }
}

/** Whose vCPU spins for the lock, on a core or frozen. */
function spinnerOf(vm: Vm, t: Task): VCpu {
  if (vm.lockSpins) {
    for (let i: u32 = 0; i < vm.max; i++) {
      const v = vcpuOf(vm, i);
      if (v.task == t) return v;
    }
  }
  return nothing<VCpu>();
}

/** The vCPU of a spinning waiter is taken away: the waiter stays in line and is made ready when its turn comes. */
export function leaveSpin(v: VCpu): void {
  assert(v.state == SPINNING);
  v.task = nothing<Task>();
}
