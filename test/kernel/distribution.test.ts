// Every distribution against its own theory: mean, variance and distribution function (Kolmogorov–Smirnov, for the
// continuous ones), and the roundings to whole nanoseconds and to counts.

import { beforeAll, describe, expect, it } from 'vitest';
import * as L from '../../assembly/layout.js';
import { f64At, openProbe, type Probe } from '../support/probe.js';

const N = 200_000;
const Z = 4.892; // one in a million, two-sided

interface Law {
  readonly name: string;
  readonly words: readonly number[];
  readonly table?: readonly number[];
  readonly mean: number;
  readonly variance: number;
  /** Fourth central moment, for the standard error of the variance. */
  readonly fourth: number;
  readonly share?: (x: number) => number;
}

/** Lanczos' approximation, good to 15 digits. */
function gamma(x: number): number {
  const g = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const z = x - 1;
  const t = z + 7.5;
  const sum = g.slice(1).reduce((total, c, i) => total + c / (z + i + 1), g[0]!);
  return Math.sqrt(2 * Math.PI) * t ** (z + 0.5) * Math.exp(-t) * sum;
}

/** Mean, variance and fourth central moment from raw moments. */
function central(moment: (n: number) => number): Pick<Law, 'mean' | 'variance' | 'fourth'> {
  const [m, m2, m3, m4] = [1, 2, 3, 4].map(moment) as [number, number, number, number];
  return { mean: m, variance: m2 - m * m, fourth: m4 - 4 * m * m3 + 6 * m * m * m2 - 3 * m ** 4 };
}

/** P(Z ≤ x) by Simpson's rule over its density. */
function normalShare(x: number): number {
  const steps = 400;
  const h = x / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++)
    sum += (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2) * Math.exp(-((i * h) ** 2) / 2);
  return 0.5 + (sum * h) / 3 / Math.sqrt(2 * Math.PI);
}

const paretoLaw = (shape: number, low: number, high: number): Law => ({
  name: `pareto ${shape}, ${low} to ${high}`,
  words: [L.DIST_PARETO, shape, low, high, 0, 0],
  ...central(
    (n) =>
      ((shape * low ** shape) / (1 - (low / high) ** shape) / (shape - n)) * (low ** (n - shape) - high ** (n - shape)),
  ),
  share: (x) => (1 - (low / x) ** shape) / (1 - (low / high) ** shape),
});
const weibullLaw = (shape: number, mean: number): Law => {
  const scale = mean / gamma(1 + 1 / shape);
  return {
    name: `weibull ${shape}`,
    words: [L.DIST_WEIBULL, shape, mean, 0, 0, 0],
    ...central((n) => scale ** n * gamma(1 + n / shape)),
    share: (x) => -Math.expm1(-((x / scale) ** shape)),
  };
};
const lognormalLaw = (mean: number, cv: number): Law => {
  const s2 = Math.log(1 + cv * cv);
  const mu = Math.log(mean) - s2 / 2;
  return {
    name: `lognormal cv ${cv}`,
    words: [L.DIST_LOGNORMAL, mean, cv, 0, 0, 0],
    ...central((n) => Math.exp(n * mu + (n * n * s2) / 2)),
    share: (x) => normalShare((Math.log(x) - mu) / Math.sqrt(s2)),
  };
};
const VALUES = [1, 2, 2, 7, 100];

const LAWS: readonly Law[] = [
  { name: 'constant', words: [L.DIST_CONSTANT, 42, 0, 0, 0, 0], mean: 42, variance: 0, fourth: 0 },
  {
    name: 'exponential',
    words: [L.DIST_EXPONENTIAL, 500, 0, 0, 0, 0],
    mean: 500,
    variance: 500 ** 2,
    fourth: 9 * 500 ** 4,
    share: (x) => -Math.expm1(-x / 500),
  },
  {
    name: 'uniform',
    words: [L.DIST_UNIFORM, 10, 40, 0, 0, 0],
    mean: 25,
    variance: 75,
    fourth: 30 ** 4 / 80,
    share: (x) => (x - 10) / 30,
  },
  { name: 'bimodal', words: [L.DIST_BIMODAL, 5, 55, 0.1, 0, 0], ...central((n) => 0.9 * 5 ** n + 0.1 * 55 ** n) },
  lognormalLaw(1000, 0.5),
  lognormalLaw(1000, 1),
  paretoLaw(1.5, 100, 10_000),
  paretoLaw(2.5, 1, 50),
  weibullLaw(0.7, 300),
  weibullLaw(2, 300),
  {
    name: 'empirical',
    words: [L.DIST_EMPIRICAL, 0, 0, 0, 0, VALUES.length],
    table: VALUES,
    ...central((n) => VALUES.reduce((sum, x) => sum + x ** n, 0) / VALUES.length),
  },
  // number 1 is the exponential, number 2 the uniform of this list
  {
    name: 'mixture',
    words: [L.DIST_MIXTURE, 0, 0, 0, VALUES.length, 2],
    table: [3, 1, 1, 2],
    ...central((n) => 0.75 * 500 ** n * gamma(n + 1) + (0.25 * (40 ** (n + 1) - 10 ** (n + 1))) / (30 * (n + 1))),
  },
];

