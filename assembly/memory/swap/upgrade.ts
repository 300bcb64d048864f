// Hot-switch and hot-upgrade as timed phases:
//
//   PREPARE ──→ QUIESCE ──→ TRANSFER ──→ SWITCH ──→ done
//      │ fails                 │ fails
//      └────────→ ROLLBACK ←───┘           as before
//
// From QUIESCE on the layer is paused: nothing new starts moving, what is on its way ends, and accesses wait and are counted:
// every one in a hot-switch (the running system becomes a guest), faults only in a hot-upgrade. A failure before the switch
// rolls back. No duration is published: all are parameters. A task that has made its last touch runs on during a hot-switch.

import * as W from "./layout";
import { schedule, RANK_SERVE } from "../../kernel/event-queue";
import { H, Q, Task, isNull, nothing, vmAt } from "../../cpu/state";
import { makeReady } from "../../cpu/vcpu";
import { S, Guest, add, guestAt, note, tally } from "./state";

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
  schedule(Q, S.slot + 2, H.now + ns, RANK_SERVE);
}

/** Plans the next upgrade, at its time or now if that has passed. */
export function planUpgrade(): void {
  if (S.upgrade < <u32>S.upgrades) schedule(Q, S.slot + 2, max<u64>(H.now, setting(W.UPGRADE_AT)), RANK_SERVE);
}

/** `t` needs the layer while it is paused. */
export function waitForUpgrade(g: Guest, t: Task): void {
  tally(W.SWAP_PAUSE_WAITS, 1);
  add(outcome(W.UPGRADE_WAITED), 0, 1);
  t.readyAt = H.now;
  t.next = nothing<Task>();
  if (isNull(g.pauseHead)) g.pauseHead = t;
  else g.pauseTail.next = t;
  g.pauseTail = t;
}

/** How long the pause that is on has lasted. */
export function settleUpgrade(): void {
  if (S.paused) store<u64>(outcome(W.UPGRADE_PAUSED_NS), H.now - S.pausedAt);
}

function resume(): void {
  if (!S.paused) return;
  settleUpgrade();
  S.paused = 0;
  for (let i: u32 = 0; i < S.guestCount; i++) {
    const g = guestAt(i);
    let t = g.pauseHead;
    g.pauseHead = nothing<Task>();
    while (!isNull(t)) {
      const next = t.next;
      const waited = H.now - t.readyAt;
      note(W.SWAP_HISTOGRAM_PAUSE, waited);
      store<u64>(outcome(W.UPGRADE_WAIT_MAX), max<u64>(load<u64>(outcome(W.UPGRADE_WAIT_MAX)), waited));
      makeReady(vmAt(i), t);
      t = next;
    }
  }
}

function end(result: u64): void {
  store<u64>(outcome(W.UPGRADE_OUTCOME), result);
  resume();
  S.phase = NONE;
  S.upgrade++;
  planUpgrade();
}

/** Nothing is on its way any more: what the layer knows can be handed over. */
export function afterServer(): void {
  if (S.phase != QUIESCE || S.busy != 0) return;
  store<u64>(outcome(W.UPGRADE_QUIESCE_NS), H.now - S.pausedAt);
  enter(TRANSFER, setting(W.UPGRADE_TRANSFER));
}

/** The present phase is over. */
export function onUpgrade(): void {
  const fails = <u32>setting(W.UPGRADE_FAILS);
  switch (S.phase) {
    case NONE: {
      store<u64>(outcome(W.UPGRADE_STARTED), H.now);
      store<u64>(outcome(W.UPGRADE_OUTCOME), W.OUTCOME_UNDER_WAY);
      enter(PREPARE, setting(W.UPGRADE_PREPARE));
      return;
    }
    case PREPARE: {
      if (fails == W.FAILS_PREPARE) {
        enter(ROLLBACK, setting(W.UPGRADE_ROLLBACK));
        return;
      }
      S.paused = setting(W.UPGRADE_STOPS_ALL) ? 2 : 1;
      S.pausedAt = H.now;
      S.phase = QUIESCE;
      afterServer();
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
