// Times of any number of digits, less a base of any number of digits, held against whole numbers of any length.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExactTime } from '../../src/workload/exact-time.js';
import { UNIT_DECIMALS } from '../../src/workload/options.js';
import { collectCsv } from './helpers.js';

/** `count` nanoseconds written in a unit of so many decimals. */
function written(count: bigint, decimals: number): string {
  const digits = String(count).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  return decimals === 0 ? whole : `${whole}.${digits.slice(-decimals)}`;
}

describe('nanoseconds since the first time', () => {
  it('are exact for any base and unit', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 24n }),
        fc.array(fc.integer({ min: 0, max: 2 ** 53 - 1 }), { minLength: 1 }),
        fc.constantFrom(...Object.values(UNIT_DECIMALS)),
        (base, times, decimals) => {
          const clock = new ExactTime(decimals, true);
          expect(clock.since(written(base, decimals))).toBe(0);
          for (const time of times) expect(clock.since(written(base + BigInt(time), decimals))).toBe(time);
        },
      ),
      { seed: 5, numRuns: 500 },
    );
  });

  it('may lie before it', () => {
    const clock = new ExactTime(9, true);
    expect(clock.since('1700000000.000000001')).toBe(0);
    expect(clock.since('1699999999.999999999')).toBe(-2);
    expect(clock.since('-1')).toBe(Number(-1700000001000000001n));
  });
});

describe('nanoseconds', () => {
  it.each([
    ['1e3', 3, 1e6],
    ['1.7e9', 9, 1.7e18],
    ['.5', 9, 5e8],
    ['5.', 0, 5],
    ['+7', 0, 7],
    ['-0.25', 0, -0.25],
    ['0.0004', 0, 0.0004],
    ['1e-3', 0, 0.001],
    ['12.5e-4', 3, 1.25],
    ['1e-999', 9, 0],
    [' 10 ', 0, 10],
    ['123456789012345678', 0, Number(123456789012345678n)],
    ['0.1234567890123456789', 9, 123456789.01234567],
  ])('of %j with %i decimals are %d', (cell, decimals, expected) => {
    expect(new ExactTime(decimals, false).since(cell)).toBeCloseTo(expected, 12);
  });

  it.each(['', ' ', '.', 'x', '0x10', '1_000', '5 6', '1e999', 'NaN', 'Infinity', '--1', '1e', '1,5'])(
    '%j are none',
    (cell) => {
      expect(new ExactTime(0, false).since(cell)).toBeNaN();
    },
  );
});

describe('a trace of nanoseconds since 1970', () => {
  const base = 1_700_000_000_000_000_000n;
  const gaps = Array.from({ length: 50 }, (_, i) => i * 37 + (i % 3));

  it.each(Object.entries(UNIT_DECIMALS))('in %s', async (unit, decimals) => {
    const text = `arrival\n${gaps.map((gap) => written(base + BigInt(gap), decimals)).join('\n')}\n`;
    const read = await collectCsv(text, { arrivalUnit: unit as keyof typeof UNIT_DECIMALS, startNs: 'first' });
    expect(read.atNs).toEqual(gaps);
  });

  it('out of order, within a window', async () => {
    const shuffled = [...gaps].sort((a, b) => (a % 7) - (b % 7));
    const text = `arrival\n${shuffled.map((gap) => base + BigInt(gap)).join('\n')}\n`;
    const read = await collectCsv(text, { startNs: 'first', windowNs: 4000 });
    expect(read.atNs).toEqual(gaps);
  });
});
