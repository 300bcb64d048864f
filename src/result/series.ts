// The series and the event log of a run as results print them: columns, one place a sample, quantiles in place of histograms.
// Quantiles come from buckets 1/16 of their value wide, so they are off by 1/32 at most; the mean and the greatest too.
// Leaves out files and drawings (report/series.ts).

import type { Series, EventLog } from './over-time.js';
import { type RawHistogram, Histogram } from '../metrics/histogram.js';

/** What an interval's histogram says, by interval; null where nothing was counted. */
export interface DistributionsResult {
  count: number[];
  mean: (number | null)[];
  p50: (number | null)[];
  p90: (number | null)[];
  p99: (number | null)[];
  p999: (number | null)[];
  max: (number | null)[];
}

export interface SeriesResult {
  intervalNs: number;
  /** Of each sample, which ends its interval. */
  timeNs: number[];
  vms: {
    name: string;
    coresHeld: number[];
    /** Tasks. */
    waiting: number[];
    oldestDelayNs: number[];
    /** Requests, since the sample before. */
    completed: number[];
  }[];
  /** VMs of one group share these. */
  groups: { name: string; latencyNs: DistributionsResult; queueDelayNs: DistributionsResult }[];
}

export interface LogResult {
  events: { timeNs: number; entity: string; state: string | null }[];
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
