// Confidence intervals over independent replications: Student's t, and paired differences between mechanisms.
// t quantiles from the finite sums of Abramowitz & Stegun 26.7.3-4 (whole degrees of freedom), so that only
// + - × ÷ and sqrt are used: IEEE 754 fixes their bits, while Math.log or Math.atan may differ between engines.
// Wilson's interval of a share of runs. Leaves out batch means (steady.ts), as replications with seeds of their own are independent.

import type { Interval } from './figures.js';

/** atan for x ≥ 0: three half-angle reductions leave x below 0.2, where 16 series terms reach 2^-53. */
function arctangent(x: number): number {
  // atan(x) = π/2 − atan(1/x) keeps large arguments accurate.
  if (x > 1) return Math.PI / 2 - arctangent(1 / x);
  let reduced = x;
  for (let i = 0; i < 3; i++) reduced = reduced / (1 + Math.sqrt(1 + reduced * reduced));
  const square = reduced * reduced;
  let sum = 0;
  for (let k = 15; k >= 0; k--) sum = 1 / (2 * k + 1) - square * sum;
  return 8 * reduced * sum;
}

/** P(|T| ≤ t) for Student's t with a whole number of degrees of freedom, t ≥ 0. */
export function studentCentralProbability(t: number, degreesOfFreedom: number): number {
  const n = degreesOfFreedom;
  const sine = t / Math.sqrt(n + t * t);
  const cosineSquared = n / (n + t * t);
  // The series stops where its terms no longer change the sum: long before n terms when n is large.
  const series = (first: number, start: number): number => {
    let term = first;
    let sum = first;
    for (let k = start; k + 2 <= n - 1; k += 2) {
      term *= (cosineSquared * k) / (k + 1);
      const next = sum + term;
      if (next === sum) break;
      sum = next;
    }
    return sum;
  };
  if (n % 2 === 0) return sine * series(1, 1);
  const angle = arctangent(t / Math.sqrt(n));
  if (n === 1) return (2 / Math.PI) * angle;
  return (2 / Math.PI) * (angle + sine * Math.sqrt(cosineSquared) * series(1, 2));
}

/**
 * The t for which P(|T| ≤ t) = level: 12.706 for level 0.95 and one degree of freedom, 1.96 in the limit.
 * Bisection to neighbouring doubles; errors: `RangeError` for a level outside (0, 1) or fractional degrees.
 */
export function studentQuantile(level: number, degreesOfFreedom: number): number {
  if (!(level > 0 && level < 1)) throw new RangeError(`level: given ${level}, expected a number between 0 and 1`);
  if (!Number.isSafeInteger(degreesOfFreedom) || degreesOfFreedom < 1) {
    throw new RangeError(`degreesOfFreedom: given ${degreesOfFreedom}, expected a whole number from 1`);
  }
  const probability = (t: number): number => studentCentralProbability(t, degreesOfFreedom);
  return known(`${level} ${degreesOfFreedom}`, () => {
    let high = 1;
    while (probability(high) < level && high < 1e15) high *= 2;
    return whereReached(level, probability, high);
  });
}

/** Where a probability that grows reaches `level`, by bisection to the last bit; no further than `high`. */
function whereReached(level: number, probability: (x: number) => number, high: number): number {
  let low = 0;
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return high;
    if (probability(middle) < level) low = middle;
    else high = middle;
  }
}

/** Quantiles that were worked out, by level and degrees of freedom: a host of 40 VMs asks 120 times for one, which takes 10 us. */
const quantiles = new Map<string, number>();
const MOST_KNOWN = 1000;

function known(key: string, workOut: () => number): number {
  let quantile = quantiles.get(key);
  if (quantile === undefined) {
    if (quantiles.size >= MOST_KNOWN) quantiles.clear();
    quantiles.set(key, (quantile = workOut()));
  }
  return quantile;
}

/** Values that were drawn from one sample of blocks, each from `share` of as many as it has. */
export interface Resample {
  /** Blocks of a value over blocks of the sample; may be above 1. */
  readonly share: number;
  /** Blocks of the sample. */
  readonly blocks: number;
}

/**
 * The Student-t interval of the mean of independent values; nulls among them are left out. With `resample` the values are as
 * independent as the draws from one sample are: each has the variance v of so many blocks, so that the sample's own mean has
 * v × share, and the mean of R values v × (1/R + share) about the mean of what was sampled (Davison & Hinkley, "Bootstrap Methods
 * and their Application", 1997, section 2.3, for figures whose variance falls as their sample grows).
 *
 * @example
 * meanInterval([9, 10, 11], 0.95); // mean 10, low 7.516, high 12.484
 */
