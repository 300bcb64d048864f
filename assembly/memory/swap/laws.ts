// What must hold of memory at any instant, recounted from the pages themselves: every byte of the capacity is a page's frame,
// kept for a page that is out, or free; every page is in exactly one place; what went out is what came in and what is out; every
// fault waits for something that is under way: a page that comes in, or one that leaves and will come back at once.

import * as L from "../../layout";
import * as W from "./layout";
import { H, isNull } from "../../cpu/state";
import { levelOf } from "./levels";
import { settleUpgrade } from "./upgrade";
import {
  S, COUNTERS, add, RESIDENT, OUT, COMING, GOING, RESCUED, STATE, PINNED, DIRECT, PageQueue, countersOf, guestAt, guestOf, kindOf, pageAt, queueAt, serverAt, tallyGuest,
} from "./state";

// @ts-ignore: decorator
@inline
function put(counter: usize, value: u64): void {
  store<u64>(COUNTERS + (counter << 3), value);
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
  if (!S.on) return 0;
  settleUpgrade();
  const perState = memory.data(5 * 8, 8);
  memory.fill(perState, 0, 5 * 8);
  for (let k: u32 = 0; k < <u32>W.BACKENDS; k++) store<u64>(countersOf(k), 0, W.BACKEND_NOW << 3);
  let pinned: u64 = 0;
  let kept: u64 = 0;
  let waiting: u64 = 0;
  let oldest: u64 = 0;
  let wrong = false;
  for (let i: u32 = 0; i < S.guestCount; i++) {
    const g = guestAt(i);
    let listed: u32 = 0;
    let frames: u64 = 0;
    for (let level: u32 = 0; level < <u32>S.levels && g.pages != 0; level++) listed += lengthOf(levelOf(g, level), RESIDENT);
    for (let page = g.first; page < g.first + g.pages; page++) {
      const p = pageAt(page);
      const state = p.word & STATE;
      add(perState, state, 1);
      if (state == OUT || state == COMING) {
        add(countersOf(kindOf(p)), W.BACKEND_NOW, 1);
        kept += p.kept;
      } else frames++;
      if (!isNull(p.waiters) && state != COMING && (p.word & (STATE | DIRECT)) != (GOING | DIRECT)) wrong = true;
      for (let t = p.waiters; !isNull(t); t = t.next) {
        waiting++;
        oldest = max<u64>(oldest, H.now - t.readyAt);
      }
      if (p.word & PINNED) {
        pinned++;
        if (state != RESIDENT) wrong = true;
      } else if (state == RESIDENT) listed--;
    }
    if (listed != 0) wrong = true;
    store<u64>(g.counters, frames, W.GUEST_RESIDENT << 3);
  }
  // what has a server: a page coming in has its frame from then on
  let coming: u64 = 0;
  let queuedIn: u64 = 0;
  let going: u64 = 0;
  for (let i: u32 = 0; i < <u32>S.workers + <u32>S.depth; i++) {
    const s = serverAt(i);
    const idle = i < <u32>S.workers ? (S.idleWorkers >> i) & 1 : (S.idleDevices >> <u64>(i - <u32>S.workers)) & 1;
    if ((s.page == 0) != (idle != 0)) wrong = true;
    if (s.page != 0) {
      const p = pageAt(s.page);
      if ((p.word & STATE) == COMING) {
        coming++;
        tallyGuest(guestOf(p), W.GUEST_RESIDENT, 1);
      } else going++;
    }
    if (s.victim != 0) going++;
  }
  for (let q: u32 = 0; q < 4; q++) queuedIn += lengthOf(queueAt(q), COMING);
  going += lengthOf(queueAt(4), 0xff);
  const resident = load<u64>(perState, RESIDENT << 3);
  const leaving = load<u64>(perState, GOING << 3) + load<u64>(perState, RESCUED << 3);
  if (coming + queuedIn != load<u64>(perState, COMING << 3)) wrong = true;
  if (going != leaving || leaving != <u64>S.going) wrong = true;
  if (<i64>(resident + leaving + coming) * S.unit + <i64>kept + S.free != S.capacity) wrong = true;
  for (let k: u32 = 0; k < <u32>W.BACKENDS; k++) {
    const c = countersOf(k);
    if (load<u64>(c, W.BACKEND_NOW << 3) + load<u64>(c, W.BACKEND_INS << 3) != load<u64>(c, W.BACKEND_FIRST << 3) + load<u64>(c, W.BACKEND_OUTS << 3)) wrong = true;
  }
  put(W.SWAP_RESIDENT, resident);
  put(W.SWAP_WAITING, waiting);
  put(W.SWAP_OLDEST_NS, oldest);
  put(W.SWAP_PINNED, pinned);
  put(W.SWAP_STORED, kept);
  put(W.SWAP_FREE, <u64>S.free);
  return wrong ? L.E_CONSERVATION : 0;
}
