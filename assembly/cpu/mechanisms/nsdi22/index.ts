// `nsdi22`: the rules of the simulator of "Efficient Scheduling Policies for Microsecond-Scale Tasks" (NSDI'22), so that its figures
// can be held against ours. Every VM is one such machine on its `vcpus.min` cores, which no other VM ever gets:
//   search  one queue after another, stealCheck each, along one fixed random ring; found: `steal` more, then half, oldest first, to the
//           front of its own queue. Its own queue it sees every localCheck only. No locks: a second thief may come too late.
//   park    by itself, after a failed search and minSearch without work, where the policy lets it; or by the policy, at once,
//           whatever waits in its queue, which stays there.
//   policy  every `interval` (or at every step): which parked core is allocated, which core is parked (below).
// Within an instant: what ends, arrivals, the policy, then cores begin in the order of their index. Left out: the extra choice of
// victims, flags, locks and preemption that the simulator has switched off in its published configurations.
//
// A look into an empty queue changes nothing, and when a searcher looks into which queue is known when its walk begins; so no look
// is an event but the next that will find something, which is planned anew when a queue that was empty is no more.

import * as L from "../../../layout";
import { NEVER, schedule, RANK_LAST, RANK_END } from "../../../kernel/event-queue";
import { below } from "../../../kernel/random";
import {
  Vm, Task, VCpu, H, vmAt, coreAt, vcpuOf, STEALING, Q, SLOT_ARBITER, isNull, RUNNING, PREEMPTING, nothing, activeAt, ownQueue,
  ingress, setBit, clearBit, TASK_FLAGS, clock, settings, activesOf, occupiedOf,
} from "../../state";
import { removeIdle, pushIdle } from "../../idle";
import { attach, activate, deactivate } from "../../guest/life";
import { hold } from "../../holding";
import { MIXED, pushTail, popHead } from "../../run-queue";
import { vacate } from "../../cores/move";
import { hooks } from "../../hooks";
import { knobsDiffer, roundsDiffer } from "../../cores/fork";
import { enqueue, deliver } from "./arrivals";
import { reallocate } from "./reallocation";
import { rest, begin, walkEnds, plan, take } from "./search";
import {
  STEP_BEGIN, STEP_PENALTY, STEP_IDLE, STEP_FINAL, STEP_LOOK, STEP_STEAL, STEP_ALLOCATE, rules, walkOf, walkAt, machine, usageOf,
} from "./state";
import { mechanism } from "../registry";

export function nsdi22(): void {
  for (let i: u32 = 0; i < H.vmCount; i++) {
    vmAt(i).dispatch = <u8>L.DISPATCH_RANDOM;
    vmAt(i).quantum = 0;
  }
  hooks.onStart = start;
  hooks.onArbiter = phase;
  hooks.onReady = enqueue;
  hooks.onStep = onStep;
  hooks.onRest = rest;
  hooks.onRefit = refit;
  hooks.onLeave = leave;
}

function start(): void {
  let next: u32 = 0;
  if (clock.now != 0 && usageOf(vmAt(0)).laid == 0) emptyCores(); // another mechanism has had them
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    if (usageOf(vm).laid != 0) continue; // a fork of a host that is laid out
    usageOf(vm).laid = 1;
    if (rules().roundDown != 0 && vm.stageCount != 0 && vm.service.kind == L.DIST_EXPONENTIAL) vm.service.kind = L.DIST_EXPONENTIAL_FLOOR;
    for (let k: u32 = 0; k < vm.min; k++) {
      while (next < H.coreCount && coreAt(next).idlePlace == 0) next++;
      if (next == H.coreCount) break;
      const core = coreAt(next);
      const v = vcpuOf(vm, k);
      hold(vm, 1);
      removeIdle(core);
      attach(core, v, STEALING);
      activate(v);
      walkOf(v).idleSince = NEVER;
      walkOf(v).step = STEP_BEGIN;
    }
    layRing(vm);
    if (clock.now != 0) gather(vm);
  }
  machine().roundAt = rules().reallocation != 0 ? (clock.now / settings.interval + 1) * settings.interval : NEVER;
  schedule(Q, SLOT_ARBITER, clock.now, RANK_LAST);
}

function refit(_: bool): void {
  if (knobsDiffer() || roundsDiffer()) start();
}

