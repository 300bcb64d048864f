// Where a task goes that has become ready: docs/model/guest.md, "Queues".

import { comesToWait, singleQueue } from './guest.js';
import { longestSearching, noticesLater, takesAtOnce } from './search.js';
import { noteWaiting } from './waiting.js';
import type { Host, Task, Vcpu, Vm } from './types.js';

/** From now on tasks are dispatched to the vCPU: it is the last of the list. */
export function activate(v: Vcpu): void {
  if (!v.vm.active.includes(v)) v.vm.active.push(v);
}

/** It leaves the list, and the last of the list takes its place. */
export function deactivate(v: Vcpu): void {
  const { active } = v.vm;
  const place = active.indexOf(v);
  if (place < 0) return;
  const last = active.pop()!;
  if (last !== v) active[place] = last;
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
  if (vm.active.length === 0) waitsInIngress(h, vm, task);
  else putOn(h, pick(vm), task);
}

function waitsInIngress(h: Host, vm: Vm, task: Task): void {
  vm.ingress.push(task);
  noteWaiting(h, vm);
  h.mechanism.queued(h, vm, null);
  if (vm.ingress.includes(task)) comesToWait(h, vm, null);
}

function pick(vm: Vm): Vcpu {
  const { active } = vm;
  if (vm.spec.dispatch === 'shortest-queue') return active.reduce((least, v) => (load(v) < load(least) ? v : least));
  if (active.length === 1) return active[0]!;
  if (vm.spec.dispatch === 'random') return active[vm.streams.dispatch.below(active.length)]!;
  if (vm.spec.dispatch !== 'round-robin') throw new Error(`dispatch ${vm.spec.dispatch} is not simulated`);
  if (vm.roundRobin >= active.length) vm.roundRobin = 0;
  return active[vm.roundRobin++]!;
}

function load(v: Vcpu): number {
  return v.queue.length + (v.state === 'searching' ? 0 : 1);
}

/** The task is dispatched to this vCPU. */
export function putOn(h: Host, v: Vcpu, task: Task): void {
  const { localCheck } = h.costs;
  if (v.frozen) v.vm.counted.stranded++;
  if (v.state === 'searching' && v.queue.length === 0 && localCheck === 0) {
    takesAtOnce(h, v, task);
    return;
  }
  if (!task.begun && h.costs.moveTask > 0) task.home = v.lastCore;
  v.queue.push(task);
  noteWaiting(h, v.vm);
  if (v.state === 'searching') noticesLater(h, v);
  h.mechanism.queued(h, v.vm, v);
  if (v.queue.includes(task)) comesToWait(h, v.vm, v);
}
