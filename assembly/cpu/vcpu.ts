// The guest's scheduler loop on one vCPU (FluxOS; order as in Caladan's runtime/sched.c): own queue → ingress queue → steal →
// search for minSearch → yield. And how a task that became ready finds its queue.

import * as L from "../layout";
import { schedule, scheduleAt, scheduleAtHere, takeSequence, cancel, RANK_END, RANK_GIVE_UP, RANK_LOOK, RANK_QUANTUM, RANK_STEP, RANK_TOUCH } from "../kernel/event-queue";
import { below } from "../kernel/random";
import { record } from "../kernel/histogram";
import { sampleTime } from "./series";
import {
  H, Q, Vm, VCpu, Task, Core, countHost,
  RUNNING, SEARCHING, STEALING, YIELDING, SPINNING, TASK_STARTED, TASK_BEFORE_LOCK, TASK_HOLDS_LOCK, TASK_SLICED,
  activeAt, coreAt, vcpuOf, count, ingress, isNull, nothing, ownQueue, setBit, clearBit,
} from "./state";
import { attachHere, detach, detachHere, enter, enterHere, pushIdleHere, removeIdleHere } from "./accounts";
import { headWasPreempted, popHead, pushHead, pushOld, pushTail } from "./run-queue";
import { beginSearch, endSearch, offerLook, onStealDone, stealNow } from "./steal";
import { completeHere } from "./request";
import { reachLock, releaseLock, spinOrLeave } from "./lock";
import { behindRounds, joinBag, mayBeShort } from "./arbiter";
import { canGrow, chooseDormant, coreReleased, rekey, stopFinished } from "./grant";
import { dispatch, hostDispatch } from "../policy";
import { beginSwitch, comeHome, endSwitch, setHome, stretched, topIdle, workDone } from "./topology";
import { onTouch } from "../memory/swap/engine";
import { endTouches, mayTouch, planTouch } from "../memory/swap/plan";

// @ts-ignore: decorator
@inline const NEVER: u64 = 0xffff_ffff_ffff_ffff;

