// Requests: they arrive, are let in or dropped, run stage by stage, and complete.

import { RANK } from './clock.js';
import { stageStream, taskWord, type Stream } from './chance.js';
import { becomesReady } from './dispatch.js';
import { watchDeadline } from './orders.js';
import { gapOf, valueOf, type Arrival } from './scenario.js';
import type { Host, Request, Task, Vm } from './types.js';

type Process = NonNullable<Vm['spec']['workload']>['arrivals'];

let taskIds = 0;

function arrive(
  h: Host,
  vm: Vm,
  serviceNs: number,
  width: number,
  client: number | null,
  deadlineNs = vm.spec.workload!.deadlineNs ?? Infinity,
): void {
  const place = vm.arrivals++;
  vm.counted.arrived++;
  const tasksBefore = vm.tasksArrived;
  const counts = widths(vm, width);
  vm.tasksArrived += counts.reduce((sum, each) => sum + each, 0);
  const { stages, lock } = vm.spec.workload!.request;
  const alone = stages.length === 1 && counts[0] === 1 && valueOf(stages[0]!.tasks) <= 1;
  const word = alone ? null : vm.streams.services.word();
  const drawn = alone && lock !== undefined ? drawSection(lock, vm.streams.locks) : null;
  const touches = alone && h.swap !== null ? h.swap.draw(vm.index) : 0n;
  const { queueLimit } = vm.spec;
  if (queueLimit !== undefined && vm.inFlight >= vm.max + queueLimit) {
    vm.counted.dropped++;
    stages.forEach(({ service }, stage) => {
      const each = stage === 0 && serviceNs >= 0 ? serviceNs : valueOf(service);
      vm.counted.offeredNs += counts[stage]! * each;
    });
    if (client !== null) think(h, vm, client, 1);
    return;
  }
  vm.inFlight++;
  const request: Request = {
    vm,
    place,
    arrivedAt: h.clock.now,
    deadlineAt: h.clock.now + deadlineNs,
    stage: -1,
    tasksLeft: 0,
    serviceNs,
    width,
    client,
    tasksBefore,
    tasks: 0,
    idealNs: 0,
    word,
    touches,
  };
  watchDeadline(h, request);
  nextStage(h, request, drawn);
}

/** A request of a function, or the work of its instance's start, enters the instance's VM. */
export function enters(h: Host, vm: Vm, serviceNs: number, answered: () => void): void {
  vm.counted.arrived++;
  vm.counted.offeredNs += serviceNs;
  vm.inFlight++;
  const [place, arrivedAt, tasksBefore] = [vm.arrivals++, h.clock.now, vm.tasksArrived++];
  const request: Request = {
    ...{ vm, place, arrivedAt, deadlineAt: Infinity, stage: 0, tasksLeft: 1, serviceNs, width: 1, client: null },
    ...{ tasksBefore, tasks: 1, idealNs: serviceNs, word: null, touches: 0n, answered },
  };
  const task: Task = {
    ...{
      id: taskIds++,
      of: request,
      vm: vm.index,
      request: place,
      stage: 0,
      index: 0,
      tasksBefore,
      arrivedAt,
      serviceNs,
    },
    ...{
      createdAt: arrivedAt,
      readyAt: arrivedAt,
      doneNs: 0,
      begun: false,
      section: null,
      spreadNs: serviceNs,
      draws: 0n,
    },
    ...{ holds: false, lockSince: 0, home: null, putBackOn: null, putBehindAt: -1 },
  };
  becomesReady(h, vm, task);
}

