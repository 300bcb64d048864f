// The resolved scenario: what the core is laid out from. Durations are whole nanoseconds, sizes bytes, every default
// filled. The written form (units as text, defaults left out) is `ScenarioInput`, inferred from the schema.

import type { CostName } from '../mechanisms/costs.js';
import type { HostMemory, GuestMemory } from '../swap/types.js';
import type { Mechanism } from '../mechanisms/types.js';
import type { CountDist, Dist } from '../input/distributions.js';

export interface Scenario {
  readonly version: 1;
  /** 0 … 2^53 − 1 */
  readonly seed: number;
  /** Simulated after the warm-up. */
  readonly durationNs: number;
  readonly warmupNs: number;
  readonly host: Host;
  readonly mechanism: Mechanism;
  readonly costs: Readonly<Record<CostName, number>>;
  readonly limits: Limits;
  readonly histogram: HistogramOptions;
  readonly fingerprint: boolean;
  /** Samples over time; null: none. */
  readonly series: { readonly intervalNs: number; readonly samples: number } | null;
  /** The events of a window of simulated time; null: none. */
  readonly log: { readonly fromNs: number; readonly untilNs: number; readonly events: number } | null;
  readonly vms: readonly VmGroup[];
}

export interface Host {
  readonly cores: number;
  readonly sockets: number;
  /** Hardware threads that share a physical core; `cores` counts hardware threads. */
  readonly smt: number;
  /** Speed of each hardware thread while a sibling works too, of one alone. */
  readonly smtFactor: number;
  /** Whether a thread that switches tasks, or spins for a lock, slows its siblings as one that runs a task does. */
  readonly smtSwitch: boolean;
  readonly smtSpin: boolean;
  /** Absent: no limit. */
  readonly memoryBandwidthBytesPerSecond?: number | undefined;
  readonly memoryBytes?: number | undefined;
  /** Present where some VM has memory: how it is swapped. */
  readonly memory?: HostMemory | undefined;
}

export interface Limits {
  /** Tasks alive at once in the whole host. */
  readonly tasks: number;
  /** Tasks of one stage of one request. */
  readonly width: number;
}

export interface HistogramOptions {
  /** Relative error of a recorded value. */
  readonly precision: number;
  /** Whether each VM has histograms of its own or the VMs of a group share theirs. */
  readonly share: 'auto' | 'vm' | 'group';
  readonly memoryBytes: number;
}

export interface VmGroup {
  readonly name: string;
  readonly count: number;
  readonly class: 'latency-critical' | 'best-effort';
  /** Greater wins. */
  readonly priority: number;
  readonly vcpus: { readonly min: number; readonly max: number };
  readonly slo?: { readonly quantile: number; readonly latencyNs: number } | undefined;
  readonly dispatch: 'random' | 'round-robin' | 'shortest-queue' | 'single-queue' | 'policy';
  readonly stealing: { readonly amount: 'half' | 'one'; readonly victim: 'random' | 'round-robin' | 'policy' } | null;
  /** 0: run to completion. */
  readonly quantumNs: number;
  /** Requests beyond one for each vCPU of `vcpus.max` that the VM holds at once; those that find so many are dropped. Absent: no limit. */
  readonly queueLimit?: number | undefined;
  /** cgroup: cores' worth of time in each period; absent: as `vcpus.min`. */
  readonly quota?: number | 'none' | undefined;
  /** Memory traffic of a vCPU that runs a task; absent: none. */
  readonly bandwidthPerVcpuBytesPerSecond?: number | undefined;
  /** What its tasks touch; absent: its memory is not simulated. */
  readonly memory?: GuestMemory | undefined;
  /** null: the VM never has anything to do. */
  readonly workload: Workload | null;
}

export interface Workload {
  readonly arrivals: Arrivals;
  readonly request: RequestShape;
}

export interface RequestShape {
  /** A stage starts when every task of the one before it is done. */
  readonly stages: readonly Stage[];
  readonly lock?:
    { readonly probability: number; readonly holdNs: number; readonly wait: 'block' | 'spin' } | undefined;
}

export interface Stage {
  /** How many tasks: a count, or a distribution of counts (drawn values are rounded up to at least 1). */
  readonly tasks: CountDist;
  /** How long each task runs, in nanoseconds. */
  readonly service: Dist;
}

/** Rates are per second. */
export type Arrivals =
  | { readonly process: 'poisson' | 'deterministic'; readonly rate: number }
  | { readonly process: 'mmpp'; readonly states: readonly { readonly rate: number; readonly meanDwellNs: number }[] }
  | {
      readonly process: 'onoff';
      readonly onRate: number;
      readonly offRate: number;
      readonly meanOnNs: number;
      readonly meanOffNs: number;
      readonly dwell: 'exponential' | 'constant';
    }
  | { readonly process: 'closed'; readonly clients: number; readonly think: Dist }
  | { readonly process: 'saturate'; readonly tasks: number }
  | TraceArrivals
  | { readonly process: 'none' };

/** Everything beyond `file` and `format` is handed to the trace reader as it is. */
export interface TraceArrivals {
  readonly process: 'trace';
  /** As written; relative to the scenario's own folder. */
  readonly file: string;
  readonly format: 'csv' | 'azure-2019' | 'azure-2021';
  /** Applied to arrival times: 0.001 makes a second of the trace last 1 ms. */
  readonly timeScale: number;
  /** Applied to service times. */
  readonly serviceScale: number;
  /** `azure-2019`: the durations file that goes with the invocations. */
  readonly durations?: string | undefined;
  /** A seeded choice of that many functions, or these functions. */
  readonly functions?: number | readonly string[] | undefined;
  /** Of the choices the reader makes; the scenario's seed where absent. */
  readonly seed?: number | undefined;
  /** Trace time that becomes the simulation's start; `first`: that of the first arrival. */
  readonly startNs?: number | 'first' | undefined;
  /** At most that many arrivals. */
  readonly limit?: number | undefined;
  readonly startMinute?: number | undefined;
  readonly minutes?: number | undefined;
  /** `azure-2019`: how a minute's count is spread over the minute. */
  readonly spread?: 'uniform' | 'poisson' | 'even' | undefined;
  /** `csv`: which column is which. */
  readonly columns?:
    | {
        readonly arrival?: string | undefined;
        readonly service?: string | undefined;
        readonly width?: string | undefined;
      }
    | undefined;
  readonly arrivalUnit?: 's' | 'ms' | 'us' | 'ns' | undefined;
  readonly serviceUnit?: 's' | 'ms' | 'us' | 'ns' | undefined;
  /** `azure-2021`: how far out of order starts may be. */
  readonly windowNs?: number | undefined;
}
