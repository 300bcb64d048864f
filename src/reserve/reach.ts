// What larger mappings do for passed-through network devices: an IOTLB of so many entries covers more memory, so fewer packets
// wait for a page walk. Uniform use of the buffers; larger pages are taken to stay, as the most used entries do under LRU.
// Leaves out the CPU's own TLB, prefetching of translations and what a device caches itself (ATS).

import { GRANULE_BYTES, REGION_GRANULES } from './core.js';
import type { ReserveScenario } from './schema.js';

/** How a VM's memory is mapped: shares that add up to 1. */
export interface MappingMix {
  readonly gigabyteShare: number;
  readonly megabyteShare: number;
  readonly pageShare: number;
}

const SIZES = [GRANULE_BYTES * REGION_GRANULES, GRANULE_BYTES, 4096] as const;

/** Share of translations that miss an IOTLB of `entries`, with `bytes` of buffers in use. */
export function missShare(mix: MappingMix, bytes: number, entries: number): number {
  const shares = [mix.gigabyteShare, mix.megabyteShare, mix.pageShare];
  let left = entries;
  let miss = 0;
  shares.forEach((share, i) => {
    if (share === 0) return;
    const pages = Math.max(Math.ceil((bytes * share) / SIZES[i]!), 1);
    const held = Math.min(left, pages);
    left -= held;
    miss += share * (1 - held / pages);
  });
  return miss;
}

/** Nanoseconds a packet takes. */
export function packetNs(scenario: ReserveScenario, miss: number): number {
  const { packet, translations, miss: missNs, walkers } = scenario.network;
  return packet + (translations * miss * missNs) / walkers;
}
