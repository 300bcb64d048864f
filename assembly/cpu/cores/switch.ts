// From one mechanism to another in the middle of a run (a fork): every task keeps what it has been served, every core in motion
// arrives, and the new mechanism starts from the cores as they lie. The change itself costs nothing.

import { cancel, schedule, RANK_GIVE_UP, isPending, RANK_STEP } from "../../kernel/event-queue";
import {
  Q, SLOT_ARBITER, H, coreAt, isNull, vmAt, VM_SLOT_OWN, vcpuOf, DORMANT, FROZEN_SPINNING, TASK_HOLDS_LOCK, RUNNING, SEARCHING,
  STEALING, SPINNING, ownQueue, ingress, clearBit,
} from "../state";
import { pushIdle, removeIdle } from "../idle";
import { settleAll, capacity } from "../accounts";
import { deactivate, activate } from "../guest/life";
import { putBack } from "../guest/dispatch";
import { unfreeze } from "../guest/halt";
import { moveOldest } from "../run-queue";
import { spinOrLeave } from "../guest/lock";
import { setHooks, doNothing, ignoreVm, ignoreWidth } from "../hooks";
import { vacate } from "./move";

/** Undoes what only the present mechanism understands. */
export function prepareSwitch(): void {
  cancel(Q, SLOT_ARBITER);
  // nobody reacts while things are rearranged
  setHooks(doNothing, ignoreVm, pushIdle, ignoreWidth, doNothing, doNothing);
  H.onCores = 0;
  H.blind = 0;
  H.onPace = 0;
  H.bagCount = 0;
  for (let i: u32 = 0; i < H.coreCount; i++) {
    const core = coreAt(i);
    if (core.kept && isNull(core.vcpu)) pushIdle(core);
    core.kept = 0;
  }
  H.keptCount = 0;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    vm.inBag = 0;
    vm.denied = 0;
    vm.skipUntil = 0;
    vm.a = 0;
    vm.b = 0;
    vm.c = H.now;
    vm.stopped = 0;
    vm.snapQueued = 0;
    vm.limit = vm.max;
    cancel(Q, vm.slot + VM_SLOT_OWN);
    for (let k: u32 = 0; k < vm.max; k++) {
      const v = vcpuOf(vm, k);
      if (v.state == DORMANT) deactivate(v);
      if (!v.frozen) continue;
      // what was frozen lies in the run queue from now on, where it can be stolen; the guest is told, those who spin for it too
      const spun = v.frozen == FROZEN_SPINNING; // its task stays in line for the lock
      const t = unfreeze(v);
      if (!isNull(t) && !spun) {
        putBack(v, t);
        if (t.flags & TASK_HOLDS_LOCK) spinOrLeave(vm);
      }
    }
  }
}

/** Another mechanism may keep another number of cores for polling. */
export function setCoreCount(cores: u32): void {
  settleAll();
  H.capacityNs = capacity();
  H.capacitySince = H.now;
  while (H.coreCount > cores) {
    const core = coreAt(H.coreCount - 1);
    if (!isNull(core.vcpu)) vacate(core);
    if (core.idlePlace != 0) removeIdle(core);
    H.coreCount--;
  }
  while (H.coreCount < cores) {
    const core = coreAt(H.coreCount++);
    core.since = H.now;
    pushIdle(core);
  }
}

/** The new mechanism is chosen: vCPUs and queues take the form that it expects, and it starts. */
export function finishSwitch(): void {
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    for (let k: u32 = 0; k < vm.max; k++) {
      const v = vcpuOf(vm, k);
      if (v.state == RUNNING || v.state == SEARCHING || v.state == STEALING || v.state == SPINNING) {
        if (v.activePlace == 0) activate(v);
      }
      if (v.state == SEARCHING) {
        if (!H.yields) cancel(Q, v.slot);
        else {
          v.deadline = H.now + H.minSearch;
          schedule(Q, v.slot, v.deadline, RANK_GIVE_UP);
        }
      }
      if (H.central && v.queueLength != 0) {
        moveOldest(ownQueue(v), ingress(vm), v.queueLength);
        clearBit(vm.occupied, v.index);
      }
    }
  }
  // cores that were in motion arrive at once: how long they would have taken was the other mechanism's
  for (let i: u32 = 0; i < H.coreCount; i++) {
    const core = coreAt(i);
    if (isPending(Q, core.slot)) schedule(Q, core.slot, H.now, RANK_STEP);
  }
  call_indirect<void>(H.onStart);
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    // once is enough for an arbiter; the ideal mechanism hands out one core each time
    for (let n = vm.queued; n > 0; n--) {
      if (vm.queued != 0) call_indirect<void>(H.onQueued, vm);
    }
  }
}
