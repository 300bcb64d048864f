// Which core a VM gets under caladan: by score, as in its iokernel.

import { Core, Vm, H, coreAt, isNull, nothing, SEARCHING, arbiter, clock, settings } from "../../state";
import { budgetLeft } from "./lanes";
import { chooseIdle } from "../../idle";
import { mayLeave } from "../../takeable";
import { bound, mayPreempt } from "../../victims";
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
  const turns = hasTurn(vm);
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
      const turn = turns && b.cls == L.CLASS_BEST_EFFORT && b.held > b.min && clock.now - core.since >= <u64>knobs<CaladanKnobs>().bestEffortQuantumNs;
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

// A round in which little is left asks in vain for one VM after another. What was in vain for one is so for all that may take from nobody
// else, until a core has moved: where a move takes its time, nothing happens between two decisions of a round but moves.

@unmanaged
class Vain {
  round: u32;
  moves: u32; //    that had been issued in it
  bound: i64; //    the greatest below which nobody had a core to take
  ofTurns: i64; //  and of those that were asked for the turn of another as well
}

const V: Vain = changetype<Vain>(memory.data(offsetof<Vain>(), 8));

/** Whether `vm` may also take a core that another has had for its time. */
// @ts-ignore: decorator
@inline
function hasTurn(vm: Vm): bool {
  return vm.held == 0 && vm.cls == L.CLASS_BEST_EFFORT;
}

/** The same in a round. */
export function byScoreInRound(vm: Vm): Core {
  // below that a step may take no time, and what it leads to happens within the decision
  if (H.idleCount != 0 || knobs<CaladanKnobs>().moveLatencyNs < 5) return byScore(vm);
  if (V.round != arbiter.round || V.moves != arbiter.moves) {
    V.round = arbiter.round;
    V.moves = arbiter.moves;
    V.bound = i64.MIN_VALUE;
    V.ofTurns = i64.MIN_VALUE;
  }
  const most = bound(vm);
  if (most <= V.ofTurns || (most <= V.bound && !hasTurn(vm))) return nothing<Core>();
  const core = byScore(vm);
  if (isNull(core)) {
    if (hasTurn(vm)) V.ofTurns = most;
    else V.bound = most;
  }
  return core;
}
