// What must hold of memory at any instant, recounted from the pages themselves: every byte of the capacity is a page's frame,
// kept for a page that is out, or free; every page is in exactly one place; what went out is what came in and what is out; every
// fault waits for something that is under way: a page that comes in, or one that leaves and will come back at once; and every fault is
// a swap-in, has joined one, or has kept its page.

import * as L from "../../layout";
import * as W from "../pages/layout";
import { Task, clock, isNull } from "../../cpu/state";
import { countListed, sink } from "../pages/levels";
import { makeTouches } from "../pages/touch";
import { faultsOf, MAPPING, OUTS, UNMAPPING, FAULTS, AHEADS, VICTIMS } from "./frames";
import { settleTier } from "./tier";
import { settleUpgrade } from "./upgrade";
import {
  COUNTERS, Guest, Page, PageQueue, S, STATE, countersOf, exitAt, guestAt, RESIDENT, add, OUT, COMING, kindOf, SERVED, FRAME, GOING,
  RESCUED, DIRECT, AWAITS, AHEAD, QUEUED, PINNED, queueAt, serverAt, isTiered,
} from "../pages/state";
import { pageAt, wordOf, isAtRest, keptOf } from "../pages/moving";

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

/** What the pages themselves say. */
@unmanaged
class Recount {
  resident: u64; //      pages in each state, in the order of the states
  out: u64;
  coming: u64;
  going: u64;
  rescued: u64;
  pinned: u64;
  kept: u64; //          bytes of pages that are out
  waiting: u64; //       tasks that wait for a page
  oldest: u64; //        ns that one of them has been waiting
  served: u64;
  framed: u64; //        queued or served, with a frame
  leavingGuest: u64; //  pages that come in for a fault that has not left the guest
  needed: u64; //        queued
  underWay: u64;
  listed: u64; //        pages that stand in a level
  queuedUp: u64; //      … whose turn is to come
  moving: u64; //        pages that have a record
  leaving: i64; //       bytes that background work has on their way out
  rising: u32; //        pages of the slow tier that are to go up, or go
  awaiting: u32;
  wrong: u32; //         1: a law does not hold
}

if (offsetof<Recount>("rescued") != (<usize>RESCUED << 3)) ERROR("Recount's states differ from those of pages");

const R: Recount = changetype<Recount>(memory.data(offsetof<Recount>(), 8));

// @ts-ignore: decorator
@inline
function demand(holds: bool): void {
  if (!holds) R.wrong = 1;
}

function waits(t: Task): void {
  R.waiting++;
  R.oldest = max<u64>(R.oldest, clock.now - t.readyAt);
}

function recountExits(): void {
  R.underWay = S.exitCount;
  for (let i: u32 = 0; i < S.exitCount; i++) {
    const exit = exitAt((S.exitFirst + i) % S.exitsMax);
    R.leavingGuest += exit.own;
    waits(exit.task);
  }
}

function recountPage(page: u32): void {
  const word = wordOf(page);
  const state = word & STATE;
  add(changetype<usize>(R), state, 1);
  if (state == OUT || state == COMING) {
    add(countersOf(kindOf(word)), W.BACKEND_NOW, 1);
    R.kept += isAtRest(page) ? keptOf(page, word) : pageAt(page).kept;
  }
  if (word & PINNED) {
    R.pinned++;
    demand(state == RESIDENT);
  }
  if (!isAtRest(page)) recountMoving(pageAt(page), state);
}

function recountMoving(p: Page, state: u32): void {
  R.moving++;
  if (state == COMING && (p.word & SERVED) != 0) R.served++;
  if (state == COMING && (p.word & FRAME) != 0) R.framed++;
  if ((state == GOING || state == RESCUED) && (p.word & DIRECT) == 0) R.leaving += S.unit - <i64>p.kept;
  if ((p.word & AWAITS) != 0) R.awaiting++;
  if (isTiered(p.word)) {
    demand(state != RESCUED && isNull(p.waiters));
    if (state == COMING) R.rising++;
    if ((p.word & (STATE | SERVED)) == COMING) R.queuedUp++;
  }
  // what will be a swap-in of its own: of a fault, or of a prefetch that has begun
  if (state == COMING && (p.word & (AHEAD | SERVED)) != AHEAD && (p.word & (SERVED | QUEUED)) != 0) R.underWay++;
  if (state == GOING && !isNull(p.waiters)) R.underWay++;
  demand(isNull(p.waiters) || state == COMING || (p.word & (STATE | DIRECT)) == (GOING | DIRECT));
  for (let t = p.waiters; !isNull(t); t = t.next) waits(t);
}

function recountGuest(g: Guest): void {
  let listed: u32 = 0;
  let frames: u64 = 0;
  let going: u32 = 0;
  if (g.pages != 0) {
    sink(g);
    listed = countListed(g);
  }
  R.listed += listed;
  for (let page = g.first; page < g.first + g.pages; page++) {
    const word = wordOf(page);
    const state = word & STATE;
    recountPage(page);
    frames += u64(state != OUT && (state != COMING || (word & FRAME) != 0));
    going += u32((state == GOING || state == RESCUED) && (word & DIRECT) == 0);
    listed -= u32(state == RESIDENT && (word & PINNED) == 0);
  }
  demand(listed == 0 && (g.quota == 0 || going == g.leaving));
  demand(g.quota == 0 || g.quota - <i64>frames * S.unit == g.free);
  store<u64>(g.counters, frames, W.GUEST_RESIDENT << 3);
}

