// Log-linear histograms: the core's raw counters turned into quantiles, means and exact merges.
// Layout after HdrHistogram's idea (G. Tene): 2^b linear sub-buckets in every power of two, b = subBucketBits.
// Leaves out recording while simulating (the core does that) and any file format.
//
//   value v                 bucket index              bucket covers
//   v < 2^(b+1)             v                         v alone
//   2^(b+e) <= v < 2^(b+e+1), e >= 1
//                           (e << b) + (v >> e)       2^e neighbouring values

import type { Buckets, Distribution } from './figures.js';

/** The exact totals of what was counted. All but `count` are in raw units, and without meaning where it is 0. */
export interface Totals {
  /** Values recorded. */
  readonly count: number;
  /** Their sum. */
  readonly sum: number;
  /** The sum of their squares. */
  readonly sumSquares: number;
  /** The least of them. */
  readonly min: number;
  /** The greatest of them. */
  readonly max: number;
  /** Buckets of a power of two are 2^this. */
  readonly subBucketBits: number;
  /** value = raw × scale. */
  readonly scale: number;
}

/** What figures are read from, wherever the counters lie: the core answers for its own without handing them over. */
export interface Samples extends Omit<Totals, 'sum' | 'sumSquares'> {
  readonly sum: number | bigint;
  readonly sumSquares: number | bigint;
  /** The bucket of the sample at a rank from 1 to `count`. */
  bucketOfRank(rank: number): number;
}

/** Totals with the counters themselves. */
export interface RawHistogram extends Totals {
  /** How many fell into each bucket. */
  readonly counts: ArrayLike<number | bigint>;
}

/** Histograms that cannot be read or put together; `message` says which field and what was expected. */
export class HistogramError extends Error {
  override readonly name = 'HistogramError';
}

const MAX_RAW = 2 ** 53;

/** The bucket of a raw value (a whole number from 0 to 2^53 − 1). Floating point, as `>>` stops at 32 bits. */
export function bucketIndex(value: number, subBucketBits: number): number {
  const linear = 2 ** (subBucketBits + 1);
  if (value < linear) return value;
  let exponent = 0;
  let mantissa = value;
  while (mantissa >= linear) {
    mantissa = Math.floor(mantissa / 2);
    exponent += 1;
  }
  return exponent * 2 ** subBucketBits + mantissa;
}

/** The smallest and the greatest raw value that a bucket counts. */
export function bucketBounds(index: number, subBucketBits: number): { low: number; high: number } {
  const half = 2 ** subBucketBits;
  if (index < 2 * half) return { low: index, high: index };
  const exponent = Math.floor(index / half) - 1;
  const width = 2 ** exponent;
  const low = (index - exponent * half) * width;
  return { low, high: low + width - 1 };
}

/** The middle of a bucket, in raw units: at most 2^-(b+1) of any of its values away from it, relatively. */
export function bucketMidpoint(index: number, subBucketBits: number): number {
  const { low, high } = bucketBounds(index, subBucketBits);
  return low + (high - low) / 2;
}

/** The greatest relative error of a quantile: half a bucket's width over its lower bound. */
export function relativeErrorBound(subBucketBits: number): number {
  return 2 ** -(subBucketBits + 1);
}

/**
 * Nearest rank of quantile q among `count` sorted samples, from 1 to `count`.
 * q is a rounded binary fraction (0.07 × 100 gives 7.000000000000001), so a product within its rounding
 * error of a whole number is that number; a plain ceil would be one rank too high.
 */
export function nearestRank(q: number, count: number): number {
  const exact = q * count;
  const whole = Math.round(exact);
  const rank = Math.abs(exact - whole) <= exact * 2 ** -51 ? whole : Math.ceil(exact);
  return Math.min(Math.max(rank, 1), count);
}

/**
 * The sample of nearest rank ⌈q·count⌉, reported as its bucket's midpoint kept within [min, max];
 * null where nothing was counted. Off by at most `relativeErrorBound(subBucketBits)`;
 * exact for the first and the last rank and below 2^(b+1) raw units.
 */
export function quantileOf(samples: Samples, q: number): number | null {
  if (!(q >= 0 && q <= 1)) throw new HistogramError(`quantile: given ${q}, expected a number from 0 to 1`);
  const { count, min, max, scale, subBucketBits } = samples;
  if (count === 0) return null;
  const rank = nearestRank(q, count);
  if (rank === 1) return min * scale;
  if (rank === count) return max * scale;
  const middle = bucketMidpoint(samples.bucketOfRank(rank), subBucketBits);
  return Math.min(Math.max(middle, min), max) * scale;
}

