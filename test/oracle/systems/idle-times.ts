// When a function is loaded ahead and unloaded by its idle times, once more: all of them kept in a list, and everything counted anew for
// each plan. Written from docs/model/lifecycle.md (`hist`) alone.

const MINUTE = 60e9;
const HOUR = 3600e9;

export interface Plan {
  /** After how long to load; 0: it stays. */
  readonly loadNs: number;
  readonly unloadNs: number;
  /** Which of the rules it is by. */
  readonly rule: 'forecast' | 'default' | 'bins';
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** The minute in which, or below which, `share` per cent of the sorted minutes lie. */
const upTo = (minutes: readonly number[], share: number): number => {
  const place = minutes.findIndex((_, i) => 100 * (i + 1) >= share * minutes.length);
  return minutes[place]!;
};

function byMinutes(minutes: readonly number[]): Plan {
  const sorted = minutes.toSorted((a, b) => a - b);
  const [first, last] = [upTo(sorted, 5), upTo(sorted, 99)];
  return { loadNs: (first * 9 * MINUTE) / 10, unloadNs: ((last + 1) * 11 * MINUTE) / 10, rule: 'bins' };
}

const minutesOf = (idleNs: readonly number[]): number[] => idleNs.map((ns) => Math.floor(ns / MINUTE));

export function dslab(idleNs: readonly number[]): Plan {
  const minutes = minutesOf(idleNs);
  const within = minutes.filter((minute) => minute < 240);
  const beyond = minutes.length - within.length;
  if (minutes.length > 0 && 2 * beyond >= minutes.length) {
    const mean = Number(idleNs.reduce((all, ns) => all + BigInt(ns), 0n)) / idleNs.length;
    return { loadNs: Math.round(0.85 * mean), unloadNs: Math.round(1.15 * mean), rule: 'forecast' };
  }
  const counts = new Array<number>(240).fill(0);
  for (const minute of within) counts[minute]!++;
  // (deviation / mean)² = Σ(240 c − n)² / (240 n²) of counts c whose sum is n
  const n = within.length;
  const squares = sum(counts.map((count) => (240 * count - n) ** 2));
  if (n === 0 || squares < 4 * 240 * n * n) return { loadNs: 0, unloadNs: 4 * HOUR, rule: 'default' };
  return byMinutes(within);
}

export function faascache(idleNs: readonly number[]): Plan {
  const minutes = minutesOf(idleNs);
  const n = minutes.length;
  // variance / mean of minutes m whose sum is s: Σ(n m − s)² / (n² s)
  const s = sum(minutes);
  const squares = sum(minutes.map((minute) => (n * minute - s) ** 2));
  if (n === 0 || squares > 2 * n * n * s) return { loadNs: 0, unloadNs: 2 * HOUR, rule: 'default' };
  return byMinutes(minutes.map((minute) => Math.min(minute, 239)));
}
