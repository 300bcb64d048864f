// How one core gets from one VM to another: safe parking of its vCPU, step by step, then the grant (HyperFlux §3.4).
//
//   decided ─issue→ NOTIFY ─→ PREEMPT ─→ SUSPEND ─→ DESCHEDULE ─→ WAKE ─→ ENTER → first instruction
//           the task still runs │ context saved, │ no task comes │ host switch │ vCPU of the beneficiary starts, looks for work
//                               │ then stealable │ here any more │
// An idle core begins at WAKE; a vCPU that was only searching has no context and skips PREEMPT. Steps that cost nothing
// take no event. Moves are decided one after the other and then proceed in parallel; a core in motion is promised to one VM.

import * as L from "../layout";
import { schedule, cancel, RANK_STEP } from "../kernel/event-queue";
import { record } from "../kernel/histogram";
import {
  H, Q, Host, Vm, VCpu, Core, Move, Task,
  DORMANT, WAKING, ENTERING, RUNNING, SEARCHING, STEALING, SPINNING, YIELDING, PREEMPTING, SUSPENDING, DESCHEDULING,
  STEP_NONE, STEP_NOTIFY, STEP_PREEMPT, STEP_SUSPEND, STEP_DESCHEDULE, STEP_WAKE, STEP_ENTER,
  TASK_HOLDS_LOCK, count, countHost, coreAt, isNull, nothing, vcpuOf,
} from "./state";
import { attach, detach, enter, hostHistogram, removeIdle } from "./accounts";
import { activate, proceedAfterGrant, putBack } from "./vcpu";
import { hasLost, nudge } from "./arbiter";
import { freeze, halt, migrateQueue, thaw } from "./halt";
import { isWhole } from "./topology";

// --- who may take a core from whom ------------------------------------------------------------------------------

// Class, then priority, decide; among equals Caladan's predicate: only from who has at least two cores more above its
// guarantee. What is guaranteed is never taken, and a VM below its own guarantee may take from anybody above theirs.
// As numbers: a VM's key, lower where a core is rather taken, and a bound that the key must stay below.

/** The part of it that stays as it is: class, then priority; room for 2^17 cores above the guarantee. */
export function rankKey(vm: Vm): i64 {
  return ((<i64>vm.cls << 60) | ((<i64>vm.priority + 0x8000_0000) << 26)) + (0x1_ffff << 1);
}

/** Brings the VM's key up to date: what it holds, or is guaranteed, has changed. */
// @ts-ignore: decorator
@inline
export function rekey(vm: Vm): void {
  vm.victimKey = vm.held > vm.min ? vm.rankKey - (<i64>(vm.held - vm.min) << 1) : i64.MAX_VALUE;
}

/** Cores of VMs whose key is below this may be taken for `a`. Its own never are. */
function bound(a: Vm): i64 {
  return a.held < a.min ? i64.MAX_VALUE : a.rankKey - (<i64>(a.held - a.min + 1) << 1);
}

// @ts-ignore: decorator
@inline
export function mayPreempt(a: Vm, b: Vm): bool {
  return b.victimKey < bound(a);
}

// bits of the states in which a vCPU can be told to leave its core
// @ts-ignore: decorator
@inline const LEAVING: u32 = (1 << RUNNING) | (1 << SEARCHING) | (1 << STEALING) | (1 << SPINNING);

// @ts-ignore: decorator
@inline
export function mayLeave(core: Core): bool {
  if (isNull(core.vcpu) || !isNull(core.target) || core.step != STEP_NONE) return false; // nobody's, promised, or being parked for nobody
  return ((LEAVING >> core.vcpu.state) & 1) != 0;
}

/**
 * Whether chooseVictim would find a core for `a`. The least key is looked up once for all VMs as long as no core moves: a full
 * host denies tens of VMs a round, and a search for each was a quarter of its time.
 */
