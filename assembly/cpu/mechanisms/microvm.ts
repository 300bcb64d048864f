// `microvm`: cores never move; a service grows by whole microVMs of one vCPU each, behind a load balancer. A VM of the
// scenario is the service, its vCPUs are the instances. An instance boots; when the first boot is over there is a snapshot, from which
// later ones are restored. One that has been idle for `keepAlive` ends, but for `vcpus.min`. Nothing is stolen between instances.
//
//   knob A: boot ns | B: restore ns, 0: no snapshots | C: keep-alive ns | D: the balancer's policy (layout.ts, DISPATCH_*)

import * as L from "../../layout";
import { H, Host, Vm, Core, vmAt, count } from "../state";
import { chooseIdle } from "../idle";
import { nudge } from "../holding";
import { watch, coreToPool, onArbiter, startArbiter, chooseCore } from "../cores/arbiter";
import { costNothing, setHooks, ignoreWidth } from "../hooks";
import { placeGuaranteed } from "../cores/place";

export function microvm(): void {
  H.yields = 1;
  H.keeps = 1;
  costNothing(offsetof<Host>("dispatchStep"));
  H.minSearch = <u64>H.knobC;
  setHooks(start, watch, coreToPool, ignoreWidth, nudge, onArbiter);
  const choose: (vm: Vm) => Core = startInstance;
  H.onChoose = choose.index;
  const woken: (vm: Vm) => void = leaveSnapshot;
  H.onWoken = woken.index;
}

/** The boot is over: what follows can be restored from what it left behind. */
function leaveSnapshot(vm: Vm): void {
  vm.a = 1;
}

function start(): void {
  startArbiter();
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    vm.a = u64(vm.min > 0); // booted before
  }
  placeGuaranteed();
}

/** Only an idle core can be used, but for what is guaranteed; how long the start takes depends on whether there is a snapshot yet. */
function startInstance(vm: Vm): Core {
  const core = vm.held < vm.min ? chooseCore(vm) : chooseIdle(vm);
  if (changetype<usize>(core) == 0) return core;
  const restores = vm.a != 0 && H.knobB > 0;
  H.wake = <u64>(restores ? H.knobB : H.knobA);
  count(vm, restores ? L.VM_RESTORES : L.VM_BOOTS, 1);
  return core;
}
