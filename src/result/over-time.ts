// What happened over time, as the core hands it out: samples, and the events of a window.

import type { RawHistogram } from '../metrics/histogram.js';
import type { MemoryColumns } from '../swap/over-time.js';

/** One VM over time; index i belongs to `Series.timeNs[i]`. */
export interface VmSeries {
  /** Of the VM. */
  readonly name: string;
  /** Cores that it holds. */
  readonly coresHeld: Float64Array;
  /** Tasks that wait in it. */
  readonly waiting: Float64Array;
  /** Age of the oldest waiting task at the instant of the sample. */
  readonly oldestDelayNs: Float64Array;
  /** Requests completed since the sample before, those of the warm-up included. */
  readonly completed: Float64Array;
}

/** Samples of every VM over time. */
export interface Series {
  /** Between two samples. Doubles each time the samples are full, so that any run fits. */
  readonly intervalNs: number;
  /** Simulated time of each sample, in ns. */
  readonly timeNs: Float64Array;
  /** One a VM. */
  readonly vms: readonly VmSeries[];
  /** Latencies, in ns, of each interval, by VM group: `latency[group][i]`. Buckets are 1/16 of their value wide. */
  readonly latency: Readonly<Record<string, readonly RawHistogram[]>>;
  /** The same of the time that tasks begun in the interval had waited. */
  readonly queueDelay: Readonly<Record<string, readonly RawHistogram[]>>;
  /** Where guests' memory lies, in bytes of the simulated memory, and faults since the sample before; NaN where a sample was not read. */
  readonly memory?: MemoryColumns;
}

/** An event as the log keeps it. */
export interface LoggedEvent {
  /** Simulated time, in ns. */
  readonly timeNs: number;
  /** What the event was for: `vcpu api 3`, `core 5`, `vm api arrival`, `arbiter`, `memory worker 0` … */
  readonly entity: string;
  /** State of the vCPU when it came, where it was a vCPU's. */
  readonly state: string | null;
}

/** The events of a window of time. */
export interface EventLog {
  /** In order. */
  readonly events: readonly LoggedEvent[];
  /** Events of the window that the log had no room for. */
  readonly left: number;
}
