// A vCPU's state and whether it has a core; each change is accounted for.

import {
  VCpu, H, Core, Vm, isNull, DESCHEDULING, DORMANT, ENTERING, PREEMPTING, SUSPENDING, WAKING, YIELDING, clearBit, nothing, setBit, activeAt,
  arbiter, clock, settings, activesOf, dormantOf,
} from "../state";
import { settle, settleTransition } from "../accounts";
import { paceChanged } from "./pace";
import * as L from "../../layout";
import { mayBeShort } from "../rounds";
import { takeableCame, takeableCore, takeableLeft } from "../takeable";
import { hooks } from "../hooks";

// @ts-ignore: decorator
@inline
export function enterHere(v: VCpu, state: u32): void {
  assert(!isNull(v.core) && state != DORMANT);
  const before = v.state;
  settle(v, before);
  v.state = state;
  takeableCore(v.core, before, state);
  if (H.varies) paceChanged(v, before);
}

export function enter(v: VCpu, state: u32): void {
  enterHere(v, state);
}

/** From one state to another, in both of which its core is on its way: nobody else need know. */
// @ts-ignore: decorator
@inline
export function goOver(v: VCpu, vm: Vm, state: u32): void {
  assert(isUnderWay(v.state) && isUnderWay(state) && v.vm == vm);
  settleTransition(v, vm);
  v.state = state;
}

// bits of the states in which a vCPU's core is on its way to it or from it
// @ts-ignore: decorator
@inline const UNDER_WAY: u32 = (1 << WAKING) | (1 << ENTERING) | (1 << YIELDING) | (1 << PREEMPTING) | (1 << SUSPENDING) | (1 << DESCHEDULING);

// @ts-ignore: decorator
@inline
function isUnderWay(state: u32): bool {
  return ((UNDER_WAY >> state) & 1) != 0;
}

/** Gives an idle core, already off the idle stack, to a dormant vCPU. */
// @ts-ignore: decorator
@inline
export function attachHere(core: Core, v: VCpu, state: u32): void {
  assert(isNull(core.vcpu));
  assert(v.state == DORMANT);
  const now = clock.now;
  const vm = v.vm;
  H.idleNs += now - max<u64>(core.since, clock.statsFrom);
  clearBit(dormantOf(vm), v.index);
  vm.dormantCount--;
  core.vcpu = v;
  core.lastVm = vm;
  v.core = core;
  core.since = now;
  v.lastCore = core;
  v.since = now;
  v.state = state;
  takeableCame(core, state);
  if (H.varies) paceChanged(v, DORMANT);
}

/** The same; whoever counts core time is told. */
// @ts-ignore: decorator
@inline
export function attachCounted(core: Core, v: VCpu, state: u32): void {
  hooks.gains(v.vm);
  attachHere(core, v, state);
}

export function attach(core: Core, v: VCpu, state: u32): void {
  attachCounted(core, v, state);
}

/**
 * Takes the core from its vCPU, which is dormant from now on; `ran`: it has run a task until now. The core is
 * nobody's until it is attached or pushed idle.
 */
// @ts-ignore: decorator
@inline
export function detachHere(core: Core, ran: bool): void {
  assert(!isNull(core.vcpu) && core.vcpu.core == core);
  const v = core.vcpu;
  const vm = core.lastVm; // v's, which is read meanwhile
  assert(v.vm == vm);
  const before = v.state;
  if (ran || !isUnderWay(before)) settle(v, before);
  else settleTransition(v, vm);
  v.state = DORMANT;
  if (H.varies) paceChanged(v, before);
  v.core = nothing<Core>();
  v.faultUntil = 0; // the exit of a fault is of no further consequence for it
  setBit(dormantOf(vm), v.index);
  vm.dormantCount++;
  takeableLeft(core, before);
  core.vcpu = nothing<VCpu>();
  core.since = clock.now;
}

export function detach(core: Core): void {
  hooks.loses(core);
  detachHere(core, false);
}

// --- running ------------------------------------------------------------------------------------------------

/** Tasks are dispatched to `v` from now on. */
export function activate(v: VCpu): void {
  assert(v.activePlace <= v.vm.activeCount);
  if (v.activePlace != 0) return;
  const vm = v.vm;
  const count = vm.activeCount;
  store<VCpu>(activesOf(vm) + (<usize>count << 2), v);
  vm.activeCount = count + 1;
  v.activePlace = count + 1;
}

/** No task is dispatched to `v` any more; what waits in its queue stays there and can be stolen. */
export function deactivate(v: VCpu): void {
  assert(v.activePlace == 0 || activeAt(v.vm, v.activePlace - 1) == v);
  const place = v.activePlace;
  if (place == 0) return;
  const vm = v.vm;
  const left = vm.activeCount - 1;
  vm.activeCount = left;
  const actives = activesOf(vm);
  const last = load<VCpu>(actives + (<usize>left << 2));
  store<VCpu>(actives + (<usize>(place - 1) << 2), last);
  last.activePlace = place;
  v.activePlace = 0;
  if (settings.signal == L.SIGNAL_QUEUE_LENGTH && arbiter.on != 0 && vm.queued != 0) mayBeShort(vm);
}
