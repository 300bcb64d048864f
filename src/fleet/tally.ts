// Counts and latencies of many, added up. Everything is whole numbers, so sums are exact and do not depend on the order or on who counted;
// only where hosts stand for others do weights come in, once, at the end.

import type { Distribution } from '../metrics/figures.js';
import { Histogram, bucketBounds, bucketMidpoint } from '../metrics/histogram.js';

/** Finer than a result prints; every host has the same layout, or rows could not be put together. */
export const LATENCY_BITS = 7;

/** Latencies on a host; sums are decimal, as they may be beyond 2^53. */
export interface RowLatency {
  readonly count: number;
  readonly sum: string;
  readonly sumSquares: string;
  readonly min: number;
  readonly max: number;
  readonly buckets: readonly number[];
  readonly counts: readonly number[];
}

/** Histograms of one host, one after the other, to what its row has. */
export class Latencies {
  private count = 0;
  private sum = 0n;
  private sumSquares = 0n;
  private min = Number.MAX_SAFE_INTEGER;
  private max = 0;
  private readonly buckets = new Map<number, number>();

  add(from: Histogram): void {
    if (from.count === 0) return;
    this.count += from.count;
    this.sum += from.sum;
    this.sumSquares += from.sumSquares;
    this.min = Math.min(this.min, from.min);
    this.max = Math.max(this.max, from.max);
    from.eachBucket((index, count) => this.buckets.set(index, (this.buckets.get(index) ?? 0) + count));
  }

  row(): RowLatency {
    const buckets = [...this.buckets.keys()].sort((a, b) => a - b);
    return {
      count: this.count,
      sum: String(this.sum),
      sumSquares: String(this.sumSquares),
      min: this.count === 0 ? 0 : this.min,
      max: this.max,
      buckets,
      counts: buckets.map((index) => this.buckets.get(index)!),
    };
  }
}

/** As it is kept; plain data. */
export interface TallyState {
  /** In the order of the names. */
  readonly counts: readonly number[];
  readonly buckets: readonly (readonly [bucket: number, count: number])[];
  readonly sum: string;
  readonly sumSquares: string;
  /** Null where no request was answered. */
  readonly min: number | null;
  readonly max: number;
}

/** Counts by name, and latencies. */
export class Tally<C extends string> {
  readonly counts: Map<C, number>;
  readonly buckets = new Map<number, number>();
  sum = 0n;
  sumSquares = 0n;
  min = Infinity;
  max = 0;

  constructor(private readonly names: readonly C[]) {
    this.counts = new Map(names.map((name) => [name, 0]));
  }

  add(latency: RowLatency, row: Readonly<Record<C, number>>): void {
    for (const name of this.names) this.counts.set(name, this.counts.get(name)! + row[name]);
    if (latency.count === 0) return;
    this.sum += BigInt(latency.sum);
    this.sumSquares += BigInt(latency.sumSquares);
    this.min = Math.min(this.min, latency.min);
    this.max = Math.max(this.max, latency.max);
    latency.buckets.forEach((bucket, i) => {
      this.buckets.set(bucket, (this.buckets.get(bucket) ?? 0) + latency.counts[i]!);
    });
  }

  state(): TallyState {
    const { counts, buckets, sum, sumSquares, min, max } = this;
    return {
      counts: this.names.map((name) => counts.get(name)!),
      buckets: [...buckets].sort(([a], [b]) => a - b),
      sum: String(sum),
      sumSquares: String(sumSquares),
      min: min === Infinity ? null : min,
      max,
    };
  }

  absorb({ counts, buckets, sum, sumSquares, min, max }: TallyState): void {
    this.names.forEach((name, i) => this.counts.set(name, this.counts.get(name)! + counts[i]!));
    for (const [bucket, here] of buckets) this.buckets.set(bucket, (this.buckets.get(bucket) ?? 0) + here);
    this.sum += BigInt(sum);
    this.sumSquares += BigInt(sumSquares);
    this.min = Math.min(this.min, min ?? Infinity);
    this.max = Math.max(this.max, max);
  }
}

