// The table of mechanisms: how cores move. Each is one file that fills in the hooks below; a new one is a file and a line here.
//
//   onStart()        time 0: who holds which cores
//   onQueued(vm)     a task waits in the VM
//   onCoreFree(core) a core is nobody's
//   onMoved()        a core has arrived where it was sent, or a vCPU has become dormant
//   onAnnounce(vm,n) a request has announced n tasks (proactive modes)
//   onArbiter()      the arbiter's planned round
//   yields           whether a vCPU that finds nothing gives its core up after minSearch
//   onReady(vm, t), onRest(vCPU), onStep(vCPU)   instead of dispatch and of the vCPU's own loop (nsdi22)
//   onPace(vCPU)     it has begun or ceased to run tasks, where speeds vary; onTimer(vm): a timer of the mechanism's own
//   central          one queue per VM, nothing costs anything (the bound)

import { canGrow } from "../holding";
import { coreReleased } from "../cores/move";
import * as L from "../../layout";
import { H, Vm, Core, vmAt } from "../state";
import { ideal } from "./ideal";
import { fixed } from "./static";
import { hotplug } from "./hotplug";
import { hyperflux } from "./hyperflux";
import { shenango, caladan } from "./caladan/index";
import { ditto } from "./ditto";
import { blind } from "./blind";
import { cgroup } from "./cgroup";
import { microvm } from "./microvm";
import { leaveNsdi22, nsdi22 } from "./nsdi22/index";
import { chooseCore } from "../cores/arbiter";
import { setHooks, doNothing, ignoreVm, ignoreCore, ignoreWidth } from "../hooks";

/** Sets the hooks of a mechanism by its number (layout.ts, MECHANISM_*). False: there is none. */
export function chooseMechanism(kind: u32): bool {
  const before = H.mechanism;
  H.mechanism = kind;
  H.yields = 0;
  H.central = 0;
  H.blind = 0;
  H.onCores = 0;
  H.onWoken = 0;
  H.onTurn = 0;
  H.keeps = 0;
  H.onPace = 0;
  H.halts = 0;
  H.onReady = 0;
  H.onRest = 0;
  H.onStep = 0;
  H.parkedBusy = 0;
  if (kind != before) H.arbiter = 0;
  const choose: (vm: Vm) => Core = chooseCore;
  H.onChoose = choose.index;
  const released: (core: Core, vm: Vm) => void = coreReleased;
  H.onYield = released.index;
  const grows: (vm: Vm) => bool = canGrow;
  H.onWants = grows.index;
  setHooks(doNothing, ignoreVm, ignoreCore, ignoreWidth, doNothing, doNothing);
  if (before == L.MECHANISM_NSDI22 && kind != before) leaveNsdi22();
  for (let i: u32 = 0; i < H.vmCount; i++) shape(vmAt(i));
  switch (kind) {
    case L.MECHANISM_IDEAL:
      ideal();
      return true;
    case L.MECHANISM_STATIC:
      fixed();
      return true;
    case L.MECHANISM_HOTPLUG:
      hotplug();
      return true;
    case L.MECHANISM_HYPERFLUX:
      hyperflux();
      return true;
    case L.MECHANISM_SHENANGO:
      shenango();
      return true;
    case L.MECHANISM_CALADAN:
      caladan();
      return true;
    case L.MECHANISM_DITTO:
      ditto();
      return true;
    case L.MECHANISM_BLIND:
      blind();
      return true;
    case L.MECHANISM_CGROUP:
      cgroup();
      return true;
    case L.MECHANISM_MICROVM:
      microvm();
      return true;
    case L.MECHANISM_NSDI22:
      nsdi22();
      return true;
  }
  return false;
}

/** What a mechanism does not leave to the VM. */
function shape(vm: Vm): void {
  switch (H.mechanism) {
    case L.MECHANISM_IDEAL: {
      vm.dispatch = L.DISPATCH_SINGLE;
      vm.stealAmount = L.STEAL_NONE;
      return;
    }
    case L.MECHANISM_MICROVM: {
      vm.stealAmount = L.STEAL_NONE;
      if (vm.dispatch != L.DISPATCH_SINGLE) vm.dispatch = <u32>H.knobD;
      return;
    }
    case L.MECHANISM_NSDI22: {
      vm.dispatch = L.DISPATCH_RANDOM;
      vm.quantum = 0;
    }
  }
}
