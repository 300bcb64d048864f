// What a program may say when it makes, feeds and runs a simulation.

import type { MostRequests } from './core/lost.js';
import type { LifecycleSpec } from './lifecycle/spec.js';
import type { Policy } from './policy.js';
import type { FunctionScenarioInput } from './scenario/function-input.js';
import type { ScenarioInput } from './scenario/schema.js';
import type { Scenario } from './scenario/types.js';
import type { Arrival, ArrivalBatch } from './workload/arrival.js';
import type { TraceHost } from './workload/text-source.js';

/** What a simulation is made of: a scenario as it is written, with VMs, functions or both, or one that is resolved. */
export type SimulationInput = Scenario | ScenarioInput | FunctionScenarioInput;

/** With what a simulation runs. */
export interface SimulationOptions {
  /** A core compiled before, to spare compiling it again (1 to 2 ms), or where inline bytes are not allowed. */
  readonly module?: WebAssembly.Module;
  /**
   * `manifest.coreSha256` of a run on `module`, where the module came from another thread: a module does not tell its bytes.
   * Only snapshots need it; for what `compileCore` compiled here it is known.
   */
  readonly coreSha256?: string;
  /** Where trace files and empirical distributions are read from: `memoryHost(files)`, `nodeHost(folder)` of `fluxhost/node`, or your own. */
  readonly files?: TraceHost;
  /** Decisions of your own, where the scenario says `policy`. */
  readonly policy?: Policy;
  /** Functions and their invocations, instead of those that the scenario's `functions` would be read from. */
  readonly lifecycle?: LifecycleSpec;
  /** VMs of each size laid out for functions' instances; a run that needs more is laid out anew with twice as many, where it can be. Default 256. */
  readonly functionVms?: number;
  /** Holds every round of the arbiter, also those that can change nothing: for the test that they change nothing. */
  readonly everyRound?: boolean;
  /** False: leaves out the readings that warnings about warm-up and autocorrelation come from (300 a run), and so the warnings. */
  readonly steady?: boolean;
}

/** How far a run is. */
export interface Progress {
  /** Simulated time, in ns. */
  readonly nowNs: number;
  /** Simulated time at which it ends, in ns. */
  readonly endNs: number;
  /** Events so far. */
  readonly events: number;
  /** On the clock on the wall, so far. */
  readonly wallSeconds: number;
}

/** Where `strips()` looks closely: two runs are compared at one instant. */
export interface CloseLook {
  /** Simulated time, warm-up included. */
  readonly fromNs: number;
}

/** How a run is followed and stopped. */
export interface RunOptions {
  /** Called some ten times a second. */
  readonly onProgress?: (progress: Progress) => void;
  /** Stops the run between two events; `metrics` then gives the result so far, marked incomplete. */
  readonly signal?: AbortSignal;
  /**
   * Ends the run as soon as some VM misses its SLO whatever the rest brings, if no more requests than these come to each VM
   * (by its name; one that is not named loses nothing). `metrics` then says that the SLO is missed, and is marked incomplete.
   */
  readonly endWhenLost?: MostRequests;
  /** Reads nothing on the way: `metrics` then has no warnings of warm-up and autocorrelation, and the run is a little faster. Default false. */
  readonly unread?: boolean;
  /** Remembers who held which core, for `strips()`: memory that does not grow with the run, and some hundred looks at it. Default false. An instant: looks closely at the 2 ms from there on, in place of the worst. */
  readonly strips?: boolean | CloseLook;
}

/** Work put into a simulation: single arrivals, or a stream of batches in order of time. */
export interface InjectedWorkload {
  /** Name of the VM, as in the result. */
  readonly vm: string;
  /** Times are of the simulation; one that is past already counts as now. `serviceNs` -1 and `width` 0 (the defaults) mean: as the VM's own workload draws. */
  readonly arrivals: readonly Partial<Arrival>[] | AsyncIterable<ArrivalBatch>;
}

/** What metrics hold besides. */
export interface MetricsOptions {
  /** Every bucket of each VM's latencies, as `latencyNs.histogram`; where VMs share them, with the first. Default false. */
  readonly histograms?: boolean;
}
