// The result of one run: what `run --json` prints, and what assertions, tables and comparisons read.
// Built from the core's raw counters; key order is sorted when printed, so that equal results are equal bytes.
// Of all its fields only manifest.wallSeconds and manifest.eventsPerSecond may differ between two equal runs.

import type { Distribution } from '../metrics/histogram.js';
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

export const NS_PER_SECOND = 1e9;

/** The share of a run's arrivals that must have piled up to call a VM unstable. */
export const UNSTABLE_SHARE = 0.02;
/** Standard deviations of a Poisson count of arrivals that the pile must exceed as well: short runs vary by chance. */
export const UNSTABLE_DEVIATIONS = 10;

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
