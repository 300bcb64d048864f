// The miss ratio of LRU at every capacity, from one pass (Mattson et al. 1970), or from a sample of the pages (SHARDS,
// Waldspurger et al., FAST'15: fixed rate, with its adjustment for a sample that got too many or too few requests).
// Other policies have no curve from one pass, as most are no stack algorithms: they are replayed on the sample, at each
// capacity as a miniature of it (miniatures.ts).

import type { MissRatioCurve } from './result.js';

/** Of 2^24 hash values, those looked at. */
export const SAMPLE_RANGE = 2 ** 24;
/** Distinct pages that a sample should hold: the error of a point is some 1 / (2 × its root), 3 % here. */
export const SAMPLED_PAGES_WANTED = 300;
/** Points of the curve a doubling of the capacity. */
const POINTS_PER_DOUBLING = 4;

/** What the core compares 24 bits of a page's hash with. */
export function samplingThreshold(rate: number): number {
  return Math.max(1, Math.round(rate * SAMPLE_RANGE));
}

/** Capacities that a curve must have: among those of the grid, or these alone. */
export interface Wanted {
  readonly capacities: readonly number[];
  readonly alone: boolean;
}

/** Capacities from `least` to `pages`, some a doubling, with the wanted ones among them; or these alone, as far as they are `least` or more. */
export function grid(least: number, pages: number, wanted: Wanted): number[] {
  const capacities = new Set<number>(wanted.capacities);
  if (wanted.alone) return [...capacities].filter((capacity) => capacity >= least).sort((a, b) => a - b);
  capacities.add(least);
  for (let base = 1; base <= pages; base *= 2) {
    for (let step = 0; step < POINTS_PER_DOUBLING; step++) {
      const capacity = base + Math.floor((base * step) / POINTS_PER_DOUBLING);
      if (capacity <= pages) capacities.add(capacity);
    }
  }
  capacities.add(pages);
  return [...capacities].filter((capacity) => capacity >= least).sort((a, b) => a - b);
}

/**
 * The curve of `requests` requests, of which `sampledRequests` were looked at.
 *
 * @param histogram requests by reuse distance, from 0; the rest of the sampled requests are first uses
 * @param threshold as samplingThreshold gives it
 * @param distinctPages of the whole trace, which are missed at any capacity
 * @param wanted capacities of the points, as far as the sample reaches down to them
 */
export function curveOf(
  histogram: Float64Array,
  requests: number,
  sampledRequests: number,
  threshold: number,
  distinctPages: number,
  wanted: Wanted,
): MissRatioCurve {
  const rate = threshold / SAMPLE_RANGE;
  /** Distinct pages looked at. */
  const sampledPages = histogram.length - 1;
  // Hot pages make the sample's size err; the error belongs to the shortest distances, where such pages are.
  const expected = rate === 1 ? sampledRequests : requests * rate;
  const correction = expected - sampledRequests;
  const compulsory = distinctPages / requests;
  /** From the least capacity to the greatest. */
  const points: { capacityPages: number; missRatio: number }[] = [];
  let hits = correction;
  let distance = 0;
  const least = Math.ceil(1 / rate);
  // Of no page looked at, nothing is known.
  for (const capacityPages of sampledPages === 0
    ? []
    : grid(least, Math.max(least, Math.round(sampledPages / rate)), wanted)) {
    while (distance < sampledPages && (distance + 1) / rate <= capacityPages) hits += histogram[++distance]!;
    /** Misses over requests, 0 to 1. */
    const missRatio = expected > 0 ? Math.min(1, Math.max(compulsory, 1 - hits / expected)) : 1;
    points.push({ capacityPages, missRatio });
  }
  return {
    policy: 'lru',
    sampled: threshold < SAMPLE_RANGE,
    samplingRate: rate,
    sampledRequests,
    sampledPages,
    leastCapacityPages: least,
    points,
  };
}
