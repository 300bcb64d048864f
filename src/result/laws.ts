// What holds for every run whatever the mechanism; checked by the program after each run, not only by tests.
// Requests: arrived = completed + dropped + inFlight. Core-time: the states add up to cores × time.
// Faults: those under way when statistics began + faults = rescued + stalls that ended + those under way.
// Pages: what came in and went out is the sum over backends; what went to devices was written or dropped clean; frames, copies and
// what is free are the memory.
// Times: none below zero, none longer than any run, and of each distribution least ≤ mean ≤ greatest.
// Latency ≥ service is read off the slowdown (latency / service), which is never below one.

import { brokenLifecycleLaws } from '../lifecycle/result.js';
import { memoryOf } from '../swap/result.js';
import type { Distribution } from '../metrics/figures.js';
import type { Result, VmResult } from './result.js';

/** A run broke a conservation law: a defect of the simulator, never of the scenario. */
export class LawError extends Error {
  override readonly name = 'LawError';
}

/** Core-seconds are sums of whole nanoseconds divided once: what remains is rounding of the sums. */
const RELATIVE_ROUNDING = 1e-9;

/** Every fault is rescued at once, has ended in a stall, or waits; `memory` is empty where no VM has any. */
function brokenFaultLaw(result: Result): string | undefined {
  const memory = memoryOf(result);
  if (memory === undefined) return undefined;
  const begun = memory.faultsInFlightAtWarmup + memory.faults;
  const accounted = memory.rescued + memory.stallNs.count + memory.faultsInFlight;
  if (begun === accounted) return undefined;
  return `memory: ${begun} faults, but rescued + stalls + in flight is ${accounted}`;
}

/** What is counted in all is what is counted by backend. */
function brokenPageLaws(result: Result): string[] {
  const memory = memoryOf(result);
  if (memory === undefined) return [];
  const sum = (which: 'swapIns' | 'swapOuts', ...names: string[]): number =>
    Object.entries(memory.backends)
      .filter(([name]) => names.length === 0 || names.includes(name))
      .reduce((all, [, backend]) => all + backend[which], 0);
  const toDevices = sum('swapOuts', 'ssd', 'remote');
  const equal: readonly [string, number, string, number][] = [
    ['swapIns', memory.swapIns, 'the sum over backends', sum('swapIns')],
    ['swapOuts', memory.swapOuts, 'the sum over backends', sum('swapOuts')],
    [
      'residentBytes + storedBytes + freeBytes',
      memory.residentBytes + memory.storedBytes + memory.freeBytes,
      'physicalBytes',
      memory.physicalBytes,
    ],
    ['writebacks + cleanDrops', memory.writebacks + memory.cleanDrops, 'what went to devices', toDevices],
  ];
  return equal.flatMap(([name, value, other, expected]) =>
    value === expected ? [] : [`memory: ${name} is ${value}, but ${other} is ${expected}`],
  );
}

/** What the core counts in the last bucket was no time: below zero, or longer than any run. */
const NO_TIME = 2 ** 53 - 1;

/** Every distribution in `value`, wherever it stands, by its path. Series, of which a result may hold long ones, hold none. */
function eachDistribution(value: unknown, path: string, visit: (path: string, of: Distribution) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    if (typeof value[0] !== 'object') return;
    value.forEach((part, i) => eachDistribution(part, path === '' ? String(i) : `${path}.${i}`, visit));
    return;
  }
  if ('count' in value && 'mean' in value && 'min' in value && 'max' in value) {
    visit(path, value as unknown as Distribution);
    return;
  }
  for (const key in value) {
    const part = (value as Readonly<Record<string, unknown>>)[key];
    if (typeof part === 'object') eachDistribution(part, path === '' ? key : `${path}.${key}`, visit);
  }
}

function brokenTimes(path: string, part: unknown): string[] {
  const broken: string[] = [];
  eachDistribution(part, path, (at, { count, min, mean, max }) => {
    if (count === 0 || min === null || mean === null || max === null) return;
    if (!(min >= 0 && min <= mean * (1 + RELATIVE_ROUNDING) && mean <= max * (1 + RELATIVE_ROUNDING)))
      broken.push(`${at}: least ${min}, mean ${mean}, greatest ${max}`);
    if (!at.endsWith('slowdown') && max >= NO_TIME) broken.push(`${at}: ${max} ns is longer than any run`);
  });
  return broken;
}

