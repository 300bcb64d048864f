// Hardware threads side by side, as caladan's controllers see them.

import { H, Core, isNull, RUNNING, nothing, coreAt, clock, settings } from "../../state";
import * as L from "../../../layout";
import { knobs } from "../../own";
import { CaladanKnobs } from "./state";

// @ts-ignore: decorator
@inline
export function lanesWatched(): bool {
  return knobs<CaladanKnobs>().htPunishNs > 0 && settings.smt > 1;
}

// --- hardware threads ------------------------------------------------------------------------------------------------

/** How much of `htPunish` the task on `core` has run, 1 and more: all; -1 where no latency-critical VM's task runs. */
export function used(core: Core): f64 {
  const v = core.vcpu;
  if (isNull(v) || v.state != RUNNING || v.vm.cls != L.CLASS_LATENCY_CRITICAL) return -1;
  return max<f64>(0, <f64>(<i64>(clock.now - v.begunAt)) / knobs<CaladanKnobs>().htPunishNs);
}

/** The sibling of `core` whose latency-critical task has run longest, the first of equals; null: none runs one. */
export function longestBeside(core: Core): Core {
  let best = nothing<Core>();
  let most: f64 = -1;
  for (let i: u32 = core.sibling; i < core.sibling + settings.smt && i < H.coreCount; i++) {
    const other = coreAt(i);
    if (other == core || other.kept) continue;
    const its = used(other);
    if (its > most) {
      most = its;
      best = other;
    }
  }
  return best;
}

/** Last term of the score: how far the sibling is from having this thread emptied. */
export function budgetLeft(core: Core): f64 {
  if (!lanesWatched()) return 0;
  const beside = longestBeside(core);
  return isNull(beside) ? 1 : 1 - min<f64>(1, used(beside));
}
