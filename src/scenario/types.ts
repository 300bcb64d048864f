// The resolved scenario: what the core is laid out from. Durations are whole nanoseconds, sizes bytes, every default
// filled. The written form (units as text, defaults left out) is `ScenarioInput`, inferred from the schema.

import type { Late, OrderGiven, PeriodicTask } from '../order/types.js';
import type { Datapath } from '../datapath/spec.js';
import type { Gpu } from '../gpu/spec.js';
import type { FunctionsGiven, LifecycleGiven } from '../lifecycle/source.js';
import type { CostName } from '../mechanisms/costs.js';
import type { HostMemory, GuestMemory } from '../swap/types.js';
import type { Mechanism } from '../mechanisms/types.js';
import type { CountDist, Dist } from '../input/distributions.js';
import type { Loop } from '../workload/looped.js';

/** A scenario, resolved: every default filled, durations in ns, sizes in bytes. */
export interface Scenario {
  /** Of this form of scenarios. */
  readonly version: 1;
  /** 0 … 2^53 − 1 */
  readonly seed: number;
  /** Simulated after the warm-up. */
  readonly durationNs: number;
  /** Simulated before the statistics start, in ns. */
  readonly warmupNs: number;
  /** The machine that the VMs share. */
  readonly host: Host;
  /** Who moves cores between VMs, and how. */
  readonly mechanism: Mechanism;
  /** What the steps of scheduling and of moving a core take, in ns. */
  readonly costs: Readonly<Record<CostName, number>>;
  /** Bounds on what a run may hold. */
  readonly limits: Limits;
  /** How exactly latencies are kept, and in how much memory. */
  readonly histogram: HistogramOptions;
  /** Whether every event goes into a hash. */
  readonly fingerprint: boolean;
  /** Samples over time; null: none. */
  readonly series: {
    /** Between two samples, in ns; doubles when they are full. */
    readonly intervalNs: number;
    /** The most that are kept. */
    readonly samples: number;
  } | null;
  /** The events of a window of simulated time; null: none. */
  readonly log: {
    /** When the log begins, in ns. */
    readonly fromNs: number;
    /** When it ends, in ns. */
    readonly untilNs: number;
    /** The most that are kept. */
    readonly events: number;
  } | null;
  /** How the VMs of functions come and go; present where `functions` is. */
  readonly lifecycle?: LifecycleGiven | undefined;
  /** Functions whose VMs come and go; absent: none. */
  readonly functions?: FunctionsGiven | undefined;
  /** Cores that the packets of some VMs pass first; absent: requests come at once. */
  readonly datapath?: Datapath | undefined;
  /** What answers the prompts of a VM, whose requests are their tokens; absent: none. */
  readonly gpu?: Gpu | undefined;
  /** The VMs, their load and their objectives; none where there are only functions. */
  readonly vms: readonly VmGroup[];
}

/** The machine that the VMs share. */
export interface Host {
  /** Hardware threads, those that poll included. */
  readonly cores: number;
  /** Sockets over which they are spread evenly. */
  readonly sockets: number;
  /** Hardware threads that share a physical core; `cores` counts hardware threads. */
  readonly smt: number;
  /** Speed of each hardware thread while a sibling works too, of one alone. */
  readonly smtFactor: number;
  /** Whether a thread that switches tasks, or spins for a lock, slows its siblings as one that runs a task does. */
  readonly smtSwitch: boolean;
  /** Whether a thread that spins for a lock slows its siblings. */
  readonly smtSpin: boolean;
  /** Absent: no limit. */
  readonly memoryBandwidthBytesPerSecond?: number | undefined;
  /** Physical memory; absent: not stated. */
  readonly memoryBytes?: number | undefined;
  /** Present where some VM has memory: how it is swapped. */
  readonly memory?: HostMemory | undefined;
}

/** Bounds on what a run may hold. */
export interface Limits {
  /** Tasks alive at once in the whole host. */
  readonly tasks: number;
  /** Tasks of one stage of one request. */
  readonly width: number;
}

/** How exactly latencies are kept. */
export interface HistogramOptions {
  /** Relative error of a recorded value. */
  readonly precision: number;
  /** Whether each VM has histograms of its own or the VMs of a group share theirs. */
  readonly share: 'auto' | 'vm' | 'group';
  /** What all histograms together may take. */
  readonly memoryBytes: number;
}

