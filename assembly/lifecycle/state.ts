// The records of functions and their instances. Instances lie in the arena of tasks, so that there are as many as are needed; all
// that changes lies in linear memory, so a snapshot of the host holds it.

import * as W from "./layout";
import { RANK_EXPIRE, RANK_READY } from "../kernel/event-queue";
import { Node, NODE_BYTES } from "../kernel/heap";
import { Task, Vm, isNull } from "../cpu/state";

// @ts-ignore: decorator
@inline export const STARTING: u32 = 0;
// @ts-ignore: decorator
@inline export const ACTIVE: u32 = 1;
// @ts-ignore: decorator
@inline export const DORMANT: u32 = 2;

@unmanaged
export class Instance {
  next: Instance; //    at the gate, or in the free list
  fn: Fn;
  id: u64;
  lastStart: u64; //    when it was last given a request
  since: u64; //        its memory-time is booked up to here
  startNs: u64; //      from the gate to READY, without …
  bootNs: u64; //       … what is work of a core, behind it
  uses: u32; //         requests that it was given
  running: u32; //      … that have not ended
  state: u32;
  vm: Vm; //            the slot that it has
  waiting: Task; //     requests that wait for its READY
  waitingTail: Task;
  sibling: Instance; // of its function's living ones
  priorSibling: Instance;
  gated: u32; //        1: the gate counts it until its READY
  untouched: u32; //    pages of its snapshot's working set that it has not touched since it was restored
  priority: f64; //     what the policy ranks it by, 0 or more
  timerKey: u64; //     three nodes: READY or EXPIRE, …
  timerRest: u64;
  timerRest2: u64;
  timerRest3: u64;
  timerRest4: u64;
  roomKey: u64; //      … dormant, or with room for another request, …
  roomRest: u64;
  roomRest2: u64;
  roomRest3: u64;
  roomRest4: u64;
  victimKey: u64; //    … who goes first for want of memory
  victimRest: u64;
  victimRest2: u64;
  victimRest3: u64;
  victimRest4: u64;
}

// @ts-ignore: decorator
@inline export const INSTANCE_LINES: u32 = 4;
if (offsetof<Instance>() > (<usize>INSTANCE_LINES << 6)) ERROR("an Instance outgrows its lines");
if (offsetof<Instance>("roomKey") - offsetof<Instance>("timerKey") != NODE_BYTES) ERROR("an Instance's timer is no Node");
if (offsetof<Instance>("victimKey") - offsetof<Instance>("roomKey") != NODE_BYTES) ERROR("an Instance's room is no Node");

@unmanaged
export class Fn {
  memory: u64; //        bytes
  perRequest: u64;
  init: u64; //          ns
  concurrency: u32;
  minInstances: u32;
  index: u32;
  slotClass: u32;
  confidential: u8;
  hopeless: u8; //       1: it never fits
  snapshot: u8;
  short: u8; //          1: it is in the list of those that lack instances
  instances: u32; //     living
  first: Instance;
  dormant: Node; //      roots, the greatest (lastStart, id) on top
  joinable: Node;
  nextShort: Fn;
  usesSum: u64; //       Σ uses of living instances
  cost: f64; //          init in ms / memory in MiB, that of one request included
  lastEnd: u64; //       NEVER: none has ended
  past: usize; //        idle times (policies/hist.ts)
  prewarmUntil: u64; //  when what is prewarmed goes again
  counters: usize;
}

/** One class of VM slots: those of functions with as many vCPUs. */
@unmanaged
export class SlotClass {
  firstVm: u32;
  slots: u32;
  free: usize; //   bitmap of free slots
  hint: u32; //     no word of it before this one has any
  words: u32;
}

@unmanaged
export class Life {
  on: u32;
  policy: u32;
  budget: u64; //        NEVER: none
  time: u64;
  variant: u32;
  overflow: u32;
  timeout: u64;
  order: u64; //         TIERS tiers, a byte each, 0xff: no more
  bootSlots: u32;
  evictAll: u32;
  bootPeriod: u64;
  snapshots: u32;
  classCount: u32;
  activeNs: u64;
  dormantNs: u64;
  restoreNs: u64;
  vmNs: u64;
  attestNs: u64;
  bootCpu: f64;
  proactive: u32;
  slot: u32; //          first timer slot
  fnCount: u32;
  fns: usize;
  classes: usize;
  // instances
  nextId: u64;
  living: u32;
  freeInstances: Instance;
  timers: Node;
  victims: Node; //      dormant ones, who goes first on top
  plannedKey: u64; //    of the timer that stands in the event queue, NEVER: none
  plannedOrder: u64;
  // memory, bytes by state
  memory0: u64;
  memory1: u64;
  memory2: u64;
  usedSince: u64; //     ∫ used is booked up to here
  broken: u32; //        1: a law was broken on the way
  // the gate
  gateBusy: u32;
  gate: Instance;
  gateTail: Instance;
  gateLength: u32;
  gateNext: u64; //      no start passes before
  // requests
  queue: Task; //        for want of memory
  queueTail: Task;
  delayed: Task; //      for tier.active
  delayedTail: Task;
  shortest: Fn; //       functions that lack instances of their minimum
  shortestTail: Fn;
  retries: u32; //       1: the queue's head is to be tried
  // VM slots
  ofSlot: usize; //      Instance by VM index - firstSlot
  firstSlot: u32;
  slotCount: u32;
  resting: usize; //     u32 VM indices of slots whose VM may still have cores
  restingCount: u32;
  restingFlags: usize;
  slotsUsed: u32;
  slotVcpus: u32; //     vCPUs of all of them
  vcpusMost: u32; //     of one of them
  clock: f64; //         greedy-dual's
  // samples
  sampleInterval: u64;
  sampleCount: u32;
  samples: usize;
  functionCounters: usize;
}

