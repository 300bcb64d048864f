// Threads of one interpreter (arXiv 2601.10582): each takes a task, computes under the lock, waits for its I/O, and takes the next one.
// How many there are is the caller's, who may change it between runs. Times are nanoseconds. Rules: docs/gil.md.

import { allocate } from "../kernel/arena";
import { exponential, prepareTables } from "../kernel/distribution";
import { NO_TIME, createQueue, peekTime, schedule, take } from "../kernel/event-queue";
import { createHistograms, recordSeldom, resetHistogram } from "../kernel/histogram";
import { STREAM_BYTES, seedStream } from "../kernel/random";
import { ITEM_BYTES, LOCK } from "../server/layout";
import { arrive, step } from "../server/loop";
import { Hook, Item, RANK_ARRIVE, Server, events, makeItems, makeServer, makeSlots, workerOfSlot } from "../server/records";
import * as L from "./layout";
import { put, setting } from "./requests";

// what a thread is at
const PARKED: u32 = 0;
const STARTING: u32 = 1;
const COMPUTING: u32 = 2;
const WAITING: u32 = 3; // for its I/O

@unmanaged
class Thread {
  state: u32;
  unused: u32;
  begun: u64;
  cpu: u64;
  io: u64;
}

// @ts-ignore: decorator
@inline const THREAD_BYTES: usize = 32;

let lock: Server = changetype<Server>(0);
let threads: usize = 0;
let items: usize = 0;
let most: u32 = 0;
let limit: u32 = 0;
let active: u32 = 0;
let streams: usize = 0;
let table: usize = 0;
let tableCount: u32 = 0;
let tableAt: u32 = 0;
let ratios: usize = 0;
let wall: usize = 0;
let tasks: u64 = 0;
let cpuNs: u64 = 0;
let wallNs: u64 = 0;
let usedBefore: u64 = 0;
let overheadBefore: u64 = 0;
let counted: u64 = 0; // tasks since the histogram began

// @ts-ignore: decorator
@inline
function threadAt(index: u32): Thread {
  return changetype<Thread>(threads + <usize>index * THREAD_BYTES);
}

/** Zeroed room for computation and I/O of `count` tasks, f64 each, taken in turns as tasks begin; for law 2. 0 without memory. */
export function gilTable(count: u32): usize {
  tableCount = count;
  tableAt = 0;
  table = allocate(<u64>count << 4);
  return table;
}

function draw(purpose: u32): u64 {
  const mean = setting(purpose == 0 ? L.GIL_CPU : L.GIL_IO);
  const drawn = setting(L.GIL_LAW) == 0 ? mean : mean * exponential(streams + <usize>purpose * STREAM_BYTES);
  return <u64>(min<f64>(drawn, 9e15) + 0.5);
}

function begin(index: u32, now: u64): void {
  const thread = threadAt(index);
  if (setting(L.GIL_LAW) == 2) {
    const at = table + (<usize>tableAt << 4);
    tableAt = tableAt + 1 == tableCount ? 0 : tableAt + 1;
    thread.cpu = <u64>load<f64>(at);
    thread.io = <u64>load<f64>(at, 8);
  } else {
    thread.cpu = draw(0);
    thread.io = draw(1);
  }
  thread.begun = now;
  thread.state = COMPUTING;
  const item = changetype<Item>(items + <usize>index * ITEM_BYTES);
  item.cost0 = thread.cpu;
  item.owner = index;
  arrive(lock, item, now);
}

function computed(at: usize, now: u64): void {
  const index = changetype<Item>(at).owner;
  const thread = threadAt(index);
  thread.state = WAITING;
  schedule(events, lock.workers + index, now + thread.io, RANK_ARRIVE);
}

function ended(index: u32, now: u64): void {
  const thread = threadAt(index);
  if (thread.state == WAITING) {
    const took = now - thread.begun;
    const window = <u64>setting(L.GIL_WINDOW);
    const ratio = took == 0 ? 0 : 1 - <f64>thread.cpu / <f64>took;
    store<f64>(ratios + (<usize>(tasks % window) << 3), ratio);
    tasks++;
    counted++;
    cpuNs += thread.cpu;
    wallNs += took;
    recordSeldom(wall, 7, took);
  }
  if (index >= limit && setting(L.GIL_LAZY) == 0) {
    thread.state = PARKED;
    active--;
  } else begin(index, now);
}

