// The host's arbiter: one dedicated polling core that reads every VM's metrics, round after round, decides, and issues moves
// one after another (HyperFlux §3.5, Caladan's iokernel). A round takes pollBase + pollPerVm × VMs, so its period is the
// greater of that and the interval; moves issued in a round delay the next.
// Rounds that could change nothing are not simulated: a round is planned for the first instant at which some VM could be
// over its threshold, or at which a core that a VM was denied may have become free, on the grid on which the arbiter polls.

import * as L from "../../layout";
import { schedule, RANK_ROUND, isPending, NEVER } from "../../kernel/event-queue";
import { record } from "../../kernel/histogram";
import { Q, SLOT_ARBITER, H, Vm, countHost, Core, isNull, nothing } from "../state";
import { hostHistogram } from "../accounts";
import { chooseIdle, pushIdle } from "../idle";
import { canGrow } from "../holding";
import { beginMove } from "./move";
import { anyVictim, chooseVictim } from "../victims";
import { rankAt, RANK_VM, copyRank, heapify, setRank, sinkRank } from "./rank";
import { publish, congested, wanted, soonest } from "./signal";
import { oldestReady } from "../waiting";

/** Plans a round at the first grid point at or after `at`, unless an earlier one is planned. */
export function armArbiter(at: u64): void {
  const start = gridPoint(at);
  if (isPlanned(start)) return;
  store<u64>(PLANNED, start);
  schedule(Q, SLOT_ARBITER, start, RANK_ROUND);
}

/** When the first round at or after `at` can begin. */
function gridPoint(at: u64): u64 {
  const start = max<u64>(H.roundAt + H.period, H.busyUntil);
  return at > start ? start + ((at - start + H.period - 1) / H.period) * H.period : start;
}

// @ts-ignore: decorator
@inline
function isPlanned(start: u64): bool {
  return isPending(Q, SLOT_ARBITER) && load<u64>(PLANNED) <= start;
}

const PLANNED: usize = memory.data(8, 8);

// --- the bag of VMs in which tasks wait -----------------------------------------------------------------------------

/** A task waits in `vm`. Also the hook of every mechanism that an arbiter serves. */
export function watch(vm: Vm): void {
  if (H.staleness != 0) publish(vm);
  if (vm.inBag == 0) {
    vm.inBag = 1;
    store<Vm>(H.bag + (<usize>(H.bagCount++) << 2), vm);
  } else if (vm.queued > 1) {
    if (vm.denied == 0 && H.signal == L.SIGNAL_QUEUE_LENGTH && congested(vm)) armArbiter(H.now);
    return; // a policy is asked in every round as long as tasks wait
  }
  // a new backlog, whether or not the last round has noticed that the one before is gone
  vm.denied = 0;
  vm.backlogSince = H.now;
  if (vm.held == 0 || H.signal == L.SIGNAL_POLICY) armArbiter(H.now);
  else if (H.signal != L.SIGNAL_QUEUE_LENGTH) armArbiter(H.now + H.threshold);
  else if (congested(vm)) armArbiter(H.now);
}

/** Cores have moved or become free: who was denied one may get one. */
export function nudge(): void {
  // mostly the round is planned already, and nobody need be looked for
  if (H.bagCount == 0 || isPlanned(gridPoint(H.now))) return;
  for (let i: u32 = 0; i < H.bagCount; i++) {
    const vm = load<Vm>(H.bag + (<usize>i << 2));
    if (vm.denied && vm.queued != 0 && canGrow(vm)) {
      armArbiter(H.now);
      return;
    }
  }
}

/** Whether `vm` cannot get a core since `failed` could not: no core is idle, and it ranks no higher and has no less. */
// @ts-ignore: decorator
@inline
function hopeless(vm: Vm, failed: Vm): bool {
  return vm.rankKey == failed.rankKey && vm.held >= vm.min && <i32>(vm.held - vm.min) >= <i32>failed.held - <i32>failed.min && H.idleCount == 0;
}

/**
 * `failed` was denied a core: so will be all of its rank that are left in the heap of `n`, if they are hopeless now, since nobody
 * is granted one in between. Denies them at once and answers how many are left; none is taken out when some of the rank may
 * still get one.
 */
function denyHopeless(failed: Vm, n: u32): u32 {
  let kept: u32 = 0;
  for (let pass = 0; pass < 2; pass++) {
    for (let i: u32 = 0; i < n; i++) {
      const vm = load<Vm>(rankAt(i), RANK_VM);
      const rival = vm.rankKey == failed.rankKey && demand(vm) != 0;
      if (pass == 0) {
        if (rival && !hopeless(vm, failed)) return n;
      } else if (rival) deny(vm);
      else copyRank(kept++, i);
    }
  }
  heapify(kept);
  return kept;
}

function deny(vm: Vm): void {
  vm.denied = 1;
  countHost(L.HOST_CONGESTED_DENIED, 1);
}

