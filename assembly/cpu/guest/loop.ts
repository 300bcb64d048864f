// The guest's scheduler loop on one vCPU (FluxOS; order as in Caladan's runtime/sched.c): own queue → ingress queue → steal →
// search for minSearch → give the core back.

import {
  STEP_NOTIFY, SPECIAL, VCpu, H, ownQueue, clearBit, ingress, Vm, Q, count, isNull, vcpuOf, DORMANT, STEP_NONE, YIELDING, clock, settings, traits, occupiedOf,
} from "../state";
import { append, popHead, headWasPreempted, sortByReady } from "../run-queue";
import { waitEnds } from "../waiting";
import { runBy, runHere, runPlain } from "./run";
import { runFirst } from "./reorder";
import { restAtOnce } from "./central";
import { endSearch, stealNow, beginSearch } from "./search";
import { NEVER, cancel, schedule, RANK_GIVE_UP, RANK_STEP } from "../../kernel/event-queue";
import * as L from "../../layout";
import { deactivate, enter, detach } from "./life";
import { hooks } from "../hooks";

/** `v` has nothing to run at this instant: own queue, ingress queue, a steal that costs nothing, or a search. */
export function proceed(v: VCpu): void {
  proceedBy(v, false);
}

/** The same where every task passes: inlined. */
// @ts-ignore: decorator
@inline
export function proceedHere(v: VCpu): void {
  proceedBy(v, true);
}

/** `here`: with the way of the next task inlined. */
// @ts-ignore: decorator
@inline
function proceedBy(v: VCpu, here: bool): void {
  const vm = v.vm;
  if (hooks.schedule) {
    hooks.rest(v);
    return;
  }
  if (v.queueLength != 0 && (vm.ingressLength == 0 || ownIsNext(v, vm))) {
    const t = popHead(ownQueue(v));
    if (v.queueLength == 0) clearBit(occupiedOf(vm), v.index);
    waitEnds(vm, t);
    if (here) runHere(v, t);
    else runBy(v, t);
    return;
  }
  if (vm.ingressLength != 0) {
    if ((vm.special & SPECIAL) != 0 && !isNull(vm.order)) {
      runFirst(v);
      return;
    }
    const t = popHead(ingress(vm));
    waitEnds(vm, t);
    if (here) runHere(v, t);
    else runBy(v, t);
    return;
  }
  if (traits.central && H.bagCount <= 1 && (H.bagCount == 0 || load<Vm>(H.bag).queued == 0)) {
    restAtOnce(v);
    return;
  }
  if (settings.stealCheck + settings.steal == 0 && stealNow(v)) {
    proceed(v);
    return;
  }
  if (traits.yields && settings.minSearch == 0 && mayYield(vm)) {
    yieldCore(v);
    return;
  }
  beginSearch(v);
  if (traits.yields) {
    v.deadline = settings.minSearch == 0 ? NEVER : clock.now + settings.minSearch;
    schedule(Q, v.slot, v.deadline, RANK_GIVE_UP);
  }
}

/** The same in a VM that is not special, behind a task. */
// @ts-ignore: decorator
@inline
export function proceedPlain(v: VCpu): void {
  const vm = v.vm;
  const own = v.queueLength != 0 && (vm.ingressLength == 0 || ownIsNext(v, vm));
  if (own || vm.ingressLength != 0) {
    const t = popHead(own ? ownQueue(v) : ingress(vm));
    if (own && v.queueLength == 0) clearBit(occupiedOf(vm), v.index);
    waitEnds(vm, t);
    runPlain(v, t);
  } else if (traits.central && H.bagCount == 0) restAtOnce(v);
  else proceed(v);
}

/** The first step of a vCPU that has just been granted its core: the steal is part of what the grant cost. */
export function proceedAfterGrant(v: VCpu): void {
  if (v.queueLength == 0 && v.vm.ingressLength == 0) stealNow(v);
  proceed(v);
}

/** Whether `vm` keeps what it is guaranteed if one more vCPU leaves, where that is not got back at once (hotplug, microvm). */
export function mayYield(vm: Vm): bool {
  if (traits.keeps == 0) return true;
  let there = vm.held;
  for (let k: u32 = 0; k < vm.max && there > vm.min; k++) {
    const v = vcpuOf(vm, k);
    // one whose core is being taken is not held any more
    there -= u32(v.state == YIELDING && v.core.step == STEP_NONE && isNull(v.core.target));
  }
  return there > vm.min;
}

/**
 * Where nothing is stolen, what waits at a vCPU without a core waits for any of the VM's from now on; nobody searches while any waits.
 * Answers how many have come to the VM's queue so.
 */
export function gatherStranded(vm: Vm): u32 {
  let gathered: u32 = 0;
  for (let k: u32 = 0; vm.stealAmount == L.STEAL_NONE && k < vm.max; k++) {
    const v = vcpuOf(vm, k);
    if (v.state != DORMANT || v.queueLength == 0) continue;
    gathered += v.queueLength;
    append(ownQueue(v), ingress(vm));
    clearBit(occupiedOf(vm), k);
    sortByReady(ingress(vm));
  }
  while (vm.ingressLength != 0 && !isNull(vm.searching)) {
    const v = vm.searching;
    endSearch(v);
    cancel(Q, v.slot);
    proceed(v);
  }
  return gathered;
}

/** Nothing found: the vCPU gives its core up by itself (voluntary yield). */
export function yieldCore(v: VCpu): void {
  assert(v.core.step == STEP_NONE || v.core.step == STEP_NOTIFY);
  assert(v.queueLength == 0);
  if (!traits.halts || v.vm.stealAmount != L.STEAL_NONE) deactivate(v);
  count(v.vm, L.VM_YIELDS, 1);
  enter(v, YIELDING);
  if (settings.yield == 0) yielded(v);
  else schedule(Q, v.slot, clock.now + settings.yield, RANK_STEP);
}

export function yielded(v: VCpu): void {
  assert(v.state == YIELDING);
  const core = v.core;
  detach(core);
  hooks.yielded(core, v.vm);
}

/** Whether the head of its own queue comes before that of the ingress queue: it was preempted here, or is no younger. */
// @ts-ignore: decorator
@inline
function ownIsNext(v: VCpu, vm: Vm): bool {
  return headWasPreempted(ownQueue(v)) || v.queueHead.readyAt <= vm.ingressHead.readyAt;
}
