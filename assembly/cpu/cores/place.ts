// Who holds which cores at time 0 and after a fork.

import { Core, Vm, ENTERING, H, vmAt, coreAt, nothing, isNull, clock, settings, traits } from "../state";
import { hold, chooseDormant, canGrow } from "../holding";
import { removeIdle, isWhole } from "../idle";
import { attach } from "../guest/life";
import { chooseVictim } from "../victims";
import { beginMove, enterGuest } from "./move";

/** At time 0: the core belongs to a vCPU of `vm`, which looks for work. Costs nothing. */
function placeInitially(core: Core, vm: Vm): void {
  hold(vm, 1);
  const v = chooseDormant(vm);
  removeIdle(core);
  attach(core, v, ENTERING);
  enterGuest(v);
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
      for (let i = next; settings.smt > 1 && i < H.coreCount; i++) {
        if (!isWhole(coreAt(i))) continue;
        core = coreAt(i);
        break;
      }
      if (!isNull(core)) placeInitially(core, vm);
      else {
        if (traits.yields && vm.queued <= vm.coming) break; // it would give the core back
        core = chooseVictim(vm);
        if (isNull(core)) break; // the rest is in motion
        beginMove(core, vm, clock.now);
      }
    }
  }
}
