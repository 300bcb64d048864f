// The guest's scheduler loop on one vCPU (FluxOS; order as in Caladan's runtime/sched.c): own queue → ingress queue → steal →
// search for minSearch → yield. And how a task that became ready finds its queue.

import * as L from "../layout";
import { schedule, scheduleAt, scheduleAtHere, takeSequence, cancel, RANK_END, RANK_GIVE_UP, RANK_LOOK, RANK_QUANTUM, RANK_STEP, RANK_TOUCH } from "../kernel/event-queue";
import { below } from "../kernel/random";
import { record } from "../kernel/histogram";
import { sampleTime } from "./series";
import {
  H, Q, Vm, VCpu, Task, Core, countHost,
  RUNNING, SEARCHING, STEALING, YIELDING, SPINNING, TASK_STARTED, TASK_BEFORE_LOCK, TASK_HOLDS_LOCK,
  activeAt, vcpuOf, count, ingress, isNull, nothing, ownQueue, setBit, clearBit,
} from "./state";
import { attachHere, detach, detachHere, enter, enterHere, pushIdleHere, removeIdleHere } from "./accounts";
import { popHead, pushHead, pushTail } from "./run-queue";
import { beginSearch, endSearch, offerLook, onStealDone, stealNow } from "./steal";
import { completeHere } from "./request";
import { reachLock, releaseLock, spinOrLeave } from "./lock";
import { joinBag } from "./arbiter";
import { canGrow, chooseDormant, coreReleased, rekey, stopFinished } from "./grant";
import { dispatch, hostDispatch } from "../policy";
import { beginSwitch, comeHome, endSwitch, setHome, stretched, topIdle, workDone } from "./topology";
import { onTouch } from "../memory/swap/engine";
import { endTouches, mayTouch, planTouch } from "../memory/swap/plan";

// --- ready tasks ------------------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline
export function waitBegins(vm: Vm, t: Task): void {
  vm.queued++;
  vm.readySum += t.readyAt;
}

// @ts-ignore: decorator
@inline
export function waitEnds(vm: Vm, t: Task): void {
  vm.queued--;
  vm.readySum -= t.readyAt;
}

/** A task can run from now on: it is queued as the VM's dispatch policy says, or runs at once. */
export function makeReady(vm: Vm, t: Task): void {
  t.readyAt = H.now;
  if (H.central && vm.queued == 0 && vm.quantum == 0 && H.idleCount != 0 && canGrow(vm)) {
    serveAtOnce(vm, t);
    return;
  }
  if (vm.dispatch == L.DISPATCH_SINGLE) {
    const v = vm.searching;
    if (!isNull(v)) {
      endSearch(v);
      run(v, t);
      return;
    }
    waitBegins(vm, t);
    pushTail(ingress(vm), t);
    if (vm.quantum != 0) limitAll(vm);
    call_indirect<void>(H.onQueued, vm);
    return;
  }
  if (H.onReady != 0 && vm.activeCount != 0) {
    call_indirect<void>(H.onReady, vm, t);
    return;
  }
  if (vm.activeCount == 0) {
    waitBegins(vm, t);
    pushTail(ingress(vm), t);
    call_indirect<void>(H.onQueued, vm);
    return;
  }
  queueOn(chooseQueue(vm), t);
}

// The two functions below do what the ideal mechanism's hooks would, without the queue, the hook and the calls in between: half
// of all events of M/M/16 pass here, and 0.49 of the C anchor's speed becomes 0.6.

/** Nobody waits and a core is idle: the task runs on it at once. */
// @ts-ignore: decorator
@inline
function serveAtOnce(vm: Vm, t: Task): void {
  joinBag(vm);
  const core = topIdle();
  removeIdleHere(core);
  vm.held++;
  rekey(vm);
  const v = chooseDormant(vm);
  attachHere(core, v, RUNNING);
  countHost(L.HOST_MOVES, 1);
  count(vm, L.VM_GRANTS, 1);
  runHere(v, t);
}