// --- ready tasks ------------------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline
export function waitBegins(vm: Vm, t: Task): void {
  if (vm.queued == 0) vm.backlogSince = H.now;
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
    if (vm.quantum != 0) askForTurn(vm);
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

/** A task that was taken off its vCPU is ready since now; since it was, if it had not begun. */
// @ts-ignore: decorator
@inline
export function waitsAgain(t: Task): void {
  if ((t.flags & TASK_STARTED) != 0) t.readyAt = H.now;
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
  if (t.readyAt < H.now) pushOld(ownQueue(v), t);
  else pushTail(ownQueue(v), t);
  setBit(vm.occupied, v.index);
  if (v.frozen) count(vm, L.VM_STRANDED, 1);
  if (v.state == SEARCHING) seeOwnQueue(v);
  else if (vm.quantum != 0 && v.queueLength == 1) limitToQuantum(v); // before, nobody waited and no limit applied
  offerLook(vm, v);
  call_indirect<void>(H.onQueued, vm);
}

/** A preempted task goes back to the head of its vCPU's queue, where it can be stolen, or of the VM's. */
export function putBack(v: VCpu, t: Task): void {
  const vm = v.vm;
  waitsAgain(t);
  if (vm.dispatch == L.DISPATCH_SINGLE) {
    const searcher = vm.searching;
    if (!isNull(searcher)) {
      endSearch(searcher);
      run(searcher, t);
      return;
    }
    waitBegins(vm, t);
    pushHead(ingress(vm), t);
    if (vm.quantum != 0) askForTurn(vm);
  } else {
    waitBegins(vm, t);
    pushHead(ownQueue(v), t);
    setBit(vm.occupied, v.index);
    offerLook(vm, v);
  }
  if (H.arbiter != 0 && (t.flags & TASK_STARTED) == 0) mayBeShort(vm); // it may be the oldest again
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
  if (H.signal == L.SIGNAL_QUEUE_LENGTH && H.arbiter != 0 && vm.queued != 0) mayBeShort(vm);
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
  v.startedAt = start;
  v.begunAt = start;
  v.runsUntil = start + (H.varies ? stretched(v, t.remaining) : t.remaining);
  v.endPlace = takeSequence(Q);
  const touches = mayTouch(t);
  if (touches) planTouch(v, t);
  if (touches || v.vm.quantum != 0 || v.switching) {
    v.asked = 0;
    planRun(v);
  } else scheduleAtHere(Q, v.slot, v.runsUntil, RANK_END, v.endPlace);
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
  let slice = NEVER;
  if (vm.quantum != 0 && v.queueLength + vm.ingressLength != 0) {
    const end = v.begunAt + vm.quantum;
    // of one queue not everybody past his quantum switches
    if (end >= H.now || vm.dispatch != L.DISPATCH_SINGLE || v.asked) slice = max<u64>(H.now, end);
  }
  planFirst(v, slice);
}

function planFirst(v: VCpu, slice: u64): void {
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

/** The task on `v` has come to its first instruction: its queueing delay is known. Booked when it is next looked at. */
// @ts-ignore: decorator
@inline
function began(v: VCpu, t: Task): void {
  if ((t.flags & TASK_STARTED) == 0) bookDelay(v, t);
}

function bookDelay(v: VCpu, t: Task): void {
  t.flags |= TASK_STARTED;
  const delay = v.begunAt - t.readyAt;
  record(v.vm.queueDelay, H.bits, delay);
  if (H.sampleCapacity != 0) sampleTime(H.groupCount + v.vm.group, delay);
}

/** Books the queueing delays of all that came to their first instruction before `until`, so that they can be read. */
export function bookDelays(until: u64): void {
  for (let i: u32 = 0; i < H.coreCount; i++) {
    const v = coreAt(i).vcpu;
    if (!isNull(v) && v.state == RUNNING && !isNull(v.task) && v.begunAt < until) began(v, v.task);
  }
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
  if (H.now > v.begunAt) began(v, t); // in that very nanosecond nothing of it has run
  v.task = nothing<Task>();
  cancel(Q, v.slot);
  return t;
}

/** Another task waits behind the one that runs: the quantum, counted from its first instruction, applies from now on. */
function limitToQuantum(v: VCpu): void {
  if (v.state == RUNNING && !isNull(v.task)) planRun(v);
}

// --- quanta where a VM has one queue: one waiting task, one switch

/** Of the VM's vCPUs the one longest past its quantum, of equals the first; null: none is. `unasked`: that is not to switch already. */
function longestPast(vm: Vm, unasked: bool): VCpu {
  let best = nothing<VCpu>();
  let least = H.now < vm.quantum ? 0 : H.now - vm.quantum + 1;
  for (let i: u32 = 0; i < vm.max; i++) {
    const v = vcpuOf(vm, i);
    if (v.state != RUNNING || isNull(v.task) || v.begunAt >= least || v.runsUntil == H.now || (unasked && v.asked)) continue;
    least = v.begunAt;
    best = v;
  }
  return best;
}

/** A task has come to the VM's queue otherwise than by the end of a quantum. */
function askForTurn(vm: Vm): void {
  if (vm.ingressLength == 1) {
    for (let i: u32 = 0; i < vm.max; i++) limitToQuantum(vcpuOf(vm, i)); // nobody waited before, and no limit applied
  }
  const v = longestPast(vm, true);
  if (isNull(v)) return;
  v.asked = 1;
  planRun(v);
}

/** A quantum has ended while tasks wait in the VM's one queue: who is longest past his switches, unless the next in line is there for that. */
function takeTurn(v: VCpu): void {
  const vm = v.vm;
  v.asked = 0;
  const next = vm.ingressHead;
  const sliced = next.readyAt == H.now && (next.flags & TASK_SLICED) != 0;
  const longest = sliced ? nothing<VCpu>() : longestPast(vm, false);
  if (longest != v) planFirst(v, NEVER);
  if (!isNull(longest)) endSlice(longest);
}

/** The task on `v` goes to the tail, the next one's turn. */
function endSlice(v: VCpu): void {
  const vm = v.vm;
  const t = v.task;
  began(v, t);
  endTouches(v);
  v.task = nothing<Task>(); // what happens below may change the speed of siblings, and this one is not running now
  t.remaining = H.varies ? t.remaining - workDone(v, t) : v.runsUntil - H.now;
  t.readyAt = H.now;
  waitBegins(vm, t);
  if (vm.dispatch == L.DISPATCH_SINGLE) {
    t.flags |= TASK_SLICED;
    pushTail(ingress(vm), t);
  } else {
    pushTail(ownQueue(v), t);
    setBit(vm.occupied, v.index);
  }
  if (!v.finishing) proceed(v);
  if (t.flags & TASK_HOLDS_LOCK) spinOrLeave(vm);
  if (v.finishing) stopFinished(v);
}

/** Whether the head of its own queue comes before that of the ingress queue: it was preempted here, or is no younger. */
// @ts-ignore: decorator
@inline
function ownIsNext(v: VCpu, vm: Vm): bool {
  return headWasPreempted(ownQueue(v)) || v.queueHead.readyAt <= vm.ingressHead.readyAt;
}

/** `v` has nothing to run at this instant: own queue, ingress queue, a steal that costs nothing, or a search. */
export function proceed(v: VCpu): void {
  const vm = v.vm;
  if (H.onRest != 0) {
    call_indirect<void>(H.onRest, v);
    return;
  }
  if (v.queueLength != 0 && (vm.ingressLength == 0 || ownIsNext(v, vm))) {
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
  if (H.yields && H.minSearch == 0 && mayYield(vm)) {
    yieldCore(v);
    return;
  }
  beginSearch(v);
  if (H.yields) {
    v.deadline = H.minSearch == 0 ? NEVER : H.now + H.minSearch;
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
      began(v, t);
      onTouch(v, t);
      return;
    }
    if (H.now < v.runsUntil) {
      if (v.queueLength + v.vm.ingressLength == 0) planRun(v); // who waited is gone
      else if (v.vm.dispatch == L.DISPATCH_SINGLE) takeTurn(v);
      else endSlice(v);
      return;
    }
    began(v, t);
    endTouches(v);
    v.task = nothing<Task>(); // what happens below may change the speed of siblings, and this one is not running now
    if (t.flags & (TASK_BEFORE_LOCK | TASK_HOLDS_LOCK)) {
      t.remaining = 0;
      if (t.flags & TASK_BEFORE_LOCK) reachLock(v, t);
      else releaseLock(v, t);
      return;
    }
    completeHere(v.vm, t);
    proceed(v);
  } else if (state == SEARCHING) {
    behindRounds();
    if (v.queueLength != 0 || v.vm.ingressLength != 0) {
      endSearch(v);
      proceed(v);
    } else if (H.yields && H.now >= v.deadline) {
      if (mayYield(v.vm)) {
        endSearch(v);
        yieldCore(v);
      } else {
        v.deadline = H.now + H.minSearch;
        planEnd(v);
      }
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

/** Whether `vm` keeps what it is guaranteed if one more vCPU leaves, where that is not got back at once (hotplug, microvm). */
function mayYield(vm: Vm): bool {
  if (H.keeps == 0 || vm.min == 0) return true;
  let there = vm.held;
  for (let k: u32 = 0; k < vm.max && there > vm.min; k++) there -= u32(vcpuOf(vm, k).state == YIELDING);
  return there > vm.min;
}

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
