// What instances hold, and for how long: by instance when it changes, and over all when any does. That both are the same is a law.

import * as W from "./layout";
import { NEVER } from "../kernel/event-queue";
import { addProduct } from "../kernel/wide";
import { clock, isNull } from "../cpu/state";
import { ACTIVE, COUNTERS, DORMANT, Fn, Instance, Life, STARTING, fnAt, life, tally, tallyMost } from "./state";

// @ts-ignore: decorator
@inline
function memoryAt(state: u32): usize {
  return changetype<usize>(life) + offsetof<Life>("memory0") + (<usize>state << 3);
}

/** Bytes of all instances of a state. */
// @ts-ignore: decorator
@inline
export function memoryIn(state: u32): u64 {
  return load<u64>(memoryAt(state));
}

// @ts-ignore: decorator
@inline
export function used(): u64 {
  return memoryIn(STARTING) + memoryIn(ACTIVE) + memoryIn(DORMANT);
}

// @ts-ignore: decorator
@inline
function heldBy(i: Instance): u64 {
  return i.fn.memory + i.fn.perRequest * <u64>i.running;
}

/** Which sum the memory-time of a state goes into. */
// @ts-ignore: decorator
@inline
function sumOf(state: u32): usize {
  return COUNTERS + ((state == DORMANT ? W.LIFE_IDLE_LO : state == ACTIVE ? W.LIFE_BUSY_LO : W.LIFE_BOOT_LO) << 3);
}

/** Books what `i` has held since it last changed. */
function book(i: Instance): void {
  const time = clock.now - i.since;
  i.since = clock.now;
  if (time == 0) return;
  const held = heldBy(i);
  addProduct(sumOf(i.state), held, time);
  if (i.state == DORMANT) addProduct(i.fn.counters + (W.FN_IDLE_LO << 3), held, time);
}

/** Books what all have held since that last changed. */
function bookUsed(): void {
  if (life.usedSince == clock.now) return;
  addProduct(COUNTERS + (W.LIFE_USED_LO << 3), used(), clock.now - life.usedSince);
  life.usedSince = clock.now;
}

function change(state: u32, by: u64): void {
  store<u64>(memoryAt(state), memoryIn(state) + by);
}

function peak(): void {
  const now = used();
  tallyMost(W.LIFE_USED_MAX, now);
  if (now > life.budget) life.broken = 1; // NEVER is above all
}

/** A new instance holds its memory. */
export function take(i: Instance): void {
  bookUsed();
  i.since = clock.now;
  change(i.state, i.fn.memory);
  peak();
}

/** The instance goes. */
export function release(i: Instance): void {
  bookUsed();
  book(i);
  change(i.state, 0 - heldBy(i));
}

/** It is in another state from now on. */
export function enterState(i: Instance, state: u32): void {
  book(i);
  const held = heldBy(i);
  change(i.state, 0 - held);
  i.state = state;
  change(state, held);
}

/** One request more, or less, runs on it. */
export function run(i: Instance, more: bool): void {
  bookUsed();
  book(i);
  change(i.state, more ? i.fn.perRequest : 0 - i.fn.perRequest);
  i.running += more ? 1 : -1;
  if (more) peak();
}

/** Statistics begin. */
export function beginMemory(): void {
  life.usedSince = clock.now;
  for (let k: u32 = 0; k < life.fnCount; k++) {
    for (let i = fnAt(k).first; !isNull(i); i = i.sibling) i.since = clock.now;
  }
}

/** Books everything up to now, and recounts it from the instances: false where a law does not hold. */
export function settleMemory(): bool {
  bookUsed();
  let all: u64 = 0;
  let living: u32 = 0;
  let running: u64 = 0;
  for (let k: u32 = 0; k < life.fnCount; k++) {
    const f: Fn = fnAt(k);
    let uses: u64 = 0;
    for (let i = f.first; !isNull(i); i = i.sibling) {
      book(i);
      all += heldBy(i);
      running += <u64>i.running;
      uses += <u64>i.uses;
      living++;
      if ((i.state == DORMANT) != (i.running == 0) && i.state != STARTING) return false;
    }
    if (uses != f.usesSum) return false;
  }
  const at = COUNTERS;
  const low = load<u64>(at, W.LIFE_IDLE_LO << 3);
  const busy = load<u64>(at, W.LIFE_BUSY_LO << 3);
  const boot = load<u64>(at, W.LIFE_BOOT_LO << 3);
  const two = low + busy;
  const three = two + boot;
  const high = load<u64>(at, W.LIFE_IDLE_HI << 3) + load<u64>(at, W.LIFE_BUSY_HI << 3) + load<u64>(at, W.LIFE_BOOT_HI << 3)
    + u64(two < low) + u64(three < two);
  if (three != load<u64>(at, W.LIFE_USED_LO << 3) || high != load<u64>(at, W.LIFE_USED_HI << 3)) return false;
  return all == used() && living == life.living && running == load<u64>(at, W.LIFE_UNDER_WAY << 3)
    && (life.budget == NEVER || all <= life.budget) && life.broken == 0;
}

/** Requests given and not ended. */
// @ts-ignore: decorator
@inline
export function underWay(by: u64): void {
  tally(W.LIFE_UNDER_WAY, by);
}
