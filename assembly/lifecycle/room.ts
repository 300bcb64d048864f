// Memory for who needs it: dormant instances go in the policy's order.

import * as W from "./layout";
import { NEVER } from "../kernel/event-queue";
import { isNull } from "../cpu/state";
import { gone, went } from "./instances";
import { keeper } from "./keeper";
import { memoryIn, used } from "./memory";
import { DORMANT, Fn, Instance, life, tally, tallyFn, victimBy } from "./state";

/** Whether `bytes` more are within the budget, as it is. */
// @ts-ignore: decorator
@inline
export function fits(bytes: u64): bool {
  return life.budget == NEVER || used() + bytes <= life.budget;
}

function evict(i: Instance, sake: Fn, why: usize): void {
  keeper.evicted(i);
  went(i, why);
  tally(W.LIFE_EVICTIONS, 1);
  tallyFn(i.fn, W.FN_EVICTIONS, 1);
  tallyFn(sake, W.FN_EVICTED, 1);
  gone(i);
}

/** Makes room for `bytes` for the sake of `f`; `spared` of dormant memory is not to go, and is no victim meanwhile. False: it does not fit. */
export function makeRoom(f: Fn, bytes: u64, spared: u64): bool {
  if (fits(bytes)) return true;
  const why: usize = bytes > f.perRequest ? <usize>W.GONE_FOR_START : <usize>W.GONE_FOR_REQUEST;
  const never = used() - (memoryIn(DORMANT) - spared) + bytes > life.budget;
  if (life.evictAll) {
    let freed: u64 = 0;
    while (freed < bytes) {
      const i: Instance = victimBy(life.victims);
      if (isNull(i)) break;
      freed += i.fn.memory;
      evict(i, f, never || fits(bytes) ? <usize>W.GONE_NEEDLESS : why);
    }
    return fits(bytes);
  }
  if (never) return false;
  while (!fits(bytes)) evict(victimBy(life.victims), f, why);
  return true;
}
