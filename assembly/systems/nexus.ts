// Nexus (arXiv 2604.06682) on one host: serverless functions whose input and output pass a fabric of each guest's own, or a backend
// that all of them share. With the backend the input is fetched while the VM restores and the output written after the answer.
// Rules: docs/nexus.md. The host's cores and the backend's workers are servers; instances are kept as warm.ts does.

import { NO_TIME, createQueue, peekTime, schedule, take } from "../kernel/event-queue";
import { FIFO, ITEM_BYTES } from "../server/layout";
import { arrive, halt, resume, step } from "../server/loop";
import {
  Hook, Item, RANK_ARRIVE, RANK_BEGIN, RANK_DONE, Server,
  events, makeItems, makeServer, makeSlots, queueAt, slotsTaken, workerOfSlot,
} from "../server/records";
import * as L from "./layout";
import { flag, put, requests, setTime, setWord, setting, timeOf, word } from "./requests";
import {
  answerWarm, begin, end, expire, fill, lackAll, layAhead, loadsAhead, makeWarm, nextExpiry, noteArrival, noteEnd, prewarm, reuse, settleWarm, warm,
} from "./warm";

// @ts-ignore: decorator
@inline const RANK_EXPIRE: u64 = 5;

// what a request is at
const RESTORE: u32 = 1; // and, with a backend, fetching
const CONNECT: u32 = 2;
const FETCH: u32 = 3;
const COMPUTE: u32 = 4;
const WRITE: u32 = 5;
const RESPOND: u32 = 6;
const OVER: u32 = 7;

// its items: on cores (0, and 1 for a second core of the guest's fabric), at the backend (1 to fetch, 2 to write)
const ITEMS: u32 = 3;
// its timers
const TIMERS: u32 = 3;
const OWN: u32 = 0;
const OF_FETCH: u32 = 1;
const OF_WRITE: u32 = 2;

let cores: Server = changetype<Server>(0);
let backend: Server = changetype<Server>(0);
let items: usize = 0;
let firstTimer: u32 = 0;
let waitingFrom: u32 = 0; // requests that wait for memory are a range in order of arrival, but for those that were served
let arrived: u32 = 0;
let open: u64 = 0; // requests that are not answered, outputs that are not written

function itemOf(request: u32, which: u32): Item {
  return changetype<Item>(items + (<usize>request * ITEMS + which) * ITEM_BYTES);
}

function timer(request: u32, which: u32, at: u64, rank: u64): void {
  schedule(events, firstTimer + request * TIMERS + which, at, rank);
}

// state: what it is at in the low byte, how many things it waits for above
function enter(request: u32, at: u32, awaited: u32): void {
  setWord(requests.state, request, at | (awaited << 8));
}

/** One of the things that the request waited for has come; whether it was the last. */
function came(request: u32): bool {
  const state = word(requests.state, request) - 256;
  setWord(requests.state, request, state);
  return state < 256;
}

function send(server: Server, request: u32, which: u32, cost: u64, now: u64): void {
  const item = itemOf(request, which);
  item.owner = request * ITEMS + which;
  item.tenant = 0;
  item.cost0 = cost;
  arrive(server, item, now);
}

function hasBackend(): bool {
  return setting(L.NEXUS_WORKERS) > 0;
}

/** A phase of the guest's own fabric: its length passes, and its CPU time on one core or two. */
function fabricPhase(request: u32, at: u32, length: u64, now: u64): void {
  const moved = timeOf(requests.fetch, request) + timeOf(requests.write, request);
  const cpu = moved == 0 ? 0 : <u64>Math.round((setting(L.NEXUS_FABRIC) * <f64>length) / <f64>moved);
  const jobs: u32 = cpu == 0 ? 0 : cpu > length ? 2 : 1;
  enter(request, at, 1 + jobs);
  timer(request, OWN, now + length, RANK_DONE);
  if (jobs > 0) send(cores, request, 0, cpu / jobs, now);
  if (jobs > 1) send(cores, request, 1, cpu - cpu / jobs, now);
}

function fetch(request: u32, now: u64): void {
  send(backend, request, 1, <u64>setting(L.NEXUS_OP), now);
}

function compute(request: u32, now: u64): void {
  enter(request, COMPUTE, 1);
  send(cores, request, 0, timeOf(requests.compute, request), now);
}

function respond(request: u32, now: u64): void {
  enter(request, RESPOND, 1);
  timer(request, OWN, now + <u64>setting(L.NEXUS_RESPOND), RANK_BEGIN);
}