export function anyVictim(a: Vm): bool {
  const key = (<u64>H.round << 32) | <u64>H.roundMoves;
  if (H.victimsOf != key) {
    H.victimsOf = key;
    H.victimLeast = i64.MAX_VALUE;
    for (let i: u32 = 0; i < H.coreCount; i++) {
      const core = coreAt(i);
      if (isNull(core.vcpu)) continue;
      const key = core.lastVm.victimKey; // the VM that it runs
      if (key < H.victimLeast && mayLeave(core)) H.victimLeast = key;
    }
  }
  return H.victimLeast < bound(a);
}

/**
 * The core that `a` takes: of the lowest class and priority, rather a searching vCPU's than a running one's, then of who has most
 * above its guarantee. Null: none. Without branches, as no processor guesses which core is whose: 280 to 90 ns over 64 cores.
 */
export function chooseVictim(a: Vm): Core {
  let best: usize = 0;
  const most = bound(a);
  let least = i64.MAX_VALUE;
  for (let i: u32 = 0; i < H.coreCount; i++) {
    const core = coreAt(i);
    // of an idle core these read what they please, and it is masked
    const state = core.vcpu.state;
    const key = core.lastVm.victimKey; // of the VM that it runs
    const ranked = key | (<i64>(state != SEARCHING) << 25);
    const take = u32(!isNull(core.vcpu)) & u32(isNull(core.target)) & u32(core.step == STEP_NONE) & (LEAVING >> state) & u32(key < most) & u32(ranked < least);
    least = select(ranked, least, take);
    best = select(changetype<usize>(core), best, take);
  }
  return changetype<Core>(best);
}

/** An idle core for `vm`; of hardware threads one whose siblings are idle too, if there is any. Null: none is idle. */
export function chooseIdle(vm: Vm): Core {
  if (H.smt > 1) {
    const core = newestIdle(vm, true);
    if (!isNull(core)) return core;
  }
  return newestIdle(vm, false);
}

/** The core that became idle last; rather the VM's own, if that is among the eight newest of those that count. */
function newestIdle(vm: Vm, whole: bool): Core {
  let newest = nothing<Core>();
  let seen = 0;
  for (let i = H.idleCount; i > 0 && seen < 8; i--) {
    const core = load<Core>(H.idle + (<usize>(i - 1) << 2));
    if (whole && !isWhole(core)) continue;
    if (core.lastVm == vm) return core;
    if (seen++ == 0) newest = core;
  }
  return newest;
}

/** The dormant vCPU that a new core wakes: one with tasks stranded in its queue, else the first. */
export function chooseDormant(vm: Vm): VCpu {
  let first: u32 = 0xffff_ffff;
  if (H.blind) {
    // what was frozen in the middle of a task goes on before anything new is woken
    for (let k: u32 = 0; k < vm.max; k++) {
      const v = vcpuOf(vm, k);
      if (v.state == DORMANT && v.frozen && (vm.frozen == 0 || !isNull(v.task))) return v;
    }
  }
  for (let w: u32 = 0; w < vm.words; w++) {
    const dormant = load<u64>(vm.dormant + (<usize>w << 3));
    const stranded = dormant & load<u64>(vm.occupied + (<usize>w << 3));
    if (stranded != 0) return vcpuOf(vm, (w << 6) + <u32>ctz<u64>(stranded));
    if (first == 0xffff_ffff && dormant != 0) first = (w << 6) + <u32>ctz<u64>(dormant);
  }
  assert(first != 0xffff_ffff);
  return vcpuOf(vm, first);
}

// --- the move -------------------------------------------------------------------------------------------------------

/** Whether `vm` may get one more core at all. */
// @ts-ignore: decorator
@inline
export function canGrow(vm: Vm): bool {
  return vm.held < vm.limit && vm.promised < vm.dormantCount;
}

/** The number of cores that `vm` holds changes by `by`. */
export function hold(vm: Vm, by: i32): void {
  vm.held += by;
  rekey(vm);
  if (by < 0) hasLost(vm);
}

