// `nsdi22`: the rules of the simulator of "Efficient Scheduling Policies for Microsecond-Scale Tasks" (NSDI'22), so that its figures
// can be held against ours. Every VM is one such machine on its `vcpus.min` cores, which no other VM ever gets:
//   search  one queue after another, stealCheck each, along one fixed random ring; found: `steal` more, then half, oldest first, to the
//           front of its own queue. Its own queue it sees every localCheck only. No locks: a second thief may come too late.
//   park    by itself, after a failed search and minSearch without work, where the policy lets it; or by the policy, at once,
//           whatever waits in its queue, which stays there.
//   policy  every `interval` (or at every step): which parked core is allocated, which core is parked (below).
// Within an instant: what ends, arrivals, the policy, then cores begin in the order of their index. Left out: the extra choice of
// victims, flags, locks and preemption that the simulator has switched off in its published configurations.
//
//   knob A: policy | B: ns an allocation takes | C: 1: the policy is asked at every step | D, E: average delay, low and high, ns
//   F, G: buffer cores, low and high | H, queueLength: utilization, low and high, percent | threshold: age of a queue's head, ns
//   batch: 1: two-choices enqueue | staleness: its penalty, ns | aggregate: 1: gaps and exponential services are rounded down
//
// Of a vCPU's record it uses, in its own sense: pad (STEP below), nextSearching (the ring), stealVictim (the queue
// that is looked into), searchOffset (looks left; penalties to pay), searchAt (since when without work), deadline (end of the look), runSince (next look into its own queue). Of a VM's: a, b (task and busy ns at the last look at utilization), d (laid out).

import * as L from "../../layout";
import { cancel, peekTime, schedule } from "../../kernel/event-queue";
import { below } from "../../kernel/random";
import {
  H, Q, Vm, VCpu, Task, ENTERING, RUNNING, SEARCHING, STEALING, SLOT_ARBITER, TASK_CORE_SHIFT, TASK_FLAGS,
  activeAt, clearBit, coreAt, count, isNull, ownQueue, setBit, vcpuOf, vmAt,
} from "../state";
import { attach, enter, removeIdle } from "../accounts";
import { hold } from "../grant";
import { popHead, pushTail } from "../run-queue";
import { beginSearch, endSearch } from "../steal";
import { activate, run, stopTask } from "../vcpu";
import { setHooks, doNothing, ignoreCore, ignoreVm, ignoreWidth } from "./index";
import { mayPark, park, reallocate } from "./nsdi22-policy";

// @ts-ignore: decorator
@inline export const NEVER: u64 = 0xffff_ffff_ffff_ffff;

// what the pending event of a vCPU that runs no task means
// @ts-ignore: decorator
@inline export const STEP_IDLE: u32 = 0;
// @ts-ignore: decorator
@inline export const STEP_BEGIN: u32 = 1; // looks into its own queue when everything else of this instant is done
// @ts-ignore: decorator
@inline const STEP_FINAL: u32 = 2; // the same, and parks when nothing is there
// @ts-ignore: decorator
@inline const STEP_LOOK: u32 = 3;
// @ts-ignore: decorator
@inline const STEP_STEAL: u32 = 4;
// @ts-ignore: decorator
@inline export const STEP_ALLOCATE: u32 = 5;
// @ts-ignore: decorator
@inline const STEP_PENALTY: u32 = 6;

export function nsdi22(): void {
  setHooks(start, ignoreVm, ignoreCore, ignoreWidth, doNothing, phase);
  const ready: (vm: Vm, t: Task) => void = enqueue;
  const step: (v: VCpu) => void = onStep;
  const idle: (v: VCpu) => void = rest;
  H.onReady = ready.index;
  H.onStep = step.index;
  H.onRest = idle.index;
}

function start(): void {
  let next: u32 = 0;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    if (vm.d != 0) continue; // a fork of a host that is laid out
    vm.d = 1;
    vm.dispatch = L.DISPATCH_RANDOM;
    vm.quantum = 0;
    if (H.aggregate && vm.stageCount != 0 && vm.service.kind == L.DIST_EXPONENTIAL) vm.service.kind = L.DIST_EXPONENTIAL_FLOOR;
    for (let k: u32 = 0; k < vm.min; k++) {
      while (next < H.coreCount && coreAt(next).idlePlace == 0) next++;
      if (next == H.coreCount) break;
      const core = coreAt(next);
      const v = vcpuOf(vm, k);
      hold(vm, 1);
      removeIdle(core);
      attach(core, v, STEALING);
      activate(v);
      v.searchAt = NEVER;
      v.pad = STEP_BEGIN;
    }
    layRing(vm);
  }
  H.roundAt = H.knobA != 0 ? (H.now / H.interval + 1) * H.interval : NEVER;
  schedule(Q, SLOT_ARBITER, H.now);
}