export function meanInterval(values: readonly (number | null)[], level: number, resample?: Resample): Interval {
  const known = values.filter((value): value is number => value !== null);
  const count = known.length;
  if (count === 0) return { count, mean: null, stddev: null, low: null, high: null };
  // Two passes: the plain sum of squares loses all digits when replications hardly differ.
  const mean = known.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { count, mean, stddev: null, low: null, high: null };
  const squares = known.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const stddev = Math.sqrt(squares / (count - 1));
  const half =
    resample === undefined
      ? (studentQuantile(level, count - 1) * stddev) / Math.sqrt(count)
      : studentQuantile(level, Math.min(count, resample.blocks) - 1) * stddev * Math.sqrt(1 / count + resample.share);
  return { count, mean, stddev, low: mean - half, high: mean + half };
}

/**
 * The interval of value − baseline, taken replication by replication: both ran with the same seeds, hence the
 * same arrivals and service times, and what those have in common cancels out.
 */
export function pairedDifference(
  baseline: readonly (number | null)[],
  values: readonly (number | null)[],
  level: number,
  resample?: Resample,
): Interval {
  if (baseline.length !== values.length) {
    throw new RangeError(`pairedDifference: given ${baseline.length} and ${values.length} values, expected as many`);
  }
  const differences = values.map((value, i) => {
    const base = baseline[i] ?? null;
    return value === null || base === null ? null : value - base;
  });
  return meanInterval(differences, level, resample);
}

/**
 * value / baseline as a ratio of means, and its interval: the residuals value − ratio × baseline of each pair, so that what
 * both have in common cancels out (Cochran, "Sampling Techniques", 3rd ed., section 6.4). Nulls without a pair, or with a baseline of 0.
 */
export function pairedRatio(
  baseline: readonly (number | null)[],
  values: readonly (number | null)[],
  level: number,
  resample?: Resample,
): Interval {
  const pairs = values.flatMap((value, i): [number, number][] => {
    const base = baseline[i] ?? null;
    return value === null || base === null ? [] : [[base, value]];
  });
  const none = { count: pairs.length, mean: null, stddev: null, low: null, high: null };
  const base = pairs.reduce((sum, [from]) => sum + from, 0);
  if (base === 0) return none;
  const ratio = pairs.reduce((sum, [, to]) => sum + to, 0) / base;
  const residuals = meanInterval(
    pairs.map(([from, to]) => to - ratio * from),
    level,
    resample,
  );
  if (residuals.stddev === null || residuals.high === null || residuals.mean === null) return { ...none, mean: ratio };
  const average = Math.abs(base) / pairs.length;
  const half = (residuals.high - residuals.mean) / average;
  return { ...none, mean: ratio, stddev: residuals.stddev / average, low: ratio - half, high: ratio + half };
}

/** P(|Z| ≤ z) of the standard normal distribution by its series (Abramowitz & Stegun 26.2.11), z from 0 to 8. */
function normalCentralProbability(z: number): number {
  let term = z;
  let sum = z;
  for (let k = 1; term > sum * 2 ** -54; k++) {
    term *= (z * z) / (2 * k + 1);
    sum += term;
  }
  // e^(z²/2) as the sum of its own series: all terms are positive, so nothing cancels.
  let power = 1;
  let growth = 1;
  for (let k = 1; power > growth * 2 ** -54; k++) {
    power *= (z * z) / 2 / k;
    growth += power;
  }
  return (Math.sqrt(2 / Math.PI) * sum) / growth;
}

/** The z for which P(|Z| ≤ z) = level: 1.960 for 0.95. */
export function normalQuantile(level: number): number {
  if (!(level > 0 && level < 1)) throw new RangeError(`level: given ${level}, expected a number between 0 and 1`);
  return known(`${level}`, () => whereReached(level, normalCentralProbability, 8));
}

/**
 * The interval of a share that was seen `hits` times in `of` independent runs (Wilson, JASA 22, 1927): within 0 to 1, and of some
 * width even where all or none hit.
 *
 * @example
 * wilsonInterval(7, 8, 0.95); // low 0.529, high 0.978
 */
export function wilsonInterval(hits: number, of: number, level: number): { low: number; high: number } {
  if (of === 0) return { low: 0, high: 1 };
  const square = normalQuantile(level) ** 2;
  const share = hits / of;
  const centre = share + square / (2 * of);
  const half = Math.sqrt(square * ((share * (1 - share)) / of + square / (4 * of * of)));
  const scale = 1 + square / of;
  // At the ends the difference is 0 but for rounding.
  const low = hits === 0 ? 0 : (centre - half) / scale;
  return { low, high: hits === of ? 1 : (centre + half) / scale };
}
