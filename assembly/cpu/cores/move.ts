// How one core gets from one VM to another: safe parking of its vCPU, step by step, then the grant (HyperFlux §3.4).
//
//   decided ─issue→ NOTIFY ─→ PREEMPT ─→ SUSPEND ─→ DESCHEDULE ─→ WAKE ─→ ENTER → first instruction
//           the task still runs │ context saved, │ no task comes │ host switch │ vCPU of the beneficiary starts, looks for work
//                               │ then stealable │ here any more │
// An idle core begins at WAKE; a vCPU that was only searching has no context and skips PREEMPT. Steps that cost nothing
// take no event. Moves are decided one after the other and then proceed in parallel; a core in motion is promised to one VM.

import * as L from "../../layout";
import { NEVER, schedule, RANK_STEP, cancel } from "../../kernel/event-queue";
import {
  Core, Move, H, Vm, isNull, count, STEP_NOTIFY, Q, VCpu, DESCHEDULING, STEP_DESCHEDULE, SPINNING, RUNNING, PREEMPTING,
  STEP_PREEMPT, YIELDING, TASK_HOLDS_LOCK, nothing, Task, SUSPENDING, STEP_SUSPEND, STEP_NONE, STEP_WAKE, ENTERING, STEP_ENTER,
  countHost, WAKING, SEARCHING, STEALING, Settings, arbiter, clock, coreAt, curve, settings, traits,
} from "../state";
import { removeIdle } from "../idle";
import { noteStep } from "../samples";
import { planOrder } from "../guest/order";
import { goOver, detach, activate, attachCounted } from "../guest/life";
import { putBack } from "../guest/dispatch";
import { proceedAfterGrant } from "../guest/loop";
import { hasLost } from "../rounds";
import { freeze, halt, isBusy, migrateQueue, thaw } from "../guest/leave";
import { hold, holdHere, chooseDormant, parking, arriving, nudge } from "../holding";
import { mayLeave, takeableGone } from "../takeable";
import { hooks } from "../hooks";

// @ts-ignore: decorator
@inline
function moveOf(core: Core): Move {
  return changetype<Move>(H.moves + <usize>core.index * <usize>offsetof<Move>());
}

/** What the steps of the core's move take. */
// @ts-ignore: decorator
@inline
function stepsOf(core: Core): Move {
  let steps = changetype<Move>(changetype<usize>(settings) + offsetof<Settings>("notify"));
  if (H.movesKept != 0 && moveOf(core).own != 0) steps = moveOf(core);
  return steps;
}

/** A move is decided that takes what its steps cost now. */
// @ts-ignore: decorator
@inline
function forgetSteps(core: Core): void {
  assert(core.step == STEP_NONE || core.step == STEP_NOTIFY);
  if (H.movesKept != 0) forgetKept(core);
}

function forgetKept(core: Core): void {
  const move = moveOf(core);
  H.movesKept -= <u32>move.own;
  move.own = 0;
}

/** What the steps of the core's move take now they take whatever the settings are from now on. */
function keepSteps(core: Core): Move {
  const move = moveOf(core);
  const steps = stepsOf(core);
  if (move == steps) return move;
  memory.copy(changetype<usize>(move), changetype<usize>(steps), offsetof<Move>("own"));
  move.own = 1;
  H.movesKept++;
  return move;
}

/** Settings are about to change: moves under way go on with those that they were decided with. */
export function keepAllSteps(): void {
  for (let i: u32 = 0; i < H.coresInAll; i++) if (coreAt(i).step != STEP_NONE) keepSteps(coreAt(i));
}

/** What is left of the core's move takes no time, and it was decided by now. */
export function hurry(core: Core): void {
  cancel(Q, core.slot);
  memory.fill(changetype<usize>(keepSteps(core)), 0, offsetof<Move>("own"));
  core.decidedAt = min<u64>(core.decidedAt, clock.now);
  core.parkedAt = min<u64>(core.parkedAt, clock.now);
}

/** Decides, at `at` ≥ now, that `core` (idle, or a victim's) goes to `vm`, and starts the move. */
export function beginMove(core: Core, vm: Vm, at: u64): void {
  assert(isNull(core.target));
  holdHere(vm, 1);
  vm.promised++;
  vm.coming++;
  core.target = vm;
  takeableGone(core);
  core.decidedAt = at;
  core.round = arbiter.round;
  if (traits.parkedBusy) nudge(); // who has one more may lose one (caladan)
  forgetSteps(core);
  if (hooks.decides != 0) hooks.move(vm, keepSteps(core));
  if (isNull(core.vcpu)) {
    if (core.idlePlace != 0) removeIdle(core); // else it has just come free
    startWake(core, at - clock.now);
    return;
  }
  const from = core.lastVm;
  holdHere(from, -1);
  count(from, L.VM_REVOCATIONS, 1);
  core.parkedAt = at;
  step(core, STEP_NOTIFY, at - clock.now + stepsOf(core).notify);
}

