// How a core moves: docs/model/moves.md. Steps that take no time happen within what led to them.

import { RANK } from './clock.js';
import { book } from './accounts.js';
import { activate, deactivate } from './dispatch.js';
import { choose, comesToWait, queueOf, singleQueue, stop, waitsAgain } from './guest.js';
import { freeze, thaw } from './frozen.js';
import { holderStops } from './locks.js';
import { longestSearching, takesAtOnce } from './search.js';
import { speedsChanged } from './speeds.js';
import { noteWaiting } from './waiting.js';
import type { Core, Host, Move, Round, Task, Vcpu, Vm } from './types.js';

export interface Steps {
  readonly notify: number;
  readonly preempt: number;
  readonly suspend: number;
  readonly deschedule: number;
  readonly wake: number;
  readonly dispatch: number;
}

/** At `at`, which may be now; a step of a vCPU is remembered there. */
function stepAt(h: Host, v: Vcpu | null, at: number, then: () => void): void {
  if (at <= h.clock.now) {
    then();
    return;
  }
  const event = h.clock.at(at, RANK.step, () => {
    if (v !== null) v.step = null;
    then();
  });
  if (v !== null) v.step = event;
}

export function stepAfter(h: Host, v: Vcpu | null, cost: number, then: () => void): void {
  stepAt(h, v, h.clock.now + cost, then);
}

/** The core goes to the VM; the move is issued at `at`. */
export function beginMove(
  h: Host,
  core: Core,
  to: Vm,
  at: number,
  round: Round | null = null,
  steps = h.mechanism.steps(h, to),
): void {
  const move: Move = { core, to, issuedAt: at, steps, round };
  to.held++;
  to.coming++;
  h.mechanism.starting(h, to);
  if (core.vcpu === null) {
    core.move = move;
    beginWake(h, core, move);
  } else take(h, core, move);
}

/** Takes a core from its VM for nobody. */
export function beginPark(h: Host, core: Core, at: number, steps = h.mechanism.steps(h, core.vcpu!.vm)): void {
  take(h, core, { core, to: null, issuedAt: at, steps, round: null });
}

function take(h: Host, core: Core, move: Move): void {
  const v = core.vcpu!;
  core.move = move;
  v.vm.held--;
  v.vm.counted.revocations++;
  stepAt(h, null, move.issuedAt + move.steps.notify, () => {
    if (core.move === move && core.vcpu === v && v.state !== 'yielding') noticed(h, core, v);
  });
}

/** `notify` is over. */
export function noticed(h: Host, core: Core, v: Vcpu): void {
  const move = core.move!;
  h.stepNs.notify.push(move.steps.notify);
  const stops = (): void => (h.mechanism.blind ? freeze(h, v, move) : park(h, v, move));
  if (h.mechanism.finishesSections() && v.running?.task.holds === true) v.sectionEnds = stops;
  else stops();
}

function park(h: Host, v: Vcpu, move: Move): void {
  deactivate(v);
  const spun = v.spinning !== null;
  const task = stop(h, v);
  book(h, v.core!, v.vm);
  if (task === null) {
    suspend(h, v, move);
    return;
  }
  v.state = 'preempting';
  v.parked = spun ? null : task;
  speedsChanged(h);
  v.vm.counted.preemptions++;
  if (task.holds && !spun) v.vm.locks.holderPreemptions++;
  holderStops(h, v.vm);
  h.stepNs.preempt.push(move.steps.preempt);
  stepAfter(h, v, move.steps.preempt, () => {
    // who spins stands in line for the lock, and stays there without a vCPU
    v.parked = null;
    if (!spun && task.gone !== true) putBack(h, v, task);
    suspend(h, v, move);
  });
}

export function putBack(h: Host, v: Vcpu, task: Task): void {
  waitsAgain(h, task);
  const searching = singleQueue(v.vm) ? longestSearching(v.vm.vcpus) : undefined;
  if (searching !== undefined) {
    takesAtOnce(h, searching, task);
    return;
  }
  task.putBackOn = v;
  queueOf(v).unshift(task);
  noteWaiting(h, v.vm);
  comesToWait(h, v.vm, singleQueue(v.vm) ? null : v);
  h.mechanism.queued(h, v.vm, singleQueue(v.vm) ? null : v);
}

function suspend(h: Host, v: Vcpu, move: Move): void {
  v.state = 'suspending';
  speedsChanged(h);
  const migrating = h.mechanism.migrates() ? migrate(h, v) : 0;
  h.stepNs.suspend.push(move.steps.suspend + migrating);
  stepAfter(h, v, move.steps.suspend + migrating, () => {
    v.state = 'descheduling';
    h.stepNs.deschedule.push(move.steps.deschedule);
    stepAfter(h, v, move.steps.deschedule, () => leave(h, v));
  });
}

/** A parked vCPU hands its queue to the active ones, by index, over and over. */
function migrate(h: Host, v: Vcpu): number {
  const active = [...v.vm.active];
  if (active.length === 0) return 0;
  const moved = v.queue.splice(0);
  moved.forEach((task, k) => {
    task.putBackOn = null;
    h.mechanism.putOn(h, active[k % active.length]!, task);
  });
  v.vm.counted.migrations += moved.length;
  return moved.length * h.costs.migrateTask;
}

/** The vCPU is off its core; the core goes where it was promised, or is free. */
export function leave(h: Host, v: Vcpu): void {
  const core = v.core!;
  const yielded = v.state === 'yielding';
  if (!yielded) h.parkNs.push(h.clock.now - core.move!.issuedAt);
  v.state = 'dormant';
  v.exitUntil = 0;
  v.core = null;
  core.vcpu = null;
  core.lastVm = v.vm;
  const { move } = core;
  if (move?.to) {
    beginWake(h, core, move);
    h.mechanism.moved(h);
  } else {
    if (yielded && move === null) v.vm.held--;
    free(h, core);
  }
}

export function free(h: Host, core: Core): void {
  core.move = null;
  core.idleSince = h.clock.now;
  book(h, core, null);
  h.idle.unshift(core);
  h.mechanism.coreFree(h, core);
}

function beginWake(h: Host, core: Core, move: Move): void {
  const to = move.to!;
  const v = h.mechanism.vcpuFor(h, to, core);
  v.core = core;
  v.lastCore = core;
  v.state = 'waking';
  core.vcpu = v;
  core.heldSince = h.clock.now;
  book(h, core, to);
  const from = Math.max(h.clock.now, move.issuedAt);
  stepAt(h, v, from + move.steps.wake, () => {
    v.state = 'entering';
    h.mechanism.woken(to);
    h.stepNs.wake.push(move.steps.wake);
    stepAfter(h, v, move.steps.dispatch, () => {
      h.stepNs.dispatch.push(move.steps.dispatch);
      enter(h, v);
    });
  });
}

/** `dispatch` is over: the vCPU is active and runs what comes next. */
function enter(h: Host, v: Vcpu): void {
  h.grantNs.push(h.clock.now - v.core!.move!.issuedAt);
  v.core!.move!.round?.grantedAt.push(h.clock.now);
  v.core!.move = null;
  activate(v);
  v.vm.coming--;
  v.vm.counted.grants++;
  if (v.frozen) thaw(h, v);
  else choose(h, v, true);
  h.mechanism.entered(h, v);
  h.mechanism.moved(h);
}
