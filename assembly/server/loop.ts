// The loop of a worker: poll a batch, serve one after the other, charge, go on with the next stage. An idle worker has no event: it is
// woken by what arrives. Budgets are seen at polls and charges alone, so that whole periods are made up for there and cost no event either.

import { NEVER, schedule } from "../kernel/event-queue";
import { chargeBytes } from "./disciplines/bytes";
import { chargeCycles } from "./disciplines/cycles";
import { pollFifo } from "./disciplines/fifo";
import { pollFunded } from "./disciplines/funded";
import { chargePackets } from "./disciplines/packets";
import { ownerOf, pollSiloed } from "./disciplines/siloed";
import { beginIntervals, hold, takeAway } from "./disciplines/lock";
import { BYTES, CYCLES, LOCK, SERVED, SILOED } from "./layout";
import { enqueue } from "./queues";
import {
  Hook, IDLE, Item, POLLING, RANK_DONE, RANK_POLL, SERVING, Server, Worker,
  budgetAt, costOf, entryAt, events, fairQueueAt, itemAt, queueAt, tenantAt, workerAt,
} from "./records";

/** The idle worker of least index that may serve the tenant polls at the end of this instant. */
function wake(server: Server, tenant: u32, now: u64): void {
  if (server.idle == 0 || server.halted != 0) return;
  const siloed = server.kind == SILOED;
  const step = siloed ? server.tenants : 1;
  let index: u32 = siloed ? tenant : 0;
  while (index < server.workers && workerAt(server, index).state != IDLE) index += step;
  if (index >= server.workers) return;
  const worker = workerAt(server, index);
  worker.state = POLLING;
  server.idle--;
  schedule(events, server.firstSlot + index, nextLook(server, worker, now), RANK_POLL);
}

/** When an idle worker looks first, at or after `time`. */
function nextLook(server: Server, worker: Worker, time: u64): u64 {
  const every = <u64>server.idlePoll;
  if (every == 0) return time;
  const since = time - worker.idleSince;
  return worker.idleSince + ((since + every - 1) / every) * every;
}

/** What the polls of an idle worker that found nothing have filled, up to now. */
function replenishIdle(server: Server, worker: Worker, now: u64): void {
  while (server.nextReplenished < now) {
    const looked = nextLook(server, worker, max<u64>(server.nextReplenished, worker.idleSince));
    if (looked >= now) return;
    replenish(server, looked);
  }
}

/** Something waits: who may serve it is woken, and who holds what it waits for is told. */
function noticed(server: Server, item: Item, now: u64): void {
  if (server.kind == LOCK && server.idle == 0 && queueAt(server, 0).length == 1) beginIntervals(server, now);
  else wake(server, item.tenant, now);
}

/** An item comes to a server, at its first stage. */
export function arrive(server: Server, item: Item, now: u64): void {
  item.stage = 0;
  tenantAt(server, item.tenant).arrived++;
  if (enqueue(server, item, now)) noticed(server, item, now);
}

function replenish(server: Server, now: u64): void {
  if (server.budgets == 0 || now < server.nextReplenished) return;
  const passed = now - server.lastReplenished;
  const periods = server.atPoll != 0 ? 1 : passed / server.period;
  const elapsed = server.atPoll != 0 ? passed : server.period;
  server.lastReplenished = server.atPoll != 0 ? now : server.lastReplenished + periods * server.period;
  server.nextReplenished = server.lastReplenished + server.period;
  for (let t: u32 = 0; t < server.tenants; t++) {
    const more = <i64>Math.floor((server.boost * <f64>elapsed * tenantAt(server, t).weight) / server.weights);
    for (let i: u32 = 0; i < server.workers; i++) {
      const at = budgetAt(server, t, i);
      store<i64>(at, min<i64>(server.cap, load<i64>(at) + more * <i64>periods));
    }
  }
}

function charge(server: Server, worker: Worker, now: u64): void {
  if (worker.charges == 0) return;
  if (server.atPoll == 0) replenish(server, now); // what came before counts against the cap before the charge
  for (let i: u32 = 0; i < worker.count; i++) {
    const entry = entryAt(worker, i);
    const amount = server.kind == CYCLES ? chargeCycles(entry) : server.kind == BYTES ? chargeBytes(entry) : chargePackets();
    const tenant = tenantAt(server, entry.tenant);
    const at = budgetAt(server, entry.tenant, worker.index);
    const left = load<i64>(at) - amount;
    store<i64>(at, left);
    tenant.charged += entry.cost;
    tenant.leastBudget = min(tenant.leastBudget, left);
  }
}

