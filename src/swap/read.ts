// The swap engine's counters under their names: the section `memory` of a result. Bytes and page counts are those of the
// simulated memory, which pageSample may have made smaller; shares and times are those of the memory it stands for.

import type { SwappedScenario } from './types.js';
import { PART_SWAP } from '../../assembly/layout.js';
import * as W from '../../assembly/memory/pages/layout.js';
import { counted, NS_PER_SECOND } from '../metrics/counters.js';
import type { PartReader } from '../metrics/part-reader.js';
import type { Buckets, Distribution } from '../metrics/figures.js';
import type { Histogram } from '../metrics/histogram.js';
import {
  BACKEND_COUNTERS,
  GUEST_COUNTERS,
  GUEST_TIER_COUNTERS,
  SWAP_COUNTERS,
  SWAP_SECONDS,
  TIER_COUNTERS,
  UPGRADE_COUNTERS,
} from './counters.js';
import type { MemoryResult, TierResult } from './result.js';
import { hasSlowTier } from './tier.js';
import { BACKEND_NAMES } from './types.js';
import { guestPages, workingSetPages } from './words.js';

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
/** A fault that waits longer than this, and than nearly all others did, is pointed out: no backend takes that long by itself. */
const OVERDUE_NS = 10e6;
const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/** Of the slow tier; `guests`: the counters of each that has memory, by its VM's name, and all of theirs and functions' put together. */
function tierResult(
  counters: Float64Array,
  all: Float64Array,
  guests: readonly (readonly [name: string, words: Float64Array])[],
): TierResult {
  const ofGuest = (words: Float64Array) => {
    const counts = counted(GUEST_TIER_COUNTERS, words);
    return { fastTouches: words[W.GUEST_TOUCHED]! - words[W.GUEST_FAULTS]! - counts.slowTouches, ...counts };
  };
  const whole = ofGuest(all);
  return {
    ...whole,
    slowShare: share(whole.slowTouches, all[W.GUEST_TOUCHED]!),
    ...counted(TIER_COUNTERS, counters),
    demotions: counters[W.SWAP_OF_BACKENDS + W.BACKEND_SLOW * W.BACKEND_COUNTERS + W.BACKEND_OUTS]!,
    vms: Object.fromEntries(guests.map(([name, words]) => [name, ofGuest(words)])),
  };
}

