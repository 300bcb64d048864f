// The swap engine as the rest of the core sees it: where a task touches pages, what its timer slots mean, when statistics
// begin. After Taiji (arXiv 2511.09936) as far as it is published; granularity, backends, watermarks, workers and the phases
// of switch and upgrade are assumed, parameter by parameter (src/scenario/parameters/memory.ts).
// A touch of a page that is there costs nothing and takes no event. One of a page that is not stops the task as a lock would:
// the vCPU pays for the exit and goes on with others, and the task is made ready when the page is mapped.
// A task's touches up to its first miss are looked up when it starts to run: between that and the instant of the touch such
// a page may go, unseen; the miss itself is looked up again at its instant.

import * as W from "./layout";
import { stretched } from "../../cpu/topology";
import { H, Q, Task, VCpu, isNull } from "../../cpu/state";
import { histogramBytes } from "../../kernel/histogram";
import { HOST_HISTOGRAM_SUB_BITS } from "../../layout";
import { planRun, proceed, stopTask } from "../../cpu/vcpu";
import { COUNT_MASK, advance, pageOf, written } from "./access";
import { armScan, scan } from "./levels";
import { settleSwap } from "./laws";
import { AHEADS, SERVER_SLOTS, onServer, pump, queueFault, spend } from "./servers";
import { afterServer, onUpgrade, waitForUpgrade } from "./upgrade";
import {
  S, Guest, Page, COUNTERS, OUT, COMING, GOING, RESCUED, STATE, AWAY, ACCESSED, DIRTY, AHEAD, DIRECT,
  backendOf, countersOf, guestAt, kindOf, pageAt, pushPage, queueAt, setState, tally, tallyGuest,
} from "./state";

// @ts-ignore: decorator
@inline const NEVER: u64 = 0xffff_ffff_ffff_ffff;

/** A page that is there is used. Such a touch costs a run 10 to 16 ns of processor time, all told (bench, case "fault"; busy machine). */
// @ts-ignore: decorator
@inline
function use(g: Guest, p: Page, word: u64): void {
  let bits = p.word | ACCESSED;
  if (bits & AHEAD) {
    bits &= ~AHEAD;
    tally(W.SWAP_PREFETCH_HITS, 1);
  }
  if ((bits & DIRTY) == 0) bits = written(g, word, bits);
  p.word = bits;
}

// @ts-ignore: decorator
@inline
function isHere(p: Page): bool {
  return (p.word & AWAY) == 0;
}

/** Whether the task may still touch a page. */
// @ts-ignore: decorator
@inline
export function mayTouch(t: Task): bool {
  return S.on != 0 && (t.touch & COUNT_MASK) != 0;
}

/** When the task that `v` runs from startedAt to runsUntil first needs a page that is not there; NEVER when all are. */
export function planTouch(v: VCpu, t: Task): u64 {
  const g = guestAt(v.vm.index);
  v.touchAt = v.startedAt;
  if (S.paused == 2) return v.startedAt;
  let word = t.touch;
  const all = word & COUNT_MASK;
  let done: u64 = 0;
  while (done < all) {
    const p = pageAt(pageOf(g, word));
    if (!isHere(p)) break;
    use(g, p, word);
    word = advance(g, word);
    done++;
  }
  if (done != 0) {
    t.touch = word;
    tallyGuest(g, W.GUEST_TOUCHED, done);
    armScan(g);
  }
  v.touchAt = done == all ? NEVER : v.startedAt + ((v.runsUntil - v.startedAt) * done) / all;
  return v.touchAt;
}

/** `v` goes on with `t`, its own task, from `start` on. */
function goOnAt(v: VCpu, t: Task, start: u64): void {
  v.startedAt = start;
  v.runsUntil = start + (H.varies ? stretched(v, t.remaining) : t.remaining);
  if (mayTouch(t)) planTouch(v, t);
  planRun(v);
}

/** `t`, running on `v`, has come to a touch whose page was missing when it was looked up. */
export function onTouch(v: VCpu, t: Task): void {
  const vm = v.vm;
  const g = guestAt(vm.index);
  stopTask(v);
  const page = pageOf(g, t.touch);
  const p = pageAt(page);
  const here = isHere(p);
  if (S.paused == 2 || (S.paused != 0 && !here)) {
    waitForUpgrade(g, t);
    proceed(v);
    return;
  }
  if (here) {
    v.task = t;
    goOnAt(v, t, H.now);
    return;
  }
  tallyGuest(g, W.GUEST_TOUCHED, 1);
  tallyGuest(g, W.GUEST_FAULTS, 1);
  armScan(g);
  const state = p.word & STATE;
  if (state == GOING && (p.word & DIRECT) == 0) {
    tally(W.SWAP_RESCUED, 1);
    setState(p, RESCUED);
    use(g, p, t.touch);
    t.touch = advance(g, t.touch);
    v.task = t;
    v.switchLeft += S.entry;
    goOnAt(v, t, H.now + S.entry);
    return;
  }
  t.readyAt = H.now;
  t.next = p.waiters;
  p.waiters = t;
  if (state == COMING || !isNull(t.next)) tally(W.SWAP_JOINED, 1);
  else if (state == OUT) {
    queueFault(page, p);
    if (<u32>S.prefetch != 0) readAhead(g, page, p);
    pump();
  }
  v.faultUntil = H.now + S.entry;
  proceed(v);
}

/** The next pages of the block, as long as they are out in the same backend. */
function readAhead(g: Guest, page: u32, p: Page): void {
  const index = page - g.first;
  const end = g.first + min<u32>(g.pages, (index / <u32>S.block + 1) * <u32>S.block);
  for (let next = page + 1; next < end && next <= page + <u32>S.prefetch; next++) {
    const n = pageAt(next);
    if ((n.word & STATE) != OUT || kindOf(n) != kindOf(p)) return;
    n.word = (n.word & ~STATE) | COMING | AHEAD;
    pushPage(queueAt(AHEADS + backendOf(n).device), next);
  }
}

/** A timer slot of the engine. */
export function onSwap(slot: u32): void {
  const which = slot - S.slot;
  if (which >= SERVER_SLOTS) {
    onServer(which - SERVER_SLOTS);
    afterServer();
  } else if (which == 1) {
    const took = scan();
    spend(took);
  } else if (which == 2) onUpgrade();
  pump();
}

/** The warm-up is over. */
export function beginSwapStatistics(): void {
  if (!S.on) return;
  H.status |= settleSwap();
  const waiting = load<u64>(COUNTERS, W.SWAP_WAITING << 3);
  memory.fill(COUNTERS, 0, W.SWAP_OF_BACKENDS << 3);
  store<u64>(COUNTERS, waiting, W.SWAP_WAITING_FIRST << 3);
  for (let k: u32 = 0; k < <u32>W.BACKENDS; k++) {
    const at = countersOf(k);
    const now = load<u64>(at, W.BACKEND_NOW << 3);
    memory.fill(at, 0, W.BACKEND_COUNTERS << 3);
    store<u64>(at, now, W.BACKEND_FIRST << 3);
  }
  memory.fill(S.guestCounters, 0, (<usize>S.guestCount * W.GUEST_COUNTERS) << 3);
  memory.fill(S.histograms, 0, <usize>W.SWAP_HISTOGRAMS * <usize>histogramBytes(HOST_HISTOGRAM_SUB_BITS));
}
