// Hot-switch and hot-upgrade as timed phases:
//
//   PREPARE ──→ QUIESCE ──→ TRANSFER ──→ SWITCH ──→ done
//      │ fails                 │ fails
//      └────────→ ROLLBACK ←───┘           as before
//
// From QUIESCE on the layer is paused: nothing new starts moving, what is on its way ends, and accesses wait and are counted:
// every one in a hot-switch (the running system becomes a guest), faults only in a hot-upgrade, those that are queued too. A failure
// before the switch rolls back. No duration is published: all are parameters. A task that has made its last touch runs on.

import * as W from "../pages/layout";
import { schedule, RANK_SERVE } from "../../kernel/event-queue";
import { Q, Task, nothing, isNull, clock } from "../../cpu/state";
import { makeReady } from "../../cpu/guest/dispatch";
import { makeTouches } from "../pages/touch";
import { forgetAll } from "./plan";
import { FAULTS, VICTIMS, UNMAPPING, MAPPING, allOf } from "./frames";
import {
  S, UPGRADE_SLOT, tally, add, Guest, note, tallyGuest, Page, guestOf, PageQueue, queueAt, serverAt, STATE, GOING, guestAt, vmOf,
} from "../pages/state";
import { pageAt } from "../pages/moving";

// @ts-ignore: decorator
@inline const NONE: u32 = 0;
// @ts-ignore: decorator
@inline const PREPARE: u32 = 1;
// @ts-ignore: decorator
@inline const QUIESCE: u32 = 2;
// @ts-ignore: decorator
@inline const TRANSFER: u32 = 3;
// @ts-ignore: decorator
@inline const SWITCH: u32 = 4;
// @ts-ignore: decorator
@inline const ROLLBACK: u32 = 5;

// @ts-ignore: decorator
@inline
function setting(which: usize): u64 {
  return <u64>load<f64>(S.upgradeWords + ((<usize>S.upgrade * W.UPGRADE_WORDS + which) << 3));
}

// @ts-ignore: decorator
@inline
function outcome(which: usize): usize {
  return S.upgradeCounters + ((<usize>S.upgrade * W.UPGRADE_COUNTERS + which) << 3);
}

function enter(phase: u32, ns: u64): void {
  S.phase = phase;
  if (ns == 0) onUpgrade();
  else schedule(Q, S.slot + UPGRADE_SLOT, clock.now + ns, RANK_SERVE);
}

/** Plans the next upgrade, at its time or now if that has passed. */
export function planUpgrade(): void {
  if (S.upgrade < <u32>S.upgrades) schedule(Q, S.slot + UPGRADE_SLOT, max<u64>(clock.now, setting(W.UPGRADE_AT)), RANK_SERVE);
}

/** An access waits for the end of the pause: here one whose fault waits. */
export function waitAtFault(): void {
  tally(W.SWAP_PAUSE_WAITS, 1);
  add(outcome(W.UPGRADE_WAITED), 0, 1);
}

/** `t` has come to a touch while the layer is paused. */
export function waitAtTouch(g: Guest, t: Task): void {
  waitAtFault();
  t.readyAt = clock.now;
  t.next = nothing<Task>();
  if (isNull(g.pauseHead)) g.pauseHead = t;
  else g.pauseTail.next = t;
  g.pauseTail = t;
}

/** How long the pause that is on has lasted. */
export function settleUpgrade(): void {
  if (S.paused) store<u64>(outcome(W.UPGRADE_PAUSED_NS), clock.now - S.pausedAt);
}

/** A task has waited since `since`, or since the pause began. Answers for how long. */
function waited(g: Guest, since: u64): u64 {
  const ns = clock.now - max<u64>(since, S.pausedAt);
  note(W.SWAP_HISTOGRAM_PAUSE, ns);
  tallyGuest(g, W.GUEST_PAUSE_NS, ns);
  store<u64>(outcome(W.UPGRADE_WAIT_MAX), max<u64>(load<u64>(outcome(W.UPGRADE_WAIT_MAX)), ns));
  return ns;
}