/** Nobody has a core any more; what ran waits at the head of its queue. */
function emptyCores(): void {
  for (let i: u32 = 0; i < H.coreCount; i++) {
    const core = coreAt(i);
    const v = core.vcpu;
    if (isNull(v)) continue;
    // in every other state it is what it ran last, done long ago or waiting for a lock
    if (v.state != RUNNING && v.state != PREEMPTING && walkOf(v).step != STEP_PENALTY) v.task = nothing<Task>();
    vacate(core);
    pushIdle(core);
  }
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    vm.held = 0; // a core that was being parked for nobody had left the account already
    vm.promised = 0;
    vm.coming = 0;
    for (let k: u32 = 0; k < vm.max; k++) {
      const v = vcpuOf(vm, k);
      deactivate(v);
      walkOf(v).step = STEP_IDLE;
      v.task = nothing<Task>();
    }
  }
}

/** Tasks that another mechanism left where no core of this one looks go to the active queues in turn. */
function gather(vm: Vm): void {
  let n: u32 = 0;
  if (vm.activeCount == 0) return;
  while (vm.ingressLength != 0) {
    const v = activeAt(vm, n++ % vm.activeCount);
    pushTail(ownQueue(v), popHead(ingress(vm)));
    setBit(occupiedOf(vm), v.index);
  }
  for (let k = vm.min; k < vm.max; k++) {
    const from = vcpuOf(vm, k);
    while (from.queueLength != 0) {
      const v = activeAt(vm, n++ % vm.activeCount);
      pushTail(ownQueue(v), popHead(ownQueue(from)));
      setBit(occupiedOf(vm), v.index);
    }
    clearBit(occupiedOf(vm), k);
  }
}

/** Another mechanism takes over: it finds every core idle, every task in a queue. */
function leave(): void {
  emptyCores();
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    if (vm.stageCount != 0 && vm.service.kind == L.DIST_EXPONENTIAL_FLOOR) vm.service.kind = L.DIST_EXPONENTIAL;
    for (let k: u32 = 0; k < vm.max; k++) {
      const v = vcpuOf(vm, k);
      if (v.queueLength > 1) v.queueFront = MIXED;
      for (let t = v.queueHead, n = v.queueLength; n != 0; n--) {
        t.flags &= TASK_FLAGS; // a task on its way elsewhere stays here
        t = t.next;
      }
    }
  }
}

/** The order in which every searcher walks: one random ring through all queues, drawn once. */
function layRing(vm: Vm): void {
  const n = vm.activeCount;
  for (let i = n; i > 1; i--) {
    const k = below(changetype<usize>(vm) + offsetof<Vm>("stealStream0"), i);
    const at = activesOf(vm) + (<usize>(i - 1) << 2);
    const other = activesOf(vm) + (<usize>k << 2);
    const v = load<VCpu>(at);
    store<VCpu>(at, load<VCpu>(other));
    store<VCpu>(other, v);
  }
  for (let i: u32 = 0; i < n; i++) {
    const v = activeAt(vm, i);
    v.activePlace = i + 1;
    walkOf(v).place = i;
  }
}

/** Everything else of this instant is done: reallocation, then the cores that begin something. */
function phase(): void {
  const due = rules().everyStep != 0 || clock.now == machine().roundAt;
  if (clock.now == machine().roundAt) machine().roundAt += settings.interval;
  if (machine().roundAt != NEVER && rules().everyStep == 0) schedule(Q, SLOT_ARBITER, machine().roundAt, RANK_LAST);
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    if (due && rules().reallocation != 0) reallocate(vm);
    for (let k: u32 = 0; k < vm.min; k++) {
      const step = walkAt(vm, k).step;
      if (step == STEP_BEGIN || step == STEP_FINAL) begin(vcpuOf(vm, k));
    }
  }
}

/** The pending event of a vCPU that runs no task. */
function onStep(v: VCpu): void {
  const vm = v.vm;
  switch (walkOf(v).step) {
    case STEP_LOOK: {
      if (v.queueLength != 0 && settings.localCheck != 0 && (clock.now - walkOf(v).began) % settings.localCheck == 0) rest(v);
      else if (!isNull(walkOf(v).target) && walkOf(v).target.queueLength != 0) {
        walkOf(v).step = STEP_STEAL;
        schedule(Q, v.slot, clock.now + settings.steal, RANK_END);
      } else if (clock.now >= walkEnds(v)) {
        if (clock.now - walkOf(v).idleSince >= settings.minSearch) walkOf(v).step = STEP_FINAL;
        rest(v);
      } else plan(v); // somebody was faster
      return;
    }
    case STEP_STEAL: {
      take(v, walkOf(v).target);
      walkOf(v).idleSince = NEVER;
      rest(v);
      return;
    }
    case STEP_ALLOCATE: {
      if (v.activePlace == 0) activate(v);
      rest(v);
      return;
    }
    default: {
      assert(walkOf(v).step == STEP_PENALTY);
      deliver(v);
    }
  }
}

mechanism(L.MECHANISM_NSDI22, nsdi22);
