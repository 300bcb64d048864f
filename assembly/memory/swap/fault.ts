// The swap engine as the rest of the core sees it: where a task touches pages, what its timer slots mean, when statistics
// begin. After Taiji (arXiv 2511.09936) as far as it is published; granularity, backends, watermarks, workers and the phases
// of switch and upgrade are assumed, parameter by parameter (src/swap/parameters.ts). The rules: docs/model/memory.md.
// A touch of a page that is there costs nothing and takes no event (plan.ts). One of a page that is not stops the task as a lock would:
// the vCPU pays for the exit and goes on with others; when the exit is over the fault queues, and the task is made ready when the page
// is mapped.

import * as W from "../pages/layout";
import { takeSequence, scheduleAt, isPending, RANK_FAULT } from "../../kernel/event-queue";
import { stretched, workDone } from "../../cpu/speed";
import { VCpu, Task, H, Q, RUNNING, isNull, nothing, clock } from "../../cpu/state";
import { histogramBytes } from "../../kernel/histogram";
import { E_EXITS, HOST_HISTOGRAM_SUB_BITS } from "../../layout";
import { planRun } from "../../cpu/guest/plan";
import { proceed } from "../../cpu/guest/loop";
import { makeReady } from "../../cpu/guest/dispatch";
import { pageOf, spreadOf, advance } from "../pages/access";
import { onBudget } from "./budget";
import { armScan } from "../pages/scan-due";
import { scan } from "./scan";
import { settleSwap } from "./laws";
import { needPage, AHEADS, OUTS, queueFault, promote } from "./frames";
import { pump, leaveServer, endFault, onServer, onMapped, onUnmapped } from "./servers";
import { endTouches, isHere, planTouch, positionOf, use } from "../pages/touch";
import { readInPlace } from "./tier";
import { waitAtTouch, waitAtFault, onUpgrade, quiesced } from "./upgrade";
import {
  guestAt, guestIn, vmOf, S, tallyGuest, STATE, DIRECT, GOING, tally, setState, RESCUED, OUT, backendOf, queueAt, Exit, Guest, Page, exitAt,
  EXIT_SLOT, RESIDENT, AHEAD, FRESH, MISSING, mark, marksOf, GUEST_SHIFT_BITS, COMING, SERVED, QUEUED, kindOf, SERVER_SLOTS, MAP_SLOT,
  UNMAP_SLOT, SCAN_SLOT, BUDGET_SLOT, UPGRADE_SLOT, COUNTERS, countersOf, isTiered,
} from "../pages/state";
import { pageAt, wordOf, beginMove, pushPage } from "../pages/moving";

