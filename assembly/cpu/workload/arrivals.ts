// Where requests come from: Poisson, deterministic and modulated processes, closed clients, saturation, and the ring
// through which traces and injected arrivals enter. One pending event per source; a VM without arrivals has none.
// The fraction of a nanosecond that rounding an arrival takes off is carried to the next, so the rate is exact at any size.

import * as L from "../../layout";
import { RANK_ARRIVAL, cancel, keyOf, schedule, timeOf, RANK_MODULATE, isPending, NEVER } from "../../kernel/event-queue";
import { dropSource, putSource } from "../../kernel/source-queue";
import { exponential, sampleNs } from "../../kernel/distribution";
import { DRAWN, Vm, Q, VM_SLOT_MODULATE, SLOT_INJECT, arrivals, vmAt, clock, injection, isNull, slotOf } from "../state";
import { partAt } from "../../kernel/part";
import { arrivePlain } from "./plain";
import { comesAgain, looksAhead } from "./upcoming";
import { arrivalStream, arriveSingle, arrive, SATURATING } from "./request";

/** When the next one is; draws the gap behind it. */
// @ts-ignore: decorator
@inline
function nextArrival(vm: Vm): u64 {
  const gap = vm.gapMean * vm.ahead + vm.carry;
  const whole = <i64>gap;
  if (vm.arrivals != L.ARRIVALS_DETERMINISTIC) vm.ahead = exponential(arrivalStream(vm));
  vm.carry = gap - <f64>whole;
  return clock.now + <u64>whole;
}

function drawAhead(vm: Vm): f64 {
  const drawn = vm.ahead;
  vm.ahead = exponential(arrivalStream(vm));
  return drawn;
}

/** The next arrival at `vm` is at `time`. */
// @ts-ignore: decorator
@inline
function arrivesAt(vm: Vm, time: u64): void {
  putSource(arrivals, vm.index, keyOf(time, RANK_ARRIVAL));
}

function scheduleArrival(vm: Vm): void {
  arrivesAt(vm, nextArrival(vm));
}

// @ts-ignore: decorator
@inline
export function onArrival(vm: Vm): void {
  if ((vm.special & DRAWN) != 0 || !arrivePlain(vm)) onAnyArrival(vm);
}

function onAnyArrival(vm: Vm): void {
  if (vm.arrivals == L.ARRIVALS_PERIODIC) {
    release(vm);
    return;
  }
  if (looksAhead()) comesAgain(vm); // here, where the engine has nothing in its hands that a call would cost
  if (vm.single) {
    const service = sampleNs(vm.service, changetype<usize>(vm) + offsetof<Vm>("serviceStream0"));
    arrivesAt(vm, nextArrival(vm));
    arriveSingle(vm, service, 0);
  } else {
    scheduleArrival(vm);
    arrive(vm, -1, 0, 0);
  }
}

/** Word `which` of periodic task `index`. */
function periodic(vm: Vm, index: u32, which: usize): f64 {
  return load<f64>(vm.stateWords + ((<usize>index * 2 * L.STATE_WORDS + which) << 3));
}

/** The first release of task `index` at `from` or later. */
function releaseFrom(vm: Vm, index: u32, from: u64): u64 {
  const period = <u64>periodic(vm, index, 0);
  const offset = <u64>periodic(vm, index, 3);
  return from <= offset ? offset : offset + ((from - offset + period - 1) / period) * period;
}

/** Plans the first release at `from` or later, of tasks behind `behind` in the list, and later than it of all others. */
function planRelease(vm: Vm, from: u64, behind: i32): void {
  let at = NEVER;
  for (let i: u32 = 0; i < vm.states / 2; i++) {
    const due = releaseFrom(vm, i, from + u64(<i32>i <= behind));
    if (due >= at) continue;
    at = due;
    vm.state = i;
  }
  arrivesAt(vm, at);
}

/** A periodic task releases its next job. */
function release(vm: Vm): void {
  const task = vm.state;
  planRelease(vm, clock.now, <i32>task);
  if (!isNull(vm.order)) vm.order.given = <i64>periodic(vm, task, 2);
  arrive(vm, periodic(vm, task, 1), 1, 0);
}

/** Another rate from now on. The gap to the next arrival is drawn anew, which is exact where gaps are memoryless. */
export function setRate(vm: Vm, rate: f64): void {
  vm.carry = 0;
  vm.gapMean = rate > 0 ? 1e9 / rate : 0;
  if (rate > 0) scheduleArrival(vm);
  else dropSource(arrivals, vm.index);
}

/**
 * A modulated process goes on under the states at `words`. What is left of the present one is stretched as its mean is: exact for
 * exponential dwells, and of a constant one the same share is left.
 */
