// Where a core's time goes. Every change of a vCPU's state closes the account of the state before, so that the
// sums over all states are cores × time to the nanosecond (checked by the program after every run).

import * as L from "../layout";
import {
  H, VCpu, Core, count, countHost, vmAt, vcpuOf, coreAt, isNull, nothing, setBit, clearBit, getBit,
  DORMANT, RUNNING, SEARCHING, STEALING, SPINNING,
  countersOf,
} from "./state";
import { histogramBytes, resetHistogram } from "../kernel/histogram";
import { paceChanged } from "./topology";
import { bookDelays } from "./vcpu";
import { bookThrottled } from "./mechanisms/cgroup";
import { arriving, parking } from "./grant";

/** Time without a task: first what is left of a page fault's exit, then polling. */
function bookSearch(v: VCpu, elapsed: u64): void {
  const since = H.now - elapsed;
  if (v.faultUntil > since) {
    const exit = min<u64>(H.now, v.faultUntil) - since;
    count(v.vm, L.VM_TRANSITION_NS, exit);
    elapsed -= exit;
  }
  count(v.vm, L.VM_IDLE_POLL_NS, elapsed);
}

/** Books the time since the last change of state. */
// @ts-ignore: decorator
@inline
export function settle(v: VCpu): void {
  let elapsed = H.now - v.since;
  v.since = H.now;
  const state = v.state;
  if (state == RUNNING) {
    if (v.switchLeft != 0) {
      // of the last switch some may be to come; those before it, between tasks that are done, are past
      const left = v.startedAt > H.now ? v.startedAt - H.now : 0;
      count(v.vm, L.VM_TRANSITION_NS, v.switchLeft - left);
      elapsed -= v.switchLeft - left;
      v.switchLeft = left;
    }
    count(v.vm, L.VM_TASK_NS, elapsed);
  } else if (state == SEARCHING) bookSearch(v, elapsed);
  else if (state == STEALING) count(v.vm, L.VM_STEAL_NS, elapsed);
  else if (state == SPINNING) {
    count(v.vm, L.VM_IDLE_POLL_NS, elapsed);
    count(v.vm, L.VM_SPIN_NS, elapsed);
  } else if (state != DORMANT) count(v.vm, L.VM_TRANSITION_NS, elapsed);
}

// @ts-ignore: decorator
@inline
export function enterHere(v: VCpu, state: u32): void {
  settle(v);
  const before = v.state;
  v.state = state;
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
  countHost(L.HOST_IDLE_NS, H.now - core.since);
  clearBit(v.vm.dormant, v.index);
  v.vm.dormantCount--;
  core.vcpu = v;
  core.lastVm = v.vm;
  v.core = core;
  v.lastCore = core;
  v.since = H.now;
  v.runSince = H.now;
  v.state = state;
  if (H.varies) paceChanged(v, DORMANT);
}

export function attach(core: Core, v: VCpu, state: u32): void {
  if (H.onCores != 0) call_indirect<void>(H.onCores, v.vm, 1);
  attachHere(core, v, state);
}

/** Takes the core from its vCPU, which is dormant from now on. The core is nobody's until it is attached or pushed idle. */
// @ts-ignore: decorator
@inline
export function detachHere(core: Core): void {
  const v = core.vcpu;
  settle(v);
  const before = v.state;
  v.state = DORMANT;
  if (H.varies) paceChanged(v, before);
  v.core = nothing<Core>();
  v.faultUntil = 0; // the exit of a fault is of no further consequence for it
  setBit(v.vm.dormant, v.index);
  v.vm.dormantCount++;
  core.vcpu = nothing<VCpu>();
  core.since = H.now;
}

export function detach(core: Core): void {
  if (H.onCores != 0) call_indirect<void>(H.onCores, core.vcpu.vm, -1);
  detachHere(core);
}

// @ts-ignore: decorator
@inline
export function pushIdleHere(core: Core): void {
  assert(core.idlePlace == 0);
  store<Core>(H.idle + (<usize>H.idleCount << 2), core);
  core.idlePlace = ++H.idleCount;
}

export function pushIdle(core: Core): void {
  pushIdleHere(core);
}

/** Takes a given core off the idle stack; the others stay in the order in which they became idle. */
// @ts-ignore: decorator
@inline
export function removeIdleHere(core: Core): void {
  assert(core.idlePlace != 0);
  const left = --H.idleCount;
  for (let i = core.idlePlace - 1; i < left; i++) {
    const at = H.idle + (<usize>i << 2);
    const above = load<Core>(at, 4);
    store<Core>(at, above);
    above.idlePlace = i + 1;
  }
  core.idlePlace = 0;
}

