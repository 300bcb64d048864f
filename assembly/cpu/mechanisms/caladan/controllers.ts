// Two of Caladan's controllers (iokernel/ias_ht.c, ias_bw.c), asked for by knobs, every `interval` of caladan:
//   lanes      a latency-critical VM's task that has run for `htPunish` has the sibling hardware threads of its core emptied until it
//              ends or stops; of two such tasks side by side the one that has run longer keeps its thread
//   bandwidth  RELAX → SAMPLE → PUNISH: while memory traffic is at `bandwidthLimit`, the best-effort VM above its guarantee that causes most
//              of it loses one vCPU an interval, after two spent sampling; below, one VM gets one back an interval
// Traffic is read at the instant of the poll, where the source counts an interval's. An emptied thread is idle in the accounts,
// where the source charges it to the process. Left out: that only tasks on a process's reserved cores have siblings emptied.
// A poll that could change nothing is not simulated.

import * as L from "../../../layout";
import { cancel, isPending, schedule, RANK_CONTROL } from "../../../kernel/event-queue";
import {
  H, VCpu, Vm, Core, everyRound, vmAt, VM_SLOT_OWN, slotOf, Q, RUNNING, coreAt, isNull, countHost, nothing, clock, settings,
} from "../../state";
import { removeIdle, pushIdle } from "../../idle";
import { grantOutside, coreToPool } from "../../cores/arbiter";
import { nudge } from "../../holding";
import { behindRounds } from "../../rounds";
import { mayLeave } from "../../takeable";
import { beginPark } from "../../cores/move";
import { hooks } from "../../hooks";
import { knobs, ownOfHost } from "../../own";
import { CaladanKnobs, Controllers } from "./state";
import { byScore } from "./score";
import { lanesWatched, used, longestBeside } from "./lanes";

// @ts-ignore: decorator
@inline const RELAX: u32 = 0;
// @ts-ignore: decorator
@inline const SAMPLE: u32 = 1;
// @ts-ignore: decorator
@inline const PUNISH: u32 = 2;

/** Sets the controllers' hooks, where one can have anything to do. */
export function control(): void {
  if (H.varies == 0) return;
  hooks.onPace = onPace;
  hooks.onTimer = poll;
  hooks.onCoreFree = onCoreFree;
}

/** With the mechanism's start; a fork finds tasks that run. */
export function beginControl(): void {
  ownOfHost<Controllers>().phase = RELAX;
  if (H.varies != 0 && (lanesWatched() || overLimit() || everyRound())) plan(clock.now);
}

/** A fork has changed the knobs: what a controller that is off has taken is given back. */
export function recontrol(): void {
  if (H.varies == 0) return;
  cancel(Q, slotOf(vmAt(0)) + VM_SLOT_OWN);
  if (lanesWatched()) plan(clock.now);
  else {
    for (let i: u32 = 0; i < H.coreCount; i++) {
      if (coreAt(i).kept) giveBack(coreAt(i));
    }
  }
  if (knobs<CaladanKnobs>().bandwidthLimitBytesPerSecond > 0) plan(clock.now);
  else {
    for (let i: u32 = 0; i < H.vmCount; i++) vmAt(i).limit = vmAt(i).max;
  }
}

/** There is something to look at from `at` on: the first multiple of the interval after now and not before `at`. */
function plan(at: u64): void {
  const slot = slotOf(vmAt(0)) + VM_SLOT_OWN;
  if (isPending(Q, slot) && ownOfHost<Controllers>().at <= at) return;
  const soonest = Q.rank < <u32>RANK_CONTROL ? clock.now : clock.now + 1;
  const next = (max<u64>(at, soonest) + settings.interval - 1) / settings.interval * settings.interval;
  if (isPending(Q, slot) && ownOfHost<Controllers>().at <= next) return;
  ownOfHost<Controllers>().at = next;
  schedule(Q, slot, next, RANK_CONTROL);
}

function onPace(v: VCpu): void {
  if (lanesWatched() && v.state == RUNNING && v.vm.cls == L.CLASS_LATENCY_CRITICAL) plan(clock.now + <u64>knobs<CaladanKnobs>().htPunishNs);
  if (overLimit()) plan(clock.now);
  if (H.keptCount != 0) nudge(); // one of the emptied may be beside a task of who was denied
}

function poll(_: Vm): void {
  behindRounds();
  if (lanesWatched()) watchLanes();
  if ((knobs<CaladanKnobs>().bandwidthLimitBytesPerSecond > 0 && watchBandwidth()) || everyRound()) plan(clock.now);
}