export function changeStates(vm: Vm, words: usize): void {
  const at = (<usize>vm.state * L.STATE_WORDS) << 3;
  const rate = load<f64>(words + at, L.STATE_RATE << 3);
  if (rate != load<f64>(vm.stateWords + at, L.STATE_RATE << 3)) setRate(vm, rate);
  const factor = load<f64>(words + at, L.STATE_DWELL << 3) / load<f64>(vm.stateWords + at, L.STATE_DWELL << 3);
  const slot = slotOf(vm) + VM_SLOT_MODULATE;
  if (factor != 1) schedule(Q, slot, clock.now + <u64>(<i64>(<f64>(<i64>(timeOf(Q, slot) - clock.now)) * factor + 0.5)), RANK_MODULATE);
}

/** Enters state `vm.state` of a modulated process: its rate holds from now on (gaps are memoryless, so drawing anew is exact). */
function enterState(vm: Vm): void {
  const words = vm.stateWords + ((<usize>vm.state * L.STATE_WORDS) << 3);
  const rate = load<f64>(words, L.STATE_RATE << 3);
  const dwell = load<f64>(words, L.STATE_DWELL << 3);
  setRate(vm, rate);
  const length = vm.dwellConstant ? dwell : dwell * drawAhead(vm);
  schedule(Q, slotOf(vm) + VM_SLOT_MODULATE, clock.now + <u64>(<i64>(length + 0.5)), RANK_MODULATE);
}

/** The dwell time in the present state is over; states follow one another in the order of the scenario. */
export function onModulate(vm: Vm): void {
  vm.state = vm.state + 1 == vm.states ? 0 : vm.state + 1;
  enterState(vm);
}

/** A closed client has thought long enough. */
export function onClient(vm: Vm, slot: u32): void {
  arrive(vm, -1, 0, slot);
}

/** Schedules the first arrivals; at time 0, before any other event. */
export function startArrivals(vm: Vm): void {
  switch (<i32>vm.arrivals) {
    case L.ARRIVALS_POISSON:
    case L.ARRIVALS_DETERMINISTIC:
      scheduleArrival(vm);
      break;
    case L.ARRIVALS_MODULATED:
      vm.state = 0;
      enterState(vm);
      break;
    case L.ARRIVALS_PERIODIC:
      planRelease(vm, 0, -1);
      break;
    case L.ARRIVALS_CLOSED:
      for (let i: u32 = 0; i < vm.clients; i++) schedule(Q, vm.firstClient + i, sampleNs(vm.think, arrivalStream(vm)), RANK_ARRIVAL);
      break;
    case L.ARRIVALS_SATURATE:
      for (let i: u32 = 0; i < vm.clients; i++) arrive(vm, -1, 0, SATURATING);
      break;
  }
}

// --- injected arrivals ------------------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline
function entry(index: u32): usize {
  return injection.ring + <usize>(index % injection.capacity) * L.ARRIVAL_BYTES;
}

// @ts-ignore: decorator
@inline
function dueAt(index: u32): u64 {
  return max<u64>(<u64>(<i64>load<f64>(entry(index))), clock.now);
}

function scheduleInjection(): void {
  if (injection.read == injection.write) {
    cancel(Q, SLOT_INJECT);
    return;
  }
  injection.at = dueAt(injection.read);
  schedule(Q, SLOT_INJECT, injection.at, RANK_ARRIVAL);
}

/** Whether an entry of the ring must be fetched before anything else is simulated. */
export function needsInput(): bool {
  return injection.more != 0 && injection.read == injection.write;
}

/** If so, the next event is not simulated. */
export function boundByInput(): void {
  if (needsInput()) clock.bound = 0;
}

/** The ring holds entries read … write - 1 from now on, sorted by time; `more`: others will follow. */
export function commitInjected(read: u32, write: u32, more: u32): void {
  injection.read = read;
  injection.write = write;
  injection.more = more;
  // an event that stands keeps its place among those of its instant, however the ring was filled
  if (read == write || !isPending(Q, SLOT_INJECT) || dueAt(read) != injection.at) scheduleInjection();
}

export function onInject(): void {
  const at = entry(injection.read++);
  const vm = load<u32>(at, 16);
  const serviceNs = load<f64>(at, 8);
  const width = load<u32>(at, 20);
  const deadline = <i64>load<f64>(at, 24);
  scheduleInjection();
  boundByInput();
  if (vm & <u32>L.ARRIVAL_FUNCTION) partAt(L.PART_LIFECYCLE).arrive(vm & ~<u32>L.ARRIVAL_FUNCTION, <i64>Math.floor(serviceNs + 0.5));
  else {
    if (!isNull(vmAt(vm).order)) vmAt(vm).order.given = deadline;
    arrive(vmAt(vm), serviceNs, width, 0);
  }
}
