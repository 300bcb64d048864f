// `static`: every VM owns `vcpus.min` cores from the start, for ever. Its vCPUs search for work between tasks and never
// yield. What Firecracker or Cloud Hypervisor give: cores fixed at boot.

import { H, vmAt, coreAt } from "../state";
import { placeInitially } from "../grant";
import { pushIdle } from "../accounts";
import { setHooks, ignoreVm, ignoreWidth, doNothing } from "./index";

export function fixed(): void {
  setHooks(placeGuaranteed, ignoreVm, pushIdle, ignoreWidth, doNothing, doNothing);
}

/** Every VM gets the cores that it is guaranteed, in the order of the scenario. */
export function placeGuaranteed(): void {
  let next: u32 = 0;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    for (let k: u32 = 0; k < vm.min && next < H.coreCount; k++) placeInitially(coreAt(next++), vm);
  }
}