function nextStage(h: Host, request: Request, alone: Place | null = null): void {
  const { vm } = request;
  const { stages, lock } = vm.spec.workload!.request;
  const stage = stages[++request.stage]!;
  const first = request.stage === 0;
  const width = widths(vm, request.width)[request.stage]!;
  request.tasksLeft = width;
  const tasksBefore = request.tasksBefore + request.tasks;
  request.tasks += width;
  if (width > 1) h.mechanism.announce(h, vm, width);
  const stream = request.word === null ? null : stageStream(request.word, request.stage);
  let longest = 0;
  for (let index = 0; index < width; index++) {
    const serviceNs = first && request.serviceNs >= 0 ? request.serviceNs : Math.floor(valueOf(stage.service) + 0.5);
    const place = stream !== null && lock !== undefined ? drawSection(lock, stream) : alone;
    const locked = place === null ? null : section(serviceNs, lock!.holdNs, place);
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
      draws: request.word === null ? request.touches : taskWord(request.word, request.stage, index),
      holds: false,
      lockSince: 0,
      home: null,
      putBackOn: null,
      putBehindAt: -1,
    };
    longest = Math.max(longest, serviceNs);
    vm.counted.offeredNs += serviceNs;
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

/** Where in the rest of the task its section lies, from 0 to 1. */
interface Place {
  readonly at: number;
}

/** Whether the task takes the lock, and where: both are drawn always. */
function drawSection({ probability }: { readonly probability: number }, stream: Stream): Place | null {
  if (probability === 0) return null;
  const takes = stream.unit() < probability;
  const at = stream.unit();
  return takes ? { at } : null;
}

function section(serviceNs: number, holdNs: number, { at }: Place): { from: number; to: number } {
  const length = Math.min(holdNs, serviceNs);
  const from = Math.floor(at * (serviceNs - length));
  return { from, to: from + length };
}

/** A task is complete. */
export function completed(h: Host, task: Task): void {
  const request = task.of;
  if (--request.tasksLeft > 0) return;
  const { vm } = request;
  if (request.answered !== undefined) {
    vm.inFlight--;
    vm.counted.completed++;
    request.answered();
    return;
  }
  if (request.stage + 1 < vm.spec.workload!.request.stages.length) {
    nextStage(h, request);
    return;
  }
  vm.inFlight--;
  vm.counted.completed++;
  if (h.clock.now <= request.deadlineAt) vm.counted.met++;
  else vm.counted.late++;
  const latency = h.clock.now - request.arrivedAt;
  vm.counted.latencies.push(latency);
  h.sampler?.completed(vm.index, latency);
  vm.counted.slowdowns.push(Math.floor((1024 * Math.max(1, latency)) / Math.max(1, request.idealNs)) / 1024);
  h.finished.push({ vm: vm.name, arrivedAt: request.arrivedAt, at: h.clock.now });
  const { arrivals } = vm.spec.workload!;
  if (arrivals.process === 'saturate') arrive(h, vm, -1, 0, null);
  else if (request.client !== null) think(h, vm, request.client, 0);
}

/** It is not done at its deadline; its tasks are gone. */
export function gaveUp(h: Host, { vm, client }: Request): void {
  vm.inFlight--;
  vm.counted.dropped++;
  vm.counted.abandoned++;
  if (client !== null) think(h, vm, client, 1);
}

function think(h: Host, vm: Vm, client: number, least: number): void {
  const { arrivals } = vm.spec.workload!;
  if (arrivals.process !== 'closed') return;
  const pause = Math.max(least, valueOf(arrivals.think));
  h.clock.at(h.clock.now + pause, RANK.arrival, () => arrive(h, vm, -1, 0, client), [2, vm.index, client]);
}

/** Plans all that comes from outside, and what is there at time 0. */
export function startArrivals(h: Host, arrivals: readonly Arrival[]): void {
  arrivals.forEach(({ vm, atNs, serviceNs, width, deadlineNs }, line) => {
    h.clock.at(atNs, RANK.arrival, () => arrive(h, h.vms[vm]!, serviceNs, width, null, deadlineNs), [0, line]);
  });
  for (const vm of h.vms) {
    const process = vm.spec.workload?.arrivals;
    if (process === undefined) continue;
    if (process.process === 'closed') for (let i = 0; i < process.clients; i++) think(h, vm, i, 0);
    if (process.process === 'saturate') for (let i = 0; i < process.tasks; i++) arrive(h, vm, -1, 0, null);
    if (process.process === 'periodic') releases(h, vm, process.tasks);
    if (process.process === 'poisson') poisson(h, vm, 1e9 / process.rate, 0);
    if (process.process === 'deterministic') generate(h, vm, process.rate, 1);
  }
}

function releases(h: Host, vm: Vm, tasks: Extract<Process, { process: 'periodic' }>['tasks']): void {
  const { warmupNs, durationNs } = h.scenario;
  tasks.forEach(({ periodNs, serviceNs, deadlineNs, offsetNs }, index) => {
    const deadline = deadlineNs ?? vm.spec.workload!.deadlineNs ?? periodNs;
    for (let at = offsetNs; at <= warmupNs + durationNs; at += periodNs)
      h.clock.at(at, RANK.arrival, () => arrive(h, vm, serviceNs, 1, null, deadline), [1, vm.index, index]);
  });
}

function poisson(h: Host, vm: Vm, meanNs: number, before: number): void {
  const { ns, left } = gapOf(meanNs, before);
  const come = (): void => {
    poisson(h, vm, meanNs, left);
    arrive(h, vm, -1, 0, null);
  };
  h.clock.at(h.clock.now + ns, RANK.arrival, come, [1, vm.index]);
}

function generate(h: Host, vm: Vm, rate: number, count: number): void {
  const at = Math.floor((count * 1e9) / rate);
  const come = (): void => {
    generate(h, vm, rate, count + 1);
    arrive(h, vm, -1, 0, null);
  };
  h.clock.at(at, RANK.arrival, come, [1, vm.index]);
}
