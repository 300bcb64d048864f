// The host's arbiter: one dedicated polling core that reads every VM's metrics, round after round, decides, and issues moves
// one after another (HyperFlux §3.5, Caladan's iokernel). A round takes pollBase + pollPerVm × VMs, so its period is the
// greater of that and the interval; moves issued in a round delay the next.
// Rounds that could change nothing are not simulated: a round is planned for the first instant at which some VM could be
// over its threshold, or at which a core that a VM was denied may have become free, on the grid on which the arbiter polls.

import * as L from "../../layout";
import { cancel, isPending, isPendingAt, schedule, RANK_SAMPLE, NEVER } from "../../kernel/event-queue";
import {
  CONTENDED, DENIED, H, Q, SLOT_ARBITER, everyRound, SLOT_PUBLISH, Vm, countHost, Core, isNull, nothing, arbiter, clock, settings, traits, vmAt,
} from "../state";
import { BACKLOG_BYTES, addBacklog, backlogs, freeBacklogs, holdBacklogs, isLatest, keepBacklog, waiterAt } from "../backlogs";
import { pushIdle } from "../idle";
import { canGrow, nudge } from "../holding";
import { lineOf } from "../levels";
import { armArbiter, gridPoint, isStale, isWanted, late, mayBeShort, planRound, publishedAt } from "../rounds";
import { chooseCore, grantOne } from "./grant";
import { overrule } from "./overrule";
import { collect, reading } from "./collect";
import { isUsual, serveUsual } from "./usual";
import { endLeaving, firstLike, isNone, leave, nextLike, nthPlace, placesOf, takeFirst, vmOfRank } from "./rank";
import { restTakeable } from "../takeable";
import { oldestReady, stranded } from "../waiting";
import { beginRefusals, isRefused } from "../victims";
import { wanted, soonest } from "./signal";
import { hooks } from "../hooks";

/** The arbiter reads and issues no earlier than what it is doing allows: a round that was skipped has been read as well. */
export function beBusy(): void {
  const passed = late() ? clock.now : clock.now - 1;
  if (clock.now == 0 || passed < arbiter.gridAt) return;
  const last = arbiter.gridAt + ((passed - arbiter.gridAt) / arbiter.period) * arbiter.period;
  arbiter.busyUntil = max<u64>(arbiter.busyUntil, last + reading(0));
}

/** Moves were issued outside a round: if the arbiter is still at it when the next one is due, that is when it ends. */
function moveGrid(): void {
  const next = gridPoint(late() ? clock.now + 1 : clock.now);
  if (arbiter.busyUntil <= next) return;
  arbiter.gridAt = arbiter.busyUntil;
  if (isPending(Q, SLOT_ARBITER)) planRound();
  if (settings.staleness != 0) planPublication();
}

// Metrics that the arbiter reads may be old: they are those of the end of the last multiple of `staleness`, published by an event of
// their own at every multiple that some round can read, as long as tasks wait. A round at such an instant reads what it finds.

/** Plans the next publication that a round will read. */
function planPublication(): void {
  if (publishesAnew()) return;
  const from = Q.rank < <u32>RANK_SAMPLE ? clock.now : clock.now + 1; // that of this nanosecond may be to come
  let at = publishedAt(gridPoint(clock.now + 1));
  if (at < from) at = publishedAt(gridPoint(publishedAt(clock.now) + settings.staleness));
  schedule(Q, SLOT_PUBLISH, at, RANK_SAMPLE);
}

/** What is true of every VM at the end of this nanosecond is what later rounds read. */
export function onPublish(): void {
  arbiter.published = 1;
  const end = backlogs.end;
  let kept = backlogs.first;
  for (let at = kept; at != end; at += BACKLOG_BYTES) {
    if (!isLatest(at)) continue;
    const vm = waiterAt(at);
    vm.snapQueued = vm.queued;
    if (vm.queued == 0) continue;
    vm.snapReadySum = vm.readySum;
    vm.snapOldest = oldestReady(vm);
    vm.snapSince = vm.backlogSince;
    vm.snapActive = vm.activeCount;
    vm.snapStranded = u8(stranded(vm));
    keepBacklog(kept, vm.backlogSince, vm);
    kept += BACKLOG_BYTES;
  }
  backlogs.end = kept;
  if (kept == backlogs.first) return;
  planPublication();
  if (arbiter.publishedFrom == clock.now && clock.now != 0) armArbiter(clock.now + 1); // by that the next round may find somebody short
}

/** Tasks that wait in `vm`, as a round sees it now. */
// @ts-ignore: decorator
@inline
function waiting(vm: Vm): u32 {
  return isStale() ? vm.snapQueued : vm.queued;
}

// --- VMs in which tasks wait ----------------------------------------------------------------------------------------

