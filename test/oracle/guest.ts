// The guest's scheduler, for each vCPU on its core: docs/model/guest.md, "Queues" and "Running".

import { RANK } from './clock.js';
import { book } from './accounts.js';
import { attemptLock, holderStops, releaseLock, stopSpinning } from './locks.js';
import { completed } from './requests.js';
import { beginSearch, endSearch, freeSteal } from './search.js';
import { decide, decisionNs, takeFirst } from './orders.js';
import { exitLeft, planTouch, touchesFirst } from './touching.js';
import { noteWaiting } from './waiting.js';
import { speedOf, speedsChanged } from './speeds.js';
import type { Host, Running, Task, Vcpu, Vm } from './types.js';

/** The vCPU has a core and nothing to run: it runs what comes next, or searches, or yields. */
export function choose(h: Host, v: Vcpu, entering = false): void {
  const { stealCheck, steal, minSearch } = h.costs;
  let task = takeNext(h, v);
  if (task === null && (entering || stealCheck + steal === 0)) {
    freeSteal(h, v);
    task = takeNext(h, v);
  }
  noteWaiting(h, v.vm);
  if (task !== null) {
    switchTo(h, v, task);
    decide(h, v.vm);
  } else if (h.mechanism.yields && minSearch === 0 && h.mechanism.mayYield(h, v)) h.mechanism.yieldCore(h, v);
  else beginSearch(h, v);
}

export function takeNext(h: Host, v: Vcpu): Task | null {
  const own = v.queue[0];
  const { ingress } = v.vm;
  const shared = ingress[0];
  if (own === undefined && shared === undefined) return null;
  if (own !== undefined && (own.putBackOn === v || shared === undefined || own.readyAt <= shared.readyAt)) {
    return v.queue.shift()!;
  }
  return takeFirst(h, v.vm);
}

/** The VM's queue under `single-queue` (and `ideal`), else the vCPU's own. */
export function queueOf(v: Vcpu): Task[] {
  return singleQueue(v.vm) ? v.vm.ingress : v.queue;
}

export function singleQueue(vm: Vm): boolean {
  return vm.spec.dispatch === 'single-queue';
}

export function switchTo(h: Host, v: Vcpu, task: Task): void {
  const { costs } = h;
  const core = v.core!;
  let cost = costs.taskSwitch + decisionNs(v.vm);
  const { home } = task;
  if (home !== null && home.physical !== core.physical) {
    cost += home.socket === core.socket ? costs.moveTask : costs.moveTaskSocket;
  }
  task.putBackOn = null;
  task.putBehindAt = -1;
  if (costs.moveTask > 0) task.home = core;
  runAfter(h, v, task, exitLeft(h, v) + cost);
}

/** The task's first instruction on this vCPU comes `cost` ns from now. */
function runAfter(h: Host, v: Vcpu, task: Task, cost: number): void {
  const at = h.clock.now + cost;
  v.state = 'running';
  v.switching = cost > 0 && !h.scenario.host.smtSwitch;
  speedsChanged(h);
  const running = (v.running = {
    task,
    beginsAt: at,
    firstAt: at,
    begin: null,
    end: null,
    touch: null,
    workedUntil: at,
    speed: 1,
    quantum: null,
    quantumEndsAt: Infinity,
  } as Running);
  running.speed = speedOf(h, v);
  planEnd(h, v);
  if (v.switching) {
    const works = (): void => {
      if (v.running !== running) return;
      v.switching = false;
      speedsChanged(h);
    };
    // in the place of its own end, before it
    h.clock.at(at, RANK.end, works, [], (running.end?.place[0] ?? h.clock.ticket()) - 0.5);
  }
  const { quantumNs } = v.vm.spec;
  if (quantumNs > 0) planQuantum(h, v, at + quantumNs);
  book(h, v.core!, v.vm, 'transition');
  v.running.begin = h.clock.at(at, RANK.afterAll, () => begin(h, v));
}

/** The first instruction. Last of all in its nanosecond: who is taken off in it has not begun. */
export function begin(h: Host, v: Vcpu): void {
  const running = v.running!;
  const { task } = running;
  running.begin = null;
  book(h, v.core!, v.vm, 'task');
  if (!task.begun) {
    task.begun = true;
    const delay = h.clock.now - task.createdAt;
    v.vm.counted.queueDelays.push(delay);
    h.sampler?.began(v.vm.index, delay);
  }
}

/** What the running task comes to next, as work done. */
export function milestone(task: Task): number {
  if (task.section !== null) return task.holds ? task.section.to : task.section.from;
  return task.serviceNs;
}

export function planEnd(h: Host, v: Vcpu): void {
  const running = v.running!;
  if (running.end !== null) running.end.cancelled = true;
  running.end = null;
  planTouch(h, v);
  if (touchesFirst(h, running.task)) return;
  running.end = h.clock.at(endOf(h, v), RANK.end, () => comesToMilestone(h, v));
}

function endOf(h: Host, v: Vcpu): number {
  const { task, speed, workedUntil } = v.running!;
  return Math.max(workedUntil, h.clock.now) + Math.ceil((milestone(task) - task.doneNs) / speed);
}

/** The speed has changed: its end keeps its place where the instant stays. */
export function changeSpeed(h: Host, v: Vcpu, speed: number): void {
  const running = v.running!;
  bringUpToDate(h, v);
  running.speed = speed;
  if (endOf(h, v) === running.end?.time) planTouch(h, v);
  else planEnd(h, v);
}

export function bringUpToDate(h: Host, v: Vcpu): void {
  const running = v.running!;
  const now = h.clock.now;
  if (now <= running.workedUntil) return;
  const most = milestone(running.task);
  const done = running.task.doneNs + Math.floor((now - running.workedUntil) * running.speed);
  running.task.doneNs = Math.min(done, most);
  running.workedUntil = now;
}

