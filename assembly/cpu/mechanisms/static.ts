// `static`: every VM owns `vcpus.min` cores from the start, for ever. Its vCPUs search for work between tasks and never
// yield. What Firecracker or Cloud Hypervisor give: cores fixed at boot.

import { H, Core, vmAt, coreAt, isNull, nothing } from "../state";
import { beginMove, beginPark, canGrow, chooseVictim, placeInitially } from "../grant";
import { isWhole } from "../topology";
import { pushIdle } from "../accounts";
import { setHooks, ignoreVm, ignoreWidth, doNothing } from "./index";

export function fixed(): void {
  setHooks(start, ignoreVm, onCoreFree, ignoreWidth, start, doNothing);
}

/** Also when a core has arrived that was in motion when another mechanism handed over (a fork). */
function start(): void {
  placeGuaranteed();
  // what VMs have beyond their own is nobody's
  for (let i: u32 = 0; i < H.coreCount; i++) {
    const core = coreAt(i);
    if (!isNull(core.vcpu) && core.vcpu.vm.held > core.vcpu.vm.min) beginPark(core);
  }
}

function onCoreFree(core: Core): void {
  pushIdle(core);
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    if (vm.held < vm.min && canGrow(vm)) {
      beginMove(core, vm, H.now);
      return;
    }
  }
}

/**
 * Every VM gets the cores that it is guaranteed, in the order of the scenario: idle ones, and after a fork, when those are gone,
 * what others have above their own.
 */
export function placeGuaranteed(): void {
  let next: u32 = 0;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    // counted, since where searching and yielding cost nothing a core that finds no work is given back at once
    for (let k: u32 = vm.held; k < vm.min && canGrow(vm); k++) {
      while (next < H.coreCount && coreAt(next).idlePlace == 0) next++;
      let core = next < H.coreCount ? coreAt(next) : nothing<Core>();
      for (let i = next; H.smt > 1 && i < H.coreCount; i++) {
        if (!isWhole(coreAt(i))) continue;
        core = coreAt(i);
        break;
      }
      if (!isNull(core)) placeInitially(core, vm);
      else {
        if (H.yields && vm.queued <= vm.coming) break; // it would give the core back
        core = chooseVictim(vm);
        if (isNull(core)) break; // the rest is in motion
        beginMove(core, vm, H.now);
      }
    }
  }
}
