// Which pages a task touches: its VM's working-set model. A task carries a word from which its touches follow one after
// the other, fixed by its request's place among its VM's arrivals, so that runs under different mechanisms touch the same pages.
// Its touches are spread evenly over the phase of its service in which it starts.
//
//   uniform, zipf   the hot part; a share of touches goes to the cold part, uniformly
//   scan            one page after the other, over the hot part
//   trace           page numbers from a table, over and over
// The hot part may move on by phases, under all but trace.
//
// Zipf by 1024 ranks at equal steps of probability, taken from x^-s integrated over half a rank to either side and linear in
// between: up to exponent 1 the first rank gets up to 10 % more than Zipf's law gives it, all others less than 3 %; beyond, more.

import * as W from "./layout";
import { allocate } from "../../kernel/arena";
import { pow } from "../../kernel/math";
import { unit, mix, next } from "../../kernel/random";
import { Vm, Task, TASK_BEFORE_LOCK } from "../../cpu/state";
import { Guest, guestIn, DIRTY } from "./state";

// a task's word: 51 bits from which its next touch follows, one that says that it touches a page more than the whole part of
// the mean, 12 that count the touches it still makes
// @ts-ignore: decorator
@inline const FROM: u64 = 13;
// @ts-ignore: decorator
@inline const MORE: u64 = 0x1000;
// @ts-ignore: decorator
@inline export const COUNT_MASK: u64 = 0xfff;
// @ts-ignore: decorator
@inline const STEPS: u32 = 1024;
// @ts-ignore: decorator
@inline const GOLDEN: u64 = 0x9e3779b97f4a7c15;

/** How many pages a task touches whose draw is `draws`. */
// @ts-ignore: decorator
@inline
function drawCount(g: Guest, draws: u64): u64 {
  return min<u64>(<u64>(g.touches + unit(mix(draws + GOLDEN))), COUNT_MASK);
}

/**
 * Decides what the new task will touch. `draws` 0: from the VM's own stream (requests of one task), else by the request's, which
 * has taken its places in the order of touches as a whole.
 */
export function beginTouches(vm: Vm, t: Task, draws: u64): void {
  const g = guestIn(vm);
  t.touch = 0;
  if (g.pages == 0) return;
  if (draws == 0) draws = next(changetype<usize>(g) + offsetof<Guest>("stream0"));
  const n = drawCount(g, draws);
  if (<i32>g.pattern >= W.PATTERN_SCAN) {
    const r = t.request;
    if (changetype<usize>(r) != 0) {
      draws = r.touch;
      r.touch += n;
    } else {
      draws = g.cursor;
      g.cursor += n;
    }
  }
  t.touch = (draws << FROM) | (n > <u64>g.touches ? MORE : 0) | n;
}

/** The word of a task that makes `count` touches, of a scan from position `from` on. */
export function inTurn(from: u64, count: u64): u64 {
  return (from << FROM) | count;
}

/** Whether touches of the VM's requests follow one another, so that each has its place. */
export function inOrder(vm: Vm): bool {
  const g = guestIn(vm);
  return g.pages != 0 && <i32>g.pattern >= W.PATTERN_SCAN;
}

/** As many places in the order of touches as a task has that draws `draws`; answers the first. */
export function reservePlaces(vm: Vm, draws: u64): u64 {
  const g = guestIn(vm);
  const place = g.cursor;
  g.cursor += drawCount(g, draws);
  return place;
}

/** How many pages the task with that word touches in all. */
// @ts-ignore: decorator
@inline
export function touchesOf(g: Guest, word: u64): u64 {
  return min<u64>(<u64>g.touches + ((word & MORE) >> 12), COUNT_MASK);
}

/** Over how much of its service the task's touches are spread: what lies before its critical section, or all. */
// @ts-ignore: decorator
@inline
export function spreadOf(vm: Vm, t: Task): u64 {
  return t.flags & TASK_BEFORE_LOCK ? t.service - min<u64>(vm.lockHold, t.service) - t.afterLock : t.service;
}

