// The core's counters and histograms, as results are built from them.

import * as L from '../../assembly/layout.js';
import { hasDeadlines } from '../order/types.js';
import { ofEach, type Recorded } from '../metrics/counters.js';
import type { RawRun, RawVm } from '../result/build.js';
import { MOVE_DISTRIBUTIONS, STEP_DISTRIBUTIONS, VM_DISTRIBUTIONS } from '../result/counters.js';
import type { Result } from '../result/result.js';
import { addSwapBuckets } from '../swap/read.js';
import { memoryOf } from '../swap/result.js';
import type { CompiledScenario } from './compile.js';
import type { HostCore } from './host.js';
import type { LateRequests } from './late.js';

/** Everything of a RawRun but its manifest. Call `settle` first. */
export type RawCounters = Omit<RawRun, 'manifest'>;

export function readCounters(
  core: HostCore,
  compiled: CompiledScenario,
  cores: number,
  late?: LateRequests,
): RawCounters {
  const shared = new Map<unknown, RawVm['distributions']>();
  const vms = compiled.vms.map(({ name, group }, index): RawVm => {
    const counters = core.vmCounters(index);
    const key = compiled.histogramsShared ? group : index;
    const distributions =
      shared.get(key) ?? ofEach(VM_DISTRIBUTIONS, ({ histogram }) => core.vmHistogram(index, histogram));
    shared.set(key, distributions);
    const process = group.workload?.arrivals.process;
    const inFlight = counters[L.VM_IN_FLIGHT] ?? 0;
    return {
      name,
      class: group.class,
      slo: group.slo ?? null,
      counters,
      lateInFlight: late?.atLeast(index, core.nowNs, counters[L.VM_ARRIVED] ?? 0, inFlight) ?? 0,
      distributions,
      ...(compiled.histogramsShared && group.count > 1 ? { latencyShared: group.name } : {}),
      deadlines: hasDeadlines(group),
      locks: group.workload?.request.lock !== undefined,
      endless: process === 'saturate' || process === 'closed',
    };
  });
  const curve = core.grantCurve();
  const { lanes, bandwidth } = compiled.controllers;
  const ofHost = <T extends Readonly<Record<string, Recorded>>>(rows: T) =>
    ofEach(rows, ({ histogram }) => core.hostHistogram(histogram));
  return {
    vms,
    host: { cores, counters: core.hostCounters() },
    reallocation: {
      distributions: ofHost(MOVE_DISTRIBUTIONS),
      steps: ofHost(STEP_DISTRIBUTIONS),
      ...(lanes || bandwidth
        ? { controllers: [...(lanes ? ['hyperthread' as const] : []), ...(bandwidth ? ['bandwidth' as const] : [])] }
        : {}),
      ...(curve.length > 1 ? { grantCurve: curve.map((atNs, index) => ({ atNs, cores: index + 1 })) } : {}),
    },
    histogram: { precision: 2 ** -compiled.histogramBits, shared: compiled.histogramsShared ? 'group' : 'vm' },
  };
}

/** What the VMs of functions' instances have counted, put together. */
export function slotCounters(core: HostCore, { vms, slots }: CompiledScenario): Float64Array {
  const sum = new Float64Array(L.VM_COUNTERS);
  slots.forEach((_, index) => core.vmCounters(vms.length + index).forEach((value, word) => (sum[word]! += value)));
  return sum;
}

/** Puts the buckets of every VM's latencies into a result (of VMs that share them, into the first one's), and those of swap-ins. */
export function addHistograms(result: Result, core: HostCore): void {
  const told = new Set<string>();
  for (const [index, { latencyNs, latencyShared }] of result.vms.entries()) {
    if (latencyShared === undefined || !told.has(latencyShared)) latencyNs.histogram = core.latencies(index).buckets();
    if (latencyShared !== undefined) told.add(latencyShared);
  }
  const memory = memoryOf(result);
  if (memory !== undefined) addSwapBuckets(memory, core);
}