/** Takes a core from its VM with nobody to give it to (a mechanism's own downscaling), unless it is under way already. */
export function beginPark(core: Core): void {
  if (!mayLeave(core)) return;
  const from = core.lastVm;
  hold(from, -1);
  count(from, L.VM_REVOCATIONS, 1);
  core.parkedAt = clock.now;
  core.decidedAt = clock.now;
  takeableGone(core);
  forgetSteps(core);
  step(core, STEP_NOTIFY, settings.notify);
}

function step(core: Core, which: u32, took: u64): void {
  core.step = which;
  goOn(core, took);
}

/** The notice has reached `v`: it stops here and now, and a step begins. Answers how long that takes. */
function stop(core: Core, v: VCpu): u64 {
  assert(core.vcpu == v);
  const move = stepsOf(core);
  if (traits.blind) {
    if (!isNull(v.task)) count(v.vm, L.VM_PREEMPTIONS, 1);
    const from = v.vm;
    freeze(v, DESCHEDULING);
    if (!isNull(v.task)) hooks.queued(from); // that of another frozen one has waited before
    noteStep(L.HISTOGRAM_DESCHEDULE, move.deschedule);
    core.step = STEP_DESCHEDULE;
    return move.deschedule;
  }
  const busy = isBusy(v);
  v.task = halt(v, PREEMPTING);
  if (!isNull(v.vm.order)) planOrder(v.vm);
  core.step = STEP_PREEMPT;
  if (!busy) return 0;
  count(v.vm, L.VM_PREEMPTIONS, 1);
  noteStep(L.HISTOGRAM_PREEMPT, move.preempt);
  return move.preempt;
}

/** The section that `v` was allowed to finish is over. */
export function stopFinished(v: VCpu): void {
  v.finishing = 0;
  goOn(v.core, stop(v.core, v));
}

/** The step that has begun takes so long. */
function goOn(core: Core, took: u64): void {
  if (took == 0) onCore(core);
  else schedule(Q, core.slot, clock.now + took, RANK_STEP);
}

/** The pending step of a core's move is over, and those behind it that take no time. */
export function onCore(core: Core): void {
  if (core.step < STEP_WAKE) leaveOn(core);
  else comeOn(core);
}

/** The core is on its way from its VM. */
function leaveOn(core: Core): void {
  while (true) {
    const took = endStep(core);
    if (took == 0) continue;
    if (took != NEVER) schedule(Q, core.slot, clock.now + took, RANK_STEP);
    return;
  }
}

/** It is on its way to its new one. */
// @ts-ignore: decorator
@inline
function comeOn(core: Core): void {
  const v = core.vcpu;
  const move = stepsOf(core);
  if (core.step == STEP_WAKE) {
    goOver(v, core.lastVm, ENTERING);
    hooks.woken(core.lastVm);
    noteStep(L.HISTOGRAM_WAKE, move.wake);
    core.step = STEP_ENTER;
    if (move.dispatchStep != 0) {
      schedule(Q, core.slot, clock.now + move.dispatchStep, RANK_STEP);
      return;
    }
  }
  arrive(core, v, move);
}

/** A step by which a core leaves its VM is over; answers how long the next one takes; NEVER: it is not for this core to say. */
// @ts-ignore: decorator
@inline
function endStep(core: Core): u64 {
  const v = core.vcpu;
  const move = stepsOf(core);
  switch (core.step) {
    case STEP_NOTIFY: {
      if (v.state == YIELDING) return NEVER; // it leaves by itself; coreReleased goes on, and by the step knows what is counted already
      noteStep(L.HISTOGRAM_NOTIFY, move.notify);
      if (settings.finishSection && v.state == RUNNING && v.task.flags & TASK_HOLDS_LOCK) {
        v.finishing = 1; // stopFinished goes on
        return NEVER;
      }
      return stop(core, v);
    }
    case STEP_PREEMPT: {
      const t = v.task;
      v.task = nothing<Task>();
      if (!isNull(t)) putBack(v, t);
      goOver(v, v.vm, SUSPENDING);
      const took = move.suspend + (settings.migrate ? <u64>migrateQueue(v) * settings.migrateTask : 0);
      noteStep(L.HISTOGRAM_SUSPEND, took);
      core.step = STEP_SUSPEND;
      return took;
    }
    case STEP_SUSPEND: {
      goOver(v, v.vm, DESCHEDULING);
      noteStep(L.HISTOGRAM_DESCHEDULE, move.deschedule);
      core.step = STEP_DESCHEDULE;
      return move.deschedule;
    }
    case STEP_DESCHEDULE: {
      noteStep(L.HISTOGRAM_PARK, clock.now - core.parkedAt);
      core.step = STEP_NONE;
      detach(core);
      if (v.queueLength != 0) hasLost(core.lastVm);
      afterDetach(core);
      return NEVER;
    }
  }
  return NEVER;
}

