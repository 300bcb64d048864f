// Items that wait: a first-in-first-out list a stage, or one a stage and tenant where a discipline serves in turns.

import { DROPPED_BUDGET, DROPPED_QUEUE, SILOED } from "./layout";
import { Hook, Item, Queue, Server, fairQueueAt, itemAt, queueAt, tenantAt, waitingAt } from "./records";

/** Whether a stage's tenants have a queue each. */
// @ts-ignore: decorator
@inline
function isFair(server: Server, stage: u32): bool {
  return server.kind == SILOED || (server.budgets != 0 && stage > 0);
}

function append(queue: Queue, item: Item): void {
  const handle = <u32>changetype<usize>(item);
  item.next = 0;
  if (queue.length == 0) queue.head = handle;
  else itemAt(queue.tail).next = handle;
  queue.tail = handle;
  queue.length++;
}

/** The first of them; there must be one. */
function shift(queue: Queue): Item {
  const item = itemAt(queue.head);
  queue.head = item.next;
  queue.length--;
  return item;
}

/** Puts the item into the queue of its stage, or drops it where that is full. A stage's own queue counts all that wait there. */
export function enqueue(server: Server, item: Item, now: u64): bool {
  const stage = item.stage;
  const all = queueAt(server, stage);
  const tenant = tenantAt(server, item.tenant);
  const fair = isFair(server, stage);
  const waiting = fair ? fairQueueAt(server, stage, item.tenant).length : load<u32>(waitingAt(tenant, stage));
  if ((server.limit != 0 && all.length >= server.limit) || (tenant.limit != 0 && waiting >= tenant.limit)) {
    drop(server, item, DROPPED_QUEUE, now);
    return false;
  }
  item.queued = now;
  if (fair) {
    append(fairQueueAt(server, stage, item.tenant), item);
    all.length++;
  } else {
    append(all, item);
    const waitingThere = waitingAt(tenant, stage);
    store<u32>(waitingThere, load<u32>(waitingThere) + 1);
  }
  return true;
}

/** Puts back to the end of its queue what was begun and is not done; there is always room for it. */
export function requeue(server: Server, item: Item, now: u64): void {
  item.queued = now;
  append(queueAt(server, item.stage), item);
  const waiting = waitingAt(tenantAt(server, item.tenant), item.stage);
  store<u32>(waiting, load<u32>(waiting) + 1);
}

/** Takes the first that waits at the stage, whoever's it is. */
export function takeFirst(server: Server, stage: u32): Item {
  const item = shift(queueAt(server, stage));
  const waiting = waitingAt(tenantAt(server, item.tenant), stage);
  store<u32>(waiting, load<u32>(waiting) - 1);
  return item;
}

/** Takes the tenant's first. */
export function takeOf(server: Server, stage: u32, tenant: u32): Item {
  queueAt(server, stage).length--;
  return shift(fairQueueAt(server, stage, tenant));
}

export function drop(server: Server, item: Item, fate: u32, now: u64): void {
  item.fate = fate;
  item.done = now;
  const tenant = tenantAt(server, item.tenant);
  if (fate == DROPPED_BUDGET) tenant.droppedBudget++;
  else tenant.droppedQueue++;
  if (server.droppedHook != 0) changetype<Hook>(server.droppedHook)(changetype<usize>(item), now);
}
