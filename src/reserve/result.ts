// What one run of reserved memory tells. Everything under `memory` comes from the allocator's tables, the plan of the server
// or the parameters; nothing but manifest.wallSeconds, which is not here, could differ between two equal runs.

import type { Distribution } from '../metrics/histogram.js';
import type { MemoryPlan } from './accounting.js';
import type { BootSplit } from './boot.js';
import type { ManagerKind } from './schema.js';

export interface ReserveManifest {
  name: string;
  version: string;
  scenarioSha256: string;
  coreSha256: string;
  /** 64-bit hash over every event's (time, kind, entity), as 16 hexadecimal digits. */
  fingerprint: string;
  seed: number;
  manager: ManagerKind;
  durationNs: number;
  events: number;
}

export type DistributionOf<T extends string> = Record<T, Distribution>;

/** A boot on an otherwise empty server. */
export interface BootRow extends BootSplit {
  sizeBytes: number;
  extents: number;
  /** Share of the VM in 1 GiB mappings. */
  gigabyteShare: number;
}

export interface FragmentationSample {
  atNs: number;
  soldShare: number;
  freeBytes: number;
  largestFreeBytes: number;
  /** Share of free memory in regions that are free as a whole. */
  wholeFreeShare: number | null;
  /** Share of sold memory in 1 GiB mappings. */
  gigabyteShare: number | null;
  extentsPerVm: number | null;
}

export interface VmsReport {
  arrived: number;
  placed: number;
  /** No room, or no VM number left. */
  rejected: number;
  /** Of those: as much was free, but in the wrong pool or in no node. */
  rejectedThoughFree: number;
  /** VMs that came while no module was there to answer: arrived = placed + rejected + failed. */
  failed: number;
  /** Resizes and departures that failed for the same reason, each time; they are asked for again. */
  operationsFailed: number;
  departed: number;
  running: number;
  resized: number;
  resizesRejected: number;
}

export interface UpgradesReport {
  attempted: number;
  switched: number;
  rolledBack: number;
  /** Of the last switch: VMs that ran before it and after it, their frames untouched. */
  guestsContinued: number;
  /** Operations that waited for an upgrade. */
  operationsDelayed: number;
  pauseNs: Distribution;
  drainNs: Distribution;
  transferNs: Distribution;
  delayedNs: Distribution;
}

export interface MemoryReport {
  plan: MemoryPlan & { sellableShare: number };
  bootTable: BootRow[];
  /** Sizes of `boot.sizes` and `vms.sizes` for which this manager has no room even on the empty server. */
  neverFitBytes: number[];
  vms: VmsReport | null;
  /** Time-weighted mean of sold over total memory. */
  soldShare: number | null;
  boot: DistributionOf<keyof BootSplit> | null;
  operationNs: Distribution | null;
  upgrades: UpgradesReport | null;
  poison: { known: number; free: number; replaced: number; lost: number; isolatedBytes: number } | null;
  fragmentation: FragmentationSample[];
  network: { missShare: number; packetNs: number; packetsPerSecond: number } | null;
  zeroing: { busySeconds: number } | null;
  /** Times the tables were looked at as a whole and found sound. */
  checks: number;
}

export interface ReserveResult {
  manifest: ReserveManifest;
  memory: MemoryReport;
}

export interface ReserveDifference {
  manager: ManagerKind;
  /** Points of the whole server: this run's share less the first one's. */
  sellablePoints: number;
  /** This run's over the first one's; null where one of them has none. */
  sellableRatio: number;
  bootRatio: number | null;
  packetRateRatio: number | null;
}

export interface ReserveComparison {
  runs: ReserveResult[];
  differences: ReserveDifference[];
}

/** Exact: all values are kept, the quantile is the smallest value that enough of them do not exceed. */
export function distributionOf(values: readonly number[]): Distribution {
  const count = values.length;
  if (count === 0)
    return { count, min: null, mean: null, stddev: null, p50: null, p90: null, p99: null, p999: null, max: null };
  const sorted = Float64Array.from(values).sort();
  const mean = sorted.reduce((sum, value) => sum + value, 0) / count;
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  const at = (quantile: number): number => sorted[Math.max(Math.ceil(quantile * count) - 1, 0)]!;
  return {
    count,
    min: sorted[0]!,
    mean,
    stddev: Math.sqrt(variance),
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    p999: at(0.999),
    max: sorted[count - 1]!,
  };
}
