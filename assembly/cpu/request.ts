// Requests: one task, or a fork-join chain of stages whose widths are drawn when they start (nobody knows them before).
// What a request draws depends on its place among its VM's arrivals alone, not on when it is served, so that runs under
// different mechanisms see the same demands.

import * as L from "../layout";
import { record } from "../kernel/histogram";
import { mix, next, seedStream, unit } from "../kernel/random";
import { sampleNs, sampleCount, Distribution } from "../kernel/distribution";
import { H, Vm, Task, Request, TASK_BEFORE_LOCK, RECORD_BYTES, count, isNull, nothing, countersOf } from "./state";
import { makeReady } from "./vcpu";
import { clientDone } from "./arrivals";
import { S } from "../memory/swap/state";
import { beginTouches } from "../memory/swap/access";
import { sampleTime } from "./series";

const SCRATCH: usize = memory.data(16, 16); // the stream of the stage being started

// --- records: one arena of 64-byte lines for tasks and requests -----------------------------------------------

function allocateRecord(): Task {
  assert(H.freeCount > 0);
  H.freeCount--;
  const t = H.freeRecords;
  if (!isNull(t)) {
    H.freeRecords = t.next;
    return t;
  }
  const fresh = H.recordsFresh;
  assert(fresh < H.recordsEnd);
  H.recordsFresh = fresh + RECORD_BYTES;
  return changetype<Task>(fresh);
}

// @ts-ignore: decorator
@inline
function freeRecord(t: Task): void {
  t.next = H.freeRecords;
  H.freeRecords = t;
  H.freeCount++;
}

// --- arrivals ----------------------------------------------------------------------------------------------------

/**
 * A request arrives now. `serviceNs` < 0 and `width` 0 mean: draw. `client` is the slot of the closed client that waits
 * for it, or one of the markers of arrivals.ts.
 */
export function arrive(vm: Vm, serviceNs: f64, width: u32, client: u32): void {
  arriveHere(vm, serviceNs, width, client);
}

// inlined where generated arrivals and completed tasks pass, which is every request of most scenarios
// @ts-ignore: decorator
@inline
export function arriveHere(vm: Vm, serviceNs: f64, width: u32, client: u32): void {
  count(vm, L.VM_ARRIVED, 1);
  count(vm, L.VM_IN_FLIGHT, 1);
  if (vm.single && width <= 1) {
    const t = allocateRecord();
    const service = serviceNs >= 0 ? <u64>(<i64>(serviceNs + 0.5)) : sampleNs(vm.service, changetype<usize>(vm) + offsetof<Vm>("serviceStream0"));
    t.flags = 0;
    t.request = nothing<Request>();
    t.arrivedAt = H.now;
    t.service = service;
    t.remaining = service;
    t.client = client;
    count(vm, L.VM_WORK_NS, service);
    if (vm.lockProbability > 0) drawLock(vm, t, changetype<usize>(vm) + offsetof<Vm>("lockStream0"));
    if (S.on) beginTouches(vm, t, 0);
    if (isFull(vm)) drop(vm, t, client);
    else makeReady(vm, t);
    return;
  }
  arriveForked(vm, serviceNs, width, client);
}

function arriveForked(vm: Vm, serviceNs: f64, width: u32, client: u32): void {
  const r = changetype<Request>(allocateRecord());
  r.vm = vm;
  r.arrivedAt = H.now;
  r.draws = next(changetype<usize>(vm) + offsetof<Vm>("serviceStream0"));
  r.ideal = 0;
  r.stage = 0;
  r.client = client;
  const dropped = isFull(vm);
  startStage(r, serviceNs, width, dropped);
  if (!dropped) return;
  // what its other stages would have asked for is offered load as well
  while (++r.stage < vm.stageCount) {
    r.draws = mix(r.draws + 1);
    startStage(r, -1, 0, true);
  }
  drop(vm, changetype<Task>(r), client);
}

/** More requests than the VM has room for, the one that arrives included. One comparison: without a bound the room is 2^32 - 1. */
// @ts-ignore: decorator
@inline
function isFull(vm: Vm): bool {
  return load<u64>(countersOf(vm), L.VM_IN_FLIGHT << 3) > <u64>vm.room;
}

/** Turns away the request whose record is `t`. What it drew is gone, so that those behind it draw what they would have drawn. */
function drop(vm: Vm, t: Task, client: u32): void {
  freeRecord(t);
  count(vm, L.VM_DROPPED, 1);
  count(vm, L.VM_IN_FLIGHT, -1);
  if (client != 0) clientDone(vm, client, 1);
}

/** `dropped`: everything is drawn and counted as offered, and nothing starts. */
function startStage(r: Request, serviceNs: f64, width: u32, dropped: bool): void {
  const vm = r.vm;
  const stage = vm.stages + ((<usize>r.stage * L.STAGE_WORDS) << 2);
  seedStream(SCRATCH, r.draws, <u64>r.stage, 0);
  const drawn = sampleCount(load<Distribution>(stage, L.STAGE_TASKS << 2), SCRATCH);
  const n = width != 0 && r.stage == 0 ? <u64>width : drawn;
  if (n > <u64>H.widthLimit) {
    H.status = L.E_WIDTH;
    return;
  }
  r.left = <u32>n;
  r.longest = 0;
  if ((H.mode & L.MODE_PROACTIVE) != 0 && n > 1 && !dropped) call_indirect<void>(H.onAnnounce, vm, <u32>n);
  const law = load<Distribution>(stage, L.STAGE_SERVICE << 2);
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
    if (S.on) beginTouches(vm, t, mix(r.draws + i + 1) | 1);
    if (dropped) freeRecord(t);
    else makeReady(vm, t);
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
  const latency = H.now - arrivedAt;
  assert(latency >= ideal);
  record(vm.latency, H.bits, latency);
  // in 1/1024; by floating point, whose division is IEEE's and so the same everywhere, and twice as fast as the integer one
  record(vm.slowdown, H.bits, <u64>(<i64>((<f64>(<i64>max<u64>(latency, 1)) * <f64>L.SLOWDOWN_ONE) / <f64>(<i64>max<u64>(ideal, 1)))));
  count(vm, L.VM_LATENCY_NS_SUM, latency);
  if (H.sampleCapacity != 0) {
    sampleTime(vm.group, latency);
    vm.sampleDone++;
  }
  count(vm, L.VM_COMPLETED, 1);
  count(vm, L.VM_IN_FLIGHT, -1);
}

/** The task has had all its service. */
export function complete(vm: Vm, t: Task): void {
  completeHere(vm, t);
}

// @ts-ignore: decorator
@inline
export function completeHere(vm: Vm, t: Task): void {
  const r = t.request;
  if (isNull(r)) {
    const client = t.client;
    recordRequest(vm, t.arrivedAt, t.service);
    freeRecord(t);
    if (client != 0) clientDone(vm, client, 0);
    return;
  }
  freeRecord(t);
  if (--r.left != 0) return;
  r.ideal += r.longest;
  r.stage++;
  if (r.stage < vm.stageCount) {
    r.draws = mix(r.draws + 1);
    startStage(r, -1, 0, false);
    return;
  }
  const client = r.client;
  recordRequest(vm, r.arrivedAt, r.ideal);
  freeRecord(changetype<Task>(r));
  if (client != 0) clientDone(vm, client, 0);
}
