// What the naive swap engine counts: every number of a result's `memory`, and each delay as it was, where the program has a
// histogram of them. Lists are sorted.

export interface GuestFigures {
  virtualBytes: number;
  residentBytes: number;
  touches: number;
  faults: number;
  stallNs: number;
  quotaReclaims: number;
  pauseNs: number;
  pausedStallNs: number;
}

export interface BackendFigures {
  swapIns: number;
  swapOuts: number;
  outPages: number;
  swapInNs: number[];
}

interface GuestTierFigures {
  fastTouches: number;
  slowTouches: number;
  /** In ns. */
  slowSeconds: number;
}

export interface TierFigures extends GuestTierFigures {
  slowShare: number | null;
  hintFaults: number;
  limited: number;
  candidates: number;
  refused: number;
  noRoom: number;
  promotions: number;
  queued: number;
  hotNs: number;
  accesses: number;
  rounds: number;
  demotions: number;
  vms: Record<string, GuestTierFigures>;
}

export interface UpgradeFigures {
  kind: string;
  outcome: 'not reached' | 'in progress' | 'done' | 'rolled back';
  startedNs: number;
  pausedNs: number;
  quiesceNs: number;
  waited: number;
  waitMaxNs: number;
}

export interface MemoryFigures {
  pageBytes: number;
  pageSample: number;
  physicalBytes: number;
  virtualBytes: number;
  residentBytes: number;
  pinnedBytes: number;
  storedBytes: number;
  freeBytes: number;
  pages: number;
  outPages: number;
  touches: number;
  faults: number;
  joined: number;
  rescued: number;
  faultsInFlightAtWarmup: number;
  faultsInFlight: number;
  oldestFaultNs: number;
  swapIns: number;
  swapInNs: number[];
  stallNs: number[];
  swapOuts: number;
  writebacks: number;
  cleanDrops: number;
  directReclaims: number;
  prefetched: number;
  prefetchHits: number;
  queuedMax: number;
  throttled: number;
  scans: number;
  /** Nanoseconds of core time. */
  elasticityNs: { swapIn: number; swapOut: number; scan: number; faultExit: number };
  backends: Record<string, BackendFigures>;
  tier?: TierFigures;
  upgrades: UpgradeFigures[];
  pauseWaits: number;
  pauseWaitNs: number[];
  vms: Record<string, GuestFigures>;
}
