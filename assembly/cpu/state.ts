// The things of the simulated host (records.ts): their states, timers, and the accessors that everything else uses.
// A vCPU's life (model.md, CPU):
//
//   DORMANT → WAKING → ENTERING → RUNNING ⇄ SEARCHING → STEALING → RUNNING
//                                     │         └→ YIELDING → DORMANT
//                                     └→ PREEMPTING → SUSPENDING → DESCHEDULING → DORMANT     (safe parking)
//
// A core is either idle (nobody's) or belongs to exactly one vCPU, and every nanosecond of it is in exactly one account.

import * as L from "../layout";
import { EventQueue, peekTime, timeOfKey } from "../kernel/event-queue";
import { SourceQueue } from "../kernel/source-queue";
import { Arbiter, Clock, Core, Curve, Host, Injection, Request, RunQueue, Series, Task, VCpu, Vm } from "./records";
import { Settings, Traits } from "./settings-record";

export * from "./records";
export * from "./order-record";
export * from "./settings-record";

// @ts-ignore: decorator
@inline export const DORMANT: u32 = 0;
// @ts-ignore: decorator
@inline export const WAKING: u32 = 1;
// @ts-ignore: decorator
@inline export const ENTERING: u32 = 2;
// @ts-ignore: decorator
@inline export const RUNNING: u32 = 3;
// @ts-ignore: decorator
@inline export const SEARCHING: u32 = 4;
// @ts-ignore: decorator
@inline export const STEALING: u32 = 5;
// @ts-ignore: decorator
@inline export const YIELDING: u32 = 6;
// @ts-ignore: decorator
@inline export const PREEMPTING: u32 = 7;
// @ts-ignore: decorator
@inline export const SUSPENDING: u32 = 8;
// @ts-ignore: decorator
@inline export const DESCHEDULING: u32 = 9;
// @ts-ignore: decorator
@inline export const SPINNING: u32 = 10; // on a lock

// what a core's pending event means
// @ts-ignore: decorator
@inline export const STEP_NONE: u32 = 0;
// @ts-ignore: decorator
@inline export const STEP_NOTIFY: u32 = 1;
// @ts-ignore: decorator
@inline export const STEP_PREEMPT: u32 = 2;
// @ts-ignore: decorator
@inline export const STEP_SUSPEND: u32 = 3;
// @ts-ignore: decorator
@inline export const STEP_DESCHEDULE: u32 = 4;
// @ts-ignore: decorator
@inline export const STEP_WAKE: u32 = 5;
// @ts-ignore: decorator
@inline export const STEP_ENTER: u32 = 6;

// Vm.denied
// @ts-ignore: decorator
@inline export const DENIED: u32 = 1; // by the last round that looked: none is needed for it until something has changed
// @ts-ignore: decorator
@inline export const CONTENDED: u32 = 2; // denied since tasks wait: they wait for a core, and not for the arbiter

// Vm.special
// @ts-ignore: decorator
@inline export const SPECIAL: u32 = 1; // of a task anything may be asked but to run from its start to its end
// @ts-ignore: decorator
@inline export const WAITS: u32 = 2; // something may stand between a task and an idle core (workload/plain.ts)
// @ts-ignore: decorator
@inline export const DRAWN: u32 = 4; // SPECIAL, or its requests are not of one task, or their gaps and service are not exponential both
// @ts-ignore: decorator
@inline export const FROZEN_IDLE: u32 = 8; // a vCPU may be frozen without a task

// VCpu.frozen
// @ts-ignore: decorator
@inline export const FROZEN_IN_TASK: u32 = 1; // or with none
// @ts-ignore: decorator
@inline export const FROZEN_SPINNING: u32 = 2; // its task waits for the lock

// task flags
// @ts-ignore: decorator
@inline export const TASK_STARTED: u32 = 1; // has come to its first instruction
// @ts-ignore: decorator
@inline export const TASK_BEFORE_LOCK: u32 = 2; // runs up to its critical section
// @ts-ignore: decorator
@inline export const TASK_HOLDS_LOCK: u32 = 4;
// @ts-ignore: decorator
@inline export const TASK_SLICED: u32 = 8; // went to the tail at the end of its quantum
// @ts-ignore: decorator
@inline export const TASK_CORE_SHIFT: u32 = 8; // from here on: the core whose caches know it, + 1
// @ts-ignore: decorator
@inline export const TASK_FLAGS: u32 = 0xff;

