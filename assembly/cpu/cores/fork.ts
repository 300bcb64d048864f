// A fork: the same host goes on under other settings, perhaps under another mechanism. Costs nothing, and what does not depend on
// what was changed goes on bit by bit. Moves keep the steps they were decided with (move.ts); a search keeps its beginning.
//
//   the same kind   nothing is rearranged; what hangs on a changed setting is planned anew
//   another kind    it starts as at time 0, from the cores as they lie: what only the one before understands is undone first
//   to ideal        all motion ends at once

import { cancel, NEVER } from "../../kernel/event-queue";
import * as L from "../../layout";
import {
  H, Q, VCpu, YIELDING, FROZEN_SPINNING, RUNNING, SEARCHING, STEALING, SPINNING, SLOT_ARBITER, SLOT_PUBLISH, VM_SLOT_OWN, STEP_NONE,
  clearBit, coreAt, ingress, isNull, ownQueue, setBit, vcpuOf, vmAt, arbiter, clock, curve, settings, traits, Settings, occupiedOf, slotOf,
} from "../state";
import { forgetBacklogs } from "../backlogs";
import { pushIdle, removeIdle } from "../idle";
import { settleAll, capacity } from "../accounts";
import { waitBegins } from "../waiting";
import { append, pushHead, sortByReady } from "../run-queue";
import { hooks, ignoreVm } from "../hooks";
import { KNOB_BYTES, KNOBS } from "../own";
import { activate, deactivate } from "../guest/life";
import { unfreeze } from "../guest/leave";
import { planRun } from "../guest/plan";
import { makeRoomFor } from "../guest/turn";
import { limitToQuantum } from "../guest/run";
import { planSearch } from "../guest/dispatch";
import { endSearch, walkAnew } from "../guest/search";
import { gatherStranded, proceed, yielded } from "../guest/loop";
import { spinOrLeave } from "../guest/lock";
import { beBusy } from "./arbiter";
import { hurry, keepAllSteps, onCore, stopFinished, vacate } from "./move";

// what was set before: the host's settings, and of each VM 24 bytes in H.scratch, which nobody else uses meanwhile
// @ts-ignore: decorator
@inline const SETTINGS: usize = offsetof<Settings>("smtFactor") + 8 - offsetof<Settings>("stealCheck");
const BEFORE: usize = memory.data(offsetof<Settings>("smtFactor") + 8 - offsetof<Settings>("stealCheck"), 8);
const KNOBS_BEFORE: usize = memory.data((L.HOST_KNOBS_END - L.HOST_KNOBS) << 3, 8);
// @ts-ignore: decorator
@inline const WAS_MIN: usize = 0;
// @ts-ignore: decorator
@inline const WAS_STEALING: usize = 4;
// @ts-ignore: decorator
@inline const WAS_QUANTUM: usize = 8;
// @ts-ignore: decorator
@inline const WAS_QUOTA: usize = 16;

// @ts-ignore: decorator
@inline
function was(i: u32): usize {
  return H.scratch + (<usize>i << 5);
}

/** Whether the setting at `field` of Settings, of 4 or 8 bytes, is another now. */
export function differs(field: usize, bytes: usize): bool {
  return memory.compare(BEFORE + field - offsetof<Settings>("stealCheck"), changetype<usize>(settings) + field, bytes) != 0;
}

/** Whether one of the mechanism's own knobs is another now. */
export function knobsDiffer(): bool {
  return memory.compare(KNOBS_BEFORE, KNOBS, KNOB_BYTES) != 0;
}

/** Whether something that the arbiter's rounds go by is. */
export function roundsDiffer(): bool {
  return differs(offsetof<Settings>("pollBase"), 16) || differs(offsetof<Settings>("interval"), offsetof<Settings>("dedicated") - offsetof<Settings>("interval"))
    || differs(offsetof<Settings>("batch"), 8) || differs(offsetof<Settings>("queueLength"), 8);
}

