// `shenango` (NSDI'19) and `caladan` (OSDI'20): cores move between processes that trust each other, so there is no VM to park;
// one polling core decides. From their source (papers.md §3.1):
//   shenango  every 5 us; congested when some task was there at two polls in a row
//   caladan   every 10 us; congested when the oldest task waits 10 us, or a parked kthread has work;
//             core by score: 1 if a sibling runs the same process, else falling to 0 over 100 us since it last ran there,
//             + 3 if the sibling is not its own, + 2 if both threads are idle, + how far the sibling is from having
//             this one emptied; a best-effort process that has no core takes one that another has had for 2 ms
// Its hyper-thread and bandwidth controllers are in caladan-controllers.ts. Left out: softirq and network queues (a task stands
// for them).
//
//   knob A: ns from decision to first instruction when the core is taken from somebody, split evenly into five steps (assumed)
//   knob B: ns after which a best-effort vCPU's core may go to a best-effort VM that has none
//   knobs C, D: the controllers'

import * as L from "../../layout";
import { H, Vm, Core, SEARCHING, coreAt, isNull, nothing } from "../state";
import { announce, coreToPool, nudge, onArbiter, startArbiter, watch } from "../arbiter";
import { chooseIdle, mayLeave, mayPreempt } from "../grant";
import { budgetLeft, control, takeBack } from "./caladan-controllers";
import { setHooks } from "./index";
import { placeGuaranteed } from "./static";

function trusted(): void {
  H.yields = 1;
  const part = <u64>H.knobA / 5;
  H.notify = part;
  H.preempt = part;
  H.suspend = 0;
  H.deschedule = part;
  H.wake = part;
  H.dispatchStep = <u64>H.knobA - 4 * part;
  H.yield = part;
  setHooks(start, watch, coreToPool, announce, nudge, onArbiter);
}

export function shenango(): void {
  trusted();
  H.signal = L.SIGNAL_OLDEST;
  H.threshold = H.interval; // seen at two polls in a row
}

export function caladan(): void {
  trusted();
  H.parkedBusy = 1;
  const choose: (vm: Vm) => Core = chooseByScore;
  H.onChoose = choose.index;
  control();
}

function start(): void {
  startArbiter();
  placeGuaranteed();
}

// @ts-ignore: decorator
@inline const LOCALITY_NS: f64 = 100000;

function score(core: Core, vm: Vm): f64 {
  let own = false;
  let others = 0;
  for (let i: u32 = core.sibling; i < core.sibling + H.smt && i < H.coreCount; i++) {
    const other = coreAt(i);
    if (other == core || isNull(other.vcpu)) continue;
    if (other.vcpu.vm == vm) own = true;
    else others++;
  }
  let s: f64 = own ? 1 : 0;
  if (!own) {
    // an idle core knows since when; a busy one runs somebody else's cache lines now
    if (core.lastVm == vm && isNull(core.vcpu)) s = max<f64>(0, 1 - <f64>(<i64>(H.now - core.since)) / LOCALITY_NS);
    s += 3;
    if (others == 0) s += 2;
  }
  return s + budgetLeft(core);
}

function chooseByScore(vm: Vm): Core {
  const core = byScore(vm);
  return isNull(core) ? takeBack(vm) : core;
}

/** The core that suits `vm` best of those that it may have; null: none. */
export function byScore(vm: Vm): Core {
  if (H.idleCount != 0 && H.smt == 1) return chooseIdle(vm); // without siblings only locality tells idle cores apart
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
      const turn = b.cls == L.CLASS_BEST_EFFORT && vm.cls == L.CLASS_BEST_EFFORT && vm.held == 0 && b.held > b.min && H.now - v.runSince >= <u64>H.knobB;
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

/** When a best-effort VM without a core, which was denied one, may get one since another has had it long enough; the greatest u64: never. */
export function nextTurn(vm: Vm): u64 {
  let at: u64 = 0xffff_ffff_ffff_ffff;
  if (vm.held != 0 || vm.cls != L.CLASS_BEST_EFFORT) return at;
  for (let i: u32 = 0; i < H.coreCount; i++) {
    const v = coreAt(i).vcpu;
    if (isNull(v) || v.vm.cls != L.CLASS_BEST_EFFORT) continue;
    const turn = v.runSince + <u64>H.knobB;
    if (turn > H.now) at = min<u64>(at, turn);
  }
  return at;
}
