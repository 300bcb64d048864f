// The series and the event log of a run as results print them: columns, one place a sample, quantiles in place of histograms.
// Quantiles come from buckets 1/16 of their value wide, so they are off by 1/32 at most; the mean and the greatest too.
// Leaves out files and drawings (report/series.ts).

import type { Series, EventLog } from './over-time.js';
import { type RawHistogram, Histogram } from '../metrics/histogram.js';

/** What an interval's histogram says, by interval; null where nothing was counted. */
export interface DistributionsResult {
  /** Values recorded. */
  count: number[];
  /** Their means. */
  mean: (number | null)[];
  /** Their medians. */
  p50: (number | null)[];
  /** 9 of 10 are no greater. */
  p90: (number | null)[];
  /** 99 of 100 are no greater. */
  p99: (number | null)[];
  /** 999 of 1000 are no greater. */
  p999: (number | null)[];
  /** The greatest ones. */
  max: (number | null)[];
}

/** Samples of every VM over time. */
export interface SeriesResult {
  /** Between two samples, in ns. */
  intervalNs: number;
  /** Of each sample, which ends its interval. */
  timeNs: number[];
  /** One a VM. */
  vms: {
    /** Of the VM. */
    name: string;
    /** Cores that it holds. */
    coresHeld: number[];
    /** Tasks. */
    waiting: number[];
    /** How long its oldest waiting task has waited, in ns. */
    oldestDelayNs: number[];
    /** Requests, since the sample before. */
    completed: number[];
  }[];
  /** VMs of one group share these. */
  groups: {
    /** Of the group. */
    name: string;
    /** Time in system of requests completed in each interval, in ns. */
    latencyNs: DistributionsResult;
    /** Time that tasks begun in each interval had waited, in ns. */
    queueDelayNs: DistributionsResult;
  }[];
}

/** The events of a window of time. */
export interface LogResult {
  /** In order. */
  events: {
    /** Simulated time, in ns. */
    timeNs: number;
    /** What the event was for. */
    entity: string;
    /** State of the vCPU when it came, where it was a vCPU's. */
    state: string | null;
  }[];
  /** Events of the window that the log had no room for. */
  left: number;
}

export const DISTRIBUTION_KEYS = ['count', 'mean', 'p50', 'p90', 'p99', 'p999', 'max'] as const;

function distributions(histograms: readonly RawHistogram[]): DistributionsResult {
  const result: DistributionsResult = { count: [], mean: [], p50: [], p90: [], p99: [], p999: [], max: [] };
  for (const raw of histograms) {
    const one = Histogram.fromRaw(raw).distribution();
    result.count.push(one.count);
    for (const key of ['mean', 'p50', 'p90', 'p99', 'p999', 'max'] as const) result[key].push(one[key]);
  }
  return result;
}

export function seriesResult(series: Series): SeriesResult {
  return {
    intervalNs: series.intervalNs,
    timeNs: [...series.timeNs],
    vms: series.vms.map(({ name, coresHeld, waiting, oldestDelayNs, completed }) => ({
      name,
      coresHeld: [...coresHeld],
      waiting: [...waiting],
      oldestDelayNs: [...oldestDelayNs],
      completed: [...completed],
    })),
    groups: Object.entries(series.latency).map(([name, latency]) => ({
      name,
      latencyNs: distributions(latency),
      queueDelayNs: distributions(series.queueDelay[name] ?? []),
    })),
  };
}

export function logResult({ events, left }: EventLog): LogResult {
  return { events: events.map(({ timeNs, entity, state }) => ({ timeNs, entity, state })), left };
}
