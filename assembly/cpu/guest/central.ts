// The bound's guest (ideal): one queue a VM, served the moment a core is there, at no cost.

import { traits, isNull, Vm, Task, RUNNING, countHost, count, settings, vcpuOf, VCpu, H, dormantOf } from "../state";
import { popIdle, pushIdleHere, removeIdleHere, topIdle } from "../idle";
import { takeableHeld } from "../takeable";
import { chooseDormant } from "../holding";
import { attachHere, detachHere } from "./life";
import * as L from "../../layout";
import { run } from "./run";

// The two functions below do what the ideal mechanism's hooks would, without the queue, the hook and the calls in between; plain.ts has what
// nearly every task passes that only runs.

/** Nobody waits and a core is idle: the task runs on it at once. */
export function serveAtOnce(vm: Vm, t: Task): void {
  assert(traits.central != 0 && H.idleCount != 0);
  const core = topIdle();
  if (settings.smt > 1) removeIdleHere(core);
  else popIdle(core);
  vm.held++;
  takeableHeld(vm);
  // nothing waits at any vCPU
  const v = vm.words == 1 ? vcpuOf(vm, <u32>ctz<u64>(load<u64>(dormantOf(vm)))) : chooseDormant(vm);
  attachHere(core, v, RUNNING);
  countHost(L.HOST_MOVES, 1);
  count(vm, L.VM_GRANTS, 1);
  run(v, t);
}

/** Nobody waits anywhere: the core is idle. */
export function restAtOnce(v: VCpu): void {
  assert(traits.central != 0 && isNull(v.task));
  const vm = v.vm;
  if (H.bagCount != 0) {
    load<Vm>(H.bag).inBag = 0;
    H.bagCount = 0;
  }
  count(vm, L.VM_YIELDS, 1);
  const core = v.core;
  detachHere(core, true);
  vm.held--;
  takeableHeld(vm);
  pushIdleHere(core);
}
