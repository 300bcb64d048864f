// Touches of pages that are there, made without events. Each happens at its own instant in the model, and nobody can tell the
// difference: when a task begins to run, its touches up to the first page that is missing are noted, and they are made when
// somebody could see whether they have been: at the task's end or stop, before a scan, before a victim is looked for.

import { S, Guest, ACCESSED, FRESH, tally, DIRTY, MISSING, guestIn, marksOf, mark, tallyGuest } from "./state";
import { restOf } from "./moving";
import * as W from "./layout";
import { written, COUNT_MASK, spreadOf, touchesOf, pageOf, advance, advanceDrawn, isUniform, uniformPage } from "./access";
import { VCpu, H, Q, coreAt, Task, clock } from "../../cpu/state";
import { RANK_TOUCH, RANK_SAMPLE, NEVER } from "../../kernel/event-queue";
import { armScan } from "./scan-due";
import { readAhead } from "../../kernel/ahead";

// @ts-ignore: decorator
@inline const AHEAD_MAX: u32 = 10; // touches noted at once; more are looked up when these are made
// @ts-ignore: decorator
@inline export const PLAN_BYTES: usize = 256; // a core

/** What the task on one core will touch, if nothing leaves: a list of touches behind it. */
@unmanaged
class Plan {
  next: u16; //   the first that is not made yet
  count: u16;
  event: u32; //  the number of events at which it was made, modulo 2^32
  after: u64; //  the task's word behind the last
}

@unmanaged
class Planned {
  at: u64;
  word: u64;
  page: u32;
  pad: u32;
}

// @ts-ignore: decorator
@inline
export function planOn(core: u32): Plan {
  return changetype<Plan>(S.plans + <usize>core * PLAN_BYTES);
}

// @ts-ignore: decorator
@inline
export function plannedAt(plan: Plan, index: u32): Planned {
  return changetype<Planned>(changetype<usize>(plan) + offsetof<Plan>() + <usize>index * <usize>offsetof<Planned>());
}

// touches not made yet on each core, side by side, so that looking over all cores reads one or two cache lines
// @ts-ignore: decorator
@inline
export function left(core: u32): u32 {
  return load<u8>(S.planLeft + core);
}

/** The same of `core` and the three behind it, a byte each; the room behind the last core is empty. */
// @ts-ignore: decorator
@inline
export function leftOfFour(core: u32): u32 {
  return load<u32>(S.planLeft + core);
}

// @ts-ignore: decorator
@inline
export function firstOf(some: u32): u32 {
  return ctz<u32>(some) >> 3;
}

// @ts-ignore: decorator
@inline
export function behindFirst(some: u32): u32 {
  return some & (<u32>-256 << (ctz<u32>(some) & 24));
}

/** A page that is there is used. Such a touch costs a run 10 to 25 ns of processor time, all told (bench, case "fault"; busy machine). */
// @ts-ignore: decorator
@inline
export function use(g: Guest, page: u32, word: u64): void {
  let marks = marksOf(page) | ACCESSED;
  if (marks & FRESH) {
    marks &= ~FRESH;
    tally(W.SWAP_PREFETCH_HITS, 1);
  }
  if ((marks & DIRTY) == 0) marks = written(g, word, marks);
  mark(page, marks);
}

// @ts-ignore: decorator
@inline
export function isHere(page: u32): bool {
  return (marksOf(page) & MISSING) == 0;
}

/**
 * Touches of `v` before that instant come before what happens now: the order of docs/model/order.md. What this very event has planned for
 * now comes behind it.
 */
// @ts-ignore: decorator
@inline
function bound(v: VCpu, plan: Plan): u64 {
  if (S.rearranged || (plan.event == <u32>clock.events && Q.rank <= <u32>RANK_SAMPLE)) return clock.now;
  // without a branch: of what kind this event is nobody can foresee
  return clock.now + <u64>(u32(Q.rank > <u32>RANK_TOUCH) | (u32(Q.rank == <u32>RANK_TOUCH) & u32(v.slot <= Q.slot)));
}

/** Touches on `core` that come before what happens now are made. */
function make(core: u32): void {
  const plan = planOn(core);
  const v = coreAt(core).vcpu;
  const g = guestIn(v.vm);
  const before = bound(v, plan);
  const from = <u32>plan.next;
  let i = from;
  while (i < <u32>plan.count) {
    const touch = plannedAt(plan, i);
    if (touch.at >= before) break;
    use(g, touch.page, touch.word);
    i++;
  }
  if (i == from) return;
  plan.next = <u16>i;
  v.task.touch = i < <u32>plan.count ? plannedAt(plan, i).word : plan.after;
  store<u8>(S.planLeft + core, <u8>(<u32>plan.count - i));
  tallyGuest(g, W.GUEST_TOUCHED, i - from);
  g.touched = 1;
  S.touched = 1;
}

