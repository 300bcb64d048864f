// A fork: docs/model/forks.md. What is under way goes on; what is changed holds from now on.

import { settle } from './accounts.js';
import { deactivate } from './dispatch.js';
import { askAnew, choose, replanQuantum, singleQueue, stop } from './guest.js';
import { holderStops } from './locks.js';
import { lookForCore, serveFirst } from './mechanisms/ideal.js';
import { mechanismOf } from './mechanisms/index.js';
import { leave, noticed, putBack } from './moves.js';
import { newCore } from './oracle.js';
import { expand } from './scenario.js';
import { endSearch, longestSearching, replanSearch } from './search.js';
import { speedsChanged } from './speeds.js';
import { noteWaiting } from './waiting.js';
import type { Mechanism } from './mechanism.js';
import type { Core, Host, Task, Vcpu, Vm } from './types.js';
import type { Scenario } from '../../src/index.js';

/** After all events of this nanosecond. */
export function fork(h: Host, scenario: Scenario): void {
  const before = h.scenario;
  h.scenario = scenario;
  const groups = expand(scenario).map(({ group }) => group);
  const same = scenario.mechanism.kind === before.mechanism.kind;
  const { costs: old, mechanism: previous } = h;
  h.pollNs += previous.pollingCores * (h.clock.now - h.pollSince);
  h.pollSince = h.clock.now;
  const quanta = h.vms.map((vm) => vm.spec.quantumNs);
  if (same) previous.change(h, scenario.mechanism);
  else previous.retire(h);
  const mechanism = same ? previous : mechanismOf(scenario.mechanism);
  for (const vm of h.vms) {
    vm.spec = mechanism.adapt(groups[vm.index]!);
    vm.min = vm.spec.vcpus.min;
  }
  if (same) previous.change(h, scenario.mechanism);
  h.mechanism = mechanism;
  h.costs = mechanism.costs(scenario.costs);
  const vcpus = h.vms.flatMap((vm) => vm.vcpus);
  for (const v of vcpus) if (v.running !== null) replanQuantum(h, v);
  if (!same) anotherKind(h, previous);
  const searching = vcpus.filter((v) => v.search !== null);
  searching.sort((a, b) => a.search!.since - b.search!.since || a.search!.ticket - b.search!.ticket);
  for (const v of searching) replanSearch(h, v, old);
  for (const vm of h.vms) {
    if (!same || vm.spec.quantumNs !== quanta[vm.index]) askAnew(h, vm);
  }
  h.mechanism.after(h);
}

/** From the cores as they lie; the mechanism does nothing before all is arranged. */
function anotherKind(h: Host, previous: Mechanism): void {
  const { mechanism } = h;
  h.mechanism = silent(mechanism);
  for (const vm of h.vms) {
    vm.denied = false;
    vm.passedOverUntil = -Infinity;
    if (!mechanism.blind) [...vm.vcpus].reverse().forEach((v) => unfreeze(h, v));
  }
  changePolling(h);
  if (previous.kind === 'ideal') for (const vm of h.vms) vm.active = vm.vcpus.filter(executes);
  for (const vm of h.vms) for (const v of vm.vcpus) if (!executes(v) && !v.frozen) deactivate(v);
  if (mechanism.kind === 'ideal') {
    endMotion(h);
    h.mechanism = mechanism;
    serveAll(h);
    return;
  }
  for (const vm of h.vms) gatherStranded(h, vm);
  for (const vm of h.vms) holderStops(h, vm);
  h.mechanism = mechanism;
  mechanism.start(h);
}

function silent(mechanism: Mechanism): Mechanism {
  return { ...mechanism, queued: () => undefined, coreFree: () => undefined, moved: () => undefined };
}

function executes(v: Vcpu): boolean {
  return ['running', 'searching', 'stealing', 'spinning'].includes(v.state);
}

/** Cores that the arbiter takes, or gives back. */
function changePolling(h: Host): void {
  const { cores: all, sockets, smt, memory } = h.scenario.host;
  const usable = all - h.mechanism.pollingCores - (memory?.cores ?? 0);
  while (h.cores.length > usable) takeAway(h, h.cores.pop()!);
  while (h.cores.length < usable) {
    const core = newCore(h.cores.length, sockets, all, smt);
    core.since = h.clock.now;
    core.idleSince = h.clock.now;
    h.cores.push(core);
    h.idle.unshift(core);
  }
}

