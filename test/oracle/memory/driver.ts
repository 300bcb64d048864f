// The least that can make tasks for the swap engine: VMs whose vCPUs keep their cores and take tasks from one queue, as they
// came. Enough for the cases computed by hand; the real CPU side of the naive simulator stands in the folder above.

import type { Scenario } from '../../../src/index.js';
import { Clock, RANK, type Event } from '../clock.js';
import type { CpuSide, Lengthens, Stop, SwapEngine, SwapFactory, TouchingTask } from '../seam.js';
import type { MemoryFigures } from './figures.js';

interface Task extends TouchingTask {
  readonly serviceNs: number;
  doneNs: number;
}

interface Vcpu {
  busy: boolean;
  since: number;
  end: Event | null;
}

export interface Driven {
  readonly memory: MemoryFigures;
  /** By VM, in the order of arrival; null: not done at the end. */
  readonly latencyNs: (number | null)[][];
}

export interface Arrival {
  readonly at: number;
  readonly serviceNs: number;
}

class Machine implements CpuSide {
  readonly clock = new Clock();
  private readonly swap: SwapEngine;
  private readonly queues: Task[][];
  private readonly vcpus: Vcpu[][];
  readonly latencyNs: (number | null)[][];

  constructor(
    private readonly scenario: Scenario,
    arrivals: readonly (readonly Arrival[])[],
    traces: readonly (readonly number[] | null)[],
    factory: SwapFactory,
  ) {
    this.queues = scenario.vms.map(() => []);
    this.vcpus = scenario.vms.map((vm) =>
      Array.from({ length: vm.vcpus.min }, () => ({ busy: false, since: 0, end: null })),
    );
    this.latencyNs = arrivals.map((list) => list.map(() => null));
    this.swap = factory(this, scenario, traces);
    arrivals.forEach((list, vm) =>
      list.forEach(({ at, serviceNs }, request) =>
        this.clock.at(at, RANK.arrival, () => {
          const task: Task = {
            vm,
            request,
            stage: 0,
            index: 0,
            tasksBefore: request,
            draws: 0n,
            spreadNs: serviceNs,
            arrivedAt: at,
            serviceNs,
            doneNs: 0,
          };
          this.swap.prepare(task);
          this.ready(task);
        }),
      ),
    );
    if (scenario.warmupNs > 0) this.clock.at(scenario.warmupNs, RANK.warmup, () => this.swap.warmup());
  }

  run(): MemoryFigures {
    this.clock.run(this.scenario.warmupNs + this.scenario.durationNs);
    return this.swap.figures();
  }

  ready(task: TouchingTask): void {
    this.queues[task.vm]!.push(task as Task);
    const idle = this.vcpus[task.vm]!.find((vcpu) => !vcpu.busy);
    if (idle !== undefined) this.take(task.vm, idle);
  }

  /** The next task is switched to, now or from `from` on, or the vCPU is idle. */
  private take(vm: number, vcpu: Vcpu, from = this.clock.now): void {
    const task = this.queues[vm]!.shift() ?? null;
    vcpu.busy = task !== null;
    if (task === null) return;
    const ends = this.clock.ticket();
    const switched = from + this.scenario.costs.taskSwitch;
    this.atOnceOr(switched, RANK.step, () => this.goOn(vm, vcpu, task, ends));
  }

  private goOn(vm: number, vcpu: Vcpu, task: Task, ticket: number): void {
    vcpu.since = this.clock.now;
    const end = (): void => {
      vcpu.end = this.clock.at(
        this.clock.now + task.serviceNs - task.doneNs,
        RANK.end,
        () => {
          this.swap.end(task);
          this.latencyNs[vm]![task.request] = this.clock.now - task.arrivedAt;
          this.take(vm, vcpu);
        },
        [],
        ticket,
      );
    };
    // A task of no length makes its touches first.
    if (task.serviceNs > 0 || this.swap.next(task, 0) === null) end();
    else vcpu.end = null;
    this.planTouch(vm, vcpu, task, end);
  }

  private planTouch(vm: number, vcpu: Vcpu, task: Task, end: () => void): void {
    const work = this.swap.next(task, task.doneNs + this.clock.now - vcpu.since);
    if (work === null) {
      if (vcpu.end === null) end();
      return;
    }
    const index = [vm, this.vcpus[vm]!.indexOf(vcpu)];
    const comes = vcpu.since + work - task.doneNs;
    this.clock.at(
      comes,
      RANK.touch,
      () => {
        const stop = this.swap.touch(task);
        if (stop === 'go on') this.planTouch(vm, vcpu, task, end);
        else this.stop(vm, vcpu, task, stop);
      },
      index,
    );
  }

  private stop(vm: number, vcpu: Vcpu, task: Task, stop: Stop | Lengthens): void {
    if (vcpu.end !== null) vcpu.end.cancelled = true;
    task.doneNs += this.clock.now - vcpu.since;
    if ('takesNs' in stop) {
      task.doneNs -= stop.takesNs;
      this.goOn(vm, vcpu, task, this.clock.ticket());
      return;
    }
    const { exitNs, stays } = stop;
    const over = this.clock.now + exitNs;
    if (stays) {
      const ticket = this.clock.ticket();
      this.atOnceOr(over, RANK.fault, () => this.goOn(vm, vcpu, task, ticket));
      return;
    }
    this.atOnceOr(over, RANK.fault, () => this.swap.left(task));
    // What it does next it chooses now.
    vcpu.busy = true;
    if (this.queues[vm]!.length > 0) this.take(vm, vcpu, over);
    else this.atOnceOr(over, RANK.step, () => this.take(vm, vcpu));
  }

  private atOnceOr(time: number, rank: number, act: () => void): void {
    if (time === this.clock.now) act();
    else this.clock.at(time, rank, act);
  }
}

export function drive(
  scenario: Scenario,
  arrivals: readonly (readonly Arrival[])[],
  traces: readonly (readonly number[] | null)[],
  factory: SwapFactory,
): Driven {
  const machine = new Machine(scenario, arrivals, traces, factory);
  const memory = machine.run();
  return { memory, latencyNs: machine.latencyNs };
}
