// Times of a trace in nanoseconds since a base that is taken off exactly: nanoseconds since 1970 are beyond a double's digits (one
// every 256), and so are their microseconds in seconds. A cell of up to 15 digits is read as a double, any other as a whole
// number of any length and a fraction of a nanosecond.

/** Digits that a double surely holds. */
const DIGITS_MAX = 15;
/** Below 2^53, and a power of ten that a double holds. */
const EXACT_MAX = 9e15;
const POWERS = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));
/** Beyond any double: no trace has such times. */
const EXPONENT_MAX = 320;
const NUMBER = /^\s*([-+]?)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d+))?\s*$/;
const [DOT, ZERO, NINE] = [0x2e, 0x30, 0x39];

interface Exact {
  readonly whole: bigint;
  /** Of the same sign, less than 1 apart from 0. */
  readonly fraction: number;
}

/** The number of a plain cell, such as `12.034`, of few digits; NaN for others, which need not be wrong. */
function plain(cell: string, decimals: number): number {
  let value = 0;
  let behind = -1;
  const { length } = cell;
  if (length > DIGITS_MAX) return NaN; // a point counts too: what is missed is merely read the longer way
  for (let at = 0; at < length; at++) {
    const code = cell.charCodeAt(at);
    if (code >= ZERO && code <= NINE) {
      value = value * 10 + (code - ZERO);
      if (behind >= 0) behind++;
    } else if (code === DOT && behind < 0) behind = 0;
    else return NaN;
  }
  if (length === 0 || (behind >= 0 && length === 1)) return NaN;
  const shift = decimals - Math.max(0, behind);
  const scaled = shift >= 0 ? value * POWERS[shift]! : value / POWERS[-shift]!;
  return scaled <= EXACT_MAX ? scaled : NaN;
}

/** Any cell, or undefined where it is no finite decimal number. */
function exact(cell: string, decimals: number): Exact | undefined {
  const match = NUMBER.exec(cell);
  if (match === null) return undefined;
  const [, sign, before = '', after = '', exponent = '0'] = match;
  if (before === '' && after === '') return undefined;
  const point = before.length + decimals + Number(exponent);
  if (point > EXPONENT_MAX) return undefined;
  if (point < -EXPONENT_MAX) return { whole: 0n, fraction: 0 };
  const digits = before + after;
  const whole = BigInt(`0${digits.slice(0, Math.max(0, point))}`) * 10n ** BigInt(Math.max(0, point - digits.length));
  const fraction = Number(`0.${'0'.repeat(Math.max(0, -point))}${digits.slice(Math.max(0, point))}0`);
  return sign === '-' ? { whole: -whole, fraction: -fraction } : { whole, fraction };
}

export class ExactTime {
  /** Undefined until the first time is known. */
  private base: Exact | undefined;
  /** The same as a double, where that is exact; NaN where it is not. */
  private plainBase = 0;

  /**
   * @param decimals of the unit: 9 for seconds, 0 for nanoseconds
   * @param fromFirst whether the first time's whole nanoseconds are the base; otherwise it is 0
   */
  constructor(
    private readonly decimals: number,
    fromFirst: boolean,
  ) {
    if (!fromFirst) this.base = { whole: 0n, fraction: 0 };
  }

  /** Nanoseconds since the base, correctly rounded where they are not whole; NaN for a cell that is no number. */
  since(cell: string): number {
    const value = plain(cell, this.decimals);
    if (this.base !== undefined && !Number.isNaN(value) && !Number.isNaN(this.plainBase)) return value - this.plainBase;
    const given = exact(cell, this.decimals);
    if (given === undefined) return NaN;
    if (this.base === undefined) {
      this.base = { whole: given.whole, fraction: 0 };
      this.plainBase = Math.trunc(value);
    }
    return Number(given.whole - this.base.whole) + (given.fraction - this.base.fraction);
  }
}