/** Nobody waits anywhere: the core is idle. */
// @ts-ignore: decorator
@inline
function restAtOnce(v: VCpu): void {
  const vm = v.vm;
  if (H.bagCount != 0) {
    load<Vm>(H.bag).inBag = 0;
    H.bagCount = 0;
  }
  count(vm, L.VM_YIELDS, 1);
  const core = v.core;
  detachHere(core);
  vm.held--;
  rekey(vm);
  pushIdleHere(core);
}

/** Queues a ready task on a given vCPU. */
export function queueOn(v: VCpu, t: Task): void {
  const vm = v.vm;
  if (v.state == SEARCHING && v.queueLength == 0 && H.localCheck == 0) {
    endSearch(v);
    run(v, t);
    return;
  }
  waitBegins(vm, t);
  if (H.moveCost != 0 && !isNull(v.lastCore) && (t.flags & TASK_STARTED) == 0) setHome(t, v.lastCore);
  pushTail(ownQueue(v), t);
  setBit(vm.occupied, v.index);
  if (v.frozen) count(vm, L.VM_STRANDED, 1);
  if (v.state == SEARCHING) seeOwnQueue(v);
  else if (vm.quantum != 0 && v.queueLength == 1) limitToQuantum(v); // before, nobody waited and no limit applied
  offerLook(vm, v);
  call_indirect<void>(H.onQueued, vm);
}

/** A preempted task goes back to the head of its vCPU's queue, where it can be stolen. */
export function putBack(v: VCpu, t: Task): void {
  const vm = v.vm;
  t.readyAt = H.now;
  waitBegins(vm, t);
  if (H.central) pushHead(ingress(vm), t);
  else {
    pushHead(ownQueue(v), t);
    setBit(vm.occupied, v.index);
    offerLook(vm, v);
  }
  call_indirect<void>(H.onQueued, vm);
}

function chooseQueue(vm: Vm): VCpu {
  const n = vm.activeCount;
  if (n == 1) return activeAt(vm, 0);
  switch (vm.dispatch) {
    case L.DISPATCH_ROUND_ROBIN: {
      if (vm.roundRobin >= n) vm.roundRobin = 0;
      return activeAt(vm, vm.roundRobin++);
    }
    case L.DISPATCH_SHORTEST: {
      let best = activeAt(vm, 0);
      let least: u32 = 0xffff_ffff;
      for (let i: u32 = 0; i < n; i++) {
        const v = activeAt(vm, i);
        const length = v.queueLength + u32(v.state != SEARCHING);
        if (length < least) {
          least = length;
          best = v;
          if (length == 0) break;
        }
      }
      return best;
    }
    case L.DISPATCH_POLICY: {
      const chosen = H.policy & L.POLICY_DISPATCH ? hostDispatch(vm.index, n) : dispatch(vm, n);
      if (chosen < n) return activeAt(vm, chosen);
      H.status = L.E_POLICY;
      return activeAt(vm, 0);
    }
  }
  return activeAt(vm, below(changetype<usize>(vm) + offsetof<Vm>("dispatchStream0"), n));
}

/** A searching vCPU looks into its own queue only every localCheck; 0 = at every step of its loop. */
function seeOwnQueue(v: VCpu): void {
  const waited = H.now - v.searchAt;
  const at = v.searchAt + ((waited + H.localCheck - 1) / H.localCheck) * H.localCheck;
  if (H.yields && v.deadline < at) schedule(Q, v.slot, v.deadline, RANK_GIVE_UP);
  else schedule(Q, v.slot, at, RANK_LOOK);
}

/** What a searching vCPU comes to by itself, when nothing waits in its own queue. */
export function planEnd(v: VCpu): void {
  if (H.yields) schedule(Q, v.slot, v.deadline, RANK_GIVE_UP);
  else cancel(Q, v.slot);
}

// --- running ------------------------------------------------------------------------------------------------

/** Tasks are dispatched to `v` from now on. */
export function activate(v: VCpu): void {
  if (v.activePlace != 0) return;
  const vm = v.vm;
  store<VCpu>(vm.actives + (<usize>vm.activeCount << 2), v);
  v.activePlace = ++vm.activeCount;
}