export function swapResult(
  scenario: SwappedScenario,
  vms: readonly { readonly name: string }[],
  /** VMs of functions' instances, behind those. */
  slots: number,
  measuredNs: number,
  core: PartReader,
): MemoryResult | undefined {
  const { memory, memoryBytes = 0, cores } = scenario.host;
  if (memory === undefined) return undefined;
  const ofFunctions = workingSetPages(scenario);
  const raw = readSwap(core, vms.length + slots + ofFunctions.length, memory.upgrades.length);
  if (raw === undefined) return undefined;
  const counts = counted(SWAP_COUNTERS, raw.counters);
  const at = (which: number): number => raw.counters[which] ?? 0;
  const distribution = (...which: number[]): Distribution => raw.histogram(which).distribution();
  const { pageBytes, pageSample: sample } = memory;
  const capacity = Math.floor(memoryBytes / sample / pageBytes) * pageBytes;
  const sizes = scenario.vms.flatMap((vm) =>
    new Array<number>(vm.count).fill(vm.memory === undefined ? 0 : guestPages(vm.memory.sizeBytes, pageBytes, sample)),
  );
  const virtualPages = [...sizes, ...ofFunctions].reduce((sum, pages) => sum + pages, 0);
  const ofBackends = BACKEND_NAMES.map((_, index) => W.SWAP_HISTOGRAM_BACKENDS + index);
  const swapInNs = distribution(...ofBackends);
  const section = (from: Float64Array, at: number, length: number): Float64Array => from.subarray(at, at + length);
  const wordsOfBackends = BACKEND_NAMES.map((_, index) =>
    section(raw.counters, W.SWAP_OF_BACKENDS + index * W.BACKEND_COUNTERS, W.BACKEND_COUNTERS),
  );
  const overBackends = (which: number): number => wordsOfBackends.reduce((sum, words) => sum + (words[which] ?? 0), 0);
  const guests = vms.map((_, index) => section(raw.guests, index * W.GUEST_COUNTERS, W.GUEST_COUNTERS));
  const overGuests = (which: number): number => {
    let sum = 0;
    for (let at = which; at < raw.guests.length; at += W.GUEST_COUNTERS) sum += raw.guests[at]!;
    return sum;
  };
  const stallNs = distribution(...ofBackends, W.SWAP_HISTOGRAM_JOINED);
  const touches = overGuests(W.GUEST_TOUCHED);
  const faults = overGuests(W.GUEST_FAULTS);
  const elasticity = {
    ...counted(SWAP_SECONDS, raw.counters),
    faultExit: (faults * (memory.fault.exitNs + memory.fault.lockNs)) / NS_PER_SECOND,
  };
  const total = elasticity.swapIn + elasticity.swapOut + elasticity.scan + elasticity.faultExit;
  const coreSeconds = (cores * measuredNs) / NS_PER_SECOND;
  const contents = [memory.content, ...scenario.vms.flatMap((vm) => vm.memory?.content ?? [])];
  const backends = Object.fromEntries(
    BACKEND_NAMES.flatMap((name, index) => {
      const words = wordsOfBackends[index]!;
      const counts = counted(BACKEND_COUNTERS, words);
      // one that pages may go to stays, so that what is asked of it has an answer
      if (counts.swapIns + counts.swapOuts + counts.outPages === 0 && !contents.some((content) => content[name] > 0))
        return [];
      const law = distribution(W.SWAP_HISTOGRAM_BACKENDS + index);
      return [[name, { ...counts, swapInNs: law, withinTenUs: share(words[W.BACKEND_FAST] ?? 0, law.count) }]];
    }),
  );
  const tiered = hasSlowTier(scenario)
    ? tierResult(
        raw.counters,
        Float64Array.from({ length: W.GUEST_COUNTERS }, (_, which) => overGuests(which)),
        vms.flatMap(({ name }, index) => ((sizes[index] ?? 0) === 0 ? [] : [[name, guests[index]!] as const])),
      )
    : undefined;
  return {
    pageBytes,
    pageSample: sample,
    physicalBytes: capacity,
    virtualBytes: virtualPages * pageBytes,
    expansion: (virtualPages * pageBytes) / capacity,
    residentBytes: at(W.SWAP_RESIDENT) * pageBytes,
    pinnedBytes: at(W.SWAP_PINNED) * pageBytes,
    outShare: share(overBackends(W.BACKEND_NOW), virtualPages),
    touches,
    faults,
    faultShare: share(faults, touches),
    ...counts,
    faultsOverdue: counts.oldestFaultNs > Math.max(OVERDUE_NS, stallNs.p999 ?? 0),
    swapIns: overBackends(W.BACKEND_INS),
    swapInNs,
    withinTenUs: share(overBackends(W.BACKEND_FAST), swapInNs.count),
    stallNs,
    swapOuts: overBackends(W.BACKEND_OUTS),
    elasticityCoreSeconds: { ...elasticity, total },
    overheadShare: share(total, coreSeconds),
    // a fault's exit is its own core's
    keptCoresUsed: share(total - elasticity.faultExit, (memory.cores * measuredNs) / NS_PER_SECOND),
    backends,
    ...(tiered === undefined ? {} : { tier: tiered }),
    upgrades: memory.upgrades.map(({ kind }, index) => {
      const words = section(raw.upgrades, index * W.UPGRADE_COUNTERS, W.UPGRADE_COUNTERS);
      const outcome = OUTCOMES[words[W.UPGRADE_OUTCOME] ?? 0] ?? '';
      return { kind, outcome, ...counted(UPGRADE_COUNTERS, words) };
    }),
    pauseWaitNs: distribution(W.SWAP_HISTOGRAM_PAUSE),
    vms: Object.fromEntries(
      vms.flatMap(({ name }, index) => {
        const words = guests[index]!;
        const pages = sizes[index] ?? 0;
        if (pages === 0) return [];
        const residentBytes = (words[W.GUEST_RESIDENT] ?? 0) * pageBytes;
        return [[name, { virtualBytes: pages * pageBytes, residentBytes, ...counted(GUEST_COUNTERS, words) }]];
      }),
    ),
  };
}

/** Puts the buckets of swap-ins by backend, and of stalls, into a result. */
export function addSwapBuckets(memory: MemoryResult, core: PartReader): void {
  const buckets = (which: readonly number[]): Buckets => core.partHistogram(PART_SWAP, which).buckets();
  const ofBackends = BACKEND_NAMES.map((_, index) => W.SWAP_HISTOGRAM_BACKENDS + index);
  for (const [index, name] of BACKEND_NAMES.entries()) {
    const backend = memory.backends[name];
    if (backend !== undefined) backend.swapInNs.histogram = buckets([ofBackends[index]!]);
  }
  memory.stallNs.histogram = buckets([...ofBackends, W.SWAP_HISTOGRAM_JOINED]);
}
