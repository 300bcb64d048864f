// Nanvix (arXiv 2604.11669) on one host: a user VM for every call, never kept, and one system VM a tenant that serves the calls' I/O and is
// kept for a while. Rules: docs/nanvix.md. The host's cores are a server, and so is every system VM, with one worker; system VMs
// are kept as warm.ts does, a tenant standing for a function.

import { NO_TIME, createQueue, peekTime, schedule, take } from "../kernel/event-queue";
import { allocate } from "../kernel/arena";
import { FIFO, ITEM_BYTES } from "../server/layout";
import { arrive, step } from "../server/loop";
import {
  Hook, Item, RANK_ARRIVE, RANK_DONE, Server,
  events, makeItems, makeServer, makeSlots, slotsTaken, workerOfSlot,
} from "../server/records";
import * as L from "./layout";
import { flag, put, requests, setTime, setWord, setting, timeOf, word } from "./requests";
import {
  answerWarm, begin, end, expire, fill, hold, instancesOf, lackAll, layAhead, loadsAhead, makeRoom, makeWarm, nextExpiry, noteArrival, noteEnd,
  prewarm, release, reuse, settleWarm, warm,
} from "./warm";

// @ts-ignore: decorator
@inline const RANK_USER: u64 = 2; // behind a system VM that is ready at the same instant
// @ts-ignore: decorator
@inline const RANK_EXPIRE: u64 = 5;

const DOWN: u32 = 0;
const STARTING: u32 = 1;
const UP: u32 = 2;

@unmanaged
class TenantVm {
  server: usize;
  instance: u32;
  state: u32;
  refs: u32; // calls whose user VM lives
  waiting: u32; // the last call that waits for it + 1, of a list through requests.instance
}

// @ts-ignore: decorator
@inline const TENANT_VM_BYTES: u64 = 24;

// what a call is at
const START: u32 = 1; // of its user VM, and of its system VM where that is down
const RUN: u32 = 2;
const CROSS: u32 = 3; // to the system VM
const SERVED: u32 = 4;
const BACK: u32 = 5;
const OVER: u32 = 6;

let cores: Server = changetype<Server>(0);
let items: usize = 0;
let tenants: usize = 0;
let tenantSlots: u32 = 0;
let firstTimer: u32 = 0;
let waitingFrom: u32 = 0;
let arrived: u32 = 0;
let open: u64 = 0;
let systemStarts: u64 = 0;
let systemByteTime: f64 = 0;
let systemWait: u64 = 0;
let systemUsed: u64 = 0;
let calls: u64 = 0;
let systemsUp: u64 = 0;
let systemsChanged: u64 = 0;

function tenantOf(request: u32): TenantVm {
  return changetype<TenantVm>(tenants + <usize>word(requests.fn, request) * <usize>TENANT_VM_BYTES);
}

function itemOf(request: u32): Item {
  return changetype<Item>(items + <usize>request * ITEM_BYTES);
}

function timer(request: u32, at: u64, rank: u64): void {
  schedule(events, firstTimer + request, at, rank);
}

// state: what it is at, how many it waits for (bits 8 to 15), I/O calls done (from bit 16 on)
function enter(request: u32, at: u32, awaited: u32): void {
  setWord(requests.state, request, (word(requests.state, request) & 0xffff0000) | at | (awaited << 8));
}

function at(request: u32): u32 {
  return word(requests.state, request) & 255;
}

function send(server: Server, request: u32, cost: u64, now: u64): void {
  const item = itemOf(request);
  item.owner = request;
  item.tenant = 0;
  item.cost0 = cost;
  arrive(server, item, now);
}

/** System VMs that are not down, over time. */
function countSystems(change: i64, now: u64): void {
  systemByteTime += <f64>(now - systemsChanged) * <f64>systemsUp * setting(L.NANVIX_SYSTEM_BYTES);
  systemsChanged = now;
  systemsUp += <u64>change;
}

/** Part `done` of the call's computation, split evenly at its I/O. */
function runPart(request: u32, now: u64): void {
  const parts = <u64>setting(L.NANVIX_CALLS) + 1;
  const done = <u64>(word(requests.state, request) >> 16);
  const compute = timeOf(requests.compute, request);
  enter(request, RUN, 1);
  send(cores, request, (compute * (done + 1)) / parts - (compute * done) / parts, now);
}

