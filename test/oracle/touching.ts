// Running tasks touch pages: docs/model/memory.md, "Touches", and docs/model/guest.md, "The exit of a page fault". What becomes
// of a touch the swap engine says (memory/).

import { RANK } from './clock.js';
import { book } from './accounts.js';
import { begin, bringUpToDate, choose, milestone, planEnd, takeOff } from './guest.js';
import { noteWaiting } from './waiting.js';
import type { Host, Task, Vcpu } from './types.js';

/** How long the vCPU is still busy with the exit of a fault. */
export function exitLeft(h: Host, v: Vcpu): number {
  return Math.max(0, v.exitUntil - h.clock.now);
}

/** All touches of a task of no length come before what it would come to at once. */
export function touchesFirst(h: Host, task: Task): boolean {
  const work = h.swap?.next(task, task.doneNs) ?? null;
  return work !== null && work >= milestone(task);
}

/** The next page that the running task touches, from what it has done by `workedUntil`. */
export function planTouch(h: Host, v: Vcpu): void {
  const running = v.running!;
  const { task } = running;
  if (running.touch !== null) running.touch.cancelled = true;
  running.touch = null;
  const work = h.swap?.next(task, task.doneNs) ?? null;
  if (work === null) return;
  const at = running.workedUntil + Math.ceil((work - task.doneNs) / running.speed);
  running.touch = h.clock.at(at, RANK.touch, () => touches(h, v), [v.vm.index, v.index]);
}

function touches(h: Host, v: Vcpu): void {
  const running = v.running!;
  const { task } = running;
  running.touch = null;
  if (running.begin !== null) {
    running.begin.cancelled = true;
    begin(h, v);
  }
  const due = h.swap!.next(task, task.doneNs)!;
  const stop = h.swap!.touch(task);
  if (stop === 'go on') {
    planTouch(h, v);
    if (running.end !== null) return;
    bringUpToDate(h, v); // a slow access before it may have been worked off
    planEnd(h, v);
    return;
  }
  bringUpToDate(h, v);
  task.doneNs = Math.max(task.doneNs, due);
  if ('takesNs' in stop) {
    // so much more work lies before what comes behind this touch
    task.doneNs -= stop.takesNs;
    planEnd(h, v);
    return;
  }
  if (stop.stays) goesOnBehind(h, v, stop.exitNs);
  else leaves(h, v, stop.exitNs);
}

/** A rescue: as a switch back to the task. */
function goesOnBehind(h: Host, v: Vcpu, exitNs: number): void {
  const running = v.running!;
  if (exitNs > 0) {
    v.exitUntil = h.clock.now + exitNs;
    running.beginsAt = v.exitUntil;
    running.workedUntil = v.exitUntil;
    running.begin = h.clock.at(v.exitUntil, RANK.afterAll, () => begin(h, v));
    book(h, v.core!, v.vm, 'transition');
  }
  planEnd(h, v);
}

/** The task leaves its vCPU, which chooses at once what comes next and does it when the exit is over. */
function leaves(h: Host, v: Vcpu, exitNs: number): void {
  const task = takeOff(h, v);
  v.exitUntil = h.clock.now + exitNs;
  if (exitNs > 0) h.clock.at(v.exitUntil, RANK.fault, () => h.swap!.left(task));
  noteWaiting(h, v.vm);
  choose(h, v);
  if (exitNs === 0) h.swap!.left(task);
}
