// `shenango` (NSDI'19) and `caladan` (OSDI'20): cores move between processes that trust each other, so there is no VM to park;
// one polling core decides. From their source (papers.md §3.1):
//   shenango  every 5 us; congested when some task was there at two polls in a row
//   caladan   every 10 us; congested when the oldest task waits 10 us, or a parked kthread has work;
//             core by score: 1 if a sibling runs the same process, else falling to 0 over 100 us since it last ran there,
//             + 3 if the sibling is not its own, + 2 if both threads are idle, + how far the sibling is from having
//             this one emptied; a best-effort process that has no core takes one that another has had for 2 ms
// A move's latency is split evenly into five steps (assumed). Its hyper-thread and bandwidth controllers are in controllers.ts. Left out:
// softirq and network queues (a task stands for them).

import * as L from "../../../layout";
import { H, Vm, Core, isNull, coreAt, clock, settings, traits, Settings } from "../../state";
import { nudge } from "../../holding";
import { watch, coreToPool, announce, onArbiter, startArbiter } from "../../cores/arbiter";
import { beginControl, control, recontrol, takeBack } from "./controllers";
import { hooks } from "../../hooks";
import { knobs } from "../../own";
import { differs, knobsDiffer } from "../../cores/fork";
import { replanArbiter } from "../../cores/refit";
import { NEVER } from "../../../kernel/event-queue";
import { CaladanKnobs } from "./state";
import { placeGuaranteed } from "../../cores/place";
import { byScoreInRound } from "./score";
import { mechanism } from "../registry";

function trusted(): void {
  traits.yields = 1;
  const whole = <u64>knobs<CaladanKnobs>().moveLatencyNs; // shenango's one knob of its own is the same
  const part = whole / 5;
  settings.notify = part;
  settings.preempt = part;
  settings.suspend = 0;
  settings.deschedule = part;
  settings.wake = part;
  settings.dispatchStep = whole - 4 * part;
  settings.yield = part;
  hooks.onStart = start;
  hooks.onQueued = watch;
  hooks.onCoreFree = coreToPool;
  hooks.onAnnounce = announce;
  hooks.onMoved = nudge;
  hooks.onArbiter = onArbiter;
}

export function shenango(): void {
  trusted();
  settings.signal = L.SIGNAL_OLDEST;
  settings.threshold = settings.interval; // seen at two polls in a row
}

export function caladan(): void {
  trusted();
  traits.parkedBusy = 1;
  hooks.onChoose = chooseByScore;
  hooks.onTurn = nextTurn;
  hooks.onRefit = refit;
  control();
}

function start(): void {
  startArbiter();
  if (H.mechanism == L.MECHANISM_CALADAN) beginControl();
  placeGuaranteed();
}

function refit(guarantees: bool): void {
  if (knobsDiffer() || differs(offsetof<Settings>("interval"), 8)) recontrol();
  replanArbiter(guarantees);
}

function chooseByScore(vm: Vm): Core {
  const core = byScoreInRound(vm);
  return isNull(core) ? takeBack(vm) : core;
}

/** The first turn that is to come, as a round has found it. */
@unmanaged
class Turns {
  event: u64; // in which
  at: u64;
}

const T: Turns = changetype<Turns>(memory.data(offsetof<Turns>(), 8));

/**
 * When a best-effort VM without a core, which was denied one, may get one since another has had it long enough; NEVER: not by itself. The
 * same for all, and found once in a round, which asks when all is decided.
 */
function nextTurn(vm: Vm): u64 {
  if (vm.held != 0 || vm.cls != L.CLASS_BEST_EFFORT) return NEVER;
  if (T.event != clock.events) {
    T.event = clock.events;
    T.at = firstTurn();
  }
  return T.at;
}

function firstTurn(): u64 {
  let at = NEVER;
  for (let i: u32 = 0; i < H.coreCount; i++) {
    const v = coreAt(i).vcpu;
    if (isNull(v) || v.vm.cls != L.CLASS_BEST_EFFORT) continue;
    const turn = coreAt(i).since + <u64>knobs<CaladanKnobs>().bestEffortQuantumNs;
    if (turn > clock.now) at = min<u64>(at, turn);
  }
  return at;
}

mechanism(L.MECHANISM_SHENANGO, shenango);
mechanism(L.MECHANISM_CALADAN, caladan);
