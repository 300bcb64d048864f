// What must hold of memory at any instant, recounted from the pages themselves: every byte of the capacity is a page's frame,
// kept for a page that is out, or free; every page is in exactly one place; what went out is what came in and what is out; every
// fault waits for something that is under way: a page that comes in, or one that leaves and will come back at once; and every fault is
// a swap-in, has joined one, or has kept its page.

import * as L from "../../layout";
import * as W from "../pages/layout";
import { isNull, clock } from "../../cpu/state";
import { sink, levelOf } from "../pages/levels";
import { makeTouches } from "../pages/touch";
import { faultsOf, MAPPING, OUTS, UNMAPPING, FAULTS, AHEADS, VICTIMS } from "./frames";
import { settleUpgrade } from "./upgrade";
import {
  COUNTERS, PageQueue, S, pageAt, STATE, countersOf, exitAt, guestAt, RESIDENT, add, OUT, COMING, kindOf, SERVED, FRAME, GOING,
  RESCUED, DIRECT, AWAITS, AHEAD, QUEUED, PINNED, queueAt, serverAt,
} from "../pages/state";

// @ts-ignore: decorator
@inline
function put(counter: usize, value: u64): void {
  store<u64>(COUNTERS + (counter << 3), value);
}

// @ts-ignore: decorator
@inline
function counter(which: usize): u64 {
  return load<u64>(COUNTERS + (which << 3));
}

/** Pages of a list; more than there are pages when it runs in a circle. */
function lengthOf(q: PageQueue, state: u32): u32 {
  let n: u32 = 0;
  for (let page = q.head; page != 0 && n <= S.pageCount; n++) {
    const p = pageAt(page);
    if (state != 0xff && (p.word & STATE) != state) return S.pageCount + 1;
    page = p.next;
  }
  return n;
}

