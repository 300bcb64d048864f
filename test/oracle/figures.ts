// What is compared: the figures of a run, from the naive simulator and from the program, in one form.

import { asResult, compared, flat, quantile } from './memory/compare.js';
import type { MemoryFigures } from './memory/figures.js';
import { settle } from './accounts.js';
import type { Oracle } from './oracle.js';
import type { Finished } from './watched.js';
import type { Host, Vm } from './types.js';
import type { Result, Simulation } from '../../src/index.js';
import { seriesResult } from '../../src/result/series.js';

type Series = NonNullable<ReturnType<Simulation['series']>>;

export type Figures = Record<string, number>;

const QUANTILES = { p50: 0.5, p90: 0.9, p99: 0.99, p999: 0.999 } as const;

interface Summary {
  readonly count: number;
  readonly mean?: number | null;
  readonly min?: number | null;
  readonly max?: number | null;
  readonly stddev?: number | null;
  readonly p50?: number | null;
  readonly p90?: number | null;
  readonly p99?: number | null;
  readonly p999?: number | null;
}

function summary(values: readonly number[]): Summary {
  const count = values.length;
  if (count === 0) return { count };
  const sorted = values.toSorted((a, b) => a - b);
  const mean = values.reduce((a, b) => a + b, 0) / count;
  const square = values.reduce((a, b) => a + (b - mean) ** 2, 0) / Math.max(1, count - 1);
  const [p50, p90, p99, p999] = Object.values(QUANTILES).map((q) => quantile(sorted, q));
  return {
    count,
    mean,
    min: sorted[0]!,
    max: sorted.at(-1),
    stddev: Math.sqrt(square),
    p50,
    p90,
    p99,
    p999,
  };
}

