// Speeds follow who runs beside whom: as a task starts or stops, those whose speed changes get another end.

import { VCpu, RUNNING, SPINNING, H, coreAt, isNull, Q, clock, settings } from "../state";
import { speedOf, workDone, stretched } from "../speed";
import { takeSequence } from "../../kernel/event-queue";
import { mayTouch, planTouch } from "../../memory/pages/touch";
import { planRun } from "./plan";
import { hooks } from "../hooks";

/**
 * `v` was in state `before`. Where it has begun or ceased to run tasks, or to spin, the speed of its siblings, and of all where
 * memory bandwidth is short, follows.
 */
export function paceChanged(v: VCpu, before: u32): void {
  const runs = v.state == RUNNING;
  if (runs == (before == RUNNING) && (v.state == SPINNING) == (before == SPINNING)) return;
  const core = v.core;
  const bandwidth = runs == (before == RUNNING) ? 0 : runs ? v.vm.bandwidth : -v.vm.bandwidth;
  let from = core.sibling;
  let to = min<u32>(from + settings.smt, H.coreCount);
  if (bandwidth != 0) {
    v.vm.traffic += bandwidth;
    H.traffic += bandwidth;
    const speed = H.traffic > settings.memoryBandwidth ? settings.memoryBandwidth / H.traffic : 1;
    if (speed != H.memorySpeed) {
      H.memorySpeed = speed;
      from = 0;
      to = H.coreCount;
    }
  }
  for (; from < to; from++) {
    const other = coreAt(from);
    if (other != core && !isNull(other.vcpu)) adapt(other.vcpu);
  }
  if (runs != (before == RUNNING)) hooks.pace(v);
}

/** The task that `v` runs, if any, goes on at the speed of now. */
function adapt(v: VCpu): void {
  if (v.state != RUNNING || isNull(v.task) || v.speed == speedOf(v)) return;
  const t = v.task;
  t.remaining -= workDone(v, t);
  if (clock.now > v.startedAt) v.startedAt = clock.now;
  const until = v.startedAt + stretched(v, t.remaining);
  if (until != v.runsUntil) v.endPlace = takeSequence(Q); // an end that stays where it was keeps its place
  v.runsUntil = until;
  if (mayTouch(t)) planTouch(v, t);
  planRun(v);
}

/** `v` begins to switch to a task, until `start`. Where that is no work to its siblings, they follow here and at its end. */
export function beginSwitch(v: VCpu, start: u64): void {
  if (settings.smtSwitch || settings.smt == 1 || start == clock.now) return;
  v.switching = 1;
  if (v.state == RUNNING) siblingsFollow(v);
}

export function endSwitch(v: VCpu): void {
  v.switching = 0;
  siblingsFollow(v);
}

function siblingsFollow(v: VCpu): void {
  const core = v.core;
  for (let i = core.sibling; i < core.sibling + settings.smt && i < H.coreCount; i++) {
    const other = coreAt(i);
    if (other != core && !isNull(other.vcpu)) adapt(other.vcpu);
  }
}
