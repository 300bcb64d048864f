// Idle times of a function, in minutes, and when they say to load it ahead of its next request and to unload it: the histogram policies of
// Serverless in the Wild, with the constants of dslab-faas, and of FaasCache. The rules: docs/model/lifecycle.md, `hist`.

// @ts-ignore: decorator
@inline const MINUTE: u64 = 60_000_000_000;
// @ts-ignore: decorator
@inline const BINS: u32 = 240;
// @ts-ignore: decorator
@inline const HEAD: u64 = 54_000_000_000; // 0.9 min
// @ts-ignore: decorator
@inline const TAIL: u64 = 66_000_000_000; // 1.1 min

@unmanaged
export class IdleTimes {
  count: u64; //       of all
  inRange: u64;
  sum: u64; //         ns
  squares: u64; //     Σ over bins of count²
  minutes: u64; //     Σ of whole minutes
  minutes2: u64; //    Σ of their squares
  ahead: u64; //       the plan: ns after the end to load it; 0: it stays
  unload: u64; //      ns after the end
}
// @ts-ignore: decorator
@inline export const IDLE_BYTES: usize = 64 + (<usize>BINS << 2);
if (offsetof<IdleTimes>() > 64) ERROR("IdleTimes outgrow their room");

// @ts-ignore: decorator
@inline
function binAt(p: IdleTimes, bin: u32): usize {
  return changetype<usize>(p) + 64 + (<usize>bin << 2);
}

/** `all`: those of 240 minutes and more are in the last bin. */
export function countIdle(p: IdleTimes, idle: u64, all: bool): void {
  const minute = idle / MINUTE;
  p.count++;
  p.sum += idle;
  p.minutes += minute;
  p.minutes2 += minute * minute;
  const inRange = minute < <u64>BINS;
  p.inRange += u64(inRange);
  if (!inRange && !all) return;
  const at = binAt(p, inRange ? <u32>minute : BINS - 1);
  const before = load<u32>(at);
  p.squares += 2 * <u64>before + 1;
  store<u32>(at, before + 1);
}

/** The first bin up to which at least `percent` of the `n` idle times in bins lie. */
function binOf(p: IdleTimes, percent: u64, n: u64): u64 {
  let below: u64 = 0;
  let bin: u32 = 0;
  for (; bin < BINS - 1; bin++) {
    below += <u64>load<u32>(binAt(p, bin));
    if (below * 100 >= percent * n) break;
  }
  return <u64>bin;
}

function plan(p: IdleTimes, ahead: u64, unload: u64): void {
  p.ahead = ahead;
  p.unload = unload;
}

function planByBins(p: IdleTimes, n: u64): void {
  plan(p, binOf(p, 5, n) * HEAD, (binOf(p, 99, n) + 1) * TAIL);
}

export function planAsDslab(p: IdleTimes): void {
  const n = p.inRange;
  if (p.count != 0 && (p.count - n) * 2 >= p.count) {
    const mean = <f64>p.sum / <f64>p.count;
    return plan(p, <u64>(mean * 0.85 + 0.5), <u64>(mean * 1.15 + 0.5));
  }
  // standard deviation / mean < 2 of the counts, in whole numbers
  if (n == 0 || <u64>BINS * p.squares < 5 * n * n) return plan(p, 0, 240 * MINUTE);
  planByBins(p, n);
}

export function planAsFaascache(p: IdleTimes): void {
  const n = p.count;
  // variance / mean <= 2 of the minutes, in whole numbers
  if (n == 0 || n * p.minutes2 - p.minutes * p.minutes > 2 * n * p.minutes) return plan(p, 0, 120 * MINUTE);
  planByBins(p, n);
}
