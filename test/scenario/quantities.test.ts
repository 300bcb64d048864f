// Durations and sizes: exact decimals, exact round trips, and refusal of everything that could be read two ways.

import fc from 'fast-check';
import { describe, it, expect } from 'vitest';
import {
  DURATION_LIMIT,
  parseDuration,
  QuantityError,
  formatDuration,
  parseFractionalDuration,
  QUANTITY_LIMIT,
  parseSize,
  formatSize,
} from '../../src/input/quantities.js';

const wholeNumber = fc.oneof(
  fc.integer({ min: 0, max: 1_000_000 }),
  fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
);

describe('durations', () => {
  it.each([
    ['250ns', 250],
    ['10us', 10_000],
    ['10µs', 10_000],
    ['10μs', 10_000],
    ['1.5ms', 1_500_000],
    ['2s', 2_000_000_000],
    ['10m', 600_000_000_000],
    ['1h', 3_600_000_000_000],
    ['0s', 0],
    ['10 us', 10_000],
    ['0.1us', 100],
    ['4.35us', 4_350], // 4.35 * 1000 is 4350.000000000001 in a double
    ['9007199254740991ns', DURATION_LIMIT],
  ])('%s is %d ns', (text, ns) => {
    expect(parseDuration(text)).toBe(ns);
  });

  it.each([
    '10',
    '',
    'us',
    '10 seconds',
    '-1us',
    '+1us',
    '1e3us',
    '.5us',
    '5.us',
    '10us ',
    ' 10us',
    '10  us',
    '1,5ms',
    'NaN',
    'Infinity',
    '0x10us',
    '10US',
    '10MS',
  ])('"%s" is refused', (text) => {
    expect(() => parseDuration(text)).toThrow(QuantityError);
  });

  it.each(['0.5ns', '1.0001us', '9007199254740992ns', '9007199254740993.5ns', '2502h', '99999999999999999999h'])(
    '"%s" is no whole number of nanoseconds below 2^53',
    (text) => {
      expect(() => parseDuration(text)).toThrow(QuantityError);
    },
  );

  it('says what was given and what is expected', () => {
    expect(() => parseDuration('10')).toThrow(
      'given "10", expected a duration with a unit (ns, us, ms, s, m or h), such as 10us',
    );
    expect(() => parseDuration('0.5ns')).toThrow('given "0.5ns", expected a whole number of nanoseconds');
    expect(() => parseDuration('3000h')).toThrow(
      'given "3000h", expected a duration of less than 2^53 ns (about 104 days)',
    );
  });

  it('comes back from its written form', () => {
    fc.assert(
      fc.property(wholeNumber, (ns) => parseDuration(formatDuration(ns)) === ns),
      { seed: 1 },
    );
  });

  it('is the same number in every unit that can say it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_000_000_000 }), (us) => {
        const milli = `${Math.floor(us / 1_000)}.${String(us % 1_000).padStart(3, '0')}ms`;
        expect(parseDuration(milli)).toBe(parseDuration(`${us}us`));
      }),
      { seed: 1 },
    );
  });

  it('never returns anything but whole nanoseconds in range', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('', 'ns', 'us', 'ms', 's', 'm', 'h'), (text, unit) => {
        try {
          const ns = parseDuration(text + unit);
          expect(Number.isInteger(ns) && ns >= 0 && ns <= DURATION_LIMIT).toBe(true);
        } catch (failure) {
          expect(failure).toBeInstanceOf(QuantityError);
        }
      }),
      { seed: 1 },
    );
  });

  it('may have a fraction of a nanosecond in a distribution', () => {
    expect(parseFractionalDuration('0.5ns')).toBe(0.5);
    expect(parseFractionalDuration('10us')).toBe(10_000);
    expect(() => parseFractionalDuration('0.5')).toThrow(QuantityError);
  });

  it('cannot be written where it is no whole number', () => {
    expect(() => formatDuration(0.5)).toThrow(RangeError);
    expect(() => formatDuration(-1)).toThrow(RangeError);
    expect(() => formatDuration(Number.NaN)).toThrow(RangeError);
  });
});

describe('sizes', () => {
  it.each([
    ['4KiB', 4_096],
    ['64GiB', 64 * 2 ** 30],
    ['1MB', 1_000_000],
    ['1kB', 1_000],
    ['1.5KiB', 1_536],
    ['0B', 0],
    ['8192TiB', QUANTITY_LIMIT],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(['4', '4K', '4kb', '4 kilobytes', '-4KiB', '4kib', '1e3B', '0.3B', '8193TiB', ''])(
    '"%s" is refused',
    (text) => {
      expect(() => parseSize(text)).toThrow(QuantityError);
    },
  );

  it('comes back from its written form', () => {
    fc.assert(
      fc.property(wholeNumber, (bytes) => parseSize(formatSize(bytes)) === bytes),
      { seed: 1 },
    );
  });
});
