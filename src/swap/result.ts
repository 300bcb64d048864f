// What a result says under `memory` where the swap engine runs (host.memory and memory of a VM). Bytes and page counts are those
// of the simulated memory, which pageSample may have made smaller; shares and times are those of the memory it stands for.

import type { Distribution } from '../metrics/histogram.js';

/** A place where pages go. */
export interface BackendResult {
  /** Pages that came from it. */
  swapIns: number;
  /** Pages that went to it. */
  swapOuts: number;
  /** Pages that are there at the end. */
  outPages: number;
  /** As `swapInNs` of the whole, of its pages. */
  swapInNs: Distribution;
  /** Share of swap-ins of at most 10 us, 0 to 1; null without any. */
  withinTenUs: number | null;
}

/** An upgrade of the engine. */
export interface UpgradeResult {
  /** hot-switch or hot-upgrade. */
  kind: string;
  /** What became of it. */
  outcome: string;
  /** Simulated time, in ns. */
  startedNs: number;
  /** From quiesce on to the end: transfer and switch, or the rollback. */
  pausedNs: number;
  /** Until the work under way was over, in ns. */
  quiesceNs: number;
  /** Accesses that waited for it, and the longest wait. */
  waited: number;
  /** The longest of these waits, in ns. */
  waitMaxNs: number;
}

/** A VM's memory. */
export interface GuestMemoryResult {
  /** Memory that guests believe they have. */
  virtualBytes: number;
  /** Frames that its pages have. */
  residentBytes: number;
  /** Pages touched by tasks. */
  touches: number;
  /** Those that were not there. */
  faults: number;
  /** Time that its tasks were stopped for faults, summed over tasks; a pause of an upgrade that they waited out is part of it. */
  stallSeconds: number;
  /** Time that its tasks waited for the end of pauses, and the part of it that lies within stalls. */
  pauseSeconds: number;
  /** The part of pauses that lies within stalls. */
  pausedStallSeconds: number;
  /** Pages that it gave because it was at its quota. */
  quotaReclaims: number;
}

/** What became of the guests' memory. */
export interface MemoryResult {
  /** Size of a page. */
  pageBytes: number;
  /** How many times smaller the memory was simulated. */
  pageSample: number;
  /** Memory of the host for guests' pages. */
  physicalBytes: number;
  /** Memory that guests believe they have. */
  virtualBytes: number;
  /** Virtual over physical memory. */
  expansion: number;
  /** Frames that pages have, on their way in or out too; with what is stored and free, the physical memory. */
  residentBytes: number;
  /** Pages that never move. */
  pinnedBytes: number;
  /** What is kept of pages out, in the host's memory. */
  storedBytes: number;
  /** Frames without a page. */
  freeBytes: number;
  /** Of the virtual memory. */
  outShare: number | null;
  /** Pages touched by tasks. */
  touches: number;
  /** Touches of pages that were not there. */
  faults: number;
  /** Faults over touches. */
  faultShare: number | null;
  /** Faults that joined one under way. */
  joined: number;
  /** Faults on pages on their way out, which stayed. */
  rescued: number;
  /** Faults that waited when statistics began, and at the end; the age of the first of those. */
  faultsInFlightAtWarmup: number;
  /** Faults that wait at the end. */
  faultsInFlight: number;
  /** How long the first of those has waited, in ns. */
  oldestFaultNs: number;
  /** The oldest is above 10 ms and the stalls' p99.9: the latencies are those of the others. */
  faultsOverdue: boolean;
  /** Pages that came in, for faults and ahead of them; the sum of `backends`. */
  swapIns: number;
  /** Of the pages that a task waited for: from the fault to the task being ready: queueing, the page's way back, map and resume. */
  swapInNs: Distribution;
  /** Share of swap-ins of at most 10 us, 0 to 1; null without any. */
  withinTenUs: number | null;
  /** The same as each task sees it: those that join a fault under way are counted too. */
  stallNs: Distribution;
  /** Pages that went out; the sum of `backends`. */
  swapOuts: number;
  /** Of those that went to a device: with a write, and without since the copy there was still good. */
  writebacks: number;
  /** Dropped without a write, since the copy on the device was still good. */
  cleanDrops: number;
  /** Pages that went out since a fault had to wait for it. */
  directReclaims: number;
  /** Pages brought ahead of a fault. */
  prefetched: number;
  /** Those of them that were touched then. */
  prefetchHits: number;
  /** The most faults that were queued at once. */
  queuedMax: number;
  /** Times that background work waited for its budget. */
  throttled: number;
  /** Looks at all pages by which they age. */
  scans: number;
  /** Core time of swapping, by what it was used for, in seconds. */
  elasticityCoreSeconds: {
    /** Bringing pages in. */
    swapIn: number;
    /** Taking pages out. */
    swapOut: number;
    /** Looking at pages. */
    scan: number;
    /** Of faults, on the cores that fault. */
    faultExit: number;
    /** All of it. */
    total: number;
  };
  /** Of all core time. */
  overheadShare: number | null;
  /** Elasticity work but for faults' exits over the time of the cores kept for it; null where none is. */
  keptCoresUsed: number | null;
  /** By name. */
  backends: Record<string, BackendResult>;
  /** In order. */
  upgrades: UpgradeResult[];
  /** Accesses that waited for the end of a pause. */
  pauseWaits: number;
  /** How long, in ns. */
  pauseWaitNs: Distribution;
  /** By name. */
  vms: Record<string, GuestMemoryResult>;
}

/** `memory` of a run in which no VM has memory: an empty object. */
export type NoMemory = { readonly [K in keyof MemoryResult]?: never };

/** The section, where the run had one. */
export function memoryOf({ memory }: { memory: MemoryResult | NoMemory }): MemoryResult | undefined {
  return memory.swapInNs === undefined ? undefined : memory;
}
