// What happens to a request: it finds an instance in the first tier that applies, waits for memory, or is dropped; and its end.

import * as L from "../layout";
import * as W from "./layout";
import { RANK_EXPIRE, cancel, schedule } from "../kernel/event-queue";
import { recordSeldom } from "../kernel/histogram";
import { Q, Request, Task, Vm, clock, isNull, nothing, vmAt } from "../cpu/state";
import { dropTask, enterVm, newTask } from "../cpu/workload/request";
import { takeDelayed } from "./delayed";
import { workingSetOf } from "./working-set";
import { admit, ended, expire, give, hide, histogram, layDormant, make, ready, show, wake } from "./instances";
import { enterGate } from "./gate";
import { keeper } from "./keeper";
import { underWay } from "./memory";
import { fits, makeRoom } from "./room";
import { instanceIn, takeSlot } from "./slots";
import {
  BOOT_TASK, Fn, Instance, KEY_READY, KEY_SHIFT, SLOT_TIMEOUT, STARTING, classAt, fnAt, life, roomed, tallied, tally, tallyFn, tallyMost, timedBy,
} from "./state";
import { armTimers, planExpiry, planReady, planRetry, takeTimer } from "./timers";

/** A request of function `number` arrives; below 0: that so many will is announced. */
export function onFunctionArrival(number: u32, service: i64): void {
  const f = fnAt(number);
  if (service < 0) {
    if (life.proactive) announced(f, <u32>-service);
    return;
  }
  tally(W.LIFE_ARRIVED, 1);
  tallyFn(f, W.FN_ARRIVED, 1);
  keeper.arrived(f);
  const t = newTask(<u64>service);
  if (isNull(t)) return;
  if (f.hopeless) drop(f, t);
  else if (!serve(f, t)) overflow(f, t);
}

/** By the first tier that applies; false: there is no memory for it. */
function serve(f: Fn, t: Task): bool {
  for (let order = life.order; (order & 0xff) < <u64>W.TIERS; order >>= 8) {
    switch (<u32>(order & 0xff)) {
      case W.TIER_ACTIVE: {
        const i = roomed(f.joinable);
        if (!isNull(i)) return join(f, i, t);
        break;
      }
      case W.TIER_DORMANT: {
        const i = roomed(f.dormant);
        if (!isNull(i)) return revive(f, i, t);
        break;
      }
      case W.TIER_RESTORE:
        if (f.snapshot) return start(f, t, W.TIER_RESTORE);
        break;
      case W.TIER_VM:
        if (f.init == 0) return start(f, t, W.TIER_VM);
        break;
      default:
        return start(f, t, W.TIER_FULL);
    }
  }
  return false;
}

function join(f: Fn, i: Instance, t: Task): bool {
  if (!makeRoom(f, f.perRequest, 0)) return false;
  give(i, t, i.state == STARTING ? W.TIER_JOINED : W.TIER_ACTIVE);
  return true;
}

function revive(f: Fn, i: Instance, t: Task): bool {
  if (!fits(f.perRequest)) {
    hide(i);
    const made = makeRoom(f, f.perRequest, f.memory);
    show(i);
    if (!made) return false;
  }
  wake(i);
  give(i, t, W.TIER_DORMANT);
  if (life.dormantNs == 0) ready(i);
  else planReady(i, clock.now + life.dormantNs);
  return true;
}

/** How long a start takes once it has passed the gate. */
function startNs(f: Fn, tier: u32): u64 {
  if (tier == W.TIER_RESTORE) return life.restoreNs;
  const attested = f.confidential ? life.attestNs : 0;
  return life.vmNs + attested + (tier == W.TIER_FULL ? f.init : 0);
}

function start(f: Fn, t: Task, tier: u32): bool {
  if (!makeRoom(f, f.memory + f.perRequest, 0)) return false;
  const i = make(f);
  if (isNull(i)) return true; // the run ends here
  give(i, t, tier);
  begin(i, tier);
  return true;
}

function begin(i: Instance, tier: u32): void {
  tally(W.LIFE_STARTS, 1);
  const f = i.fn;
  if (tier == W.TIER_RESTORE) i.untouched = workingSetOf(f);
  const all = startNs(f, tier);
  const worked = tier == W.TIER_RESTORE ? 0 : life.vmNs + (tier == W.TIER_FULL ? f.init : 0);
  i.bootNs = <u64>(life.bootCpu * <f64>(<i64>worked));
  i.startNs = all - i.bootNs;
  enterGate(i);
}

/** What of its start a core must do is a task on its VM, like any other; READY comes when it is done. */
function boot(i: Instance): void {
  const t = newTask(i.bootNs);
  i.bootNs = 0;
  if (isNull(t) || !takeSlot(i)) return;
  t.client = <u32>L.CLIENT_FUNCTION | BOOT_TASK;
  enterVm(i.vm, t, 0);
}

// --- for want of memory ---------------------------------------------------------------------------------------------

function drop(f: Fn, t: Task): void {
  tally(W.LIFE_DROPPED, 1);
  tallyFn(f, W.FN_DROPPED, 1);
  dropTask(t);
}

