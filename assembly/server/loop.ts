// The loop of a worker: poll a batch, serve one after the other, charge, go on with the next stage. An idle worker has no event: it is
// woken by what arrives. Budgets are seen at polls and charges alone, so that whole periods are made up for there and cost no event either.

import { schedule } from "../kernel/event-queue";
import { chargeBytes } from "./disciplines/bytes";
import { chargeCycles } from "./disciplines/cycles";
import { pollFifo } from "./disciplines/fifo";
import { pollFunded } from "./disciplines/funded";
import { chargePackets } from "./disciplines/packets";
import { BYTES, CYCLES, SERVED } from "./layout";
import { enqueue } from "./queues";
import {
  Hook, IDLE, Item, POLLING, RANK_DONE, RANK_POLL, SERVING, Server, Worker,
  batchAt, budgetAt, costOf, events, itemAt, queueAt, tenantAt, workerAt,
} from "./records";

/** The idle worker of least index polls at the end of this instant. */
function wake(server: Server, now: u64): void {
  if (server.idle == 0 || server.halted != 0) return;
  let index: u32 = 0;
  while (workerAt(server, index).state != IDLE) index++;
  workerAt(server, index).state = POLLING;
  server.idle--;
  schedule(events, server.firstSlot + index, now, RANK_POLL);
}

/** An item comes to a server, at its first stage. */
export function arrive(server: Server, item: Item, now: u64): void {
  item.stage = 0;
  tenantAt(server, item.tenant).arrived++;
  if (enqueue(server, item, now)) wake(server, now);
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
    const item = itemAt(load<u32>(batchAt(worker, i)));
    const amount =
      server.kind == CYCLES ? chargeCycles(server, item, worker.serving) : server.kind == BYTES ? chargeBytes(item) : chargePackets();
    const tenant = tenantAt(server, item.tenant);
    const at = budgetAt(server, item.tenant, worker.index);
    const left = load<i64>(at) - amount;
    store<i64>(at, left);
    tenant.charged += costOf(server, item, worker.serving);
    tenant.leastBudget = min(tenant.leastBudget, left);
  }
}

function serve(server: Server, worker: Worker, now: u64): void {
  const item = itemAt(load<u32>(batchAt(worker, worker.at)));
  item.waited += now - item.queued;
  schedule(events, server.firstSlot + worker.index, now + costOf(server, item, worker.serving), RANK_DONE);
}

/** POLL: the first stage from the worker's own on that has something for it. */
export function poll(server: Server, worker: Worker, now: u64): void {
  if (server.halted == 0) {
    replenish(server, now);
    for (let looked: u32 = 0; looked < server.stages; looked++) {
      const stage = worker.stage + looked < server.stages ? worker.stage + looked : worker.stage + looked - server.stages;
      if (queueAt(server, stage).length == 0) continue;
      const count = server.budgets == 0 ? pollFifo(server, worker, stage) : pollFunded(server, worker, stage, now);
      worker.state = SERVING;
      worker.serving = stage;
      worker.stage = stage + 1 == server.stages ? 0 : stage + 1;
      worker.count = count;
      worker.at = 0;
      return serve(server, worker, now);
    }
  }
  worker.state = IDLE;
  server.idle++;
}

/** DONE: an item's service ends; the batch goes on, or is charged. */
export function done(server: Server, worker: Worker, now: u64): void {
  const item = itemAt(load<u32>(batchAt(worker, worker.at)));
  const cost = costOf(server, item, worker.serving);
  server.used += cost;
  tenantAt(server, item.tenant).used += cost;
  const last = ++worker.at == worker.count;
  if (last) {
    charge(server, worker, now);
    worker.state = POLLING;
    schedule(events, server.firstSlot + worker.index, now, RANK_POLL);
  } else {
    const next = itemAt(load<u32>(batchAt(worker, worker.at)));
    next.waited += now - next.queued;
    schedule(events, server.firstSlot + worker.index, now + costOf(server, next, worker.serving), RANK_DONE);
  }
  moveOn(server, item, now);
}

function moveOn(server: Server, item: Item, now: u64): void {
  item.stage++;
  if (item.stage < server.stages) {
    if (enqueue(server, item, now)) wake(server, now);
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
  if (worker.state == SERVING) done(server, worker, now);
  else poll(server, worker, now);
}

/** Nothing is begun any more; what is served is served to its end. */
export function halt(server: Server): void {
  server.halted = 1;
}

/** As many workers as there are items poll again. */
export function resume(server: Server, now: u64): void {
  server.halted = 0;
  for (let stage: u32 = 0; stage < server.stages; stage++)
    for (let i: u32 = 0; i < queueAt(server, stage).length && server.idle > 0; i++) wake(server, now);
}
