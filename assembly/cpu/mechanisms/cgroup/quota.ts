// How much core time a VM has used of its quota, and how much is left.

import { Core, DESCHEDULING, DORMANT, Vm, VM_OWN_AT, YIELDING, clock, isNull, vcpuOf } from "../../state";
import { NEVER } from "../../../kernel/event-queue";
import { knobs, own, ownOfHost } from "../../own";
import { CgroupKnobs, Groups, Quota } from "./state";

// @ts-ignore: decorator
@inline
export function contextSwitch(): u64 {
  return <u64>knobs<CgroupKnobs>().contextSwitchNs;
}

// @ts-ignore: decorator
@inline
export function throttled(vm: Vm): bool {
  return own<Quota>(vm).throttledSince != 0;
}

/** Where a VM's record says since when it is throttled (fields.ts). */
export function throttledSinceAt(): usize {
  return VM_OWN_AT + offsetof<Quota>("throttledSince");
}

/** Core time of a VM's quota in a period; the greatest u64: it has none. */
// @ts-ignore: decorator
@inline
export function quotaOf(vm: Vm): u64 {
  return vm.quota == 0 ? NEVER : <u64>(<i64>(vm.quota * knobs<CgroupKnobs>().periodNs + 0.5));
}

/** Core time used in this period, with what the last one left to be repaid. It lies where an arbiter would read, since every loss of a core adds to it. */
// @ts-ignore: decorator
@inline
export function usedOf(vm: Vm): u64 {
  return vm.skipUntil;
}

// @ts-ignore: decorator
@inline
export function setUsed(vm: Vm, ns: u64): void {
  vm.skipUntil = ns;
}

/** How long `core` has been its vCPU's since the use of its VM was brought up to date, this nanosecond included. */
// @ts-ignore: decorator
@inline
export function heldSince(core: Core, usedUntil: u64): u64 {
  return clock.now + 1 - max<u64>(core.since + 1, usedUntil);
}

/** Core time used in this period, this nanosecond included, where VMs are limited: what was booked when a core came or went, and since. */
// @ts-ignore: decorator
@inline
function usedNow(vm: Vm): u64 {
  const q = own<Quota>(vm);
  return usedOf(vm) + <u64>(vm.max - vm.dormantCount) * (clock.now + 1 - q.usedUntil);
}

/** Books the core time used so far. Where nobody is limited that of a core is booked when it is lost. */
export function bookUse(vm: Vm): void {
  const q = own<Quota>(vm);
  let used = usedOf(vm);
  if (ownOfHost<Groups>().limited) used = usedNow(vm);
  else {
    for (let k: u32 = 0; k < vm.max && vm.dormantCount != vm.max; k++) {
      const core = vcpuOf(vm, k).core;
      if (!isNull(core)) used += heldSince(core, q.usedUntil);
    }
  }
  setUsed(vm, used);
  q.usedUntil = clock.now + 1;
  ownOfHost<Groups>().usedUntil = clock.now + 1; // all are booked at once where nobody is limited
}

/** Core time that is left of this period's quota. */
// @ts-ignore: decorator
@inline
export function left(vm: Vm): u64 {
  const quota = quotaOf(vm);
  if (quota == NEVER) return NEVER;
  const used = usedNow(vm);
  return used < quota ? quota - used : 0;
}

/** The same, less what stopping `vm` now would take, where it has seen that; `more` vCPUs are about to come. */
export function usable(vm: Vm, more: u64): u64 {
  const rest = left(vm);
  if (rest == NEVER || own<Quota>(vm).stopped == 0) return rest;
  let leave = more;
  for (let k: u32 = 0; k < vm.max; k++) {
    const state = vcpuOf(vm, k).state;
    leave += u64(state != DORMANT && state != YIELDING && state != DESCHEDULING);
  }
  const stopping = leave * contextSwitch();
  return rest > stopping ? rest - stopping : 0;
}
