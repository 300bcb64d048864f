// `ideal`: cores move instantly, every VM has one queue, nothing costs anything. The bound that no mechanism passes, and with
// one VM simply M/G/k. Class and priority decide who runs, by instant preemption; the guarantees hold.

import * as L from "../../layout";
import { H, vmAt, Core, Vm, ingress, RUNNING, countHost, count, isNull, SUSPENDING, settings, traits } from "../state";
import { attach, detach } from "../guest/life";
import { topIdle, removeIdle, pushIdle } from "../idle";
import { joinBag, worthiest } from "../bag";
import { popHead } from "../run-queue";
import { chooseVictim } from "../victims";
import { takeableHeld } from "../takeable";
import { chooseDormant, canGrow } from "../holding";
import { halt, isBusy } from "../guest/leave";
import { takeFirst } from "../guest/order";
import { reorder } from "../guest/reorder";
import { run } from "../guest/run";
import { putBack } from "../guest/dispatch";
import { hooks } from "../hooks";
import { waitEnds } from "../waiting";
import { mechanism } from "./registry";

export function ideal(): void {
  traits.central = 1;
  traits.yields = 1;
  settings.minSearch = 0;
  settings.yield = 0;
  settings.taskSwitch = 0;
  settings.moveCost = 0;
  settings.moveCostSocket = 0;
  settings.mode = L.MODE_REACTIVE;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    vmAt(i).dispatch = <u8>L.DISPATCH_SINGLE;
    vmAt(i).stealAmount = <u8>L.STEAL_NONE;
  }
  hooks.onStart = serveWaiting;
  hooks.onQueued = onQueued;
  hooks.onCoreFree = onCoreFree;
}

/** After a fork (at time 0 nothing waits): idle cores go to whom they would have gone to, then who still waits looks for a victim's. */
function serveWaiting(): void {
  for (let i: u32 = 0; i < H.vmCount; i++) {
    if (vmAt(i).queued != 0) joinBag(vmAt(i));
  }
  while (H.idleCount != 0) {
    const best = worthiest();
    if (isNull(best)) break;
    const core = topIdle();
    removeIdle(core);
    serve(core, best);
  }
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    for (let n = vm.queued; n > 0 && vm.queued != 0; n--) onQueued(vm);
  }
}

/** Runs the VM's oldest waiting task on a core that is off every list. */
function serve(core: Core, vm: Vm): void {
  assert(vm.ingressLength != 0 && core.idlePlace == 0);
  const t = isNull(vm.order) ? popHead(ingress(vm)) : takeFirst(vm);
  waitEnds(vm, t);
  vm.held++;
  takeableHeld(vm);
  const v = chooseDormant(vm);
  attach(core, v, RUNNING);
  countHost(L.HOST_MOVES, 1);
  count(vm, L.VM_GRANTS, 1);
  run(v, t);
  if (!isNull(vm.order)) reorder(vm);
}

function onQueued(vm: Vm): void {
  joinBag(vm);
  if (!canGrow(vm)) return;
  if (H.idleCount != 0) {
    const core = topIdle();
    removeIdle(core);
    serve(core, vm);
    return;
  }
  if (vm.held == H.coreCount) return; // it has them all
  const core = chooseVictim(vm);
  if (isNull(core)) return;
  const v = core.vcpu;
  const from = v.vm;
  if (isBusy(v)) count(from, L.VM_PREEMPTIONS, 1);
  const t = halt(v, SUSPENDING); // after a fork a vCPU may still search; nothing is in its hands then
  from.held--;
  takeableHeld(from);
  count(from, L.VM_REVOCATIONS, 1);
  detach(core);
  // who span for a lock that `t` holds may have left a core to `vm` meanwhile
  if (vm.ingressLength != 0 && canGrow(vm)) serve(core, vm);
  else onCoreFree(core);
  if (!isNull(t)) putBack(v, t);
}

/** To the waiting VM that deserves it most. */
function onCoreFree(core: Core): void {
  const best = worthiest();
  if (isNull(best)) pushIdle(core);
  else serve(core, best);
}

mechanism(L.MECHANISM_IDEAL, ideal);
