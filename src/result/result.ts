// The result of one run: what `run --json` prints, and what assertions, tables and comparisons read.
// Built from the core's raw counters; key order is sorted when printed, so that equal results are equal bytes.
// Of all its fields only manifest.wallSeconds and manifest.eventsPerSecond may differ between two equal runs.

import { printableJson } from '../input/errors.js';
import { type Distribution, type RawHistogram, Histogram, nearestRank } from '../metrics/histogram.js';
import type { SeriesResult, LogResult } from './series.js';
import type { MemoryResult, NoMemory } from '../swap/result.js';
import type { Interval } from '../metrics/confidence.js';

export interface Manifest {
  name: string;
  version: string;
  scenarioSha256: string;
  coreSha256: string;
  /** 64-bit hash over every event's (time, kind, entity), as 16 hexadecimal digits; '' when switched off. */
  fingerprint: string;
  seed: number;
  mechanism: string;
  durationNs: number;
  warmupNs: number;
  /** Simulated time that entered the statistics: durationNs, less when interrupted. */
  measuredNs: number;
  replications: number;
  events: number;
  wallSeconds: number;
  eventsPerSecond: number;
}

export interface SloResult {
  quantile: number;
  targetNs: number;
  /**
   * The latency at that quantile of all requests answered, dropped, or in flight for longer than the target; null where it is
   * not an answered one's, or none completed.
   */
  latencyNs: number | null;
  /** A dropped request counts as missed, so does a late one in flight; false where no request completed although some arrived. */
  attained: boolean;
  /** Requests in flight at the scenario's end that are surely older than the target; 0 before it. */
  lateInFlight: number;
}

export interface VmResult {
  name: string;
  class: string;
  arrived: number;
  completed: number;
  /** Turned away because the VM was full (`queueLimit`); in no distribution. */
  dropped: number;
  inFlight: number;
  latencyNs: Distribution;
  queueDelayNs: Distribution;
  slowdown: Distribution;
  /** Name of the group whose VMs share these three distributions; absent where the VM has its own. */
  latencyShared?: string;
  slo: SloResult | null;
  cpuSeconds: { task: number; steal: number; idlePoll: number; transition: number };
  steals: number;
  stealAttempts: number;
  preemptions: number;
  yields: number;
  grants: number;
  revocations: number;
  coldStarts: Record<string, number>;
  /** Tasks that a steal moved to another vCPU; one may move more than once. */
  tasksStolen: number;
  /** Tasks that a parked vCPU handed on (mechanism.migrate). */
  migrations: number;
  /** Tasks queued on a vCPU that had been taken off its core unasked (`blind`, `cgroup`). */
  stranded: number;
  /** The longest time that such a vCPU was off its core, of those that came back; absent where none did. */
  longestOffCoreNs?: number;
  /** Time without quota (`cgroup`), as far as it lies after the warm-up. */
  throttledSeconds: number;
  /** Of the VM's lock; absent where its requests take none. */
  locks?: LockResult;
  /** Service time that arrived, dropped requests' included, over measured time: cores' worth of demand; null for demand without end. */
  offeredLoad: number | null;
  /** The backlog grew all along: longer runs would give longer latencies, so the figures describe the run only. */
  unstable: boolean;
}

export interface LockResult {
  acquires: number;
  /** Acquisitions that had to wait. */
  waits: number;
  meanWaitNs: number | null;
  /** The longest of those waits that ended. */
  longestWaitNs: number | null;
  /** The longest line of waiters. */
  longestConvoy: number;
  /** Times that a vCPU was taken from the task that held the lock, or that the lock came to a waiter whose vCPU was gone. */
  holderPreemptions: number;
  /** Core time that waiters span away. */
  spinSeconds: number;
}

export interface HostResult {
  cores: number;
  /** Share of all core-time that ran tasks. */
  utilization: number;
  idleCoreSeconds: number;
  /** Of cores that poll for the mechanism's arbiter. */
  pollCoreSeconds: number;
  /** Of cores kept for the workers of swapped memory (host.memory.cores), busy or not; absent where no VM has memory. */
  memoryCoreSeconds?: number;
}

export interface ReallocationResult {
  count: number;
  /** From the decision to the core running the VM's scheduler. */
  grantNs: Distribution;
  /** From the request to the vCPU being parked. */
  parkNs: Distribution;
  /** From demand exceeding what the VM holds to the decision. */
  detectionNs: Distribution;
  /** Where grantNs goes, step by step, keyed by a name ending in Ns. */
  steps: Record<string, Distribution>;
  /** Cores held after each change, for the first such changes. */
  grantCurve?: { atNs: number; cores: number }[];
  /** The arbiter's rounds: simulated, skipped because they could change nothing, and requests for a core that it had to deny. */
  arbiter: { rounds: number; roundsSkipped: number; denied: number };
  /** caladan's controllers, those that were on. */
  controllers?: Controllers;
}

/** How often a controller acted: took something away, and gave something back. */
export interface ControllerResult {
  punished: number;
  relaxed: number;
}