/** `t`, running on `v`, has come to a touch that is an event. */
export function onTouch(v: VCpu, t: Task): void {
  const vm = v.vm;
  const g = guestIn(vm);
  endTouches(v); // those before this one
  const page = v.touchPage != 0 ? v.touchPage : pageOf(g, t.touch, t.arrivedAt);
  const word = wordOf(page);
  const here = isHere(page);
  if (here && S.paused != 2) {
    // it has come meanwhile, or could not be noted before
    touched(g, page, t);
    planTouch(v, t);
    planRun(v);
    return;
  }
  if (S.paused != 2 && isTiered(word)) {
    if (readInPlace(v, t, g, page)) pump();
    return;
  }
  // as any task that is stopped: it has begun, its touches before are made, and its event has been taken
  assert(v.state == RUNNING && v.switching == 0 && clock.now >= v.startedAt && !isPending(Q, v.slot));
  v.task = nothing<Task>();
  if (H.varies) {
    // to the nanosecond, whatever the speed was
    const spread = spreadOf(vm, t);
    t.remaining = min<u64>(t.remaining - workDone(v, t), spread - positionOf(g, t.touch, spread));
  } else t.remaining -= clock.now - v.startedAt;
  if (S.paused == 2 || (S.paused != 0 && !here)) {
    waitAtTouch(g, t);
    proceed(v);
    return;
  }
  tallyGuest(g, W.GUEST_FAULTS, 1);
  armScan();
  S.touched = 1;
  if ((word & (STATE | DIRECT)) == GOING) {
    rescue(page, pageAt(page));
    touched(g, page, t);
    v.task = t;
    v.switchLeft += S.entry;
    v.startedAt = clock.now + S.entry;
    v.faultUntil = v.startedAt; // nothing is switched to before
    v.runsUntil = v.startedAt + (H.varies ? stretched(v, t.remaining) : t.remaining);
    v.endPlace = takeSequence(Q);
    planTouch(v, t);
    planRun(v);
    return;
  }
  tallyGuest(g, W.GUEST_TOUCHED, 1);
  t.readyAt = clock.now;
  v.faultUntil = clock.now + S.entry;
  const own = (word & STATE) == OUT;
  if (own) needPage(page);
  if (S.entry != 0) beginExit(t, word >> GUEST_SHIFT_BITS, page, u32(own));
  else leaveGuest(t, g, page, u32(own));
  if (S.entry == 0) pump();
  else if (own && wantsWork()) {
    // what the touch alone lets begin is no fault; it leaves a server to this one
    leaveServer(backendOf(word).device, 1);
    pump();
    leaveServer(backendOf(word).device, 0);
  }
  proceed(v);
}

/** Whether there is work that is no fault's. */
// @ts-ignore: decorator
@inline
function wantsWork(): bool {
  return (S.reclaiming | S.quotaReclaims | queueAt(AHEADS).head | queueAt(AHEADS + 1).head | queueAt(OUTS).head) != 0;
}

/** The page stays, though its copy is being made. */
function rescue(page: u32, p: Page): void {
  tally(W.SWAP_RESCUED, 1);
  setState(p, RESCUED);
  mark(page, marksOf(page) & ~MISSING);
}

/** A touch of a page that is there, now. */
function touched(g: Guest, page: u32, t: Task): void {
  usePage(g, page, t);
  tallyGuest(g, W.GUEST_TOUCHED, 1);
}

function usePage(g: Guest, page: u32, t: Task): void {
  armScan();
  S.touched = 1;
  g.touched = 1;
  use(g, page, t.touch);
  t.touch = advance(g, t.touch);
}

// --- the exit of a fault ------------------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline
function turn(index: u32): u32 {
  return index < S.exitsMax ? index : index - S.exitsMax;
}

/** `t` waits for `page`, but first the guest is left, which takes every fault the same time. */
export function beginExit(t: Task, guest: u32, page: u32, own: u32): void {
  if (S.exitCount == S.exitsMax) {
    clock.status = E_EXITS;
    return;
  }
  const exit = exitAt(turn(S.exitFirst + S.exitCount));
  exit.task = t;
  exit.guest = guest;
  exit.page = page;
  exit.own = own;
  if (S.exitCount++ == 0) scheduleAt(Q, S.slot + EXIT_SLOT, clock.now + S.entry, RANK_FAULT, takeSequence(Q));
}

/** The first fault on its way has left the guest: its record, which is another's before long. */
// @ts-ignore: decorator
@inline
export function takeExit(): Exit {
  const exit = exitAt(S.exitFirst);
  S.exitFirst = turn(S.exitFirst + 1);
  if (--S.exitCount != 0) scheduleAt(Q, S.slot + EXIT_SLOT, exitAt(S.exitFirst).task.readyAt + S.entry, RANK_FAULT, takeSequence(Q));
  return exit;
}

function onExit(): void {
  const exit = takeExit();
  leaveGuest(exit.task, guestAt(exit.guest), exit.page, exit.own);
}

