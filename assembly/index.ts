// The whole boundary of the core on one screen. Numbers and pointers only, but for the few texts of the control path.
// Order of calls: words(n) → write the configuration there → configure → run … run → settle → read the counters.

import * as L from "./layout";
import { allocate, extend } from "./kernel/arena";
import { OCTAVES, countFrom, countSamples, bucketOfRank } from "./kernel/histogram";
import {
  H, Q, countersOf, nextTime, inFlight, vmAt, activeAt, coreAt, isNull, DORMANT, SEARCHING, vcpuOf, clock, curve, injection, series,
} from "./cpu/state";
import { oldestReady } from "./cpu/waiting";
import { configure as configureHost, reconfigure as reconfigureHost, settleAccounts, wipe as wipeHost } from "./host";
import { run as runHost } from "./events";
import { hostHistogram as histogramOf } from "./cpu/samples";
import { decisionAt, overrule as overrules, takeableBy } from "./cpu/cores/overrule";
import { commitInjected, needsInput } from "./cpu/workload/arrivals";
import { partAt } from "./kernel/part";
import { histogramBytes } from "./kernel/histogram";

export { drawInto } from "./kernel/distribution";
export { fieldAt } from "./fields";
export * from "./server/exports";
export * from "./systems/exports";

/** Room for `count` configuration words (f64); 0 when memory cannot grow that far. */
export function words(count: u32): usize {
  return allocate(<u64>count << 3);
}

export function layoutVersion(): i32 {
  return L.LAYOUT_VERSION;
}

/** Lays out the host described by the words at `at`. Answers 0 or E_*. */
export function configure(at: usize): i32 {
  return configureHost(at);
}

/** Simulates events up to `untilNs`, at most `budget`. Answers RUN_* or E_*. */
export function run(untilNs: f64, budget: f64): i32 {
  return runHost(untilNs, budget);
}

/** Goes on as the words at `at` say: another mechanism, other costs, rates, another seed. Answers 0 or E_*. */
export function reconfigure(at: usize): i32 {
  return reconfigureHost(at);
}

/** Bytes from 0 that hold what is written at compile time, and what `configure` finds as it was then. */
export function staticBytes(): usize {
  return __heap_base;
}

/** The arena as it was before `configure`; with the static bytes put back the host can be configured anew. */
export function wipe(): void {
  wipeHost();
}

/** Bytes from 0 that a snapshot must hold; what lies behind has never been written. */
export function usedBytes(): usize {
  return H.recordsFresh;
}

/** After a snapshot was put back: memory reaches as far as everything laid out, also where nothing was written yet. */
export function reachArena(): bool {
  return extend(0);
}

/** Whether nothing is left to do up to and including `untilNs`: time is there, and neither an event nor an arrival to be fetched is due. */
export function finished(untilNs: f64): bool {
  const until = <u64>(<i64>untilNs);
  return clock.now >= until && nextTime() > until && !(needsInput());
}

export function nowNs(): f64 {
  return <f64>(<i64>clock.now);
}

export function events(): f64 {
  return <f64>(<i64>clock.events);
}

// --- injected arrivals

export function ring(): usize {
  return injection.ring;
}

export function ringRead(): u32 {
  return injection.read;
}

export function ringWrite(): u32 {
  return injection.write;
}

/** Entries read … write - 1 (modulo the ring's capacity) wait; `more`: others will follow. */
export function ringCommit(read: u32, write: u32, more: u32): void {
  commitInjected(read, write, more);
}

// --- results

/** Books everything up to now. Answers 0, or E_CONSERVATION when tasks or core time got lost. */
export function settle(): u32 {
  return settleAccounts();
}

export function hostCounters(): usize {
  return H.counters;
}

export function vmCounters(index: u32): usize {
  const vm = vmAt(index);
  store<u64>(countersOf(vm), inFlight(vm), L.VM_IN_FLIGHT << 3);
  return countersOf(vm);
}