/** After the settings. No thread runs before `gilLimit`. Answers SYSTEM_*. */
export function gilBegin(): i32 {
  prepareTables();
  most = <u32>setting(L.GIL_THREADS);
  const workers = <u32>setting(L.GIL_WORKERS);
  if (!makeSlots(workers) || !createQueue(events, workers + most)) return L.SYSTEM_MEMORY;
  lock = changetype<Server>(makeServer(workers, 1, 1, LOCK, 1, 0));
  threads = allocate(<u64>most * THREAD_BYTES);
  items = makeItems(most);
  streams = allocate(2 * STREAM_BYTES);
  ratios = allocate(<u64>setting(L.GIL_WINDOW) << 3);
  wall = createHistograms(1, 7);
  if (changetype<usize>(lock) == 0 || threads == 0 || items == 0 || streams == 0 || ratios == 0 || wall == 0) return L.SYSTEM_MEMORY;
  lock.interval = <u64>setting(L.GIL_INTERVAL);
  lock.switchCost = <u64>setting(L.GIL_SWITCH);
  lock.perWaiter = <u64>setting(L.GIL_PER_WAITER);
  const hook: Hook = computed;
  lock.hook = changetype<usize>(hook);
  for (let purpose: u32 = 0; purpose < 2; purpose++)
    seedStream(streams + <usize>purpose * STREAM_BYTES, <u64>setting(L.GIL_SEED), 0, purpose);
  limit = 0;
  active = 0;
  tasks = 0;
  gilForget();
  return L.SYSTEM_OK;
}

/** So many threads from `at` on: more are started, and those beyond end with their task. */
export function gilLimit(threadsWanted: u32, at: f64): void {
  limit = threadsWanted;
  for (let i: u32 = 0; i < limit; i++)
    if (threadAt(i).state == PARKED) {
      threadAt(i).state = STARTING;
      active++;
      schedule(events, lock.workers + i, <u64>at + <u64>setting(L.GIL_START), RANK_ARRIVE);
    }
}

/** Everything up to and in the instant `until`. */
export function gilRun(until: f64): void {
  const workers = lock.workers;
  while (true) {
    const now = peekTime(events);
    if (now >= NO_TIME || <f64>now > until) return;
    const slot = take(events);
    if (slot < workers) step(workerOfSlot(slot), now);
    else ended(slot - workers, now);
  }
}

/** What was counted so far is of no interest. */
export function gilForget(): void {
  cpuNs = 0;
  wallNs = 0;
  counted = 0;
  usedBefore = lock.used;
  overheadBefore = lock.overhead;
  lock.preemptions = 0;
  lock.handovers = 0;
  resetHistogram(wall, 7);
}

/** Of the time from the begin of a task to its end. */
export function gilHistogram(): usize {
  return wall;
}

/** Writes the answers, GIL_*, of what happened since `gilForget`; the ratio is of the last tasks, whenever they were. */
export function gilAnswers(): void {
  const window = <u64>setting(L.GIL_WINDOW);
  const last = min<u64>(tasks, window);
  let sum: f64 = 0;
  for (let i: u64 = 0; i < last; i++) sum += load<f64>(ratios + (<usize>i << 3));
  put(L.GIL_TASKS, <f64>counted);
  put(L.GIL_CPU_NS, <f64>cpuNs);
  put(L.GIL_WALL_NS, <f64>wallNs);
  put(L.GIL_USED_NS, <f64>(lock.used - usedBefore));
  put(L.GIL_OVERHEAD_NS, <f64>(lock.overhead - overheadBefore));
  put(L.GIL_PREEMPTIONS, <f64>lock.preemptions);
  put(L.GIL_RATIO, last == 0 ? 0 : sum / <f64>last);
  put(L.GIL_ACTIVE, <f64>active);
  put(L.GIL_HANDOVERS, <f64>lock.handovers);
}