/** What `t` finds where it needs `page`, now that it has left the guest. */
export function leaveGuest(t: Task, g: Guest, page: u32, own: u32): void {
  const word = wordOf(page);
  const state = word & STATE;
  if (state == RESIDENT || state == RESCUED) {
    tally(W.SWAP_JOINED, 1);
    mark(page, marksOf(page) & ~FRESH);
    endFault(g, page, t, W.SWAP_HISTOGRAM_JOINED);
    return;
  }
  if ((word & (STATE | DIRECT)) == GOING) {
    rescue(page, pageAt(page));
    usePage(g, page, t);
    makeReady(vmOf(word >> GUEST_SHIFT_BITS, t), t);
    return;
  }
  const p = state == OUT ? needPage(page) : pageAt(page);
  if (own == 0 && state != OUT && (state == COMING || !isNull(p.waiters))) tally(W.SWAP_JOINED, 1);
  t.next = p.waiters;
  p.waiters = t;
  if (S.paused && (p.word & SERVED) == 0) waitAtFault();
  if (own || state == OUT) {
    queueFault(page, p);
    if (<u32>S.prefetch != 0) readAhead(g, page, p);
  } else if (state == COMING && (p.word & (AHEAD | QUEUED | SERVED)) == AHEAD) promote(page, p);
}

/** The next pages of the block, as long as they are out in the same backend. */
function readAhead(g: Guest, page: u32, p: Page): void {
  const index = page - g.first;
  const end = g.first + min<u32>(g.pages, (index / <u32>S.block + 1) * <u32>S.block);
  for (let next = page + 1; next < end && next <= page + <u32>S.prefetch; next++) {
    const word = wordOf(next);
    if ((word & STATE) != OUT || kindOf(word) != kindOf(p.word)) return;
    beginMove(next, COMING | AHEAD);
    pushPage(queueAt(AHEADS + backendOf(word).device), next);
  }
}

// --- events ---------------------------------------------------------------------------------------------------------

/** The event of slot `which` of the engine. */
export function onSlot(which: u32): void {
  if (which >= SERVER_SLOTS) onServer(which - SERVER_SLOTS);
  else if (which == EXIT_SLOT) onExit();
  else if (which == MAP_SLOT) onMapped();
  else if (which == UNMAP_SLOT) onUnmapped();
  else if (which == SCAN_SLOT) scan();
  else if (which == BUDGET_SLOT) onBudget();
  else if (which == UPGRADE_SLOT) onUpgrade();
  if (S.phase != 0) quiesced();
  // of an upgrade only its end lets anything begin
  if (which != UPGRADE_SLOT || S.phase == 0) pump();
}

/** The warm-up is over. */
export function beginStatistics(): void {
  clock.status |= settleSwap();
  const waiting = load<u64>(COUNTERS, W.SWAP_WAITING << 3);
  const underWay = load<u64>(COUNTERS, W.SWAP_UNDER_WAY << 3);
  const queuedUp = load<u64>(COUNTERS, W.SWAP_QUEUED_UP << 3);
  memory.fill(COUNTERS, 0, W.SWAP_OF_BACKENDS << 3);
  store<u64>(COUNTERS, waiting, W.SWAP_WAITING_FIRST << 3);
  store<u64>(COUNTERS, underWay, W.SWAP_UNDER_WAY_FIRST << 3);
  store<u64>(COUNTERS, queuedUp, W.SWAP_QUEUED_UP_FIRST << 3);
  for (let k: u32 = 0; k < <u32>W.BACKENDS; k++) {
    const at = countersOf(k);
    const now = load<u64>(at, W.BACKEND_NOW << 3);
    memory.fill(at, 0, W.BACKEND_COUNTERS << 3);
    store<u64>(at, now, W.BACKEND_FIRST << 3);
  }
  memory.fill(S.guestCounters, 0, (<usize>S.guestCount * W.GUEST_COUNTERS) << 3);
  memory.fill(S.histograms, 0, <usize>W.SWAP_HISTOGRAMS * <usize>histogramBytes(HOST_HISTOGRAM_SUB_BITS));
}
