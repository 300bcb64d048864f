// Confidence of the law tests: a law's value must lie in the interval that independent replications give, at a level
// so high that all of the suite's intervals together would miss a true value once in some thousand sets of seeds.
// The tolerance is thus the run's own standard error; nothing here is chosen by taste.

import { expect } from 'vitest';
import { studentQuantile } from '../../src/metrics/confidence.js';

/** Two-sided, for each single interval: some 500 of them stand for a false alarm in 2,000 sets of seeds. */
const LEVEL = 1 - 1e-6;

export interface Estimate {
  readonly mean: number;
  /** Of the interval at LEVEL. */
  readonly halfWidth: number;
  readonly standardError: number;
}

/** Mean and interval of one figure over independent replications. */
export function estimate(samples: readonly number[]): Estimate {
  const n = samples.length;
  if (n < 8) throw new RangeError(`estimate: given ${n} replications, expected at least 8`);
  const mean = samples.reduce((sum, x) => sum + x, 0) / n;
  const variance = samples.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1);
  const standardError = Math.sqrt(variance / n);
  return { mean, standardError, halfWidth: studentQuantile(LEVEL, n - 1) * standardError };
}

/**
 * The samples' mean must agree with `theory`. `allowance` is what is known to separate the two apart from chance: rounding
 * to nanoseconds, a histogram's bucket, the published uncertainty of a simulated reference. An interval wider than
 * `informative` of the theory's value proves nothing and fails as well.
 */
export function expectMean(
  name: string,
  samples: readonly number[],
  theory: number,
  { allowance = 0, informative = 0.1 }: { allowance?: number; informative?: number } = {},
): void {
  const { mean, halfWidth } = estimate(samples);
  const report = `${name}: measured ${mean.toPrecision(7)} ± ${halfWidth.toPrecision(3)}, theory ${theory.toPrecision(7)}`;
  expect(halfWidth, `${report}: too uncertain to mean anything`).toBeLessThanOrEqual(informative * Math.abs(theory));
  expect(Math.abs(mean - theory), report).toBeLessThanOrEqual(halfWidth + allowance);
}

/** `larger` is not below `smaller`, pair by pair of equal seeds: their mean difference is not significantly negative. */
export function expectNotBelow(name: string, larger: readonly number[], smaller: readonly number[]): void {
  const { mean, halfWidth } = estimate(larger.map((value, i) => value - smaller[i]!));
  expect(mean + halfWidth, `${name}: the mean difference is ${mean} ± ${halfWidth}`).toBeGreaterThanOrEqual(0);
}

/** Two independent sets of replications estimate the same figure; their difference has the square root of both variances together. */
export function expectSame(name: string, a: readonly number[], b: readonly number[], informative = 0.1): void {
  const [one, other] = [estimate(a), estimate(b)];
  const halfWidth = Math.hypot(one.halfWidth, other.halfWidth);
  const report = `${name}: measured ${one.mean.toPrecision(7)} and ${other.mean.toPrecision(7)}, apart by chance up to ${halfWidth.toPrecision(3)}`;
  expect(halfWidth, `${report}: too uncertain to mean anything`).toBeLessThanOrEqual(
    informative * Math.abs(other.mean),
  );
  expect(Math.abs(one.mean - other.mean), report).toBeLessThanOrEqual(halfWidth);
}
