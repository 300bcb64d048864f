// The result of one run, built from the core's raw counters.

import { type Samples, nearestRank, quantileOf, distributionOf } from '../metrics/histogram.js';
import {
  type Manifest,
  type Controllers,
  UNSTABLE_SHARE,
  UNSTABLE_DEVIATIONS,
  type VmResult,
  type SloResult,
  NS_PER_SECOND,
  type Result,
} from './result.js';
import type { MemoryResult } from '../swap/result.js';

/** One VM as the core counted it. Times in nanoseconds. */
export interface RawVm {
  readonly name: string;
  readonly class: string;
  readonly slo: { readonly quantile: number; readonly latencyNs: number } | null;
  readonly arrived: number;
  readonly completed: number;
  readonly dropped: number;
  readonly inFlight: number;
  /** Requests in flight when the warm-up ended. */
  readonly inFlightAtWarmup: number;
  /** Of those in flight now, how many are surely older than the SLO's target. */
  readonly lateInFlight?: number;
  readonly latency: Samples;
  readonly queueDelay: Samples;
  readonly slowdown: Samples;
  readonly latencyShared?: string;
  readonly cpuNs: {
    readonly task: number;
    readonly steal: number;
    readonly idlePoll: number;
    readonly transition: number;
  };
  readonly steals: number;
  readonly stealAttempts: number;
  readonly preemptions: number;
  readonly yields: number;
  readonly grants: number;
  readonly revocations: number;
  readonly coldStarts?: Readonly<Record<string, number>>;
  readonly tasksStolen?: number;
  readonly migrations?: number;
  readonly stranded?: number;
  readonly longestOffCoreNs?: number;
  readonly throttledNs?: number;
  readonly locks?: {
    readonly acquires: number;
    readonly waits: number;
    /** Of those that have ended, also where they began before the warm-up's end. */
    readonly waitsEnded: number;
    readonly waitNs: number;
    readonly longestWaitNs: number;
    readonly longestConvoy: number;
    readonly holderPreemptions: number;
    readonly spinNs: number;
  };
  /** Service time of what arrived after the warm-up; null where arrivals wait for completions (saturate, closed). */
  readonly offeredNs: number | null;
}

/** One run as the core counted it. */
export interface RawRun {
  readonly manifest: Omit<Manifest, 'eventsPerSecond'>;
  readonly vms: readonly RawVm[];
  /** `pollNs`: of all cores that run no VM; `memoryNs`: of those among them that are kept for the memory's workers. */
  readonly host: {
    readonly cores: number;
    readonly idleNs: number;
    readonly pollNs: number;
    readonly memoryNs?: number;
  };
  readonly reallocation: {
    readonly count: number;
    readonly grant: Samples;
    readonly park: Samples;
    readonly detection: Samples;
    readonly steps: Readonly<Record<string, Samples>>;
    readonly grantCurve?: readonly { readonly atNs: number; readonly cores: number }[];
    readonly controllers?: Readonly<Controllers>;
    readonly arbiter?: { readonly rounds: number; readonly roundsSkipped: number; readonly denied: number };
  };
  readonly memory?: MemoryResult;
  readonly histogram: { readonly precision: number; readonly shared: 'vm' | 'group' };
}

/**
 * Whether a VM's backlog grew throughout the run. A stable queue ends with a backlog that does not depend on the
 * run's length; one that is overloaded by a share s ends with s of all its arrivals waiting.
 */
export function isUnstable(vm: Pick<RawVm, 'arrived' | 'inFlight' | 'inFlightAtWarmup'>): boolean {
  const growth = vm.inFlight - vm.inFlightAtWarmup;
  return growth > UNSTABLE_SHARE * vm.arrived && growth > UNSTABLE_DEVIATIONS * Math.sqrt(vm.arrived);
}

/**
 * The latency at quantile q of all requests whose fate is known, those dropped or late without an answer last: null where it is
 * one of these. Where VMs share a distribution it stands for each of them, but what a VM dropped or keeps waiting is its own.
 */
function latencyAt(latency: Samples, q: number, { completed, dropped, lateInFlight = 0 }: RawVm): number | null {
  const missed = dropped + lateInFlight;
  if (missed === 0) return quantileOf(latency, q);
  const known = completed + missed;
  return nearestRank(q, known) > completed ? null : quantileOf(latency, Math.min(1, (q * known) / completed));
}

