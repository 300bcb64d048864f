// Servers in a row, fed from a list of items: what crosses the boundary. One such run an instance; numbers only.
// Order of calls: serverBegin → serverItems, to be filled in order of arrival → serverMake for each server of the row → serverRun.

import { NO_TIME, createQueue, peekTime, schedule, take } from "../kernel/event-queue";
import { ITEM_BYTES, SERVER_MEMORY, SERVER_OK } from "./layout";
import { arrive, step } from "./loop";
import {
  Item, RANK_ARRIVE, Server, events, makeItems, makeServer, makeSlots, now, setNow, slotsTaken, tenantAt, workerOfSlot,
} from "./records";

const first = memory.data(16, 8);

/** For at most so many workers, of all servers together. */
export function serverBegin(workers: u32): i32 {
  store<u64>(first, 0);
  return makeSlots(workers) && createQueue(events, workers + 1) ? SERVER_OK : SERVER_MEMORY;
}

/** Zeroed room for items, ITEM_BYTES each, in order of arrival; 0 without memory. */
export function serverItems(count: u32): usize {
  return makeItems(count);
}

/** The next server of the row; its address, or 0 without memory. */
export function serverMake(
  workers: u32, batch: u32, stages: u32, discipline: u32, tenants: u32, limit: u32, cap: f64, before: usize, costFrom: u32,
): usize {
  const at = makeServer(workers, batch, stages, discipline, tenants, <i64>cap);
  if (at == 0) return 0;
  changetype<Server>(at).limit = limit;
  changetype<Server>(at).costFrom = costFrom;
  if (before == 0) store<usize>(first, at);
  else changetype<Server>(before).next = at;
  return at;
}

/** Replenishment at every whole `period`, or (`atPoll`) when a worker polls after one, by what has passed. */
export function serverBudget(at: usize, period: f64, boost: f64, atPoll: bool): void {
  const server = changetype<Server>(at);
  server.period = <u64>period;
  server.nextReplenished = server.period;
  server.boost = boost;
  server.atPoll = u32(atPoll);
}

/** Items that a worker takes at once of a stage, where that is not what it takes of the others. */
export function serverBatch(at: usize, stage: u32, batch: u32): void {
  const server = changetype<Server>(at);
  server.batch = (server.batch & ~(255 << (stage << 3))) | (batch << (stage << 3));
}

/** An idle worker looks every so often, and so is seen what comes; 0: at once. */
export function serverIdlePoll(at: usize, every: u32): void {
  changetype<Server>(at).idlePoll = every;
}

/** Of a lock: how long a holder keeps it while somebody waits, and what a hand-over costs. */
export function serverLock(at: usize, interval: f64, switchCost: f64, perWaiter: f64): void {
  const server = changetype<Server>(at);
  server.interval = <u64>interval;
  server.switchCost = <u64>switchCost;
  server.perWaiter = <u64>perWaiter;
}

/** Of one: 1 and no bound without. Shares are of the weights of all tenants together. */
export function serverTenant(at: usize, tenant: u32, weight: f64, limit: u32): void {
  const server = changetype<Server>(at);
  const own = tenantAt(server, tenant);
  server.weights += weight - own.weight;
  own.weight = weight;
  own.limit = limit;
}

/** Until everything is over, or `until`. Answers when that was. */
export function serverRun(items: usize, count: u32, until: f64): f64 {
  const server = changetype<Server>(load<usize>(first));
  const arrivals = slotsTaken();
  let next: u32 = 0;
  if (count > 0) schedule(events, arrivals, changetype<Item>(items).at, RANK_ARRIVE);
  while (true) {
    const time = peekTime(events);
    if (time >= NO_TIME || <f64>time > until) break;
    setNow(time);
    const slot = take(events);
    if (slot < arrivals) {
      step(workerOfSlot(slot), time);
      continue;
    }
    const item = changetype<Item>(items + <usize>next * ITEM_BYTES);
    next++;
    if (next < count) schedule(events, arrivals, changetype<Item>(items + <usize>next * ITEM_BYTES).at, RANK_ARRIVE);
    arrive(server, item, time);
  }
  return <f64>now();
}

/** Where the accounts of the server's tenants are, TENANT_BYTES each. */
export function serverTenants(at: usize): usize {
  return changetype<Server>(at).tenantsAt;
}

/** Of all tenants. */
export function serverUsed(at: usize): f64 {
  return <f64>changetype<Server>(at).used;
}
