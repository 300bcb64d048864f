// The swap engine's counters under their names: the section `memory` of a result. Bytes and page counts are those of the
// simulated memory, which pageSample may have made smaller; shares and times are those of the memory it stands for.

import type { SwappedScenario } from './types.js';
import { PART_SWAP } from '../../assembly/layout.js';
import * as W from '../../assembly/memory/pages/layout.js';
import type { Distribution, Histogram } from '../metrics/histogram.js';
import type { MemoryResult } from './result.js';
import { BACKEND_NAMES } from './types.js';
import { guestPages } from './words.js';

/** What the core has counted; `settle` first. */
export interface SwapCounters {
  readonly counters: Float64Array;
  /** GUEST_COUNTERS for each VM. */
  readonly guests: Float64Array;
  /** UPGRADE_COUNTERS for each upgrade. */
  readonly upgrades: Float64Array;
  /** One of them, or several put together. */
  histogram(which: readonly number[]): Histogram;
}

/** Counters and histograms of parts, as the boundary to the core gives them. */
export interface PartReader {
  partCounters(part: number, set: number, count: number): Float64Array | undefined;
  partHistogram(part: number, which: readonly number[]): Histogram;
}

/** What the engine has counted; undefined where no VM has memory. */
function readSwap(core: PartReader, vms: number, upgrades: number): SwapCounters | undefined {
  const of = (set: number, count: number): Float64Array | undefined => core.partCounters(PART_SWAP, set, count);
  const counters = of(W.SWAP_SET, W.SWAP_COUNTERS);
  const guests = of(W.SWAP_SET_GUESTS, vms * W.GUEST_COUNTERS);
  const upgraded = of(W.SWAP_SET_UPGRADES, upgrades * W.UPGRADE_COUNTERS);
  if (counters === undefined || guests === undefined || upgraded === undefined) return undefined;
  return { counters, guests, upgrades: upgraded, histogram: (which) => core.partHistogram(PART_SWAP, which) };
}

const OUTCOMES = ['not reached', 'done', 'rolled back', 'in progress'] as const;
const SECOND = 1e9;
/** A fault that waits longer than this, and than nearly all others did, is pointed out: no backend takes that long by itself. */
const OVERDUE_NS = 10e6;
const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

