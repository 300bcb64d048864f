// What a part of the host may read of the core.

import type { Histogram } from './histogram.js';

/** Counters and histograms of parts, as the boundary to the core gives them. */
export interface PartReader {
  partCounters(part: number, set: number, count: number): Float64Array | undefined;
  partHistogram(part: number, which: readonly number[]): Histogram;
}