/** Settings are about to be read: what they are now is kept, and with another `kind` what only the present mechanism understands is undone. */
export function prepareFork(kind: u32): void {
  assert(clock.status == 0);
  if (kind == H.mechanism && arbiter.on != 0) beBusy(); // by what reading has cost until now
  keepAllSteps();
  memory.copy(BEFORE, changetype<usize>(settings) + offsetof<Settings>("stealCheck"), SETTINGS);
  memory.copy(KNOBS_BEFORE, KNOBS, KNOB_BYTES);
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    store<u32>(was(i), vm.min, WAS_MIN);
    store<u32>(was(i), vm.stealAmount, WAS_STEALING);
    store<u64>(was(i), vm.quantum, WAS_QUANTUM);
    store<f64>(was(i), vm.quota, WAS_QUOTA);
  }
  if (kind == H.mechanism) return;
  cancel(Q, SLOT_ARBITER);
  cancel(Q, SLOT_PUBLISH);
  arbiter.on = 0;
  // nobody reacts while things are rearranged
  hooks.silence();
  hooks.onCoreFree = pushIdle;
  traits.blind = 1; // nor does the guest, whose lock's holder may stop meanwhile: who spins for it is asked when all is arranged
  H.bagCount = 0;
  forgetBacklogs();
  arbiter.round++; // what is decided from now on is of no round of the arbiter's
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
    vm.snapQueued = 0;
    vm.limit = vm.max;
    cancel(Q, slotOf(vm) + VM_SLOT_OWN);
  }
}

/** Where the guest is asked from now on nothing is frozen. Goes by the dispatch of now. */
export function releaseFrozen(kind: u32): void {
  if (kind == H.mechanism || kind == L.MECHANISM_BLIND || kind == L.MECHANISM_CGROUP) return;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    for (let k = vm.max; k > 0; k--) {
      const v = vcpuOf(vm, k - 1);
      if (v.frozen) release(v, kind != L.MECHANISM_IDEAL && vm.dispatch == L.DISPATCH_SINGLE);
    }
  }
}

/** What was frozen lies at the head of the run queue from now on, as who was preempted; who span stays in line for the lock. */
function release(v: VCpu, single: bool): void {
  const spun = v.frozen == FROZEN_SPINNING;
  const since = v.vm.backlogSince;
  const t = unfreeze(v);
  if (isNull(t) || spun) return;
  waitBegins(v.vm, t); // ready since it was
  v.vm.backlogSince = since;
  if (single) {
    pushHead(ingress(v.vm), t);
    return;
  }
  pushHead(ownQueue(v), t);
  setBit(occupiedOf(v.vm), v.index);
}

/** Another mechanism may keep another number of cores for polling. */
export function setCoreCount(cores: u32): void {
  if (cores == H.coreCount) return;
  settleAll();
  H.capacityNs = capacity();
  H.capacitySince = clock.now;
  while (H.coreCount > cores) {
    const core = coreAt(H.coreCount - 1);
    if (!isNull(core.vcpu)) vacate(core);
    if (core.idlePlace != 0) removeIdle(core);
    H.idleNs += clock.now - max<u64>(core.since, clock.statsFrom);
    H.coreCount--;
  }
  while (H.coreCount < cores) {
    const core = coreAt(H.coreCount++);
    core.since = clock.now;
    pushIdle(core);
  }
}

/**
 * The settings are those that hold from now on, and the mechanism is chosen. What vCPUs are at goes by them; `same`: the mechanism is of the
 * kind that was there. Answers whether a guarantee or a quota has changed.
 */