// timer slots: control, arbiter, injected arrivals, samples, publication of metrics, then per VM four, per core one, per vCPU one, per closed client one
// @ts-ignore: decorator
@inline export const SLOT_CONTROL: u32 = 0;
// @ts-ignore: decorator
@inline export const SLOT_ARBITER: u32 = 1;
// @ts-ignore: decorator
@inline export const SLOT_INJECT: u32 = 2;
// @ts-ignore: decorator
@inline export const SLOT_SAMPLE: u32 = 3;
// @ts-ignore: decorator
@inline export const SLOT_PUBLISH: u32 = 4;
// @ts-ignore: decorator
@inline export const SLOT_VMS: u32 = 5;
// @ts-ignore: decorator
@inline export const VM_SLOT_ARRIVAL: u32 = 0;
// @ts-ignore: decorator
@inline export const VM_SLOT_MODULATE: u32 = 1;
// @ts-ignore: decorator
@inline export const VM_SLOT_LOOK: u32 = 2;
// @ts-ignore: decorator
@inline export const VM_SLOT_OWN: u32 = 3; // the mechanism's own
// @ts-ignore: decorator
@inline export const VM_SLOTS_SHIFT: u32 = 2;

// @ts-ignore: decorator
@inline export const RECORD_BYTES: usize = 64; // a task or a fork-join request
// @ts-ignore: decorator
@inline const VM_COUNTERS_AT: usize = 504; // behind a VM's record its counters
// @ts-ignore: decorator
@inline export const VM_OWN_AT: usize = offsetof<Vm>("own0"); // what belongs to the mechanism (own.ts)
// @ts-ignore: decorator
@inline export const VM_OWN_BYTES: usize = 48;
// @ts-ignore: decorator
@inline export const VCPU_OWN_BYTES: usize = 40;
// @ts-ignore: decorator
@inline export const ACTIVES_HERE: u32 = 4; // pointers that Vm.active0 … have room for
// @ts-ignore: decorator
@inline export const VM_BYTES: usize = (VM_COUNTERS_AT + (L.VM_COUNTERS << 3) + 63) & ~63;

/** Its pending events, */
export const Q: EventQueue = changetype<EventQueue>(memory.data(offsetof<EventQueue>(), 64));
/** but for the next arrival at each VM, those of closed clients left aside. */
export const arrivals: SourceQueue = changetype<SourceQueue>(memory.data(offsetof<SourceQueue>(), 64));

/** Time of the next event of them all; NO_TIME or more when there is none. */
export function nextTime(): u64 {
  return min<u64>(peekTime(Q), timeOfKey(arrivals.key));
}

// The one host of this instance, at addresses that are known when it is compiled. All that changes lies in linear memory, so that a copy
// of it is a snapshot.
export const H: Host = changetype<Host>(memory.data(offsetof<Host>(), 64));
export const clock: Clock = changetype<Clock>(memory.data(offsetof<Clock>(), 64));
export const settings: Settings = changetype<Settings>(memory.data(offsetof<Settings>(), 64));
export const traits: Traits = changetype<Traits>(memory.data(offsetof<Traits>(), 64));
export const arbiter: Arbiter = changetype<Arbiter>(memory.data(offsetof<Arbiter>(), 64));
export const injection: Injection = changetype<Injection>(memory.data(offsetof<Injection>(), 64));
export const curve: Curve = changetype<Curve>(memory.data(offsetof<Curve>(), 64));
export const series: Series = changetype<Series>(memory.data(offsetof<Series>(), 64));

