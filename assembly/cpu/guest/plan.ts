// When a vCPU's next event comes: the one place that says so.

import { isNull, SEARCHING, RUNNING, VCpu, Q, clock, traits } from "../state";
import { scheduleAt, RANK_END, NEVER, schedule, RANK_GIVE_UP, cancel, isPendingAt, RANK_QUANTUM, RANK_TOUCH } from "../../kernel/event-queue";
import * as L from "../../layout";
import { mayTouch } from "../../memory/pages/touch";

/**
 * Plans what the task that `v` runs comes to first: its end, a missing page, or the end of its quantum where somebody waits. Its
 * end keeps its place among those of the same instant, whatever was planned in between.
 */
export function planRun(v: VCpu): void {
  assert(v.state == RUNNING);
  assert(!isNull(v.task));
  if (v.switching) {
    scheduleAt(Q, v.slot, v.startedAt, RANK_END, v.endPlace);
    return;
  }
  const vm = v.vm;
  let slice = NEVER;
  // who was asked comes to its turn of this instant, and is asked no more, also where nobody waits any more
  if (vm.quantum != 0 && (v.queueLength + vm.ingressLength != 0 || isAsked(v))) {
    const end = v.begunAt + vm.quantum;
    // of one queue not everybody past his quantum switches; one that ends now is past when its own turn of this instant is over
    const past = end < clock.now || (end == clock.now && Q.rank >= <u32>RANK_QUANTUM && !isPendingAt(Q, v.slot, end, RANK_QUANTUM));
    if (!past || vm.dispatch != L.DISPATCH_SINGLE || isAsked(v)) slice = max<u64>(clock.now, end);
  }
  planFirst(v, slice);
}

/** Whether `v` was asked to switch at this instant, and has not yet. */
// @ts-ignore: decorator
@inline
export function isAsked(v: VCpu): bool {
  return v.asked != 0 && v.askedAt == clock.now;
}

/** What a searching vCPU comes to by itself, when nothing waits in its own queue. */
export function planEnd(v: VCpu): void {
  assert(v.state == SEARCHING);
  if (traits.yields) schedule(Q, v.slot, v.deadline, RANK_GIVE_UP);
  else cancel(Q, v.slot);
}

export function planFirst(v: VCpu, slice: u64): void {
  let until = v.runsUntil;
  let rank = RANK_END;
  if (slice < until) {
    until = slice;
    rank = RANK_QUANTUM;
  }
  if (mayTouch(v.task) && v.touchAt <= until) {
    until = v.touchAt;
    rank = RANK_TOUCH;
  }
  scheduleAt(Q, v.slot, until, rank, rank == RANK_END ? v.endPlace : 0);
}
