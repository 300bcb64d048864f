// Random streams and the ziggurat exponential: equidistribution, independence of neighbouring streams, the law itself.
// Seeds are fixed, so a test that passes once passes always; the bounds are those of one chance in a million.

import { beforeAll, describe, expect, it } from 'vitest';
import { f64At, openProbe, u32At, u64At, type Probe } from '../support/probe.js';

const N = 200_000;
/** z of one in a million, two-sided. */
const Z = 4.892;

/** Chi-square of `counts` against equal shares, as a normal deviate (Wilson–Hilferty, good to a few percent of a sigma here). */
function deviate(counts: readonly number[]): number {
  const total = counts.reduce((sum, n) => sum + n, 0);
  const expected = total / counts.length;
  const chiSquare = counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
  const degrees = counts.length - 1;
  return (Math.cbrt(chiSquare / degrees) - (1 - 2 / (9 * degrees))) / Math.sqrt(2 / (9 * degrees));
}

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    sa += a[i]!;
    sb += b[i]!;
    saa += a[i]! * a[i]!;
    sbb += b[i]! * b[i]!;
    sab += a[i]! * b[i]!;
  }
  const n = a.length;
  return (n * sab - sa * sb) / Math.sqrt((n * saa - sa * sa) * (n * sbb - sb * sb));
}

describe('random streams', () => {
  let probe: Probe;
  let stream: number;
  let out: number;
  beforeAll(async () => {
    probe = await openProbe();
    probe.prepare();
    stream = probe.room(64);
    out = probe.room(8 * N);
  });

  function bits(seed: bigint, entity: bigint, purpose: bigint, n = N): BigUint64Array {
    probe.streamSeed(stream, seed, entity, purpose);
    probe.drawBits(stream, out, n);
    return u64At(probe, out, n).slice();
  }

  it.each([0n, 20n, 40n, 56n])('are equidistributed in the eight bits from bit %i on', (shift) => {
    const counts = new Array<number>(256).fill(0);
    for (const word of bits(7n, 11n, 1n)) counts[Number((word >> shift) & 255n)]!++;
    expect(Math.abs(deviate(counts))).toBeLessThan(Z);
  });

  it('are equidistributed in pairs of neighbouring draws', () => {
    const counts = new Array<number>(1024).fill(0);
    const words = bits(3n, 5n, 2n);
    for (let i = 0; i + 1 < words.length; i += 2)
      counts[Number(((words[i]! >> 59n) << 5n) | (words[i + 1]! >> 59n))]!++;
    expect(Math.abs(deviate(counts))).toBeLessThan(Z);
  });

  it('of neighbouring seeds, entities and purposes are independent', () => {
    const toUnit = (words: BigUint64Array): number[] => [...words].map((word) => Number(word >> 11n) * 2 ** -53);
    const n = 50_000;
    const base = toUnit(bits(1n, 0n, 1n, n));
    const neighbours = [
      [1n, 1n, 1n],
      [1n, 2n, 1n],
      [2n, 0n, 1n],
      [0n, 0n, 1n],
      [1n, 0n, 2n],
      [1n, 0n, 0n],
      [1n, 1n << 63n, 1n],
    ] as const;
    for (const [seed, entity, purpose] of neighbours) {
      const r = correlation(base, toUnit(bits(seed, entity, purpose, n)));
      expect(Math.abs(r) * Math.sqrt(n), `seed ${seed}, entity ${entity}, purpose ${purpose}`).toBeLessThan(Z);
    }
    // and one draw each of many neighbours, as when many VMs start
    const firsts = new Array<number>(64).fill(0);
    for (let entity = 0n; entity < 40_000n; entity++) firsts[Number(bits(1n, entity, 1n, 1)[0]! >> 58n)]!++;
    expect(Math.abs(deviate(firsts))).toBeLessThan(Z);
  });

  it('repeat for the same names and differ for others', () => {
    expect(bits(9n, 8n, 7n, 100)).toEqual(bits(9n, 8n, 7n, 100));
    expect(bits(9n, 8n, 7n, 100)).not.toEqual(bits(9n, 7n, 8n, 100));
  });

  it.each([1, 2, 3, 7, 16, 1000])('draw uniformly below %i', (bound) => {
    probe.streamSeed(stream, 4n, 4n, 4n);
    probe.drawBelow(stream, bound, out, N);
    const counts = new Array<number>(bound).fill(0);
    let beyond = 0; // an assertion for each would take most of the test's time
    for (const x of u32At(probe, out, N)) {
      if (x < bound) counts[x]!++;
      else beyond++;
    }
    expect(beyond).toBe(0);
    if (bound > 2) expect(Math.abs(deviate(counts))).toBeLessThan(Z);
    else expect(Math.abs(counts[0]! - N / bound)).toBeLessThanOrEqual(Z * Math.sqrt(N / 4));
  });

  it('give the exponential law (Kolmogorov–Smirnov), its moments and no dependence from draw to draw', () => {
    probe.streamSeed(stream, 12n, 34n, 5n);
    probe.drawExponential(stream, out, N);
    const draws = f64At(probe, out, N).slice();
    const sorted = draws.slice().sort();
    let distance = 0;
    sorted.forEach((x, i) => {
      const share = -Math.expm1(-x);
      distance = Math.max(distance, Math.abs(share - i / N), Math.abs(share - (i + 1) / N));
    });
    // P(√n D > x) ≈ 2 exp(-2 x²): one in a million at 2.69
    expect(distance * Math.sqrt(N)).toBeLessThan(2.69);
    expect(sorted[0]!).toBeGreaterThanOrEqual(0);
    const mean = draws.reduce((sum, x) => sum + x, 0) / N;
    const second = draws.reduce((sum, x) => sum + x * x, 0) / N;
    const third = draws.reduce((sum, x) => sum + x ** 3, 0) / N;
    // Var(X) = 1, Var(X²) = 4! - 2!² = 20, Var(X³) = 6! - 3!² = 684
    expect(Math.abs(mean - 1)).toBeLessThan(Z * Math.sqrt(1 / N));
    expect(Math.abs(second - 2)).toBeLessThan(Z * Math.sqrt(20 / N));
    expect(Math.abs(third - 6)).toBeLessThan(Z * Math.sqrt(684 / N));
    expect(Math.abs(correlation(draws.subarray(0, N - 1), draws.subarray(1))) * Math.sqrt(N)).toBeLessThan(Z);
    // the tail beyond the ziggurat's last layer, where another rule draws
    const beyond = draws.filter((x) => x > 7.697117470131487).length;
    const rare = N * Math.exp(-7.697117470131487);
    expect(Math.abs(beyond - rare)).toBeLessThan(Z * Math.sqrt(rare) + 1);
  });
});
