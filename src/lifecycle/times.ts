// How long requests of functions took, over all tiers. Apart from what a result says of them: a host's declaration needs no schema.

import { PART_LIFECYCLE } from '../../assembly/layout.js';
import * as W from '../../assembly/lifecycle/layout.js';
import type { Histogram } from '../metrics/histogram.js';
import type { PartReader } from '../metrics/part-reader.js';

/** Where a request found its instance, by the core's numbers. */
export const TIERS = [
  ['active', W.TIER_ACTIVE],
  ['joined', W.TIER_JOINED],
  ['dormant', W.TIER_DORMANT],
  ['restore', W.TIER_RESTORE],
  ['vm', W.TIER_VM],
  ['full', W.TIER_FULL],
] as const;

/** Times of functions' requests: to when they enter their VM, or to their end. */
export type FunctionTimes = 'starts' | 'functions';

const FIRST: Readonly<Record<FunctionTimes, number>> = {
  starts: W.LIFE_HISTOGRAM_START,
  functions: W.LIFE_HISTOGRAM_LATENCY,
};

/** Of requests of all tiers. */
export const functionTimes = (core: Pick<PartReader, 'partHistogram'>, of: FunctionTimes): Histogram =>
  core.partHistogram(
    PART_LIFECYCLE,
    TIERS.map(([, tier]) => FIRST[of] + tier),
  );
