// Samples over time: docs/model/accounts.md, "Warm-up, end, series".

import { RANK } from './clock.js';
import { waitingTasks } from './waiting.js';
import type { Host } from './types.js';

interface Sample {
  readonly timeNs: number;
  readonly vms: {
    held: number;
    waiting: number;
    oldestNs: number;
    completed: number;
    latencies: number[];
    delays: number[];
  }[];
}

export class Sampler {
  samples: Sample[] = [];
  private latencies: number[][];
  private delays: number[][];

  constructor(
    h: Host,
    private intervalNs: number,
    private readonly capacity: number,
  ) {
    this.latencies = h.vms.map(() => []);
    this.delays = h.vms.map(() => []);
    this.plan(h);
  }

  completed(vm: number, latency: number): void {
    this.latencies[vm]!.push(latency);
  }

  began(vm: number, delay: number): void {
    this.delays[vm]!.push(delay);
  }

  /** Last of all in its nanosecond: behind first instructions, which are no events of the page. */
  private plan(h: Host): void {
    h.clock.at(h.clock.now + this.intervalNs, RANK.afterAll, () => this.take(h), [Infinity]);
  }

  private take(h: Host): void {
    const { now } = h.clock;
    this.samples.push({
      timeNs: now,
      vms: h.vms.map((vm) => {
        const ready = waitingTasks(vm).map((task) => task.readyAt);
        const latencies = this.latencies[vm.index]!;
        const oldestNs = ready.length === 0 ? 0 : Math.fround(now - Math.min(...ready));
        const delays = this.delays[vm.index]!;
        return { held: vm.held, waiting: ready.length, oldestNs, completed: latencies.length, latencies, delays };
      }),
    });
    this.latencies = h.vms.map(() => []);
    this.delays = h.vms.map(() => []);
    if (this.samples.length === this.capacity) this.halve();
    this.plan(h);
  }

  /** Every second sample goes; what was counted in its interval is the next one's. */
  private halve(): void {
    this.samples = this.samples.flatMap((sample, i) => {
      if (i % 2 === 0) return [];
      const dropped = this.samples[i - 1]!;
      const vms = sample.vms.map((vm, k) => {
        const other = dropped.vms[k]!;
        return {
          ...vm,
          completed: vm.completed + other.completed,
          latencies: [...other.latencies, ...vm.latencies],
          delays: [...other.delays, ...vm.delays],
        };
      });
      return [{ ...sample, vms }];
    });
    this.intervalNs *= 2;
  }
}
