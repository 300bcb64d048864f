// The result of one run, built from the core's raw counters.

import * as L from '../../assembly/layout.js';
import { counted, NS_PER_SECOND, ofEach, type Words } from '../metrics/counters.js';
import { type Samples, nearestRank, quantileOf, distributionOf } from '../metrics/histogram.js';
import {
  ARBITER_COUNTERS,
  CONTROLLER_COUNTERS,
  DEADLINE_COUNTERS,
  HOST_COUNTERS,
  LOCK_COUNTERS,
  MOVE_COUNTERS,
  type MOVE_DISTRIBUTIONS,
  type STEP_DISTRIBUTIONS,
  VM_COUNTERS,
  type VM_DISTRIBUTIONS,
  VM_SECONDS,
  VM_STARTS,
} from './counters.js';
import type { Controllers, DeadlineResult, LockResult, Manifest, Result, SloResult, VmResult } from './result.js';
import type { DatapathResult } from '../datapath/result.js';
import type { GpuResult } from '../gpu/result.js';
import type { LifecycleResult } from '../lifecycle/result.js';
import type { MemoryResult } from '../swap/result.js';

/** The share of a run's arrivals that must have piled up to call a VM unstable. */
const UNSTABLE_SHARE = 0.02;
/** Standard deviations of a Poisson count of arrivals that the pile must exceed as well: short runs vary by chance. */
const UNSTABLE_DEVIATIONS = 10;

/** One VM as the core counted it. Times in nanoseconds. */
export interface RawVm {
  readonly name: string;
  readonly class: string;
  readonly slo: { readonly quantile: number; readonly latencyNs: number } | null;
  /** VM_* of assembly/layout.ts. */
  readonly counters: Words;
  /** Of those in flight now, how many are surely older than the SLO's target. */
  readonly lateInFlight?: number;
  readonly distributions: Readonly<Record<keyof typeof VM_DISTRIBUTIONS, Samples>>;
  readonly latencyShared?: string;
  /** Whether its requests take a lock. */
  readonly locks?: boolean;
  /** Whether its requests have deadlines. */
  readonly deadlines?: boolean;
  /** Whether arrivals wait for completions (saturate, closed): then nothing is offered. */
  readonly endless: boolean;
}

/** One run as the core counted it. */
export interface RawRun {
  readonly manifest: Omit<Manifest, 'eventsPerSecond'>;
  readonly vms: readonly RawVm[];
  readonly host: {
    readonly cores: number;
    /** HOST_* of assembly/layout.ts. */
    readonly counters: Words;
    /** Of cores that are kept for the memory's workers, among those that run no VM. */
    readonly memoryNs?: number;
    readonly datapathNs?: number;
  };
  readonly reallocation: {
    readonly distributions: Readonly<Record<keyof typeof MOVE_DISTRIBUTIONS, Samples>>;
    readonly steps: Readonly<Record<keyof typeof STEP_DISTRIBUTIONS, Samples>>;
    readonly grantCurve?: readonly { readonly atNs: number; readonly cores: number }[];
    /** Those that were on. */
    readonly controllers?: readonly (keyof typeof CONTROLLER_COUNTERS)[];
  };
  readonly memory?: MemoryResult;
  readonly lifecycle?: LifecycleResult;
  readonly datapath?: DatapathResult;
  readonly gpu?: GpuResult;
  readonly histogram: { readonly precision: number; readonly shared: 'vm' | 'group' };
}

/**
 * Whether a VM's backlog grew throughout the run. A stable queue ends with a backlog that does not depend on the
 * run's length; one that is overloaded by a share s ends with s of all its arrivals waiting.
 */
export function isUnstable(vm: {
  readonly arrived: number;
  readonly inFlight: number;
  readonly inFlightAtWarmup: number;
}): boolean {
  const growth = vm.inFlight - vm.inFlightAtWarmup;
  return growth > UNSTABLE_SHARE * vm.arrived && growth > UNSTABLE_DEVIATIONS * Math.sqrt(vm.arrived);
}

/**
 * The latency at quantile q of all requests whose fate is known, those dropped or late without an answer last: null where it is
 * one of these. Where VMs share a distribution it stands for each of them, but what a VM dropped or keeps waiting is its own.
 */
function latencyAt(latency: Samples, q: number, completed: number, missed: number): number | null {
  if (missed === 0) return quantileOf(latency, q);
  const known = completed + missed;
  return nearestRank(q, known) > completed ? null : quantileOf(latency, Math.min(1, (q * known) / completed));
}

type VmCounts = Record<keyof typeof VM_COUNTERS, number>;

function sloResult({ slo, distributions, lateInFlight = 0 }: RawVm, counts: VmCounts): SloResult | null {
  if (slo === null) return null;
  const latencyNs = latencyAt(distributions.latencyNs, slo.quantile, counts.completed, counts.dropped + lateInFlight);
  // Nobody was kept waiting where nobody came, nor served well; but arrivals without a completion have waited all along.
  const unjudged = counts.arrived === 0 ? null : false;
  const attained = latencyNs === null ? unjudged : latencyNs <= slo.latencyNs;
  return { quantile: slo.quantile, targetNs: slo.latencyNs, latencyNs, attained, lateInFlight };
}

