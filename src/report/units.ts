// Numbers as people read them: durations scaled to ns, us, ms or s, counts to k, M or G, three significant digits.
// Leaves out parsing (src/input/quantities.ts) and any language but English.

const NOTHING = '-';

/** Three significant digits without an exponent: 8.02, 47.3, 230, 1230. */
function significant(value: number): string {
  const size = Math.abs(value);
  if (size >= 99.95) return value.toFixed(0);
  if (size >= 9.995) return value.toFixed(1);
  return value.toFixed(2);
}

/** Picks the greatest unit that leaves at least 1 after rounding, so that 999,999 ns is "1.00 ms", not "1000 us". */
function scaled(value: number, units: readonly (readonly [string, number])[]): string {
  let chosen = units[0]!;
  for (const unit of units) if (Math.abs(value) / unit[1] >= 0.9995) chosen = unit;
  const text = significant(value / chosen[1]);
  return chosen[0] === '' ? text : `${text} ${chosen[0]}`;
}

const TIME_UNITS = [
  ['ns', 1],
  ['us', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
] as const;

/** `8.02 us`, `1.50 ms`, `250 ns`; `-` for null. */
export function formatDurationNs(ns: number | null): string {
  if (ns === null) return NOTHING;
  if (ns === 0) return '0 ns';
  return scaled(ns, TIME_UNITS);
}

/** What somebody waits for, on the clock on the wall: `41.0 s`, `43.8 min`, `2.10 h`. */
export function formatWait(seconds: number): string {
  if (seconds < 100) return formatDurationNs(seconds * 1e9);
  return seconds < 6000 ? `${significant(seconds / 60)} min` : `${significant(seconds / 3600)} h`;
}

/** A target or setting, with no digits it was not written with: `200 us`, `1.5 ms`. */
export function formatExactDurationNs(ns: number): string {
  for (const [name, size] of [...TIME_UNITS].reverse()) {
    const value = ns / size;
    if (value >= 1 && Number.isInteger(value * 1000)) return `${value} ${name}`;
  }
  return `${ns} ns`;
}

/** `2,560,000`; whole numbers in full up to seven digits, beyond that `12.8 M`. */
export function formatCount(count: number | null): string {
  if (count === null) return NOTHING;
  if (Math.abs(count) < 1e7) return groupThousands(count);
  return scaled(count, [
    ['M', 1e6],
    ['G', 1e9],
    ['T', 1e12],
  ]);
}

/** `2,560,000`, without a locale: the same on every machine. */
export function groupThousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Core-seconds: plain seconds down to a hundredth, scaled below; `0` for none. */
export function formatCoreSeconds(seconds: number): string {
  if (seconds === 0) return '0 s';
  return seconds >= 0.0995 ? `${significant(seconds)} s` : formatDurationNs(seconds * 1e9);
}

/** `80.3 %` */
export function formatShare(share: number | null): string {
  return share === null ? NOTHING : `${(share * 100).toFixed(1)} %`;
}

/** `8.41 M/s` */
export function formatRate(perSecond: number): string {
  const text = scaled(perSecond, [
    ['', 1],
    ['k', 1e3],
    ['M', 1e6],
    ['G', 1e9],
  ]);
  return `${text}/s`;
}

/** `0.99` as `p99`, `0.999` as `p99.9`, `0.5` as `p50`. */
export function formatQuantile(quantile: number): string {
  // 0.999 × 100 is 99.9 only after rounding away the last bits.
  return `p${Number((quantile * 100).toPrecision(12))}`;
}
