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

import * as L from "../../../layout";
import { H, Vm, Core, isNull, coreAt } from "../../state";
import { nudge } from "../../holding";
import { watch, coreToPool, announce, onArbiter, startArbiter } from "../../cores/arbiter";
import { beginControl, control, takeBack } from "./controllers";
import { setHooks } from "../../hooks";
import { placeGuaranteed } from "../../cores/place";
import { byScore } from "./score";

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
  const turn: (vm: Vm) => u64 = nextTurn;
  H.onTurn = turn.index;
  control();
}

function start(): void {
  startArbiter();
  if (H.mechanism == L.MECHANISM_CALADAN) beginControl();
  placeGuaranteed();
}

function chooseByScore(vm: Vm): Core {
  const core = byScore(vm);
  return isNull(core) ? takeBack(vm) : core;
}

/** When a best-effort VM without a core, which was denied one, may get one since another has had it long enough; the greatest u64: never. */
function nextTurn(vm: Vm): u64 {
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
