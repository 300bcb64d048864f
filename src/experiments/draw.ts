// Load that an experiment makes up where no trace is given: seeded, so that everybody gets the same.

export { lognormal } from '../metrics/draw.js';

/** Uniform in [0, 1), a stream of its own for every seed and purpose (mulberry32). */
export function stream(seed: number, purpose: number): () => number {
  let state = (Math.imul(seed, 0x9e3779b1) + Math.imul(purpose + 1, 0x85ebca77)) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const exponential = (next: () => number, mean: number): number => -Math.log(1 - next()) * mean;

/** Arrivals of `functions` Poisson streams of `rate` each, merged: exact, and the functions' indices. */
export function arrivals(
  next: () => number,
  functions: number,
  ratePerSecond: number,
  untilS: number,
): { at: Float64Array; fn: Uint32Array } {
  const at: number[] = [];
  const fn: number[] = [];
  const gap = 1 / (functions * ratePerSecond);
  for (let time = exponential(next, gap); time < untilS; time += exponential(next, gap)) {
    at.push(Math.round(time * 1e9));
    fn.push(Math.floor(next() * functions));
  }
  return { at: Float64Array.from(at), fn: Uint32Array.from(fn) };
}

/** Of values in no order: the q-quantile, an order statistic. */
export function quantile(values: Float64Array, q: number): number {
  if (values.length === 0) return NaN;
  const sorted = values.slice().sort();
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)]!;
}

export const mean = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return values.length === 0 ? NaN : sum / values.length;
};

/** What a search has found: both were run. */
export interface Greatest {
  /** Holds; 0: none does. */
  readonly most: number;
  /** The least of those tried above it, which does not. null: all hold up to the limit of the search. */
  readonly misses: number | null;
}

/** The greatest whole number that holds, by doubling and halving to within `share`. Holding is taken to end once. */
export async function greatest(
  holds: (value: number) => Promise<boolean>,
  from: number,
  share: number,
  limit = 1e7,
): Promise<Greatest> {
  let low = 0;
  let high = Math.min(limit, Math.max(1, Math.round(from)));
  if (await holds(high)) {
    do {
      if (high === limit) return { most: limit, misses: null };
      low = high;
      high = Math.min(limit, 2 * high);
    } while (await holds(high));
  } else {
    while (high > 1) {
      const next = Math.floor(high / 2);
      if (await holds(next)) {
        low = next;
        break;
      }
      high = next;
    }
    if (low === 0) return { most: 0, misses: 1 };
  }
  while (high - low > Math.max(1, Math.floor(low * share))) {
    const middle = Math.floor((low + high) / 2);
    if (await holds(middle)) low = middle;
    else high = middle;
  }
  return { most: low, misses: high };
}