/** No task is dispatched to `v` any more; what waits in its queue stays there and can be stolen. */
export function deactivate(v: VCpu): void {
  if (v.activePlace == 0) return;
  const vm = v.vm;
  const last = activeAt(vm, --vm.activeCount);
  store<VCpu>(vm.actives + (<usize>(v.activePlace - 1) << 2), last);
  last.activePlace = v.activePlace;
  v.activePlace = 0;
}

/** `v` runs `t`, which waits in no queue. */
export function run(v: VCpu, t: Task): void {
  runHere(v, t);
}

// the two places that nearly every task passes have it inlined: 3.5 % of M/M/16
// @ts-ignore: decorator
@inline
function runHere(v: VCpu, t: Task): void {
  let start = max<u64>(H.now, v.faultUntil) + H.taskSwitch;
  if (H.moveCost != 0) start += comeHome(t, v.core);
  if (H.varies) beginSwitch(v, start);
  if (v.state != RUNNING) enterHere(v, RUNNING);
  v.task = t;
  v.switchLeft += start - H.now;
  if ((t.flags & TASK_STARTED) == 0) {
    t.flags |= TASK_STARTED;
    const delay = start - t.readyAt;
    record(v.vm.queueDelay, H.bits, delay);
    if (H.sampleCapacity != 0) sampleTime(H.groupCount + v.vm.group, delay);
  }
  v.startedAt = start;
  v.begunAt = start;
  v.runsUntil = start + (H.varies ? stretched(v, t.remaining) : t.remaining);
  v.endPlace = takeSequence(Q);
  const touches = mayTouch(t);
  if (touches) planTouch(v, t);
  if (touches || v.vm.quantum != 0 || v.switching) planRun(v);
  else scheduleAtHere(Q, v.slot, v.runsUntil, RANK_END, v.endPlace);
}

/**
 * Plans what the task that `v` runs comes to first: its end, a missing page, or the end of its quantum where somebody waits. Its
 * end keeps its place among those of the same instant, whatever was planned in between.
 */
export function planRun(v: VCpu): void {
  if (v.switching) {
    scheduleAt(Q, v.slot, v.startedAt, RANK_END, v.endPlace);
    return;
  }
  const vm = v.vm;
  let until = v.runsUntil;
  let rank = RANK_END;
  if (vm.quantum != 0 && v.queueLength + vm.ingressLength != 0) {
    const end = max<u64>(H.now, v.begunAt + vm.quantum);
    if (end < until) {
      until = end;
      rank = RANK_QUANTUM;
    }
  }
  if (mayTouch(v.task) && v.touchAt <= until) {
    until = v.touchAt;
    rank = RANK_TOUCH;
  }
  scheduleAt(Q, v.slot, until, rank, rank == RANK_END ? v.endPlace : 0);
}

/** The task's remaining demand as of now; its vCPU is about to stop running it. */
export function stopTask(v: VCpu): Task {
  const t = v.task;
  v.switching = 0;
  endTouches(v);
  if (H.now < v.startedAt) {
    v.switchLeft -= v.startedAt - H.now; // cut short in the middle of the switch
    v.startedAt = H.now;
  } else t.remaining -= H.varies ? workDone(v, t) : H.now - v.startedAt;
  v.task = nothing<Task>();
  cancel(Q, v.slot);
  return t;
}

/** Another task waits behind the one that runs: the quantum, counted from its first instruction, applies from now on. */
function limitToQuantum(v: VCpu): void {
  if (v.state == RUNNING && !isNull(v.task)) planRun(v);
}

function limitAll(vm: Vm): void {
  if (vm.ingressLength != 1) return;
  for (let i: u32 = 0; i < vm.max; i++) limitToQuantum(vcpuOf(vm, i));
}

