// A server with budgets: workers that poll, serve and charge; tenants with weights, accounts and budgets; items that pass stages.
// Times and costs are whole numbers of one unit, which is the caller's: nanoseconds, or cycles. docs/model/server.md has the rules.

import { allocate } from "../kernel/arena";
import { EventQueue } from "../kernel/event-queue";
import { BATCH_MAX, BYTES, CYCLES, ITEM_BYTES, PACKETS, SILOED, STAGES_MAX, TENANT_BYTES } from "./layout";

// Ranks at one instant; all are at most the queue's RANK_READY, so that equals go in the order in which they were scheduled.
// @ts-ignore: decorator
@inline export const RANK_BEGIN: u64 = 0; // what the caller's machine puts first
// @ts-ignore: decorator
@inline export const RANK_DONE: u64 = 1;
// @ts-ignore: decorator
@inline export const RANK_PREWARM: u64 = 2; // what nobody has asked for yet is there, behind what ends at the same instant
// @ts-ignore: decorator
@inline export const RANK_ARRIVE: u64 = 3;
// @ts-ignore: decorator
@inline export const RANK_POLL: u64 = 4;

/** Who is told of an item that has passed its last stage, or of one that was dropped. */
export type Hook = (item: usize, now: u64) => void;

@unmanaged
export class Item {
  at: u64;
  done: u64;
  /** Summed over stages: from coming into a queue until its service begins. */
  waited: u64;
  cost0: u64;
  cost1: u64;
  cost2: u64;
  cost3: u64;
  /** When it came into the queue that it is in. */
  queued: u64;
  size: u32;
  tenant: u32;
  stage: u32;
  fate: u32;
  next: u32; // in its queue; 0: none
  owner: u32; // the caller's
}

/** Where the cost at a stage of that server is. */
// @ts-ignore: decorator
@inline
export function costWordOf(server: Server, item: Item, stage: u32): usize {
  return changetype<usize>(item) + 24 + (<usize>(server.costFrom + stage) << 3);
}

// @ts-ignore: decorator
@inline
export function costOf(server: Server, item: Item, stage: u32): u64 {
  return load<u64>(costWordOf(server, item, stage));
}

@unmanaged
export class Queue {
  head: u32;
  tail: u32;
  length: u32;
  turn: u32; // of a stage that is served in turns: the tenant to look at first
}

// @ts-ignore: decorator
@inline
export function waitingAt(tenant: Tenant, stage: u32): usize {
  return changetype<usize>(tenant) + 56 + (<usize>stage << 2);
}

@unmanaged
class Tenant {
  arrived: u64;
  served: u64;
  droppedBudget: u64;
  droppedQueue: u64;
  used: u64;
  charged: u64;
  leastBudget: i64;
  /** At the stages that are served in order of arrival. */
  waiting0: u32;
  waiting1: u32;
  waiting2: u32;
  waiting3: u32;
  weight: f64;
  limit: u32; // items of it that may wait at one stage; 0: no bound
  unused: u32;
}

// @ts-ignore: decorator
@inline export const IDLE: u32 = 0;
// @ts-ignore: decorator
@inline export const POLLING: u32 = 1;
// @ts-ignore: decorator
@inline export const SERVING: u32 = 2;

@unmanaged
export class Worker {
  server: u32;
  index: u32;
  state: u32;
  stage: u32; // polled first next
  serving: u32; // stage of the batch
  count: u32;
  at: u32; // of the batch: which is served
  charges: u32;
  began: u64; // of a lock: when the holder's time began, its hand-over behind it
  ends: u64; // of a lock: when the holder is done if nobody takes it away
  idleSince: u64; // its last poll found nothing; NEVER: it is not idle, or an idle one has no polls
  // then BATCH_MAX entries of a batch
}

/** Of a batch: an item that is served or was, and what the charge must know of it, since the item may be gone by then. */
@unmanaged
export class Entry {
  item: u32;
  tenant: u32;
  size: u32;
  unused: u32;
  cost: u64;
}

// @ts-ignore: decorator
@inline const ENTRY_BYTES: usize = 24;
// @ts-ignore: decorator
@inline const ENTRIES_AT: usize = 56;

// @ts-ignore: decorator
@inline const WORKER_BYTES: usize = ENTRIES_AT + <usize>BATCH_MAX * ENTRY_BYTES;
// @ts-ignore: decorator
@inline const QUEUE_BYTES: usize = 16;

@unmanaged
export class Server {
  firstSlot: u32;
  workers: u32;
  workersAt: usize;
  idle: u32;
  batch: u32; // items that a worker takes at once, a byte a stage
  stages: u32;
  kind: u32;
  tenants: u32;
  tenantsAt: usize;
  queues: usize; // of stages
  fairQueues: usize; // of stages and tenants
  budgets: usize; // i64, of tenants and workers; 0: none are kept
  limit: u32; // items of all tenants that may wait at one stage; 0: no bound
  next: usize; // the server where an item arrives that is done here; 0: none
  hook: usize;
  droppedHook: usize;
  halted: u32;
  atPoll: u32; // replenished when a worker polls, by what has passed; else at every whole period
  costFrom: u32; // its first stage's word among an item's costs
  idlePoll: u32; // how often an idle worker looks; 0: at once when something comes
  period: u64;
  lastReplenished: u64;
  nextReplenished: u64;
  cap: i64;
  boost: f64;
  weights: f64;
  used: u64;
  // of a lock
  interval: u64;
  switchCost: u64;
  perWaiter: u64;
  overhead: u64; // what hand-overs took
  handovers: u64;
  preemptions: u64;
}

