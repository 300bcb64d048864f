// The reallocation rules of `nsdi22` (see index.ts): when a core is parked, when one is allocated, and which.
//
//   delay range        average delay of the queues' heads over `high`: one more; under `low`: one less
//   buffer cores       fewer than `low` cores without a task: as many more; more than `high`: as many less, at random, whatever waits there
//   utilization range  task time over task and search time since the last look over `high`: one more; under `low`: one less
//   ideal              as many cores without a task as tasks wait. The published code never returns when none is left to allocate; this does
//   head age           some queue's head is older than the threshold: one more; cores leave by themselves only

import * as L from "../../../layout";
import { NEVER, cancel, schedule, RANK_END } from "../../../kernel/event-queue";
import { below } from "../../../kernel/random";
import {
  isNull, Vm, vcpuOf, DORMANT, RUNNING, VCpu, Q, count, activeAt, ENTERING, countHost, STEALING, countersOf, clock, settings,
} from "../../state";
import { deactivate, detach, attach, activate, enter } from "../../guest/life";
import { pushIdle, removeIdle } from "../../idle";
import { settle } from "../../accounts";
import { hold } from "../../holding";
import { STEP_IDLE, STEP_BEGIN, STEP_ALLOCATE, rules, walkOf, usageOf } from "./state";

/** Cores neither parked nor at a task: searching, being allocated, or between two tasks. */
function buffers(vm: Vm): u32 {
  let n: u32 = 0;
  for (let k: u32 = 0; k < vm.min; k++) {
    const state = vcpuOf(vm, k).state;
    n += u32(state != DORMANT && state != RUNNING);
  }
  return n;
}

/** Age of the head of every queue, summed and divided by the number of queues that take arrivals. */
function averageDelay(vm: Vm): f64 {
  let sum: u64 = 0;
  for (let k: u32 = 0; k < vm.min; k++) {
    const v = vcpuOf(vm, k);
    if (v.queueLength != 0) sum += clock.now - v.queueHead.arrivedAt;
  }
  return <f64>(<i64>sum) / <f64>max<u32>(vm.activeCount, 1);
}

/** Whether the policy lets a core that found nothing park itself. */
export function mayPark(vm: Vm): bool {
  switch (<u32>rules().reallocation) {
    case L.NSDI22_NONE:
      return false;
    case L.NSDI22_DELAY_RANGE:
      return averageDelay(vm) < rules().delayHighNs;
    case L.NSDI22_BUFFER_CORES:
      return <f64>buffers(vm) > rules().buffersLow;
  }
  return true;
}

/** The core is parked at once, whatever it did; its queue keeps what is in it and, unless it is the last, gets nothing new. */
export function park(v: VCpu): void {
  assert(!isNull(v.core));
  const vm = v.vm;
  cancel(Q, v.slot);
  if (vm.activeCount > 1) deactivate(v);
  const core = v.core;
  walkOf(v).step = STEP_IDLE;
  detach(core);
  hold(vm, -1);
  pushIdle(core);
}

/** The policy parks `v`. */
function revoke(v: VCpu): void {
  count(v.vm, L.VM_REVOCATIONS, 1);
  park(v);
}

/** The parked core of the highest index comes back. False: none is parked. */
function allocate(vm: Vm): bool {
  if (vm.held >= vm.min) return false;
  let v = vcpuOf(vm, vm.min - 1);
  if (vm.held == 0) v = activeAt(vm, 0);
  else for (let k = vm.min; v.state != DORMANT; ) v = vcpuOf(vm, --k - 1);
  const core = v.lastCore;
  removeIdle(core);
  hold(vm, 1);
  attach(core, v, ENTERING);
  count(vm, L.VM_GRANTS, 1);
  countHost(L.HOST_MOVES, 1);
  walkOf(v).idleSince = NEVER;
  if (rules().allocationNs == 0) {
    if (v.activePlace == 0) activate(v);
    enter(v, STEALING);
    walkOf(v).step = STEP_BEGIN; // begins when the policy is done
  } else {
    walkOf(v).step = STEP_ALLOCATE;
    schedule(Q, v.slot, clock.now + <u64>rules().allocationNs, RANK_END);
  }
  return true;
}

/** Parks the buffer core of lowest index: one with an empty queue, or any. */
function parkLowest(vm: Vm, emptyOnly: bool): void {
  for (let k: u32 = 0; k < vm.min; k++) {
    const v = vcpuOf(vm, k);
    if (v.state == DORMANT || v.state == RUNNING || (emptyOnly && v.queueLength != 0)) continue;
    revoke(v);
    return;
  }
}

function parkAny(vm: Vm, among: u32): void {
  let nth = below(changetype<usize>(vm) + offsetof<Vm>("stealStream0"), among);
  for (let k: u32 = 0; k < vm.min; k++) {
    const v = vcpuOf(vm, k);
    if (v.state == DORMANT || v.state == RUNNING) continue;
    if (nth-- == 0) {
      revoke(v);
      return;
    }
  }
}

/** Task time over task and search time of all cores since the last time, percent; 100 when nothing ran. */
function utilization(vm: Vm): f64 {
  for (let k: u32 = 0; k < vm.min; k++) settle(vcpuOf(vm, k), vcpuOf(vm, k).state);
  const task = load<u64>(countersOf(vm) + (L.VM_TASK_NS << 3));
  const busy = task + load<u64>(countersOf(vm) + (L.VM_STEAL_NS << 3));
  const last = usageOf(vm);
  // the counters begin anew when the warm-up ends
  const tasks = task < last.tasks || busy < last.busy ? task : task - last.tasks;
  const busies = task < last.tasks || busy < last.busy ? busy : busy - last.busy;
  last.tasks = task;
  last.busy = busy;
  return busies == 0 ? 100 : (<f64>(<i64>tasks) / <f64>(<i64>busies)) * 100;
}

/** One decision. */
export function reallocate(vm: Vm): void {
  switch (<u32>rules().reallocation) {
    case L.NSDI22_DELAY_RANGE: {
      const delay = averageDelay(vm);
      if (delay > rules().delayHighNs) allocate(vm);
      else if (delay < rules().delayLowNs) parkLowest(vm, true);
      return;
    }
    case L.NSDI22_BUFFER_CORES: {
      let n = buffers(vm);
      if (<f64>n < rules().buffersLow) {
        while (<f64>n < rules().buffersLow && allocate(vm)) n++;
      } else {
        while (<f64>n > rules().buffersHigh) parkAny(vm, n--);
      }
      return;
    }
    case L.NSDI22_UTILIZATION_RANGE: {
      const share = utilization(vm);
      if (share > rules().utilizationHigh) allocate(vm);
      else if (share < rules().utilizationLow) parkLowest(vm, true);
      return;
    }
    case L.NSDI22_IDEAL: {
      let n = buffers(vm);
      if (n > vm.queued) {
        while (n-- > vm.queued) parkLowest(vm, false);
      } else {
        while (n < vm.queued && allocate(vm)) n++;
      }
      return;
    }
    case L.NSDI22_HEAD_AGE: {
      for (let k: u32 = 0; k < vm.min; k++) {
        const v = vcpuOf(vm, k);
        if (v.queueLength != 0 && clock.now - v.queueHead.arrivedAt > settings.threshold) {
          allocate(vm);
          return;
        }
      }
    }
  }
}
