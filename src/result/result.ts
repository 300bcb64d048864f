// The result of one run: what `run --json` prints, and what assertions, tables and comparisons read.
// Built from the core's raw counters; key order is sorted when printed, so that equal results are equal bytes.
// Of all its fields only manifest.wallSeconds and manifest.eventsPerSecond may differ between two equal runs.

import type { BucketedDistribution, Distribution } from '../metrics/histogram.js';
import type { SeriesResult, LogResult } from './series.js';
import type { MemoryResult, NoMemory } from '../swap/result.js';
import type { Interval } from '../metrics/confidence.js';

/** What was run, and on what. */
export interface Manifest {
  /** Of the package. */
  name: string;
  /** Of the package. */
  version: string;
  /** Of the canonical JSON of the resolved scenario. */
  scenarioSha256: string;
  /** Of the bytes of the core that ran. */
  coreSha256: string;
  /** 64-bit hash over every event's (time, kind, entity), as 16 hexadecimal digits; '' when switched off. */
  fingerprint: string;
  /** Every random stream was derived from it. */
  seed: number;
  /** Its kind. */
  mechanism: string;
  /** Simulated time after the warm-up that was asked for, in ns. */
  durationNs: number;
  /** Simulated before the statistics started, in ns. */
  warmupNs: number;
  /** Simulated time that entered the statistics: durationNs, less when interrupted. */
  measuredNs: number;
  /** Runs with seeds of their own. */
  replications: number;
  /** Events simulated. */
  events: number;
  /** On the clock on the wall; differs between two runs. */
  wallSeconds: number;
  /** Over that time; differs between two runs. */
  eventsPerSecond: number;
}

/** A VM's service-level objective, and whether it was attained. */
export interface SloResult {
  /** Share of the requests that was to be no slower, 0 to 1. */
  quantile: number;
  /** Than this, in ns. */
  targetNs: number;
  /**
   * The latency at that quantile of all requests answered, dropped, or in flight for longer than the target; null where it is
   * not an answered one's, or none completed.
   */
  latencyNs: number | null;
  /**
   * A dropped request counts as missed, so does a late one in flight; false where no request completed although some arrived, null
   * where there was none to judge by.
   */
  attained: boolean | null;
  /** Requests in flight at the scenario's end that are surely older than the target; 0 before it. */
  lateInFlight: number;
}

