// Where a transient ends and how wide a mean's interval is in one run: closed values, and what 400 runs of a process with a known
// mean say of the coverage.

import { describe, expect, it } from 'vitest';
import { meanInterval } from '../../src/metrics/confidence.js';
import { BATCHES, batchMeans, mser, mser5, samplesToBound } from '../../src/metrics/steady.js';

/** Deterministic uniform numbers: the 32-bit mixer of Mulberry. */
function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

const exponential = (uniform: () => number): number => -Math.log(1 - uniform());

/** Time in system of the first `n` customers of M/M/1 at load 0.5 that begins empty; its mean in the long run is 2. */
function times(n: number, seed: number, backlog = 0): number[] {
  const uniform = uniforms(seed);
  let wait = backlog;
  return Array.from({ length: n }, () => {
    const service = exponential(uniform);
    const time = wait + service;
    wait = Math.max(0, time - 2 * exponential(uniform));
    return time;
  });
}

const ones = (n: number): number[] => Array.from({ length: n }, () => 1);

describe('MSER', () => {
  it('leaves out a step at the beginning, and nothing of what is alike', () => {
    expect(mser([9, 9, 9, 1, 2, 1, 2, 1, 2, 1, 2, 1])).toBe(3);
    expect(mser([5, 5, 5, 5, 5, 5])).toBe(0);
    expect(mser([1e9 + 1, 1e9, 1e9 + 1, 1e9, 1e9 + 1, 1e9, 1e9 + 1, 1e9])).toBe(0);
    expect(mser([])).toBe(0);
  });

  it('takes the cut of least standard error among all up to the half, as computed one by one', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const values = times(40, seed, seed % 2 === 0 ? 20 : 0);
      const statistics = Array.from({ length: 21 }, (_, d) => {
        const rest = values.slice(d);
        const mean = rest.reduce((sum, value) => sum + value, 0) / rest.length;
        return rest.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rest.length ** 2;
      });
      expect(mser(values), `seed ${seed}`).toBe(statistics.indexOf(Math.min(...statistics)));
    }
  });

  it('averages five intervals, and answers in intervals; empty ones say nothing', () => {
    const sums = [...Array.from({ length: 20 }, () => 100), ...Array.from({ length: 80 }, (_, i) => 1 + (i % 2))];
    expect(mser5({ counts: ones(100), sums })).toBe(20);
    const none = Array.from({ length: 10 }, () => 0);
    expect(mser5({ counts: [...none, ...ones(100)], sums: [...none, ...sums] })).toBe(30);
    expect(mser5({ counts: ones(100), sums: ones(100) })).toBe(0);
  });
});

describe('batch means', () => {
  it('are the plain interval of the means where all batches count alike', () => {
    const sums = times(300, 3);
    const means = Array.from(
      { length: BATCHES },
      (_, b) => sums.slice(10 * b, 10 * b + 10).reduce((a, x) => a + x, 0) / 10,
    );
    const plain = meanInterval(means, 0.95);
    const found = batchMeans({ counts: ones(300), sums }, 0.95)!;
    expect(found.mean).toBeCloseTo(plain.mean!, 12);
    expect(found.halfWidth).toBeCloseTo(plain.high! - plain.mean!, 12);
  });

  it('are not given where fewer than ten batches counted anything', () => {
    const counts = Array.from({ length: 300 }, (_, i) => (i < 90 ? 1 : 0));
    expect(batchMeans({ counts, sums: counts }, 0.95)).toBeUndefined();
    expect(batchMeans({ counts: [], sums: [] }, 0.95)).toBeUndefined();
  });

  it('cover the mean of a queue in 95 of 100 runs, where values taken as independent do in fewer than half', () => {
    const [runs, length] = [400, 30_000];
    let [covered, naive] = [0, 0];
    for (let seed = 1; seed <= runs; seed++) {
      const values = times(length, seed * 7919);
      const sums = Array.from({ length: 300 }, (_, i) =>
        values.slice(100 * i, 100 * i + 100).reduce((a, x) => a + x, 0),
      );
      const counts = sums.map(() => 100);
      const { mean, halfWidth } = batchMeans({ counts, sums }, 0.95)!;
      if (Math.abs(mean - 2) <= halfWidth) covered += 1;
      const all = meanInterval(values, 0.95);
      if (all.low! <= 2 && 2 <= all.high!) naive += 1;
    }
    // three standard errors of a share of 400
    expect(covered / runs).toBeGreaterThan(0.917);
    expect(covered / runs).toBeLessThan(0.983);
    expect(naive / runs).toBeLessThan(0.6);
  });
});

it('a quantile has an upper limit from so many samples on: the least n with q^n <= 2.5 %', () => {
  for (const q of [0.5, 0.9, 0.99, 0.999]) {
    expect(samplesToBound(q, 0.95)).toBe(Math.ceil(Math.log(0.025) / Math.log(q)));
  }
  expect(samplesToBound(0.99, 0.95)).toBe(368);
});
