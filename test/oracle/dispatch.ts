// Where a task goes that has become ready: docs/model/guest.md, "Queues".

import { comesToWait, singleQueue } from './guest.js';
import { longestSearching, noticesLater, takesAtOnce } from './search.js';
import { noteWaiting } from './waiting.js';
import type { Host, Task, Vcpu, Vm } from './types.js';

/** Whether tasks are dispatched to the vCPU. */
export function isActive(v: Vcpu): boolean {
  switch (v.state) {
    case 'running':
    case 'spinning':
    case 'searching':
    case 'stealing':
      return true;
    case 'dormant':
    case 'descheduling':
    case 'waking':
    case 'entering':
      return v.frozen;
    default:
      return false;
  }
}

export function becomesReady(h: Host, vm: Vm, task: Task): void {
  task.readyAt = h.clock.now;
  dispatch(h, vm, task);
}

function dispatch(h: Host, vm: Vm, task: Task): void {
  if (singleQueue(vm)) {
    const searching = longestSearching(vm.vcpus);
    if (searching !== undefined) takesAtOnce(h, searching, task);
    else waitsInIngress(h, vm, task);
    return;
  }
  const active = vm.vcpus.filter((v) => h.mechanism.isActive(h, v));
  if (active.length === 0) waitsInIngress(h, vm, task);
  else putOn(h, pick(vm, active), task);
}

function waitsInIngress(h: Host, vm: Vm, task: Task): void {
  vm.ingress.push(task);
  noteWaiting(h, vm);
  comesToWait(h, vm, null);
  h.mechanism.queued(h, vm, null);
}

function pick(vm: Vm, active: readonly Vcpu[]): Vcpu {
  if (vm.spec.dispatch === 'shortest-queue') return active.reduce((least, v) => (load(v) < load(least) ? v : least));
  if (vm.spec.dispatch !== 'round-robin') throw new Error(`dispatch ${vm.spec.dispatch} is drawn`);
  const next = active.find((v) => v.index > vm.lastDispatched) ?? active[0]!;
  vm.lastDispatched = next.index;
  return next;
}

export function load(v: Vcpu): number {
  return v.queue.length + (v.state === 'searching' ? 0 : 1);
}

/** The task is dispatched to this vCPU. */
export function putOn(h: Host, v: Vcpu, task: Task): void {
  task.home ??= v.lastCore;
  const { localCheck } = h.costs;
  if (v.frozen) v.vm.counted.stranded++;
  if (v.state === 'searching' && v.queue.length === 0 && localCheck === 0) {
    takesAtOnce(h, v, task);
    return;
  }
  v.queue.push(task);
  noteWaiting(h, v.vm);
  if (v.state === 'searching') noticesLater(h, v);
  comesToWait(h, v.vm, v);
  h.mechanism.queued(h, v.vm, v);
}
