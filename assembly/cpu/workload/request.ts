// Requests: one task, or a fork-join chain of stages whose widths are drawn when they start (nobody knows them before).
// What a request draws depends on its place among its VM's arrivals alone, not on when it is served, so that runs under
// different mechanisms see the same demands.

import * as L from "../../layout";
import { next, mix, seedStream, unit } from "../../kernel/random";
import { sampleNs, Distribution, sampleCount } from "../../kernel/distribution";
import {
  count, SPECIAL, Task, isNull, Vm, nothing, Request, inFlight, TASK_BEFORE_LOCK, Q, clock, series, settings,
} from "../state";
import { allocateRecord, ensureRecords, freeRecord } from "./task-records";
import { makeReady, makeReadyHere } from "../guest/dispatch";
import { deadlineNow, deadlineOf, judge, mark } from "../guest/order";
import { S } from "../../memory/pages/state";
import { beginTouches, inOrder, reservePlaces } from "../../memory/pages/access";
import { noteRequest } from "../samples";
import { sampleTime } from "../series";
import { schedule, RANK_ARRIVAL } from "../../kernel/event-queue";
import { hooks } from "../hooks";
import { partAt } from "../../kernel/part";

const SCRATCH: usize = memory.data(16, 16); // the stream of the stage being started

// --- tasks that come from elsewhere ------------------------------------------------------------------------------

/** The record of a task that has arrived and is in no VM yet; null, and the event ends with the reason, where there is no room. */
export function newTask(service: u64): Task {
  if (!ensureRecords(1)) return nothing<Task>();
  const t = allocateRecord();
  t.next = nothing<Task>();
  t.flags = 0;
  t.request = nothing<Request>();
  t.arrivedAt = clock.now;
  t.service = service;
  t.remaining = service;
  return t;
}

/** One that will never run. */
export function dropTask(t: Task): void {
  freeRecord(t);
}

/** It enters a VM that is there, and touches there what the word `touch` says (memory/pages/access.ts). */
export function enterVm(vm: Vm, t: Task, touch: u64): void {
  count(vm, L.VM_ARRIVED, 1);
  count(vm, L.VM_WORK_NS, t.service);
  t.touch = touch;
  t.afterLock = changetype<usize>(vm); // there is no lock in it
  makeReady(vm, t);
}

// --- arrivals ----------------------------------------------------------------------------------------------------

/**
 * A request arrives now. `serviceNs` < 0 and `width` 0 mean: draw. `client` is the slot of the closed client that waits
 * for it, or one of the markers of arrivals.ts.
 */
export function arrive(vm: Vm, serviceNs: f64, width: u32, client: u32): void {
  arriveHere(vm, serviceNs, width, client);
}

function arriveHere(vm: Vm, serviceNs: f64, width: u32, client: u32): void {
  if (vm.single && width <= 1) {
    const service = serviceNs >= 0 ? <u64>(<i64>(serviceNs + 0.5)) : sampleNs(vm.service, changetype<usize>(vm) + offsetof<Vm>("serviceStream0"));
    arriveSingle(vm, service, client);
    return;
  }
  count(vm, L.VM_ARRIVED, 1);
  arriveForked(vm, serviceNs, width, client);
}

// inlined where generated arrivals and completed tasks pass, which is every request of most scenarios
// @ts-ignore: decorator
@inline
export function arriveSingle(vm: Vm, service: u64, client: u32): void {
  count(vm, L.VM_ARRIVED, 1);
  if (!ensureRecords(1)) return;
  const t = allocateRecord();
  t.flags = 0;
  t.request = nothing<Request>();
  t.arrivedAt = clock.now;
  t.service = service;
  t.remaining = service;
  t.client = client;
  count(vm, L.VM_WORK_NS, service);
  if ((vm.special & SPECIAL) != 0 && !enters(vm, t)) return;
  makeReadyHere(vm, t);
}

/** What else a task that has arrived draws. False: there is no room for it. */
// @ts-ignore: decorator
@inline
function enters(vm: Vm, t: Task): bool {
  if (vm.lockProbability > 0) drawLock(vm, t, changetype<usize>(vm) + offsetof<Vm>("lockStream0"));
  if (S.on) beginTouches(vm, t, 0);
  if (!isFull(vm)) return true;
  // what it drew is gone, so that those behind it draw what they would have drawn
  const client = t.client;
  freeRecord(t);
  turnAway(vm, client);
  return false;
}