/** The order in which every searcher walks: one random ring through all queues, drawn once. */
function layRing(vm: Vm): void {
  const n = vm.activeCount;
  for (let i = n; i > 1; i--) {
    const k = below(changetype<usize>(vm) + offsetof<Vm>("stealStream0"), i);
    const at = vm.actives + (<usize>(i - 1) << 2);
    const other = vm.actives + (<usize>k << 2);
    const v = load<VCpu>(at);
    store<VCpu>(at, load<VCpu>(other));
    store<VCpu>(other, v);
  }
  for (let i: u32 = 0; i < n; i++) {
    const v = activeAt(vm, i);
    v.activePlace = i + 1;
    if (vm.stealAmount != L.STEAL_NONE) v.nextSearching = activeAt(vm, (i + 1) % n);
  }
}

// --- the end of an instant ------------------------------------------------------------------------------------------

/** `v` has nothing to do from now on: it goes on when all that belongs to this instant has happened. */
function rest(v: VCpu): void {
  if (v.state == RUNNING) v.searchAt = NEVER;
  if (v.state != STEALING) enter(v, STEALING);
  if (v.pad != STEP_FINAL) v.pad = STEP_BEGIN;
  if (H.knobC != 0 || H.roundAt == H.now || peekTime(Q) == H.now) schedule(Q, SLOT_ARBITER, H.now);
  else begin(v);
}

/** Everything else of this instant is done: the policy, then the cores that begin something. */
function phase(): void {
  if (peekTime(Q) == H.now) {
    schedule(Q, SLOT_ARBITER, H.now); // behind what is left of this instant
    return;
  }
  const due = H.knobC != 0 || H.now == H.roundAt;
  if (H.now == H.roundAt) H.roundAt += H.interval;
  if (H.roundAt != NEVER && H.knobC == 0) schedule(Q, SLOT_ARBITER, H.roundAt);
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    if (due && H.knobA != 0) reallocate(vm);
    for (let k: u32 = 0; k < vm.min; k++) {
      const v = vcpuOf(vm, k);
      if (v.pad == STEP_BEGIN || v.pad == STEP_FINAL) begin(v);
    }
  }
}

/** Own queue first; then it parks, or searches. */
function begin(v: VCpu): void {
  const vm = v.vm;
  const last = v.pad == STEP_FINAL;
  v.pad = STEP_IDLE;
  if (v.queueLength != 0) {
    const t = popHead(ownQueue(v));
    if (v.queueLength == 0) clearBit(vm.occupied, v.index);
    vm.queued--;
    vm.readySum -= t.readyAt;
    v.searchAt = NEVER;
    run(v, t);
    return;
  }
  if (vm.stealAmount == L.STEAL_NONE || vm.held < 1 || v.nextSearching == v) {
    beginSearch(v); // spins on its own queue
    return;
  }
  if (last) {
    if (mayPark(vm)) {
      count(vm, L.VM_YIELDS, 1);
      park(v);
      if (H.knobC != 0) schedule(Q, SLOT_ARBITER, H.now + 1);
      return;
    }
    v.searchAt = NEVER;
  }
  if (v.searchAt == NEVER) v.searchAt = H.now;
  v.stealVictim = vcpuOf(vm, below(changetype<usize>(vm) + offsetof<Vm>("stealStream0"), vm.min));
  v.searchOffset = vm.min - u32(v.stealVictim != v); // from its own queue it looks at the first one twice
  v.runSince = H.now + max<u64>(H.localCheck, 1);
  walkOn(v);
}

/** The next look, into the next queue on the ring that is not its own. */
function walkOn(v: VCpu): void {
  const victim = v.stealVictim.nextSearching;
  v.stealVictim = victim == v ? v.nextSearching : victim;
  v.pad = STEP_LOOK;
  v.deadline = H.now + max<u64>(H.stealCheck, 1);
  waitFor(v);
}

