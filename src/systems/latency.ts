// A histogram of the core as the few figures that systems are asked for. Where its words are: assembly/kernel/histogram.ts.

import { bucketMidpoint, nearestRank } from '../metrics/histogram.js';

const BITS = 7;
const HEADER = 64;
const COUNTERS = (54 - BITS) * 2 ** BITS;

/** NaN where nothing was counted. */
export interface Latency {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Quantiles are off by 0.4 % at most. */
export function coreLatency(memory: WebAssembly.Memory, at: number): Latency {
  const header = new BigUint64Array(memory.buffer, at, HEADER / 8);
  const counters = new BigUint64Array(memory.buffer, at + HEADER, COUNTERS);
  const min = Number(BigInt.asUintN(64, ~header[3]!)); // kept as its complement
  const max = Number(header[4]!);
  let count = 0;
  for (const n of counters) count += Number(n);
  if (count === 0) return { count, mean: NaN, p50: NaN, p99: NaN, max: NaN };
  const quantile = (q: number): number => {
    let rank = nearestRank(q, count);
    let bucket = 0;
    while (rank > 0) rank -= Number(counters[bucket++]!);
    return Math.min(Math.max(bucketMidpoint(bucket - 1, BITS), min), max);
  };
  const sum = Number(header[0]!) + Number(header[5]!) * 2 ** 64;
  return { count, mean: sum / count, p50: quantile(0.5), p99: quantile(0.99), max };
}