/** Its new vCPU is there, and looks for a first task. */
// @ts-ignore: decorator
@inline
function arrive(core: Core, v: VCpu, move: Move): void {
  noteStep(L.HISTOGRAM_DISPATCH, move.dispatchStep);
  core.step = STEP_NONE;
  const vm = core.lastVm; // v's, which is read meanwhile
  vm.coming--;
  hooks.mayWant(vm);
  noteStep(L.HISTOGRAM_GRANT, clock.now - core.decidedAt);
  countHost(L.HOST_MOVES, 1);
  count(vm, L.VM_GRANTS, 1);
  // no round has been timed since statistics began where `moves` is 0
  if (curve.moves != 0 && core.round == curve.round && curve.length < curve.capacity) {
    store<f64>(curve.grants + (<usize>curve.length << 3), <f64>(<i64>(clock.now - curve.start)));
    curve.length++;
  }
  enterGuest(v);
  hooks.moved();
}

/** `v` executes the guest from now on. */
export function enterGuest(v: VCpu): void {
  if (v.frozen) thaw(v);
  else {
    activate(v);
    proceedAfterGrant(v);
  }
}

/** The core of a move is free: its new VM's vCPU wakes on it, or nobody wants it. */
function afterDetach(core: Core): void {
  if (!isNull(core.target)) {
    startWake(core, 0);
    hooks.moved();
  } else hooks.coreFree(core);
}

function startWake(core: Core, delay: u64): void {
  assert(!isNull(core.target) && isNull(core.vcpu));
  assert(core.target.promised != 0);
  const vm = core.target;
  core.target = nothing<Vm>();
  vm.promised--;
  attachCounted(core, chooseDormant(vm), WAKING);
  step(core, STEP_WAKE, delay + stepsOf(core).wake);
}

/** A vCPU of `vm` has given its core up by itself. */
export function coreReleased(core: Core, vm: Vm): void {
  assert(isNull(core.vcpu));
  if (!isNull(core.target)) {
    // promised meanwhile: the victim's account was settled when the move began
    cancel(Q, core.slot);
    core.step = STEP_NONE;
    startWake(core, core.decidedAt > clock.now ? core.decidedAt - clock.now : 0); // not before its move is issued
    hooks.moved();
    return;
  }
  if (core.step == STEP_NOTIFY) {
    // it was being parked for nobody, and that was counted already
    cancel(Q, core.slot);
    core.step = STEP_NONE;
  } else hold(vm, -1);
  hooks.coreFree(core);
}

/** Takes a core from whoever has it, at once. */
export function vacate(core: Core): void {
  assert(!isNull(core.vcpu));
  const v = core.vcpu;
  cancel(Q, core.slot);
  const counted = parking(core);
  const arrives = arriving(v);
  if (arrives) v.vm.coming--;
  core.step = STEP_NONE;
  if (!isNull(core.target)) {
    hold(core.target, -1);
    core.target.promised--;
    core.target.coming--;
    core.target = nothing<Vm>();
  } else if (!counted) hold(v.vm, -1);
  if (!counted && !arrives && v.state != YIELDING) count(v.vm, L.VM_REVOCATIONS, 1);
  if (isBusy(v)) count(v.vm, L.VM_PREEMPTIONS, 1);
  let t = nothing<Task>();
  if (v.state == PREEMPTING) t = v.task; // its context is being saved
  else if (v.state == RUNNING || v.state == SEARCHING || v.state == STEALING || v.state == SPINNING) t = halt(v, SUSPENDING);
  if (!v.frozen) v.task = nothing<Task>();
  cancel(Q, v.slot);
  detach(core);
  if (!isNull(t)) putBack(v, t);
}