function watchLanes(): void {
  for (let i: u32 = 0; i < H.coreCount; i++) {
    const core = coreAt(i);
    const own = used(core);
    if (own >= 0) plan(clock.now + <u64>(<i64>(max<f64>(0, 1 - own) * knobs<CaladanKnobs>().htPunishNs)));
    const beside = longestBeside(core);
    const its = isNull(beside) ? -1 : used(beside);
    if (core.kept) {
      if (its < 1) giveBack(core);
    } else if (its >= 1 && (its > own || (its == own && beside.index < i))) empty(core, beside, own);
  }
}

/** Keeps `core` empty for the task on `beside`. A VM that may not lose a core must have another to go to. */
function empty(core: Core, beside: Core, own: f64): void {
  const v = core.vcpu;
  if (isNull(v)) {
    keep(core);
    removeIdle(core);
    nudge();
    return;
  }
  if (!mayLeave(core)) return; // in motion: the next poll looks again
  const vm = v.vm;
  const moves = vm.cls == L.CLASS_LATENCY_CRITICAL || vm.held <= vm.min;
  if (moves) {
    if (own >= 1 && vm == beside.vcpu.vm) return;
    const other = byScore(vm);
    if (isNull(other) || other == beside || !grantOutside(vm, 1)) return;
  }
  keep(core); // before: where moves cost nothing the core is free when beginPark returns
  beginPark(core);
}

function keep(core: Core): void {
  assert(core.kept == 0);
  core.kept = 1;
  H.keptCount++;
  countHost(L.HOST_LANES_EMPTIED, 1);
}

function release(core: Core): void {
  assert(core.kept != 0 && H.keptCount != 0);
  core.kept = 0;
  H.keptCount--;
  countHost(L.HOST_LANES_RETURNED, 1);
}

function giveBack(core: Core): void {
  release(core);
  if (isNull(core.vcpu)) coreToPool(core); // else it is still being parked
}

function onCoreFree(core: Core): void {
  if (!core.kept) coreToPool(core);
  else nudge();
}

/** For a VM that gets no other core: one that is kept empty for a task of its own, that of the task which has run least. */
export function takeBack(vm: Vm): Core {
  let best = nothing<Core>();
  let least = Infinity;
  for (let i: u32 = 0; H.keptCount != 0 && i < H.coreCount; i++) {
    const core = coreAt(i);
    if (!core.kept || !isNull(core.vcpu)) continue;
    const beside = longestBeside(core);
    if (isNull(beside) || beside.vcpu.vm != vm || used(beside) >= least) continue;
    least = used(beside);
    best = core;
  }
  if (!isNull(best)) {
    release(best);
    pushIdle(best);
  }
  return best;
}

// --- memory bandwidth ------------------------------------------------------------------------------------------------

/** Whether the memory moves as much as the limit allows; it cannot move more than it can. */
function overLimit(): bool {
  return knobs<CaladanKnobs>().bandwidthLimitBytesPerSecond > 0 && min<f64>(H.traffic, settings.memoryBandwidth) >= knobs<CaladanKnobs>().bandwidthLimitBytesPerSecond;
}

/** One step of the controller. False: nothing to do before traffic is at the limit again. */
function watchBandwidth(): bool {
  if (ownOfHost<Controllers>().phase == RELAX) {
    if (!overLimit()) return relax();
    ownOfHost<Controllers>().phase = SAMPLE;
  } else if (ownOfHost<Controllers>().phase == SAMPLE) ownOfHost<Controllers>().phase = PUNISH;
  else if (!overLimit() || !punish()) ownOfHost<Controllers>().phase = RELAX;
  return true;
}

/** One more vCPU for the first VM that is allowed fewer than its own. False: there is none. */
function relax(): bool {
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    if (vm.limit == vm.max) continue;
    vm.limit++;
    countHost(L.HOST_VCPUS_RETURNED, 1);
    nudge();
    return true;
  }
  return false;
}

/** One vCPU less for the victim. False: there is none, or none of its cores can leave now. */
function punish(): bool {
  assert(overLimit());
  let victim = nothing<Vm>();
  const share = knobs<CaladanKnobs>().bandwidthLimitBytesPerSecond / <f64>H.coreCount; // who uses less than a core's is left alone
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    if (vm.cls != L.CLASS_BEST_EFFORT || vm.held <= vm.min || vm.traffic < share) continue;
    if (isNull(victim) || vm.traffic > victim.traffic) victim = vm;
  }
  if (isNull(victim)) return false;
  for (let i: u32 = 0; i < H.coreCount; i++) {
    const core = coreAt(i);
    if (!mayLeave(core) || core.vcpu.vm != victim || core.vcpu.state != RUNNING) continue;
    victim.limit = victim.held - 1;
    countHost(L.HOST_VCPUS_DENIED, 1);
    beginPark(core);
    return true;
  }
  return false;
}
