// `hist`: each function's idle times say when to load it ahead of the next request and when to unload it (kernel/idle-times.ts).

import * as W from "../layout";
import { NEVER } from "../../kernel/event-queue";
import { IdleTimes, countIdle, planAsDslab, planAsFaascache } from "../../kernel/idle-times";
import { clock } from "../../cpu/state";
import { UNLOAD, keeper, policy } from "../keeper";
import { Fn, Instance, life } from "../state";
import { cancelPrewarm, planPrewarm } from "../timers";

function hist(): void {
  keeper.onArrived = arrived;
  keeper.onIdle = idle;
}

// @ts-ignore: decorator
@inline
function past(f: Fn): IdleTimes {
  return changetype<IdleTimes>(f.past);
}

function arrived(f: Fn): void {
  if (f.lastEnd != NEVER) countIdle(past(f), clock.now - f.lastEnd, life.variant != 0);
}

/** It stays until it is unloaded, or goes now and is loaded again. */
function idle(i: Instance): u64 {
  const f = i.fn;
  const p = past(f);
  if (life.variant) planAsFaascache(p);
  else planAsDslab(p);
  if (p.ahead == 0) {
    cancelPrewarm(f);
    return clock.now + p.unload;
  }
  planPrewarm(f, clock.now + p.ahead, clock.now + p.unload);
  return UNLOAD;
}

policy(W.KEEP_HIST, hist);