/** `v` has nothing to run at this instant: own queue, ingress queue, a steal that costs nothing, or a search. */
export function proceed(v: VCpu): void {
  const vm = v.vm;
  if (H.onRest != 0) {
    call_indirect<void>(H.onRest, v);
    return;
  }
  if (v.queueLength != 0) {
    const t = popHead(ownQueue(v));
    if (v.queueLength == 0) clearBit(vm.occupied, v.index);
    waitEnds(vm, t);
    runHere(v, t);
    return;
  }
  if (vm.ingressLength != 0) {
    const t = popHead(ingress(vm));
    waitEnds(vm, t);
    runHere(v, t);
    return;
  }
  if (H.central && H.bagCount <= 1 && (H.bagCount == 0 || load<Vm>(H.bag).queued == 0)) {
    restAtOnce(v);
    return;
  }
  if (H.stealCheck + H.steal == 0 && stealNow(v)) {
    proceed(v);
    return;
  }
  if (H.yields && H.minSearch == 0) {
    yieldCore(v);
    return;
  }
  beginSearch(v);
  if (H.yields) {
    v.deadline = H.now + H.minSearch;
    schedule(Q, v.slot, v.deadline, RANK_GIVE_UP);
  }
}

/** The first step of a vCPU that has just been granted its core: the steal is part of what the grant cost. */
export function proceedAfterGrant(v: VCpu): void {
  if (v.queueLength == 0 && v.vm.ingressLength == 0) stealNow(v);
  proceed(v);
}

/** The pending event of a vCPU: what it means follows from its state. */
export function onVcpu(v: VCpu): void {
  const state = v.state;
  if (state == RUNNING) {
    if (v.switching) {
      endSwitch(v);
      planRun(v);
      return;
    }
    const t = v.task;
    if (mayTouch(t) && H.now == v.touchAt) {
      onTouch(v, t);
      return;
    }
    endTouches(v);
    v.task = nothing<Task>(); // what happens below may change the speed of siblings, and this one is not running now
    if (H.now < v.runsUntil) {
      // end of its quantum: back to the tail, the next one's turn
      t.remaining = H.varies ? t.remaining - workDone(v, t) : v.runsUntil - H.now;
      t.readyAt = H.now;
      waitBegins(v.vm, t);
      if (v.vm.dispatch == L.DISPATCH_SINGLE) pushTail(ingress(v.vm), t);
      else {
        pushTail(ownQueue(v), t);
        setBit(v.vm.occupied, v.index);
      }
      if (!v.finishing) proceed(v);
      if (t.flags & TASK_HOLDS_LOCK) spinOrLeave(v.vm);
      if (v.finishing) stopFinished(v);
      return;
    }
    if (t.flags & (TASK_BEFORE_LOCK | TASK_HOLDS_LOCK)) {
      t.remaining = 0;
      if (t.flags & TASK_BEFORE_LOCK) reachLock(v, t);
      else releaseLock(v, t);
      return;
    }
    completeHere(v.vm, t);
    proceed(v);
  } else if (state == SEARCHING) {
    if (v.queueLength != 0 || v.vm.ingressLength != 0) {
      endSearch(v);
      proceed(v);
    } else if (H.yields && H.now >= v.deadline) {
      endSearch(v);
      yieldCore(v);
    } else planEnd(v);
  } else if (H.onStep != 0) {
    call_indirect<void>(H.onStep, v);
  } else if (state == STEALING) {
    onStealDone(v);
  } else {
    assert(state == YIELDING);
    yielded(v);
  }
}

// --- leaving the core -----------------------------------------------------------------------------------------

/** Nothing found: the vCPU gives its core up by itself (voluntary yield). */
function yieldCore(v: VCpu): void {
  if (!H.halts || v.vm.stealAmount != L.STEAL_NONE) deactivate(v);
  count(v.vm, L.VM_YIELDS, 1);
  enter(v, YIELDING);
  if (H.yield == 0) yielded(v);
  else schedule(Q, v.slot, H.now + H.yield, RANK_STEP);
}

function yielded(v: VCpu): void {
  const core = v.core;
  detach(core);
  coreReleased(core, v.vm);
}
