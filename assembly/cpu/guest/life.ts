// A vCPU's state and whether it has a core; each change is accounted for.

import { VCpu, H, Core, isNull, DORMANT, clearBit, nothing, setBit, activeAt, arbiter, clock, settings, activesOf, dormantOf } from "../state";
import { settle } from "../accounts";
import { paceChanged } from "./pace";
import * as L from "../../layout";
import { mayBeShort } from "../rounds";
import { takeableCore, takeableGone } from "../takeable";
import { hooks } from "../hooks";

// @ts-ignore: decorator
@inline
export function enterHere(v: VCpu, state: u32): void {
  assert(!isNull(v.core) && state != DORMANT);
  settle(v);
  const before = v.state;
  v.state = state;
  takeableCore(v.core, before, state);
  if (H.varies) paceChanged(v, before);
}

export function enter(v: VCpu, state: u32): void {
  enterHere(v, state);
}

/** Gives an idle core, already off the idle stack, to a dormant vCPU. */
// @ts-ignore: decorator
@inline
export function attachHere(core: Core, v: VCpu, state: u32): void {
  assert(isNull(core.vcpu));
  assert(v.state == DORMANT);
  H.idleNs += clock.now - max<u64>(core.since, clock.statsFrom);
  clearBit(dormantOf(v.vm), v.index);
  v.vm.dormantCount--;
  core.vcpu = v;
  core.lastVm = v.vm;
  v.core = core;
  core.since = clock.now;
  v.lastCore = core;
  v.since = clock.now;
  v.state = state;
  takeableCore(core, DORMANT, state);
  if (H.varies) paceChanged(v, DORMANT);
}

export function attach(core: Core, v: VCpu, state: u32): void {
  hooks.coresChange(v.vm, 1);
  attachHere(core, v, state);
}

/** Takes the core from its vCPU, which is dormant from now on. The core is nobody's until it is attached or pushed idle. */
// @ts-ignore: decorator
@inline
export function detachHere(core: Core): void {
  assert(!isNull(core.vcpu) && core.vcpu.core == core);
  const v = core.vcpu;
  settle(v);
  const before = v.state;
  v.state = DORMANT;
  if (H.varies) paceChanged(v, before);
  v.core = nothing<Core>();
  v.faultUntil = 0; // the exit of a fault is of no further consequence for it
  setBit(dormantOf(v.vm), v.index);
  v.vm.dormantCount++;
  takeableGone(core);
  core.vcpu = nothing<VCpu>();
  core.since = clock.now;
}

export function detach(core: Core): void {
  hooks.coresChange(core.vcpu.vm, -1);
  detachHere(core);
}

// --- running ------------------------------------------------------------------------------------------------

/** Tasks are dispatched to `v` from now on. */
export function activate(v: VCpu): void {
  assert(v.activePlace <= v.vm.activeCount);
  if (v.activePlace != 0) return;
  const vm = v.vm;
  store<VCpu>(activesOf(vm) + (<usize>vm.activeCount << 2), v);
  v.activePlace = ++vm.activeCount;
}

/** No task is dispatched to `v` any more; what waits in its queue stays there and can be stolen. */
export function deactivate(v: VCpu): void {
  assert(v.activePlace == 0 || activeAt(v.vm, v.activePlace - 1) == v);
  if (v.activePlace == 0) return;
  const vm = v.vm;
  const last = activeAt(vm, --vm.activeCount);
  store<VCpu>(activesOf(vm) + (<usize>(v.activePlace - 1) << 2), last);
  last.activePlace = v.activePlace;
  v.activePlace = 0;
  if (settings.signal == L.SIGNAL_QUEUE_LENGTH && arbiter.on != 0 && vm.queued != 0) mayBeShort(vm);
}
