// `static`: every VM owns `vcpus.min` cores from the start, for ever. Its vCPUs search for work between tasks and never
// yield. What Firecracker or Cloud Hypervisor give: cores fixed at boot.

import * as L from "../../layout";
import { H, coreAt, isNull, Core, vmAt, clock } from "../state";
import { beginPark, beginMove } from "../cores/move";
import { canGrow } from "../holding";
import { chooseCore } from "../cores/grant";
import { gatherStranded } from "../guest/loop";
import { makeRoomFor } from "../guest/turn";
import { pushIdle } from "../idle";
import { hooks } from "../hooks";
import { placeGuaranteed } from "../cores/place";
import { mechanism } from "./registry";

export function fixed(): void {
  hooks.onStart = start;
  hooks.onCoreFree = onCoreFree;
  hooks.onMoved = level;
  hooks.onRefit = refit;
}

function start(): void {
  placeGuaranteed();
  level();
}

/** After a fork, and whenever a core has arrived that was in motion then. */
function level(): void {
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    while (vm.held < vm.min && canGrow(vm)) {
      const core = chooseCore(vm);
      if (isNull(core)) break;
      beginMove(core, vm, clock.now);
    }
  }
  // what VMs have beyond their own is nobody's
  for (let i: u32 = 0; i < H.coreCount; i++) {
    const core = coreAt(i);
    if (!isNull(core.vcpu) && core.vcpu.vm.held > core.vcpu.vm.min) beginPark(core);
  }
}

function refit(guarantees: bool): void {
  if (guarantees) start();
}

function onCoreFree(core: Core): void {
  pushIdle(core);
  makeRoomFor(core.lastVm, gatherStranded(core.lastVm)); // its vCPU will have no core again
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    if (vm.held < vm.min && canGrow(vm)) {
      beginMove(core, vm, clock.now);
      return;
    }
  }
}

mechanism(L.MECHANISM_STATIC, fixed);