/** Tries to give `vm` one core. Moves are issued one after another, `issue` each. */
export function grantOne(vm: Vm): bool {
  if (!canGrow(vm)) return false;
  const core = call_indirect<Core>(H.onChoose, vm);
  if (isNull(core)) return false;
  const at = max<u64>(H.now, H.busyUntil) + (H.batch && H.roundMoves != 0 ? 0 : H.issue);
  H.busyUntil = at;
  if (H.roundMoves++ == 0) H.roundStart = at;
  // whoever asks for more than one core at once is timed from the first to the last
  if (H.roundMoves > H.curveMoves) {
    if (H.curveRound != H.round) {
      H.curveRound = H.round;
      H.curveLength = 0;
      H.curveStart = H.roundStart;
    }
    H.curveMoves = H.roundMoves;
  }
  // how long the VM's oldest waiting task had waited when it was decided that a core comes; where there had been no core
  // to decide on, that is contention and not detection
  if (vm.queued != 0 && vm.denied == 0) record(hostHistogram(L.HISTOGRAM_DETECTION), L.HOST_HISTOGRAM_SUB_BITS, at - oldestReady(vm));
  beginMove(core, vm, at);
  return true;
}

/** Cores that a congested VM asks for in one round. */
function demand(vm: Vm): u32 {
  if (H.signal == L.SIGNAL_POLICY) return wanted(vm);
  const short = vm.queued > vm.coming ? vm.queued - vm.coming : 0;
  return H.grant == L.GRANT_ONE ? min<u32>(short, 1) : short;
}

/** Words that hold one bit for every VM: what the arbiter reads first when the VMs' metrics are aggregated. */
function aggregated(): u64 {
  return (<u64>H.vmCount + 63) >> 6;
}

/** An idle core, else somebody's. */
export function chooseCore(vm: Vm): Core {
  const core = chooseIdle(vm);
  return isNull(core) && anyVictim(vm) ? chooseVictim(vm) : core;
}

/** One round. */
export function onArbiter(): void {
  H.round++;
  H.roundMoves = 0;
  countHost(L.HOST_ROUNDS, 1);
  if (H.period > 0) countHost(L.HOST_ROUNDS_SKIPPED, (H.now - H.roundAt) / H.period - u64(H.now > H.roundAt));
  H.roundAt = H.now;
  const cost = H.pollBase + H.pollPerVm * (H.aggregate ? aggregated() + <u64>H.bagCount : <u64>H.vmCount);
  H.busyUntil = H.now + cost; // decisions are made on what was read, when all is read

  // drop who has nothing waiting any more, collect who is over the threshold
  let n: u32 = 0;
  let kept: u32 = 0;
  for (let i: u32 = 0; i < H.bagCount; i++) {
    const vm = load<Vm>(H.bag + (<usize>i << 2));
    if (vm.queued == 0) {
      vm.inBag = 0;
      continue;
    }
    store<Vm>(H.bag + (<usize>(kept++) << 2), vm);
    // "waking": after a grant one interval passes before the VM is looked at again (Caladan's congestion rule)
    if (H.now < vm.skipUntil || !congested(vm)) vm.denied = 0;
    else setRank(n++, vm);
  }
  H.bagCount = kept;
  heapify(n);

  // the first that finds neither an idle core nor a victim
  let failed = nothing<Vm>();
  while (n != 0) {
    const vm = load<Vm>(rankAt(0), RANK_VM);
    sinkRank(0, --n);
    let want = demand(vm);
    while (want != 0 && (isNull(failed) || !hopeless(vm, failed)) && grantOne(vm)) want--;
    if (want != 0) {
      deny(vm);
      if (isNull(failed) && canGrow(vm)) {
        failed = vm;
        if (H.signal != L.SIGNAL_POLICY) n = denyHopeless(vm, n); // a policy is asked once
      }
      continue;
    }
    vm.denied = 0;
    if (H.grant == L.GRANT_ONE) vm.skipUntil = H.now + H.period + 1;
  }

  // the next round that can matter
  let soon = NEVER;
  for (let i: u32 = 0; i < kept; i++) {
    const vm = load<Vm>(H.bag + (<usize>i << 2));
    if (vm.denied == 0) soon = min<u64>(soon, soonest(vm));
  }
  if (soon != NEVER) armArbiter(soon);
}

/**
 * A request has announced how many tasks it will bring: cores for them are asked for at once, not at the next round. Those that wait
 * already come before them, for cores that come as for vCPUs that search.
 */
export function announce(vm: Vm, width: u32): void {
  H.round++;
  H.roundMoves = 0;
  const ready = vm.searchingCount + vm.coming;
  const tasks = vm.queued + width;
  let want = tasks > ready ? min<u32>(tasks - ready, width) : 0;
  while (want != 0 && grantOne(vm)) want--;
}

/** Lays the arbiter out: its period follows from how many VMs it serves. */
export function startArbiter(): void {
  const reads = H.aggregate ? aggregated() : <u64>H.vmCount;
  H.period = max<u64>(max<u64>(H.interval, H.pollBase + H.pollPerVm * reads), 1);
  H.roundAt = H.now;
  H.busyUntil = H.now;
}

/** Hook for a freed core: idle, and whoever was denied one is looked at in the next round. */
export function coreToPool(core: Core): void {
  pushIdle(core);
  nudge();
}
