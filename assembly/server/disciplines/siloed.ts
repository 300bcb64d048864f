// Every worker has one tenant and serves nobody else, whoever waits: a tenant for each core. Nobody has a budget.

import { takeOf } from "../queues";
import { Server, Worker, batchOf, fairQueueAt, putInto } from "../records";

/** Whose the worker is: in turns. */
// @ts-ignore: decorator
@inline
export function ownerOf(server: Server, worker: Worker): u32 {
  return worker.index % server.tenants;
}

/** Fills the worker's batch; how many. */
export function pollSiloed(server: Server, worker: Worker, stage: u32): u32 {
  const tenant = ownerOf(server, worker);
  const count = min<u32>(batchOf(server, stage), fairQueueAt(server, stage, tenant).length);
  for (let i: u32 = 0; i < count; i++) putInto(worker, i, takeOf(server, stage, tenant));
  worker.charges = 0;
  return count;
}
