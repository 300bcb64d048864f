// What is compared: the figures of a run, from the naive simulator and from the program, in one form.

import { asResult, compared, flat } from './memory/compare.js';
import { settle } from './accounts.js';
import type { Oracle } from './oracle.js';
import type { Result } from '../../src/index.js';

export type Figures = Record<string, number>;

interface Summary {
  readonly count: number;
  readonly mean?: number | null;
  readonly min?: number | null;
  readonly max?: number | null;
  readonly stddev?: number | null;
}

function summary(values: readonly number[]): Summary {
  const count = values.length;
  if (count === 0) return { count };
  const mean = values.reduce((a, b) => a + b, 0) / count;
  const square = values.reduce((a, b) => a + (b - mean) ** 2, 0) / Math.max(1, count - 1);
  return { count, mean, min: Math.min(...values), max: Math.max(...values), stddev: Math.sqrt(square) };
}

function put(figures: Figures, path: string, { count, mean, min, max, stddev }: Summary): void {
  figures[`${path}.count`] = count;
  if (count === 0) return;
  figures[`${path}.sum`] = Math.round(mean! * count);
  figures[`${path}.min`] = min!;
  figures[`${path}.max`] = max!;
  figures[`${path}.stddev`] = Number(stddev!.toPrecision(6));
}

const COUNTERS = [
  'arrived',
  'completed',
  'dropped',
  'steals',
  'stealAttempts',
  'tasksStolen',
  'preemptions',
  'yields',
  'grants',
  'revocations',
  'migrations',
  'stranded',
] as const;

const ns = (seconds: number): number => Math.round(seconds * 1e9);

export function figuresOf({ host: h }: Oracle): Figures {
  for (const core of h.cores) settle(h, core);
  const figures: Figures = { idleNs: h.idleNs };
  for (const { name, counted, inFlight, locks, spec, vcpus, throttledSince } of h.vms) {
    for (const key of COUNTERS) figures[`${name}.${key}`] = counted[key];
    figures[`${name}.inFlight`] = inFlight;
    put(figures, `${name}.latencyNs`, summary(counted.latencies));
    put(figures, `${name}.queueDelayNs`, summary(counted.queueDelays));
    for (const [account, spent] of Object.entries(counted.cpu)) figures[`${name}.cpu.${account}`] = spent;
    figures[`${name}.longestOffCoreNs`] = counted.longestOffCoreNs;
    const throttled = throttledSince === null ? 0 : h.clock.now - Math.max(throttledSince, h.warmedAt);
    figures[`${name}.throttledNs`] = counted.throttledNs + throttled;
    if ((spec.workload?.request.lock?.probability ?? 0) > 0) {
      const { holder: _holder, line: _line, waitsEnded, waitNs, ...rest } = locks;
      for (const v of vcpus) {
        if (v.state === 'spinning') rest.spinNs += h.clock.now - v.spinningSince;
      }
      for (const [key, value] of Object.entries(rest)) figures[`${name}.locks.${key}`] = value;
      figures[`${name}.locks.meanWaitNs`] = waitsEnded === 0 ? 0 : Math.round((1000 * waitNs) / waitsEnded) / 1000;
    }
  }
  if (h.swap !== null) Object.assign(figures, flat('memory', asResult(h.swap.figures())));
  put(figures, 'grantNs', summary(h.grantNs));
  put(figures, 'parkNs', summary(h.parkNs));
  return figures;
}

export function figuresOfResult(result: Result): Figures {
  const figures: Figures = { idleNs: ns(result.host.idleCoreSeconds) };
  for (const vm of result.vms) {
    const { name, locks } = vm;
    for (const key of COUNTERS) figures[`${name}.${key}`] = vm[key];
    figures[`${name}.inFlight`] = vm.inFlight;
    put(figures, `${name}.latencyNs`, vm.latencyNs);
    put(figures, `${name}.queueDelayNs`, vm.queueDelayNs);
    for (const [account, spent] of Object.entries(vm.cpuSeconds)) figures[`${name}.cpu.${account}`] = ns(spent);
    figures[`${name}.longestOffCoreNs`] = vm.longestOffCoreNs ?? 0;
    figures[`${name}.throttledNs`] = ns(vm.throttledSeconds);
    if (locks !== undefined) {
      const { meanWaitNs, longestWaitNs, spinSeconds, ...rest } = locks;
      for (const [key, value] of Object.entries(rest)) figures[`${name}.locks.${key}`] = value;
      figures[`${name}.locks.longestWaitNs`] = longestWaitNs ?? 0;
      figures[`${name}.locks.meanWaitNs`] = Math.round(1000 * (meanWaitNs ?? 0)) / 1000;
      figures[`${name}.locks.spinNs`] = ns(spinSeconds);
    }
  }
  if (result.memory.swapInNs !== undefined) Object.assign(figures, flat('memory', compared(result.memory)));
  put(figures, 'grantNs', result.reallocation.grantNs);
  put(figures, 'parkNs', result.reallocation.parkNs);
  return figures;
}