/** A task waits in `vm`. Also the hook of every mechanism that an arbiter serves. */
export function watch(vm: Vm): void {
  if (vm.queued > 1 && vm.inBag) {
    if (settings.signal == L.SIGNAL_QUEUE_LENGTH && (vm.denied & DENIED) == 0) mayBeShort(vm);
    return; // a policy is asked in every round as long as tasks wait
  }
  // a new backlog, whether or not a round has noticed that the one before is gone; or the first since the arbiter is there
  if (settings.staleness != 0 && !isPending(Q, SLOT_PUBLISH)) planPublication();
  vm.inBag = 1;
  addBacklog(vm);
  vm.denied = 0;
  if (isWanted()) return;
  // what rounds cost hangs on who waits; and what is still published may be denied
  if (settings.aggregate || vm.snapQueued != 0) armArbiter(clock.now);
  mayBeShort(vm);
}

/**
 * Whether `vm` cannot get a core since `failed` could not when it held `held`: no core is idle, and it ranks no higher and has no less than
 * that. By what `failed` holds now it would not be known, since it may have lost one in the same round.
 */
// @ts-ignore: decorator
@inline
function hopeless(vm: Vm, failed: Vm, held: u32): bool {
  if (H.keptCount != 0 || (traits.parkedBusy && vm.held == 0 && held != 0)) return false; // caladan: what is one VM's alone
  return vm.rankKey == failed.rankKey && vm.held >= vm.min && <i32>(vm.held - vm.min) >= <i32>held - <i32>failed.min && H.idleCount == 0;
}

/**
 * `failed` was denied a core: so will be all of its rank that are left of the `n`, if they are hopeless now, since nobody
 * is granted one in between. Denies them at once and answers how many are left; none is taken out when some of the rank may
 * still get one.
 */
function denyHopeless(failed: Vm, n: u32): u32 {
  const stale = isStale();
  for (let at = firstLike(failed, n); !isNone(at); at = nextLike(failed, n, at)) {
    if (isRival(vmOfRank(at), stale) && !hopeless(vmOfRank(at), failed, failed.held)) return n;
  }
  let left: u32 = 0;
  for (let at = firstLike(failed, n); !isNone(at); at = nextLike(failed, n, at)) {
    const vm = vmOfRank(at);
    if (!isRival(vm, stale)) continue;
    markDenied(vm);
    leave(at);
    left++;
  }
  countHost(L.HOST_CONGESTED_DENIED, left);
  return endLeaving(n, left);
}

/**
 * `failed` was denied a core: so will be all of the `n` of other ranks that are refused now, since whatever they have above their guarantee
 * it could have taken, and they lose none in between. Of its own rank one may lose a core that searches to who has less, and is not
 * refused any more. Denies them at once and answers how many are left.
 */
function denyRefused(failed: Vm, n: u32): u32 {
  const stale = isStale();
  let left: u32 = 0;
  for (let i: u32 = 0, end = placesOf(n); i < end; i++) {
    const place = nthPlace(i);
    const vm = vmOfRank(place);
    if (isNull(vm) || vm.rankKey == failed.rankKey || !isRival(vm, stale) || !isRefused(vm)) continue;
    markDenied(vm);
    leave(place);
    left++;
  }
  countHost(L.HOST_CONGESTED_DENIED, left);
  return endLeaving(n, left);
}

/** Its demand is not 0. */
// @ts-ignore: decorator
@inline
function isRival(vm: Vm, stale: bool): bool {
  return (stale ? vm.snapQueued : vm.queued) > vm.coming;
}

// @ts-ignore: decorator
@inline
function markDenied(vm: Vm): void {
  vm.denied = vm.queued != 0 ? <u8>(DENIED | CONTENDED) : <u8>DENIED;
}

function deny(vm: Vm): void {
  markDenied(vm);
  countHost(L.HOST_CONGESTED_DENIED, 1);
}

/** Cores that a congested VM asks for in one round. */
function demand(vm: Vm): u32 {
  if (settings.signal == L.SIGNAL_POLICY) return wanted(vm);
  const tasks = waiting(vm);
  const short = tasks > vm.coming ? tasks - vm.coming : 0;
  return settings.grant == L.GRANT_ONE ? min<u32>(short, 1) : short;
}

/** The next round that can matter, which is the next one as soon as anybody is found who needs it of those whose backlogs lie before `end`. */
function planNext(end: usize): void {
  let soon = settings.aggregate && end != backlogs.first ? clock.now + 1 : NEVER;
  const asked = settings.signal == L.SIGNAL_POLICY;
  const turns = hooks.hasTurns;
  for (let at = backlogs.first; at != end && soon > arbiter.gridAt; at += BACKLOG_BYTES) {
    const vm = waiterAt(at);
    if ((vm.denied & DENIED) == 0 || asked) soon = min<u64>(soon, soonest(vm));
    else if (turns) soon = min<u64>(soon, hooks.turn(vm));
  }
  if (soon != NEVER) armArbiter(soon);
  if (isPending(Q, SLOT_ARBITER)) planRound(); // something may have been wanted before the round was over
  else if (everyRound()) armArbiter(NEVER);
}