/** One of what the start waits for has come. */
function ready(request: u32, now: u64): void {
  const state = word(requests.state, request) - 256;
  setWord(requests.state, request, state);
  if ((state & 0xff00) == 0) runPart(request, now);
}

function begun(request: u32, now: u64): bool {
  const tenant = tenantOf(request);
  const user = <u64>setting(L.NANVIX_USER_BYTES);
  const system = <u64>setting(L.NANVIX_SYSTEM_BYTES);
  const down = tenant.state == DOWN;
  const idle = tenant.state == UP && tenant.refs == 0;
  // its own system VM is not evicted for it
  const evictable = warm.dormant - (idle ? system : 0);
  if (warm.budget != 0 && warm.used - evictable + user + (down ? system : 0) > warm.budget) return false;
  if (idle) reuse(word(requests.fn, request), now);
  makeRoom(user + (down ? system : 0), now);
  if (down) startSystem(request, tenant, system, now);
  hold(user, now);
  tenant.refs++;
  setTime(requests.started, request, now);
  const waits = tenant.state == STARTING;
  const parallel = setting(L.NANVIX_PARALLEL) != 0;
  enter(request, START, waits && parallel ? 2 : 1);
  if (waits) {
    setWord(requests.instance, request, tenant.waiting);
    tenant.waiting = request + 1;
  }
  if (!waits || parallel) timer(request, now + <u64>setting(L.NANVIX_USER_START), RANK_USER);
  return true;
}

function startSystem(request: u32, tenant: TenantVm, system: u64, now: u64): void {
  const fn = word(requests.fn, request);
  tenant.instance = begin(fn, system, now);
  tenant.state = STARTING;
  systemStarts++;
  countSystems(1, now);
  flag(request, L.SYSTEM_COLD);
  schedule(events, tenantSlots + fn, now + <u64>setting(L.NANVIX_SYSTEM_START), RANK_DONE);
}

/** The system VM of the tenant runs. */
function systemReady(tenant: TenantVm, now: u64): void {
  tenant.state = UP;
  // the list has the last first
  let list: u32 = 0;
  for (let at = tenant.waiting; at != 0; ) {
    const before = word(requests.instance, at - 1);
    setWord(requests.instance, at - 1, list);
    list = at;
    at = before;
  }
  tenant.waiting = 0;
  while (list != 0) {
    const request = list - 1;
    list = word(requests.instance, request);
    if (setting(L.NANVIX_PARALLEL) != 0) ready(request, now);
    else timer(request, now + <u64>setting(L.NANVIX_USER_START), RANK_USER);
  }
}

function over(request: u32, now: u64): void {
  const tenant = tenantOf(request);
  enter(request, OVER, 0);
  setTime(requests.done, request, now);
  open--;
  release(<u64>setting(L.NANVIX_USER_BYTES), now);
  tenant.refs--;
  noteEnd(word(requests.fn, request), now);
  if (tenant.refs == 0) end(tenant.instance, now);
  planExpiry();
  admit(now);
}

function admit(now: u64): void {
  while (waitingFrom < arrived && begun(waitingFrom, now)) waitingFrom++;
  fill(now);
}

/** The tenant's system VM, that no call has asked for. */
function ahead(fn: u32, now: u64): bool {
  if (instancesOf(fn) != 0) return true; // it has one
  const handle = layAhead(fn, <u64>setting(L.NANVIX_SYSTEM_BYTES), now);
  if (handle == 0) return false;
  const tenant = changetype<TenantVm>(tenants + <usize>fn * <usize>TENANT_VM_BYTES);
  tenant.instance = handle;
  tenant.state = UP;
  countSystems(1, now);
  return true;
}

function planExpiry(): void {
  if (warm.first != 0) schedule(events, firstTimer - 2, nextExpiry(), RANK_EXPIRE);
}

/** A system VM is gone, expired or evicted. */
function gone(fn: u32, now: u64): void {
  changetype<TenantVm>(tenants + <usize>fn * <usize>TENANT_VM_BYTES).state = DOWN;
  countSystems(-1, now);
}

/** A part has been computed, or a call served by the system VM. */
function passed(address: usize, now: u64): void {
  const item = changetype<Item>(address);
  const request = item.owner;
  if (at(request) == SERVED) {
    systemWait += item.waited;
    systemUsed += item.cost0;
    calls++;
    item.waited = 0;
    enter(request, BACK, 1);
    return timer(request, now + <u64>setting(L.NANVIX_CROSSING), RANK_DONE);
  }
  item.waited = 0;
  if ((word(requests.state, request) >> 16) == <u32>setting(L.NANVIX_CALLS)) return over(request, now);
  enter(request, CROSS, 1);
  timer(request, now + <u64>setting(L.NANVIX_CROSSING), RANK_DONE);
}

