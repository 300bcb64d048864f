// What is allowed but perhaps not meant: said beside the results, never a reason to refuse.

import { meanCount, meanOf } from '../input/distributions.js';
import { formatDuration } from '../input/quantities.js';
import { COST_PARAMETERS, type CostName } from '../mechanisms/costs.js';
import { dedicatedCores, definitionOf } from '../mechanisms/kinds.js';
import { quotaOf } from './quota.js';
import type { Arrivals, VmGroup, Scenario } from './types.js';
import type { MechanismKind } from '../mechanisms/types.js';

/** Requests per second in the long run; undefined where the system itself or a file decides. */
function meanRate(arrivals: Arrivals): number | undefined {
  switch (arrivals.process) {
    case 'poisson':
    case 'deterministic':
      return arrivals.rate;
    case 'mmpp': {
      // The states follow one another in a circle: each one's share of the time is its mean dwell's share.
      let requests = 0;
      let dwell = 0;
      for (const state of arrivals.states) {
        requests += state.rate * state.meanDwellNs;
        dwell += state.meanDwellNs;
      }
      return requests / dwell;
    }
    case 'onoff':
      return (
        (arrivals.onRate * arrivals.meanOnNs + arrivals.offRate * arrivals.meanOffNs) /
        (arrivals.meanOnNs + arrivals.meanOffNs)
      );
    default:
      return undefined;
  }
}

/** Cores' worth of service that arrives, overheads left out; undefined where a file or the system decides. */
export function offeredLoad(vm: VmGroup): number | undefined {
  if (vm.workload === null) return 0;
  const rate = meanRate(vm.workload.arrivals);
  if (rate === undefined) return undefined;
  let serviceNs = 0;
  for (const stage of vm.workload.request.stages) {
    const count = meanCount(stage.tasks);
    const service = meanOf(stage.service);
    if (count === undefined || service === undefined) return undefined;
    serviceNs += count * service;
  }
  return (rate * serviceNs) / 1e9;
}

/** Cores' worth of time that the VM can have in the long run. */
export function usableCores(vm: VmGroup, kind: MechanismKind, available: number): number {
  if (kind === 'static') return vm.vcpus.min;
  const quota = kind === 'cgroup' ? quotaOf(vm) : 0;
  return Math.min(vm.vcpus.max, available, quota > 0 ? quota : Infinity);
}

/** Of the costs that differ from their defaults, and are some, those that no part of a run depends on. */
function ignoredCosts({ mechanism, costs }: Scenario): readonly CostName[] {
  const ignored = new Set<CostName>(definitionOf(mechanism.kind).ignoredCosts);
  if (!('migrate' in mechanism && mechanism.migrate)) ignored.add('migrateTask');
  return [...ignored].filter((name) => {
    const { default: usual } = COST_PARAMETERS.find((parameter) => parameter.name === name)!;
    return costs[name] !== 0 && costs[name] !== usual;
  });
}

export function warningsOf(scenario: Scenario): string[] {
  const warnings: string[] = [];
  const { host, mechanism } = scenario;
  const available = host.cores - dedicatedCores(mechanism.kind);
  if (host.memoryBytes !== undefined && host.memory === undefined)
    warnings.push('host.memory: recorded; no VM has memory, so no part of the run depends on it');
  scenario.vms.forEach((vm, index) => {
    const where = `vms.${index} (${vm.name})`;
    const load = offeredLoad(vm);
    if (load === undefined || load === 0) return;
    const usable = usableCores(vm, mechanism.kind, available);
    if (usable === 0)
      warnings.push(`${where}: has no core under static, since vcpus.min is 0: nothing it is sent is ever served`);
    else if (load >= usable) {
      const then =
        vm.queueLimit === undefined ? 'its queue grows as long as the run lasts' : 'what finds it full is dropped';
      warnings.push(`${where}: is offered ${load.toFixed(2)} cores of work and can have ${usable}: ${then}`);
    }
  });
  if (mechanism.kind === 'caladan' && (mechanism.htPunishNs ?? 0) > 0 && host.smt === 1)
    warnings.push(
      'mechanism.htPunish: host.smt is 1, so no hardware thread has a sibling to be emptied: it does nothing',
    );
  const moving = scenario.vms.findIndex((vm) => (vm.bandwidthPerVcpuBytesPerSecond ?? 0) > 0);
  if (moving < 0) {
    const limit = mechanism.kind === 'caladan' ? mechanism.bandwidthLimitBytesPerSecond : undefined;
    for (const [field, value] of [
      ['host.memoryBandwidth', host.memoryBandwidthBytesPerSecond],
      ['mechanism.bandwidthLimit', limit],
    ] as const) {
      if (value !== undefined && value > 0)
        warnings.push(`${field}: no VM declares bandwidthPerVcpu, so no part of the run depends on it`);
    }
  } else if (mechanism.kind !== 'caladan' && host.memoryBandwidthBytesPerSecond === undefined)
    warnings.push(
      `vms.${moving}.bandwidthPerVcpu: host.memoryBandwidth has no limit and ${mechanism.kind} does not look at it: no part of the run depends on it`,
    );
  const limited = scenario.vms.findIndex((vm) => vm.quota !== undefined);
  if (limited >= 0 && mechanism.kind !== 'cgroup')
    warnings.push(`vms.${limited}.quota: ${mechanism.kind} keeps no quotas: no part of the run depends on it`);
  for (const name of ignoredCosts(scenario))
    warnings.push(
      `costs.${name}: ${mechanism.kind} ${name === 'migrateTask' ? 'migrates no tasks' : 'has no such cost, or one of its own'}: no part of the run depends on it`,
    );
  const { gpu } = scenario;
  if (gpu?.offline !== undefined && gpu.cooldownNs < gpu.gapNs)
    warnings.push(
      `gpu.cooldown: ${formatDuration(gpu.cooldownNs)} is shorter than gpu.gap (${formatDuration(gpu.gapNs)}): offline work is let in and stopped between the tokens of an answer`,
    );
  if (mechanism.kind === 'hotplug' && mechanism.latencyNs > scenario.durationNs + scenario.warmupNs) {
    warnings.push(
      `mechanism.latency: ${formatDuration(mechanism.latencyNs)} is longer than the run: no vCPU is ever added`,
    );
  }
  return warnings;
}
