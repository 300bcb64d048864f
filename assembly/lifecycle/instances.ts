// An instance's life: made, given requests, ready, dormant, woken, gone. What a request finds, and what happens for want of memory, lies
// above (requests.ts, room.ts).

import * as L from "../layout";
import * as W from "./layout";
import { add, remove } from "../kernel/heap";
import { recordSeldom } from "../kernel/histogram";
import { Request, Task, clock, isNull, nothing } from "../cpu/state";
import { enterVm } from "../cpu/workload/request";
import { takeLines } from "../cpu/workload/task-records";
import { histogramBytes } from "../kernel/histogram";
import { partAt } from "../kernel/part";
import { UNLOAD, keeper } from "./keeper";
import { enterState, release, run, take, underWay } from "./memory";
import { leaveSlot, restSlot, takeSlot } from "./slots";
import {
  ACTIVE, DORMANT, Fn, INSTANCE_LINES, Instance, STARTING, life, roomOf, tally, tallyFn, tallyMost, victimOf, fnAt,
} from "./state";
import { cancelTimer, planExpiry, planFill, planRetry } from "./timers";
import { leaveGate } from "./gate";
import { delay } from "./delayed";
import { firstTouches } from "./working-set";

function allocateInstance(): Instance {
  const free = life.freeInstances;
  if (!isNull(free)) {
    life.freeInstances = free.next;
    return free;
  }
  return changetype<Instance>(takeLines(INSTANCE_LINES));
}

/** A new instance of `f`, starting, whose memory fits; null, and the event ends with the reason, where there is no room for its record. */
export function make(f: Fn): Instance {
  const i = allocateInstance();
  if (isNull(i)) return i;
  memory.fill(changetype<usize>(i), 0, offsetof<Instance>());
  i.fn = f;
  i.id = ++life.nextId;
  i.lastStart = clock.now;
  i.state = STARTING;
  i.sibling = f.first;
  if (!isNull(f.first)) f.first.priorSibling = i;
  f.first = i;
  f.instances++;
  const most = f.counters + (W.FN_INSTANCES_MAX << 3);
  if (<u64>f.instances > load<u64>(most)) store<u64>(most, <u64>f.instances);
  tallyMost(W.LIFE_INSTANCES_MAX, <u64>(++life.living));
  take(i);
  list(i);
  return i;
}

// --- where requests find it -----------------------------------------------------------------------------------------

/** Those with room for another request, the one started last on top; and the dormant ones. */
function list(i: Instance): void {
  const node = roomOf(i);
  node.key = ~i.lastStart;
  node.order = ~i.id;
  if (i.state == DORMANT) i.fn.dormant = add(i.fn.dormant, node);
  else if (i.running < i.fn.concurrency) i.fn.joinable = add(i.fn.joinable, node);
}

function unlist(i: Instance): void {
  const node = roomOf(i);
  if (!node.inside) return;
  if (i.state == DORMANT) i.fn.dormant = remove(i.fn.dormant, node);
  else i.fn.joinable = remove(i.fn.joinable, node);
}

/** It may go for want of memory: the least (priority, lastStart, id) first. */
function offer(i: Instance): void {
  const node = victimOf(i);
  node.key = reinterpret<u64>(i.priority);
  node.order = i.lastStart;
  node.last = i.id;
  life.victims = add(life.victims, node);
}

function withdraw(i: Instance): void {
  const node = victimOf(i);
  if (node.inside) life.victims = remove(life.victims, node);
}

/** A policy's: what it is ranked by is `priority` from now on, 0 or more. */
export function rank(i: Instance, priority: f64): void {
  i.priority = priority;
  if (!victimOf(i).inside) return;
  withdraw(i);
  offer(i);
}

/** It is about to be woken: whoever looks for victims meanwhile does not find it. */
export function hide(i: Instance): void {
  withdraw(i);
}
/** It was not woken. */
export function show(i: Instance): void {
  offer(i);
}

// --- requests ---------------------------------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline
export function histogram(which: usize): usize {
  return partAt(L.PART_LIFECYCLE).histograms + which * <usize>histogramBytes(L.HOST_HISTOGRAM_SUB_BITS);
}

/** The request enters the VM of `i`, which is active. */
export function admit(i: Instance, t: Task): void {
  const waited = clock.now - t.arrivedAt;
  recordSeldom(histogram(<usize>(W.LIFE_HISTOGRAM_START + (t.client & 0xff))), L.HOST_HISTOGRAM_SUB_BITS, waited);
  tallyFn(i.fn, W.FN_START_NS, waited);
  t.request = nothing<Request>();
  enterVm(i.vm, t, firstTouches(i));
}