/** Histogram `which` (HISTOGRAM_LATENCY …) of VM `index`. */
export function vmHistogram(index: u32, which: u32): usize {
  return vmAt(index).histograms + <usize>which * <usize>histogramBytes(H.bits);
}

export function hostHistogram(which: u32): usize {
  return histogramOf(which);
}

/** How many samples the histogram at `at` holds; `histogramOctaves` then tells how many in each octave. */
export function histogramCount(at: usize, bits: u32): f64 {
  return <f64>(<i64>countSamples(at, bits));
}

/** f64 each, of the histogram that was counted last. */
export function histogramOctaves(): usize {
  return OCTAVES;
}

/** How many of its samples lie in `bucket` or beyond. */
export function histogramFrom(at: usize, bits: u32, bucket: u32): f64 {
  return <f64>(<i64>countFrom(at, bits, bucket));
}

/** The bucket of the sample at `rank`, 1 … count, among those from the octave `octave` on. */
export function histogramBucket(at: usize, bits: u32, octave: u32, rank: f64): u32 {
  return bucketOfRank(at, bits, octave, <u64>(<i64>rank));
}

/** f64 each: how long after its first decision the largest round's grants were done. */
export function grantCurve(): usize {
  return curve.grants;
}

// --- series and event log (series.ts)

export function sampleCount(): u32 {
  return series.count;
}

export function sampleInterval(): f64 {
  return <f64>(<i64>series.interval);
}

export function samples(): usize {
  return series.rows;
}

export function sampleHistograms(): usize {
  return series.histograms;
}

export function log(): usize {
  return series.log;
}

/** Events of the window, those beyond the log's capacity included. */
export function logCount(): u32 {
  return series.logCount;
}

/** Where the slots of cores, of vCPUs, of closed clients and of parts begin, to read a log by. */
export function slotCores(): u32 {
  return H.slotCores;
}

export function slotVcpus(): u32 {
  return H.slotVcpus;
}

export function slotClients(): u32 {
  return H.slotClients;
}

export function slotParts(): u32 {
  return H.slotParts;
}

/** Where those of one part do. */
export function partSlot(part: u32): u32 {
  return partAt(part).slot;
}

// --- what a policy of the program's own may look at

export function activeVcpus(vm: u32): u32 {
  return vmAt(vm).activeCount;
}

/** Tasks that wait for, or run on, the `place`-th vCPU that accepts tasks. */
export function activeLoad(vm: u32, place: u32): u32 {
  const v = activeAt(vmAt(vm), place);
  return v.queueLength + u32(v.state != SEARCHING);
}

/** Which vCPU that is. */
export function activeVcpu(vm: u32, place: u32): u32 {
  return activeAt(vmAt(vm), place).index;
}

/** 1: it has a core, runs no task and looks for one. */
export function searching(vm: u32, vcpu: u32): u32 {
  return u32(vcpuOf(vmAt(vm), vcpu).state == SEARCHING);
}

/** Tasks in the queue of vCPU `vcpu`. */
export function queueLength(vm: u32, vcpu: u32): u32 {
  return vcpuOf(vmAt(vm), vcpu).queueLength;
}

export function waiting(vm: u32): u32 {
  return vmAt(vm).queued;
}

export function coresHeld(vm: u32): u32 {
  return vmAt(vm).held;
}

export function coresComing(vm: u32): u32 {
  return vmAt(vm).coming;
}

/** How long the oldest waiting task has waited, ns; 0 when none waits. */
export function oldestDelayNs(vm: u32): f64 {
  const v = vmAt(vm);
  return v.queued == 0 ? 0 : <f64>(<i64>(clock.now - oldestReady(v)));
}

export function idleCores(): u32 {
  return H.idleCount;
}

export function vmCount(): u32 {
  return H.vmCount;
}

/** Cores that are never taken from it. */
export function guarantee(vm: u32): u32 {
  return vmAt(vm).min;
}

