// Which core a VM gets under caladan: by score, as in its iokernel.

import { Core, Vm, H, coreAt, isNull, nothing, SEARCHING, clock, settings } from "../../state";
import { budgetLeft } from "./lanes";
import { chooseIdle } from "../../idle";
import { mayLeave } from "../../takeable";
import { mayPreempt } from "../../victims";
import * as L from "../../../layout";
import { knobs } from "../../own";
import { CaladanKnobs } from "./state";

// @ts-ignore: decorator
@inline const LOCALITY_NS: f64 = 100000;

function score(core: Core, vm: Vm): f64 {
  let own = false;
  let others = 0;
  for (let i: u32 = core.sibling; i < core.sibling + settings.smt && i < H.coreCount; i++) {
    const other = coreAt(i);
    if (other == core || isNull(other.vcpu)) continue;
    if (other.vcpu.vm == vm) own = true;
    else others++;
  }
  let s: f64 = own ? 1 : 0;
  if (!own) {
    // an idle core knows since when; a busy one runs somebody else's cache lines now
    if (core.lastVm == vm && isNull(core.vcpu)) s = max<f64>(0, 1 - <f64>(<i64>(clock.now - core.since)) / LOCALITY_NS);
    s += 3;
    if (others == 0) s += 2;
  }
  return s + budgetLeft(core);
}

/** The core that suits `vm` best of those that it may have; null: none. */
export function byScore(vm: Vm): Core {
  if (H.idleCount != 0 && settings.smt == 1) return chooseIdle(vm); // without siblings only locality tells idle cores apart
  let best = nothing<Core>();
  let most: f64 = -1;
  for (let i: u32 = 0; i < H.coreCount; i++) {
    const core = coreAt(i);
    let s: f64 = 0;
    if (isNull(core.vcpu)) {
      if (core.idlePlace == 0) continue; // kept empty
      s = 100 + score(core, vm);
    } else {
      const v = core.vcpu;
      if (!mayLeave(core)) continue;
      const b = v.vm;
      const turn = b.cls == L.CLASS_BEST_EFFORT && vm.cls == L.CLASS_BEST_EFFORT && vm.held == 0 && b.held > b.min && clock.now - v.runSince >= <u64>knobs<CaladanKnobs>().bestEffortQuantumNs;
      if (!mayPreempt(vm, b) && !turn) continue;
      s = (b.cls == L.CLASS_BEST_EFFORT ? 20 : 10) + score(core, vm) + (v.state == SEARCHING ? 1 : 0);
    }
    if (s > most) {
      most = s;
      best = core;
    }
  }
  return best;
}