export function finishFork(same: bool): bool {
  if (!same) setActive();
  const walks = differs(offsetof<Settings>("stealCheck"), 8) || differs(offsetof<Settings>("localCheck"), 8);
  const searches = !same || differs(offsetof<Settings>("minSearch"), 8);
  let guarantees = false;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    guarantees = guarantees || vm.min != load<u32>(was(i), WAS_MIN) || vm.quota != load<f64>(was(i), WAS_QUOTA);
    const quantum = vm.quantum != load<u64>(was(i), WAS_QUANTUM);
    const stole = load<u32>(was(i), WAS_STEALING) != L.STEAL_NONE;
    const anew = walks || stole != (vm.stealAmount != L.STEAL_NONE);
    if (hooks.schedule || (!searches && !anew && !quantum)) continue; // nsdi22 searches in its own way
    for (let k: u32 = 0; k < vm.max; k++) {
      const v = vcpuOf(vm, k);
      if (v.state == SEARCHING) {
        // who may not leave is not asked again where a search takes no time
        if (searches) v.deadline = traits.keeps && settings.minSearch == 0 ? NEVER : max<u64>(clock.now, v.searchSince + settings.minSearch);
        if (anew) v.searchAt = clock.now;
        planSearch(v);
      } else if (quantum && v.state == RUNNING && !isNull(v.task)) planRun(v);
    }
    if (same && quantum && vm.dispatch == L.DISPATCH_SINGLE) makeRoomFor(vm, vm.ingressLength); // as if all who wait had come now
    if (anew || !same) walkAnew(vm, stole); // what was frozen may be found
  }
  return guarantees;
}

/** Another mechanism is in charge, and who waits lies in other queues than before. */
export function quantaAnew(): void {
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    for (let k: u32 = 0; vm.quantum != 0 && k < vm.max; k++) limitToQuantum(vcpuOf(vm, k));
    makeRoomFor(vm, vm.ingressLength);
  }
}

/** Another mechanism, not ideal, starts from the cores as they lie. */
export function beginAnew(): void {
  assert(traits.central == 0);
  for (let i: u32 = 0; i < H.vmCount; i++) gatherStranded(vmAt(i));
  // who spins for a holder that the guest sees no longer run does something else
  for (let i: u32 = 0; i < H.vmCount; i++) spinOrLeave(vmAt(i));
  hooks.start();
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    if (vm.queued != 0) hooks.queued(vm);
  }
}

/** Tasks are dispatched to whoever executes the guest, and where it is not asked to who is frozen; under `ideal` to nobody. */
function setActive(): void {
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    for (let k: u32 = 0; k < vm.max; k++) {
      const v = vcpuOf(vm, k);
      const state = v.state;
      const executes = state == RUNNING || state == SEARCHING || state == STEALING || state == SPINNING;
      if (traits.central == 0 && (executes || v.frozen)) activate(v);
      else deactivate(v);
    }
  }
}

/** Under `ideal`: every core arrives, every vCPU that runs no task gives its core up, at once and in the order of the cores. */
export function endMotion(): void {
  assert(traits.central != 0);
  const queued = hooks.queues;
  const free = hooks.frees;
  hooks.onQueued = ignoreVm;
  hooks.onCoreFree = pushIdle;
  curve.start = min<u64>(curve.start, clock.now); // a round that was still being issued
  arbiter.busyUntil = clock.now;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    for (let k: u32 = 0; k < vm.max; k++) {
      const v = vcpuOf(vm, k);
      if (v.queueLength == 0) continue;
      append(ownQueue(v), ingress(vm));
      clearBit(occupiedOf(vm), k);
    }
    sortByReady(ingress(vm));
  }
  for (let i: u32 = 0; i < H.coreCount; i++) {
    const core = coreAt(i);
    const v = core.vcpu;
    if (isNull(v)) continue;
    hurry(core);
    if (v.state == YIELDING || v.state == STEALING || v.state == SEARCHING) cancel(Q, v.slot);
    if (v.state == YIELDING) yielded(v);
    else if (v.finishing) stopFinished(v);
    else if (core.step != STEP_NONE) onCore(core);
    else if (v.state == SEARCHING) {
      endSearch(v);
      proceed(v);
    } else if (v.state == STEALING) proceed(v);
  }
  for (let i: u32 = 0; i < H.vmCount; i++) spinOrLeave(vmAt(i));
  hooks.queues = queued;
  hooks.frees = free;
}