export function mostVcpus(vm: u32): u32 {
  return vmAt(vm).max;
}

/** The greater takes cores from the lower (CLASS_*). */
export function classOf(vm: u32): u32 {
  return vmAt(vm).cls;
}

export function priority(vm: u32): i32 {
  return vmAt(vm).priority;
}

/** Cores of VM `from` that `vm` may take now. */
export function takeable(vm: u32, from: u32): u32 {
  return takeableBy(vmAt(vm), vmAt(from));
}

/** The `nth` decision of the arbiter from here on is taken otherwise (OVERRULE_*); `from`: the VM that loses a core. */
export function overrule(kind: u32, nth: u32, from: u32): void {
  overrules.kind = kind;
  overrules.left = nth;
  overrules.from = from;
  overrules.answer = L.OVERRULED_PENDING;
}

/** Decisions of the arbiter so far. */
export function decisionCount(): u32 {
  return overrules.count;
}

/** Core, VM, and the VM that loses it + 1, of the `nth` of them from 0; the last DECISIONS_KEPT are told. */
export function decision(nth: u32): usize {
  return decisionAt(nth);
}

/** What has become of that: OVERRULED_*. */
export function overruleAnswer(): u32 {
  return overrules.answer;
}

// --- what each core does at this instant, for whoever watches

/** Cores for VMs: without those that poll for the whole host. */
export function coreCount(): u32 {
  return H.coreCount;
}

/** The VM on core `index`, + 1; 0 where none is. */
export function coreVm(index: u32): u32 {
  const v = coreAt(index).vcpu;
  return isNull(v) ? 0 : v.vm.index + 1;
}

/** What its vCPU does (state.ts: WAKING …), DORMANT where none is there; 16 times the step of the core's move (STEP_*) beside it. */
export function coreState(index: u32): u32 {
  const core = coreAt(index);
  return (core.step << 4) | (isNull(core.vcpu) ? DORMANT : core.vcpu.state);
}

export function coreVcpu(index: u32): u32 {
  const v = coreAt(index).vcpu;
  return isNull(v) ? 0 : v.index + 1;
}

/** The VM that core `index` was promised to, + 1; 0 where none is. */
export function coreTarget(index: u32): u32 {
  const target = coreAt(index).target;
  return isNull(target) ? 0 : target.index + 1;
}

/** Slot of the event that was simulated last. */
export function lastSlot(): u32 {
  return Q.slot;
}

/** When the move under way, or the last one, was decided, ns. */
export function coreDecidedAt(index: u32): f64 {
  return <f64>(<i64>coreAt(index).decidedAt);
}

// --- parts (parts.ts): counters and histograms as their own layout.ts says; settle first

/** u64 each; 0 when the host has no such part. */
export function partCounters(part: u32, set: u32): usize {
  return partAt(part).section == 0 ? 0 : partAt(part).countersOf(set);
}

export function partHistogram(part: u32, which: u32): usize {
  return partAt(part).histograms + <usize>which * <usize>histogramBytes(L.HOST_HISTOGRAM_SUB_BITS);
}

// --- control path: texts, through the bindings

/** The name of an answer of configure, run or settle. */
export function answerName(code: i32): string {
  switch (code) {
    case L.RUN_DONE:
      return "done";
    case L.RUN_BUDGET:
      return "budget";
    case L.RUN_INPUT:
      return "input";
    case L.E_MEMORY:
      return "memory";
    case L.E_POOL:
      return "pool";
    case L.E_TASKS:
      return "tasks";
    case L.E_WIDTH:
      return "width";
    case L.E_SLOTS:
      return "slots";
    case L.E_TIME:
      return "time";
    case L.E_CONFIG:
      return "config";
    case L.E_POLICY:
      return "policy";
    case L.E_EXITS:
      return "exits";
    case L.E_FRAMES:
      return "frames";
    case L.E_CONSERVATION:
      return "conservation";
  }
  return "unknown";
}