export const life: Life = changetype<Life>(memory.data(offsetof<Life>(), 64));
export const COUNTERS: usize = memory.data(W.LIFE_COUNTERS << 3, 64);

// timer slots of the part
// @ts-ignore: decorator
@inline export const SLOT_TIMER: u32 = 0; // READY or EXPIRE of the instance on top
// @ts-ignore: decorator
@inline export const SLOT_RETRY: u32 = 1; // the queue's head is tried
// @ts-ignore: decorator
@inline export const SLOT_GATE: u32 = 2; // the next start may pass
// @ts-ignore: decorator
@inline export const SLOT_DELAYED: u32 = 3; // the first request that tier.active delays
// @ts-ignore: decorator
@inline export const SLOT_TIMEOUT: u32 = 4; // of the queue's head
// @ts-ignore: decorator
@inline export const SLOT_LIFE_SAMPLE: u32 = 5;
// @ts-ignore: decorator
@inline export const SLOT_PREWARM: u32 = 6; // one a function

/** Tasks of functions are marked in `client`, with the tier that serves them in the lowest byte. */
// @ts-ignore: decorator
@inline export const BOOT_TASK: u32 = 0xfe; // in place of a tier: the start of an instance

// @ts-ignore: decorator
@inline
export function fnAt(index: u32): Fn {
  return changetype<Fn>(life.fns + <usize>index * <usize>offsetof<Fn>());
}
// @ts-ignore: decorator
@inline
export function classAt(index: u32): SlotClass {
  return changetype<SlotClass>(life.classes + <usize>index * <usize>offsetof<SlotClass>());
}

// @ts-ignore: decorator
@inline
export function timerOf(i: Instance): Node {
  return changetype<Node>(changetype<usize>(i) + offsetof<Instance>("timerKey"));
}
// @ts-ignore: decorator
@inline
export function roomOf(i: Instance): Node {
  return changetype<Node>(changetype<usize>(i) + offsetof<Instance>("roomKey"));
}
// @ts-ignore: decorator
@inline
export function victimOf(i: Instance): Node {
  return changetype<Node>(changetype<usize>(i) + offsetof<Instance>("victimKey"));
}
/** The instance whose node it is; null of none. */
// @ts-ignore: decorator
@inline
export function timedBy(node: Node): Instance {
  return changetype<Instance>(isNull(node) ? <usize>0 : changetype<usize>(node) - offsetof<Instance>("timerKey"));
}
// @ts-ignore: decorator
@inline
export function roomed(node: Node): Instance {
  return changetype<Instance>(isNull(node) ? <usize>0 : changetype<usize>(node) - offsetof<Instance>("roomKey"));
}
// @ts-ignore: decorator
@inline
export function victimBy(node: Node): Instance {
  return changetype<Instance>(isNull(node) ? <usize>0 : changetype<usize>(node) - offsetof<Instance>("victimKey"));
}

// a timer's key: time << 5 | rank, as the event queue has it
// @ts-ignore: decorator
@inline export const KEY_READY: u64 = RANK_READY;
// @ts-ignore: decorator
@inline export const KEY_EXPIRE: u64 = RANK_EXPIRE;
// @ts-ignore: decorator
@inline export const KEY_SHIFT: u64 = 5;

// @ts-ignore: decorator
@inline
export function tally(counter: usize, by: u64): void {
  store<u64>(COUNTERS + (counter << 3), load<u64>(COUNTERS + (counter << 3)) + by);
}
// @ts-ignore: decorator
@inline
export function tallied(counter: usize): u64 {
  return load<u64>(COUNTERS + (counter << 3));
}
// @ts-ignore: decorator
@inline
export function tallyMost(counter: usize, value: u64): void {
  if (value > tallied(counter)) store<u64>(COUNTERS + (counter << 3), value);
}
// @ts-ignore: decorator
@inline
export function tallyFn(f: Fn, counter: usize, by: u64): void {
  const at = f.counters + (counter << 3);
  store<u64>(at, load<u64>(at) + by);
}
