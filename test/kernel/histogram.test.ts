// The core's histogram beside exact arithmetic: every bucket's bounds, sums and squares to the last bit (also beyond 2^32,
// where a square no longer fits a word), least and greatest, and merging.

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import * as L from '../../assembly/layout.js';
import { Histogram, bucketBounds, bucketIndex, type RawHistogram } from '../../src/metrics/histogram.js';
import { openProbe, u64At, type Probe } from '../support/probe.js';

const SEED = 20_261_123;
const GREATEST = 2 ** 53 - 1;

/** Values of every magnitude, and those where buckets begin and end. */
const value = fc.oneof(
  fc.integer({ min: 0, max: 5_000 }),
  fc
    .tuple(fc.integer({ min: 0, max: 52 }), fc.integer({ min: -2, max: 2 }))
    .map(([power, off]) => Math.min(GREATEST, Math.max(0, 2 ** power + off))),
  fc.integer({ min: 0, max: GREATEST }),
  fc.constantFrom(2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, GREATEST),
);
const small = fc.integer({ min: 0, max: 2 ** 23 });

describe('histogram of the core', () => {
  let probe: Probe;
  const bases = new Map<number, number>();
  beforeAll(async () => {
    probe = await openProbe();
  });

  /** The histogram after recording `values`, as its words. */
  function recorded(bits: number, values: readonly number[]): BigUint64Array {
    let h = bases.get(bits);
    if (h === undefined) bases.set(bits, (h = probe.histogramCreate(bits)));
    probe.histogramReset(h, bits);
    for (const v of values) probe.histogramRecord(h, bits, v);
    return u64At(probe, h, probe.histogramSize(bits) / 8);
  }

  function raw(bits: number, values: readonly number[]): RawHistogram {
    const words = recorded(bits, values);
    return {
      count: values.length,
      sum: Number(words[L.HISTOGRAM_SUM]),
      sumSquares: Number((words[L.HISTOGRAM_SQUARES_HI]! << 64n) | words[L.HISTOGRAM_SQUARES_LO]!),
      min: Number(BigInt.asUintN(64, ~words[L.HISTOGRAM_MIN]!)),
      max: Number(words[L.HISTOGRAM_MAX]),
      counts: [...words.slice(L.HISTOGRAM_COUNTERS)].map(Number),
      subBucketBits: bits,
      scale: 1,
    };
  }

  it('keeps exact sums, squares, extremes and counts', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 7, 10, L.HISTOGRAM_MAX_BITS),
        fc.array(value, { minLength: 1, maxLength: 60 }),
        (bits, values) => {
          const words = recorded(bits, values);
          const big = values.map(BigInt);
          expect(words[L.HISTOGRAM_SUM]).toBe(
            BigInt.asUintN(
              64,
              big.reduce((sum, x) => sum + x, 0n),
            ),
          );
          const squares = big.reduce((sum, x) => sum + x * x, 0n);
          expect((words[L.HISTOGRAM_SQUARES_HI]! << 64n) | words[L.HISTOGRAM_SQUARES_LO]!).toBe(squares);
          expect(BigInt.asUintN(64, ~words[L.HISTOGRAM_MIN]!)).toBe(BigInt(Math.min(...values)));
          expect(words[L.HISTOGRAM_MAX]).toBe(BigInt(Math.max(...values)));
          const expected = new Map<number, bigint>();
          for (const v of values) expected.set(bucketIndex(v, bits), (expected.get(bucketIndex(v, bits)) ?? 0n) + 1n);
          let counted = 0n;
          for (const [index, count] of expected) {
            expect(words[L.HISTOGRAM_COUNTERS + index], `bucket ${index}`).toBe(count);
            counted += count;
          }
          expect(words.slice(L.HISTOGRAM_COUNTERS).reduce((sum, count) => sum + count, 0n)).toBe(counted);
        },
      ),
      { seed: SEED, numRuns: 120 },
    );
  });

  it.each([1, 3, 7])('puts the first and the last value of every bucket into it (%i bits)', (bits) => {
    const buckets = (54 - bits) << bits;
    for (let from = 0; from < buckets; from += 512) {
      const to = Math.min(buckets, from + 512);
      const values: number[] = [];
      for (let i = from; i < to; i++) {
        const { low, high } = bucketBounds(i, bits);
        values.push(low, Math.min(high, GREATEST));
      }
      const words = recorded(bits, values);
      for (let i = 0; i < buckets; i++) {
        expect(words[L.HISTOGRAM_COUNTERS + i], `bucket ${i}`).toBe(i >= from && i < to ? 2n : 0n);
      }
    }
  });

  it('merges to what one histogram would have held', () => {
    fc.assert(
      // squares beyond 2^53 do not pass through a RawHistogram exactly: that is stated there
      fc.property(
        fc.array(small, { minLength: 1, maxLength: 40 }),
        fc.array(small, { minLength: 1, maxLength: 40 }),
        (a, b) => {
          const merged = Histogram.merge([Histogram.fromRaw(raw(7, a)), Histogram.fromRaw(raw(7, b))]);
          const whole = Histogram.fromRaw(raw(7, [...a, ...b]));
          expect(merged.distribution()).toEqual(whole.distribution());
        },
      ),
      { seed: SEED, numRuns: 60 },
    );
  });

  it('tells how many samples each octave holds, and the bucket of every rank', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 7, 10), fc.array(value, { minLength: 1, maxLength: 60 }), (bits, values) => {
        recorded(bits, values);
        const h = bases.get(bits)!;
        expect(probe.histogramCount(h, bits)).toBe(values.length);
        const octaves = [...new Float64Array(probe.memory.buffer, probe.histogramOctaves(), 54 - bits)];
        const buckets = values.map((v) => bucketIndex(v, bits)).sort((a, b) => a - b);
        expect(octaves).toEqual(octaves.map((_, octave) => buckets.filter((b) => b >> bits === octave).length));
        buckets.forEach((bucket, i) => {
          expect(probe.histogramBucket(h, bits, 0, i + 1)).toBe(bucket);
          const before = buckets.filter((b) => b >> bits < bucket >> bits).length;
          expect(probe.histogramBucket(h, bits, bucket >> bits, i + 1 - before)).toBe(bucket);
        });
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it('is empty again after a reset, wherever it counted', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 20 }), (values) => {
        recorded(7, values);
        expect(recorded(7, []).every((word) => word === 0n)).toBe(true);
        expect(probe.histogramCount(bases.get(7)!, 7)).toBe(0);
      }),
      { seed: SEED, numRuns: 30 },
    );
  });
});