export interface Controllers {
  /** Hardware threads emptied beside a long task. */
  hyperthread?: ControllerResult;
  /** A best-effort VM was allowed fewer vCPUs than it held, for its memory traffic; or one more. */
  bandwidth?: ControllerResult;
}

export interface Result {
  manifest: Manifest;
  vms: VmResult[];
  host: HostResult;
  reallocation: ReallocationResult;
  /** An empty object where no VM has memory. */
  memory: MemoryResult | NoMemory;
  histogram: { precision: number; shared: 'vm' | 'group' };
  /** Where the scenario samples; of replication 0. */
  series?: SeriesResult;
  /** Where the scenario logs a window; of replication 0. */
  log?: LogResult;
  replications?: Replication[];
  confidence?: Confidence;
  /** Present when the run was interrupted. */
  incomplete?: true;
}

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
  readonly latency: RawHistogram;
  readonly queueDelay: RawHistogram;
  readonly slowdown: RawHistogram;
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
    readonly grant: RawHistogram;
    readonly park: RawHistogram;
    readonly detection: RawHistogram;
    readonly steps: Readonly<Record<string, RawHistogram>>;
    readonly grantCurve?: readonly { readonly atNs: number; readonly cores: number }[];
    readonly controllers?: Readonly<Controllers>;
    readonly arbiter?: { readonly rounds: number; readonly roundsSkipped: number; readonly denied: number };
  };
  readonly memory?: MemoryResult;
  readonly histogram: { readonly precision: number; readonly shared: 'vm' | 'group' };
}

const NS_PER_SECOND = 1e9;

/** The share of a run's arrivals that must have piled up to call a VM unstable. */
const UNSTABLE_SHARE = 0.02;
/** Standard deviations of a Poisson count of arrivals that the pile must exceed as well: short runs vary by chance. */
const UNSTABLE_DEVIATIONS = 10;

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
function latencyAt(latency: Histogram, q: number, { completed, dropped, lateInFlight = 0 }: RawVm): number | null {
  const missed = dropped + lateInFlight;
  if (missed === 0) return latency.quantile(q);
  const known = completed + missed;
  return nearestRank(q, known) > completed ? null : latency.quantile(Math.min(1, (q * known) / completed));
}

function vmResult(raw: RawVm, measuredNs: number): VmResult {
  const latency = Histogram.fromRaw(raw.latency);
  let slo: SloResult | null = null;
  if (raw.slo !== null) {
    const latencyNs = latencyAt(latency, raw.slo.quantile, raw);
    // Nobody was kept waiting where nobody came; but arrivals without a completion have waited all along.
    const attained = latencyNs === null ? raw.arrived === 0 : latencyNs <= raw.slo.latencyNs;
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
    latencyNs: latency.distribution(),
    queueDelayNs: Histogram.fromRaw(raw.queueDelay).distribution(),
    slowdown: Histogram.fromRaw(raw.slowdown).distribution(),
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

const distribution = (raw: RawHistogram): Distribution => Histogram.fromRaw(raw).distribution();

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
      grantNs: distribution(raw.reallocation.grant),
      parkNs: distribution(raw.reallocation.park),
      detectionNs: distribution(raw.reallocation.detection),
      arbiter: { ...(raw.reallocation.arbiter ?? { rounds: 0, roundsSkipped: 0, denied: 0 }) },
      steps: Object.fromEntries(
        Object.entries(raw.reallocation.steps).map(([name, step]) => [name, distribution(step)]),
      ),
    },
    memory: raw.memory ?? {},
    histogram: { ...raw.histogram },
  };
  if (raw.reallocation.grantCurve !== undefined) {
    result.reallocation.grantCurve = raw.reallocation.grantCurve.map(({ atNs, cores }) => ({ atNs, cores }));
  }
  if (raw.reallocation.controllers !== undefined) result.reallocation.controllers = { ...raw.reallocation.controllers };
  if (measuredNs < raw.manifest.durationNs) result.incomplete = true;
  return result;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  // Without a prototype: a VM or a cold-start tier may be called "__proto__".
  const sorted = Object.create(null) as Record<string, unknown>;
  for (const [key, part] of entries) sorted[key] = sortKeys(part);
  return sorted;
}

/**
 * JSON with keys in code-unit order, two spaces of indent and a closing line feed.
 * Refuses numbers that JSON has no word for: they would silently become null.
 */
export function toStableJson(value: unknown): string {
  const text = JSON.stringify(
    sortKeys(value),
    (key, part: unknown) => {
      if (typeof part === 'number' && !Number.isFinite(part)) {
        throw new RangeError(`result field "${key}": given ${part}, expected a finite number or null`);
      }
      return part;
    },
    2,
  );
  return `${printableJson(text)}\n`;
}

/** Figures by path, such as "api.latencyNs.p99"; booleans count as 0 and 1. */
export type Figures = Record<string, number | null>;

/** One run's headline figures. */
export interface Replication {
  replication: number;
  seed: number;
  fingerprint: string;
  events: number;
  figures: Figures;
  incomplete?: true;
}

export interface Confidence {
  level: number;
  method: 'student-t';
  replications: number;
  figures: Record<string, Interval>;
}