/** Latencies that stand for more than themselves: real numbers. */
export interface WeightedLatencies {
  /** Ascending. */
  readonly buckets: readonly (readonly [bucket: number, count: number])[];
  readonly sum: number;
  readonly sumSquares: number;
  readonly min: number;
  readonly max: number;
}

/** The same with counts. */
export interface Weighted<C extends string> extends WeightedLatencies {
  readonly counts: Readonly<Record<C, number>>;
}

/** `weight` 0 leaves a part out. */
export function weighted<C extends string>(
  names: readonly C[],
  parts: readonly { readonly sums: Tally<C> | undefined; readonly weight: number }[],
): Weighted<C> {
  const counts = Object.fromEntries(names.map((name) => [name, 0])) as Record<C, number>;
  const buckets = new Map<number, number>();
  let [sum, sumSquares, min, max] = [0, 0, Infinity, 0];
  for (const { sums, weight } of parts) {
    if (sums === undefined || weight === 0) continue;
    for (const name of names) counts[name] += weight * sums.counts.get(name)!;
    for (const [bucket, count] of sums.buckets) buckets.set(bucket, (buckets.get(bucket) ?? 0) + weight * count);
    sum += weight * Number(sums.sum);
    sumSquares += weight * Number(sums.sumSquares);
    min = Math.min(min, sums.min);
    max = Math.max(max, sums.max);
  }
  return { counts, buckets: [...buckets].sort(([a], [b]) => a - b), sum, sumSquares, min, max };
}

/** The bucket of the value that a share `q` of them does not pass: as a histogram's nearest rank, with ranks that need not be whole. */
export function bucketAt({ buckets }: WeightedLatencies, count: number, q: number): number {
  const rank = q * count;
  let seen = 0;
  for (const [bucket, here] of buckets) {
    seen += here;
    if (seen >= rank * (1 - 1e-12)) return bucket;
  }
  return buckets.at(-1)![0];
}

const quantile = (from: WeightedLatencies, count: number, q: number): number =>
  Math.min(from.max, Math.max(from.min, bucketMidpoint(bucketAt(from, count, q), LATENCY_BITS)));

export const answeredOf = ({ buckets }: WeightedLatencies): number => buckets.reduce((sum, [, here]) => sum + here, 0);

/** As results print it. Whole counts give what one histogram of all would have given. */
export function distributionOfWeighted(from: WeightedLatencies, isWhole: boolean): Distribution {
  const count = answeredOf(from);
  if (isWhole || count === 0) return histogramOf(from).distribution();
  const mean = from.sum / count;
  return {
    count: Math.round(count),
    min: from.min,
    mean,
    stddev: Math.sqrt(Math.max(0, from.sumSquares / count - mean * mean)),
    p50: quantile(from, count, 0.5),
    p90: quantile(from, count, 0.9),
    p99: quantile(from, count, 0.99),
    p999: quantile(from, count, 0.999),
    max: from.max,
  };
}

/** Of whole counts. */
export function histogramOf(from: WeightedLatencies): Histogram {
  const counts = new Float64Array((from.buckets.at(-1)?.[0] ?? -1) + 1);
  for (const [bucket, here] of from.buckets) counts[bucket] = here;
  const count = counts.reduce((sum, here) => sum + here, 0);
  const { sum, sumSquares, max } = from;
  const min = count === 0 ? 0 : from.min;
  return Histogram.fromRaw({ counts, count, sum, sumSquares, min, max, subBucketBits: LATENCY_BITS, scale: 1 });
}

/** Requests that were surely slower than `ns`: in buckets that begin above it. */
export const slowerThan = ({ buckets }: WeightedLatencies, ns: number): number =>
  buckets.reduce((sum, [bucket, here]) => (bucketBounds(bucket, LATENCY_BITS).low > ns ? sum + here : sum), 0);
