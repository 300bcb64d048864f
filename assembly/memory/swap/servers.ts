// Who moves pages: W workers for what costs core time (zero filling, compression), and a number of operations at once for
// what waits for a device (SSD, remote memory). A fault queues when it has left the guest. Faults come first, then prefetches, then
// background swap-out between the watermarks; what a touch lets begin of the latter two leaves a server to its fault. A fault takes its frame as it queues; one that leaves less than `min` free, or finds
// none, has one victim written first (direct reclaim), by the victim's own backend, and that one is not rescued. Who cannot be served holds nobody up.
// A device is busy with a page only while it moves: mapping and unmapping keep no server.
// Background swap-out keeps to a budget of cores; all else is charged to it and never held up by it.
// Leaves out: on which core a worker runs (src/memory/swap says from where its cores are taken), and a device's bandwidth
// beyond its number of operations at once.

import * as L from "../../layout";
import * as W from "../pages/layout";
import { nothing, isNull, Task, clock } from "../../cpu/state";
import { makeReady } from "../../cpu/guest/dispatch";
import { written, advance } from "../pages/access";
import { spend } from "./budget";
import { takeVictim, pushHot, pushCold } from "../pages/levels";
import {
  AWAITS, FRAME, DIRECT, guestOf, Guest, tallyGuest, Page, backendOf, S, AHEAD, tally, HAD, SERVED, queueAt, STATE, OUT, kindOf,
  countersOf, QUEUED, RESIDENT, COPY, add, note, GUEST_SHIFT_BITS, UNMAP_SLOT, MAP_SLOT, serverAt, COMING, vmOf, isTiered, marksOf, mark,
  FRESH,
} from "../pages/state";
import { pageAt, endMove, wordOf, popPage } from "../pages/moving";
import {
  faultsOf, overQuota, works, begin, endWork, AHEADS, give, giveQuota, staged, UNMAPPING, MAPPING, stage, VICTIMS, FAULTS, OUTS,
} from "./frames";
import { cameUp, moves, staysDown } from "./tier";
import { goForFault, unmapped, gone, beginVictim, beginOut, beginQueuedOut } from "./going";

/** The first fault of the queue that can be served begins, or the first that needs one has a victim written. False: none. */
export function beginFault(device: u32): bool {
  const q = faultsOf(device);
  const page = q.head;
  const p = pageAt(page);
  if ((p.word & (AWAITS | FRAME | DIRECT)) != FRAME) return beginAnyFault(device);
  q.head = p.next;
  q.length--;
  beginIn(page, p, device);
  return true;
}

/** The same where the first of the queue waits for a victim, or needs one. */
function beginAnyFault(device: u32): bool {
  const q = faultsOf(device);
  if (q.length == q.awaiting) return false;
  let before: u32 = 0;
  let page = q.head;
  while (page != 0) {
    const p = pageAt(page);
    const next = p.next;
    if ((p.word & AWAITS) == 0) {
      const lacks = (p.word & FRAME) == 0;
      if (lacks || (p.word & DIRECT) != 0) {
        const g = lacks && overQuota(guestOf(p.word)) ? guestOf(p.word) : nothing<Guest>();
        const victim = takeVictim(g);
        if (victim != 0) {
          if (!isNull(g)) tallyGuest(g, W.GUEST_QUOTA_RECLAIMS, 1);
          goForFault(victim, page);
          return true;
        }
      }
      if (!lacks) {
        if (before == 0) q.head = next;
        else pageAt(before).next = next;
        if (next == 0) q.tail = before;
        q.length--;
        beginIn(page, p, device);
        return true;
      }
    }
    before = page;
    page = next;
  }
  return false;
}

/** A server begins to bring in a page that has its frame. */
function beginIn(page: u32, p: Page, device: u32): void {
  assert((p.word & STATE) == COMING);
  assert((p.word & FRAME) != 0 && (p.word & SERVED) == 0);
  const word = p.word;
  const b = backendOf(word);
  S.serving++;
  const rises = isTiered(word);
  const finish = rises ? S.unmap : S.finish; // nobody is resumed
  if (rises) tally(W.SWAP_PROMOTIONS, 1);
  else if ((word & AHEAD) != 0) tally(W.SWAP_PREFETCHED, 1);
  p.word = (word & ~(HAD | DIRECT)) | SERVED;
  const work = works(b.read, b.readMore);
  const onCore = b.device ? finish : work + finish;
  if (rises) moves(onCore);
  tally(W.SWAP_IN_NS, onCore);
  spend(onCore);
  begin(device, page, 0, clock.now + work + (b.device ? 0 : finish));
}

/** Whether one more page may come in that no task waits for: one from the slow tier takes what background work has left free. */
function hasRoom(g: Guest, rises: bool): bool {
  if (rises) return S.free - S.unit >= S.least && !overQuota(g);
  return S.free - S.unit >= S.low && (g.quota == 0 || g.free - S.unit >= g.low);
}

/** The next prefetch, or promotion, begins, or is dropped where memory is short or its VM is at its quota. */
function beginAhead(device: u32): void {
  const page = popPage(queueAt(AHEADS + device));
  const p = pageAt(page);
  const g = guestOf(p.word);
  if (!hasRoom(g, isTiered(p.word))) {
    p.word = (p.word & ~(STATE | AHEAD)) | OUT;
    endMove(page, p);
    if (isTiered(p.word)) staysDown(page);
    return;
  }
  give(-S.unit);
  giveQuota(g, -S.unit);
  p.word |= FRAME;
  beginIn(page, p, device);
}

