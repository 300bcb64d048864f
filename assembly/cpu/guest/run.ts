// A vCPU runs a task: from when to when, and what comes first: its end, its quantum's, a page that is missing.

import { VCpu, Task, H, RUNNING, SPECIAL, Q, nothing, isNull, TASK_SLICED, clock, settings } from "../state";
import { comeHome, stretched, workDone } from "../speed";
import { beginSwitch } from "./pace";
import { enterHere } from "./life";
import { NEVER, takeSequence, scheduleAt, scheduleAtHere, RANK_END, RANK_TOUCH, cancel } from "../../kernel/event-queue";
import { mayTouch, planTouch, endTouches, hasTouched } from "../../memory/pages/touch";
import { planRun } from "./plan";
import { began } from "../series";
import { decisionNs, planOrder } from "./order";

/** `v` runs `t`, which waits in no queue. */
export function run(v: VCpu, t: Task): void {
  runBy(v, t);
}

/** The same inlined, but for what only a VM that is special needs. */
// @ts-ignore: decorator
@inline
export function runBy(v: VCpu, t: Task): void {
  if (v.vm.special & SPECIAL) runSpecial(v, t);
  else runPlain(v, t);
}

// the two places that nearly every task passes have it inlined: 3.5 % of M/M/16
// @ts-ignore: decorator
@inline
export function runHere(v: VCpu, t: Task): void {
  if (v.vm.special & SPECIAL) runSpecialHere(v, t);
  else runPlain(v, t);
}

/** In a VM that is not special. */
// @ts-ignore: decorator
@inline
export function runPlain(v: VCpu, t: Task): void {
  assert(!isNull(v.core) && v.frozen == 0 && (v.vm.special & SPECIAL) == 0);
  const start = clock.now + settings.taskSwitch;
  if (v.state != RUNNING) enterHere(v, RUNNING);
  v.task = t;
  v.switchLeft += settings.taskSwitch;
  v.startedAt = start;
  v.begunAt = start;
  const until = start + t.remaining;
  const place = takeSequence(Q);
  v.runsUntil = until;
  v.endPlace = place;
  scheduleAtHere(Q, v.slot, until, RANK_END, place);
}

/** In any VM, called: what lies in several places does not fit the processor's first cache of instructions. */
export function runSpecial(v: VCpu, t: Task): void {
  runSpecialHere(v, t);
}

/** In any VM. */
// @ts-ignore: decorator
@inline
function runSpecialHere(v: VCpu, t: Task): void {
  assert(!isNull(v.core) && v.frozen == 0);
  let start = max<u64>(clock.now, v.faultUntil) + settings.taskSwitch;
  if (settings.moveCost != 0) start += comeHome(t, v.core);
  const ordered = !isNull(v.vm.order);
  if (ordered) start += decisionNs(v.vm);
  if (H.varies) beginSwitch(v, start);
  if (v.state != RUNNING) enterHere(v, RUNNING);
  v.task = t;
  v.switchLeft += start - clock.now;
  v.startedAt = start;
  v.begunAt = start;
  v.runsUntil = start + (H.varies ? stretched(v, t.remaining) : t.remaining);
  v.endPlace = takeSequence(Q);
  const at = mayTouch(t) ? planTouch(v, t) : NEVER;
  t.flags &= ~TASK_SLICED;
  if (v.vm.quantum != 0 || v.switching) {
    v.asked = 0;
    planRun(v);
  } else if (at <= v.runsUntil) scheduleAt(Q, v.slot, at, RANK_TOUCH, 0);
  else scheduleAt(Q, v.slot, v.runsUntil, RANK_END, v.endPlace);
  if (ordered) planOrder(v.vm);
}

/** The task's remaining demand as of now; its vCPU is about to stop running it. */
export function stopTask(v: VCpu): Task {
  assert(v.state == RUNNING);
  assert(!isNull(v.task) && v.task.remaining != NEVER);
  const t = v.task;
  v.switching = 0;
  endTouches(v);
  if (clock.now < v.startedAt) {
    v.switchLeft -= v.startedAt - clock.now; // cut short in the middle of the switch
    v.startedAt = clock.now;
  } else t.remaining -= H.varies ? workDone(v, t) : clock.now - v.startedAt;
  if (clock.now > v.begunAt || (clock.now == v.begunAt && hasTouched(v, t))) began(v, t); // else nothing of it has run
  v.task = nothing<Task>();
  cancel(Q, v.slot);
  return t;
}

/** Another task waits behind the one that runs: the quantum, counted from its first instruction, applies from now on. */
export function limitToQuantum(v: VCpu): void {
  if (v.state == RUNNING && !isNull(v.task)) planRun(v);
}

/** Goes on at once, in the next phase of its service. */
export function goOn(v: VCpu, t: Task): void {
  assert(v.state == RUNNING);
  v.task = t;
  v.startedAt = clock.now;
  v.runsUntil = clock.now + (H.varies ? stretched(v, t.remaining) : t.remaining);
  v.endPlace = takeSequence(Q);
  planRun(v);
}
