// What the core counts of swapped memory, one row a counter (metrics/counters.ts).

import * as W from '../../assembly/memory/pages/layout.js';
import { counter, seconds } from '../metrics/counters.js';

export const BACKEND_COUNTERS = {
  swapIns: counter(W.BACKEND_INS, 'Pages that came from it.'),
  swapOuts: counter(W.BACKEND_OUTS, 'Pages that went to it.'),
  outPages: counter(W.BACKEND_NOW, 'Pages that are there at the end.'),
};

export const UPGRADE_COUNTERS = {
  startedNs: counter(W.UPGRADE_STARTED, 'Simulated time, in ns.'),
  pausedNs: counter(W.UPGRADE_PAUSED_NS, 'From quiesce on to the end: transfer and switch, or the rollback.'),
  quiesceNs: counter(W.UPGRADE_QUIESCE_NS, 'Until the work under way was over, in ns.'),
  waited: counter(W.UPGRADE_WAITED, 'Accesses that waited for it.'),
  waitMaxNs: counter(W.UPGRADE_WAIT_MAX, 'The longest of these waits, in ns.'),
};

export const GUEST_COUNTERS = {
  touches: counter(W.GUEST_TOUCHED, 'Pages touched by tasks.'),
  faults: counter(W.GUEST_FAULTS, 'Those that were not there.'),
  stallSeconds: seconds(
    W.GUEST_STALL_NS,
    'Time that its tasks were stopped for faults, summed over tasks; a pause of an upgrade that they waited out is part of it.',
  ),
  pauseSeconds: seconds(W.GUEST_PAUSE_NS, 'Time that its tasks waited for the end of pauses of upgrades.'),
  pausedStallSeconds: seconds(W.GUEST_PAUSE_STALL_NS, 'The part of it that lies within stalls.'),
  quotaReclaims: counter(W.GUEST_QUOTA_RECLAIMS, 'Pages that it gave because it was at its quota.'),
};

export const SWAP_COUNTERS = {
  storedBytes: counter(W.SWAP_STORED, "What is kept of pages out, in the host's memory."),
  freeBytes: counter(W.SWAP_FREE, 'Frames without a page.'),
  joined: counter(W.SWAP_JOINED, 'Faults that joined one under way.'),
  rescued: counter(W.SWAP_RESCUED, 'Faults on pages on their way out, which stayed.'),
  faultsInFlightAtWarmup: counter(W.SWAP_WAITING_FIRST, 'Faults that waited when statistics began.'),
  faultsInFlight: counter(W.SWAP_WAITING, 'Faults that wait at the end.'),
  oldestFaultNs: counter(W.SWAP_OLDEST_NS, 'How long the first of those has waited, in ns.'),
  writebacks: counter(W.SWAP_WRITEBACKS, 'Pages that went to a device with a write.'),
  cleanDrops: counter(
    W.SWAP_CLEAN_DROPS,
    'Pages that went to a device without one, since the copy there was still good: with writebacks, all of them.',
  ),
  directReclaims: counter(W.SWAP_DIRECT, 'Pages that went out since a fault had to wait for it.'),
  prefetched: counter(W.SWAP_PREFETCHED, 'Pages brought ahead of a fault.'),
  prefetchHits: counter(W.SWAP_PREFETCH_HITS, 'Those of them that were touched then.'),
  queuedMax: counter(W.SWAP_QUEUED_MAX, 'The most faults that were queued at once.'),
  throttled: counter(W.SWAP_THROTTLED, 'Times that background work waited for its budget.'),
  scans: counter(W.SWAP_SCANS, 'Looks at all pages by which they age.'),
  pauseWaits: counter(W.SWAP_PAUSE_WAITS, 'Accesses that waited for the end of a pause.'),
};

/** Of the slow tier, for the host. */
export const TIER_COUNTERS = {
  hintFaults: counter(W.SWAP_HINT_FAULTS, 'Slow touches of pages that a scan had marked.'),
  limited: counter(W.SWAP_LIMITED, 'Hint faults soon enough after their mark, but over the limit.'),
  candidates: counter(W.SWAP_CANDIDATES, 'Pages that the detector found.'),
  refused: counter(W.SWAP_REFUSED, 'Candidates that were not admitted.'),
  noRoom: counter(W.SWAP_NO_ROOM, 'Those admitted for which no frame was left at their turn: they stay.'),
  promotions: counter(W.SWAP_PROMOTIONS, 'Pages that began to come up.'),
  queued: counter(W.SWAP_QUEUED_UP, 'Admitted pages whose turn is to come, at the end.'),
  accesses: counter(W.SWAP_THRESHOLD, 'Slow accesses, or hint faults, at which a page is a candidate, at the end.'),
  rounds: counter(W.SWAP_ROUNDS, 'Rounds of the tuner that have ended.'),
  hotNs: counter(W.SWAP_HOT_NS, 'autonuma: its threshold at the end, in ns.'),
};

/** Of the slow tier, for a VM. */
export const GUEST_TIER_COUNTERS = {
  slowTouches: counter(W.GUEST_SLOW, 'Touches of pages in the slow tier, hint faults included.'),
  slowSeconds: seconds(
    W.GUEST_SLOW_NS,
    "What these took beyond accesses to the host's own memory: part of cpuSeconds.task.",
  ),
};

/** Core time of swapping, but for faults' exits. */
export const SWAP_SECONDS = {
  swapIn: seconds(W.SWAP_IN_NS, 'Bringing pages in.'),
  swapOut: seconds(W.SWAP_OUT_NS, 'Taking pages out.'),
  scan: seconds(W.SWAP_SCAN_NS, 'Looking at pages.'),
};
