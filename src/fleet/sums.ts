// Rows of hosts put together. Everything is whole numbers, so sums are exact and do not depend on the order or on who counted; only where
// hosts stand for others do weights come in, once, at the end.

import { Histogram, bucketBounds, bucketMidpoint } from '../metrics/histogram.js';
import type { Distribution } from '../metrics/figures.js';
import { LATENCY_BITS, type HostRow, type RowClass, type RowCores } from './work.js';
import { CLASSES, type VmClass } from './vms.js';

type Count = 'vms' | 'arrived' | 'completed' | 'dropped' | 'inFlight' | 'attained' | 'judged' | 'late';
const COUNTS: readonly Count[] = ['vms', 'arrived', 'completed', 'dropped', 'inFlight', 'attained', 'judged', 'late'];
export const USES: readonly (keyof RowCores)[] = ['task', 'steal', 'idlePoll', 'transition', 'idle', 'poll'];

/** What hosts of one kind did, exactly. */
export class Sums {
  readonly classes = new Map<VmClass, ClassSums>();
  /** In ns. */
  readonly cores = new Map<keyof RowCores, bigint>(USES.map((use) => [use, 0n]));

  add(row: HostRow): void {
    for (const name of CLASSES) {
      const part = row.classes[name];
      if (part === undefined) continue;
      let sums = this.classes.get(name);
      if (sums === undefined) this.classes.set(name, (sums = new ClassSums()));
      sums.add(part);
    }
    for (const use of USES) this.cores.set(use, this.cores.get(use)! + BigInt(row.cores[use]));
  }

  state(): SumsState {
    return {
      classes: [...this.classes].map(([name, sums]) => [name, sums.state()]),
      cores: USES.map((use) => String(this.cores.get(use)!)),
    };
  }

  absorb({ classes, cores }: SumsState): void {
    for (const [name, state] of classes) {
      const sums = this.classes.get(name) ?? new ClassSums();
      this.classes.set(name, sums);
      sums.absorb(state);
    }
    USES.forEach((use, i) => this.cores.set(use, this.cores.get(use)! + BigInt(cores[i]!)));
  }
}

/** As it is kept; plain data. */
export interface SumsState {
  readonly classes: readonly (readonly [name: VmClass, sums: ClassState])[];
  /** In the order of USES. */
  readonly cores: readonly string[];
}

interface ClassState {
  /** In the order of COUNTS. */
  readonly counts: readonly number[];
  readonly buckets: readonly (readonly [bucket: number, count: number])[];
  readonly sum: string;
  readonly sumSquares: string;
  /** Null where no request was answered. */
  readonly min: number | null;
  readonly max: number;
}

export class ClassSums {
  readonly counts = new Map<Count, number>(COUNTS.map((name) => [name, 0]));
  readonly buckets = new Map<number, number>();
  sum = 0n;
  sumSquares = 0n;
  min = Infinity;
  max = 0;

  add({ latency, ...row }: RowClass): void {
    for (const name of COUNTS) this.counts.set(name, this.counts.get(name)! + row[name]);
    if (latency.count === 0) return;
    this.sum += BigInt(latency.sum);
    this.sumSquares += BigInt(latency.sumSquares);
    this.min = Math.min(this.min, latency.min);
    this.max = Math.max(this.max, latency.max);
    latency.buckets.forEach((bucket, i) => {
      this.buckets.set(bucket, (this.buckets.get(bucket) ?? 0) + latency.counts[i]!);
    });
  }

  state(): ClassState {
    const { counts, buckets, sum, sumSquares, min, max } = this;
    return {
      counts: COUNTS.map((name) => counts.get(name)!),
      buckets: [...buckets].sort(([a], [b]) => a - b),
      sum: String(sum),
      sumSquares: String(sumSquares),
      min: min === Infinity ? null : min,
      max,
    };
  }

  absorb({ counts, buckets, sum, sumSquares, min, max }: ClassState): void {
    COUNTS.forEach((name, i) => this.counts.set(name, this.counts.get(name)! + counts[i]!));
    for (const [bucket, here] of buckets) this.buckets.set(bucket, (this.buckets.get(bucket) ?? 0) + here);
    this.sum += BigInt(sum);
    this.sumSquares += BigInt(sumSquares);
    this.min = Math.min(this.min, min ?? Infinity);
    this.max = Math.max(this.max, max);
  }
}

/** Sums that stand for more than themselves: real numbers. */
export interface Weighted {
  readonly counts: Readonly<Record<Count, number>>;
  /** Ascending. */
  readonly buckets: readonly (readonly [bucket: number, count: number])[];
  readonly sum: number;
  readonly sumSquares: number;
  readonly min: number;
  readonly max: number;
}

/** `weight` 0 leaves a part out. */
export function weighted(
  parts: readonly { readonly sums: ClassSums | undefined; readonly weight: number }[],
): Weighted {
  const counts = Object.fromEntries(COUNTS.map((name) => [name, 0])) as Record<Count, number>;
  const buckets = new Map<number, number>();
  let [sum, sumSquares, min, max] = [0, 0, Infinity, 0];
  for (const { sums, weight } of parts) {
    if (sums === undefined || weight === 0) continue;
    for (const name of COUNTS) counts[name] += weight * sums.counts.get(name)!;
    for (const [bucket, count] of sums.buckets) buckets.set(bucket, (buckets.get(bucket) ?? 0) + weight * count);
    sum += weight * Number(sums.sum);
    sumSquares += weight * Number(sums.sumSquares);
    min = Math.min(min, sums.min);
    max = Math.max(max, sums.max);
  }
  return { counts, buckets: [...buckets].sort(([a], [b]) => a - b), sum, sumSquares, min, max };
}

/** The bucket of the value that a share `q` of them does not pass: as a histogram's nearest rank, with ranks that need not be whole. */
export function bucketAt({ buckets }: Weighted, count: number, q: number): number {
  const rank = q * count;
  let seen = 0;
  for (const [bucket, here] of buckets) {
    seen += here;
    if (seen >= rank * (1 - 1e-12)) return bucket;
  }
  return buckets.at(-1)![0];
}

const quantile = (from: Weighted, count: number, q: number): number =>
  Math.min(from.max, Math.max(from.min, bucketMidpoint(bucketAt(from, count, q), LATENCY_BITS)));

/** As results print it. Whole counts give what one histogram of all would have given. */
export function distributionOfWeighted(from: Weighted, isWhole: boolean): Distribution {
  const count = from.buckets.reduce((sum, [, here]) => sum + here, 0);
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
export function histogramOf(from: Weighted): Histogram {
  const counts = new Float64Array((from.buckets.at(-1)?.[0] ?? -1) + 1);
  for (const [bucket, here] of from.buckets) counts[bucket] = here;
  const count = counts.reduce((sum, here) => sum + here, 0);
  const { sum, sumSquares, max } = from;
  const min = count === 0 ? 0 : from.min;
  return Histogram.fromRaw({ counts, count, sum, sumSquares, min, max, subBucketBits: LATENCY_BITS, scale: 1 });
}

/** Requests that were surely slower than `ns`: in buckets that begin above it. */
export const slowerThan = ({ buckets }: Weighted, ns: number): number =>
  buckets.reduce((sum, [bucket, here]) => (bucketBounds(bucket, LATENCY_BITS).low > ns ? sum + here : sum), 0);