// @ts-ignore: decorator
@inline
function waitFor(v: VCpu): void {
  schedule(Q, v.slot, min<u64>(v.deadline, v.runSince));
}

// --- searching ------------------------------------------------------------------------------------------------------

/** The pending event of a vCPU that runs no task. */
function onStep(v: VCpu): void {
  const vm = v.vm;
  switch (v.pad) {
    case STEP_LOOK: {
      if (H.now == v.runSince) {
        if (v.queueLength != 0) {
          rest(v);
          return;
        }
        v.runSince = H.now + max<u64>(H.localCheck, 1);
        if (v.deadline == H.now && H.localCheck > 1) v.deadline++; // one thing at a time
        if (v.deadline != H.now) {
          waitFor(v);
          return;
        }
      }
      if (v.stealVictim.queueLength != 0) {
        v.pad = STEP_STEAL;
        v.deadline = H.now + H.steal;
        schedule(Q, v.slot, v.deadline);
      } else if (--v.searchOffset == 0) {
        if (H.now - v.searchAt >= H.minSearch) v.pad = STEP_FINAL;
        rest(v);
      } else walkOn(v);
      return;
    }
    case STEP_STEAL: {
      take(v, v.stealVictim);
      v.searchAt = NEVER;
      rest(v);
      return;
    }
    case STEP_ALLOCATE: {
      if (v.activePlace == 0) activate(v);
      rest(v);
      return;
    }
    default: {
      assert(v.pad == STEP_PENALTY);
      deliver(v);
    }
  }
}

/** Half of what waits at this very moment, oldest first, to the front. A faster thief may have left nothing. */
function take(v: VCpu, victim: VCpu): void {
  const vm = v.vm;
  count(vm, L.VM_STEAL_ATTEMPTS, 1);
  const length = victim.queueLength;
  const n = vm.stealAmount == L.STEAL_ONE ? min<u32>(length, 1) : (length + 1) >> 1;
  if (n == 0) return;
  const from = ownQueue(victim);
  const to = ownQueue(v);
  const first = from.head;
  let last = first;
  for (let i: u32 = 1; i < n; i++) last = last.next;
  from.head = last.next;
  from.length -= n;
  last.next = to.head;
  if (to.length == 0) to.tail = last;
  to.head = first;
  to.length += n;
  if (victim.queueLength == 0) clearBit(vm.occupied, victim.index);
  setBit(vm.occupied, v.index);
  count(vm, L.VM_STEALS, 1);
  count(vm, L.VM_TASKS_STOLEN, n);
}

// --- arrivals -------------------------------------------------------------------------------------------------------

/** A task became ready: a queue of an available core is drawn. */
function enqueue(vm: Vm, t: Task): void {
  if (H.aggregate) vm.carry = 0; // the gap drawn next is rounded down by itself
  const dispatches = changetype<usize>(vm) + offsetof<Vm>("dispatchStream0");
  const n = vm.activeCount;
  let v = activeAt(vm, n == 1 ? 0 : below(dispatches, n));
  if (H.batch && n > 1) {
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
    v.pad = STEP_IDLE;
    run(v, t);
    return;
  }
  vm.queued++;
  vm.readySum += t.readyAt;
  pushTail(ownQueue(v), t);
  setBit(vm.occupied, v.index);
  if (v.pad == STEP_LOOK && H.localCheck == 0) {
    cancel(Q, v.slot);
    rest(v);
  }
  if (H.knobC != 0) schedule(Q, SLOT_ARBITER, H.now);
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
  vm.queued++;
  vm.readySum += t.readyAt;
  pushTail(ownQueue(source), t);
  setBit(vm.occupied, source.index);
  const suspended = stopTask(source);
  source.task = suspended;
  enter(source, ENTERING);
  source.pad = STEP_PENALTY;
  schedule(Q, source.slot, H.now + H.staleness);
}

/** The penalty is paid: the first task that is on its way goes to its queue, the suspended one goes on. */
function deliver(v: VCpu): void {
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
  if (q.length == 0) clearBit(vm.occupied, v.index);
  vm.queued--;
  vm.readySum -= t.readyAt;
  const chosen = vcpuOf(vm, (t.flags >> TASK_CORE_SHIFT) - 1);
  t.flags &= TASK_FLAGS;
  v.pad = STEP_IDLE;
  run(v, v.task);
  put(chosen, t);
}
