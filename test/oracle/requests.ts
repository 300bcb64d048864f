// Requests: they arrive, are let in or dropped, run stage by stage, and complete.

import { RANK } from './clock.js';
import { becomesReady } from './dispatch.js';
import { valueOf, type Arrival } from './scenario.js';
import type { Host, Request, Task, Vm } from './types.js';

let taskIds = 0;

export function arrive(h: Host, vm: Vm, serviceNs: number, width: number, client: number | null): void {
  const place = vm.arrivals++;
  vm.counted.arrived++;
  const tasksBefore = vm.tasksArrived;
  vm.tasksArrived += widths(vm, width).reduce((sum, each) => sum + each, 0);
  const { queueLimit } = vm.spec;
  if (queueLimit !== undefined && vm.inFlight >= vm.max + queueLimit) {
    vm.counted.dropped++;
    if (client !== null) think(h, vm, client, 1);
    return;
  }
  vm.inFlight++;
  const request: Request = {
    vm,
    place,
    arrivedAt: h.clock.now,
    stage: -1,
    tasksLeft: 0,
    serviceNs,
    width,
    client,
    tasksBefore,
    tasks: 0,
    idealNs: 0,
  };
  nextStage(h, request);
}

function nextStage(h: Host, request: Request): void {
  const { vm } = request;
  const { stages, lock } = vm.spec.workload!.request;
  const stage = stages[++request.stage]!;
  const first = request.stage === 0;
  const width = widths(vm, request.width)[request.stage]!;
  request.tasksLeft = width;
  const tasksBefore = request.tasksBefore + request.tasks;
  request.tasks += width;
  if (width > 1) h.mechanism.announce(h, vm, width);
  let longest = 0;
  for (let index = 0; index < width; index++) {
    const serviceNs = first && request.serviceNs >= 0 ? request.serviceNs : valueOf(stage.service);
    const locked = lock !== undefined && lock.probability > 0 ? section(serviceNs, lock.holdNs) : null;
    const task: Task = {
      id: taskIds++,
      of: request,
      vm: vm.index,
      request: request.place,
      stage: request.stage,
      index,
      tasksBefore: tasksBefore + index,
      arrivedAt: request.arrivedAt,
      serviceNs,
      createdAt: h.clock.now,
      readyAt: h.clock.now,
      doneNs: 0,
      begun: false,
      section: locked,
      spreadNs: locked === null ? serviceNs : locked.from,
      holds: false,
      lockSince: 0,
      home: null,
      putBackOn: null,
      putBehindAt: -1,
    };
    longest = Math.max(longest, serviceNs);
    h.swap?.prepare(task);
    becomesReady(h, vm, task);
  }
  request.idealNs += longest;
}

/** How many tasks each stage of a request has. */
function widths(vm: Vm, given: number): number[] {
  return vm.spec.workload!.request.stages.map(({ tasks }, stage) =>
    stage === 0 && given > 0 ? given : Math.max(1, Math.round(valueOf(tasks))),
  );
}

/** Where it lies is drawn among as many nanoseconds as the task is longer: without chance for at most one. */
function section(serviceNs: number, holdNs: number): { from: number; to: number } {
  if (serviceNs - holdNs > 1) throw new Error('where the section lies is drawn');
  return { from: 0, to: Math.min(holdNs, serviceNs) };
}

/** A task is complete. */
export function completed(h: Host, task: Task): void {
  const request = task.of;
  if (--request.tasksLeft > 0) return;
  const { vm } = request;
  if (request.stage + 1 < vm.spec.workload!.request.stages.length) {
    nextStage(h, request);
    return;
  }
  vm.inFlight--;
  vm.counted.completed++;
  const latency = h.clock.now - request.arrivedAt;
  vm.counted.latencies.push(latency);
  vm.counted.slowdowns.push(Math.floor((1024 * Math.max(1, latency)) / Math.max(1, request.idealNs)) / 1024);
  h.finished.push({ vm: vm.name, arrivedAt: request.arrivedAt, at: h.clock.now });
  const { arrivals } = vm.spec.workload!;
  if (arrivals.process === 'saturate') arrive(h, vm, -1, 0, null);
  else if (request.client !== null) think(h, vm, request.client, 0);
}

function think(h: Host, vm: Vm, client: number, least: number): void {
  const { arrivals } = vm.spec.workload!;
  if (arrivals.process !== 'closed') return;
  const pause = Math.max(least, valueOf(arrivals.think));
  h.clock.at(h.clock.now + pause, RANK.arrival, () => arrive(h, vm, -1, 0, client), [2, vm.index, client]);
}

/** Plans all that comes from outside, and what is there at time 0. */
export function startArrivals(h: Host, arrivals: readonly Arrival[]): void {
  arrivals.forEach(({ vm, atNs, serviceNs, width }, line) => {
    h.clock.at(atNs, RANK.arrival, () => arrive(h, h.vms[vm]!, serviceNs, width, null), [0, line]);
  });
  for (const vm of h.vms) {
    const process = vm.spec.workload?.arrivals;
    if (process === undefined) continue;
    if (process.process === 'closed') for (let i = 0; i < process.clients; i++) think(h, vm, i, 0);
    if (process.process === 'saturate') for (let i = 0; i < process.tasks; i++) arrive(h, vm, -1, 0, null);
    if (process.process === 'deterministic') generate(h, vm, process.rate, 1);
  }
}

function generate(h: Host, vm: Vm, rate: number, count: number): void {
  const at = Math.floor((count * 1e9) / rate);
  const come = (): void => {
    generate(h, vm, rate, count + 1);
    arrive(h, vm, -1, 0, null);
  };
  h.clock.at(at, RANK.arrival, come, [1, vm.index]);
}