// @ts-ignore: decorator
@inline const SERVER_BYTES: u64 = 200;

/** One for all servers of an instance. */
export const events = changetype<EventQueue>(memory.data(128, 64));
const CLOCK: usize = memory.data(8, 8);
/** Address of the worker of every slot below the first free one. */
const SLOTS: usize = memory.data(16, 8);

// @ts-ignore: decorator
@inline
export function now(): u64 {
  return load<u64>(CLOCK);
}

// @ts-ignore: decorator
@inline
export function setNow(time: u64): void {
  store<u64>(CLOCK, time);
}

/** Slots from here on are the caller's. */
// @ts-ignore: decorator
@inline
export function slotsTaken(): u32 {
  return load<u32>(SLOTS, 4);
}

// @ts-ignore: decorator
@inline
export function workerOfSlot(slot: u32): Worker {
  return changetype<Worker>(<usize>load<u32>(<usize>load<u32>(SLOTS) + (<usize>slot << 2)));
}

/** Begins anew with room for `slots` events of workers. */
export function makeSlots(slots: u32): bool {
  const at = allocate(<u64>slots << 2);
  store<u32>(SLOTS, <u32>at);
  store<u32>(SLOTS, 0, 4);
  store<u64>(CLOCK, 0);
  return at != 0;
}

// @ts-ignore: decorator
@inline
export function itemAt(handle: u32): Item {
  return changetype<Item>(<usize>handle);
}

/** Zeroed room for `count` items; 0 without memory. */
export function makeItems(count: u32): usize {
  return allocate(<u64>count * ITEM_BYTES);
}

// @ts-ignore: decorator
@inline
export function workerAt(server: Server, index: u32): Worker {
  return changetype<Worker>(server.workersAt + <usize>index * WORKER_BYTES);
}

// @ts-ignore: decorator
@inline
export function tenantAt(server: Server, index: u32): Tenant {
  return changetype<Tenant>(server.tenantsAt + <usize>index * TENANT_BYTES);
}

// @ts-ignore: decorator
@inline
export function queueAt(server: Server, stage: u32): Queue {
  return changetype<Queue>(server.queues + <usize>stage * QUEUE_BYTES);
}

// @ts-ignore: decorator
@inline
export function fairQueueAt(server: Server, stage: u32, tenant: u32): Queue {
  return changetype<Queue>(server.fairQueues + (<usize>stage * server.tenants + tenant) * QUEUE_BYTES);
}

// @ts-ignore: decorator
@inline
export function budgetAt(server: Server, tenant: u32, worker: u32): usize {
  return server.budgets + ((<usize>tenant * server.workers + worker) << 3);
}

// @ts-ignore: decorator
@inline
export function entryAt(worker: Worker, index: u32): Entry {
  return changetype<Entry>(changetype<usize>(worker) + ENTRIES_AT + <usize>index * ENTRY_BYTES);
}

/** Into the batch that a worker takes. */
// @ts-ignore: decorator
@inline
export function putInto(worker: Worker, index: u32, item: Item): void {
  entryAt(worker, index).item = <u32>changetype<usize>(item);
}

// @ts-ignore: decorator
@inline
export function batchOf(server: Server, stage: u32): u32 {
  return (server.batch >> (stage << 3)) & 255;
}

/** A server without work; null without memory. Budgets are filled. */
export function makeServer(workers: u32, batch: u32, stages: u32, kind: u32, tenants: u32, cap: i64): usize {
  assert(workers > 0 && batch > 0 && batch <= <u32>BATCH_MAX && stages > 0 && stages <= <u32>STAGES_MAX && tenants > 0);
  const budgeted = kind == CYCLES || kind == PACKETS || kind == BYTES;
  const at = allocate(SERVER_BYTES);
  const workersAt = allocate(<u64>workers * WORKER_BYTES);
  const tenantsAt = allocate(<u64>tenants * TENANT_BYTES);
  const queues = allocate(<u64>stages * QUEUE_BYTES);
  const fairQueues = (budgeted && stages > 1) || kind == SILOED ? allocate(<u64>stages * tenants * QUEUE_BYTES) : tenantsAt;
  const budgets = budgeted ? allocate((<u64>tenants * workers) << 3) : tenantsAt;
  if (at == 0 || workersAt == 0 || tenantsAt == 0 || queues == 0 || fairQueues == 0 || budgets == 0) return 0;
  const server = changetype<Server>(at);
  server.firstSlot = slotsTaken();
  server.workers = workers;
  server.workersAt = workersAt;
  server.idle = workers;
  server.batch = batch * 0x01010101;
  server.stages = stages;
  server.kind = kind;
  server.tenants = tenants;
  server.tenantsAt = tenantsAt;
  server.queues = queues;
  server.fairQueues = fairQueues;
  server.budgets = budgeted ? budgets : 0;
  server.cap = cap;
  const slots = <usize>load<u32>(SLOTS);
  for (let i: u32 = 0; i < workers; i++) {
    const worker = workerAt(server, i);
    worker.server = <u32>at;
    worker.index = i;
    store<u32>(slots + (<usize>(server.firstSlot + i) << 2), <u32>changetype<usize>(worker));
  }
  store<u32>(SLOTS, server.firstSlot + workers, 4);
  for (let t: u32 = 0; t < tenants; t++) {
    tenantAt(server, t).weight = 1;
    tenantAt(server, t).leastBudget = cap;
    if (budgeted) for (let i: u32 = 0; i < workers; i++) store<i64>(budgetAt(server, t, i), cap);
  }
  server.weights = <f64>tenants;
  return at;
}
