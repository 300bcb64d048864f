// Histograms against exact sorted samples: ranks, error bounds, exactness of merges, refused counters.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bucketBounds,
  bucketIndex,
  bucketMidpoint,
  emptyDistribution,
  Histogram,
  HistogramError,
  nearestRank,
  relativeErrorBound,
  type RawHistogram,
} from '../../src/metrics/histogram.js';

const rawValue = fc.oneof(
  fc.integer({ min: 0, max: 3000 }),
  fc.integer({ min: 0, max: 2 ** 40 }),
  fc.maxSafeInteger().map(Math.abs),
);
const bits = fc.integer({ min: 0, max: 12 });
const share = fc.oneof(fc.constantFrom(0, 0.5, 0.9, 0.99, 0.999, 1), fc.double({ min: 0, max: 1, noNaN: true }));

function filled(values: readonly number[], subBucketBits: number, scale = 1): Histogram {
  const histogram = Histogram.create(subBucketBits, scale);
  for (const value of values) histogram.record(value);
  return histogram;
}

function exactSorted(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

describe('buckets', () => {
  it('holds every value within its bounds, and the bounds map back to the bucket', () => {
    fc.assert(
      fc.property(rawValue, bits, (value, b) => {
        const index = bucketIndex(value, b);
        const { low, high } = bucketBounds(index, b);
        expect(low <= value && value <= high).toBe(true);
        expect(bucketIndex(low, b)).toBe(index);
        expect(bucketIndex(high, b)).toBe(index);
        expect(Math.abs(bucketMidpoint(index, b) - value)).toBeLessThanOrEqual(relativeErrorBound(b) * value);
      }),
      { seed: 1 },
    );
  });

  it('is the layout that the core writes: (e << b) + (v >> e)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 30 }), bits, (value, b) => {
        const e = Math.max(31 - Math.clz32(value) - b, 0);
        expect(bucketIndex(value, b)).toBe(e === 0 ? value : (e << b) + (value >> e));
      }),
      { seed: 1 },
    );
  });

  it('leaves no gap and no overlap between neighbours', () => {
    for (const b of [0, 3, 9]) {
      for (let index = 0; index < 5 * 2 ** b + 10; index++) {
        expect(bucketBounds(index + 1, b).low).toBe(bucketBounds(index, b).high + 1);
      }
    }
  });

  it('reaches up to 2^53 - 1', () => {
    const { high } = bucketBounds(bucketIndex(Number.MAX_SAFE_INTEGER, 9), 9);
    expect(high).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe('quantiles', () => {
  it('stay within the documented bound of the exact nearest-rank sample', () => {
    fc.assert(
      fc.property(fc.array(rawValue, { minLength: 1, maxLength: 300 }), bits, share, (values, b, q) => {
        const exact = exactSorted(values)[nearestRank(q, values.length) - 1]!;
        const found = filled(values, b).quantile(q)!;
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(relativeErrorBound(b) * exact);
      }),
      { seed: 1 },
    );
  });

  it('are exact where every value has a bucket of its own', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1023 }), { minLength: 1, maxLength: 300 }), share, (values, q) => {
        expect(filled(values, 9).quantile(q)).toBe(exactSorted(values)[nearestRank(q, values.length) - 1]);
      }),
      { seed: 1 },
    );
  });

  it('never decrease with q and never leave [min, max]', () => {
    fc.assert(
      fc.property(fc.array(rawValue, { minLength: 1, maxLength: 100 }), bits, share, share, (values, b, p, q) => {
        const histogram = filled(values, b);
        const [low, high] = [histogram.quantile(Math.min(p, q))!, histogram.quantile(Math.max(p, q))!];
        expect(low).toBeLessThanOrEqual(high);
        expect(low).toBeGreaterThanOrEqual(Math.min(...values));
        expect(high).toBeLessThanOrEqual(Math.max(...values));
      }),
      { seed: 1 },
    );
  });

  it('take the rank that decimal arithmetic gives, not one above', () => {
    // 0.07 × 100 is 7.000000000000001 and 0.29 × 100 is 28.999999999999996 in binary.
    expect(nearestRank(0.07, 100)).toBe(7);
    expect(nearestRank(0.29, 100)).toBe(29);
    expect(nearestRank(0.999, 1000)).toBe(999);
    expect(nearestRank(0.99, 101)).toBe(100);
    expect(nearestRank(0, 5)).toBe(1);
    expect(nearestRank(1, 5)).toBe(5);
    for (let count = 1; count <= 2000; count++) expect(nearestRank(0.99, count)).toBe(Math.ceil((99 * count) / 100));
  });

  it('give the M/M/1 quantiles of 200,000 evenly spread samples of the exact law', () => {
    // Sojourn at load 0.8, service 10 us: exponential of mean 50 us; p99 is 230.258509 us.
    const histogram = Histogram.create(9);
    const count = 200_000;
    for (let i = 0; i < count; i++) histogram.record(Math.round(-50_000 * Math.log(1 - (i + 0.5) / count)));
    const { p50, p90, p99, p999 } = histogram.distribution();
    for (const [found, expected] of [
      [p50, 34_657.359],
      [p90, 115_129.255],
      [p99, 230_258.509],
      [p999, 345_387.764],
    ] as const) {
      // Half a bucket, and the half rank by which the samples' own quantile is off (largest at p99.9).
      expect(Math.abs(found! / expected - 1)).toBeLessThanOrEqual(relativeErrorBound(9) + 0.0005);
    }
  });

  it('refuses a quantile outside 0 to 1', () => {
    for (const q of [-0.1, 1.1, NaN]) expect(() => filled([1], 9).quantile(q)).toThrow(HistogramError);
  });
});