/** `i`, which has room, serves `t` from `tier`. */
export function give(i: Instance, t: Task, tier: u32): void {
  const f = i.fn;
  unlist(i);
  i.lastStart = clock.now;
  i.uses++;
  f.usesSum++;
  run(i, true);
  underWay(1);
  tally(<usize>(W.LIFE_SERVED + tier), 1);
  tallyFn(f, <usize>(W.FN_SERVED + tier), 1);
  tallyFn(f, W.FN_UNDER_WAY, 1);
  t.client = <u32>L.CLIENT_FUNCTION | tier;
  list(i);
  keeper.used(i);
  if (i.state == ACTIVE) {
    if (tier == W.TIER_ACTIVE && life.activeNs != 0) delay(i, t);
    else admit(i, t);
    return;
  }
  t.next = nothing<Task>();
  if (isNull(i.waiting)) i.waiting = t;
  else i.waitingTail.next = t;
  i.waitingTail = t;
}

/** A dormant one is given a request: it starts, or is active at once where waking takes no time. */
export function wake(i: Instance): void {
  cancelTimer(i);
  withdraw(i);
  unlist(i);
  enterState(i, STARTING);
}

/** `i` has started, or was woken. */
export function ready(i: Instance): void {
  unlist(i);
  leaveGate(i);
  if (i.running == 0) {
    restSlot(i); // it may have worked for its start
    rest(i);
    return;
  }
  enterState(i, ACTIVE);
  list(i);
  if (!takeSlot(i)) return;
  let t = i.waiting;
  i.waiting = nothing<Task>();
  i.waitingTail = nothing<Task>();
  while (!isNull(t)) {
    const next = t.next;
    t.next = nothing<Task>();
    admit(i, t);
    t = next;
  }
}

/** A request of `i` has ended. */
export function ended(i: Instance): void {
  unlist(i);
  run(i, false);
  if (i.running != 0) {
    list(i);
    return;
  }
  restSlot(i);
  rest(i);
}

/** Nothing runs on it any more: it is dormant, and the policy says for how long. */
function rest(i: Instance): void {
  layDormant(i);
  const until = keeper.idle(i);
  if (until != UNLOAD) planExpiry(i, until);
  else expire(i, W.GONE_UNLOADED);
}

/** It is dormant from now on. */
export function layDormant(i: Instance): void {
  unlist(i);
  enterState(i, DORMANT);
  list(i);
  offer(i);
}

/** Its time is over, unless the function keeps no more than it must; `why` is one of GONE_*. */
export function expire(i: Instance, why: usize): void {
  const f = i.fn;
  if (f.instances <= f.minInstances) return;
  tally(W.LIFE_EXPIRATIONS, 1);
  tallyFn(f, W.FN_EXPIRATIONS, 1);
  went(i, why);
  if (life.snapshots && !f.snapshot) {
    f.snapshot = 1;
    tally(W.LIFE_SNAPSHOTS_LEFT, 1);
  }
  gone(i);
  planRetry();
}

/** Counts why. */
export function went(i: Instance, why: usize): void {
  tally(<usize>W.LIFE_GONE + why, 1);
  tallyFn(i.fn, <usize>W.FN_GONE + why, 1);
}

/** A dormant one goes. */
export function gone(i: Instance): void {
  const f = i.fn;
  cancelTimer(i);
  withdraw(i);
  unlist(i);
  release(i);
  leaveSlot(i);
  f.usesSum -= <u64>i.uses;
  f.instances--;
  life.living--;
  if (isNull(i.priorSibling)) f.first = i.sibling;
  else i.priorSibling.sibling = i.sibling;
  if (!isNull(i.sibling)) i.sibling.priorSibling = i.priorSibling;
  i.next = life.freeInstances;
  life.freeInstances = i;
  lacks(f);
  planFill();
}

// --- functions that keep a number of instances -----------------------------------------------------------------------

/** `f` may have fewer instances than it keeps: it stands in the list of those, once. */
function lacks(f: Fn): void {
  if (f.short || f.instances >= f.minInstances || f.hopeless) return;
  f.short = 1;
  f.nextShort = nothing<Fn>();
  if (isNull(life.shortest)) life.shortest = f;
  else life.shortestTail.nextShort = f;
  life.shortestTail = f;
}

/** At time 0. */
export function lackAll(): void {
  for (let k: u32 = 0; k < life.fnCount; k++) lacks(fnAt(k));
}
