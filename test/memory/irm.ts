// Independent requests: hit ratios of batches, and what theory says of LRU's.

import { feed, make, newCore } from './support.js';

/** Hits of each batch after a warm-up. */
export async function batchHits(
  policy: number,
  capacity: number,
  trace: Uint32Array,
  batches: number,
  first = 0,
): Promise<number[]> {
  const core = await newCore();
  const cache = make(core, policy, capacity, first);
  const size = Math.floor(trace.length / (batches + 1));
  const hits: number[] = [];
  for (let batch = 0; batch <= batches; batch++) {
    const before = core.exports.pagesHits(cache);
    feed(core, trace.subarray(batch * size, (batch + 1) * size), (count) => core.exports.pagesReplay(cache, count));
    if (batch > 0) hits.push((core.exports.pagesHits(cache) - before) / size);
  }
  return hits;
}

export function meanAndError(values: readonly number[]): { mean: number; error: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, error: Math.sqrt(variance / values.length) };
}

/** LRU's hit ratio by Che's approximation, for pages whose rank k is asked for in proportion to k^-exponent. */
export function cheHitRatio(pages: number, exponent: number, capacity: number): number {
  const weights = Array.from({ length: pages }, (_, i) => (i + 1) ** -exponent);
  const total = weights.reduce((a, b) => a + b, 0);
  const rates = weights.map((weight) => weight / total);
  // The characteristic time t: Σ 1 - e^(-rate t) = capacity.
  let [low, high] = [0, 1e9];
  for (let step = 0; step < 200; step++) {
    const t = (low + high) / 2;
    if (rates.reduce((sum, rate) => sum - Math.expm1(-rate * t), 0) < capacity) low = t;
    else high = t;
  }
  return rates.reduce((sum, rate) => sum - rate * Math.expm1(-rate * low), 0);
}
