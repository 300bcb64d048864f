// What must hold whenever a result is asked for: core time, cores held, tasks.

import { H, coreAt, isNull, vmAt, countersOf, inFlight, RECORD_BYTES, vcpuOf, getBit, DORMANT, dormantOf, occupiedOf } from "./state";
import * as L from "../layout";
import { parking, arriving } from "./holding";
import { capacity } from "./accounts";

/**
 * What must hold at any instant: tasks, core time and cores are conserved, no core belongs to two, none is lost.
 * Call after settleAll. Answers 0 or E_CONSERVATION.
 */
export function checkConservation(): u32 {
  let time = load<u64>(H.counters, L.HOST_IDLE_NS << 3);
  // cores by VM: those that it has, less those being taken, and those promised to it; and those that come
  const cores = H.scratch;
  memory.fill(cores, 0, <usize>H.vmCount << 3);
  for (let i: u32 = 0; i < H.coreCount; i++) {
    const core = coreAt(i);
    let vm = core.target;
    if (isNull(vm) && !isNull(core.vcpu) && !parking(core)) vm = core.vcpu.vm;
    if (isNull(vm)) continue;
    const at = cores + (<usize>vm.index << 3);
    store<u32>(at, load<u32>(at) + 1);
    if (!isNull(core.target) || arriving(core.vcpu)) store<u32>(at, load<u32>(at, 4) + 1, 4);
  }
  const alive = <u64>((H.recordsEnd - H.records) / RECORD_BYTES) - <u64>H.freeCount; // tasks and requests: of each that is in a VM one at least
  let requests: u64 = 0;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    const c = countersOf(vm);
    const here = inFlight(vm);
    requests += here;
    if (here > alive || requests > alive) return L.E_CONSERVATION;
    time += load<u64>(c, L.VM_TASK_NS << 3) + load<u64>(c, L.VM_STEAL_NS << 3) + load<u64>(c, L.VM_IDLE_POLL_NS << 3) + load<u64>(c, L.VM_TRANSITION_NS << 3);
    if (load<u32>(cores + (<usize>i << 3)) != vm.held || vm.held > vm.max) return L.E_CONSERVATION;
    if (load<u32>(cores + (<usize>i << 3), 4) != vm.coming) return L.E_CONSERVATION;
    let queued: u32 = vm.ingressLength + vm.frozen;
    for (let k: u32 = 0; k < vm.max; k++) {
      const v = vcpuOf(vm, k);
      queued += v.queueLength;
      if (getBit(occupiedOf(vm), k) != (v.queueLength != 0)) return L.E_CONSERVATION;
      if (getBit(dormantOf(vm), k) != (v.state == DORMANT)) return L.E_CONSERVATION;
      if ((v.state == DORMANT) != isNull(v.core)) return L.E_CONSERVATION;
      if (!isNull(v.core) && v.core.vcpu != v) return L.E_CONSERVATION;
    }
    if (queued != vm.queued) return L.E_CONSERVATION;
  }
  return time == capacity() ? 0 : L.E_CONSERVATION;
}