/** Its vCPU is being parked: the VM has lost it already. */
// @ts-ignore: decorator
@inline
export function parking(core: Core): bool {
  return core.step >= STEP_NOTIFY && core.step <= STEP_DESCHEDULE;
}

// @ts-ignore: decorator
@inline
function moveOf(core: Core): Move {
  return changetype<Move>(H.moves + <usize>core.index * <usize>offsetof<Move>());
}

/** What the steps of the move take is what they cost now. */
function fixSteps(core: Core): void {
  memory.copy(changetype<usize>(moveOf(core)), changetype<usize>(H) + offsetof<Host>("notify"), offsetof<Move>());
}

/** Its core has been decided for it and it has not looked for a first task there yet. */
// @ts-ignore: decorator
@inline
export function arriving(v: VCpu): bool {
  return !isNull(v.core) && (v.core.step == STEP_WAKE || v.core.step == STEP_ENTER);
}

/** Decides, at `at` ≥ now, that `core` (idle, or a victim's) goes to `vm`, and starts the move. */
export function beginMove(core: Core, vm: Vm, at: u64): void {
  assert(isNull(core.target));
  hold(vm, 1);
  vm.promised++;
  vm.coming++;
  core.target = vm;
  core.decidedAt = at;
  core.round = H.round;
  if (H.parkedBusy) nudge(); // who has one more may lose one (caladan)
  fixSteps(core);
  if (isNull(core.vcpu)) {
    removeIdle(core);
    startWake(core, at - H.now);
    return;
  }
  const from = core.vcpu.vm;
  hold(from, -1);
  count(from, L.VM_REVOCATIONS, 1);
  core.parkedAt = at;
  step(core, STEP_NOTIFY, at - H.now + moveOf(core).notify);
}

/** Takes a core from its VM with nobody to give it to (a mechanism's own downscaling), unless it is under way already. */
export function beginPark(core: Core): void {
  if (!mayLeave(core)) return;
  const from = core.vcpu.vm;
  hold(from, -1);
  count(from, L.VM_REVOCATIONS, 1);
  core.parkedAt = H.now;
  core.decidedAt = H.now;
  fixSteps(core);
  step(core, STEP_NOTIFY, H.notify);
}

function step(core: Core, which: u32, after: u64): void {
  core.step = which;
  if (after == 0) onCore(core);
  else schedule(Q, core.slot, H.now + after, RANK_STEP);
}

/** Books how long something about a move took. */
function measure(which: usize, took: u64): void {
  record(hostHistogram(which), L.HOST_HISTOGRAM_SUB_BITS, took);
}

/** The notice has reached `v`: it stops here and now. */
function stop(core: Core, v: VCpu): void {
  const move = moveOf(core);
  measure(L.HISTOGRAM_NOTIFY, move.notify);
  if (H.blind) {
    if (!isNull(v.task)) count(v.vm, L.VM_PREEMPTIONS, 1);
    const from = v.vm;
    freeze(v, DESCHEDULING);
    if (from.frozen != 0) call_indirect<void>(H.onQueued, from);
    measure(L.HISTOGRAM_DESCHEDULE, move.deschedule);
    step(core, STEP_DESCHEDULE, move.deschedule);
    return;
  }
  const busy = v.state == SPINNING || (v.state == RUNNING && !isNull(v.task));
  v.task = halt(v, PREEMPTING);
  if (busy) {
    count(v.vm, L.VM_PREEMPTIONS, 1);
    measure(L.HISTOGRAM_PREEMPT, move.preempt);
    step(core, STEP_PREEMPT, move.preempt);
  } else {
    core.step = STEP_PREEMPT;
    onCore(core);
  }
}

/** The section that `v` was allowed to finish is over. */
export function stopFinished(v: VCpu): void {
  v.finishing = 0;
  stop(v.core, v);
}