// Where a record has a room of a fixed size, or is read as another, the compiler says when it no longer fits.
if (offsetof<Task>() > RECORD_BYTES) ERROR("a Task outgrows RECORD_BYTES");
if (offsetof<Request>() > RECORD_BYTES) ERROR("a Request outgrows RECORD_BYTES");
if (offsetof<Core>("step") - offsetof<Core>("target") != 4 || STEP_NONE != 0) ERROR("a Core's target and step are not read in one");
if (offsetof<Vm>() != VM_COUNTERS_AT) ERROR("a Vm's counters do not follow it");
// lines that are read together begin where a cache line does
if (offsetof<VCpu>() != 192 || offsetof<VCpu>("faultUntil") != 64 || offsetof<VCpu>("touchAt") != 128) ERROR("a VCpu is no three cache lines");
if (offsetof<Vm>("queued") != 256 || offsetof<Vm>("ingressHead") != 320 || offsetof<Vm>("dormantBits") != 384) ERROR("a Vm is not laid out by cache lines");
if (offsetof<Vm>("ahead") != 448) ERROR("a Vm is not laid out by cache lines");
// eight counters of every request fill the line behind the first
if ((VM_COUNTERS_AT + (L.VM_WORK_NS << 3)) % 64 != 0 || L.VM_GRANTS - L.VM_WORK_NS != 7) ERROR("a VM's counters are not laid out by cache lines");
if (offsetof<Vm>("queued") - VM_OWN_AT != VM_OWN_BYTES) ERROR("VM_OWN_BYTES do not fit");
if (offsetof<Vm>("words") - offsetof<Vm>("active0") != <usize>ACTIVES_HERE << 2) ERROR("ACTIVES_HERE do not fit");
if (offsetof<Vm>("occupiedBits") != offsetof<Vm>("dormantBits") + 8 || offsetof<Vm>("active0") != offsetof<Vm>("dormantBits") + 16) ERROR("a Vm's bitmaps are apart");
if (VM_BYTES % 64 != 0) ERROR("VM_BYTES are no whole cache lines");
if (offsetof<VCpu>("queueTail") - offsetof<VCpu>("queueHead") != offsetof<RunQueue>("tail")) ERROR("a VCpu's queue is no RunQueue");
if (offsetof<VCpu>("queueLength") - offsetof<VCpu>("queueHead") != offsetof<RunQueue>("length")) ERROR("a VCpu's queue is no RunQueue");
if (offsetof<VCpu>("queueFront") - offsetof<VCpu>("queueHead") != offsetof<RunQueue>("front")) ERROR("a VCpu's queue is no RunQueue");
if (offsetof<Vm>("ingressFront") - offsetof<Vm>("ingressHead") != offsetof<RunQueue>("front")) ERROR("a Vm's ingress is no RunQueue");
if (offsetof<Vm>("ingressTail") - offsetof<Vm>("ingressHead") != offsetof<RunQueue>("tail")) ERROR("a Vm's ingress is no RunQueue");
if (offsetof<Vm>("ingressLength") - offsetof<Vm>("ingressHead") != offsetof<RunQueue>("length")) ERROR("a Vm's ingress is no RunQueue");
// the settings lie in the order of layout.ts: 64 bits each, then 32, then fractions
if (offsetof<Settings>("signal") - offsetof<Settings>("stealCheck") != (L.HOST_SIGNAL - L.HOST_STEAL_CHECK) << 3) ERROR("Settings' times differ from layout.ts");
if (offsetof<Settings>("queueLength") - offsetof<Settings>("signal") != (L.HOST_QUEUE_LENGTH - L.HOST_SIGNAL) << 2) ERROR("Settings' choices differ from layout.ts");
if (offsetof<Settings>("smtFactor") + 8 - offsetof<Settings>("queueLength") != (L.HOST_KNOBS - L.HOST_QUEUE_LENGTH) << 3) ERROR("Settings' fractions differ from layout.ts");

