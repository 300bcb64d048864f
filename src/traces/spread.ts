// A distribution of whole numbers in bounded memory, in buckets less than 1 % wide, and how far two of them lie apart.

import { bucketIndex, bucketMidpoint } from '../metrics/histogram.js';

/** 2^7 buckets in every power of two: a value is known within 0.4 %. */
const BITS = 7;
const MOST = 2 ** 53 - 1;

export interface SpreadFigures {
  readonly count: number;
  readonly mean: number;
  /** Standard deviation over mean; 1 where arrivals are Poisson. */
  readonly cv: number;
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export class Spread {
  private counts = new Float64Array(1024);
  count = 0;
  sum = 0;
  private sumSquares = 0;
  min = Infinity;
  max = -Infinity;

  /** A number of at least 0; fractions are rounded. */
  add(value: number, times = 1): void {
    const whole = Math.min(MOST, Math.round(value));
    const bucket = bucketIndex(whole, BITS);
    if (bucket >= this.counts.length) {
      const grown = new Float64Array(Math.max(bucket + 1, 2 * this.counts.length));
      grown.set(this.counts);
      this.counts = grown;
    }
    this.counts[bucket]! += times;
    this.count += times;
    this.sum += value * times;
    this.sumSquares += value * value * times;
    this.min = Math.min(this.min, value);
    this.max = Math.max(this.max, value);
  }

  get mean(): number {
    return this.count === 0 ? 0 : this.sum / this.count;
  }

  /** Every value times a factor, as far as its bucket tells it. */
  scaled(factor: number): Spread {
    const made = new Spread();
    this.counts.forEach((count, bucket) => {
      if (count > 0) made.add(bucketMidpoint(bucket, BITS) * factor, count);
    });
    return made;
  }

  /** By nearest rank, within its bucket. */
  quantile(q: number): number {
    const rank = Math.max(1, Math.ceil(q * this.count));
    let seen = 0;
    for (let bucket = 0; bucket < this.counts.length; bucket++) {
      seen += this.counts[bucket]!;
      if (seen >= rank) return Math.min(this.max, Math.max(this.min, bucketMidpoint(bucket, BITS)));
    }
    return this.max;
  }

  /** How many lie in buckets above a value. */
  above(value: number): number {
    let count = 0;
    for (let bucket = bucketIndex(Math.min(MOST, Math.ceil(value)), BITS) + 1; bucket < this.counts.length; bucket++)
      count += this.counts[bucket]!;
    return count;
  }

  figures(): SpreadFigures | undefined {
    if (this.count === 0) return undefined;
    const { count, mean, min, max } = this;
    const variance = Math.max(0, this.sumSquares / count - mean * mean);
    return {
      count,
      mean,
      cv: mean === 0 ? 0 : Math.sqrt(variance) / mean,
      min,
      p50: this.quantile(0.5),
      p90: this.quantile(0.9),
      p99: this.quantile(0.99),
      max,
    };
  }

  /** Kolmogorov and Smirnov's distance: the greatest difference of the two shares at or below a value, told at the edges of buckets. */
  distance(other: Spread): number {
    if (this.count === 0 || other.count === 0) return this.count === other.count ? 0 : 1;
    let [own, its, greatest] = [0, 0, 0];
    for (let bucket = 0; bucket < Math.max(this.counts.length, other.counts.length); bucket++) {
      own += this.counts[bucket] ?? 0;
      its += other.counts[bucket] ?? 0;
      greatest = Math.max(greatest, Math.abs(own / this.count - its / other.count));
    }
    return greatest;
  }
}
