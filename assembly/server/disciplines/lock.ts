// A lock, as an interpreter's: whoever holds it keeps it until it is done, or until `interval` has passed with somebody waiting; then it
// goes to the end of the queue. A hand-over to one that has waited costs `switchCost` and `perWaiter` for each that waits on.

import { schedule } from "../../kernel/event-queue";
import { requeue } from "../queues";
import {
  Item, POLLING, RANK_DONE, RANK_POLL, SERVING, Server, Worker,
  costWordOf, entryAt, events, itemAt, queueAt, tenantAt, workerAt,
} from "../records";

// @ts-ignore: decorator
@inline
function slotOf(server: Server, worker: Worker): u32 {
  return server.firstSlot + worker.index;
}

/** The item that the worker has taken gets the lock. */
export function hold(server: Server, worker: Worker, item: Item, cost: u64, now: u64): void {
  const waiting = <u64>queueAt(server, 0).length;
  let over: u64 = 0;
  if (item.queued < now) {
    over = server.switchCost + server.perWaiter * waiting;
    server.overhead += over;
    server.handovers++;
  }
  worker.began = now + over;
  worker.ends = worker.began + cost;
  const until = waiting > 0 ? min<u64>(worker.ends, worker.began + server.interval) : worker.ends;
  schedule(events, slotOf(server, worker), until, RANK_DONE);
}

/** Somebody waits where nobody did: from now on the holders' intervals run. */
export function beginIntervals(server: Server, now: u64): void {
  for (let i: u32 = 0; i < server.workers; i++) {
    const worker = workerAt(server, i);
    const until = max<u64>(now, worker.began) + server.interval;
    if (worker.state == SERVING && until < worker.ends) schedule(events, slotOf(server, worker), until, RANK_DONE);
  }
}

/** The interval is over; whether the holder has lost the lock. One without a successor goes on to its end. */
export function takeAway(server: Server, worker: Worker, now: u64): void {
  if (queueAt(server, 0).length == 0) {
    schedule(events, slotOf(server, worker), worker.ends, RANK_DONE);
    return;
  }
  const item = itemAt(entryAt(worker, 0).item);
  const served = now - worker.began;
  server.used += served;
  tenantAt(server, item.tenant).used += served;
  server.preemptions++;
  store<u64>(costWordOf(server, item, 0), worker.ends - now);
  requeue(server, item, now);
  worker.state = POLLING;
  schedule(events, slotOf(server, worker), now, RANK_POLL);
}
