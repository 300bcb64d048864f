// What a result says under `memory` where the swap engine runs (host.memory and memory of a VM). Bytes and page counts are those
// of the simulated memory, which pageSample may have made smaller; shares and times are those of the memory it stands for.

import type { Distribution } from '../metrics/histogram.js';

export interface BackendResult {
  swapIns: number;
  swapOuts: number;
  /** Pages that are there at the end. */
  outPages: number;
  swapInNs: Distribution;
  withinTenUs: number | null;
}

export interface UpgradeResult {
  kind: string;
  outcome: string;
  startedNs: number;
  /** From quiesce on to the end: transfer and switch, or the rollback. */
  pausedNs: number;
  quiesceNs: number;
  /** Accesses that waited for it, and the longest wait. */
  waited: number;
  waitMaxNs: number;
}

export interface GuestMemoryResult {
  virtualBytes: number;
  residentBytes: number;
  touches: number;
  faults: number;
  /** Time that its tasks were stopped for faults, summed over tasks; a pause of an upgrade that they waited out is part of it. */
  stallSeconds: number;
  /** Time that its tasks waited for the end of pauses, and the part of it that lies within stalls. */
  pauseSeconds: number;
  pausedStallSeconds: number;
  quotaReclaims: number;
}

export interface MemoryResult {
  pageBytes: number;
  pageSample: number;
  physicalBytes: number;
  virtualBytes: number;
  /** Virtual over physical memory. */
  expansion: number;
  /** Frames that pages have, on their way in or out too; with what is stored and free, the physical memory. */
  residentBytes: number;
  pinnedBytes: number;
  storedBytes: number;
  freeBytes: number;
  /** Of the virtual memory. */
  outShare: number | null;
  touches: number;
  faults: number;
  /** Faults over touches. */
  faultShare: number | null;
  joined: number;
  rescued: number;
  /** Faults that waited when statistics began, and at the end; the age of the first of those. */
  faultsInFlightAtWarmup: number;
  faultsInFlight: number;
  oldestFaultNs: number;
  /** The oldest is above 10 ms and the stalls' p99.9: the latencies are those of the others. */
  faultsOverdue: boolean;
  /** Pages that came in, for faults and ahead of them; the sum of `backends`. */
  swapIns: number;
  /** Of the pages that a task waited for: from the fault to the task being ready: queueing, the page's way back, map and resume. */
  swapInNs: Distribution;
  withinTenUs: number | null;
  /** The same as each task sees it: those that join a fault under way are counted too. */
  stallNs: Distribution;
  swapOuts: number;
  /** Of those that went to a device: with a write, and without since the copy there was still good. */
  writebacks: number;
  cleanDrops: number;
  /** Pages that went out since a fault had to wait for it. */
  directReclaims: number;
  prefetched: number;
  prefetchHits: number;
  queuedMax: number;
  throttled: number;
  scans: number;
  elasticityCoreSeconds: { swapIn: number; swapOut: number; scan: number; faultExit: number; total: number };
  /** Of all core time. */
  overheadShare: number | null;
  /** Elasticity work but for faults' exits over the time of the cores kept for it; null where none is. */
  keptCoresUsed: number | null;
  backends: Record<string, BackendResult>;
  upgrades: UpgradeResult[];
  pauseWaits: number;
  pauseWaitNs: Distribution;
  vms: Record<string, GuestMemoryResult>;
}

/** `memory` of a run in which no VM has memory: an empty object. */
export type NoMemory = { readonly [K in keyof MemoryResult]?: never };

/** The section, where the run had one. */
export function memoryOf({ memory }: { memory: MemoryResult | NoMemory }): MemoryResult | undefined {
  return memory.swapInNs === undefined ? undefined : memory;
}