function takeAway(h: Host, core: Core): void {
  settle(h, core);
  const v = core.vcpu;
  if (v === null) {
    h.idle.splice(h.idle.indexOf(core), 1);
    return;
  }
  const { vm } = v;
  if (core.move?.to) {
    core.move.to.held--;
    core.move.to.coming--;
  } else if (core.move === null) vm.held--;
  if (core.move === null && v.state !== 'yielding') vm.counted.revocations++;
  const task = halt(h, v);
  core.vcpu = null;
  core.move = null;
  v.core = null;
  v.state = 'dormant';
  v.exitUntil = 0;
  speedsChanged(h);
  if (task !== null) putBack(h, v, task);
}

/** Whatever the vCPU does ends; answers its task, if it is to be queued again. */
function halt(h: Host, v: Vcpu): Task | null {
  if (!v.frozen) deactivate(v);
  v.sectionEnds = null;
  const spun = v.spinning !== null && !v.frozen;
  const had = v.running !== null || spun;
  const { parked } = v;
  v.parked = null;
  const task = v.frozen ? null : (stop(h, v) ?? parked);
  if (v.step !== null) v.step.cancelled = true;
  v.step = null;
  if (had) v.vm.counted.preemptions++;
  if (spun) return null;
  if (task !== null && task.holds && had) v.vm.locks.holderPreemptions++;
  return task;
}

/** Its task lies at the head of its queue. */
function unfreeze(h: Host, v: Vcpu): void {
  if (!v.frozen) return;
  v.frozen = false;
  const task = v.frozenTask;
  v.frozenTask = null;
  const spun = v.spinning !== null;
  v.spinning = null;
  if (task === null) return;
  if (!spun || task.holds) {
    const one = singleQueue(v.vm) && h.mechanism.kind !== 'ideal';
    (one ? v.vm.ingress : v.queue).unshift(task);
    task.putBackOn = v;
  }
  noteWaiting(h, v.vm);
}

/**
 * Where nothing is stolen, what waits at a vCPU without a core waits for any of the VM's from now on; nobody searches while any waits.
 * Answers how many have come to the ingress queue.
 */
export function gatherStranded(h: Host, vm: Vm): number {
  const stranded = vm.spec.stealing === null ? vm.vcpus.filter((v) => v.core === null && v.queue.length > 0) : [];
  const gathered = stranded.flatMap((v) => v.queue.splice(0));
  vm.ingress.push(...gathered);
  if (stranded.length > 0) vm.ingress.sort((a, b) => a.readyAt - b.readyAt);
  for (;;) {
    const v = longestSearching(vm.vcpus);
    if (v === undefined || vm.ingress.length === 0) return gathered.length;
    endSearch(v);
    choose(h, v);
  }
}

/** To `ideal`: every step, yield, steal and search ends at once, in the order of core numbers. */
function endMotion(h: Host): void {
  for (const vm of h.vms) {
    vm.ingress.push(...vm.vcpus.flatMap((v) => v.queue.splice(0)));
    vm.ingress.sort((a, b) => a.readyAt - b.readyAt);
  }
  for (const core of h.cores) {
    const v = core.vcpu;
    if (v === null) continue;
    const { move } = core;
    if (move !== null) {
      move.issuedAt = Math.min(move.issuedAt, h.clock.now);
      if (move.round !== null) move.round.startsAt = Math.min(move.round.startsAt, h.clock.now);
      move.steps = { notify: 0, preempt: 0, suspend: 0, deschedule: 0, wake: 0, dispatch: 0 };
    }
    if (v.state === 'yielding') {
      v.step!.cancelled = true;
      v.step = null;
      leave(h, v);
    } else if (move !== null) hurry(h, core, v);
    else if (v.state === 'searching' || v.state === 'stealing') {
      stop(h, v);
      choose(h, v);
    }
  }
  for (const vm of h.vms) holderStops(h, vm);
}

/** What is left of its move takes no time. */
function hurry(h: Host, core: Core, v: Vcpu): void {
  const { sectionEnds, step } = v;
  v.sectionEnds = null;
  if (sectionEnds !== null) sectionEnds();
  else if (executes(v)) noticed(h, core, v);
  else if (step !== null) {
    step.cancelled = true;
    step.act();
  }
}

/** Idle cores first, as where a core becomes free; then, VM by VM, every task looks for a victim's. */
function serveAll(h: Host): void {
  while (h.idle.length > 0 && serveFirst(h));
  for (const vm of h.vms) for (let n = vm.ingress.length; n > 0; n--) lookForCore(h, vm);
}