/** Its VM is its own from now on. */
function start(request: u32, handle: u32, cold: bool, now: u64): void {
  setWord(requests.instance, request, handle);
  setTime(requests.started, request, now);
  if (cold) flag(request, L.COLD);
  const fetches = timeOf(requests.fetch, request) > 0;
  const prefetch = cold && setting(L.NEXUS_PREFETCH) != 0;
  if (cold) {
    const both = hasBackend() && prefetch && fetches;
    enter(request, RESTORE, both ? 2 : 1);
    timer(request, OWN, now + <u64>setting(L.NEXUS_RESTORE), RANK_DONE);
    if (both) fetch(request, now);
  } else restored(request, false, now);
}

/** The VM runs; `fetched`: the input is there, too. */
function restored(request: u32, fetched: bool, now: u64): void {
  const fetches = timeOf(requests.fetch, request) > 0;
  if (!hasBackend()) {
    const cold = (word(requests.flags, request) & L.COLD) != 0;
    if (cold && setting(L.NEXUS_CONNECT) > 0) return fabricPhase(request, CONNECT, <u64>setting(L.NEXUS_CONNECT), now);
    return connected(request, now);
  }
  if (fetched || !fetches) return compute(request, now);
  enter(request, FETCH, 1);
  fetch(request, now);
}

function connected(request: u32, now: u64): void {
  const length = timeOf(requests.fetch, request);
  if (length > 0) fabricPhase(request, FETCH, length, now);
  else compute(request, now);
}

function computed(request: u32, now: u64): void {
  const length = timeOf(requests.write, request);
  if (length == 0) return respond(request, now);
  if (!hasBackend()) return fabricPhase(request, WRITE, length, now);
  if (setting(L.NEXUS_AFTER) != 0) return respond(request, now);
  enter(request, WRITE, 1);
  send(backend, request, 2, <u64>setting(L.NEXUS_OP), now);
}

/** What the request was at is over. */
function goOn(request: u32, now: u64): void {
  switch (word(requests.state, request) & 255) {
    case RESTORE: {
      const prefetched = hasBackend() && setting(L.NEXUS_PREFETCH) != 0;
      return restored(request, prefetched, now);
    }
    case CONNECT:
      return connected(request, now);
    case FETCH:
      return compute(request, now);
    case COMPUTE:
      return computed(request, now);
    case WRITE:
      return respond(request, now);
    case RESPOND:
      return answered(request, now);
  }
}

function answered(request: u32, now: u64): void {
  setTime(requests.done, request, now);
  enter(request, OVER, 0);
  open--;
  noteEnd(word(requests.fn, request), now);
  end(word(requests.instance, request), now);
  planExpiry();
  if (hasBackend() && setting(L.NEXUS_AFTER) != 0 && timeOf(requests.write, request) > 0) {
    if (backend.halted != 0) flag(request, L.LOST);
    else {
      open++;
      send(backend, request, 2, <u64>setting(L.NEXUS_OP), now);
    }
  }
  admit(now);
}

/** Requests that wait for memory, as long as the first of them finds some. */
function admit(now: u64): void {
  while (waitingFrom < arrived && begun(waitingFrom, now)) waitingFrom++;
  fill(now);
}

/** An instance that nobody has asked for. */
function ahead(fn: u32, now: u64): bool {
  return layAhead(fn, timeOf(requests.sizes, fn), now) != 0;
}

function begun(request: u32, now: u64): bool {
  const fn = word(requests.fn, request);
  let handle = reuse(fn, now);
  const cold = handle == 0;
  if (cold) handle = begin(fn, timeOf(requests.sizes, fn), now);
  if (handle == 0) return false;
  start(request, handle, cold, now);
  return true;
}

function planExpiry(): void {
  if (warm.first != 0) schedule(events, firstTimer - 2, nextExpiry(), RANK_EXPIRE);
}

/** An item has passed the cores or the backend. */
function passed(at: usize, now: u64): void {
  const owner = changetype<Item>(at).owner;
  const request = owner / ITEMS;
  const which = owner - request * ITEMS;
  const atBackend = hasBackend() && which != 0;
  if (!atBackend) {
    if (came(request)) goOn(request, now);
  } else if (which == 1) timer(request, OF_FETCH, now + timeOf(requests.fetch, request), RANK_DONE);
  else timer(request, OF_WRITE, now + timeOf(requests.write, request), RANK_DONE);
}