/** `unit`: what values are whole multiples of. */
function put(figures: Figures, path: string, { count, mean, min, max, stddev, ...quantiles }: Summary, unit = 1): void {
  figures[`${path}.count`] = count;
  if (count === 0) return;
  figures[`${path}.sum`] = Math.round((mean! * count) / unit) * unit;
  figures[`${path}.min`] = min!;
  figures[`${path}.max`] = max!;
  figures[`${path}.stddev`] = Number(stddev!.toPrecision(6));
  for (const key of Object.keys(QUANTILES) as (keyof typeof QUANTILES)[]) figures[`${path}.${key}`] = quantiles[key]!;
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
const SLOWDOWN_UNIT = 1 / 1024;

/** Each request by itself: in the order of completion, of one instant in that of arrival. */
function putRequests(figures: Figures, finished: readonly Finished[]): void {
  const counts: Record<string, number> = {};
  for (const { vm, arrivedAt, at } of finished.toSorted((a, b) => a.at - b.at || a.arrivedAt - b.arrivedAt)) {
    const place = (counts[vm] = (counts[vm] ?? 0) + 1);
    figures[`${vm}.request ${place}.arrived`] = arrivedAt;
    figures[`${vm}.request ${place}.completed`] = at;
  }
}

const DEADLINES = ['met', 'late', 'abandoned', 'overtaken'] as const;

function putVm(figures: Figures, h: Host, { name, counted, inFlight, locks, spec, vcpus, throttledSince }: Vm): void {
  for (const key of COUNTERS) figures[`${name}.${key}`] = counted[key];
  figures[`${name}.inFlight`] = inFlight;
  if (spec.workload?.deadlineNs !== undefined)
    for (const key of DEADLINES) figures[`${name}.deadlines.${key}`] = counted[key];
  const process = spec.workload?.arrivals.process;
  if (process !== 'closed' && process !== 'saturate') figures[`${name}.offeredNs`] = counted.offeredNs;
  put(figures, `${name}.latencyNs`, summary(counted.latencies));
  put(figures, `${name}.queueDelayNs`, summary(counted.queueDelays));
  put(figures, `${name}.slowdown`, summary(counted.slowdowns), SLOWDOWN_UNIT);
  for (const [account, spent] of Object.entries(counted.cpu)) figures[`${name}.cpu.${account}`] = spent;
  for (const [tier, count] of Object.entries(counted.coldStarts)) figures[`${name}.coldStarts.${tier}`] = count;
  figures[`${name}.longestOffCoreNs`] = counted.longestOffCoreNs;
  const throttled = throttledSince === null ? 0 : h.clock.now - Math.max(throttledSince, h.warmedAt);
  figures[`${name}.throttledNs`] = counted.throttledNs + throttled;
  if ((spec.workload?.request.lock?.probability ?? 0) === 0) return;
  const { holder: _holder, line: _line, waitsEnded, waitNs, ...rest } = locks;
  for (const v of vcpus) {
    if (v.state === 'spinning') rest.spinNs += h.clock.now - v.spinningSince;
  }
  for (const [key, value] of Object.entries(rest)) figures[`${name}.locks.${key}`] = value;
  figures[`${name}.locks.meanWaitNs`] = waitsEnded === 0 ? 0 : Math.round((1000 * waitNs) / waitsEnded) / 1000;
}

/** Within its bucket. */
function putInterval(figures: Figures, path: string, { count, ...rest }: Partial<Summary>): void {
  figures[`${path}.count`] = count!;
  if (count === 0) return;
  for (const key of ['mean', 'max', 'p50', 'p90'] as const)
    if (rest[key] !== undefined) figures[`${path}.${key}.bucket`] = rest[key]!;
}

const shareOf = (share: number): number => Number(share.toPrecision(9));

function putMemory(figures: Figures, h: Host, memory: MemoryFigures): void {
  Object.assign(figures, flat('memory', asResult(memory)));
  const { swapIn, swapOut, scan, faultExit } = memory.elasticityNs;
  const { cores, memory: spec } = h.scenario.host;
  const time = h.clock.now - h.warmedAt;
  figures['memory.overheadShare'] = shareOf((swapIn + swapOut + scan + faultExit) / (cores * time));
  const kept = spec!.cores * time;
  figures['memory.keptCoresUsed'] = kept === 0 ? 0 : shareOf((swapIn + swapOut + scan) / kept);
}

/** Of the first round with most moves, if several of its cores are there. */
function putCurve(figures: Figures, h: Host): void {
  const most = Math.max(...h.rounds.map(({ moves }) => moves));
  const round = h.rounds.find(({ moves }) => moves === most);
  if (round === undefined || round.grantedAt.length < 2) return;
  round.grantedAt.forEach((at, i) => (figures[`grantCurve.${i + 1}`] = at - round.startsAt));
}

export function figuresOf({ host: h }: Oracle): Figures {
  for (const core of h.cores) settle(h, core);
  const figures: Figures = { idleNs: h.idleNs };
  for (const vm of h.vms) putVm(figures, h, vm);
  if (h.swap !== null) putMemory(figures, h, h.swap.figures());
  const time = h.clock.now - h.warmedAt;
  figures['utilizedNs'] = h.vms.reduce((sum, vm) => sum + vm.counted.cpu.task, 0);
  figures['pollNs'] = h.pollNs + h.mechanism.pollingCores * (h.clock.now - h.pollSince);
  figures['memoryCoreNs'] = h.swap === null ? 0 : h.scenario.host.memory!.cores * time;
  figures['moves'] = h.vms.reduce((sum, vm) => sum + vm.counted.grants, 0);
  put(figures, 'grantNs', summary(h.grantNs));
  putCurve(figures, h);
  put(figures, 'parkNs', summary(h.parkNs));
  put(figures, 'detectionNs', summary(h.detectionNs));
  for (const [step, values] of Object.entries(h.stepNs)) put(figures, `steps.${step}Ns`, summary(values));
  const { punishedThreads, relaxedThreads, punishedBandwidth, relaxedBandwidth } = h.controllers;
  const [threads, bandwidth] = h.mechanism.controllers();
  figures['hyperthread.punished'] = threads ? punishedThreads : 0;
  figures['hyperthread.relaxed'] = threads ? relaxedThreads : 0;
  figures['bandwidth.punished'] = bandwidth ? punishedBandwidth : 0;
  figures['bandwidth.relaxed'] = bandwidth ? relaxedBandwidth : 0;
  for (const { timeNs, vms } of h.sampler?.samples ?? [])
    vms.forEach(({ latencies, delays, ...rest }, i) => {
      const path = `${h.vms[i]!.name}.at ${timeNs}`;
      for (const [key, value] of Object.entries(rest)) figures[`${path}.${key}`] = value;
      putInterval(figures, `${path}.latencyNs`, summary(latencies));
      putInterval(figures, `${path}.queueDelayNs`, summary(delays));
    });
  putRequests(figures, h.finished);
  return figures;
}

function putVmResult(figures: Figures, vm: Result['vms'][number], measuredNs: number): void {
  const { name, locks, offeredLoad } = vm;
  if (offeredLoad !== null) figures[`${name}.offeredNs`] = Math.round(offeredLoad * measuredNs);
  for (const key of COUNTERS) figures[`${name}.${key}`] = vm[key];
  figures[`${name}.inFlight`] = vm.inFlight;
  for (const key of DEADLINES) if (vm.deadlines !== undefined) figures[`${name}.deadlines.${key}`] = vm.deadlines[key];
  put(figures, `${name}.latencyNs`, vm.latencyNs);
  put(figures, `${name}.queueDelayNs`, vm.queueDelayNs);
  put(figures, `${name}.slowdown`, vm.slowdown, SLOWDOWN_UNIT);
  for (const [account, spent] of Object.entries(vm.cpuSeconds)) figures[`${name}.cpu.${account}`] = ns(spent);
  for (const tier of ['boot', 'restore']) figures[`${name}.coldStarts.${tier}`] = vm.coldStarts[tier] ?? 0;
  figures[`${name}.longestOffCoreNs`] = vm.longestOffCoreNs ?? 0;
  figures[`${name}.throttledNs`] = ns(vm.throttledSeconds);
  if (locks === undefined) return;
  const { meanWaitNs, longestWaitNs, spinSeconds, ...rest } = locks;
  for (const [key, value] of Object.entries(rest)) figures[`${name}.locks.${key}`] = value;
  figures[`${name}.locks.longestWaitNs`] = longestWaitNs ?? 0;
  figures[`${name}.locks.meanWaitNs`] = Math.round(1000 * (meanWaitNs ?? 0)) / 1000;
  figures[`${name}.locks.spinNs`] = ns(spinSeconds);
}

/** Of VMs that are a group each. */
function putSeries(figures: Figures, series: Series | null): void {
  if (series === null) return;
  const { timeNs, vms, groups } = seriesResult(series);
  timeNs.forEach((time, i) =>
    vms.forEach(({ name, coresHeld, waiting, oldestDelayNs, completed }) => {
      const path = `${name}.at ${time}`;
      figures[`${path}.held`] = coresHeld[i]!;
      figures[`${path}.waiting`] = waiting[i]!;
      figures[`${path}.oldestNs`] = oldestDelayNs[i]!;
      figures[`${path}.completed`] = completed[i]!;
      const group = groups.find((one) => one.name === name)!;
      for (const which of ['latencyNs', 'queueDelayNs'] as const) {
        const { count, mean, p50, p90, max } = group[which];
        putInterval(figures, `${path}.${which}`, {
          count: count[i]!,
          mean: mean[i]!,
          max: max[i]!,
          p50: p50[i]!,
          p90: p90[i]!,
        });
      }
    }),
  );
}

export function figuresOfResult(result: Result, finished: readonly Finished[], series: Series | null): Figures {
  const { reallocation } = result;
  const { cores, utilization, idleCoreSeconds, pollCoreSeconds, memoryCoreSeconds } = result.host;
  const { measuredNs } = result.manifest;
  const figures: Figures = { idleNs: ns(idleCoreSeconds) };
  figures['utilizedNs'] = Math.round(utilization * cores * measuredNs);
  figures['pollNs'] = ns(pollCoreSeconds);
  figures['memoryCoreNs'] = ns(memoryCoreSeconds ?? 0);
  for (const vm of result.vms) putVmResult(figures, vm, measuredNs);
  const { memory } = result;
  if (memory.swapInNs !== undefined) {
    Object.assign(figures, flat('memory', compared(memory)));
    figures['memory.overheadShare'] = shareOf(memory.overheadShare ?? 0);
    figures['memory.keptCoresUsed'] = shareOf(memory.keptCoresUsed ?? 0);
  }
  figures['moves'] = reallocation.count;
  put(figures, 'grantNs', reallocation.grantNs);
  reallocation.grantCurve?.forEach(({ atNs, cores }) => (figures[`grantCurve.${cores}`] = atNs));
  put(figures, 'parkNs', reallocation.parkNs);
  put(figures, 'detectionNs', reallocation.detectionNs);
  for (const [step, values] of Object.entries(reallocation.steps)) put(figures, `steps.${step}`, values);
  for (const which of ['hyperthread', 'bandwidth'] as const)
    for (const key of ['punished', 'relaxed'] as const)
      figures[`${which}.${key}`] = reallocation.controllers?.[which]?.[key] ?? 0;
  putSeries(figures, series);
  putRequests(figures, finished);
  return figures;
}