export function swapResult(
  scenario: SwappedScenario,
  vms: readonly { readonly name: string }[],
  measuredNs: number,
  core: PartReader,
): MemoryResult | undefined {
  const { memory, memoryBytes = 0, cores } = scenario.host;
  if (memory === undefined) return undefined;
  const raw = readSwap(core, vms.length, memory.upgrades.length);
  if (raw === undefined) return undefined;
  const at = (which: number): number => raw.counters[which] ?? 0;
  const distribution = (...which: number[]): Distribution => raw.histogram(which).distribution();
  const { pageBytes, pageSample: sample } = memory;
  const capacity = Math.floor(memoryBytes / sample / pageBytes) * pageBytes;
  const sizes = scenario.vms.flatMap((vm) =>
    new Array<number>(vm.count).fill(vm.memory === undefined ? 0 : guestPages(vm.memory.sizeBytes, pageBytes, sample)),
  );
  const virtualPages = sizes.reduce((sum, pages) => sum + pages, 0);
  const ofBackends = BACKEND_NAMES.map((_, index) => W.SWAP_HISTOGRAM_BACKENDS + index);
  const swapInNs = distribution(...ofBackends);
  const ofBackend = (index: number, which: number): number =>
    at(W.SWAP_OF_BACKENDS + index * W.BACKEND_COUNTERS + which);
  const overBackends = (which: number): number =>
    BACKEND_NAMES.reduce((sum, _, index) => sum + ofBackend(index, which), 0);
  const overGuests = (which: number): number =>
    vms.reduce((sum, _, index) => sum + (raw.guests[index * W.GUEST_COUNTERS + which] ?? 0), 0);
  const stallNs = distribution(...ofBackends, W.SWAP_HISTOGRAM_JOINED);
  const oldestFaultNs = at(W.SWAP_OLDEST_NS);
  const touches = overGuests(W.GUEST_TOUCHED);
  const faults = overGuests(W.GUEST_FAULTS);
  const elasticity = {
    swapIn: at(W.SWAP_IN_NS) / SECOND,
    swapOut: at(W.SWAP_OUT_NS) / SECOND,
    scan: at(W.SWAP_SCAN_NS) / SECOND,
    faultExit: (faults * (memory.fault.exitNs + memory.fault.lockNs)) / SECOND,
  };
  const total = Object.values(elasticity).reduce((sum, seconds) => sum + seconds, 0);
  const coreSeconds = (cores * measuredNs) / SECOND;
  const contents = [memory.content, ...scenario.vms.flatMap((vm) => vm.memory?.content ?? [])];
  const backends = Object.fromEntries(
    BACKEND_NAMES.flatMap((name, index) => {
      const ins = ofBackend(index, W.BACKEND_INS);
      const out = ofBackend(index, W.BACKEND_OUTS);
      const now = ofBackend(index, W.BACKEND_NOW);
      // one that pages may go to stays, so that what is asked of it has an answer
      if (ins + out + now === 0 && !contents.some((content) => content[name] > 0)) return [];
      const law = distribution(W.SWAP_HISTOGRAM_BACKENDS + index);
      return [
        [
          name,
          {
            swapIns: ins,
            swapOuts: out,
            outPages: now,
            swapInNs: law,
            withinTenUs: share(ofBackend(index, W.BACKEND_FAST), law.count),
          },
        ],
      ];
    }),
  );
  return {
    pageBytes,
    pageSample: sample,
    physicalBytes: capacity,
    virtualBytes: virtualPages * pageBytes,
    expansion: (virtualPages * pageBytes) / capacity,
    residentBytes: at(W.SWAP_RESIDENT) * pageBytes,
    pinnedBytes: at(W.SWAP_PINNED) * pageBytes,
    storedBytes: at(W.SWAP_STORED),
    freeBytes: at(W.SWAP_FREE),
    outShare: share(overBackends(W.BACKEND_NOW), virtualPages),
    touches,
    faults,
    faultShare: share(faults, touches),
    joined: at(W.SWAP_JOINED),
    rescued: at(W.SWAP_RESCUED),
    faultsInFlightAtWarmup: at(W.SWAP_WAITING_FIRST),
    faultsInFlight: at(W.SWAP_WAITING),
    oldestFaultNs,
    faultsOverdue: oldestFaultNs > Math.max(OVERDUE_NS, stallNs.p999 ?? 0),
    swapIns: overBackends(W.BACKEND_INS),
    swapInNs,
    withinTenUs: share(overBackends(W.BACKEND_FAST), swapInNs.count),
    stallNs,
    swapOuts: overBackends(W.BACKEND_OUTS),
    writebacks: at(W.SWAP_WRITEBACKS),
    cleanDrops: at(W.SWAP_CLEAN_DROPS),
    directReclaims: at(W.SWAP_DIRECT),
    prefetched: at(W.SWAP_PREFETCHED),
    prefetchHits: at(W.SWAP_PREFETCH_HITS),
    queuedMax: at(W.SWAP_QUEUED_MAX),
    throttled: at(W.SWAP_THROTTLED),
    scans: at(W.SWAP_SCANS),
    elasticityCoreSeconds: { ...elasticity, total },
    overheadShare: share(total, coreSeconds),
    // a fault's exit is its own core's
    keptCoresUsed: share(total - elasticity.faultExit, (memory.cores * measuredNs) / SECOND),
    backends,
    upgrades: memory.upgrades.map(({ kind }, index) => {
      const of = (which: number): number => raw.upgrades[index * W.UPGRADE_COUNTERS + which] ?? 0;
      return {
        kind,
        outcome: OUTCOMES[of(W.UPGRADE_OUTCOME)] ?? '',
        startedNs: of(W.UPGRADE_STARTED),
        pausedNs: of(W.UPGRADE_PAUSED_NS),
        quiesceNs: of(W.UPGRADE_QUIESCE_NS),
        waited: of(W.UPGRADE_WAITED),
        waitMaxNs: of(W.UPGRADE_WAIT_MAX),
      };
    }),
    pauseWaits: at(W.SWAP_PAUSE_WAITS),
    pauseWaitNs: distribution(W.SWAP_HISTOGRAM_PAUSE),
    vms: Object.fromEntries(
      vms.flatMap(({ name }, index) => {
        const of = (which: number): number => raw.guests[index * W.GUEST_COUNTERS + which] ?? 0;
        const pages = sizes[index] ?? 0;
        if (pages === 0) return [];
        return [
          [
            name,
            {
              virtualBytes: pages * pageBytes,
              residentBytes: of(W.GUEST_RESIDENT) * pageBytes,
              touches: of(W.GUEST_TOUCHED),
              faults: of(W.GUEST_FAULTS),
              stallSeconds: of(W.GUEST_STALL_NS) / SECOND,
              pauseSeconds: of(W.GUEST_PAUSE_NS) / SECOND,
              pausedStallSeconds: of(W.GUEST_PAUSE_STALL_NS) / SECOND,
              quotaReclaims: of(W.GUEST_QUOTA_RECLAIMS),
            },
          ],
        ];
      }),
    ),
  };
}
