// `static`: every VM owns `vcpus.min` cores from the start, for ever. Its vCPUs search for work between tasks and never
// yield. What Firecracker or Cloud Hypervisor give: cores fixed at boot.

import { H, Core, vmAt, coreAt, isNull } from "../state";
import { beginMove, beginPark, canGrow, placeInitially } from "../grant";
import { pushIdle } from "../accounts";
import { setHooks, ignoreVm, ignoreWidth, doNothing } from "./index";

export function fixed(): void {
  setHooks(start, ignoreVm, onCoreFree, ignoreWidth, doNothing, doNothing);
}

function start(): void {
  placeGuaranteed();
  // in the middle of a run (a fork) some VMs have more than their own, and others wait for it
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

/** Every VM gets the cores that it is guaranteed, in the order of the scenario, as far as idle ones go. */
export function placeGuaranteed(): void {
  let next: u32 = 0;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    // counted, since where searching and yielding cost nothing a core that finds no work is given back at once
    for (let k: u32 = vm.held; k < vm.min && canGrow(vm); k++) {
      while (next < H.coreCount && coreAt(next).idlePlace == 0) next++;
      if (next == H.coreCount) return;
      placeInitially(coreAt(next), vm);
    }
  }
}
