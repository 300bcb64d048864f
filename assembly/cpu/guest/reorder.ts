// The tasks of a VM with an order change places: whoever comes first runs.

import * as L from "../../layout";
import * as O from "../../order/layout";
import { TASK_STARTED, VCpu, Vm, arbiter, count, ingress, isNull } from "../state";
import { pushOld } from "../run-queue";
import { mayBeShort } from "../rounds";
import { waitBegins, waitEnds, waitsAgain } from "../waiting";
import { isOvertaken, lastRunning, planOrder, takeFirst } from "./order";
import { run, stopTask } from "./run";

/** Who comes first of those that wait takes the vCPU of who comes last of those that run, as long as it comes before. */
export function reorder(vm: Vm): void {
  while (vm.order.kind != O.ORDER_FIFO && vm.ingressLength != 0) {
    const v = lastRunning(vm);
    if (isNull(v) || !isOvertaken(vm, v)) break;
    const out = stopTask(v);
    waitsAgain(out);
    const next = takeFirst(vm);
    waitBegins(vm, out);
    waitEnds(vm, next);
    pushOld(ingress(vm), out);
    count(vm, L.VM_TURNS, 1);
    if (arbiter.on != 0 && (out.flags & TASK_STARTED) == 0) mayBeShort(vm); // it may be the oldest again
    run(v, next);
  }
  planOrder(vm);
}

/** `v` has nothing to run, and somebody waits. */
export function runFirst(v: VCpu): void {
  const vm = v.vm;
  const t = takeFirst(vm);
  waitEnds(vm, t);
  run(v, t);
  reorder(vm);
}
