// The way of a request through a VM in which a task only runs, on a host where nothing stands between it and an idle core (ideal): half of
// all that such a host simulates is an arrival and half an end, as the general way (arrivals.ts, request.ts, dispatch.ts, central.ts, run.ts,
// loop.ts) has them, in the same order of draws and places. Whatever is seldom so is asked for before anything has changed, and left to that
// way as a whole: so nothing here lies across a call, for which the engine would put it on the stack and fetch it again.

import * as L from "../../layout";
import { exponentialIn, layerOf, wholeNs } from "../../kernel/distribution";
import { RANK_ARRIVAL, RANK_END, beginHere, hasLeaf, keyOf, keyOfNear, leaveHole, takeSequence } from "../../kernel/event-queue";
import { bitsOf, pass } from "../../kernel/random";
import { putSource } from "../../kernel/source-queue";
import {
  Core, DORMANT, H, Q, RUNNING, TASK_STARTED, Task, VCpu, Vm, WAITS, arrivals, clock, count, countHost, ingress, isNull, nothing,
} from "../state";
import { joinBag } from "../bag";
import { pushTail } from "../run-queue";
import { noteVisit } from "../samples";
import { takeableCame, takeableGone, takeableHeld } from "../takeable";
import { freeRecord } from "./task-records";
import { waitBegins, waitEnds } from "../waiting";
import { makeReady } from "../guest/dispatch";

/** Whether `t` is the whole of a request that nobody waits for, and has not been taken off a core. */
// @ts-ignore: decorator
@inline
export function isPlain(t: Task): bool {
  // request and client in one
  return load<u64>(changetype<usize>(t), offsetof<Task>("request")) == 0 && (t.flags & TASK_STARTED) == 0;
}

/** A request arrives at `vm`. False: nothing has happened, and it does in the general way. */
// @ts-ignore: decorator
@inline
export function arrivePlain(vm: Vm): bool {
  const services = changetype<usize>(vm) + offsetof<Vm>("serviceStream0");
  const gaps = changetype<usize>(vm) + offsetof<Vm>("arrivalStream0");
  const s0 = load<u64>(services);
  const s1 = load<u64>(services, 8);
  const s = bitsOf(s0, s1);
  const servicePlace = layerOf(s);
  const drawn = exponentialIn(s, servicePlace);
  const g0 = load<u64>(gaps);
  const g1 = load<u64>(gaps, 8);
  const g = bitsOf(g0, g1);
  const gapPlace = layerOf(g);
  const ahead = exponentialIn(g, gapPlace);
  const t = H.freeRecords;
  if (!(drawn < load<f64>(servicePlace, 8)) || !(ahead < load<f64>(gapPlace, 8)) || isNull(t)) return false;
  pass(services, s0, s1);
  pass(gaps, g0, g1);
  const now = clock.now;
  const service = wholeNs(vm.service.a * drawn);
  const gap = vm.gapMean * vm.ahead + vm.carry;
  const whole = <i64>gap;
  vm.ahead = ahead;
  vm.carry = gap - <f64>whole;
  putSource(arrivals, vm.index, keyOf(now + <u64>whole, RANK_ARRIVAL));
  H.freeRecords = t.next;
  H.freeCount--;
  store<u64>(changetype<usize>(t), 0, offsetof<Task>("next")); // and flags
  store<u64>(changetype<usize>(t), 0, offsetof<Task>("request")); // and client
  t.readyAt = now;
  t.remaining = service;
  t.service = service;
  t.arrivedAt = now;
  count(vm, L.VM_ARRIVED, 1);
  count(vm, L.VM_WORK_NS, service);
  if (vm.special & WAITS) makeReady(vm, t);
  else if (vm.queued == 0 && H.idleCount != 0 && vm.promised < vm.dormantCount && hasLeaf(Q)) serve(vm, t, now, service);
  else if (vm.held == H.coreCount && isNull(vm.searching)) {
    // it has all cores, and nobody else will have one before it
    waitBegins(vm, t);
    pushTail(ingress(vm), t);
    joinBag(vm);
  } else makeReady(vm, t);
  return true;
}

/** A core is idle, and a vCPU dormant: the task begins. */
// @ts-ignore: decorator
@inline
function serve(vm: Vm, t: Task, now: u64, service: u64): void {
  const left = H.idleCount - 1;
  H.idleCount = left;
  const core = load<Core>(H.idle + (<usize>left << 2));
  const bits = vm.bits;
  const dormant = load<u64>(bits);
  const v = changetype<VCpu>(vm.vcpus + <usize>ctz<u64>(dormant) * <usize>offsetof<VCpu>());
  store<u64>(bits, dormant & (dormant - 1));
  const held = vm.held + 1;
  vm.held = held;
  if (held > vm.min) takeableHeld(vm); // else none of its cores may be taken, as before
  vm.dormantCount--;
  H.idleNs += now - max<u64>(core.since, clock.statsFrom);
  core.idlePlace = 0;
  core.vcpu = v;
  core.lastVm = vm;
  core.since = now;
  v.core = core;
  v.lastCore = core;
  v.since = now;
  v.state = RUNNING;
  v.task = t;
  v.startedAt = now;
  v.begunAt = now;
  takeableCame(core, RUNNING);
  countHost(L.HOST_MOVES, 1);
  count(vm, L.VM_GRANTS, 1);
  planEnd(v, now + service);
}

// @ts-ignore: decorator
@inline
function planEnd(v: VCpu, until: u64): void {
  const place = takeSequence(Q);
  v.runsUntil = until;
  v.endPlace = place;
  beginHere(Q, v.slot, keyOfNear(until, RANK_END), place);
}

/** The task of `v`, a vCPU of `vm`, is done. False: nothing has happened, and it is in the general way. */
// @ts-ignore: decorator
@inline
export function endPlain(v: VCpu, vm: Vm): bool {
  const t = v.task;
  const waiting = vm.ingressLength;
  if (!isPlain(t) || v.queueLength != 0 || v.switchLeft != 0 || (waiting == 0 ? H.bagCount : vm.ingressFront) != 0) return false;
  noteVisit(vm, t, v.begunAt);
  freeRecord(t);
  if (waiting == 0) {
    rest(v, vm, clock.now);
    return true;
  }
  const now = clock.now;
  const next = vm.ingressHead;
  vm.ingressHead = next.next;
  vm.ingressLength = waiting - 1;
  waitEnds(vm, next);
  v.task = next;
  v.startedAt = now;
  v.begunAt = now;
  planEnd(v, now + next.remaining);
  return true;
}

/** Nobody waits anywhere: the core is idle. */
// @ts-ignore: decorator
@inline
function rest(v: VCpu, vm: Vm, now: u64): void {
  const core = v.core;
  v.task = nothing<Task>();
  v.core = nothing<Core>();
  v.state = DORMANT;
  v.faultUntil = 0;
  count(vm, L.VM_YIELDS, 1);
  count(vm, L.VM_TASK_NS, now - v.since);
  v.since = now;
  const bits = vm.bits;
  store<u64>(bits, load<u64>(bits) | (<u64>1 << v.index));
  vm.dormantCount++;
  takeableGone(core);
  core.vcpu = nothing<VCpu>();
  core.since = now;
  const held = vm.held - 1;
  vm.held = held;
  if (held >= vm.min) takeableHeld(vm);
  const idle = H.idleCount;
  store<Core>(H.idle + (<usize>idle << 2), core);
  H.idleCount = idle + 1;
  core.idlePlace = idle + 1;
  leaveHole(Q);
}
