// By which number the fingerprint knows a timer slot: the same however many VMs are laid out for instances, so that a run which had to be
// laid out anew with more of them has the fingerprint of one that had enough from the start.

import { H, SLOT_VMS, VCpu, VM_SLOTS_SHIFT, Vm, vmAt } from "../cpu/state";
import { classAt, life } from "./state";

/** What is numbered behind all others. */
// @ts-ignore: decorator
@inline const OF_INSTANCES: u32 = 1 << 23;

/** Timer slots that instances' VMs have, and their vCPUs. */
// @ts-ignore: decorator
@inline
function vmTimers(): u32 {
  return life.slotCount << VM_SLOTS_SHIFT;
}

/** Classes take turns, each giving its VMs in order. */
function turnOf(vm: Vm): u32 {
  let k = life.classCount - 1;
  while (classAt(k).firstVm > vm.index) k--;
  return (vm.index - classAt(k).firstVm) * life.classCount + k;
}

export function steadySlot(slot: u32): u32 {
  if (slot >= H.slotClients) return slot - vmTimers() - life.slotVcpus;
  if (slot >= H.slotVcpus) {
    const v = changetype<VCpu>(H.vcpus + <usize>(slot - H.slotVcpus) * offsetof<VCpu>());
    if (v.vm.index < life.firstSlot) return slot - vmTimers();
    return OF_INSTANCES + turnOf(v.vm) * life.vcpusMost + v.index;
  }
  if (slot >= H.slotCores) return slot - vmTimers();
  if (slot < SLOT_VMS + (life.firstSlot << VM_SLOTS_SHIFT)) return slot;
  const which = (slot - SLOT_VMS) & ((1 << VM_SLOTS_SHIFT) - 1);
  return OF_INSTANCES + (turnOf(vmAt((slot - SLOT_VMS) >> VM_SLOTS_SHIFT)) << VM_SLOTS_SHIFT) + which;
}
