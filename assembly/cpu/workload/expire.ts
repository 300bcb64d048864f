// Requests whose deadline has come are given up, where the scenario says so: what waits leaves the queue, what runs leaves its vCPU.

import * as L from "../../layout";
import { PREEMPTING, RUNNING, Task, Vm, clock, count, ingress, isNull, nothing, vcpuOf } from "../state";
import { takeBehind } from "../run-queue";
import { waitEnds } from "../waiting";
import { deadlineOf } from "../guest/order";
import { proceed } from "../guest/loop";
import { stopTask } from "../guest/run";
import { turnAway } from "./request";
import { freeRecord } from "./task-records";

/** A task is given up, which is in nobody's hands any more; with the last of its stage the request is. */
function abandon(vm: Vm, t: Task): void {
  const r = t.request;
  let client = t.client;
  freeRecord(t);
  if (!isNull(r)) {
    if (--r.left != 0) return;
    client = r.client;
    freeRecord(changetype<Task>(r));
  }
  count(vm, L.VM_ABANDONED, 1);
  turnAway(vm, client);
}

export function expire(vm: Vm): void {
  let before = nothing<Task>();
  let t = vm.ingressHead;
  for (let n = vm.ingressLength, place: u32 = 0; n > 0; n--) {
    const next = t.next;
    if (deadlineOf(t) <= clock.now) {
      takeBehind(ingress(vm), before, t, place);
      waitEnds(vm, t);
      abandon(vm, t);
    } else {
      before = t;
      place++;
    }
    t = next;
  }
  for (let k: u32 = 0; k < vm.max; k++) {
    const v = vcpuOf(vm, k);
    const held = v.task;
    if (isNull(held) || deadlineOf(held) > clock.now) continue;
    if (v.state == RUNNING) abandon(vm, stopTask(v));
    else if (v.state == PREEMPTING) {
      // its context is saved in vain
      v.task = nothing<Task>();
      abandon(vm, held);
    }
  }
  for (let k: u32 = 0; k < vm.max; k++) {
    const v = vcpuOf(vm, k);
    if (v.state == RUNNING && isNull(v.task)) proceed(v);
  }
}
