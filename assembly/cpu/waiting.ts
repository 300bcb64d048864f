// Tasks that wait for a core: how many, since when, the oldest of them.

import { Vm, ingress, vcpuOf, isNull, ownQueue, Task, TASK_STARTED, clock, traits, dormantOf, occupiedOf } from "./state";
import { NEVER } from "../kernel/event-queue";
import { oldestIn } from "./run-queue";

// --- signals -----------------------------------------------------------------------------------------------------

/** Since when the VM's oldest waiting task has been ready; NEVER when none waits. */
export function oldestReady(vm: Vm): u64 {
  if (vm.queued == 1) return vm.readySum; // the only one's, wherever it waits
  let oldest = NEVER;
  if (vm.ingressLength != 0) oldest = oldestIn(ingress(vm));
  if (traits.blind != 0 && vm.frozen != 0) {
    for (let k: u32 = 0; k < vm.max; k++) {
      const v = vcpuOf(vm, k);
      if (v.frozen && !isNull(v.task)) oldest = min<u64>(oldest, v.task.readyAt);
    }
  }
  for (let w: u32 = 0; w < vm.words; w++) {
    let bits = load<u64>(occupiedOf(vm) + (<usize>w << 3));
    while (bits != 0) {
      oldest = min<u64>(oldest, oldestIn(ownQueue(vcpuOf(vm, (w << 6) + <u32>ctz<u64>(bits)))));
      bits &= bits - 1;
    }
  }
  return oldest;
}

/** Whether tasks wait in the queue of a vCPU that has no core. */
export function stranded(vm: Vm): bool {
  for (let w: usize = 0; w < <usize>vm.words; w++) {
    if ((load<u64>(dormantOf(vm) + (w << 3)) & load<u64>(occupiedOf(vm) + (w << 3))) != 0) return true;
  }
  return false;
}

// --- ready tasks ------------------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline
export function waitBegins(vm: Vm, t: Task): void {
  assert(t.readyAt <= clock.now);
  if (vm.queued == 0) vm.backlogSince = clock.now;
  vm.queued++;
  vm.readySum += t.readyAt;
}

// @ts-ignore: decorator
@inline
export function waitEnds(vm: Vm, t: Task): void {
  assert(vm.queued != 0);
  assert(t.readyAt <= clock.now);
  vm.queued--;
  vm.readySum -= t.readyAt;
}

/** A task that was taken off its vCPU is ready since now; since it was, if it had not begun. */
// @ts-ignore: decorator
@inline
export function waitsAgain(t: Task): void {
  if ((t.flags & TASK_STARTED) != 0) t.readyAt = clock.now;
}