function comesToMilestone(h: Host, v: Vcpu): void {
  const running = v.running!;
  const { task } = running;
  if (running.begin !== null) {
    running.begin.cancelled = true;
    begin(h, v);
  }
  running.end = null;
  task.doneNs = milestone(task);
  running.workedUntil = h.clock.now;
  if (task.section !== null && !task.holds) {
    if (attemptLock(h, v, task)) planEnd(h, v);
    return;
  }
  const over = task.doneNs === task.serviceNs;
  if (over) takeOff(h, v);
  if (task.section !== null) {
    task.section = null;
    releaseLock(h, v, task);
  }
  const parks = v.sectionEnds !== null;
  if (over) {
    h.swap?.end(task);
    completed(h, task);
    if (!parks) choose(h, v);
  } else if (!parks) planEnd(h, v);
  holderStops(h, v.vm);
  parksNow(v);
}

/** A vCPU that was let finish its critical section is parked. */
function parksNow(v: Vcpu): boolean {
  const park = v.sectionEnds;
  v.sectionEnds = null;
  park?.();
  return park !== null;
}

/** Takes the running task off its vCPU, up to date; nothing runs there then. */
export function takeOff(h: Host, v: Vcpu): Task {
  const running = v.running!;
  bringUpToDate(h, v);
  for (const event of [running.begin, running.end, running.quantum, running.touch])
    if (event !== null) event.cancelled = true;
  v.running = null;
  return running.task;
}

/** Ready anew, unless it has not begun: then it waits since it did. */
export function waitsAgain(h: Host, task: Task): void {
  if (task.begun) task.readyAt = h.clock.now;
}

function planQuantum(h: Host, v: Vcpu, at: number): void {
  const running = v.running!;
  running.quantumEndsAt = Math.min(running.quantumEndsAt, at);
  running.quantum = h.clock.at(at, RANK.quantum, () => quantumEnds(h, v), [v.vm.index, v.index]);
}

/** After a fork that may have changed it. */
export function replanQuantum(h: Host, v: Vcpu): void {
  const running = v.running!;
  const { quantumNs } = v.vm.spec;
  const endsAt = quantumNs > 0 ? running.firstAt + quantumNs : Infinity;
  if (endsAt === running.quantumEndsAt) return;
  if (running.quantum !== null) running.quantum.cancelled = true;
  running.quantum = null;
  running.quantumEndsAt = Infinity;
  if (endsAt > h.clock.now && endsAt < Infinity) planQuantum(h, v, endsAt);
  running.quantumEndsAt = endsAt;
}

/** Whoever waits asks as if it came now. */
export function askAnew(h: Host, vm: Vm): void {
  if (!singleQueue(vm)) vm.vcpus.forEach((v) => comesToWait(h, vm, v));
  else vm.ingress.forEach(() => comesToWait(h, vm, null));
}

function past(h: Host, v: Vcpu): boolean {
  return v.running !== null && v.running.quantumEndsAt <= h.clock.now && v.running.quantum === null;
}

function longestPast(h: Host, vcpus: readonly Vcpu[]): Vcpu | undefined {
  return vcpus.filter((v) => past(h, v)).sort((a, b) => a.running!.quantumEndsAt - b.running!.quantumEndsAt)[0];
}

function quantumEnds(h: Host, v: Vcpu): void {
  const running = v.running!;
  const { vm } = v;
  running.quantum = null;
  if (!singleQueue(vm)) {
    if (v.queue.length > 0 || vm.ingress.length > 0) rotate(h, v);
    return;
  }
  const head = vm.ingress[0];
  if (head === undefined || head.putBehindAt === h.clock.now) return;
  rotate(h, longestPast(h, vm.vcpus)!);
}

/** It was asked, since somebody came to wait: it switches itself. */
function switchesAsAsked(h: Host, v: Vcpu): void {
  v.running!.quantum = null;
  if (v.vm.ingress.length > 0) rotate(h, v);
}

/** The quantum is over and somebody waits: the running task goes behind them. */
function rotate(h: Host, v: Vcpu): void {
  const task = takeOff(h, v);
  task.readyAt = h.clock.now;
  task.putBehindAt = h.clock.now;
  queueOf(v).push(task);
  noteWaiting(h, v.vm);
  if (!parksNow(v)) choose(h, v);
  holderStops(h, v.vm);
}

/** A task has come to wait in the vCPU's own queue, or (null) in the ingress queue: a quantum that is past ends now. */
export function comesToWait(h: Host, vm: Vm, at: Vcpu | null): void {
  decide(h, vm);
  if (singleQueue(vm)) {
    const longest = longestPast(
      h,
      vm.vcpus.filter((v) => v.askedAt !== h.clock.now && v.running?.end?.time !== h.clock.now),
    );
    if (longest === undefined) return;
    longest.askedAt = h.clock.now;
    longest.running!.quantum = h.clock.at(h.clock.now, RANK.quantum, () => switchesAsAsked(h, longest), [
      vm.index,
      longest.index,
    ]);
    return;
  }
  for (const v of at === null ? vm.vcpus : [at]) if (past(h, v)) planQuantum(h, v, h.clock.now);
}

/** Whatever the vCPU does with its core ends here. Answers the task that it ran, or that spun on it. */
export function stop(h: Host, v: Vcpu): Task | null {
  if (v.search !== null) endSearch(v);
  if (v.step !== null) {
    v.step.cancelled = true;
    v.step = null;
  }
  if (v.spinning !== null) return stopSpinning(h, v);
  if (v.running === null) return null;
  return takeOff(h, v);
}
