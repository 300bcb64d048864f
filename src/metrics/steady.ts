// Output analysis of one run: where the transient ends (MSER) and how far a mean may be off although what it is made of
// hangs together (batch means). Works on a run cut into equal intervals of time, each with a count and a sum, so that a run of any
// length takes as much memory. Leaves out replications (confidence.ts) and quantiles.
//
// MSER: White, "An effective truncation heuristic for bias reduction in simulation output", Simulation 69(6), 1997; averaged by five
// (MSER-5): White, Cobb & Spratt, WSC 2000. Batch means with a ratio, as batches of time hold different counts: Law, "Simulation
// Modeling and Analysis", 5th ed., sections 9.5.3 and 9.5.4.

import { studentQuantile } from './confidence.js';

/** What a run counted in equal intervals of time, in order. */
export interface Intervals {
  /** Values counted in each. */
  readonly counts: readonly number[];
  /** Their sums. */
  readonly sums: readonly number[];
}

/** Values averaged before MSER looks at them: single ones are too noisy (the 5 of MSER-5). */
const MSER_GROUP = 5;
/** 20 to 30 are usual: fewer give wide intervals, more are too short to be independent. */
export const BATCHES = 30;

/**
 * How many of the first values MSER leaves out, so that the standard error of the mean of the rest is least; at most half of them,
 * for what lies beyond rests on too few.
 */
export function mser(values: readonly number[]): number {
  const n = values.length;
  let [sum, squares] = [0, 0];
  // Centred first: sums of squares of values that are all alike would lose their digits.
  const centre = n === 0 ? 0 : values.reduce((all, value) => all + value, 0) / n;
  let best = 0;
  let least = Infinity;
  for (let d = n - 1; d >= 0; d--) {
    const value = values[d]! - centre;
    sum += value;
    squares += value * value;
    const left = n - d;
    if (d > n / 2) continue;
    const statistic = Math.max(0, squares - (sum * sum) / left) / (left * left);
    if (statistic <= least) [best, least] = [d, statistic];
  }
  return best;
}

/** Intervals to leave out by MSER-5: their means, five intervals at a time; those in which nothing was counted say nothing. */
export function mser5({ counts, sums }: Intervals): number {
  const means: number[] = [];
  const starts: number[] = [];
  for (let at = 0; at + MSER_GROUP <= counts.length; at += MSER_GROUP) {
    const count = add(counts, at, at + MSER_GROUP);
    if (count === 0) continue;
    means.push(add(sums, at, at + MSER_GROUP) / count);
    starts.push(at);
  }
  const left = mser(means);
  return left === 0 ? 0 : starts[left]!;
}

/** A mean and half of its interval's width. */
export interface MeanEstimate {
  readonly mean: number;
  readonly halfWidth: number;
}

/**
 * The mean of all values from interval `from` on, with the half-width of its interval by the method of batch means: Student's t over
 * batches of equal time. Undefined where fewer than ten batches counted anything.
 */
export function batchMeans(
  { counts, sums }: Intervals,
  level: number,
  { from = 0, batches = BATCHES }: { readonly from?: number; readonly batches?: number } = {},
): MeanEstimate | undefined {
  const length = counts.length - from;
  const wanted = Math.min(batches, length);
  const ofBatch: number[] = [];
  const sumOf: number[] = [];
  let [used, all, total] = [0, 0, 0];
  for (let batch = 0, at = from; batch < wanted; batch++) {
    const until = from + Math.floor(((batch + 1) * length) / wanted);
    const counted = add(counts, at, until);
    const summed = add(sums, at, until);
    ofBatch.push(counted);
    sumOf.push(summed);
    if (counted > 0) used++;
    all += counted;
    total += summed;
    at = until;
  }
  if (used < 10) return undefined;
  const mean = total / all;
  let squares = 0;
  for (let batch = 0; batch < wanted; batch++) squares += (sumOf[batch]! - mean * ofBatch[batch]!) ** 2;
  const error = Math.sqrt(squares / (wanted * (wanted - 1))) / (all / wanted);
  return { mean, halfWidth: studentQuantile(level, wanted - 1) * error };
}

function add(values: readonly number[], from: number, until: number): number {
  let sum = 0;
  for (let i = from; i < until; i++) sum += values[i]!;
  return sum;
}

/**
 * The least number of independent values of which the greatest lies above quantile q with probability 1 − (1 − level) / 2: below
 * it the quantile has no upper limit by order statistics. 368 for p99 and 95 %.
 */
export function samplesToBound(q: number, level: number): number {
  const risk = (1 - level) / 2;
  let power = q;
  let most = 1;
  // Multiplications only: IEEE 754 fixes their bits, while Math.log may differ between engines.
  while (power > risk && most < 1e7) {
    power *= q;
    most += 1;
  }
  return most;
}
