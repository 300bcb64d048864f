// `hist`: the histogram policy of Serverless in the Wild, with the constants of dslab-faas, or as FaasCache has it. Each function's idle
// times say when to load it ahead of the next request and when to unload it. The rules: docs/model/lifecycle.md.

import * as W from "../layout";
import { NEVER } from "../../kernel/event-queue";
import { clock } from "../../cpu/state";
import { UNLOAD, keeper, policy } from "../keeper";
import { Fn, Instance, life } from "../state";
import { cancelPrewarm, planPrewarm } from "../timers";

// @ts-ignore: decorator
@inline const MINUTE: u64 = 60_000_000_000;
// @ts-ignore: decorator
@inline export const BINS: u32 = 240;
// @ts-ignore: decorator
@inline const HEAD: u64 = 54_000_000_000; // 0.9 min
// @ts-ignore: decorator
@inline const TAIL: u64 = 66_000_000_000; // 1.1 min

/** A function's idle times: in minutes, those of 240 and more apart. */
@unmanaged
export class Past {
  count: u64; //       of all
  inRange: u64;
  sum: u64; //         ns
  squares: u64; //     Σ over bins of count²
  minutes: u64; //     Σ of whole minutes
  minutes2: u64; //    Σ of their squares
}
// @ts-ignore: decorator
@inline export const PAST_BYTES: usize = 64 + (<usize>BINS << 2);
if (offsetof<Past>() > 64) ERROR("a Past outgrows its room");

function hist(): void {
  keeper.onArrived = arrived;
  keeper.onIdle = life.variant ? faascache : dslab;
}

// @ts-ignore: decorator
@inline
function past(f: Fn): Past {
  return changetype<Past>(f.past);
}
// @ts-ignore: decorator
@inline
function binAt(f: Fn, bin: u32): usize {
  return f.past + 64 + (<usize>bin << 2);
}

function arrived(f: Fn): void {
  if (f.lastEnd == NEVER) return;
  const idle = clock.now - f.lastEnd;
  const minute = idle / MINUTE;
  const p = past(f);
  p.count++;
  p.sum += idle;
  p.minutes += minute;
  p.minutes2 += minute * minute;
  const inRange = minute < <u64>BINS;
  p.inRange += u64(inRange);
  if (!inRange && life.variant == 0) return;
  const at = binAt(f, inRange ? <u32>minute : BINS - 1);
  const before = load<u32>(at);
  p.squares += 2 * <u64>before + 1;
  store<u32>(at, before + 1);
}

/** The first bin up to which at least `percent` of the `n` idle times in bins lie. */
function binOf(f: Fn, percent: u64, n: u64): u64 {
  let below: u64 = 0;
  let bin: u32 = 0;
  for (; bin < BINS - 1; bin++) {
    below += <u64>load<u32>(binAt(f, bin));
    if (below * 100 >= percent * n) break;
  }
  return <u64>bin;
}

/** The plan of a dormant instance: it stays until `unload`, or goes now and is loaded again at `ahead`. Both ns from now. */
function follow(f: Fn, ahead: u64, unload: u64): u64 {
  if (ahead == 0) {
    cancelPrewarm(f);
    return clock.now + unload;
  }
  planPrewarm(f, clock.now + ahead, clock.now + unload);
  return UNLOAD;
}

function byBins(f: Fn, n: u64): u64 {
  return follow(f, binOf(f, 5, n) * HEAD, (binOf(f, 99, n) + 1) * TAIL);
}

function dslab(i: Instance): u64 {
  const f = i.fn;
  const p = past(f);
  const n = p.inRange;
  if (p.count != 0 && (p.count - n) * 2 >= p.count) {
    const mean = <f64>p.sum / <f64>p.count;
    return follow(f, <u64>(mean * 0.85 + 0.5), <u64>(mean * 1.15 + 0.5));
  }
  // standard deviation / mean < 2 of the counts, in whole numbers
  if (n == 0 || <u64>BINS * p.squares < 5 * n * n) return follow(f, 0, 240 * MINUTE);
  return byBins(f, n);
}

function faascache(i: Instance): u64 {
  const f = i.fn;
  const p = past(f);
  const n = p.count;
  // variance / mean <= 2 of the minutes, in whole numbers
  if (n == 0 || n * p.minutes2 - p.minutes * p.minutes > 2 * n * p.minutes) return follow(f, 0, 120 * MINUTE);
  return byBins(f, n);
}

policy(W.KEEP_HIST, hist);
