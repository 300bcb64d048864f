// `microvm`: cores never move; a service grows by whole microVMs of one vCPU each, behind a load balancer. A VM of the
// scenario is the service, its vCPUs are the instances. An instance boots; when the first boot is over there is a snapshot, from which
// later ones are restored. One that has been idle for `keepAlive` ends, but for `vcpus.min`. Nothing is stolen between instances.

import * as L from "../../layout";
import { H, Vm, Core, Move, vmAt, count, settings, traits, Settings } from "../state";
import { chooseIdle } from "../idle";
import { nudge } from "../holding";
import { watch, coreToPool, onArbiter, startArbiter } from "../cores/arbiter";
import { chooseCore } from "../cores/grant";
import { hooks } from "../hooks";
import { costNothing } from "../configure";
import { knobs, own } from "../own";
import { placeGuaranteed } from "../cores/place";
import { mechanism } from "./registry";

@unmanaged
class MicrovmKnobs {
  bootNs: f64;
  restoreNs: f64; //   0: no snapshots
  keepAliveNs: f64;
  balancer: f64; //    DISPATCH_*
}

@unmanaged
class Service {
  snapshot: u32; // 1: an instance can be restored from it
}

export function microvm(): void {
  traits.yields = 1;
  traits.keeps = 1;
  costNothing(offsetof<Settings>("dispatchStep"));
  settings.minSearch = <u64>knobs<MicrovmKnobs>().keepAliveNs;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    vm.stealAmount = <u8>L.STEAL_NONE;
    if (vm.dispatch != L.DISPATCH_SINGLE) vm.dispatch = <u8>knobs<MicrovmKnobs>().balancer;
  }
  hooks.onStart = start;
  hooks.onQueued = watch;
  hooks.onCoreFree = coreToPool;
  hooks.onMoved = nudge;
  hooks.onArbiter = onArbiter;
  hooks.onChoose = choose;
  hooks.onMove = startInstance;
  hooks.onWoken = leaveSnapshot;
}

/** The boot is over: what follows can be restored from what it left behind. */
function leaveSnapshot(vm: Vm): void {
  own<Service>(vm).snapshot = 1;
}

function start(): void {
  startArbiter();
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    own<Service>(vm).snapshot = u32(vm.min > 0); // booted before
  }
  placeGuaranteed();
}

/** Only an idle core can be used, but for what is guaranteed. */
function choose(vm: Vm): Core {
  return vm.held < vm.min ? chooseCore(vm) : chooseIdle(vm);
}

/** How long the start takes depends on whether there is a snapshot yet. */
function startInstance(vm: Vm, move: Move): void {
  const knob = knobs<MicrovmKnobs>();
  const restores = own<Service>(vm).snapshot != 0 && knob.restoreNs > 0;
  move.wake = <u64>(restores ? knob.restoreNs : knob.bootNs);
  count(vm, restores ? L.VM_RESTORES : L.VM_BOOTS, 1);
}

mechanism(L.MECHANISM_MICROVM, microvm);
