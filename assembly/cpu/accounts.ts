// Where a core's time goes. Every change of a vCPU's state closes the account of the state before, so that the
// sums over all states are cores × time to the nanosecond (checked by the program after every run).

import * as L from "../layout";
import { VCpu, Vm, H, count, RUNNING, SEARCHING, STEALING, SPINNING, DORMANT, coreAt, isNull, vmAt, countersOf, inFlight, clock, curve } from "./state";
import { histogramBytes, resetHistogram } from "../kernel/histogram";
import { hostHistogram } from "./samples";
import { bookDelays } from "./series";
import { hooks } from "./hooks";

/** Time without a task: first what is left of a page fault's exit, then polling. */
function bookSearch(v: VCpu, elapsed: u64): void {
  if (v.faultUntil != 0) {
    // on a core that has seen any fault nobody can foresee whether the exit was over: both are counted, of which one may be 0
    const since = clock.now - elapsed;
    const exit = min<u64>(clock.now, max<u64>(since, v.faultUntil)) - since;
    count(v.vm, L.VM_TRANSITION_NS, exit);
    elapsed -= exit;
  }
  count(v.vm, L.VM_IDLE_POLL_NS, elapsed);
}

/** Books the time since the last change of state, in which the core of `v`, a vCPU of `vm`, was on its way. */
// @ts-ignore: decorator
@inline
export function settleTransition(v: VCpu, vm: Vm): void {
  count(vm, L.VM_TRANSITION_NS, clock.now - v.since);
  v.since = clock.now;
}

/** Books the time since the last change of state, in which it was in `state`. */
// @ts-ignore: decorator
@inline
export function settle(v: VCpu, state: u32): void {
  const now = clock.now;
  let elapsed = now - v.since;
  v.since = now;
  if (state == RUNNING) {
    const switches = v.switchLeft;
    if (switches != 0) {
      // of the last switch some may be to come; those before it, between tasks that are done, are past
      const left = v.startedAt > now ? v.startedAt - now : 0;
      count(v.vm, L.VM_TRANSITION_NS, switches - left);
      elapsed -= switches - left;
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

/** Core time that VMs could have had since statistics began. */
export function capacity(): u64 {
  return H.capacityNs + <u64>H.coreCount * (clock.now - H.capacitySince);
}

/** Books everything up to now, so that the counters can be read. */
export function settleAll(): void {
  let idle = H.idleNs;
  for (let i: u32 = 0; i < H.coreCount; i++) {
    const core = coreAt(i);
    // since when a core has been idle somebody may want to know (caladan): reading leaves it
    if (isNull(core.vcpu)) idle += clock.now - max<u64>(core.since, clock.statsFrom);
    else settle(core.vcpu, core.vcpu.state);
  }
  store<u64>(H.counters + (L.HOST_IDLE_NS << 3), idle);
  for (let i: u32 = 0; i < H.vmCount; i++) hooks.book(vmAt(i));
  store<u64>(H.counters + (L.HOST_POLL_NS << 3), (clock.now - clock.statsFrom) * <u64>H.coresInAll - capacity());
}

/** The warm-up is over: statistics begin, with the requests that are under way. */
export function beginStatistics(): void {
  settleAll();
  bookDelays(clock.now); // a first instruction in this nanosecond is measured
  clock.statsFrom = clock.now;
  H.idleNs = 0;
  H.capacityNs = 0;
  H.capacitySince = clock.now;
  const events = load<u64>(H.counters, L.HOST_EVENTS << 3);
  memory.fill(H.counters, 0, L.HOST_COUNTERS << 3);
  store<u64>(H.counters, events, L.HOST_EVENTS << 3);
  curve.moves = 0;
  curve.length = 0;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    const carried = inFlight(vm);
    memory.fill(countersOf(vm), 0, L.VM_COUNTERS << 3);
    store<u64>(countersOf(vm), carried, L.VM_ARRIVED << 3);
    store<u64>(countersOf(vm), carried, L.VM_CARRIED << 3);
    if (vm.histogramOwner) {
      const bytes = <usize>histogramBytes(H.bits);
      for (let which: usize = 0; which < <usize>L.VM_HISTOGRAMS; which++) resetHistogram(vm.histograms + which * bytes, H.bits);
    }
  }
  for (let i: u32 = 0; i < <u32>L.HOST_HISTOGRAMS; i++) resetHistogram(hostHistogram(i), L.HOST_HISTOGRAM_SUB_BITS);
}