describe('distributions', () => {
  let probe: Probe;
  let stream: number;
  let out: number;
  let base: number;
  beforeAll(async () => {
    probe = await openProbe();
    probe.prepare();
    stream = probe.room(64);
    out = probe.room(8 * N);
    const words = LAWS.flatMap((law) => law.words);
    const table = LAWS.flatMap((law) => law.table ?? []);
    const wordsAt = probe.room(8 * words.length);
    const tableAt = probe.room(8 * table.length);
    f64At(probe, wordsAt, words.length).set(words);
    f64At(probe, tableAt, table.length).set(table);
    base = probe.lay(wordsAt, LAWS.length, tableAt);
  });

  const draw = (which: number, kind: 'draw' | 'drawNs' | 'drawCounts' = 'draw'): Float64Array => {
    probe.streamSeed(stream, 20_261_124n, BigInt(which), 2n);
    probe[kind](base, which, stream, out, N);
    return f64At(probe, out, N).slice();
  };

  it.each(LAWS.map((law, which) => ({ ...law, which })))('$name', ({ which, mean, variance, fourth, share }) => {
    const draws = draw(which);
    const average = draws.reduce((sum, x) => sum + x, 0) / N;
    const spread = draws.reduce((sum, x) => sum + (x - average) ** 2, 0) / (N - 1);
    expect(Math.abs(average - mean), `mean ${average}`).toBeLessThanOrEqual(Z * Math.sqrt(variance / N));
    expect(Math.abs(spread - variance), `variance ${spread}`).toBeLessThanOrEqual(
      Z * Math.sqrt((fourth - variance ** 2) / N) + 1e-9,
    );
    if (share === undefined) return;
    let distance = 0;
    draws.sort().forEach((x, i) => {
      distance = Math.max(distance, Math.abs(share(x) - i / N), Math.abs(share(x) - (i + 1) / N));
    });
    expect(distance * Math.sqrt(N), 'Kolmogorov–Smirnov').toBeLessThan(2.69);
  });

  it('draw the normal of a lognormal law from the whole of its density', () => {
    // with a coefficient of variation of √(e - 1) and a mean of √e the logarithm of a draw is a standard normal
    const words = f64At(probe, probe.room(48), 6);
    words.set([L.DIST_LOGNORMAL, Math.sqrt(Math.E), Math.sqrt(Math.E - 1), 0, 0, 0]);
    const law = probe.lay(words.byteOffset, 1, words.byteOffset);
    // both sides of where the ziggurat's last layer ends, and of its steps near 0
    const bounds = [-4.3, -3.654152885361009, -3.2, -2, -1, -0.5, -0.21, -0.05, 0];
    const all = [
      ...bounds,
      ...bounds
        .slice(0, -1)
        .map((x) => -x)
        .reverse(),
    ];
    const counts = new Array<number>(all.length + 1).fill(0);
    let previous = 0;
    let product = 0;
    probe.streamSeed(stream, 20_261_129n, 1n, 2n);
    const rounds = 10;
    for (let round = 0; round < rounds; round++) {
      probe.draw(law, 0, stream, out, N);
      for (const x of f64At(probe, out, N)) {
        const z = Math.log(x);
        counts[all.filter((bound) => z >= bound).length]!++;
        product += z * previous;
        previous = z;
      }
    }
    const total = rounds * N;
    const shares = [...all.map((x) => normalShare(x)), 1];
    const chi = counts.reduce((sum, n, i) => {
      const expected = total * (shares[i]! - (shares[i - 1] ?? 0));
      return sum + (n - expected) ** 2 / expected;
    }, 0);
    expect(chi, `χ² of 17 degrees of freedom: ${counts.join(' ')}`).toBeLessThan(60.2); // one in a million
    expect(Math.abs(product / Math.sqrt(total)), 'of neighbours').toBeLessThan(Z);
  });

  it('take exp and log of their own to 14 digits', () => {
    const means = [1e-9, 0.3, 1, 1.4142, 2, 47, 1e4, 123_456_789, 1e15];
    const words = f64At(probe, probe.room(48 * means.length), 6 * means.length);
    words.set(means.flatMap((mean) => [L.DIST_LOGNORMAL, mean, 0, 0, 0, 0])); // no spread: exp of the mean's logarithm
    const laws = probe.lay(words.byteOffset, means.length, words.byteOffset);
    means.forEach((mean, which) => {
      probe.draw(laws, which, stream, out, 1);
      expect(Math.abs(f64At(probe, out, 1)[0]! / mean - 1), `${mean}`).toBeLessThan(1e-14);
    });
  });

  it('are rounded to the nearest nanosecond, and to counts of at least one', () => {
    for (let which = 0; which < LAWS.length; which++) {
      const exact = draw(which);
      const [ns, counts] = [draw(which, 'drawNs'), draw(which, 'drawCounts')];
      expect([ns.length, counts.length]).toEqual([exact.length, exact.length]);
      // comparing arrays of this length one by one is what takes toEqual seconds
      const wrong = exact.filter((x, i) => {
        const rounded = Math.floor(x + 0.5);
        return ns[i] !== rounded || counts[i] !== Math.max(1, rounded);
      });
      expect(wrong, LAWS[which]!.name).toHaveLength(0);
    }
  });
});
