// Who may be served where tenants have budgets, as Virtuoso's fast path has it (budget.c): at the first stage a batch in order of
// arrival, of which unfunded tenants' items are dropped if any tenant in it is funded; behind it in turns, unfunded ones held
// unless nobody else waits. Where no funded tenant has work everybody is served and nobody charged.

import { DROPPED_BUDGET } from "../layout";
import { drop, takeFirst, takeOf } from "../queues";
import { Server, Worker, batchOf, budgetAt, fairQueueAt, itemAt, putInto, queueAt } from "../records";

// @ts-ignore: decorator
@inline
function isFunded(server: Server, tenant: u32, worker: u32): bool {
  return load<i64>(budgetAt(server, tenant, worker)) > 0;
}

function pollOrdered(server: Server, worker: Worker, now: u64): u32 {
  const queue = queueAt(server, 0);
  const looked = min<u32>(batchOf(server, 0), queue.length);
  let contended = false;
  let at = queue.head;
  for (let i: u32 = 0; i < looked; i++) {
    const item = itemAt(at);
    contended = contended || isFunded(server, item.tenant, worker.index);
    at = item.next;
  }
  let count: u32 = 0;
  for (let i: u32 = 0; i < looked; i++) {
    const item = takeFirst(server, 0);
    if (contended && !isFunded(server, item.tenant, worker.index)) drop(server, item, DROPPED_BUDGET, now);
    else putInto(worker, count++, item);
  }
  worker.charges = u32(contended);
  return count;
}

/** One item of each tenant in turn, of those that are funded or of those that are not. */
function pollTurns(server: Server, worker: Worker, stage: u32, funded: bool): u32 {
  const queue = queueAt(server, stage);
  const tenants = server.tenants;
  const batch = batchOf(server, stage);
  let count: u32 = 0;
  let tenant = queue.turn;
  for (let passed: u32 = 0; passed < tenants && count < batch; ) {
    const own = fairQueueAt(server, stage, tenant);
    if (own.length > 0 && isFunded(server, tenant, worker.index) == funded) {
      putInto(worker, count++, takeOf(server, stage, tenant));
      passed = 0;
      queue.turn = tenant + 1 == tenants ? 0 : tenant + 1;
    } else passed++;
    tenant = tenant + 1 == tenants ? 0 : tenant + 1;
  }
  return count;
}

/** Fills the worker's batch; how many. */
export function pollFunded(server: Server, worker: Worker, stage: u32, now: u64): u32 {
  if (stage == 0) return pollOrdered(server, worker, now);
  const count = pollTurns(server, worker, stage, true);
  worker.charges = u32(count > 0);
  return count > 0 ? count : pollTurns(server, worker, stage, false);
}
