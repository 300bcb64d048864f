// Intervals of what sampled hosts say of all, as surveys reckon them (Särndal, Swensson & Wretman, Model Assisted Survey Sampling, 1992).
// Hosts are sampled without replacement within strata: the variance of an estimated sum is that between hosts of a stratum, times
// 1 − its sampled share. A ratio is linearized to such a sum. A quantile is inverted (Woodruff, JASA 1952): the interval of the share of
// requests that are no slower, read off the distribution, from the begin of the bucket where it begins to the end of that where it ends.
// A share of VMs is Wilson's (JASA 1927) of as many VMs as would scatter as much by themselves, since near 0 and 1 it is not symmetric.
// Degrees of freedom by Welch (Biometrika 1947), as strata count little where they vary little.

import { studentQuantile } from '../metrics/confidence.js';
import { bucketBounds } from '../metrics/histogram.js';
import type { Estimate } from './result.js';
import { answeredOf, bucketAt, LATENCY_BITS, type Tally, type WeightedLatencies } from './tally.js';

const LEVEL = 0.95;
/** Beyond, Student's t is the normal law. */
const MOST_DEGREES = 1000;

/** Hosts of a stratum that were dealt into one group, and what they did together. */
export interface SampledGroup<S> {
  readonly hosts: number;
  /** Absent where nothing of the kind was there. */
  readonly sums: S | undefined;
}

export interface SampledStratum<S> {
  /** Hosts that it has, sampled or not. */
  readonly of: number;
  readonly groups: readonly SampledGroup<S>[];
}

/** Whether no host of it was left out. */
export const isWhole = ({ of, groups }: SampledStratum<unknown>): boolean =>
  groups.reduce((sum, { hosts }) => sum + hosts, 0) >= of;

/** How an estimate scatters: its variance, and the factor from its root to half of the interval. */
interface Scatter {
  readonly variance: number;
  readonly t: number;
}

/** Of the sum of `value` over all hosts of all strata. */
function scatterOf<S>(strata: readonly SampledStratum<S>[], value: (sums: S) => number): Scatter {
  let [variance, spread, all] = [0, 0, 0];
  for (const { of, groups } of strata) {
    const there = groups.filter(({ hosts }) => hosts > 0);
    const sampled = there.reduce((sum, { hosts }) => sum + hosts, 0);
    if (sampled === 0 || sampled >= of) continue;
    const totals = there.map(({ hosts, sums }) => ({ hosts, total: sums === undefined ? 0 : value(sums) }));
    const mean = totals.reduce((sum, { total }) => sum + total, 0) / sampled;
    const squares = totals.reduce((sum, { hosts, total }) => sum + hosts * (total / hosts - mean) ** 2, 0);
    const degrees = there.length - 1;
    // of a stratum of which one host is left nothing is known but how far it is from none
    const between = degrees === 0 ? mean * mean : squares / degrees;
    const part = (of * of * (1 - sampled / of) * between) / sampled;
    variance += part;
    spread += (part * part) / (Math.max(1, degrees) + 2);
    all += degrees;
  }
  const degrees = variance === 0 ? all : Math.floor((variance * variance) / spread - 2);
  return { variance, t: studentQuantile(LEVEL, Math.max(1, Math.min(MOST_DEGREES, degrees))) };
}

const halfOf = ({ variance, t }: Scatter): number => t * Math.sqrt(variance);

const around = (estimate: number, half: number): Estimate => ({
  estimate,
  low: Math.max(0, estimate - half),
  high: estimate + half,
});

/** A sum over all hosts, and what of a group goes into it. */
export interface Sum<S> {
  readonly sum: number;
  readonly of: (sums: S) => number;
}

export const sumOf = <S>(strata: readonly SampledStratum<S>[], { sum, of }: Sum<S>): Estimate =>
  around(sum, halfOf(scatterOf(strata, of)));

const linearized =
  <S>(over: Sum<S>, under: Sum<S>) =>
  (sums: S): number =>
    (over.of(sums) - (over.sum / under.sum) * under.of(sums)) / under.sum;

/** Of one sum over another. */
export const ratioOf = <S>(strata: readonly SampledStratum<S>[], over: Sum<S>, under: Sum<S>): Estimate =>
  around(over.sum / under.sum, halfOf(scatterOf(strata, linearized(over, under))));

/** Of things of which some are so: 0 to 1. */
export function shareOf<S>(strata: readonly SampledStratum<S>[], some: Sum<S>, all: Sum<S>): Estimate {
  const estimate = some.sum / all.sum;
  if (strata.every(isWhole)) return { estimate, low: estimate, high: estimate };
  const { variance, t } = scatterOf(strata, linearized(some, all));
  const seen = strata.flatMap(({ groups }) => groups.map(({ sums }) => (sums === undefined ? 0 : all.of(sums))));
  const sampled = seen.reduce((sum, one) => sum + one, 0);
  // where all in the sample are alike it tells no more than so many of their own
  const as = variance === 0 ? sampled / (1 - sampled / all.sum) : (estimate * (1 - estimate)) / variance;
  const square = (t * t) / as;
  const middle = (estimate + square / 2) / (1 + square);
  const half = (t / (1 + square)) * Math.sqrt((estimate * (1 - estimate)) / as + square / (4 * as));
  // rounded, the end at 0 or 1 would leave it out
  return {
    estimate,
    low: Math.max(0, Math.min(estimate, middle - half)),
    high: Math.min(1, Math.max(estimate, middle + half)),
  };
}

type Counted = Pick<Tally<never>, 'buckets'>;

function countTo(sums: Counted, bucket: number): number {
  let seen = 0;
  for (const [at, here] of sums.buckets) if (at <= bucket) seen += here;
  return seen;
}

export const countOf = (sums: Counted): number => countTo(sums, Infinity);

/** Of the value that a share `q` of the requests does not pass. */
export function quantileOf<S extends Counted>(
  strata: readonly SampledStratum<S>[],
  whole: WeightedLatencies,
  q: number,
  estimate: number,
): Estimate {
  if (strata.every(isWhole)) return { estimate, low: estimate, high: estimate };
  const count = answeredOf(whole);
  const at = bucketAt(whole, count, q);
  const share = whole.buckets.reduce((sum, [bucket, here]) => (bucket <= at ? sum + here : sum), 0) / count;
  const between = scatterOf(strata, (sums) => (countTo(sums, at) - share * countOf(sums)) / count);
  // requests scatter at least as if each were drawn by itself: what no sampled host has beyond is not what none has
  const seen = strata.flatMap(({ groups }) => groups.map(({ sums }) => (sums === undefined ? 0 : countOf(sums))));
  const requests = seen.reduce((sum, one) => sum + one, 0);
  const alone = (q * (1 - q) * (1 - Math.min(1, requests / count))) / requests;
  const half = halfOf({ ...between, variance: Math.max(between.variance, alone) });
  const bucket = (level: number): number => bucketAt(whole, count, Math.max(0, level));
  return {
    estimate,
    low: bucketBounds(bucket(q - half), LATENCY_BITS).low,
    high: q + half < 1 ? bucketBounds(bucket(q + half), LATENCY_BITS).high : null,
  };
}
