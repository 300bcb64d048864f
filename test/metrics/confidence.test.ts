// Student's t against closed forms and printed tables, coverage of the intervals, paired differences.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  meanInterval,
  pairedDifference,
  studentCentralProbability,
  studentQuantile,
} from '../../src/metrics/confidence.js';

describe('t quantiles', () => {
  it('agree with printed tables to their last digit', () => {
    // Two-sided 95 % and 99 % points, as any statistics text prints them.
    const table: readonly (readonly [number, number, number])[] = [
      [1, 12.706, 63.657],
      [2, 4.303, 9.925],
      [3, 3.182, 5.841],
      [4, 2.776, 4.604],
      [5, 2.571, 4.032],
      [9, 2.262, 3.25],
      [10, 2.228, 3.169],
      [19, 2.093, 2.861],
      [29, 2.045, 2.756],
      [30, 2.042, 2.75],
      [120, 1.98, 2.617],
    ];
    for (const [degrees, at95, at99] of table) {
      expect(studentQuantile(0.95, degrees)).toBeCloseTo(at95, 3);
      expect(studentQuantile(0.99, degrees)).toBeCloseTo(at99, 3);
    }
  });

  it('agree with the closed forms for one and two degrees of freedom', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 0.999, noNaN: true }), (level) => {
        const one = Math.tan((Math.PI * level) / 2);
        expect(Math.abs(studentQuantile(level, 1) / one - 1)).toBeLessThan(1e-9);
        const two = level * Math.sqrt(2 / (1 - level * level));
        expect(Math.abs(studentQuantile(level, 2) / two - 1)).toBeLessThan(1e-9);
      }),
      { seed: 1 },
    );
  });

  it('tend to the normal quantile', () => {
    // z + (z³ + z) / 4n, the first term of the Cornish-Fisher expansion, with z = 1.959963984540054.
    expect(studentQuantile(0.95, 1_000_000)).toBeCloseTo(1.959963984540054 + 2.372 / 1e6, 8);
  });

  it('invert the probability', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 0.999, noNaN: true }),
        fc.integer({ min: 1, max: 500 }),
        (level, degrees) => {
          expect(studentCentralProbability(studentQuantile(level, degrees), degrees)).toBeCloseTo(level, 12);
        },
      ),
      { seed: 1 },
    );
  });

  it('refuse a level outside (0, 1) and broken degrees of freedom', () => {
    for (const level of [0, 1, -1, NaN]) expect(() => studentQuantile(level, 3)).toThrow(/level: given/);
    for (const degrees of [0, 1.5, NaN])
      expect(() => studentQuantile(0.95, degrees)).toThrow(/degreesOfFreedom: given/);
  });
});

/** A small 32-bit generator (Mulberry32): the test's own seeded source of uniforms. */
function uniforms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('mean intervals', () => {
  it('cover the true mean as often as their level says', () => {
    const next = uniforms(20_260_801);
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    const trials = 4000;
    for (const size of [2, 3, 5, 10]) {
      let covered = 0;
      for (let i = 0; i < trials; i++) {
        const { low, high } = meanInterval(
          Array.from({ length: size }, () => 100 + 7 * normal()),
          0.95,
        );
        if (low! <= 100 && 100 <= high!) covered += 1;
      }
      // 4 standard deviations of a binomial share: with this seed the outcome is fixed anyway.
      expect(Math.abs(covered / trials - 0.95)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / trials));
    }
  });

  it('match a worked example', () => {
    // 9, 10, 11: mean 10, deviation 1, t(0.95, 2) = 4.302653; half width 4.302653 / sqrt(3).
    const interval = meanInterval([9, 10, 11], 0.95);
    expect(interval).toMatchObject({ count: 3, mean: 10, stddev: 1 });
    expect(interval.low).toBeCloseTo(10 - 2.484138, 6);
    expect(interval.high).toBeCloseTo(10 + 2.484138, 6);
  });

  it('leave out figures that do not exist, and say what is left', () => {
    expect(meanInterval([null, 4, null, 6], 0.95)).toMatchObject({ count: 2, mean: 5 });
    expect(meanInterval([7], 0.95)).toEqual({ count: 1, mean: 7, stddev: null, low: null, high: null });
    expect(meanInterval([null], 0.95)).toEqual({ count: 0, mean: null, stddev: null, low: null, high: null });
  });

  it('have no width where all values are equal', () => {
    expect(meanInterval([3, 3, 3], 0.95)).toMatchObject({ low: 3, high: 3, stddev: 0 });
  });
});

describe('paired differences', () => {
  it('remove what both runs have in common', () => {
    const base = [100, 200, 300, 400];
    const paired = pairedDifference(
      base,
      base.map((value) => value + 5),
      0.95,
    );
    expect(paired).toMatchObject({ mean: 5, low: 5, high: 5 });
  });

  it('are the interval of the differences', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer(), fc.integer()), { minLength: 2, maxLength: 20 }), (pairs) => {
        const found = pairedDifference(
          pairs.map(([a]) => a),
          pairs.map(([, b]) => b),
          0.95,
        );
        expect(found).toEqual(
          meanInterval(
            pairs.map(([a, b]) => b - a),
            0.95,
          ),
        );
      }),
      { seed: 1 },
    );
  });

  it('skip pairs with a missing side and refuse lists that do not pair', () => {
    expect(pairedDifference([1, null, 3], [2, 5, null], 0.95)).toMatchObject({ count: 1, mean: 1 });
    expect(() => pairedDifference([1], [1, 2], 0.95)).toThrow(/given 1 and 2 values/);
  });
});