/** What became of a VM's requests, and of its core time. */
export interface VmResult {
  /** Of the VM: its group's, with a number where the group has several. */
  name: string;
  /** latency-critical or best-effort. */
  class: string;
  /** Requests that came after the warm-up. */
  arrived: number;
  /** Requests that were answered after the warm-up. */
  completed: number;
  /** Turned away because the VM was full (`queueLimit`); in no distribution. */
  dropped: number;
  /** Requests in it at the end. */
  inFlight: number;
  /** Time in system of the requests completed, in ns. */
  latencyNs: BucketedDistribution;
  /** Time from ready to first instruction of each task, in ns. */
  queueDelayNs: Distribution;
  /** Time in system over service time of the requests completed. */
  slowdown: Distribution;
  /** Name of the group whose VMs share these three distributions; absent where the VM has its own. */
  latencyShared?: string;
  /** null where it states none. */
  slo: SloResult | null;
  /** Core time that it held, by what it was used for. */
  cpuSeconds: {
    /** Running tasks, in seconds. */
    task: number;
    /** Taking tasks from other vCPUs, in seconds. */
    steal: number;
    /** Searching and spinning, in seconds. */
    idlePoll: number;
    /** Switching, and being moved, in seconds. */
    transition: number;
  };
  /** Times that a vCPU took tasks of another. */
  steals: number;
  /** Looks into another vCPU's queue. */
  stealAttempts: number;
  /** Tasks stopped before their end. */
  preemptions: number;
  /** Cores given back of its own will. */
  yields: number;
  /** Cores that it got. */
  grants: number;
  /** Cores that were taken from it. */
  revocations: number;
  /** Instances started, by how (`microvm`: boot, restore). */
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

/** What became of a VM's lock. */
export interface LockResult {
  /** Times that it was taken. */
  acquires: number;
  /** Acquisitions that had to wait. */
  waits: number;
  /** Mean of the waits that ended, in ns; null without any. */
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

/** What became of the host's cores. */
export interface HostResult {
  /** Hardware threads. */
  cores: number;
  /** Share of all core-time that ran tasks. */
  utilization: number;
  /** Of cores that no VM held. */
  idleCoreSeconds: number;
  /** Of cores that poll for the mechanism's arbiter. */
  pollCoreSeconds: number;
  /** Of cores kept for the workers of swapped memory (host.memory.cores), busy or not; absent where no VM has memory. */
  memoryCoreSeconds?: number;
}

/** How cores moved. */
export interface ReallocationResult {
  /** Cores that arrived at a VM. */
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
  grantCurve?: {
    /** Simulated time, in ns. */
    atNs: number;
    /** Cores held then. */
    cores: number;
  }[];
  /** The arbiter's rounds: simulated, skipped because they could change nothing, and requests for a core that it had to deny. */
  arbiter: {
    /** Rounds that were simulated. */
    rounds: number;
    /** Rounds that could change nothing, and were not. */
    roundsSkipped: number;
    /** Times that a VM was short of a core and none was to be had. */
    denied: number;
  };
  /** caladan's controllers, those that were on. */
  controllers?: Controllers;
}

/** How often a controller acted: took something away, and gave something back. */
export interface ControllerResult {
  /** Times that it took something away. */
  punished: number;
  /** Times that it gave something back. */
  relaxed: number;
}

/** Caladan's two controllers; absent: off. */
export interface Controllers {
  /** Hardware threads emptied beside a long task. */
  hyperthread?: ControllerResult;
  /** A best-effort VM was allowed fewer vCPUs than it held, for its memory traffic; or one more. */
  bandwidth?: ControllerResult;
}

/** What a run found. */
export interface Result {
  /** What was run. */
  manifest: Manifest;
  /** One a VM, in the scenario's order. */
  vms: VmResult[];
  /** Of all cores. */
  host: HostResult;
  /** Of cores that moved. */
  reallocation: ReallocationResult;
  /** An empty object where no VM has memory. */
  memory: MemoryResult | NoMemory;
  /** How the distributions were kept. */
  histogram: {
    /** Relative error of a quantile, at most. */
    precision: number;
    /** Whether each VM had its own, or each group. */
    shared: 'vm' | 'group';
  };
  /** Where the scenario samples; of replication 0. */
  series?: SeriesResult;
  /** Where the scenario logs a window; of replication 0. */
  log?: LogResult;
  /** Headline figures of each run, where there were several. */
  replications?: Replication[];
  /** Intervals over them. */
  confidence?: Confidence;
  /** What speaks against trusting the figures (docs/trust.md); of replication 0. Empty where nothing does, and before anything was measured. */
  warnings: Warning[];
  /** Present when the run was interrupted. */
  incomplete?: true;
}

/** Stable words, each with a meaning of its own in docs/trust.md. */
export const WARNING_CODES = [
  'unstable',
  'no-requests',
  'few-samples',
  'short-warmup',
  'autocorrelated',
  'few-cycles',
  'trace-ended',
  'same-trace',
  'not-steady',
  'unit',
] as const;

/** Something that speaks against trusting a figure. */
export interface Warning {
  /** What kind of thing it is. */
  code: (typeof WARNING_CODES)[number];
  /** The figure, by its path in the result, or the field of the scenario that it comes from. */
  field: string;
  /** What was seen, in one sentence. */
  detail: string;
}

export const NS_PER_SECOND = 1e9;

/** The share of a run's arrivals that must have piled up to call a VM unstable. */
export const UNSTABLE_SHARE = 0.02;
/** Standard deviations of a Poisson count of arrivals that the pile must exceed as well: short runs vary by chance. */
export const UNSTABLE_DEVIATIONS = 10;

/** Figures by path, such as "api.latencyNs.p99"; booleans count as 0 and 1. */
export type Figures = Record<string, number | null>;

/** One run's headline figures. */
export interface Replication {
  /** From 0. */
  replication: number;
  /** Of this run. */
  seed: number;
  /** Of this run. */
  fingerprint: string;
  /** Of this run. */
  events: number;
  /** By path. */
  figures: Figures;
  /** Present when it was interrupted. */
  incomplete?: true;
}

/** Intervals over independent replications. */
export interface Confidence {
  /** Of the intervals: 0.95. */
  level: number;
  /** How they are made. */
  method: 'student-t';
  /** Runs that entered. */
  replications: number;
  /** By path. */
  figures: Record<string, Interval>;
}
