// Whoever came first is served first; nobody has a budget.

import { takeFirst } from "../queues";
import { Server, Worker, batchOf, putInto, queueAt } from "../records";

/** Fills the worker's batch; how many. */
export function pollFifo(server: Server, worker: Worker, stage: u32): u32 {
  const count = min<u32>(batchOf(server, stage), queueAt(server, stage).length);
  for (let i: u32 = 0; i < count; i++) putInto(worker, i, takeFirst(server, stage));
  worker.charges = 0;
  return count;
}