/** A word that has come to `next`, and makes one touch less. */
// @ts-ignore: decorator
@inline
function counted(next: u64, word: u64): u64 {
  return (next & ~(MORE | COUNT_MASK)) | (word & MORE) | ((word & COUNT_MASK) - 1);
}

/** A task's word behind a touch; it must have one left. */
export function advance(g: Guest, word: u64): u64 {
  return counted(<i32>g.pattern >= W.PATTERN_SCAN ? word + (1 << FROM) : mix(word + GOLDEN), word);
}

/** A page's marks behind a touch: whether it writes nobody can foresee, so it is selected without a branch. */
// @ts-ignore: decorator
@inline
export function written(g: Guest, word: u64, marks: u32): u32 {
  return select<u32>(marks | DIRTY, marks, unit(mix((word >> FROM) ^ GOLDEN)) < g.writes);
}

/** Whether touches go to the hot part, each page of which is as likely as the others. */
// @ts-ignore: decorator
@inline
export function isUniform(g: Guest): bool {
  return g.pattern == W.PATTERN_UNIFORM && g.phase == 0 && !(g.coldTouches > 0);
}

/** The page that a touch of such a guest goes to. */
// @ts-ignore: decorator
@inline
export function uniformPage(first: u32, hot: u64, word: u64): u32 {
  return first + <u32>(((mix(word >> FROM) & 0xffff_ffff) * hot) >> 32);
}

/** The word of a task behind a touch whose page is drawn. */
// @ts-ignore: decorator
@inline
export function advanceDrawn(word: u64): u64 {
  return counted(mix(word + GOLDEN), word);
}

/** The page that a touch goes to, of a request that arrived at `arrivedAt`. */
export function pageOf(g: Guest, word: u64, arrivedAt: u64): u32 {
  let index: u64;
  const position = word >> FROM;
  if (g.pattern == W.PATTERN_SCAN) index = position % <u64>g.hot;
  else if (g.pattern == W.PATTERN_TRACE) return g.first + <u32>load<f64>(g.trace + (<usize>(position % g.traceLength) << 3));
  else {
    // the low half decides where in the part, the high half which part
    const where = mix(position);
    const low = where & 0xffff_ffff;
    if (g.coldTouches > 0 && <f64>(<u32>(where >> 32)) < g.coldTouches * 4294967296.0) {
      index = <u64>g.hot + ((low * <u64>(g.pages - g.hot)) >> 32);
    } else if (g.pattern == W.PATTERN_ZIPF) {
      const step = g.ranks + (<usize>(low >> 22) << 3);
      const from = load<f64>(step);
      index = min<u64>(<u64>(from + (load<f64>(step, 8) - from) * (<f64>(<u32>low & 0x3f_ffff) * (1.0 / 4194304.0))), g.hot - 1);
    } else index = (low * <u64>g.hot) >> 32;
  }
  if (g.phase != 0) index = (index + (arrivedAt / g.phase) * g.shift) % <u64>g.pages;
  return g.first + <u32>index;
}

/** Ranks at equal steps of probability of x^-s over [1/2, n + 1/2]; less 1/2, so that rounding down gives an index. False: no memory. */
export function layRanks(g: Guest, exponent: f64): bool {
  g.ranks = allocate((STEPS + 1) << 3);
  if (g.ranks == 0) return false;
  const n = <f64>g.hot;
  // x^q instead of log x at exponent 1: the ranks differ by less than one in a million
  let q = 1 - exponent;
  if (q < 1e-6 && q > -1e-6) q = 1e-6;
  const low = pow(0.5, q);
  const step = (pow(n + 0.5, q) - low) / <f64>STEPS;
  for (let i: u32 = 0; i <= STEPS; i++) {
    const x = pow(low + step * <f64>i, 1 / q);
    store<f64>(g.ranks + (<usize>i << 3), max<f64>(0, min<f64>(x - 0.5, n)));
  }
  return true;
}