/** Tasks that wait for a page, of which `last` was the last to come, in the order in which they came. */
function inOrder(last: Task): Task {
  let ordered = nothing<Task>();
  let t = last;
  while (!isNull(t)) {
    const next = t.next;
    t.next = ordered;
    ordered = t;
    t = next;
  }
  return ordered;
}

export function arriveIn(page: u32, p: Page): void {
  assert((p.word & (STATE | SERVED)) == (COMING | SERVED));
  assert(S.serving != 0);
  const came = p.word;
  const g = guestOf(came);
  const kind = kindOf(came);
  const c = countersOf(kind);
  S.serving--;
  give(p.kept);
  let word = (came & ~(STATE | SERVED | FRAME | QUEUED)) | RESIDENT;
  if (backendOf(came).device) word |= COPY;
  add(c, W.BACKEND_INS, 1);
  const last = p.waiters;
  p.waiters = nothing<Task>();
  let ordered = isNull(last) || isNull(last.next) ? last : inOrder(last);
  if (isNull(ordered)) {
    if (isTiered(p.word)) cameUp(page);
    mark(page, (word & AHEAD) != 0 && !isTiered(p.word) ? FRESH : 0);
    p.word = word & ~AHEAD;
    endMove(page, p);
    pushHot(g, page);
    return;
  }
  p.word = word & ~AHEAD;
  endMove(page, p);
  mark(page, 0);
  pushCold(g, page);
  // the first one's wait is the page's: it is counted once, and the result puts the others' to it
  let which: usize = W.SWAP_HISTOGRAM_BACKENDS + kind;
  if (clock.now - ordered.readyAt <= <u64>W.FAST_NS) add(c, W.BACKEND_FAST, 1);
  while (!isNull(ordered)) {
    const task = ordered;
    ordered = task.next;
    endFault(g, page, task, which);
    which = W.SWAP_HISTOGRAM_JOINED;
  }
}

/** The page that `t` has waited for is there. */
export function endFault(g: Guest, page: u32, t: Task, which: usize): void {
  assert(t.readyAt <= clock.now);
  const waited = clock.now - t.readyAt;
  note(which, waited);
  tallyGuest(g, W.GUEST_STALL_NS, waited);
  mark(page, written(g, t.touch, marksOf(page)));
  t.touch = advance(g, t.touch);
  makeReady(vmOf(wordOf(page) >> GUEST_SHIFT_BITS, t), t);
}

export function onUnmapped(): void {
  unmapped(staged(UNMAPPING, UNMAP_SLOT));
}

export function onMapped(): void {
  const page = staged(MAPPING, MAP_SLOT);
  arriveIn(page, pageAt(page));
}

/** Server `index` is done with its page. */
export function onServer(index: u32): void {
  assert(serverAt(index).page != 0);
  const s = serverAt(index);
  const page = s.page;
  const fault = s.fault;
  endWork(s);
  if (index < <u32>S.workers) S.idleWorkers |= <u64>1 << index;
  else S.idleDevices |= <u64>1 << (index - <u32>S.workers);
  const p = pageAt(page);
  if ((p.word & STATE) != COMING) gone(page, fault);
  else if (backendOf(p.word).device && S.finish != 0) stage(MAPPING, MAP_SLOT, page, S.finish);
  else arriveIn(page, p);
}

/** In the next look work that is no fault's leaves so many servers of the class idle. */
// @ts-ignore: decorator
@inline
export function leaveServer(device: u32, servers: u32): void {
  if (device) S.claims1 = servers;
  else S.claims0 = servers;
}

/** Gives idle devices what there is to do. Answers whether workers have to look again. */
function giveDevices(): bool {
  let more = false;
  while (S.idleDevices != 0) {
    if (queueAt(VICTIMS + 1).head != 0) beginVictim(1);
    else if (queueAt(FAULTS + 1).head != 0 && beginFault(1)) {
      more = true; // its victim may be for a worker, or have gone at once
      continue;
    } else if (<u32>popcnt<u64>(S.idleDevices) <= S.claims1) break;
    else if (queueAt(AHEADS + 1).head != 0) {
      beginAhead(1);
      more = true; // a frame less: background work may be due
    } else if (queueAt(OUTS).head != 0) {
      if (!beginQueuedOut()) more = true; // one that stays: another has to go
    } else break;
  }
  return more;
}

/** Gives idle servers what there is to do. */
export function pump(): void {
  if (S.paused) return;
  do {
    while (S.idleWorkers != 0) {
      if (queueAt(VICTIMS).head != 0) beginVictim(0);
      else if (queueAt(FAULTS).head != 0 && beginFault(0)) continue;
      else if (<u32>popcnt<u64>(S.idleWorkers) <= S.claims0) break;
      else if (queueAt(AHEADS).head != 0) beginAhead(0);
      else if (!beginOut()) break;
    }
  } while (S.devices != 0 && giveDevices());
  if (faultsOf(0).length + faultsOf(1).length != 0 && S.going + S.serving == 0) clock.status = L.E_FRAMES;
}