/** The same on all cores. */
export function makeTouches(): void {
  const n = H.coreCount;
  for (let core: u32 = 0; core < n; core += 4) {
    for (let some = leftOfFour(core); some != 0; some = behindFirst(some)) make(core + firstOf(some));
  }
}

/** A fork begins: what was touched up to and including now has been. */
export function beginRearranging(): void {
  if (S.on == 0) return;
  makeTouches();
  S.rearranged = 1;
}

export function endRearranging(): void {
  S.rearranged = 0;
}

/** `v` stops running its task: the touches to come it makes when it runs again. */
// @ts-ignore: decorator
@inline
export function endTouches(v: VCpu): void {
  if (S.on == 0) return;
  const core = v.core.index;
  if (left(core) == 0) return;
  make(core);
  store<u8>(S.planLeft + core, 0);
}

/** Whether the task may still touch a page. */
// @ts-ignore: decorator
@inline
export function mayTouch(t: Task): bool {
  return S.on != 0 && (t.touch & COUNT_MASK) != 0;
}

/** Whether the task on `v` has made a touch; of one that comes to its first instruction now, whether it has come to more than that. */
// @ts-ignore: decorator
@inline
export function hasTouched(v: VCpu, t: Task): bool {
  return S.on != 0 && touchesOf(guestIn(v.vm), t.touch) != (t.touch & COUNT_MASK);
}

/** Of the plan of `core`: its first `count` touches are to be noted; the one behind them is `after`. */
// @ts-ignore: decorator
@inline
function keep(plan: Plan, core: u32, count: u32, after: u64): void {
  plan.next = 0;
  plan.count = <u16>count;
  plan.event = <u32>clock.events;
  plan.after = after;
  store<u8>(S.planLeft + core, <u8>count);
  if (S.scanArmed == 0) {
    if (count != 0) armScan();
  }
}

/**
 * When the task that `v` runs from startedAt to runsUntil, with `remaining` left at startedAt, comes to a touch that is an event: of a
 * page that is not there, or when so many are noted already. NEVER when all are there.
 */
export function planTouch(v: VCpu, t: Task): u64 {
  const core = v.core.index;
  if (left(core) != 0) make(core);
  const g = guestIn(v.vm);
  const plan = planOn(core);
  const spread = spreadOf(v.vm, t);
  const done = spread - t.remaining;
  let word = t.touch;
  let togo = word & COUNT_MASK;
  let i: u32 = 0;
  let at = NEVER;
  let missing: u32 = 0;
  if (togo != 0) {
    // positions ⌊k × spread / n⌋ one after the other, by one division
    const n = touchesOf(g, word);
    let position: u64 = 0;
    let step: u64 = 0;
    let rest: u64 = 0;
    let part: u64 = 0;
    if (n != 1) {
      step = spread / n;
      rest = spread - step * n;
      const k = n - togo;
      if (k != 0) {
        const more = (rest * k) / n;
        part = rest * k - more * n;
        position = step * k + more;
      }
    }
    const stops = S.paused == 2 || spread == 0;
    // read once: for all that the compiler knows the plan lies where they do
    const uniform = isUniform(g);
    const first = g.first;
    const hot = <u64>g.hot;
    const varies = H.varies;
    const started = v.startedAt;
    while (true) {
      at = varies ? instantOf(v, position, done) : started + <u64>max<i64>(<i64>(position - done), 0);
      if (stops) break;
      const page = uniform ? uniformPage(first, hot, word) : pageOf(g, word, t.arrivedAt);
      if (i == AHEAD_MAX || !isHere(page)) {
        missing = page;
        break;
      }
      const touch = plannedAt(plan, i++);
      touch.at = at;
      touch.word = word;
      touch.page = page;
      word = uniform ? advanceDrawn(word) : advance(g, word);
      if (--togo == 0) {
        at = NEVER;
        break;
      }
      position += step;
      part += rest;
      if (part >= n) {
        part -= n;
        position++;
      }
    }
  }
  keep(plan, core, i, word);
  v.touchAt = at;
  v.touchPage = missing;
  readAhead(restOf(missing)); // by the fault, which comes next; of no page it is 0
  return at;
}

/** When so much work of the task is done, at whatever speed. */
// @ts-ignore: decorator
@inline
function instantOf(v: VCpu, position: u64, done: u64): u64 {
  if (<i64>(position - done) <= 0) return v.startedAt; // done: below 0 while the access of the first touch is under way
  return v.startedAt + <u64>(<i64>Math.ceil(<f64>(<i64>(position - done)) / v.speed));
}

/** After how much work the touch is due. */
// @ts-ignore: decorator
@inline
export function positionOf(g: Guest, word: u64, spread: u64): u64 {
  const n = touchesOf(g, word);
  const k = n - (word & COUNT_MASK);
  if (k == 0) return 0;
  return (spread / n) * k + ((spread % n) * k) / n;
}
