// SplitMix64 in 32-bit halves against the published algorithm in BigInt.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SplitMix64 } from '../../src/workload/random.js';

const MASK = (1n << 64n) - 1n;

function* reference(seed: bigint): Generator<bigint> {
  let state = seed;
  for (;;) {
    state = (state + 0x9e3779b97f4a7c15n) & MASK;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
    yield z ^ (z >> 31n);
  }
}

function draw(random: SplitMix64): bigint {
  random.next();
  return (BigInt(random.hi) << 32n) | BigInt(random.lo);
}

describe('SplitMix64', () => {
  it('gives the values known for seed 1234567', () => {
    const random = new SplitMix64(1234567);
    expect([draw(random), draw(random), draw(random)]).toEqual([
      6457827717110365317n,
      3203168211198807973n,
      9817491932198370423n,
    ]);
  });

  it('equals the algorithm in BigInt for every seed', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (seed) => {
        const random = new SplitMix64(seed);
        const expected = reference(BigInt(seed));
        for (let i = 0; i < 20; i++) expect(draw(random)).toBe(expected.next().value);
      }),
      { seed: 1 },
    );
  });

  it('takes the upper 53 bits as a share of 1', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (seed) => {
        const random = new SplitMix64(seed);
        const bits = reference(BigInt(seed)).next().value as bigint;
        expect(random.unit()).toBe(Number(bits >> 11n) / 2 ** 53);
      }),
      { seed: 1 },
    );
  });

  it('is uniform: mean and tenths of 100,000 draws within five standard deviations', () => {
    const random = new SplitMix64(7);
    const tenths = new Array<number>(10).fill(0);
    const draws = 100_000;
    let sum = 0;
    for (let i = 0; i < draws; i++) {
      const unit = random.unit();
      sum += unit;
      tenths[Math.floor(unit * 10)]!++;
    }
    expect(Math.abs(sum / draws - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / draws));
    for (const count of tenths) expect(Math.abs(count - draws / 10)).toBeLessThan(5 * Math.sqrt(draws * 0.09));
  });

  it('goes different ways after absorbing different texts, and a copy goes the same way', () => {
    const first = new SplitMix64(1);
    const second = new SplitMix64(1);
    first.absorbText('ab');
    second.absorbText('ba');
    const copy = first.clone();
    const values = [draw(first), draw(first)];
    expect([draw(copy), draw(copy)]).toEqual(values);
    expect(draw(second)).not.toBe(values[0]);
  });
});