function meanOf({ count, sum, scale }: Samples): number | null {
  return count === 0 ? null : (Number(sum) / count) * scale;
}

/** Sample standard deviation (n − 1), 0 for one sample. The difference is taken in integers: no cancellation. */
function stddevOf({ count, sum, sumSquares, scale }: Samples): number | null {
  if (count === 0) return null;
  if (count === 1) return 0;
  // both products are whole numbers below 2^53, so that nothing of them is rounded
  const products = Number(sumSquares) * count;
  const square = Number(sum) * Number(sum);
  if (products < MAX_RAW && square < MAX_RAW)
    return Math.sqrt(Math.max(0, products - square) / count / (count - 1)) * scale;
  const whole = BigInt(sum);
  const numerator = BigInt(count) * BigInt(sumSquares) - whole * whole;
  // The core rounds sums above 2^53, which can leave a constant distribution a hair below zero.
  if (numerator <= 0n) return 0;
  return Math.sqrt(Number(numerator) / count / (count - 1)) * scale;
}

/** The figures that results print. */
export function distributionOf(samples: Samples): Distribution {
  const empty = samples.count === 0;
  return {
    count: samples.count,
    min: empty ? null : samples.min * samples.scale,
    mean: meanOf(samples),
    stddev: stddevOf(samples),
    p50: quantileOf(samples, 0.5),
    p90: quantileOf(samples, 0.9),
    p99: quantileOf(samples, 0.99),
    p999: quantileOf(samples, 0.999),
    max: empty ? null : samples.max * samples.scale,
  };
}

/**
 * Counters that can be recorded into, merged and asked for quantiles.
 * Sums are BigInt: merging is associative and commutative to the last bit, so that results cannot
 * depend on how many workers shared the work or which of them finished first.
 *
 * @example
 * const h = Histogram.create(9);
 * for (let v = 1; v <= 100; v++) h.record(v);
 * h.quantile(0.99); // 99
 * h.distribution().mean; // 50.5
 */
export class Histogram implements Samples {
  private constructor(
    /** Buckets of a power of two are 2^this. */
    readonly subBucketBits: number,
    /** value = raw × scale. */
    readonly scale: number,
    private counts: Float64Array,
    private totals: {
      count: number;
      sum: bigint;
      sumSquares: bigint;
      min: number;
      max: number;
    },
  ) {}

  /** An empty histogram; `subBucketBits` 9 keeps quantiles within 0.1 %. */
  static create(subBucketBits: number, scale = 1): Histogram {
    if (!Number.isInteger(subBucketBits) || subBucketBits < 0 || subBucketBits > 20) {
      throw new HistogramError(`subBucketBits: given ${subBucketBits}, expected a whole number from 0 to 20`);
    }
    if (!(scale > 0) || !Number.isFinite(scale)) {
      throw new HistogramError(`scale: given ${scale}, expected a finite number above 0`);
    }
    return new Histogram(subBucketBits, scale, new Float64Array(0), {
      count: 0,
      sum: 0n,
      sumSquares: 0n,
      min: Infinity,
      max: -Infinity,
    });
  }

  /** A copy of raw counters, checked: the buckets must add up to `count`. */
  static fromRaw(raw: RawHistogram): Histogram {
    const result = Histogram.create(raw.subBucketBits, raw.scale);
    if (!Number.isSafeInteger(raw.count) || raw.count < 0) {
      throw new HistogramError(`count: given ${raw.count}, expected a whole number from 0 to 2^53 - 1`);
    }
    if (raw.count === 0) return result;
    const counts = new Float64Array(raw.counts.length);
    let total = 0;
    for (let i = 0; i < counts.length; i++) {
      const here = Number(raw.counts[i]);
      counts[i] = here;
      total += here;
    }
    if (total !== raw.count) {
      throw new HistogramError(`counts: the buckets add up to ${total}, expected count (${raw.count})`);
    }
    for (const field of ['sum', 'sumSquares', 'min', 'max'] as const) {
      if (!Number.isInteger(raw[field]) || raw[field] < 0) {
        throw new HistogramError(`${field}: given ${raw[field]}, expected a whole number in raw units`);
      }
    }
    result.counts = counts;
    const { min, max } = raw;
    result.totals = { count: total, sum: BigInt(raw.sum), sumSquares: BigInt(raw.sumSquares), min, max };
    return result;
  }

