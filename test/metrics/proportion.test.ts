// Intervals of shares and ratios: against tables, and against exact probabilities.

import { describe, expect, it } from 'vitest';
import { normalQuantile, pairedRatio, wilsonInterval } from '../../src/metrics/confidence.js';

it('the normal quantile is that of the tables', () => {
  for (const [level, z] of [
    [0.5, 0.6744897501960817],
    [0.95, 1.959963984540054],
    [0.99, 2.5758293035489004],
  ] as const)
    expect(normalQuantile(level)).toBeCloseTo(z, 12);
  expect(() => normalQuantile(1)).toThrow(RangeError);
});

describe("Wilson's interval", () => {
  it('is the set of shares that a test at that level does not refuse', () => {
    const z = normalQuantile(0.95);
    for (const [hits, of] of [
      [7, 8],
      [1, 8],
      [50, 100],
      [3, 1000],
    ] as const) {
      const { low, high } = wilsonInterval(hits, of, 0.95);
      for (const p of [low, high]) expect(Math.abs(hits / of - p) / Math.sqrt((p * (1 - p)) / of)).toBeCloseTo(z, 9);
      expect(low).toBeLessThan(hits / of);
      expect(high).toBeGreaterThan(hits / of);
    }
  });

  it('has some width where all or none hit, and stays within 0 and 1', () => {
    const z2 = normalQuantile(0.95) ** 2;
    expect(wilsonInterval(0, 8, 0.95).low).toBe(0);
    expect(wilsonInterval(0, 8, 0.95).high).toBeCloseTo(z2 / (8 + z2), 12);
    expect(wilsonInterval(8, 8, 0.95).low).toBeCloseTo(8 / (8 + z2), 12);
    expect(wilsonInterval(8, 8, 0.95).high).toBe(1);
    expect(wilsonInterval(0, 0, 0.95)).toEqual({ low: 0, high: 1 });
  });

  it('covers the share with about the level, averaged over shares, by the exact binomial probabilities', () => {
    const of = 20;
    let [sum, many] = [0, 0];
    for (let p = 0.02; p < 0.99; p += 0.01) {
      let chance = (1 - p) ** of;
      for (let hits = 0; hits <= of; hits++) {
        const { low, high } = wilsonInterval(hits, of, 0.95);
        if (low <= p && p <= high) sum += chance;
        chance *= ((of - hits) / (hits + 1)) * (p / (1 - p));
      }
      many += 1;
    }
    expect(sum / many).toBeGreaterThan(0.94);
    expect(sum / many).toBeLessThan(0.965);
  });
});

describe('the ratio of pairs', () => {
  it('is exact where every pair has it, whatever the pairs have in common', () => {
    const ratio = pairedRatio([1, 20, 300], [2, 40, 600], 0.95);
    expect(ratio).toMatchObject({ count: 3, mean: 2, low: 2, high: 2 });
  });

  it('leaves pairs out where one is missing, and gives no interval of one pair or of a baseline of 0', () => {
    expect(pairedRatio([1, null, 4], [3, 5, null], 0.95)).toMatchObject({ count: 1, mean: 3, low: null, high: null });
    expect(pairedRatio([0, 0], [1, 2], 0.95)).toMatchObject({ mean: null, low: null });
  });

  it('is the t interval of the residuals over the mean of the baseline', () => {
    // ratio 2; residuals -1, 1 (stddev √2, t 12.706, over √2): half-width 12.706 of a mean of 5
    const { low, high } = pairedRatio([4, 6], [7, 13], 0.95);
    expect(high! - 2).toBeCloseTo(12.7062047 / 5, 6);
    expect(2 - low!).toBeCloseTo(12.7062047 / 5, 6);
  });
});