/** The pending step of a core's move is over. */
export function onCore(core: Core): void {
  const v = core.vcpu;
  const move = moveOf(core);
  switch (core.step) {
    case STEP_NOTIFY: {
      if (v.state == YIELDING) return; // it leaves by itself; coreReleased goes on, and by the step knows what is counted already
      if (H.finishSection && v.state == RUNNING && v.task.flags & TASK_HOLDS_LOCK) {
        v.finishing = 1; // stopFinished goes on
        return;
      }
      stop(core, v);
      return;
    }
    case STEP_PREEMPT: {
      const t = v.task;
      v.task = nothing<Task>();
      if (!isNull(t)) putBack(v, t);
      enter(v, SUSPENDING);
      const took = move.suspend + (H.migrate ? <u64>migrateQueue(v) * H.migrateTask : 0);
      measure(L.HISTOGRAM_SUSPEND, took);
      step(core, STEP_SUSPEND, took);
      return;
    }
    case STEP_SUSPEND: {
      enter(v, DESCHEDULING);
      measure(L.HISTOGRAM_DESCHEDULE, move.deschedule);
      step(core, STEP_DESCHEDULE, move.deschedule);
      return;
    }
    case STEP_DESCHEDULE: {
      measure(L.HISTOGRAM_PARK, H.now - core.parkedAt);
      core.step = STEP_NONE;
      detach(core);
      if (v.queueLength != 0) hasLost(v.vm);
      afterDetach(core);
      return;
    }
    case STEP_WAKE: {
      enter(v, ENTERING);
      if (H.onWoken != 0) call_indirect<void>(H.onWoken, v.vm);
      measure(L.HISTOGRAM_WAKE, move.wake);
      step(core, STEP_ENTER, move.dispatchStep);
      return;
    }
    case STEP_ENTER: {
      measure(L.HISTOGRAM_DISPATCH, move.dispatchStep);
      core.step = STEP_NONE;
      v.vm.coming--;
      measure(L.HISTOGRAM_GRANT, H.now - core.decidedAt);
      countHost(L.HOST_MOVES, 1);
      count(v.vm, L.VM_GRANTS, 1);
      if (core.round == H.curveRound && H.curveLength < H.curveCapacity) {
        store<f64>(H.curve + (<usize>H.curveLength << 3), <f64>(<i64>(H.now - H.curveStart)));
        H.curveLength++;
      }
      if (v.frozen) thaw(v);
      else {
        activate(v);
        proceedAfterGrant(v);
      }
      call_indirect<void>(H.onMoved);
      return;
    }
  }
}

/** The core of a move is free: its new VM's vCPU wakes on it, or nobody wants it. */
function afterDetach(core: Core): void {
  if (!isNull(core.target)) {
    startWake(core, 0);
    call_indirect<void>(H.onMoved);
  } else call_indirect<void>(H.onCoreFree, core);
}

function startWake(core: Core, delay: u64): void {
  const vm = core.target;
  core.target = nothing<Vm>();
  vm.promised--;
  attach(core, chooseDormant(vm), WAKING);
  step(core, STEP_WAKE, delay + moveOf(core).wake);
}

/** A vCPU of `vm` has given its core up by itself. */
export function coreReleased(core: Core, vm: Vm): void {
  if (!isNull(core.target)) {
    // promised meanwhile: the victim's account was settled when the move began
    cancel(Q, core.slot);
    core.step = STEP_NONE;
    startWake(core, core.decidedAt > H.now ? core.decidedAt - H.now : 0); // not before its move is issued
    call_indirect<void>(H.onMoved);
    return;
  }
  if (core.step == STEP_NOTIFY) {
    // it was being parked for nobody, and that was counted already
    cancel(Q, core.slot);
    core.step = STEP_NONE;
  } else hold(vm, -1);
  call_indirect<void>(H.onCoreFree, core);
}

/** At time 0: the core belongs to a vCPU of `vm`, which looks for work. Costs nothing. */
export function placeInitially(core: Core, vm: Vm): void {
  hold(vm, 1);
  const v = chooseDormant(vm);
  removeIdle(core);
  attach(core, v, ENTERING);
  activate(v);
  proceedAfterGrant(v);
}
