// A slow tier of memory: its pages are read where they lie, which takes longer, and a detector finds those that are to come up (residency).
// A page that moves is read where it was until its move is over. The rules: docs/model/memory.md, "A slow tier".

import * as W from "../pages/layout";
import * as R from "../../residency/layout";
import { takeSequence } from "../../kernel/event-queue";
import { stretched } from "../../cpu/speed";
import { VCpu, Task, H, Q, clock } from "../../cpu/state";
import { planRun } from "../../cpu/guest/plan";
import { stopTask } from "../../cpu/guest/run";
import { recordAt } from "../replacement/links";
import { admits } from "../../residency/admission";
import { isCandidate } from "../../residency/detectors";
import { lookAfter } from "../../residency/due";
import { makeTiers } from "../../residency/make";
import { note } from "../../residency/sketch";
import { Tiers, setLevel, setSlowAccesses } from "../../residency/state";
import { advance, spreadOf } from "../pages/access";
import { armScan } from "../pages/scan-due";
import { planTouch, positionOf } from "../pages/touch";
import { AHEAD, COMING, COUNTERS, GOING, Guest, OUT, S, STATE, guestAt, isTiered, queueAt, tally, tallyGuest } from "../pages/state";
import { beginMove, pushPage, restOf, wordOf } from "../pages/moving";
import { AHEADS } from "./frames";
import { addCost, closeRounds, layTuner } from "./tuner";

/** From the settings; which pages lie in the slow tier is known already. False when memory does not reach. */
export function layTier(settings: usize): bool {
  if (S.tiered == 0) return true;
  S.tiers = changetype<Tiers>(makeTiers(settings));
  if (changetype<usize>(S.tiers) == 0) return false;
  layTuner(settings + ((<usize>R.SETTINGS) << 3));
  for (let i: u32 = 0; i < S.guestCount; i++) {
    const g = guestAt(i);
    for (let page = g.first; page < g.first + g.pages; page++) {
      const word = restOf(page);
      setLevel(recordAt(S.tiers.records, page), isTiered(word) && (word & STATE) == OUT ? R.LEVEL_SLOW : R.LEVEL_FAST);
    }
  }
  return true;
}

/** Ends of rounds, scans, comparisons and halvings come before all else of their nanosecond. */
function catchUp(): void {
  closeRounds();
  if (clock.now >= S.tiers.dueAt) lookAfter(S.tiers, clock.now);
}

/** `t`, running on `v`, touches a page that may lie in the slow tier and is not RESIDENT. True: it is to go up. */
export function readInPlace(v: VCpu, t: Task, g: Guest, page: u32): bool {
  armScan();
  S.touched = 1;
  tallyGuest(g, W.GUEST_TOUCHED, 1);
  const state = wordOf(page) & STATE;
  if (state == GOING) {
    t.touch = advance(g, t.touch);
    planTouch(v, t);
    planRun(v);
    return false;
  }
  const faults = S.tiers.faults;
  const rises = watch(page);
  const ns = S.slowMore + (S.tiers.faults - faults) * S.tiers.faultNs;
  tally(W.SWAP_HINT_FAULTS, S.tiers.faults - faults);
  tallyGuest(g, W.GUEST_SLOW, 1);
  tallyGuest(g, W.GUEST_SLOW_NS, ns);
  addCost(ns);
  lengthen(v, t, g, ns);
  return rises;
}

/** The detector sees the access, and the page is queued to go up if it is a candidate that is admitted. */
function watch(page: u32): bool {
  const tiers = S.tiers;
  const unit = page - 1;
  const record = recordAt(tiers.records, page);
  catchUp();
  if (tiers.sketch != 0) note(tiers, unit);
  if ((wordOf(page) & STATE) != OUT) return false;
  const limited = tiers.limited;
  const found = isCandidate(tiers, unit, record, clock.now);
  tally(W.SWAP_LIMITED, tiers.limited - limited);
  if (!found) return false;
  tally(W.SWAP_CANDIDATES, 1);
  if (!admits(tiers, unit)) {
    tally(W.SWAP_REFUSED, 1);
    return false;
  }
  setLevel(record, R.LEVEL_COMING);
  beginMove(page, COMING | AHEAD);
  tiers.coming++;
  pushPage(queueAt(AHEADS), page);
  return true;
}

/** The touch that `t` has come to takes so much longer: work like the task's own. */
function lengthen(v: VCpu, t: Task, g: Guest, ns: u64): void {
  const before = t.touch;
  t.touch = advance(g, before);
  stopTask(v);
  if (H.varies) {
    // to the nanosecond, whatever the speed was
    const spread = spreadOf(v.vm, t);
    t.remaining = min<u64>(t.remaining, spread - positionOf(g, before, spread));
  }
  t.remaining += ns;
  v.task = t;
  v.startedAt = clock.now;
  v.runsUntil = clock.now + (H.varies ? stretched(v, t.remaining) : t.remaining);
  v.endPlace = takeSequence(Q);
  planTouch(v, t);
  planRun(v);
}

/** A page of the tier begins to be moved, which takes so much core time. */
export function moves(ns: u64): void {
  catchUp();
  addCost(ns);
}

/** `page` has come up. */
export function cameUp(page: u32): void {
  S.tiers.coming--;
  setLevel(recordAt(S.tiers.records, page), R.LEVEL_FAST);
}

/** The turn of `page` to go up has come, and no frame: it stays where it is. */
export function staysDown(page: u32): void {
  S.tiers.coming--;
  tally(W.SWAP_NO_ROOM, 1);
  catchUp();
  setLevel(recordAt(S.tiers.records, page), R.LEVEL_SLOW);
}

/** `page` has come to lie in the slow tier. */
export function cameDown(page: u32): void {
  const record = recordAt(S.tiers.records, page);
  catchUp();
  setLevel(record, R.LEVEL_SLOW);
  setSlowAccesses(record, 0);
}

/** Writes into the counters what there is now. */
export function settleTier(queuedUp: u64): void {
  store<u64>(COUNTERS, queuedUp, W.SWAP_QUEUED_UP << 3);
  if (S.tiered == 0) return;
  catchUp();
  store<u64>(COUNTERS, S.tiers.hot, W.SWAP_HOT_NS << 3);
  store<u64>(COUNTERS, S.tiers.threshold, W.SWAP_THRESHOLD << 3);
}
