// Where a task of `nsdi22` is queued (see index.ts): an available queue at random; or the shorter of two, to which a random core at
// work carries it, suspending its own task for the penalty.

import { cancel, schedule, RANK_LAST, RANK_END } from "../../../kernel/event-queue";
import { below } from "../../../kernel/random";
import {
  Vm, Task, activeAt, isNull, VCpu, SEARCHING, ownQueue, setBit, Q, SLOT_ARBITER, vcpuOf, RUNNING, TASK_FLAGS, TASK_CORE_SHIFT,
  ENTERING, clearBit, clock, settings, occupiedOf,
} from "../../state";
import { enter } from "../../guest/life";
import { pushTail } from "../../run-queue";
import { endSearch } from "../../guest/search";
import { run, stopTask } from "../../guest/run";
import { STEP_IDLE, STEP_LOOK, STEP_PENALTY, rules, walkOf } from "./state";
import { rest, offer } from "./search";
import { waitBegins, waitEnds } from "../../waiting";

/** A task became ready: a queue of an available core is drawn. */
export function enqueue(vm: Vm, t: Task): void {
  if (rules().roundDown != 0) vm.carry = 0; // the gap drawn next is rounded down by itself
  const dispatches = changetype<usize>(vm) + offsetof<Vm>("dispatchStream0");
  const n = vm.activeCount;
  let v = activeAt(vm, n == 1 ? 0 : below(dispatches, n));
  if (rules().twoChoices != 0 && n > 1) {
    let other = below(dispatches, n - 1);
    if (other + 1 >= v.activePlace) other++;
    const second = activeAt(vm, other);
    if (occupancy(second) < occupancy(v)) v = second;
    const source = anyRunning(vm);
    if (!isNull(source) && source != v) {
      charge(source, v, t);
      return;
    }
  }
  put(v, t);
}

// @ts-ignore: decorator
@inline
function occupancy(v: VCpu): u32 {
  return v.queueLength + u32(v.state != SEARCHING);
}

/** Queues `t` on `v`; a core that spins on its own queue runs it in the same instant, one that searches sees it when it looks. */
function put(v: VCpu, t: Task): void {
  const vm = v.vm;
  if (v.state == SEARCHING && v.queueLength == 0) {
    endSearch(v);
    walkOf(v).step = STEP_IDLE;
    run(v, t);
    return;
  }
  waitBegins(vm, t);
  pushTail(ownQueue(v), t);
  setBit(occupiedOf(vm), v.index);
  if (walkOf(v).step == STEP_LOOK && settings.localCheck == 0) {
    cancel(Q, v.slot);
    rest(v);
  } else if (v.queueLength == 1) offer(v);
  if (rules().everyStep != 0) schedule(Q, SLOT_ARBITER, clock.now, RANK_LAST);
}

/** A core that runs a task, at random: it pays for the placement of the task that arrived. */
function anyRunning(vm: Vm): VCpu {
  let running: u32 = 0;
  for (let k: u32 = 0; k < vm.min; k++) running += u32(vcpuOf(vm, k).state == RUNNING);
  if (running == 0) return changetype<VCpu>(0);
  let nth = below(changetype<usize>(vm) + offsetof<Vm>("stealStream0"), running);
  for (let k: u32 = 0; k < vm.min; k++) {
    const v = vcpuOf(vm, k);
    if (v.state == RUNNING && nth-- == 0) return v;
  }
  return changetype<VCpu>(0);
}

/** The task waits in the source's queue, and the source's own is suspended, until it has been carried to `chosen`. */
function charge(source: VCpu, chosen: VCpu, t: Task): void {
  const vm = source.vm;
  t.flags = (t.flags & TASK_FLAGS) | ((chosen.index + 1) << TASK_CORE_SHIFT);
  waitBegins(vm, t);
  pushTail(ownQueue(source), t);
  setBit(occupiedOf(vm), source.index);
  const suspended = stopTask(source);
  source.task = suspended;
  enter(source, ENTERING);
  walkOf(source).step = STEP_PENALTY;
  schedule(Q, source.slot, clock.now + <u64>rules().penaltyNs, RANK_END);
}

/** The penalty is paid: the first task that is on its way goes to its queue, the suspended one goes on. */
export function deliver(v: VCpu): void {
  const vm = v.vm;
  const q = ownQueue(v);
  let before = changetype<Task>(0);
  let t = q.head;
  while (t.flags >> TASK_CORE_SHIFT == 0) {
    before = t;
    t = t.next;
  }
  if (isNull(before)) q.head = t.next;
  else before.next = t.next;
  if (q.tail == t) q.tail = before;
  q.length--;
  if (q.length == 0) {
    q.front = 0;
    clearBit(occupiedOf(vm), v.index);
  }
  waitEnds(vm, t);
  const chosen = vcpuOf(vm, (t.flags >> TASK_CORE_SHIFT) - 1);
  t.flags &= TASK_FLAGS;
  walkOf(v).step = STEP_IDLE;
  run(v, v.task);
  put(chosen, t);
}