/** Records of pages, without those that are free. */
function recordsInUse(): u64 {
  let n = <u64>S.pageTop;
  for (let at = S.pageSpare; at != 0 && n != 0; at = changetype<Page>(at).next) n--;
  return n;
}

/** Every page that moves has a server, or its turn to come. */
function checkQueues(): void {
  demand(R.moving == R.coming + R.going + R.rescued && R.moving == recordsInUse());
  demand(R.listed == S.listed && R.leaving == S.leaving && R.served == S.serving);
  demand(R.awaiting == faultsOf(0).awaiting + faultsOf(1).awaiting);
  let coming: u64 = lengthOf(queueAt(MAPPING), COMING);
  let going: u64 = lengthOf(queueAt(OUTS), 0xff) + lengthOf(queueAt(UNMAPPING), 0xff);
  for (let i: u32 = 0; i < <u32>S.workers + <u32>S.depth; i++) {
    const page = serverAt(i).page;
    const idle = i < <u32>S.workers ? (S.idleWorkers >> i) & 1 : (S.idleDevices >> <u64>(i - <u32>S.workers)) & 1;
    demand((page == 0) == (idle != 0));
    if (page == 0) continue;
    if ((pageAt(page).word & STATE) == COMING) coming++;
    else going++;
  }
  demand(coming == R.served);
  for (let device: u32 = 0; device < 2; device++) {
    const queued = lengthOf(queueAt(FAULTS + device), COMING);
    demand(queued == faultsOf(device).length);
    R.needed += queued;
    coming += queued + lengthOf(queueAt(AHEADS + device), COMING);
    going += lengthOf(queueAt(VICTIMS + device), GOING);
  }
  demand(coming + R.leavingGuest == R.coming);
  demand(going == R.going + R.rescued && going == S.going);
  // who needs a frame has it or lacks it: in service, queued, or with the first fault on its way out of the guest
  demand(R.framed + S.lacking == R.served + R.needed + R.leavingGuest);
  demand(<i64>frames() * S.unit + <i64>R.kept + S.free == S.capacity);
}

/** Pages that have one. */
function frames(): u64 {
  return R.resident + R.going + R.rescued + R.framed;
}

/** What went out is what came in and what is out; every fault is a swap-in, has joined one, or has kept its page. */
function checkCounts(): void {
  let ins: u64 = 0;
  let dropped: u64 = 0;
  let faults: u64 = 0;
  for (let k: u32 = 0; k < <u32>W.BACKENDS; k++) {
    const c = countersOf(k);
    const outs = load<u64>(c, W.BACKEND_OUTS << 3);
    ins += load<u64>(c, W.BACKEND_INS << 3);
    if (k == <u32>W.BACKEND_SSD || k == <u32>W.BACKEND_REMOTE) dropped += outs;
    demand(load<u64>(c, W.BACKEND_NOW << 3) + load<u64>(c, W.BACKEND_INS << 3) == load<u64>(c, W.BACKEND_FIRST << 3) + outs);
  }
  for (let i: u32 = 0; i < S.guestCount; i++) faults += load<u64>(guestAt(i).counters, W.GUEST_FAULTS << 3);
  demand(S.tiered == 0 || R.rising == S.tiers.coming);
  const found = counter(W.SWAP_CANDIDATES) + counter(W.SWAP_QUEUED_UP_FIRST);
  demand(found == counter(W.SWAP_REFUSED) + counter(W.SWAP_PROMOTIONS) + counter(W.SWAP_NO_ROOM) + R.queuedUp);
  demand(dropped == counter(W.SWAP_WRITEBACKS) + counter(W.SWAP_CLEAN_DROPS));
  const asked = faults + counter(W.SWAP_PREFETCHED) + counter(W.SWAP_PROMOTIONS) + counter(W.SWAP_UNDER_WAY_FIRST);
  demand(asked == counter(W.SWAP_JOINED) + counter(W.SWAP_RESCUED) + ins + R.underWay);
}

/** Writes what there is now into the counters and answers 0 or E_CONSERVATION. */
export function settleSwap(): u32 {
  makeTouches();
  settleUpgrade();
  memory.fill(changetype<usize>(R), 0, offsetof<Recount>());
  for (let k: u32 = 0; k < <u32>W.BACKENDS; k++) store<u64>(countersOf(k), 0, W.BACKEND_NOW << 3);
  recountExits();
  for (let i: u32 = 0; i < S.guestCount; i++) recountGuest(guestAt(i));
  checkQueues();
  checkCounts();
  put(W.SWAP_RESIDENT, frames());
  put(W.SWAP_WAITING, R.waiting);
  put(W.SWAP_OLDEST_NS, R.oldest);
  put(W.SWAP_PINNED, R.pinned);
  put(W.SWAP_STORED, R.kept);
  put(W.SWAP_FREE, <u64>S.free);
  put(W.SWAP_UNDER_WAY, R.underWay);
  settleTier(R.queuedUp);
  return R.wrong ? L.E_CONSERVATION : 0;
}
