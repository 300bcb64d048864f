// One core for one VM, as an arbiter decides it: which core, when the move is issued, what is noted of it.

import * as L from "../../layout";
import { recordSeldom } from "../../kernel/histogram";
import { CONTENDED, Core, Vm, arbiter, clock, curve, isNull, settings } from "../state";
import { hostHistogram } from "../samples";
import { chooseIdle } from "../idle";
import { canGrow } from "../holding";
import { oldestReady } from "../waiting";
import { hooks } from "../hooks";
import { beginMove } from "./move";
import { chooseTaken, overrule, overruled, tell } from "./overrule";

/** An idle core, else somebody's. */
export function chooseCore(vm: Vm): Core {
  const core = chooseIdle(vm);
  return isNull(core) ? chooseTaken(vm) : core;
}

/** Tries to give `vm` one core. */
export function grantOne(vm: Vm): bool {
  if (!canGrow(vm)) return false;
  let core = hooks.choose(vm);
  if (overrule.kind != L.OVERRULE_NOTHING) core = overruled(vm, core);
  if (isNull(core)) return false;
  give(core, vm);
  if (overrule.kind == L.OVERRULE_AGAIN) {
    overrule.kind = L.OVERRULE_NOTHING;
    if (!grantOne(vm)) overrule.answer = L.OVERRULED_NOT;
  }
  return true;
}

/** It is decided that `core` goes to `vm`. Moves are issued one after another, `issue` each. */
export function give(core: Core, vm: Vm): void {
  const at = max<u64>(clock.now, arbiter.busyUntil) + (settings.batch && arbiter.moves != 0 ? 0 : settings.issue);
  arbiter.busyUntil = at;
  if (arbiter.moves++ == 0) arbiter.start = at;
  // whoever asks for more than one core at once is timed from the first to the last
  if (arbiter.moves > curve.moves) {
    if (curve.round != arbiter.round) {
      curve.round = arbiter.round;
      curve.length = 0;
      curve.start = arbiter.start;
    }
    curve.moves = arbiter.moves;
  }
  // how long the VM's oldest waiting task had waited when it was decided that a core comes; where there had been no core
  // to decide on, that is contention and not detection
  if (vm.queued != 0 && (vm.denied & CONTENDED) == 0) recordSeldom(hostHistogram(L.HISTOGRAM_DETECTION), L.HOST_HISTOGRAM_SUB_BITS, at - oldestReady(vm));
  tell(core, vm);
  beginMove(core, vm, at);
}
