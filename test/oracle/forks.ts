// A fork: docs/model/forks.md. What is under way goes on; what is changed holds from now on.

import { inOrder } from './cores.js';
import { settle, book } from './accounts.js';

import { deactivate } from './dispatch.js';
import { askAnew, replanQuantum, stop, waitsAgain } from './guest.js';
import { holderStops } from './locks.js';
import { lookForCore, serve } from './mechanisms/ideal.js';
import { mechanismOf } from './mechanisms/index.js';
import { newCore } from './oracle.js';
import { expand } from './scenario.js';
import { replanSearch } from './search.js';
import { speedsChanged } from './speeds.js';
import { noteWaiting } from './waiting.js';
import type { Core, Host, Task, Vcpu, Vm } from './types.js';
import type { Scenario } from '../../src/index.js';

/** After all events of this nanosecond. */
export function fork(h: Host, scenario: Scenario): void {
  const before = h.scenario;
  h.scenario = scenario;
  const groups = expand(scenario).map(({ group }) => group);
  const same = scenario.mechanism.kind === before.mechanism.kind;
  const { costs: old, mechanism: previous } = h;
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
  if (!same) anotherKind(h);
  for (const vm of h.vms) {
    for (const v of vm.vcpus) {
      if (v.search !== null) replanSearch(h, v, old);
      if (v.running !== null) replanQuantum(h, v);
    }
    if (vm.spec.quantumNs !== quanta[vm.index]) askAnew(h, vm);
  }
  h.mechanism.after(h);
}

function anotherKind(h: Host): void {
  changePolling(h);
  if (!h.mechanism.blind) for (const vm of h.vms) vm.vcpus.forEach((v) => unfreeze(h, v));
  if (h.mechanism.kind === 'ideal') toIdeal(h);
  else h.mechanism.start(h);
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
  if (core.move?.to) {
    core.move.to.held--;
    core.move.to.coming--;
  }
  const v = core.vcpu;
  if (v === null) {
    h.idle.splice(h.idle.indexOf(core), 1);
    return;
  }
  const { vm } = v;
  if (core.move === null) vm.held--;
  const task = halt(h, v);
  if (task !== null) putInFront(h, v, task);
  core.vcpu = null;
  v.core = null;
  v.state = 'dormant';
  speedsChanged(h);
  holderStops(h, vm);
}

/** Whatever the vCPU does ends; answers its task, if it is to be queued again. */
function halt(h: Host, v: Vcpu): Task | null {
  deactivate(v);
  v.sectionEnds = null;
  const spun = v.spinning !== null;
  const had = v.running !== null || spun;
  const task = v.parked ?? stop(h, v);
  if (v.step !== null) v.step.cancelled = true;
  v.step = null;
  v.parked = null;
  if (had) v.vm.counted.preemptions++;
  if (spun) return null;
  if (task !== null && task.holds && had) v.vm.locks.holderPreemptions++;
  return task;
}

function putInFront(h: Host, v: Vcpu, task: Task): void {
  waitsAgain(h, task);
  task.putBackOn = v;
  (v.vm.spec.dispatch === 'single-queue' ? v.vm.ingress : v.queue).unshift(task);
  noteWaiting(h, v.vm);
}

function unfreeze(h: Host, v: Vcpu): void {
  if (!v.frozen) return;
  v.frozen = false;
  deactivate(v);
  const task = v.frozenTask;
  v.frozenTask = null;
  const spun = v.spinning !== null;
  v.spinning = null;
  if (task === null) return;
  if (!spun || task.holds) {
    v.queue.unshift(task);
    task.putBackOn = v;
  }
  noteWaiting(h, v.vm);
}

/** Every step, yield, steal and search ends at once, in the order of core numbers. */
function toIdeal(h: Host): void {
  for (const vm of h.vms) {
    vm.ingress.push(...vm.vcpus.flatMap((v) => v.queue.splice(0)));
    vm.ingress.sort((a, b) => a.readyAt - b.readyAt);
  }
  for (const core of h.cores) settleCore(h, core);
  const waiting = h.vms.filter((vm) => vm.ingress.length > 0);
  for (const vm of inOrder(waiting, (one) => Math.min(...one.ingress.map((task) => task.readyAt)))) {
    while (served(h, vm));
  }
}

function served(h: Host, vm: Vm): boolean {
  const before = vm.ingress.length;
  lookForCore(h, vm);
  return vm.ingress.length < before;
}

function settleCore(h: Host, core: Core): void {
  const v = core.vcpu;
  const { move } = core;
  if (v === null) return;
  if (move === null && (v.state === 'running' || v.state === 'spinning')) return;
  const { vm } = v;
  const arrives = v.state === 'waking' || v.state === 'entering';
  if (move === null) vm.held--;
  const task = halt(h, v);
  if (task !== null) {
    putInFront(h, v, task);
    vm.ingress.sort((a, b) => a.readyAt - b.readyAt);
  }
  v.core = null;
  v.state = 'dormant';
  core.vcpu = null;
  core.lastVm = vm;
  core.move = null;
  speedsChanged(h);
  holderStops(h, vm);
  const to = arrives ? vm : (move?.to ?? null);
  if (to !== null) {
    to.held--;
    to.coming--;
  }
  if (to !== null && to.ingress.length > 0) serve(h, to, core);
  else {
    book(h, core, null);
    core.idleSince = h.clock.now;
    h.idle.unshift(core);
  }
}