/** One round. */
export function onArbiter(): void {
  assert(arbiter.on != 0);
  assert(clock.now >= arbiter.gridAt); // a round that is over is not held again
  arbiter.round++;
  arbiter.moves = 0;
  countHost(L.HOST_ROUNDS, 1);
  countHost(L.HOST_ROUNDS_SKIPPED, (clock.now - arbiter.gridAt) / arbiter.period);
  arbiter.gridAt = clock.now + arbiter.period;
  beginRefusals();
  if (isUsual()) {
    serveUsual();
    endRound(backlogs.end);
  } else serveAny();
  if (settings.staleness != 0 && isPending(Q, SLOT_PUBLISH)) planPublication();
}

/** Who is short is served, by whatever rule. */
function serveAny(): void {
  let n = collect();
  const end = holdBacklogs();

  // the first that finds neither an idle core nor a victim; where that is all that anybody may find, it is known of others too
  const ruled = settings.signal != L.SIGNAL_POLICY && hooks.choosesBy(chooseCore);
  let failed = nothing<Vm>();
  let failedHeld: u32 = 0; // when it failed
  while (n != 0) {
    const vm = takeFirst(n--);
    let want = demand(vm);
    const before = want;
    while (want != 0 && (ruled ? !isRefused(vm) : isNull(failed) || !hopeless(vm, failed, failedHeld)) && grantOne(vm)) want--;
    if (settings.grant == L.GRANT_ONE && want != before) vm.skipUntil = clock.now + arbiter.period + 1;
    if (want != 0) {
      deny(vm);
      // a policy is asked about everybody once, and may say of each whose core it gets; who was denied in a fork had found one
      if (isNull(failed) && settings.signal != L.SIGNAL_POLICY && canGrow(vm) && overrule.deniedIn != arbiter.round) {
        failed = vm;
        failedHeld = vm.held;
        n = denyHopeless(vm, n);
        if (ruled && n != 0) n = denyRefused(vm, n);
      }
      continue;
    }
    vm.denied &= ~<u8>DENIED;
  }
  endRound(end);
  freeBacklogs(end);
}

/** All that the round could grant is granted. */
function endRound(end: usize): void {
  arbiter.gridAt = max<u64>(arbiter.gridAt, arbiter.busyUntil);
  restTakeable();
  planNext(end);
}

/**
 * A request has announced how many tasks it will bring: cores for them are asked for at once, not at the next round. Those that wait
 * already come before them, for cores that come as for vCPUs that search.
 */
export function announce(vm: Vm, width: u32): void {
  let ready = vm.coming;
  const tasks = vm.queued + width;
  for (let v = vm.searching; ready < tasks && !isNull(v); v = v.nextSearching) ready++;
  if (tasks > ready) grantOutside(vm, min<u32>(tasks - ready, width));
}

/**
 * Up to `want` cores for `vm` at once, whatever the round, as in one of their own: when the arbiter has read and issued what it is at.
 * Answers whether it got one.
 */
export function grantOutside(vm: Vm, want: u32): bool {
  assert(arbiter.on != 0);
  arbiter.round++;
  arbiter.moves = 0;
  beBusy();
  while (want != 0 && grantOne(vm)) want--;
  if (arbiter.moves == 0) return false;
  moveGrid();
  return true;
}

// @ts-ignore: decorator
@inline
function periodNow(): u64 {
  return max<u64>(max<u64>(settings.interval, reading(0)), 1);
}

/** A fork has changed what rounds go by: the next one comes when it would have and is held, those behind it by the period of now. */
export function replanRounds(): void {
  const next = gridPoint(clock.now + 1);
  arbiter.period = periodNow();
  arbiter.gridAt = next;
  for (let i: u32 = 0; settings.grant != L.GRANT_ONE && i < H.vmCount; i++) vmAt(i).skipUntil = 0;
  cancel(Q, SLOT_ARBITER);
  armArbiter(clock.now + 1);
}

/** A fork has changed when VMs publish: what is true at the end of this nanosecond is, and then what is at the multiples. */
export function publishNow(): void {
  arbiter.publishedFrom = clock.now;
  if (settings.staleness == 0) cancel(Q, SLOT_PUBLISH);
  else schedule(Q, SLOT_PUBLISH, clock.now, RANK_SAMPLE);
}

/** Whether a fork at this instant has made VMs publish, and they have not yet. */
function publishesAnew(): bool {
  return clock.now != 0 && arbiter.publishedFrom == clock.now && isPendingAt(Q, SLOT_PUBLISH, clock.now, RANK_SAMPLE);
}

/** Lays the arbiter out: its period follows from how many VMs it serves. The first round comes one period from now. */
export function startArbiter(): void {
  arbiter.on = 1;
  arbiter.period = periodNow();
  arbiter.gridAt = clock.now + arbiter.period;
  arbiter.busyUntil = clock.now;
  arbiter.lateAt = NEVER;
  arbiter.published = 0;
  for (let i: u32 = 0; i < H.vmCount; i++) vmAt(i).line = lineOf(vmAt(i));
  if (everyRound()) armArbiter(NEVER);
}

/** Hook for a freed core: idle, and whoever was denied one is looked at in the next round. */
export function coreToPool(core: Core): void {
  pushIdle(core);
  nudge();
}