/** A group of identical VMs. */
export interface VmGroup {
  /** Named in the result; the random streams of a VM follow its name. */
  readonly name: string;
  /** How many VMs it is. */
  readonly count: number;
  /** Whose cores may be taken for whom. */
  readonly class: 'latency-critical' | 'best-effort';
  /** Greater wins. */
  readonly priority: number;
  /** The cores that each is guaranteed, and the vCPUs that it has. */
  readonly vcpus: {
    /** Cores guaranteed. */
    readonly min: number;
    /** vCPUs: the most cores that it can hold. */
    readonly max: number;
  };
  /** Its service-level objective; absent: none. */
  readonly slo?:
    | {
        /** Share of the requests that is to be no slower, 0 to 1. */
        readonly quantile: number;
        /** Than this, in ns. */
        readonly latencyNs: number;
      }
    | undefined;
  /** Which vCPU a task goes to. */
  readonly dispatch: 'random' | 'round-robin' | 'shortest-queue' | 'single-queue' | 'policy';
  /** How a vCPU without work takes tasks of another; null: it does not. */
  readonly stealing: {
    /** How many it takes. */
    readonly amount: 'half' | 'one';
    /** Whose queue it looks into first. */
    readonly victim: 'random' | 'round-robin' | 'policy';
  } | null;
  /** 0: run to completion. */
  readonly quantumNs: number;
  /** In which order its tasks run; absent: as they come. */
  readonly order?: OrderGiven | undefined;
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

/** What a VM has to do. */
export interface Workload {
  /** When requests come. */
  readonly arrivals: Arrivals;
  /** Time from a request's arrival by which it is to be done, in ns; absent: none, or as its arrivals say. */
  readonly deadlineNs?: number | undefined;
  /** What becomes of one that is not; absent: it is given up. */
  readonly late?: Late | undefined;
  /** What a request is. */
  readonly request: RequestShape;
}

/** What a request is. */
export interface RequestShape {
  /** A stage starts when every task of the one before it is done. */
  readonly stages: readonly Stage[];
  /** The VM's one lock; absent: none. */
  readonly lock?:
    | {
        /** Share of the tasks that take it, 0 to 1. */
        readonly probability: number;
        /** How much of its service time a task holds it, in ns. */
        readonly holdNs: number;
        /** Whether who waits for it leaves its vCPU, or spins. */
        readonly wait: 'block' | 'spin';
      }
    | undefined;
}

/** Tasks side by side. */
export interface Stage {
  /** How many tasks: a count, or a distribution of counts (drawn values are rounded up to at least 1). */
  readonly tasks: CountDist;
  /** How long each task runs, in nanoseconds. */
  readonly service: Dist;
}

/** Rates are per second. */
export type Arrivals =
  | {
      /** Which process it is. */
      readonly process: 'poisson' | 'deterministic';
      /** Arrivals per second. */
      readonly rate: number;
    }
  | {
      /** Which process it is. */
      readonly process: 'mmpp';
      /** States that follow one another in a circle. */
      readonly states: readonly {
        /** Arrivals per second. */
        readonly rate: number;
        /** Mean time in the state, in ns. */
        readonly meanDwellNs: number;
      }[];
    }
  | {
      /** Which process it is. */
      readonly process: 'onoff';
      /** Arrivals per second in a burst. */
      readonly onRate: number;
      /** Arrivals per second between bursts. */
      readonly offRate: number;
      /** Mean length of a burst, in ns. */
      readonly meanOnNs: number;
      /** Mean time between bursts, in ns. */
      readonly meanOffNs: number;
      /** How these are distributed. */
      readonly dwell: 'exponential' | 'constant';
    }
  | {
      /** Which process it is. */
      readonly process: 'closed';
      /** Clients that each wait, think and ask again. */
      readonly clients: number;
      /** Time between an answer and the next request, in ns. */
      readonly think: Dist;
    }
  | {
      /** Which process it is. */
      readonly process: 'saturate';
      /** Tasks that are there at all times. */
      readonly tasks: number;
    }
  | {
      /** Which process it is. */
      readonly process: 'periodic';
      /** In the order that breaks ties. */
      readonly tasks: readonly PeriodicTask[];
    }
  | TraceArrivals
  | {
      /** Which process it is. */
      readonly process: 'none';
    };

/** Everything beyond `file` and `format` is handed to the trace reader as it is. */
export interface TraceArrivals {
  /** Which process it is. */
  readonly process: 'trace';
  /** As written; relative to the scenario's own folder. */
  readonly file: string;
  /** How the file is written. */
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
  /** Length of the blocks, in ns of the trace, of which the seed makes another day; absent: the trace as it is. */
  readonly resampleNs?: number | undefined;
  /** VMs of a fleet: from where it is replayed over and over; absent: once, from its begin. */
  readonly loop?: Loop | undefined;
  /** `azure-2019`: the first minute taken. */
  readonly startMinute?: number | undefined;
  /** `azure-2019`: how many are taken. */
  readonly minutes?: number | undefined;
  /** `azure-2019`: how a minute's count is spread over the minute. */
  readonly spread?: 'uniform' | 'poisson' | 'even' | undefined;
  /** `csv`: which column is which. */
  readonly columns?:
    | {
        /** Of the instants of arrival. */
        readonly arrival?: string | undefined;
        /** Of the service times. */
        readonly service?: string | undefined;
        /** Of how many tasks a request has. */
        readonly width?: string | undefined;
        /** Of the times from arrival to deadline. */
        readonly deadline?: string | undefined;
      }
    | undefined;
  /** `csv`: unit of the instants of arrival; absent: ns. */
  readonly arrivalUnit?: 's' | 'ms' | 'us' | 'ns' | undefined;
  /** `csv`: unit of the service times; absent: ns. */
  readonly serviceUnit?: 's' | 'ms' | 'us' | 'ns' | undefined;
  /** `azure-2021`: the deadline of a call, in medians of its function's durations; absent: none. */
  readonly deadlineFactor?: number | undefined;
  /** `azure-2021`: how far out of order starts may be. */
  readonly windowNs?: number | undefined;
}