/** Every request that ended met its deadline or was late, and who was given up was dropped. */
function brokenDeadlineLaws({ name, completed, dropped, deadlines }: VmResult): string[] {
  if (deadlines === undefined) return [];
  const { met, late, abandoned } = deadlines;
  const broken: string[] = [];
  if (met + late !== completed)
    broken.push(`${name}: completed ${completed}, but deadlines met + late is ${met + late}`);
  if (abandoned > dropped) broken.push(`${name}: ${abandoned} given up at their deadline, but only ${dropped} dropped`);
  return broken;
}

function brokenGpuLaws({ gpu, manifest }: Result): string[] {
  if (gpu === undefined) return [];
  const { arrived, completed, inFlight, busySeconds, offlineSeconds, otherSeconds } = gpu;
  const broken: string[] = [];
  if (arrived !== completed + inFlight)
    broken.push(`gpu: arrived ${arrived}, but completed + inFlight is ${completed + inFlight}`);
  const seconds = busySeconds + offlineSeconds + otherSeconds;
  if (Math.abs(seconds - manifest.measuredNs / 1e9) > 1e-9 * Math.max(1, seconds))
    broken.push(`gpu: busy + offline + other is ${seconds} s of ${manifest.measuredNs / 1e9}`);
  // a rounding of the difference that the rest is
  for (const [name, time] of Object.entries({ busySeconds, offlineSeconds, otherSeconds }))
    if (time < -1e-9) broken.push(`gpu.${name} is ${time}, below zero`);
  return broken;
}

/** One line for each law that a result breaks; none for a sound one. */
export function brokenLaws(result: Result): string[] {
  const broken: string[] = [];
  for (const [state, seconds] of Object.entries(result.host))
    if (state.endsWith('CoreSeconds') && seconds < 0) broken.push(`host.${state} is ${seconds}, below zero`);
  let coreSeconds = result.host.idleCoreSeconds + result.host.pollCoreSeconds;
  coreSeconds += (result.host.memoryCoreSeconds ?? 0) + (result.host.datapathCoreSeconds ?? 0);
  for (const seconds of Object.values(result.lifecycle?.cpuSeconds ?? {})) coreSeconds += seconds;
  for (const { vm, arrived, served, droppedForBudget, droppedForQueue, inFlight } of result.datapath?.tenants ?? []) {
    const ended = served + droppedForBudget + droppedForQueue;
    if (arrived !== ended + inFlight)
      broken.push(`datapath ${vm}: arrived ${arrived}, but served + dropped + inFlight is ${ended + inFlight}`);
  }
  broken.push(...brokenGpuLaws(result));
  for (const vm of result.vms) {
    const accounted = vm.completed + vm.dropped + vm.inFlight;
    if (vm.arrived !== accounted) {
      broken.push(`${vm.name}: arrived ${vm.arrived}, but completed + dropped + inFlight is ${accounted}`);
    }
    broken.push(...brokenDeadlineLaws(vm));
    const { task, steal, idlePoll, transition } = vm.cpuSeconds;
    for (const [state, seconds] of Object.entries(vm.cpuSeconds)) {
      if (seconds < 0) broken.push(`${vm.name}: cpuSeconds.${state} is ${seconds}, below zero`);
    }
    coreSeconds += task + steal + idlePoll + transition;
    // One unit of the histogram's precision: the quotient is stored rounded.
    const least = 1 - result.histogram.precision;
    if (vm.slowdown.min !== null && vm.slowdown.min < least) {
      broken.push(`${vm.name}: slowdown ${vm.slowdown.min}, latency is below the service time`);
    }
  }
  for (const vm of result.vms) broken.push(...brokenTimes(vm.name, vm));
  for (const part of ['reallocation', 'memory', 'lifecycle'] as const) broken.push(...brokenTimes(part, result[part]));
  for (const { atNs } of result.reallocation.grantCurve ?? [])
    if (!(atNs >= 0)) broken.push(`reallocation.grantCurve: a grant at ${atNs} ns, before the first decision`);
  const fault = brokenFaultLaw(result);
  if (fault !== undefined) broken.push(fault);
  broken.push(...brokenPageLaws(result), ...brokenLifecycleLaws(result.lifecycle));
  const expected = (result.host.cores * result.manifest.measuredNs) / 1e9;
  if (Math.abs(coreSeconds - expected) > RELATIVE_ROUNDING * Math.max(expected, 1e-3)) {
    broken.push(`core-seconds of all states add up to ${coreSeconds}, but cores × time is ${expected}`);
  }
  return broken;
}

/** Throws a `LawError` naming every broken law. */
export function assertLaws(result: Result): void {
  const broken = brokenLaws(result);
  if (broken.length > 0) throw new LawError(`the run broke a conservation law: ${broken.join('; ')}`);
}
