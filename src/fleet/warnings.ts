// What is allowed in a fleet but perhaps not meant.

import { formatDuration, formatSize } from '../input/quantities.js';
import { scaleOf } from './demand.js';
import { type FunctionCalls, reservedBytes } from './functions.js';
import type { HostCalls } from './calls.js';
import type { Merger } from './merge.js';
import { groupsOf, hasVms } from './pack.js';
import type { FleetResult, PackingResult } from './result.js';
import type { Fleet, Inside } from './types.js';
import { CORE, KIB, type VmTable } from './vms.js';
import type { Window } from './windows.js';

/** VMs that came and that no host holds, were it empty. */
function neverFit(fleet: Fleet, vms: VmTable, endNs: number): { readonly count: number; readonly first: number } {
  const [cores, memory] = [scaleOf(fleet.overcommit.cores), scaleOf(fleet.overcommit.memory)];
  const hosts = groupsOf(fleet);
  const never = { count: 0, first: -1 };
  for (let vm = 0; vm < vms.count && vms.arrivalNs[vm]! <= endNs; vm++) {
    const vmClass = vms.classes[vm]!;
    const [ofCores, ofMemory] = [vms.cores[vm]! * cores.demand[vmClass]!, vms.memory[vm]! * memory.demand[vmClass]!];
    if (hosts.some((host) => host.cores >= ofCores && host.memory >= ofMemory)) continue;
    if (never.count++ === 0) never.first = vm;
  }
  return never;
}

const hasTrace = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  ((value as { readonly process?: unknown }).process === 'trace' || Object.values(value).some(hasTrace));

/** Of what runs inside hosts. */
export function insideWarnings({ vms }: Fleet, { behaviour }: Inside): FleetResult['warnings'] {
  const traced = hasTrace(behaviour?.['workload']);
  if (traced === (vms.staggered === true)) return [];
  if (!traced)
    return [{ code: 'no-trace', field: 'vms.staggered', detail: 'VMs replay no trace, so that it changes nothing' }];
  return [
    {
      code: 'same-rows',
      field: 'vms.behaviour',
      detail:
        'every VM replays the same rows of the trace from the begin of each epoch, so VMs burst in step: latencies are no figures of VMs that are independent (vms.staggered: true gives each an instant of its own to begin at)',
    },
  ];
}

/** A rule that was handed in for nothing. */
export const unaskedWarnings = (fleet: Fleet, policy: unknown): FleetResult['warnings'] =>
  policy === undefined || hasVms(fleet)
    ? []
    : [{ code: 'no-vms', field: 'placement', detail: 'there are no VMs to place, so that the rule is never asked' }];

export function warningsOf(fleet: Fleet, vms: VmTable, packing: PackingResult, endNs: number): FleetResult['warnings'] {
  const warnings: FleetResult['warnings'] = [];
  if (packing.arrivals === 0 && hasVms(fleet))
    warnings.push({ code: 'no-arrivals', field: 'duration', detail: 'no VM came before the end' });
  const { count, first } = packing.rejected > 0 ? neverFit(fleet, vms, endNs) : { count: 0, first: -1 };
  if (count > 0)
    warnings.push({
      code: 'never-fits',
      field: 'hosts',
      detail:
        `${count} of ${packing.arrivals} VMs fit on no host, were it empty: the first has ${vms.cores[first]! / CORE} cores and ` +
        formatSize(vms.memory[first]! * KIB),
    });
  if (endNs === 0) warnings.push({ code: 'no-time', field: 'duration', detail: 'the fleet ends at 0: means are 0' });
  return warnings;
}

/** Fewer hosts tell too little of the others. */
export const FEW_HOSTS = 20;

const HOSTS_NAMED = 5;

/** What went wrong in one way is told once, with the hosts. */
export function failures(errors: Merger['errors']): FleetResult['warnings'] {
  const hostsOf = new Map<string, number[]>();
  for (const { host, error } of errors) {
    const hosts = hostsOf.get(error);
    if (hosts === undefined) hostsOf.set(error, [host]);
    else hosts.push(host);
  }
  return [...hostsOf].map(([detail, hosts]) => {
    const more = hosts.length > HOSTS_NAMED ? ` and ${hosts.length - HOSTS_NAMED} more` : '';
    const named = `${hosts.length === 1 ? 'host' : 'hosts'} ${hosts.slice(0, HOSTS_NAMED).join(', ')}${more}`;
    return { code: 'host-failed', field: named, detail };
  });
}

type Warnings = FleetResult['warnings'];

/** Functions that no host can hold, and calls for which there was no host. */
function lostWarnings(
  { hosts, functions: given }: Fleet,
  { functions }: FunctionCalls,
  calls: HostCalls,
  windows: readonly Window[],
): Warnings {
  const most = Math.max(...hosts.map(({ memoryBytes }) => reservedBytes(given!, memoryBytes)));
  const never = functions.filter((one) => one.memoryBytes + one.memoryPerRequestBytes > most);
  const names = never.slice(0, 3).map(({ name }) => name);
  return [
    ...(never.length === 0
      ? []
      : [
          {
            code: 'never-fits',
            field: 'functions.reserve',
            detail: `${never.length} of ${functions.length} functions need more than the ${formatSize(most)} that a host keeps, so that their requests are dropped: ${names.join(', ')}${never.length > 3 ? ' …' : ''}`,
          },
        ]),
    ...(calls.nowhere === 0
      ? []
      : [
          {
            code: 'no-host',
            field: 'functions',
            detail: `${calls.nowhere} of the ${calls.calls} requests of the whole time came when no host was open, and are not simulated: ${calls.nowhereIn(windows)} of them in the windows`,
          },
        ]),
  ];
}

export function functionWarnings(
  fleet: Fleet,
  calls: HostCalls | undefined,
  found: FunctionCalls | undefined,
  windows: readonly Window[],
): Warnings {
  const { functions, simulate } = fleet;
  if (functions === undefined) return [];
  if (calls === undefined || found === undefined)
    return [
      {
        code: 'not-simulated',
        field: 'functions',
        detail:
          'fidelity packing places VMs alone: functions take what is kept for them, and their requests are not simulated',
      },
    ];
  const warnings = lostWarnings(fleet, found, calls, windows);
  const hosts = fleet.hosts.reduce((sum, { count }) => sum + count, 0);
  if (functions.spread > hosts)
    warnings.push({
      code: 'wide-spread',
      field: 'functions.spread',
      detail: `each function is on all ${hosts} hosts, as there are no ${functions.spread}`,
    });
  if (calls.calls === 0)
    warnings.push({ code: 'no-calls', field: 'functions', detail: 'no request came before the end' });
  const { keepAlive } = functions.lifecycle;
  const keptNs = keepAlive.policy === 'fixed' ? keepAlive.timeNs : Infinity;
  const last = windows.at(-1);
  const latest = last === undefined ? 0 : hasVms(fleet) || fleet.failures !== undefined ? last.toNs : last.fromNs;
  if (simulate.warmupNs < Math.min(keptNs, latest)) {
    const kept =
      keptNs === Infinity
        ? `as long as ${keepAlive.policy} keeps instances`
        : `the keep-alive of ${formatDuration(keptNs)}`;
    warnings.push({
      code: 'short-warmup',
      field: 'simulate.warmup',
      detail: `${formatDuration(simulate.warmupNs)} are less than ${kept}: instances of requests before are missing where an epoch begins, so that too many starts are cold`,
    });
  }
  return warnings;
}