  /** The exact sum of histograms of one layout; a `HistogramError` where layouts differ. */
  static merge(parts: readonly Histogram[]): Histogram {
    const first = parts[0];
    if (first === undefined) throw new HistogramError('merge: given no histogram, expected at least one');
    const result = Histogram.create(first.subBucketBits, first.scale);
    for (const part of parts) {
      if (part.subBucketBits !== first.subBucketBits || part.scale !== first.scale) {
        throw new HistogramError(
          `merge: given layouts (${first.subBucketBits} bits, scale ${first.scale}) and ` +
            `(${part.subBucketBits} bits, scale ${part.scale}), expected one layout`,
        );
      }
      result.reserve(part.counts.length);
      for (let i = 0; i < part.counts.length; i++) result.counts[i] = result.counts[i]! + part.counts[i]!;
      const { totals } = result;
      totals.count += part.count;
      totals.sum += part.sum;
      totals.sumSquares += part.sumSquares;
      totals.min = Math.min(totals.min, part.min);
      totals.max = Math.max(totals.max, part.max);
    }
    return result;
  }

  /**
   * What was counted since `earlier`, a former state of the same histogram. Least and greatest are the bounds of the outermost
   * buckets, the sum of squares is exact as the sum is.
   */
  since(earlier: Histogram): Histogram {
    const result = Histogram.create(this.subBucketBits, this.scale);
    const count = this.count - earlier.count;
    if (count === 0) return result;
    const counts = this.counts.map((n, i) => n - (earlier.counts[i] ?? 0));
    const first = counts.findIndex((n) => n > 0);
    const last = counts.findLastIndex((n) => n > 0);
    if (count < 0 || first < 0 || counts.some((n) => n < 0))
      throw new HistogramError('since: given a histogram that holds more, expected an earlier state of this one');
    result.counts = counts;
    result.totals = {
      count,
      sum: this.sum - earlier.sum,
      sumSquares: this.sumSquares - earlier.sumSquares,
      min: Math.max(this.min, bucketBounds(first, this.subBucketBits).low),
      max: Math.min(this.max, bucketBounds(last, this.subBucketBits).high),
    };
    return result;
  }

  /** Values recorded. */
  get count(): number {
    return this.totals.count;
  }

  /** The sum of the raw values. */
  get sum(): bigint {
    return this.totals.sum;
  }

  /** The sum of the squares of the raw values. */
  get sumSquares(): bigint {
    return this.totals.sumSquares;
  }

  /** Infinity where nothing was counted. */
  get min(): number {
    return this.totals.min;
  }

  /** -Infinity where nothing was counted. */
  get max(): number {
    return this.totals.max;
  }

  /** Counts a raw value (a whole number from 0 to 2^53 − 1) `times` times. */
  record(value: number, times = 1): void {
    if (!Number.isInteger(value) || value < 0 || value >= MAX_RAW) {
      throw new HistogramError(`value: given ${value}, expected a whole number from 0 to 2^53 - 1`);
    }
    const index = bucketIndex(value, this.subBucketBits);
    this.reserve(index + 1);
    this.counts[index] = this.counts[index]! + times;
    this.totals.count += times;
    this.totals.sum += BigInt(value) * BigInt(times);
    this.totals.sumSquares += BigInt(value) ** 2n * BigInt(times);
    this.totals.min = Math.min(this.totals.min, value);
    this.totals.max = Math.max(this.totals.max, value);
  }

  bucketOfRank(rank: number): number {
    let seen = 0;
    let index = 0;
    for (; index < this.counts.length; index++) {
      seen += this.counts[index]!;
      if (seen >= rank) break;
    }
    return index;
  }

  /** `quantileOf` this. */
  quantile(q: number): number | null {
    return quantileOf(this, q);
  }

  /** Their mean; null where nothing was counted. */
  mean(): number | null {
    return meanOf(this);
  }

  /** Their standard deviation; null where nothing was counted. */
  stddev(): number | null {
    return stddevOf(this);
  }

  /** The buckets that counted something; the last one ends at the greatest value. */
  buckets(): Buckets {
    const buckets: Buckets = { upTo: [], count: [] };
    this.eachBucket((index, count) => {
      buckets.upTo.push(Math.min(bucketBounds(index, this.subBucketBits).high, this.max) * this.scale);
      buckets.count.push(count);
    });
    return buckets;
  }

  /** Every bucket that counts something, by its number, in order. */
  eachBucket(use: (index: number, count: number) => void): void {
    this.counts.forEach((count, index) => {
      if (count > 0) use(index, count);
    });
  }

  /** What results print of it. */
  distribution(): Distribution {
    return distributionOf(this);
  }

  private reserve(length: number): void {
    if (length <= this.counts.length) return;
    const grown = new Float64Array(Math.max(length, 2 * this.counts.length));
    grown.set(this.counts);
    this.counts = grown;
  }
}

/** A distribution of nothing: count 0, the rest null. */
export function emptyDistribution(): Distribution {
  return Histogram.create(0).distribution();
}