function elapsed(request: u32, now: u64): void {
  switch (at(request)) {
    case START:
      return ready(request, now);
    case CROSS: {
      enter(request, SERVED, 1);
      return send(changetype<Server>(tenantOf(request).server), request, timeOf(requests.fetch, request), now);
    }
    case BACK: {
      setWord(requests.state, request, word(requests.state, request) + 0x10000);
      return runPart(request, now);
    }
  }
}

function layOut(count: u32, owners: u32): bool {
  const workers = <u32>setting(L.NANVIX_CORES);
  if (!makeSlots(workers + owners)) return false;
  const startMs = setting(L.NANVIX_SYSTEM_START) / 1e6;
  if (!makeWarm(owners, <u64>setting(L.NANVIX_BUDGET), <u64>setting(L.NANVIX_KEEP), <u32>setting(L.NANVIX_POLICY), startMs, u32(setting(L.NANVIX_POOL) > 0)))
    return false;
  const made: (fn: u32, now: u64) => bool = ahead;
  warm.ahead = changetype<usize>(made);
  const hook: Hook = passed;
  const told: (fn: u32, now: u64) => void = gone;
  warm.hook = changetype<usize>(told);
  cores = changetype<Server>(makeServer(workers, 1, 1, FIFO, 1, 0));
  tenants = allocate(<u64>owners * TENANT_VM_BYTES);
  items = makeItems(count);
  if (changetype<usize>(cores) == 0 || tenants == 0 || items == 0) return false;
  cores.hook = changetype<usize>(hook);
  for (let t: u32 = 0; t < owners; t++) {
    const server = makeServer(1, 1, 1, FIFO, 1, 0);
    if (server == 0) return false;
    changetype<Server>(server).hook = changetype<usize>(hook);
    changetype<TenantVm>(tenants + <usize>t * <usize>TENANT_VM_BYTES).server = server;
  }
  tenantSlots = slotsTaken();
  firstTimer = tenantSlots + owners + 2;
  warm.plans = firstTimer + count;
  return createQueue(events, warm.plans + (loadsAhead() ? owners : 0));
}

/** After `makeRequests` and the settings; a request's function is its tenant, `fetch` what one of its I/O calls costs. Answers SYSTEM_*. */
export function nanvixRun(owners: u32): i32 {
  const count = requests.count;
  if (!layOut(count, owners)) return L.SYSTEM_MEMORY;
  open = count;
  lackAll(owners);
  if (count > 0) schedule(events, firstTimer - 1, timeOf(requests.at, 0), RANK_ARRIVE);
  let now: u64 = 0;
  let steps: u64 = 0;
  while (open > 0) {
    now = peekTime(events);
    assert(now < NO_TIME);
    const slot = take(events);
    steps++;
    if (slot < tenantSlots) step(workerOfSlot(slot), now);
    else if (slot >= warm.plans) {
      prewarm(slot - warm.plans, now);
      planExpiry();
    } else if (slot >= firstTimer) elapsed(slot - firstTimer, now);
    else if (slot < tenantSlots + owners)
      systemReady(changetype<TenantVm>(tenants + <usize>(slot - tenantSlots) * <usize>TENANT_VM_BYTES), now);
    else if (slot == firstTimer - 1) {
      const request = arrived++;
      if (arrived < count) schedule(events, slot, timeOf(requests.at, arrived), RANK_ARRIVE);
      noteArrival(word(requests.fn, request), now);
      if (waitingFrom == request && begun(request, now)) waitingFrom++;
      fill(now);
    } else {
      expire(now);
      planExpiry();
      admit(now);
    }
  }
  settleWarm(now);
  countSystems(0, now);
  answerWarm(now, steps);
  put(L.ANSWER_CORE_NS, <f64>cores.used);
  put(L.ANSWER_BACKEND_NS, <f64>systemUsed);
  put(L.ANSWER_SYSTEM_STARTS, <f64>systemStarts);
  put(L.ANSWER_SYSTEM_BYTE_NS, systemByteTime);
  put(L.ANSWER_SYSTEM_WAIT_NS, <f64>systemWait);
  put(L.ANSWER_CALLS, <f64>calls);
  return L.SYSTEM_OK;
}
