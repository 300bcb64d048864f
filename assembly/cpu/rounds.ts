// Which round of the arbiter is planned. Rounds that could change nothing are not simulated: one is planned for the first instant on the
// grid at which some VM could be short, or something could be had that was denied. Whoever makes a VM short, or sooner so, says it here.

import * as L from "../layout";
import { isPending, schedule, timeOf, RANK_ROUND } from "../kernel/event-queue";
import { DENIED, Q, Vm, SLOT_ARBITER, everyRound, arbiter, clock, settings, traits } from "./state";
import { oldestReady, stranded } from "./waiting";

// --- the grid on which rounds begin -------------------------------------------------------------------------------------
// arbiter.gridAt is the first round that was neither held nor can be known to be over: later ones are at multiples of the period behind it.
// What is skipped leaves the grid where it is; only an arbiter that is busy at the next round's instant moves it.

/** Something at `at` or later may make a round matter: the first on the grid is held, unless an earlier one is planned. */
export function armArbiter(at: u64): void {
  assert(arbiter.on != 0);
  // what comes behind the rounds of this nanosecond is for the next, held or not
  if (at <= clock.now && late()) at = clock.now + 1;
  if (isPending(Q, SLOT_ARBITER)) {
    if (arbiter.wantedAt <= at) return;
    arbiter.wantedAt = at;
    if (everyRound()) return;
  } else arbiter.wantedAt = at;
  planRound();
}

export function planRound(): void {
  assert(arbiter.period != 0);
  const start = everyRound() ? gridPoint(late() ? clock.now + 1 : clock.now) : gridPoint(arbiter.wantedAt);
  if (!isPending(Q, SLOT_ARBITER) || timeOf(Q, SLOT_ARBITER) != start) schedule(Q, SLOT_ARBITER, start, RANK_ROUND);
}

/** Whether a round is planned that is needed by now: mostly so, and then nothing arms one sooner. */
// @ts-ignore: decorator
@inline
export function isWanted(): bool {
  return arbiter.wantedAt <= clock.now && isPending(Q, SLOT_ARBITER);
}

/** Whether the first round that can still be held is planned: it is needed from now on then, whatever for. */
export function isPlanned(): bool {
  if (!isPending(Q, SLOT_ARBITER)) return false;
  const at = late() ? clock.now + 1 : clock.now;
  if (arbiter.wantedAt <= at) return true;
  if (timeOf(Q, SLOT_ARBITER) > gridPoint(at)) return false;
  arbiter.wantedAt = at;
  return true;
}

/** Whether the rounds of this nanosecond are over. */
// @ts-ignore: decorator
@inline
export function late(): bool {
  return Q.rank > <u32>RANK_ROUND || arbiter.lateAt == clock.now;
}

/** An event that comes behind the rounds of its nanosecond: so does all that follows from it at once. */
// @ts-ignore: decorator
@inline
export function behindRounds(): void {
  arbiter.lateAt = clock.now;
}

/** The first round at `at` or later. */
// @ts-ignore: decorator
@inline
export function gridPoint(at: u64): u64 {
  return at > arbiter.gridAt ? arbiter.gridAt + ((at - arbiter.gridAt + arbiter.period - 1) / arbiter.period) * arbiter.period : arbiter.gridAt;
}

// --- metrics that may be old (cores/arbiter.ts) ----------------------------------------------------------------------------

/** Whether rounds read now what was published before now. */
// @ts-ignore: decorator
@inline
export function isStale(): bool {
  return settings.staleness != 0 && clock.now % settings.staleness != 0;
}

/** The last multiple of `staleness`, now included. */
// @ts-ignore: decorator
@inline
export function publishedAt(at: u64): u64 {
  return at - at % settings.staleness;
}

/** The first multiple of `staleness` at or after `at`. */
// @ts-ignore: decorator
@inline
export function nextPublished(at: u64): u64 {
  return at % settings.staleness == 0 ? at : publishedAt(at) + settings.staleness;
}

// --- what makes a VM short -----------------------------------------------------------------------------------------------

/** Plans the first round that can find `vm` short, in which something has changed that makes it so, or sooner so. */
export function mayBeShort(vm: Vm): void {
  const signals = (settings.mode & L.MODE_REACTIVE) != 0;
  let at = clock.now;
  if (vm.held != 0) {
    if (!signals) return;
    if (settings.signal == L.SIGNAL_QUEUE_LENGTH) {
      if (<f64>vm.queued < settings.queueLength * <f64>max<u32>(vm.activeCount, 1)) return;
    } else if (settings.signal != L.SIGNAL_POLICY && !(traits.parkedBusy && stranded(vm))) at = max<u64>(at, (vm.queued == 1 ? vm.readySum : oldestReady(vm)) + settings.threshold);
  }
  armArbiter(settings.staleness == 0 ? at : nextPublished(at));
}

/** `vm` has lost a core, or a vCPU of it with tasks in its queue has, or takes no tasks any more. */
export function hasLost(vm: Vm): void {
  if (arbiter.on == 0 || vm.inBag == 0 || (vm.queued == 0 && vm.snapQueued == 0)) return;
  vm.denied &= ~<u8>DENIED; // it has less than when it was
  if (!isWanted()) armArbiter(clock.now);
}