// @ts-ignore: decorator
@inline
export function isNull<T>(x: T): bool {
  return changetype<usize>(x) == 0;
}
// @ts-ignore: decorator
@inline
export function nothing<T>(): T {
  return changetype<T>(0);
}
// @ts-ignore: decorator
@inline
export function vmAt(index: u32): Vm {
  return changetype<Vm>(H.vms + <usize>index * VM_BYTES);
}
// @ts-ignore: decorator
@inline
export function vcpuOf(vm: Vm, index: u32): VCpu {
  return changetype<VCpu>(vm.vcpus + <usize>index * <usize>offsetof<VCpu>());
}
// @ts-ignore: decorator
@inline
export function coreAt(index: u32): Core {
  return changetype<Core>(H.cores + <usize>index * <usize>offsetof<Core>());
}
// @ts-ignore: decorator
@inline
export function activeAt(vm: Vm, index: u32): VCpu {
  return load<VCpu>(activesOf(vm) + (<usize>index << 2));
}
// of a VM's vCPUs lie behind one another: the bitmap of those that are dormant, of those whose queue holds tasks, pointers to those that
// accept tasks
// @ts-ignore: decorator
@inline
export function dormantOf(vm: Vm): usize {
  return vm.bits;
}
// @ts-ignore: decorator
@inline
export function occupiedOf(vm: Vm): usize {
  return vm.bits + (<usize>vm.words << 3);
}
// @ts-ignore: decorator
@inline
export function activesOf(vm: Vm): usize {
  return vm.bits + (<usize>vm.words << 4);
}
/** The first of its timer slots. */
// @ts-ignore: decorator
@inline
export function slotOf(vm: Vm): u32 {
  return SLOT_VMS + (vm.index << VM_SLOTS_SHIFT);
}

// @ts-ignore: decorator
@inline
export function ownQueue(v: VCpu): RunQueue {
  return changetype<RunQueue>(changetype<usize>(v) + offsetof<VCpu>("queueHead"));
}
// @ts-ignore: decorator
@inline
export function ingress(vm: Vm): RunQueue {
  return changetype<RunQueue>(changetype<usize>(vm) + offsetof<Vm>("ingressHead"));
}
// @ts-ignore: decorator
@inline
export function setBit(bits: usize, index: u32): void {
  const at = bits + (<usize>(index >> 6) << 3);
  store<u64>(at, load<u64>(at) | (<u64>1 << (index & 63)));
}
// @ts-ignore: decorator
@inline
export function clearBit(bits: usize, index: u32): void {
  const at = bits + (<usize>(index >> 6) << 3);
  store<u64>(at, load<u64>(at) & ~(<u64>1 << (index & 63)));
}
// @ts-ignore: decorator
@inline
export function getBit(bits: usize, index: u32): bool {
  return ((load<u64>(bits + (<usize>(index >> 6) << 3)) >> (index & 63)) & 1) != 0;
}

/** Whether rounds that could change nothing are held as well (tests). */
// @ts-ignore: decorator
@inline
export function everyRound(): bool {
  return (settings.answers & L.POLICY_EVERY_ROUND) != 0;
}

/** u64[VM_COUNTERS] (layout.ts, VM_*). */
// @ts-ignore: decorator
@inline
export function countersOf(vm: Vm): usize {
  return changetype<usize>(vm) + VM_COUNTERS_AT;
}
/** Requests in it. */
// @ts-ignore: decorator
@inline
export function inFlight(vm: Vm): u64 {
  const at = countersOf(vm);
  return load<u64>(at, L.VM_ARRIVED << 3) - load<u64>(at, L.VM_COMPLETED << 3) - load<u64>(at, L.VM_DROPPED << 3);
}
/** Adds to one of a VM's counters. */
// @ts-ignore: decorator
@inline
export function count(vm: Vm, counter: usize, by: u64): void {
  const at = countersOf(vm) + (counter << 3);
  store<u64>(at, load<u64>(at) + by);
}
/** Raises one of a VM's counters that hold a greatest value. */
export function atLeast(vm: Vm, counter: usize, value: u64): void {
  const at = countersOf(vm) + (counter << 3);
  if (value > load<u64>(at)) store<u64>(at, value);
}
// @ts-ignore: decorator
@inline
export function countHost(counter: usize, by: u64): void {
  const at = H.counters + (counter << 3);
  store<u64>(at, load<u64>(at) + by);
}
