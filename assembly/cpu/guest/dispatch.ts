// Where a task that is ready goes: to which vCPU's queue, or to the VM's.

import {
  Vm, Task, H, isNull, ingress, VCpu, activeAt, SEARCHING, TASK_STARTED, ownQueue, setBit, count, Q, arbiter, clock, settings,
  traits, occupiedOf,
} from "../state";
import { canGrow } from "../holding";
import { serveAtOnce } from "./central";
import * as L from "../../layout";
import { endSearch, offerLook } from "./search";
import { run, limitToQuantum } from "./run";
import { waitBegins, waitsAgain } from "../waiting";
import { pushTail, pushOld, pushHead } from "../run-queue";
import { askForTurn } from "./turn";
import { reorder } from "./reorder";
import { isOrdered } from "./order";
import { hostDispatch, dispatch } from "../../policy";
import { below } from "../../kernel/random";
import { setHome } from "../speed";
import { mayBeShort } from "../rounds";
import { planEnd } from "./plan";
import { schedule, RANK_GIVE_UP, RANK_LOOK } from "../../kernel/event-queue";
import { hooks } from "../hooks";

/** A task can run from now on: it is queued as the VM's `dispatch` says, or runs at once. */
export function makeReady(vm: Vm, t: Task): void {
  makeReadyHere(vm, t);
}

/** The same where every request passes: inlined as far as a core is idle and nobody waits. */
// @ts-ignore: decorator
@inline
export function makeReadyHere(vm: Vm, t: Task): void {
  t.readyAt = clock.now;
  if (traits.central && vm.queued == 0 && vm.quantum == 0 && H.idleCount != 0 && canGrow(vm)) serveAtOnce(vm, t);
  else enqueue(vm, t);
}

function enqueue(vm: Vm, t: Task): void {
  if (vm.dispatch == L.DISPATCH_SINGLE) {
    const v = vm.searching;
    if (!isNull(v)) {
      endSearch(v);
      run(v, t);
      return;
    }
    waitBegins(vm, t);
    pushTail(ingress(vm), t);
    hooks.queued(vm);
    if (!isNull(vm.order)) reorder(vm);
    if (vm.quantum != 0 && vm.ingressLength != 0 && vm.ingressTail == t) askForTurn(vm); // who has a core at once waits for no turn
    return;
  }
  if (hooks.schedule && vm.activeCount != 0) {
    hooks.ready(vm, t);
    return;
  }
  if (vm.activeCount == 0) {
    waitBegins(vm, t);
    pushTail(ingress(vm), t);
    hooks.queued(vm);
    return;
  }
  const v = chooseQueue(vm);
  if (!runsAtOnce(v, t)) queueOn(v, t);
}

function chooseQueue(vm: Vm): VCpu {
  const n = vm.activeCount;
  if (n == 1) return activeAt(vm, 0);
  switch (<i32>vm.dispatch) {
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
      const chosen = settings.answers & L.POLICY_DISPATCH ? hostDispatch(vm.index, n) : dispatch(vm, n);
      if (chosen < n) return activeAt(vm, chosen);
      clock.status = L.E_POLICY;
      return activeAt(vm, 0);
    }
  }
  return activeAt(vm, below(changetype<usize>(vm) + offsetof<Vm>("dispatchStream0"), n));
}

/** Whether `v` searches and takes the task, which runs then. */
// @ts-ignore: decorator
@inline
function runsAtOnce(v: VCpu, t: Task): bool {
  if (v.state != SEARCHING || v.queueLength != 0 || settings.localCheck != 0) return false;
  endSearch(v);
  run(v, t);
  return true;
}

/** Queues a ready task on a given vCPU. */
export function queueOn(v: VCpu, t: Task): void {
  if (runsAtOnce(v, t)) return;
  const vm = v.vm;
  waitBegins(vm, t);
  if (settings.moveCost != 0 && !isNull(v.lastCore) && (t.flags & TASK_STARTED) == 0) setHome(t, v.lastCore);
  if (t.readyAt < clock.now) pushOld(ownQueue(v), t);
  else pushTail(ownQueue(v), t);
  setBit(occupiedOf(vm), v.index);
  if (v.frozen) count(vm, L.VM_STRANDED, 1);
  if (v.state == SEARCHING) seeOwnQueue(v);
  else if (vm.quantum != 0 && v.queueLength == 1) limitToQuantum(v); // before, nobody waited and no limit applied
  offerLook(vm, v);
  hooks.queued(vm);
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
    if (isOrdered(vm)) pushOld(ingress(vm), t);
    else pushHead(ingress(vm), t);
  } else {
    waitBegins(vm, t);
    pushHead(ownQueue(v), t);
    setBit(occupiedOf(vm), v.index);
    offerLook(vm, v);
  }
  if (arbiter.on != 0 && (t.flags & TASK_STARTED) == 0) mayBeShort(vm); // it may be the oldest again
  hooks.queued(vm);
  if (!isNull(vm.order)) reorder(vm);
  if (vm.dispatch == L.DISPATCH_SINGLE && vm.quantum != 0 && vm.ingressLength != 0 && vm.ingressHead == t) askForTurn(vm);
}

/** A searching vCPU looks into its own queue only every localCheck; 0 = at every step of its loop. */
function seeOwnQueue(v: VCpu): void {
  const waited = clock.now - v.searchAt;
  const at = v.searchAt + ((waited + settings.localCheck - 1) / settings.localCheck) * settings.localCheck;
  if (traits.yields && v.deadline < at) schedule(Q, v.slot, v.deadline, RANK_GIVE_UP);
  else schedule(Q, v.slot, at, RANK_LOOK);
}

/** What `v`, which searches, comes to next by itself. */
export function planSearch(v: VCpu): void {
  if (v.queueLength == 0) planEnd(v);
  else if (settings.localCheck == 0) schedule(Q, v.slot, clock.now, RANK_LOOK);
  else seeOwnQueue(v);
}