describe('moments', () => {
  it('have the mean and deviation of the samples', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 2, maxLength: 200 }), (values) => {
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
        const histogram = filled(values, 4);
        expect(histogram.mean()).toBe(mean);
        expect(histogram.stddev()!).toBeCloseTo(Math.sqrt(squares / (values.length - 1)), 3);
      }),
      { seed: 1 },
    );
  });

  it('keep a small deviation on top of a large mean', () => {
    const histogram = filled([1e12, 1e12 + 1, 1e12 + 2], 9);
    expect(histogram.stddev()).toBe(1);
  });

  it('are scaled to the value unit', () => {
    const { mean, min, max, p50 } = filled([1000, 2000, 3000], 12, 0.001).distribution();
    expect({ mean, min, max, p50 }).toEqual({ mean: 2, min: 1, max: 3, p50: 2 });
  });

  it('are null where nothing was counted', () => {
    const nothing = { min: null, mean: null, stddev: null, p50: null, p90: null, p99: null, p999: null, max: null };
    expect(emptyDistribution()).toEqual({ count: 0, ...nothing });
  });
});

describe('merging', () => {
  const parts = fc.array(fc.array(rawValue, { maxLength: 60 }), { minLength: 1, maxLength: 6 });

  it('is exactly the histogram of all values', () => {
    fc.assert(
      fc.property(parts, bits, (lists, b) => {
        const merged = Histogram.merge(lists.map((values) => filled(values, b)));
        expect(merged.distribution()).toEqual(filled(lists.flat(), b).distribution());
      }),
      { seed: 1 },
    );
  });

  it('does not depend on order or grouping', () => {
    fc.assert(
      fc.property(parts, (lists) => {
        const histograms = lists.map((values) => filled(values, 6));
        const oneByOne = histograms.reduceRight((sum, part) => Histogram.merge([part, sum]));
        expect(oneByOne.distribution()).toEqual(Histogram.merge(histograms).distribution());
      }),
      { seed: 1 },
    );
  });

  it('leaves its parts as they were', () => {
    const part = filled([1, 2, 3], 9);
    Histogram.merge([part, filled([1_000_000], 9)]);
    expect(part.distribution().max).toBe(3);
  });

  it('refuses different layouts and nothing at all', () => {
    expect(() => Histogram.merge([Histogram.create(9), Histogram.create(8)])).toThrow(/expected one layout/);
    expect(() => Histogram.merge([Histogram.create(9), Histogram.create(9, 0.5)])).toThrow(/expected one layout/);
    expect(() => Histogram.merge([])).toThrow(/at least one/);
  });
});

describe('raw counters', () => {
  const raw: RawHistogram = {
    count: 3,
    sum: 6,
    sumSquares: 14,
    min: 1,
    max: 3,
    counts: [0, 1, 1, 1],
    subBucketBits: 3,
    scale: 1,
  };

  it('are read from floating-point and from 64-bit views alike', () => {
    const expected = filled([1, 2, 3], 3).distribution();
    for (const counts of [Float64Array.from([0, 1, 1, 1]), BigUint64Array.from([0n, 1n, 1n, 1n]), [0, 1, 1, 1]]) {
      expect(Histogram.fromRaw({ ...raw, counts }).distribution()).toEqual(expected);
    }
  });

  it('do not follow the memory they were read from', () => {
    const counts = Float64Array.from([0, 1, 1, 1]);
    const histogram = Histogram.fromRaw({ ...raw, counts });
    counts.fill(9);
    expect(histogram.quantile(0.5)).toBe(2);
  });

  it('are refused where they contradict themselves', () => {
    expect(() => Histogram.fromRaw({ ...raw, count: 4 })).toThrow(/add up to 3, expected count \(4\)/);
    expect(() => Histogram.fromRaw({ ...raw, count: -1 })).toThrow(/count: given -1/);
    expect(() => Histogram.fromRaw({ ...raw, sum: NaN })).toThrow(/sum: given NaN/);
    expect(() => Histogram.fromRaw({ ...raw, min: 0.5 })).toThrow(/min: given 0.5/);
  });

  it('refuses values and layouts that cannot be counted', () => {
    for (const value of [-1, 0.5, NaN, 2 ** 53])
      expect(() => Histogram.create(9).record(value)).toThrow(HistogramError);
    expect(() => Histogram.create(21)).toThrow(/subBucketBits: given 21/);
    expect(() => Histogram.create(9, 0)).toThrow(/scale: given 0/);
  });
});
