// Deadlines and the order in which tasks run: docs/model/order-of-tasks.md. At every decision all keys are computed anew.

import { RANK } from './clock.js';
import { choose, queueOf, switchTo, takeOff, waitsAgain } from './guest.js';
import { gaveUp } from './requests.js';
import { noteWaiting } from './waiting.js';
import type { Host, Request, Task, Vcpu, Vm } from './types.js';

const kindOf = (vm: Vm): string => vm.spec.order?.kind ?? 'fifo';
const isOrdered = (vm: Vm): boolean => kindOf(vm) !== 'fifo';

const abandons = (vm: Vm): boolean => (vm.spec.workload?.late ?? 'abandon') === 'abandon';

/** The greatest time from arrival to deadline that the scenario tells. */
function greatest(vm: Vm): number {
  const { arrivals, deadlineNs } = vm.spec.workload!;
  if (arrivals.process !== 'periodic') return deadlineNs ?? 1;
  return Math.max(...arrivals.tasks.map((task) => task.deadlineNs ?? deadlineNs ?? task.periodNs));
}

function key(h: Host, vm: Vm, task: Task, startsAt: number): number {
  const { order } = vm.spec;
  const left = task.serviceNs - task.doneNs;
  const slack = task.of.deadlineAt - startsAt - left;
  switch (kindOf(vm)) {
    case 'edf':
      return task.of.deadlineAt;
    case 'dm':
      return task.of.deadlineAt - task.of.arrivedAt;
    case 'llf':
      return slack;
    default: {
      const range = order!.rangeNs ?? greatest(vm);
      const bin = slack === Infinity ? order!.bins - 1 : Math.floor((slack * order!.bins) / range);
      return Math.max(0, Math.min(order!.bins - 1, bin));
    }
  }
}

interface Ranked {
  readonly task: Task;
  readonly key: number;
  readonly on: Vcpu | null;
}

const ranking = (a: Ranked, b: Ranked): number => (a.key === b.key ? a.task.id - b.task.id : a.key < b.key ? -1 : 1);

function firstWaiting(h: Host, vm: Vm): Ranked | undefined {
  return vm.ingress.map((task): Ranked => ({ task, key: key(h, vm, task, h.clock.now), on: null })).sort(ranking)[0];
}

/** What a vCPU takes of its VM's queue. */
export function takeFirst(h: Host, vm: Vm): Task | null {
  if (!isOrdered(vm)) return vm.ingress.shift() ?? null;
  const first = firstWaiting(h, vm);
  if (first === undefined) return null;
  vm.ingress.splice(vm.ingress.indexOf(first.task), 1);
  return first.task;
}

function lastRunning(h: Host, vm: Vm): Ranked | undefined {
  return vm.vcpus
    .flatMap((on): Ranked[] => {
      const { running } = on;
      if (running === null || running.end!.time <= h.clock.now) return [];
      const { task } = running;
      // work goes on from then: what is left of the switch is part of what is left
      const from = Math.max(running.workedUntil, running.beginsAt);
      return [{ task, key: key(h, vm, task, from), on }];
    })
    .sort(ranking)
    .at(-1);
}

/** Whoever comes first runs. */
export function decide(h: Host, vm: Vm): void {
  if (!isOrdered(vm)) return;
  for (;;) {
    const first = firstWaiting(h, vm);
    const last = lastRunning(h, vm);
    if (first === undefined || last === undefined || ranking(first, last) > 0) return;
    const v = last.on!;
    const out = takeOff(h, v);
    waitsAgain(h, out);
    vm.ingress.splice(vm.ingress.indexOf(first.task), 1);
    queueOf(v).push(out);
    noteWaiting(h, vm);
    vm.counted.overtaken++;
    switchTo(h, v, first.task);
  }
}

/** What a decision costs on the switch to its choice. */
export function decisionNs({ spec: { order }, ingress }: Vm): number {
  if (order === undefined) return 0;
  const { baseNs, perTaskNs, exponent } = order.decision;
  return Math.round(baseNs + perTaskNs * (ingress.length + 1) ** exponent);
}

/** Every multiple of the tick, whoever waits. */
export function startTicks(h: Host): void {
  const { warmupNs, durationNs } = h.scenario;
  for (const vm of h.vms) {
    if (kindOf(vm) !== 'llf' && kindOf(vm) !== 'qllf') continue;
    const { tickNs } = vm.spec.order!;
    for (let at = tickNs; at <= warmupNs + durationNs; at += tickNs)
      h.clock.at(at, RANK.quantum, () => decide(h, vm), [h.vms.length, vm.index, 1]);
  }
}

/** The request has arrived. */
export function watchDeadline(h: Host, request: Request): void {
  const { vm, deadlineAt } = request;
  if (deadlineAt === Infinity || !abandons(vm)) return;
  h.clock.at(deadlineAt, RANK.quantum, () => expire(h, vm), [h.vms.length, vm.index, 0]);
}

function expire(h: Host, vm: Vm): void {
  const over = (task: Task): boolean => task.of.deadlineAt <= h.clock.now;
  const gone: Task[] = vm.ingress.filter(over);
  vm.ingress = vm.ingress.filter((task) => !over(task));
  const freed: Vcpu[] = [];
  for (const v of vm.vcpus) {
    if (v.running !== null && over(v.running.task)) {
      gone.push(takeOff(h, v));
      freed.push(v);
    } else if (v.parked !== null && over(v.parked)) {
      gone.push(v.parked);
      v.parked.gone = true;
      v.parked = null;
    }
  }
  if (gone.length === 0) return;
  noteWaiting(h, vm);
  for (const request of new Set(gone.map(({ of }) => of))) gaveUp(h, request);
  for (const v of freed) choose(h, v);
  decide(h, vm);
}