function vmResult(raw: RawVm, measuredNs: number): VmResult {
  let slo: SloResult | null = null;
  if (raw.slo !== null) {
    const latencyNs = latencyAt(raw.latency, raw.slo.quantile, raw);
    // Nobody was kept waiting where nobody came, nor served well; but arrivals without a completion have waited all along.
    const unjudged = raw.arrived === 0 ? null : false;
    const attained = latencyNs === null ? unjudged : latencyNs <= raw.slo.latencyNs;
    const { quantile, latencyNs: targetNs } = raw.slo;
    slo = { quantile, targetNs, latencyNs, attained, lateInFlight: raw.lateInFlight ?? 0 };
  }
  const result: VmResult = {
    name: raw.name,
    class: raw.class,
    arrived: raw.arrived,
    completed: raw.completed,
    dropped: raw.dropped,
    inFlight: raw.inFlight,
    latencyNs: distributionOf(raw.latency),
    queueDelayNs: distributionOf(raw.queueDelay),
    slowdown: distributionOf(raw.slowdown),
    slo,
    cpuSeconds: {
      task: raw.cpuNs.task / NS_PER_SECOND,
      steal: raw.cpuNs.steal / NS_PER_SECOND,
      idlePoll: raw.cpuNs.idlePoll / NS_PER_SECOND,
      transition: raw.cpuNs.transition / NS_PER_SECOND,
    },
    steals: raw.steals,
    stealAttempts: raw.stealAttempts,
    preemptions: raw.preemptions,
    yields: raw.yields,
    grants: raw.grants,
    revocations: raw.revocations,
    coldStarts: { ...raw.coldStarts },
    tasksStolen: raw.tasksStolen ?? 0,
    migrations: raw.migrations ?? 0,
    stranded: raw.stranded ?? 0,
    throttledSeconds: (raw.throttledNs ?? 0) / NS_PER_SECOND,
    offeredLoad: raw.offeredNs === null || measuredNs === 0 ? null : raw.offeredNs / measuredNs,
    unstable: isUnstable(raw),
  };
  if (raw.locks !== undefined) {
    const { acquires, waits, waitsEnded, waitNs, longestWaitNs, longestConvoy, holderPreemptions, spinNs } = raw.locks;
    result.locks = {
      acquires,
      waits,
      meanWaitNs: waitsEnded === 0 ? null : waitNs / waitsEnded,
      longestWaitNs: waitsEnded === 0 ? null : longestWaitNs,
      longestConvoy,
      holderPreemptions,
      spinSeconds: spinNs / NS_PER_SECOND,
    };
  }
  if (raw.longestOffCoreNs) result.longestOffCoreNs = raw.longestOffCoreNs;
  if (raw.latencyShared !== undefined) result.latencyShared = raw.latencyShared;
  return result;
}

/** Turns the core's counters into a result; a `HistogramError` where a histogram contradicts itself. */
export function buildResult(raw: RawRun): Result {
  const { measuredNs, wallSeconds, events } = raw.manifest;
  const taskNs = raw.vms.reduce((sum, vm) => sum + vm.cpuNs.task, 0);
  const coreNs = raw.host.cores * measuredNs;
  const result: Result = {
    manifest: { ...raw.manifest, eventsPerSecond: wallSeconds > 0 ? events / wallSeconds : 0 },
    vms: raw.vms.map((vm) => vmResult(vm, measuredNs)),
    host: {
      cores: raw.host.cores,
      utilization: coreNs > 0 ? taskNs / coreNs : 0,
      idleCoreSeconds: raw.host.idleNs / NS_PER_SECOND,
      pollCoreSeconds: (raw.host.pollNs - (raw.host.memoryNs ?? 0)) / NS_PER_SECOND,
      ...(raw.host.memoryNs === undefined ? {} : { memoryCoreSeconds: raw.host.memoryNs / NS_PER_SECOND }),
    },
    reallocation: {
      count: raw.reallocation.count,
      grantNs: distributionOf(raw.reallocation.grant),
      parkNs: distributionOf(raw.reallocation.park),
      detectionNs: distributionOf(raw.reallocation.detection),
      arbiter: { ...(raw.reallocation.arbiter ?? { rounds: 0, roundsSkipped: 0, denied: 0 }) },
      steps: Object.fromEntries(
        Object.entries(raw.reallocation.steps).map(([name, step]) => [name, distributionOf(step)]),
      ),
    },
    memory: raw.memory ?? {},
    histogram: { ...raw.histogram },
    warnings: [],
  };
  if (raw.reallocation.grantCurve !== undefined) {
    result.reallocation.grantCurve = raw.reallocation.grantCurve.map(({ atNs, cores }) => ({ atNs, cores }));
  }
  if (raw.reallocation.controllers !== undefined) result.reallocation.controllers = { ...raw.reallocation.controllers };
  if (measuredNs < raw.manifest.durationNs) result.incomplete = true;
  return result;
}
