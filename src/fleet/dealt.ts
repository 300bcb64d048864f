// Functions that are dealt out, as the plan of a fleet and its result have them.

import { HostCalls } from './calls.js';
import { functionFigures } from './function-figures.js';
import type { KeptForFunctions } from './function-map.js';
import { dealOut, type FunctionCalls, reservedBytes } from './functions.js';
import type { Outages } from './outages.js';
import { typeOfHost } from './plan.js';
import type { Fleet } from './types.js';
import type { Window } from './windows.js';

export function callsByHost(fleet: Fleet, calls: FunctionCalls | undefined, outages: Outages): HostCalls | undefined {
  if (calls === undefined || fleet.functions === undefined) return undefined;
  const hosts = fleet.hosts.reduce((sum, { count }) => sum + count, 0);
  const pools = fleet.functions.lifecycle.keepAlive.policy === 'pool';
  return new HostCalls(dealOut(fleet, calls, outages), outages, fleet.simulate.warmupNs, { hosts, pools });
}

/** Hosts with something to simulate, and how much of each host's cores is asked for: by VMs, and by functions' work in the windows. */
export function loadOf(
  fleet: Fleet,
  vms: { readonly busy: ReadonlySet<number>; readonly load: Float64Array },
  calls: HostCalls | undefined,
  windows: readonly Window[],
): typeof vms {
  if (calls === undefined) return vms;
  const [busy, load] = [new Set(vms.busy), vms.load.slice()];
  const typeOf = typeOfHost(fleet);
  const lengthNs = windows.reduce((sum, { fromNs, toNs }) => sum + toNs - fromNs, 0);
  for (let host = 0; host < load.length; host++) {
    const work = calls.work(host, windows);
    if (work === undefined) continue;
    busy.add(host);
    load[host]! += work / lengthNs / fleet.hosts[typeOf(host)]!.cores;
  }
  return { busy, load };
}

export const keptFor = (
  { hosts, functions }: Fleet,
  calls: HostCalls,
  windows: readonly Window[],
): KeptForFunctions => ({
  types: hosts.map(({ count, memoryBytes }) => ({ count, bytes: reservedBytes(functions!, memoryBytes) })),
  lengthNs: windows.reduce((sum, { fromNs, toNs }) => sum + toNs - fromNs, 0),
  requests: calls.requestsIn(windows),
});

export const dealtResult = ({ functions }: FunctionCalls, { hosts, calls, nowhere }: HostCalls) => ({
  functions: functions.length,
  hosts,
  requests: calls,
  nowhere,
  ...functionFigures([], false),
});
