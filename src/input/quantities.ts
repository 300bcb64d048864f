// Durations and sizes as people write them. Decimals are read exactly (0.1us is 100 ns, never 100.00000000000001), and
// a bare number is refused for both: 10 could be nanoseconds or seconds, and a wrong guess is a wrong result.

/** The greatest size: whole numbers are exact in a double up to here. */
export const QUANTITY_LIMIT = 2 ** 53;
/** The greatest duration, about 104 days: the last that a histogram has a bucket for. */
export const DURATION_LIMIT = 2 ** 53 - 1;

const DURATION_UNITS: readonly (readonly [string, bigint])[] = [
  ['h', 3_600_000_000_000n],
  ['m', 60_000_000_000n],
  ['s', 1_000_000_000n],
  ['ms', 1_000_000n],
  ['us', 1_000n],
  ['ns', 1n],
];

const SIZE_UNITS: readonly (readonly [string, bigint])[] = [
  ['TiB', 1n << 40n],
  ['TB', 1_000_000_000_000n],
  ['GiB', 1n << 30n],
  ['GB', 1_000_000_000n],
  ['MiB', 1n << 20n],
  ['MB', 1_000_000n],
  ['KiB', 1n << 10n],
  ['KB', 1_000n],
  ['kB', 1_000n],
  ['B', 1n],
];

// JSON Schema carries these two patterns, so an editor refuses what we refuse.
export const DURATION_PATTERN = /^(\d{1,20})(?:\.(\d{1,20}))? ?(ns|us|µs|μs|ms|s|m|h)$/;
export const SIZE_PATTERN = /^(\d{1,20})(?:\.(\d{1,20}))? ?(B|KB|kB|KiB|MB|MiB|GB|GiB|TB|TiB)$/;

export const DURATION_EXPECTED = 'a duration with a unit (ns, us, ms, s, m or h), such as 10us';
export const SIZE_EXPECTED =
  'a size with a unit (B, KiB, MiB, GiB, TiB, or KB, MB, GB, TB for powers of ten), such as 64MiB';

/** What is wrong with a quantity: `expected` completes the sentence "given …, expected …". */
export class QuantityError extends RangeError {
  readonly expected: string;

  constructor(given: string, expected: string) {
    super(`given ${given}, expected ${expected}`);
    this.name = 'QuantityError';
    this.expected = expected;
  }
}

interface Exact {
  /** value × denominator, in the base unit */
  readonly numerator: bigint;
  readonly denominator: bigint;
}

function readExact(
  text: string,
  pattern: RegExp,
  units: readonly (readonly [string, bigint])[],
  expected: string,
): Exact {
  const match = pattern.exec(text);
  if (match === null) throw new QuantityError(JSON.stringify(text), expected);
  const [, whole = '', fraction = '', written = ''] = match;
  const unit = written === 'µs' || written === 'μs' ? 'us' : written;
  const factor = units.find(([name]) => name === unit)![1];
  return { numerator: BigInt(whole + fraction) * factor, denominator: 10n ** BigInt(fraction.length) };
}

function inRange(exact: Exact, limit: number, text: string, what: string): void {
  if (exact.numerator > BigInt(limit) * exact.denominator) throw new QuantityError(JSON.stringify(text), what);
}

function toWhole(exact: Exact, text: string, what: string): number {
  if (exact.numerator % exact.denominator !== 0n) throw new QuantityError(JSON.stringify(text), what);
  return Number(exact.numerator / exact.denominator);
}

/**
 * Whole nanoseconds.
 *
 * @example parseDuration('1.5ms') // 1500000
 * @throws QuantityError for anything but a number with a unit, a fraction of a nanosecond, or 2^53 ns and more
 */
export function parseDuration(text: string): number {
  const exact = readExact(text, DURATION_PATTERN, DURATION_UNITS, DURATION_EXPECTED);
  inRange(exact, DURATION_LIMIT, text, 'a duration of less than 2^53 ns (about 104 days)');
  return toWhole(exact, text, 'a whole number of nanoseconds');
}

/** Nanoseconds that may have a fraction: parameters of distributions, where 0.5ns is a meaningful mean. */
export function parseFractionalDuration(text: string): number {
  const exact = readExact(text, DURATION_PATTERN, DURATION_UNITS, DURATION_EXPECTED);
  inRange(exact, DURATION_LIMIT, text, 'a duration of less than 2^53 ns (about 104 days)');
  const whole = exact.numerator / exact.denominator;
  const rest = exact.numerator % exact.denominator;
  return rest === 0n ? Number(whole) : Number(exact.numerator) / Number(exact.denominator);
}

/**
 * Whole bytes.
 *
 * @example parseSize('4KiB') // 4096
 * @throws QuantityError as parseDuration does
 */
export function parseSize(text: string): number {
  const exact = readExact(text, SIZE_PATTERN, SIZE_UNITS, SIZE_EXPECTED);
  inRange(exact, QUANTITY_LIMIT, text, 'a size of at most 2^53 B (8 PiB)');
  return toWhole(exact, text, wholeBytes(exact));
}

/** How a size that is no whole number of bytes can be written: the next smaller one in a unit that fits it. */
function wholeBytes({ numerator, denominator }: Exact): string {
  const bytes = numerator / denominator;
  const [unit, factor] = SIZE_UNITS.find(([name, size]) => /^([MK]i)?B$/.test(name) && bytes >= size * 16n) ?? [
    'B',
    1n,
  ];
  return `a whole number of bytes, with a unit (B, KiB, MiB, GiB, TiB, or KB, MB, GB, TB), such as ${bytes / factor}${unit}`;
}

function format(value: number, units: readonly (readonly [string, bigint])[]): string {
  // beyond 2^53 only in messages: a sum of many sizes, told as the double that it is
  if (!Number.isInteger(value)) throw new RangeError(`given ${value}, expected a whole number`);
  if (value < 0) throw new RangeError(`given ${value}, expected no less than 0`);
  const exact = BigInt(value);
  const base = units[units.length - 1]!;
  if (exact === 0n) return `0${base[0]}`;
  const [name, factor] = units.find(([, candidate]) => exact % candidate === 0n) ?? base;
  return `${exact / factor}${name}`;
}

/** Written so that parseDuration gives it back exactly: in the greatest unit of which it is a whole number. */
export function formatDuration(ns: number): string {
  return format(ns, DURATION_UNITS);
}

/** Written so that parseSize gives it back exactly. */
export function formatSize(bytes: number): string {
  return format(bytes, SIZE_UNITS);
}