/** The pause begins or ends for who waits for `p`, whose swap-in has not begun. */
function faultsWait(p: Page, ends: bool): void {
  for (let t = p.waiters; !isNull(t); t = t.next) {
    if (!ends) waitAtFault();
    else tallyGuest(guestOf(p.word), W.GUEST_PAUSE_STALL_NS, waited(guestOf(p.word), t.readyAt + S.entry));
  }
}

function queueWaits(q: PageQueue, ends: bool): void {
  for (let page = q.head; page != 0; page = pageAt(page).next) faultsWait(pageAt(page), ends);
}

/** … for all tasks whose page is queued for a server, or on its way out. */
function allWait(ends: bool): void {
  for (let device: u32 = 0; device < 2; device++) {
    queueWaits(queueAt(FAULTS + device), ends);
    queueWaits(queueAt(VICTIMS + device), ends);
  }
  queueWaits(queueAt(UNMAPPING), ends);
  for (let i: u32 = 0; i < <u32>S.workers + <u32>S.depth; i++) {
    const page = serverAt(i).page;
    if (page != 0 && (pageAt(page).word & STATE) == GOING) faultsWait(pageAt(page), ends);
  }
}

function pause(all: bool): void {
  assert(S.paused == 0);
  S.paused = all ? 2 : 1;
  S.pausedAt = clock.now;
  allWait(false);
  if (!all) return;
  makeTouches();
  forgetAll();
}

function resume(): void {
  if (!S.paused) return; // rolled back before it began
  settleUpgrade();
  allWait(true);
  S.paused = 0;
  for (let i: u32 = 0; i < S.guestCount; i++) {
    const g = guestAt(i);
    let t = g.pauseHead;
    g.pauseHead = nothing<Task>();
    while (!isNull(t)) {
      const next = t.next;
      waited(g, t.readyAt);
      makeReady(vmOf(i, t), t);
      t = next;
    }
  }
}

function end(result: u64): void {
  assert(S.phase != NONE);
  store<u64>(outcome(W.UPGRADE_OUTCOME), result);
  resume();
  S.phase = NONE;
  S.upgrade++;
  planUpgrade();
}

/** Whether any server works. */
function anyBusy(): bool {
  return ((S.idleWorkers ^ allOf(S.workers)) | (S.idleDevices ^ allOf(S.depth))) != 0;
}

/** Nothing is on its way any more: what the layer knows can be handed over. */
export function quiesced(): void {
  if (S.phase != QUIESCE || anyBusy() || queueAt(UNMAPPING).head != 0 || queueAt(MAPPING).head != 0) return;
  store<u64>(outcome(W.UPGRADE_QUIESCE_NS), clock.now - S.pausedAt);
  enter(TRANSFER, setting(W.UPGRADE_TRANSFER));
}

/** The present phase is over. */
export function onUpgrade(): void {
  const fails = <u32>setting(W.UPGRADE_FAILS);
  switch (S.phase) {
    case NONE: {
      store<u64>(outcome(W.UPGRADE_STARTED), clock.now);
      store<u64>(outcome(W.UPGRADE_OUTCOME), W.OUTCOME_UNDER_WAY);
      enter(PREPARE, setting(W.UPGRADE_PREPARE));
      return;
    }
    case PREPARE: {
      if (fails == W.FAILS_PREPARE) {
        enter(ROLLBACK, setting(W.UPGRADE_ROLLBACK));
        return;
      }
      S.phase = QUIESCE;
      pause(setting(W.UPGRADE_STOPS_ALL) != 0);
      return;
    }
    case TRANSFER: {
      if (fails == W.FAILS_TRANSFER) enter(ROLLBACK, setting(W.UPGRADE_ROLLBACK));
      else enter(SWITCH, setting(W.UPGRADE_SWITCH));
      return;
    }
    case SWITCH: {
      end(W.OUTCOME_DONE);
      return;
    }
    case ROLLBACK: {
      end(W.OUTCOME_ROLLED_BACK);
      return;
    }
  }
}
