// What must hold of functions whenever a result is asked for, and when statistics begin. Samples of the memory.

import * as L from "../layout";
import * as W from "./layout";
import { RANK_SAMPLE, schedule } from "../kernel/event-queue";
import { resetHistogram } from "../kernel/histogram";
import { Q, clock } from "../cpu/state";
import { histogram } from "./instances";
import { beginMemory, memoryIn, settleMemory, used } from "./memory";
import { ACTIVE, COUNTERS, DORMANT, SLOT_LIFE_SAMPLE, STARTING, fnAt, life } from "./state";

// @ts-ignore: decorator
@inline
function put(counter: usize, value: u64): void {
  store<u64>(COUNTERS + (counter << 3), value);
}

/** Arrived = served by every tier + dropped + timed out + those that wait: of the counters at `at`. */
function accounted(at: usize, first: usize, dropped: usize, timedOut: usize, waiting: usize): bool {
  let all = load<u64>(at + (dropped << 3)) + load<u64>(at + (timedOut << 3)) + load<u64>(at + (waiting << 3));
  for (let k: usize = 0; k < <usize>W.TIERS_SERVED; k++) all += load<u64>(at + ((first + k) << 3));
  return load<u64>(at) == all;
}

/** Answers 0 or E_CONSERVATION. */
export function settleLife(): u32 {
  put(W.LIFE_USED, used());
  put(W.LIFE_INSTANCES, <u64>life.living);
  put(W.LIFE_SAMPLES, <u64>life.sampleCount);
  put(W.LIFE_SAMPLE_NS, life.sampleInterval);
  let holds = settleMemory() && accounted(COUNTERS, W.LIFE_SERVED, W.LIFE_DROPPED, W.LIFE_TIMED_OUT, W.LIFE_WAITING);
  let arrived: u64 = 0;
  let completed: u64 = 0;
  for (let k: u32 = 0; k < life.fnCount; k++) {
    const at = fnAt(k).counters;
    holds = holds && accounted(at, W.FN_SERVED, W.FN_DROPPED, W.FN_TIMED_OUT, W.FN_WAITING);
    arrived += load<u64>(at, W.FN_ARRIVED << 3);
    completed += load<u64>(at, W.FN_COMPLETED << 3);
  }
  holds = holds && arrived == load<u64>(COUNTERS, W.LIFE_ARRIVED << 3) && completed == load<u64>(COUNTERS, W.LIFE_COMPLETED << 3);
  return holds ? 0 : L.E_CONSERVATION;
}

/** The warm-up is over: requests that wait have arrived anew, those under way are nobody's of this time. */
export function beginLife(): void {
  const waiting = load<u64>(COUNTERS, W.LIFE_WAITING << 3);
  const underWay = load<u64>(COUNTERS, W.LIFE_UNDER_WAY << 3);
  memory.fill(COUNTERS, 0, W.LIFE_COUNTERS << 3);
  put(W.LIFE_WAITING, waiting);
  put(W.LIFE_WAITING_MAX, waiting);
  put(W.LIFE_ARRIVED, waiting);
  put(W.LIFE_UNDER_WAY, underWay);
  put(W.LIFE_USED_MAX, used());
  put(W.LIFE_INSTANCES_MAX, <u64>life.living);
  put(W.LIFE_SLOTS_MAX, <u64>life.slotsUsed);
  for (let k: u32 = 0; k < life.fnCount; k++) {
    const f = fnAt(k);
    const at = f.counters;
    const waits = load<u64>(at, W.FN_WAITING << 3);
    const runs = load<u64>(at, W.FN_UNDER_WAY << 3);
    memory.fill(at, 0, W.FN_COUNTERS << 3);
    store<u64>(at, waits, W.FN_WAITING << 3);
    store<u64>(at, waits, W.FN_ARRIVED << 3);
    store<u64>(at, runs, W.FN_UNDER_WAY << 3);
    store<u64>(at, <u64>f.instances, W.FN_INSTANCES_MAX << 3);
  }
  for (let k: usize = 0; k < <usize>W.LIFE_HISTOGRAMS; k++) resetHistogram(histogram(k), L.HOST_HISTOGRAM_SUB_BITS);
  beginMemory();
}

/** One sample of what is held; where there is no room, every second goes, and the next come half as often. */
export function onLifeSample(): void {
  const row: usize = W.SAMPLE_VALUES << 3;
  const at = life.samples + <usize>life.sampleCount * row;
  store<u64>(at, clock.now, W.SAMPLE_TIME << 3);
  store<u64>(at, memoryIn(DORMANT), W.SAMPLE_IDLE << 3);
  store<u64>(at, memoryIn(ACTIVE), W.SAMPLE_BUSY << 3);
  store<u64>(at, memoryIn(STARTING), W.SAMPLE_BOOT << 3);
  store<u64>(at, <u64>life.living, W.SAMPLE_INSTANCES << 3);
  if (++life.sampleCount == <u32>W.SAMPLES) {
    life.sampleCount >>= 1;
    life.sampleInterval <<= 1;
    for (let k: usize = 0; k < <usize>life.sampleCount; k++) memory.copy(life.samples + k * row, life.samples + (2 * k + 1) * row, row);
  }
  schedule(Q, life.slot + SLOT_LIFE_SAMPLE, clock.now + life.sampleInterval, RANK_SAMPLE);
}