function elapsed(slot: u32, now: u64): void {
  const index = slot - firstTimer;
  const request = index / TIMERS;
  const which = index - request * TIMERS;
  // an output that was written after the answer is nobody's to wait for
  if (which == OF_WRITE && (word(requests.state, request) & 255) != WRITE) {
    open--;
    return;
  }
  if (came(request)) goOn(request, now);
}

/** What waits at the backend to be written after its answer is lost with the backend's memory. */
function backendGoes(now: u64): void {
  halt(backend);
  for (let at = queueAt(backend, 0).head, n = queueAt(backend, 0).length; n > 0; n--) {
    const item = changetype<Item>(<usize>at);
    const request = item.owner / ITEMS;
    if ((word(requests.state, request) & 255) == OVER) {
      flag(request, L.LOST);
      item.cost0 = 0; // nothing is left to be done
    }
    at = item.next;
  }
}

/** After `makeRequests` and the settings. Answers SYSTEM_*. */
export function nexusRun(functions: u32): i32 {
  const workers = <u32>setting(L.NEXUS_WORKERS);
  const guestCores = <u32>setting(L.NEXUS_CORES) - workers;
  const count = requests.count;
  if (!makeSlots(guestCores + workers)) return L.SYSTEM_MEMORY;
  const startMs = setting(L.NEXUS_RESTORE) / 1e6;
  const policy = <u32>setting(L.NEXUS_POLICY);
  const held = <u32>setting(L.NEXUS_POOL);
  if (!makeWarm(functions, <u64>setting(L.NEXUS_BUDGET), <u64>setting(L.NEXUS_KEEP), policy, startMs, held)) return L.SYSTEM_MEMORY;
  const made: (fn: u32, now: u64) => bool = ahead;
  warm.ahead = changetype<usize>(made);
  cores = changetype<Server>(makeServer(guestCores, 1, 1, FIFO, 1, 0));
  backend = changetype<Server>(workers == 0 ? <usize>0 : makeServer(workers, 1, 1, FIFO, 1, 0));
  items = makeItems(count * ITEMS);
  firstTimer = slotsTaken() + 3;
  warm.plans = firstTimer + count * TIMERS;
  const slots = warm.plans + (loadsAhead() ? functions : 0);
  if (changetype<usize>(cores) == 0 || items == 0 || !createQueue(events, slots)) return L.SYSTEM_MEMORY;
  const hook: Hook = passed;
  cores.hook = changetype<usize>(hook);
  if (workers > 0) backend.hook = changetype<usize>(hook);
  waitingFrom = 0;
  arrived = 0;
  open = count;
  if (count > 0) schedule(events, firstTimer - 1, timeOf(requests.at, 0), RANK_ARRIVE);
  if (workers > 0 && setting(L.NEXUS_DOWN_FOR) > 0) schedule(events, firstTimer - 3, <u64>setting(L.NEXUS_DOWN_AT), RANK_BEGIN);
  lackAll(functions);
  loop(count);
  return L.SYSTEM_OK;
}

function loop(count: u32): void {
  let steps: u64 = 0;
  let now: u64 = 0;
  // what lies dormant when all is done is nobody's memory
  while (open > 0) {
    now = peekTime(events);
    assert(now < NO_TIME);
    const slot = take(events);
    steps++;
    if (slot < firstTimer - 3) step(workerOfSlot(slot), now);
    else if (slot >= warm.plans) {
      prewarm(slot - warm.plans, now);
      planExpiry();
    } else if (slot >= firstTimer) elapsed(slot, now);
    else if (slot == firstTimer - 1) {
      const request = arrived++;
      if (arrived < count) schedule(events, slot, timeOf(requests.at, arrived), RANK_ARRIVE);
      noteArrival(word(requests.fn, request), now);
      // who waits already goes first
      if (waitingFrom == request && begun(request, now)) waitingFrom++;
      fill(now);
    } else if (slot == firstTimer - 2) {
      expire(now);
      planExpiry();
      admit(now);
    } else if (backend.halted == 0) {
      backendGoes(now);
      schedule(events, slot, now + <u64>setting(L.NEXUS_DOWN_FOR), RANK_BEGIN);
    } else resume(backend, now);
  }
  settleWarm(now);
  answer(now, steps);
}

function answer(last: u64, steps: u64): void {
  answerWarm(last, steps);
  put(L.ANSWER_CORE_NS, <f64>cores.used);
  put(L.ANSWER_BACKEND_NS, changetype<usize>(backend) == 0 ? 0 : <f64>backend.used);
}