export function removeIdle(core: Core): void {
  removeIdleHere(core);
}

/** Core time that VMs could have had since statistics began. */
export function capacity(): u64 {
  return H.capacityNs + <u64>H.coreCount * (H.now - H.capacitySince);
}

/** Books everything up to now, so that the counters can be read. */
export function settleAll(): void {
  for (let i: u32 = 0; i < H.coreCount; i++) {
    const core = coreAt(i);
    if (isNull(core.vcpu)) {
      countHost(L.HOST_IDLE_NS, H.now - core.since);
      core.since = H.now;
    } else settle(core.vcpu);
  }
  for (let i: u32 = 0; i < H.vmCount; i++) bookThrottled(vmAt(i));
  store<u64>(H.counters + (L.HOST_POLL_NS << 3), (H.now - H.statsFrom) * <u64>H.coresInAll - capacity());
}

// @ts-ignore: decorator
@inline
export function hostHistogram(which: usize): usize {
  return H.hostHistograms + which * <usize>histogramBytes(L.HOST_HISTOGRAM_SUB_BITS);
}

/** The warm-up is over: statistics begin, with the requests that are under way. */
export function beginStatistics(): void {
  settleAll();
  bookDelays(H.now); // a first instruction in this nanosecond is measured
  H.statsFrom = H.now;
  H.capacityNs = 0;
  H.capacitySince = H.now;
  const events = load<u64>(H.counters, L.HOST_EVENTS << 3);
  memory.fill(H.counters, 0, L.HOST_COUNTERS << 3);
  store<u64>(H.counters, events, L.HOST_EVENTS << 3);
  H.curveMoves = 0;
  H.curveLength = 0;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    const inFlight = load<u64>(countersOf(vm), L.VM_IN_FLIGHT << 3);
    memory.fill(countersOf(vm), 0, L.VM_COUNTERS << 3);
    store<u64>(countersOf(vm), inFlight, L.VM_IN_FLIGHT << 3);
    store<u64>(countersOf(vm), inFlight, L.VM_ARRIVED << 3);
    store<u64>(countersOf(vm), inFlight, L.VM_CARRIED << 3);
    if (vm.histogramOwner) {
      resetHistogram(vm.latency, H.bits);
      resetHistogram(vm.queueDelay, H.bits);
      resetHistogram(vm.slowdown, H.bits);
    }
  }
  for (let i: u32 = 0; i < <u32>L.HOST_HISTOGRAMS; i++) resetHistogram(hostHistogram(i), L.HOST_HISTOGRAM_SUB_BITS);
}

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
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    const c = countersOf(vm);
    if (load<u64>(c, L.VM_ARRIVED << 3) != load<u64>(c, L.VM_COMPLETED << 3) + load<u64>(c, L.VM_DROPPED << 3) + load<u64>(c, L.VM_IN_FLIGHT << 3)) return L.E_CONSERVATION;
    time += load<u64>(c, L.VM_TASK_NS << 3) + load<u64>(c, L.VM_STEAL_NS << 3) + load<u64>(c, L.VM_IDLE_POLL_NS << 3) + load<u64>(c, L.VM_TRANSITION_NS << 3);
    if (load<u32>(cores + (<usize>i << 3)) != vm.held || vm.held > vm.max) return L.E_CONSERVATION;
    if (load<u32>(cores + (<usize>i << 3), 4) != vm.coming) return L.E_CONSERVATION;
    let queued: u32 = vm.ingressLength + vm.frozen;
    for (let k: u32 = 0; k < vm.max; k++) {
      const v = vcpuOf(vm, k);
      queued += v.queueLength;
      if (getBit(vm.occupied, k) != (v.queueLength != 0)) return L.E_CONSERVATION;
      if (getBit(vm.dormant, k) != (v.state == DORMANT)) return L.E_CONSERVATION;
      if ((v.state == DORMANT) != isNull(v.core)) return L.E_CONSERVATION;
      if (!isNull(v.core) && v.core.vcpu != v) return L.E_CONSERVATION;
    }
    if (queued != vm.queued) return L.E_CONSERVATION;
  }
  return time == capacity() ? 0 : L.E_CONSERVATION;
}
