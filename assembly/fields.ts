// Where the records of a running host lie, for who watches it from outside, event by event (src/core/records.ts). Reading changes
// nothing, and a run that nobody watches pays nothing.

import * as L from "./layout";
import { throttledSinceAt } from "./cpu/mechanisms/cgroup/quota";
import { Core, H, Request, Task, VCpu, Vm, VM_BYTES } from "./cpu/state";
import { Fn, Instance, Life, life } from "./lifecycle/state";
import { COUNTERS, S, Swap } from "./memory/pages/state";

/** The place or offset, in bytes, that layout.ts calls `which`. */
export function fieldAt(which: u32): usize {
  switch (which) {
    case L.AT_CORES: return H.cores;
    case L.CORE_STRIDE: return offsetof<Core>();
    case L.CORE_VCPU: return offsetof<Core>("vcpu");
    case L.CORE_TARGET: return offsetof<Core>("target");
    case L.CORE_STEP: return offsetof<Core>("step");
    case L.CORE_DECIDED: return offsetof<Core>("decidedAt");
    case L.VCPU_VM: return offsetof<VCpu>("vm");
    case L.VCPU_SLOT: return offsetof<VCpu>("slot");
    case L.VCPU_STATE: return offsetof<VCpu>("state");
    case L.VCPU_TASK: return offsetof<VCpu>("task");
    case L.VCPU_VICTIM: return offsetof<VCpu>("stealVictim");
    case L.VCPU_FROZEN: return offsetof<VCpu>("frozen");
    case L.VCPU_BEGUN: return offsetof<VCpu>("begunAt");
    case L.VCPU_UNTIL: return offsetof<VCpu>("runsUntil");
    case L.VCPU_FAULT_UNTIL: return offsetof<VCpu>("faultUntil");
    case L.VCPU_TOUCH: return offsetof<VCpu>("touchAt");
    case L.TASK_FLAGS_AT: return offsetof<Task>("flags");
    case L.TASK_READY: return offsetof<Task>("readyAt");
    case L.TASK_ARRIVED: return offsetof<Task>("arrivedAt");
    case L.TASK_REQUEST: return offsetof<Task>("request");
    case L.TASK_AFTER_LOCK: return offsetof<Task>("afterLock");
    case L.REQUEST_ARRIVED: return offsetof<Request>("arrivedAt");
    case L.REQUEST_STAGE: return offsetof<Request>("stage");
    case L.REQUEST_LEFT: return offsetof<Request>("left");
    case L.AT_VMS: return H.vms;
    case L.VM_STRIDE: return VM_BYTES;
    case L.VM_INDEX: return offsetof<Vm>("index");
    case L.VM_QUEUED: return offsetof<Vm>("queued");
    case L.VM_HELD: return offsetof<Vm>("held");
    case L.VM_THROTTLED: return H.mechanism == L.MECHANISM_CGROUP ? throttledSinceAt() : 0;
    case L.AT_FUNCTIONS: return life.on ? life.fns : 0;
    case L.FUNCTION_STRIDE: return offsetof<Fn>();
    case L.FUNCTION_FIRST: return offsetof<Fn>("first");
    case L.FUNCTION_COUNTERS_AT: return offsetof<Fn>("counters");
    case L.INSTANCE_SIBLING: return offsetof<Instance>("sibling");
    case L.INSTANCE_ID: return offsetof<Instance>("id");
    case L.INSTANCE_STATE: return offsetof<Instance>("state");
    case L.INSTANCE_VM: return offsetof<Instance>("vm");
    case L.AT_LIFE: return changetype<usize>(life);
    case L.LIFE_STARTING_BYTES: return offsetof<Life>("memory0");
    case L.LIFE_ACTIVE_BYTES: return offsetof<Life>("memory1");
    case L.LIFE_DORMANT_BYTES: return offsetof<Life>("memory2");
    case L.AT_SWAPPED: return S.on ? changetype<usize>(S) : 0;
    case L.SWAPPED_FREE: return offsetof<Swap>("free");
    case L.SWAPPED_PHASE: return offsetof<Swap>("phase");
    case L.SWAPPED_COUNTERS: return COUNTERS;
    case L.SWAPPED_GUESTS: return S.guestCounters;
  }
  return 0;
}