/** A request of one task, in a VM whose tasks have an order or deadlines. */
function arriveMarked(vm: Vm, serviceNs: f64, client: u32): void {
  if (!ensureRecords(1)) return;
  const service = serviceNs >= 0 ? <u64>(<i64>(serviceNs + 0.5)) : sampleNs(vm.service, changetype<usize>(vm) + offsetof<Vm>("serviceStream0"));
  const t = newTask(service);
  t.client = client;
  count(vm, L.VM_WORK_NS, service);
  if (vm.lockProbability > 0) drawLock(vm, t, changetype<usize>(vm) + offsetof<Vm>("lockStream0"));
  const deadline = deadlineNow(vm.order);
  if (isFull(vm)) {
    freeRecord(t);
    turnAway(vm, client);
    return;
  }
  mark(vm.order, t, deadline);
  makeReady(vm, t);
}

function arriveForked(vm: Vm, serviceNs: f64, width: u32, client: u32): void {
  if (!isNull(vm.order) && vm.order.single && width <= 1) {
    arriveMarked(vm, serviceNs, client);
    return;
  }
  const draws = next(changetype<usize>(vm) + offsetof<Vm>("serviceStream0"));
  const places = S.on != 0 && inOrder(vm) ? takePlaces(vm, draws, width) : 0;
  const deadline = isNull(vm.order) ? 0 : deadlineNow(vm.order);
  if (isFull(vm)) {
    offerInVain(vm, draws, serviceNs, width);
    turnAway(vm, client);
    return;
  }
  if (!ensureRecords(1)) return;
  const r = changetype<Request>(allocateRecord());
  r.vm = vm;
  r.arrivedAt = clock.now;
  r.draws = draws;
  r.ideal = 0;
  r.stage = 0;
  r.client = client;
  r.touch = isNull(vm.order) ? places : deadline;
  startStage(r, serviceNs, width);
}

/**
 * All tasks of the request, of later stages too, have their places among its VM's touches from its arrival on, whenever they run;
 * answers the first.
 */
function takePlaces(vm: Vm, draws: u64, width: u32): u64 {
  let first: u64 = 0;
  for (let k: u32 = 0; k < vm.stageCount; k++) {
    const n = min<u64>(beginDraws(vm, k, draws, width), <u64>settings.widthLimit);
    for (let i: u64 = 0; i < n; i++) {
      const place = reservePlaces(vm, taskDraws(draws, i));
      if (k == 0 && i == 0) first = place;
    }
    draws = mix(draws + 1);
  }
  return first;
}

/** What a task of a stage draws for its touches; not 0. */
// @ts-ignore: decorator
@inline
function taskDraws(draws: u64, index: u64): u64 {
  return mix(draws + index + 1) | 1;
}

/**
 * What a request that is dropped would have asked for is offered load as well: widths as drawn, services by their mean. Nothing
 * else hangs on what it would have drawn, and a wide one would draw for ever what nobody runs.
 */
function offerInVain(vm: Vm, draws: u64, serviceNs: f64, width: u32): void {
  for (let i: u32 = 0; i < vm.stageCount; i++) {
    const n = beginDraws(vm, i, draws, width);
    if (n > <u64>settings.widthLimit) {
      clock.status = L.E_WIDTH;
      return;
    }
    const law = load<Distribution>(vm.stages + ((<usize>i * L.STAGE_WORDS) << 2), L.STAGE_SERVICE << 2);
    const each = serviceNs >= 0 && i == 0 ? serviceNs : law.mean;
    count(vm, L.VM_WORK_NS, <u64>(<i64>(each * <f64>n + 0.5)));
    draws = mix(draws + 1);
  }
}

/** Sets the stream of one stage of one request, and draws its width where `width` does not give the first one's. */
function beginDraws(vm: Vm, stage: u32, draws: u64, width: u32): u64 {
  seedStream(SCRATCH, draws, <u64>stage, 0);
  const drawn = sampleCount(load<Distribution>(vm.stages + ((<usize>stage * L.STAGE_WORDS) << 2), L.STAGE_TASKS << 2), SCRATCH);
  return width != 0 && stage == 0 ? <u64>width : drawn;
}

/** More requests than the VM has room for, the one that arrives included. One comparison: without a bound the room is 2^32 - 1. */
// @ts-ignore: decorator
@inline
function isFull(vm: Vm): bool {
  return inFlight(vm) > <u64>vm.room;
}

/** A request that has just arrived, or is given up, is dropped. */
export function turnAway(vm: Vm, client: u32): void {
  count(vm, L.VM_DROPPED, 1);
  if (client != 0) clientDone(vm, client, 1);
}