function overflow(f: Fn, t: Task): void {
  if (life.overflow == W.OVERFLOW_DROP) {
    drop(f, t);
    return;
  }
  tally(W.LIFE_WAITING, 1);
  tallyFn(f, W.FN_WAITING, 1);
  tallyMost(W.LIFE_WAITING_MAX, tallied(W.LIFE_WAITING));
  t.request = changetype<Request>(f); // until it is given to an instance
  t.next = nothing<Task>();
  if (isNull(life.queue)) life.queue = t;
  else life.queueTail.next = t;
  life.queueTail = t;
  planTimeout();
}

function planTimeout(): void {
  if (life.overflow != W.OVERFLOW_TIMEOUT) return;
  const slot = life.slot + SLOT_TIMEOUT;
  if (isNull(life.queue)) cancel(Q, slot);
  else schedule(Q, slot, life.queue.arrivedAt + life.timeout, RANK_EXPIRE);
}

/** The queue's head leaves it. */
function leaveQueue(): Fn {
  const t = life.queue;
  const f = changetype<Fn>(t.request);
  tally(W.LIFE_WAITING, -1);
  tallyFn(f, W.FN_WAITING, -1);
  life.queue = t.next;
  t.next = nothing<Task>();
  t.request = nothing<Request>();
  return f;
}

/** It has waited as long as it may. */
export function onTimeout(): void {
  const t = life.queue;
  const f = leaveQueue();
  tally(W.LIFE_TIMED_OUT, 1);
  tallyFn(f, W.FN_TIMED_OUT, 1);
  dropTask(t);
  planTimeout();
}

/** The queue's head is tried where something has ended or expired, and missing instances are started. */
export function onRetry(): void {
  const tries = life.retries != 0;
  life.retries = 0;
  while (tries && !isNull(life.queue)) {
    const t = life.queue;
    const next = t.next;
    const f = changetype<Fn>(t.request);
    t.next = nothing<Task>();
    if (!serve(f, t)) {
      t.next = next;
      break;
    }
    // it is elsewhere already: only the queue forgets it
    life.queue = next;
    tally(W.LIFE_WAITING, -1);
    tallyFn(f, W.FN_WAITING, -1);
    planTimeout();
  }
  fill();
}

/** The first tier of the order by which an instance can start without a request. */
function startTier(f: Fn): u32 {
  for (let order = life.order; (order & 0xff) < <u64>W.TIERS; order >>= 8) {
    const tier = <u32>(order & 0xff);
    if (tier == W.TIER_RESTORE ? f.snapshot != 0 : tier == W.TIER_VM ? f.init == 0 : tier == W.TIER_FULL) return tier;
  }
  return W.TIER_FULL;
}

/** Instances for `width` requests that are to come start, as far as memory goes without an eviction. */
function announced(f: Fn, width: u32): void {
  tally(W.LIFE_ANNOUNCED, 1);
  if (f.hopeless) return;
  const vcpus = vmAt(classAt(f.slotClass).firstVm).max;
  const wanted = (width - 1) / vcpus + 1;
  while (f.instances < wanted && fits(f.memory)) {
    const i = make(f);
    if (isNull(i)) return;
    tally(W.LIFE_AHEAD, 1);
    begin(i, startTier(f));
  }
}

/** Functions that lack instances get them, in the order in which they came to, as far as memory goes without an eviction. */
function fill(): void {
  while (!isNull(life.shortest)) {
    const f = life.shortest;
    while (f.instances < f.minInstances) {
      if (!fits(f.memory)) return;
      const i = make(f);
      if (isNull(i)) return;
      begin(i, startTier(f));
    }
    f.short = 0;
    life.shortest = f.nextShort;
  }
}

// --- events --------------------------------------------------------------------------------------------------------------

/** A request of a function has run: its record is free, and still holds what it held. */
export function onAnswer(vmAt: usize, taskAt: usize): void {
  const t = changetype<Task>(taskAt);
  const i = instanceIn(changetype<Vm>(vmAt));
  if ((t.client & 0xff) == BOOT_TASK) {
    planReady(i, clock.now);
    return;
  }
  const f = i.fn;
  const latency = clock.now - t.arrivedAt;
  recordSeldom(histogram(<usize>(W.LIFE_HISTOGRAM_LATENCY + (t.client & 0xff))), L.HOST_HISTOGRAM_SUB_BITS, latency);
  tally(W.LIFE_COMPLETED, 1);
  tallyFn(f, W.FN_COMPLETED, 1);
  tallyFn(f, W.FN_LATENCY_NS, latency);
  tallyFn(f, W.FN_UNDER_WAY, -1);
  underWay(-1);
  f.lastEnd = clock.now;
  ended(i);
  planRetry();
}

/** READY or EXPIRE of the instance on top. */
export function onTimer(): void {
  const i = timedBy(life.timers);
  const isReady = (life.timers.key & ((1 << KEY_SHIFT) - 1)) == KEY_READY;
  takeTimer();
  if (isReady && i.bootNs != 0) boot(i);
  else if (isReady) ready(i);
  else expire(i, W.GONE_KEEP_ALIVE);
  armTimers();
}

export function onDelayed(): void {
  const t = takeDelayed();
  admit(changetype<Instance>(t.request), t);
}

/** One instance of function `number` is there ahead of requests, if none lies dormant. */
export function onPrewarm(number: u32): void {
  const f = fnAt(number);
  if (!isNull(f.dormant) || !fits(f.memory)) return;
  const i = make(f);
  if (isNull(i)) return;
  tally(W.LIFE_PREWARMED, 1);
  layDormant(i);
  planExpiry(i, f.prewarmUntil);
}
