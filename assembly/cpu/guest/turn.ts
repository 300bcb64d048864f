// Whose turn is over where tasks of a VM with one queue wait: the vCPU longest past its quantum, one for each task.

import * as L from "../../layout";
import { isPending, timeOf } from "../../kernel/event-queue";
import { Vm, VCpu, nothing, Q, vcpuOf, RUNNING, isNull, clock } from "../state";
import { limitToQuantum } from "./run";
import { isAsked, planRun } from "./plan";

// --- quanta where a VM has one queue: one waiting task, one switch

/** Of the VM's vCPUs the one longest past its quantum, of equals the first, but for those that are to switch already; null: none is. */
export function longestPast(vm: Vm, asking: bool): VCpu {
  let best = nothing<VCpu>();
  let least = clock.now < vm.quantum ? 0 : clock.now - vm.quantum + 1;
  for (let i: u32 = 0; i < vm.max; i++) {
    const v = vcpuOf(vm, i);
    if (v.state != RUNNING || isNull(v.task) || v.begunAt >= least || v.runsUntil == clock.now || isAsked(v)) continue;
    if (asking && v.askedAt == clock.now) continue;
    if (v.begunAt + vm.quantum == clock.now && isPending(Q, v.slot) && timeOf(Q, v.slot) == clock.now) continue; // its quantum's end is to come
    least = v.begunAt;
    best = v;
  }
  return best;
}

/** A task has come to the VM's queue otherwise than by the end of a quantum: one vCPU that is past its quantum is asked to switch. */
export function askForTurn(vm: Vm): void {
  assert(vm.quantum != 0 && vm.dispatch == L.DISPATCH_SINGLE);
  if (vm.ingressLength == 1) {
    for (let i: u32 = 0; i < vm.max; i++) limitToQuantum(vcpuOf(vm, i)); // nobody waited before, and no limit applied
  }
  const v = longestPast(vm, true);
  if (isNull(v)) return;
  v.asked = 1;
  v.askedAt = clock.now;
  planRun(v);
}

/** So many tasks have come to the VM's queue: who is past his quantum makes room, as for one that comes otherwise. */
export function makeRoomFor(vm: Vm, tasks: u32): void {
  if (vm.quantum == 0 || tasks == 0) return;
  if (vm.dispatch != L.DISPATCH_SINGLE) {
    for (let k: u32 = 0; k < vm.max; k++) limitToQuantum(vcpuOf(vm, k));
    return;
  }
  for (let n = min<u32>(tasks, vm.ingressLength); n > 0; n--) askForTurn(vm);
}
