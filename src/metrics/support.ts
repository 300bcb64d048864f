// What stands behind a quantile: how many samples lie beyond it. One rule says when they are too few to rely on it, for warnings,
// verdicts, pictures and the page; whether there is an upper limit at all is another question, which order statistics answer.

import { samplesToBound } from './steady.js';

/** Fewer samples beyond a quantile than this, and one more or less moves it by a tenth (assumed). */
export const LEAST_BEYOND = 10;
/** Of the upper limit. */
const LEVEL = 0.95;

/** Those of which is told how many samples they need. */
export const QUANTILES = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p99', 0.99],
  ['p999', 0.999],
] as const;
export type QuantileKey = (typeof QUANTILES)[number][0];

/** Whether so many samples are too few to rely on a quantile; the tolerance is for 1 − q, which is no binary fraction. */
export const isThin = (quantile: number, count: number): boolean =>
  quantile < 1 && count * (1 - quantile) < LEAST_BEYOND - 1e-9;

/** The least number of samples that is not too few. */
export const leastFor = (quantile: number): number => Math.ceil(LEAST_BEYOND / (1 - quantile) - 1e-6);

// worked out when first asked for: 4,000 multiplications, cold, take a millisecond
let known: Readonly<Record<string, number>> | undefined;
const toBound = (key: string): number =>
  (known ??= Object.fromEntries(QUANTILES.map(([name, q]) => [name, samplesToBound(q, LEVEL)])))[key]!;

/** Of a quantile: enough values for an upper limit, fewer, or not one beyond it. */
export function support(key: QuantileKey, count: number): 'enough' | 'few' | 'none' {
  const [, q] = QUANTILES.find(([name]) => name === key)!;
  if (count * (1 - q) < 1 - 1e-9) return 'none';
  return count < toBound(key) ? 'few' : 'enough';
}

/** A quantile that too few samples stand behind. */
export interface Few {
  /** 0 to 1. */
  quantile: number;
  /** So many stand behind it, in the run that has the fewest. */
  requests: number;
}