function startStage(r: Request, serviceNs: f64, width: u32): void {
  const vm = r.vm;
  const n = beginDraws(vm, r.stage, r.draws, width);
  if (n > <u64>settings.widthLimit) {
    clock.status = L.E_WIDTH;
    return;
  }
  if (!ensureRecords(n)) return;
  r.left = <u32>n;
  r.longest = 0;
  if ((settings.mode & L.MODE_PROACTIVE) != 0 && n > 1) hooks.announce(vm, <u32>n);
  const law = load<Distribution>(vm.stages + ((<usize>r.stage * L.STAGE_WORDS) << 2), L.STAGE_SERVICE << 2);
  for (let i: u64 = 0; i < n; i++) {
    const t = allocateRecord();
    const service = serviceNs >= 0 && r.stage == 0 ? <u64>(<i64>(serviceNs + 0.5)) : sampleNs(law, SCRATCH);
    t.flags = 0;
    t.request = r;
    t.arrivedAt = r.arrivedAt;
    t.service = service;
    t.remaining = service;
    t.client = 0;
    r.longest = max<u64>(r.longest, service);
    count(vm, L.VM_WORK_NS, service);
    if (vm.lockProbability > 0) drawLock(vm, t, SCRATCH);
    if (S.on) beginTouches(vm, t, taskDraws(r.draws, i));
    if (!isNull(vm.order)) mark(vm.order, t, r.touch);
    makeReady(vm, t);
  }
}

/** Puts the critical section at a uniformly drawn place of the task's service. */
function drawLock(vm: Vm, t: Task, stream: usize): void {
  const takes = unit(next(stream)) < vm.lockProbability;
  const where = unit(next(stream));
  if (!takes) return;
  const hold = min<u64>(vm.lockHold, t.service);
  const before = <u64>(where * <f64>(t.service - hold));
  t.flags = TASK_BEFORE_LOCK;
  t.remaining = before;
  t.afterLock = t.service - hold - before;
}

// --- completion -----------------------------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline
function recordRequest(vm: Vm, arrivedAt: u64, ideal: u64): void {
  const latency = clock.now - arrivedAt;
  assert(latency >= ideal);
  noteRequest(vm, latency, ideal);
  if (series.capacity != 0) {
    sampleTime(vm.group, latency);
    vm.sampleDone++;
  }
  count(vm, L.VM_COMPLETED, 1);
}

/** The task has had all its service. */
export function complete(vm: Vm, t: Task): void {
  completeHere(vm, t);
}

// @ts-ignore: decorator
@inline
export function completeHere(vm: Vm, t: Task): void {
  assert(isNull(t.request) || t.request.left != 0);
  const r = t.request;
  if (isNull(r)) {
    const client = t.client;
    recordRequest(vm, t.arrivedAt, t.service);
    if (!isNull(vm.order)) judge(vm, deadlineOf(t));
    freeRecord(t);
    if (client != 0) answered(vm, client, t);
    return;
  }
  freeRecord(t);
  if (--r.left != 0) return;
  r.ideal += r.longest;
  r.stage++;
  if (r.stage < vm.stageCount) {
    r.draws = mix(r.draws + 1);
    startStage(r, -1, 0);
    return;
  }
  const client = r.client;
  recordRequest(vm, r.arrivedAt, r.ideal);
  if (!isNull(vm.order)) judge(vm, r.touch);
  freeRecord(changetype<Task>(r));
  if (client != 0) clientDone(vm, client, 0);
}

/** Somebody waits for the single task that is done: a client, or a function's instance. */
function answered(vm: Vm, client: u32, t: Task): void {
  if (client >= <u32>L.CLIENT_FUNCTION && client != SATURATING) {
    partAt(L.PART_LIFECYCLE).answered(changetype<usize>(vm), changetype<usize>(t));
  } else clientDone(vm, client, 0);
}

/** The request of a closed client, or of a saturating VM, is done; or it was dropped, and its client thinks for `least` 1 ns, so that time goes on. */
function clientDone(vm: Vm, client: u32, least: u64): void {
  if (client == SATURATING) arrive(vm, -1, 0, SATURATING);
  else schedule(Q, client, clock.now + max<u64>(least, sampleNs(vm.think, arrivalStream(vm))), RANK_ARRIVAL);
}

/** Marks the task of a saturating VM: its completion brings the next. */
// @ts-ignore: decorator
@inline export const SATURATING: u32 = 0xffff_ffff;

// @ts-ignore: decorator
@inline
export function arrivalStream(vm: Vm): usize {
  return changetype<usize>(vm) + offsetof<Vm>("arrivalStream0");
}