function lockResult(counters: Words): LockResult {
  const ended = counters[L.VM_LOCK_WAITS_ENDED] ?? 0; // also those that began before the warm-up's end
  return {
    ...counted(LOCK_COUNTERS, counters),
    meanWaitNs: ended === 0 ? null : (counters[L.VM_LOCK_WAIT_NS] ?? 0) / ended,
    longestWaitNs: ended === 0 ? null : (counters[L.VM_LOCK_WAIT_MAX] ?? 0),
  };
}

function deadlineResult(counters: Words, { completed, dropped }: VmCounts): DeadlineResult {
  const ended = counted(DEADLINE_COUNTERS, counters);
  const missed = ended.late + dropped;
  return { ...ended, missed, missedShare: completed + dropped === 0 ? null : missed / (completed + dropped) };
}

function vmResult(raw: RawVm, measuredNs: number): VmResult {
  const { counters, distributions } = raw;
  const counts = counted(VM_COUNTERS, counters);
  const starts = Object.entries(counted(VM_STARTS, counters)).filter(([, count]) => count > 0);
  const longestOffCoreNs = counters[L.VM_OFF_CORE_MAX] ?? 0;
  return {
    name: raw.name,
    class: raw.class,
    ...counts,
    ...ofEach(distributions, distributionOf),
    slo: sloResult(raw, counts),
    cpuSeconds: counted(VM_SECONDS, counters),
    coldStarts: Object.fromEntries(starts),
    offeredLoad: raw.endless || measuredNs === 0 ? null : (counters[L.VM_WORK_NS] ?? 0) / measuredNs,
    unstable: isUnstable({ ...counts, inFlightAtWarmup: counters[L.VM_CARRIED] ?? 0 }),
    ...(raw.deadlines === true ? { deadlines: deadlineResult(counters, counts) } : {}),
    ...(raw.locks === true ? { locks: lockResult(counters) } : {}),
    ...(longestOffCoreNs > 0 ? { longestOffCoreNs } : {}),
    ...(raw.latencyShared === undefined ? {} : { latencyShared: raw.latencyShared }),
  };
}

/** Turns the core's counters into a result; a `HistogramError` where a histogram contradicts itself. */
export function buildResult(raw: RawRun): Result {
  const { measuredNs, wallSeconds, events } = raw.manifest;
  const functionsNs = (raw.lifecycle?.cpuSeconds.task ?? 0) * NS_PER_SECOND;
  const taskNs = raw.vms.reduce((sum, { counters }) => sum + (counters[L.VM_TASK_NS] ?? 0), functionsNs);
  const coreNs = raw.host.cores * measuredNs;
  const { counters } = raw.host;
  const result: Result = {
    manifest: { ...raw.manifest, eventsPerSecond: wallSeconds > 0 ? events / wallSeconds : 0 },
    vms: raw.vms.map((vm) => vmResult(vm, measuredNs)),
    host: {
      cores: raw.host.cores,
      utilization: coreNs > 0 ? taskNs / coreNs : 0,
      ...counted(HOST_COUNTERS, counters),
      pollCoreSeconds:
        ((counters[L.HOST_POLL_NS] ?? 0) - (raw.host.memoryNs ?? 0) - (raw.host.datapathNs ?? 0)) / NS_PER_SECOND,
      ...(raw.host.memoryNs === undefined ? {} : { memoryCoreSeconds: raw.host.memoryNs / NS_PER_SECOND }),
      ...(raw.host.datapathNs === undefined ? {} : { datapathCoreSeconds: raw.host.datapathNs / NS_PER_SECOND }),
    },
    reallocation: {
      ...counted(MOVE_COUNTERS, counters),
      ...ofEach(raw.reallocation.distributions, distributionOf),
      arbiter: counted(ARBITER_COUNTERS, counters),
      steps: ofEach(raw.reallocation.steps, distributionOf),
    },
    memory: raw.memory ?? {},
    ...(raw.lifecycle === undefined ? {} : { lifecycle: raw.lifecycle }),
    ...(raw.datapath === undefined ? {} : { datapath: raw.datapath }),
    ...(raw.gpu === undefined ? {} : { gpu: raw.gpu }),
    histogram: { ...raw.histogram },
    warnings: [],
  };
  if (raw.reallocation.grantCurve !== undefined) {
    result.reallocation.grantCurve = raw.reallocation.grantCurve.map(({ atNs, cores }) => ({ atNs, cores }));
  }
  if (raw.reallocation.controllers !== undefined) {
    const acted = raw.reallocation.controllers.map((which) => [which, counted(CONTROLLER_COUNTERS[which], counters)]);
    result.reallocation.controllers = Object.fromEntries(acted) as Controllers;
  }
  if (measuredNs < raw.manifest.durationNs) result.incomplete = true;
  return result;
}