function serve(server: Server, worker: Worker, now: u64): void {
  const entry = entryAt(worker, worker.at);
  const item = itemAt(entry.item);
  item.waited += now - item.queued;
  entry.tenant = item.tenant;
  entry.size = item.size;
  entry.cost = costOf(server, item, worker.serving);
  if (server.kind == LOCK) return hold(server, worker, item, entry.cost, now);
  schedule(events, server.firstSlot + worker.index, now + entry.cost, RANK_DONE);
}

/** Whether anything waits there that the worker may take. */
// @ts-ignore: decorator
@inline
function hasWork(server: Server, worker: Worker, stage: u32): bool {
  if (queueAt(server, stage).length == 0) return false;
  return server.kind != SILOED || fairQueueAt(server, stage, ownerOf(server, worker)).length > 0;
}

function fill(server: Server, worker: Worker, stage: u32, now: u64): u32 {
  if (server.kind == SILOED) return pollSiloed(server, worker, stage);
  return server.budgets == 0 ? pollFifo(server, worker, stage) : pollFunded(server, worker, stage, now);
}

/** POLL: the first stage from the worker's own on that has something for it. */
function poll(server: Server, worker: Worker, now: u64): void {
  if (server.halted == 0) {
    if (server.atPoll != 0 && server.idlePoll != 0 && worker.idleSince != NEVER) replenishIdle(server, worker, now);
    worker.idleSince = NEVER;
    replenish(server, now);
    for (let looked: u32 = 0; looked < server.stages; looked++) {
      const stage = worker.stage + looked < server.stages ? worker.stage + looked : worker.stage + looked - server.stages;
      if (!hasWork(server, worker, stage)) continue;
      const count = fill(server, worker, stage, now);
      worker.state = SERVING;
      worker.serving = stage;
      worker.stage = stage + 1 == server.stages ? 0 : stage + 1;
      worker.count = count;
      worker.at = 0;
      return serve(server, worker, now);
    }
  }
  worker.state = IDLE;
  worker.idleSince = now;
  server.idle++;
}

/** DONE: an item's service ends; the batch goes on, or is charged. */
function done(server: Server, worker: Worker, now: u64): void {
  const entry = entryAt(worker, worker.at);
  const item = itemAt(entry.item);
  const cost = entry.cost;
  server.used += cost;
  tenantAt(server, item.tenant).used += cost;
  const last = ++worker.at == worker.count;
  if (last) {
    charge(server, worker, now);
    worker.state = POLLING;
    schedule(events, server.firstSlot + worker.index, now, RANK_POLL);
  } else serve(server, worker, now);
  moveOn(server, item, now);
}

function moveOn(server: Server, item: Item, now: u64): void {
  item.stage++;
  if (item.stage < server.stages) {
    if (enqueue(server, item, now)) noticed(server, item, now);
    return;
  }
  tenantAt(server, item.tenant).served++;
  if (server.next != 0) return arrive(changetype<Server>(server.next), item, now);
  item.fate = SERVED;
  item.done = now;
  if (server.hook != 0) changetype<Hook>(server.hook)(changetype<usize>(item), now);
}

/** The event of a worker's slot. */
export function step(worker: Worker, now: u64): void {
  const server = changetype<Server>(<usize>worker.server);
  if (worker.state == SERVING) {
    if (server.kind == LOCK && now < worker.ends) takeAway(server, worker, now);
    else done(server, worker, now);
  } else poll(server, worker, now);
}

/** Nothing is begun any more; what is served is served to its end. */
export function halt(server: Server): void {
  server.halted = 1;
}

/** As many workers as there are items poll again. */
export function resume(server: Server, now: u64): void {
  server.halted = 0;
  for (let stage: u32 = 0; stage < server.stages; stage++)
    for (let i: u32 = 0; i < queueAt(server, stage).length && server.idle > 0; i++) wake(server, i % server.tenants, now);
}