/** Writes what there is now into the counters and answers 0 or E_CONSERVATION. */
export function settleSwap(): u32 {
  makeTouches();
  settleUpgrade();
  const perState = memory.data(5 * 8, 8);
  memory.fill(perState, 0, 5 * 8);
  for (let k: u32 = 0; k < <u32>W.BACKENDS; k++) store<u64>(countersOf(k), 0, W.BACKEND_NOW << 3);
  let pinned: u64 = 0;
  let kept: u64 = 0;
  let waiting: u64 = 0;
  let oldest: u64 = 0;
  let served: u64 = 0;
  let framed: u64 = 0; // queued or served, with a frame
  let leavingGuest: u64 = 0; // pages that come in for a fault that has not left the guest
  let needed: u64 = 0; // queued
  let underWay: u64 = S.exitCount;
  let awaiting: u32 = 0;
  let listedInAll: u64 = 0;
  let leaving: i64 = 0;
  let wrong = false;
  for (let i: u32 = 0; i < S.exitCount; i++) {
    waiting++;
    const exit = exitAt((S.exitFirst + i) % S.exitsMax);
    leavingGuest += exit.own;
    oldest = max<u64>(oldest, clock.now - exit.task.readyAt);
  }
  for (let i: u32 = 0; i < S.guestCount; i++) {
    const g = guestAt(i);
    let listed: u32 = 0;
    let frames: u64 = 0;
    let going: u32 = 0;
    if (g.pages != 0) sink(g);
    for (let level: u32 = 0; level < <u32>S.levels && g.pages != 0; level++) listed += lengthOf(levelOf(g, level), RESIDENT);
    listedInAll += listed;
    for (let page = g.first; page < g.first + g.pages; page++) {
      const p = pageAt(page);
      const state = p.word & STATE;
      add(perState, state, 1);
      if (state == OUT || state == COMING) {
        add(countersOf(kindOf(p)), W.BACKEND_NOW, 1);
        kept += p.kept;
      }
      if (state == COMING && (p.word & SERVED) != 0) served++;
      if (state != OUT && (state != COMING || (p.word & FRAME) != 0)) frames++;
      if (state == COMING && (p.word & FRAME) != 0) framed++;
      if ((state == GOING || state == RESCUED) && (p.word & DIRECT) == 0) {
        leaving += S.unit - <i64>p.kept;
        going++;
      }
      if ((p.word & AWAITS) != 0) awaiting++;
      // what will be a swap-in of its own: of a fault, or of a prefetch that has begun
      if (state == COMING && (p.word & (AHEAD | SERVED)) != AHEAD && (p.word & (SERVED | QUEUED)) != 0) underWay++;
      if (state == GOING && !isNull(p.waiters)) underWay++;
      if (!isNull(p.waiters) && state != COMING && (p.word & (STATE | DIRECT)) != (GOING | DIRECT)) wrong = true;
      for (let t = p.waiters; !isNull(t); t = t.next) {
        waiting++;
        oldest = max<u64>(oldest, clock.now - t.readyAt);
      }
      if (p.word & PINNED) {
        pinned++;
        if (state != RESIDENT) wrong = true;
      } else if (state == RESIDENT) listed--;
    }
    if (listed != 0 || going != g.leaving) wrong = true;
    if (g.quota != 0 && g.quota - <i64>frames * S.unit != g.free) wrong = true;
    store<u64>(g.counters, frames, W.GUEST_RESIDENT << 3);
  }
  if (listedInAll != S.listed || leaving != S.leaving || served != S.serving) wrong = true;
  if (awaiting != faultsOf(0).awaiting + faultsOf(1).awaiting) wrong = true;
  // what has a server, or its turn to come
  let coming: u64 = lengthOf(queueAt(MAPPING), COMING);
  let going: u64 = lengthOf(queueAt(OUTS), 0xff) + lengthOf(queueAt(UNMAPPING), 0xff);
  for (let i: u32 = 0; i < <u32>S.workers + <u32>S.depth; i++) {
    const page = serverAt(i).page;
    const idle = i < <u32>S.workers ? (S.idleWorkers >> i) & 1 : (S.idleDevices >> <u64>(i - <u32>S.workers)) & 1;
    if ((page == 0) != (idle != 0)) wrong = true;
    if (page == 0) continue;
    if ((pageAt(page).word & STATE) == COMING) coming++;
    else going++;
  }
  if (coming != served) wrong = true;
  for (let device: u32 = 0; device < 2; device++) {
    const queued = lengthOf(queueAt(FAULTS + device), COMING);
    if (queued != faultsOf(device).length) wrong = true;
    needed += queued;
    coming += queued + lengthOf(queueAt(AHEADS + device), COMING);
    going += lengthOf(queueAt(VICTIMS + device), GOING);
  }
  const resident = load<u64>(perState, RESIDENT << 3);
  const goes = load<u64>(perState, GOING << 3) + load<u64>(perState, RESCUED << 3);
  if (coming + leavingGuest != load<u64>(perState, COMING << 3)) wrong = true;
  if (going != goes || goes != <u64>S.going) wrong = true;
  // who needs a frame has it or lacks it: in service, queued, or with the first fault on its way out of the guest
  if (framed + S.lacking != served + needed + leavingGuest) wrong = true;
  if (<i64>(resident + goes + framed) * S.unit + <i64>kept + S.free != S.capacity) wrong = true;
  let ins: u64 = 0;
  let dropped: u64 = 0;
  let faults: u64 = 0;
  for (let k: u32 = 0; k < <u32>W.BACKENDS; k++) {
    const c = countersOf(k);
    ins += load<u64>(c, W.BACKEND_INS << 3);
    if (k >= <u32>W.BACKEND_SSD) dropped += load<u64>(c, W.BACKEND_OUTS << 3);
    if (load<u64>(c, W.BACKEND_NOW << 3) + load<u64>(c, W.BACKEND_INS << 3) != load<u64>(c, W.BACKEND_FIRST << 3) + load<u64>(c, W.BACKEND_OUTS << 3)) wrong = true;
  }
  for (let i: u32 = 0; i < S.guestCount; i++) faults += load<u64>(guestAt(i).counters, W.GUEST_FAULTS << 3);
  if (dropped != counter(W.SWAP_WRITEBACKS) + counter(W.SWAP_CLEAN_DROPS)) wrong = true;
  const asked = faults + counter(W.SWAP_PREFETCHED) + counter(W.SWAP_UNDER_WAY_FIRST);
  if (asked != counter(W.SWAP_JOINED) + counter(W.SWAP_RESCUED) + ins + underWay) wrong = true;
  put(W.SWAP_RESIDENT, resident + goes + framed);
  put(W.SWAP_WAITING, waiting);
  put(W.SWAP_OLDEST_NS, oldest);
  put(W.SWAP_PINNED, pinned);
  put(W.SWAP_STORED, kept);
  put(W.SWAP_FREE, <u64>S.free);
  put(W.SWAP_UNDER_WAY, underWay);
  return wrong ? L.E_CONSERVATION : 0;
}
