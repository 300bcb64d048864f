// Draws outside the core: elementary functions against the host's, laws against their moments.

import { describe, expect, it } from 'vitest';
import type { Dist } from '../../src/input/distributions.js';
import { drawOf, filesOf } from '../../src/workload/draw.js';
import { exp, log, logGamma, pow } from '../../src/workload/elementary.js';
import { SplitMix64 } from '../../src/workload/random.js';

describe('exp, log, pow', () => {
  it('are within a few units of the last place of the host’s', () => {
    const random = new SplitMix64(1);
    for (let i = 0; i < 20_000; i++) {
      const x = (random.unit() - 0.5) * 200;
      expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThan(1e-14);
      const y = Math.exp(x);
      expect(Math.abs(log(y) - Math.log(y))).toBeLessThan(1e-15 * Math.max(1, Math.abs(x)) * 4);
      expect(Math.abs(pow(y, 0.37) / Math.pow(y, 0.37) - 1)).toBeLessThan(1e-13);
    }
    expect([exp(-800), exp(800), log(1), pow(0, 2)]).toEqual([0, Infinity, 0, 0]);
    expect(Math.abs(logGamma(1 + 4) - Math.log(24))).toBeLessThan(1e-9);
  });
});

const LAWS: readonly (readonly [Dist, mean: number, deviation: number])[] = [
  [{ dist: 'constant', value: 7 }, 7, 0],
  [{ dist: 'exponential', mean: 3 }, 3, 3],
  [{ dist: 'uniform', min: 2, max: 8 }, 5, 6 / Math.sqrt(12)],
  [{ dist: 'lognormal', mean: 10, cv: 0.5 }, 10, 5],
  [{ dist: 'bimodal', short: 1, long: 11, longShare: 0.2 }, 3, 4],
  [{ dist: 'pareto', shape: 3, min: 2 }, 3, Math.sqrt(3)],
  [{ dist: 'pareto', shape: 2, min: 1, max: 10 }, 20 / 11, Math.sqrt((2 * Math.log(10)) / 0.99 - (20 / 11) ** 2)],
  [{ dist: 'weibull', shape: 2, mean: 5 }, 5, 5 * Math.sqrt(4 / Math.PI - 1)],
  [{ dist: 'empirical', file: 'n', scale: 2 }, 4, Math.sqrt(8 / 3)],
  [
    {
      dist: 'mixture',
      of: [
        { weight: 3, dist: 'constant', value: 1 },
        { weight: 1, dist: 'constant', value: 5 },
      ],
    },
    2,
    Math.sqrt(3),
  ],
];

describe('a draw', () => {
  it.each(LAWS)('%o has its mean and deviation', (dist, mean, deviation) => {
    const draw = drawOf(dist, new Map([['n', Float64Array.of(1, 2, 3)]]));
    const random = new SplitMix64(5);
    const n = 40_000;
    let [sum, squares] = [0, 0];
    for (let i = 0; i < n; i++) {
      const value = draw(random);
      sum += value;
      squares += (value - mean) ** 2;
    }
    expect(Math.abs(sum / n - mean)).toBeLessThanOrEqual((5 * deviation) / Math.sqrt(n));
    // the fourth moment of the heaviest of them bounds the error of the deviation
    expect(Math.abs(Math.sqrt(squares / n) - deviation)).toBeLessThanOrEqual(0.08 * deviation);
  });

  it('names the files that it needs', () => {
    const part = { dist: 'empirical', file: 'n', scale: 1 } as const;
    expect(filesOf({ dist: 'mixture', of: [{ weight: 1, ...part }] })).toEqual(['n']);
    expect(filesOf({ dist: 'constant', value: 1 })).toEqual([]);
    expect(() => drawOf(part, new Map())).toThrow('have not been read');
  });
});
