// What one run of reserved memory tells. Everything under `memory` comes from the allocator's tables, the plan of the server
// or the parameters; nothing but manifest.wallSeconds, which is not here, could differ between two equal runs.

import type { Distribution } from '../metrics/figures.js';
import type { MemoryPlan } from './accounting.js';
import type { BootSplit } from './boot.js';
import type { ManagerKind } from './schema.js';

/** What was run, and on what. */
export interface ReserveManifest {
  /** Of the package. */
  name: string;
  /** Of the package. */
  version: string;
  /** Of the canonical JSON of the resolved server. */
  scenarioSha256: string;
  /** Of the bytes of the core that ran. */
  coreSha256: string;
  /** 64-bit hash over every event's (time, kind, entity), as 16 hexadecimal digits. */
  fingerprint: string;
  /** Every random choice was drawn from it. */
  seed: number;
  /** Who managed the memory. */
  manager: ManagerKind;
  /** How long VMs came and went, in simulated ns; 0: not at all. */
  durationNs: number;
  /** Events simulated. */
  events: number;
}

/** A distribution for each name. */
export type DistributionOf<T extends string> = Record<T, Distribution>;

/** A boot on an otherwise empty server. */
export interface BootRow extends BootSplit {
  /** Memory of the VM. */
  sizeBytes: number;
  /** Pieces of it. */
  extents: number;
  /** Share of the VM in 1 GiB mappings. */
  gigabyteShare: number;
}

/** The memory at an instant. */
export interface FragmentationSample {
  /** Simulated time, in ns. */
  atNs: number;
  /** Sold over total memory, 0 to 1. */
  soldShare: number;
  /** Not sold. */
  freeBytes: number;
  /** The largest piece of it. */
  largestFreeBytes: number;
  /** Share of free memory in regions that are free as a whole. */
  wholeFreeShare: number | null;
  /** Share of sold memory in 1 GiB mappings. */
  gigabyteShare: number | null;
  /** Mean pieces of a VM's memory; null without VMs. */
  extentsPerVm: number | null;
}

/** What became of the VMs that came. */
export interface VmsReport {
  /** VMs that came. */
  arrived: number;
  /** Those that got memory. */
  placed: number;
  /** No room, or no VM number left. */
  rejected: number;
  /** Of those: as much was free, but in the wrong pool or in no node. */
  rejectedThoughFree: number;
  /** VMs that came while no module was there to answer: arrived = placed + rejected + failed. */
  failed: number;
  /** Resizes and departures that failed for the same reason, each time; they are asked for again. */
  operationsFailed: number;
  /** Those that went. */
  departed: number;
  /** Those that are there at the end. */
  running: number;
  /** Resizes that were done. */
  resized: number;
  /** Resizes without room. */
  resizesRejected: number;
}

/** What became of the upgrades of the manager. */
export interface UpgradesReport {
  /** Begun. */
  attempted: number;
  /** Done. */
  switched: number;
  /** Failed, the old one goes on. */
  rolledBack: number;
  /** Of the last switch: VMs that ran before it and after it, their frames untouched. */
  guestsContinued: number;
  /** Operations that waited for an upgrade. */
  operationsDelayed: number;
  /** How long operations were kept out, in ns. */
  pauseNs: Distribution;
  /** Until operations under way were over, in ns. */
  drainNs: Distribution;
  /** Handing the tables over, in ns. */
  transferNs: Distribution;
  /** How long the operations that waited did, in ns. */
  delayedNs: Distribution;
}

/** What became of the memory. */
export interface MemoryReport {
  /** Where it goes before the first VM is sold. */
  plan: MemoryPlan & {
    /** What VMs can be made of, over total memory, 0 to 1. */
    sellableShare: number;
  };
  /** Starting a VM of each size on an otherwise empty server. */
  bootTable: BootRow[];
  /** Sizes of `boot.sizes` and `vms.sizes` for which this manager has no room even on the empty server. */
  neverFitBytes: number[];
  /** null where none come. */
  vms: VmsReport | null;
  /** Time-weighted mean of sold over total memory. */
  soldShare: number | null;
  /** Starts of the VMs that came; null where none did. */
  boot: DistributionOf<keyof BootSplit> | null;
  /** Operations of the manager, in ns, waiting included; null where there were none. */
  operationNs: Distribution | null;
  /** null where there are none. */
  upgrades: UpgradesReport | null;
  /** Pages that went bad; null where none do. */
  poison: {
    /** All that went bad. */
    known: number;
    /** Those that belonged to no VM. */
    free: number;
    /** Those of VMs that got another. */
    replaced: number;
    /** Those of VMs that could not. */
    lost: number;
    /** Memory that is not sold any more. */
    isolatedBytes: number;
  } | null;
  /** Over time. */
  fragmentation: FragmentationSample[];
  /** Buffers of the network card; null where they are not asked for. */
  network: {
    /** Share of translations that miss, 0 to 1. */
    missShare: number;
    /** Time of a packet, in ns. */
    packetNs: number;
    /** What comes through. */
    packetsPerSecond: number;
  } | null;
  /** Of the shared zeroing threads; null where there are none. */
  zeroing: {
    /** Time that they worked, all together. */
    busySeconds: number;
  } | null;
  /** Times the tables were looked at as a whole and found sound. */
  checks: number;
}

/** A server under one manager. */
export interface ReserveResult {
  /** What was run. */
  manifest: ReserveManifest;
  /** What became of it. */
  memory: MemoryReport;
}

/** A manager against the first one. */
export interface ReserveDifference {
  /** Which. */
  manager: ManagerKind;
  /** Points of the whole server: this run's share less the first one's. */
  sellablePoints: number;
  /** This run's over the first one's; null where one of them has none. */
  sellableRatio: number;
  /** Time of the longest start over the first one's; null where one has none. */
  bootRatio: number | null;
  /** Packets per second over the first one's; null where one has none. */
  packetRateRatio: number | null;
}

/** A server under several managers. */
export interface ReserveComparison {
  /** A result each. */
  runs: ReserveResult[];
  /** Each of the others against the first. */
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
