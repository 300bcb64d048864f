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
import { schedule, RANK_SERVE, takeSequence, scheduleAt } from "../../kernel/event-queue";
import { sample, sampleNs } from "../../kernel/distribution";
import { Q, isNull, H, nothing, Task, vmAt } from "../../cpu/state";
import { makeReady } from "../../cpu/guest/dispatch";
import { written, advance } from "../pages/access";
import { spend, affords } from "./budget";
import { takeVictim, pushHot, pushCold } from "../pages/levels";
import { forgetPage } from "./plan";
import {
  S, Swap, FaultQueue, queueAt, Guest, serverAt, SERVER_SLOTS, Backend, tally, Page, pageAt, STATE, UNMAP_SLOT, RESCUED, COPY,
  pushPage, DIRECT, GOING, AWAITS, backendOf, popPage, guestAt, tallyGuest, guestOf, setState, RESIDENT, DIRTY, AHEAD, OUT, add,
  countersOf, kindOf, HAD, COMING, QUEUED, COUNTERS, FRAME, exitAt, SERVED, note, GUEST_SHIFT_BITS, stageOf, MAP_SLOT,
} from "../pages/state";

// queues, of workers (+ 0) and devices (+ 1)
// @ts-ignore: decorator
@inline export const FAULTS: u32 = 0;
// @ts-ignore: decorator
@inline export const AHEADS: u32 = 2;
// @ts-ignore: decorator
@inline export const VICTIMS: u32 = 4;
 // of faults
// @ts-ignore: decorator
@inline export const OUTS: u32 = 6;
 // of background work, for devices
// @ts-ignore: decorator
@inline export const UNMAPPING: u32 = 7;
 // for devices
// @ts-ignore: decorator
@inline export const MAPPING: u32 = 8;
 // from devices
// @ts-ignore: decorator
@inline export const QUEUES: u32 = 9;

// @ts-ignore: decorator
@inline
function stream(): usize {
  return changetype<usize>(S) + offsetof<Swap>("stream0");
}

// @ts-ignore: decorator
@inline
export function faultsOf(device: u32): FaultQueue {
  return changetype<FaultQueue>(queueAt(FAULTS + device));
}

// --- watermarks -------------------------------------------------------------------------------------------------

/** Bytes are free again, or are not: background swap-out starts below `low` and rests at `high`, which is no less. */
// @ts-ignore: decorator
@inline
function give(bytes: i64): void {
  const free = S.free + bytes;
  S.free = free;
  S.reclaiming = (S.reclaiming | u32(free < S.low)) & u32(free < S.high);
}

/** The same for the quota of the VM whose frame it is. */
// @ts-ignore: decorator
@inline
function giveQuota(g: Guest, bytes: i64): void {
  if (g.quota == 0) return;
  g.free += bytes;
  const wants = (g.reclaiming | u32(g.free < g.low)) & u32(g.free < g.high);
  S.quotaReclaims += wants - g.reclaiming;
  g.reclaiming = wants;
}

// --- servers ----------------------------------------------------------------------------------------------------

/** An idle server of the class (0 workers, 1 devices) begins; there must be one. `fault`: for whose sake the page goes. */
function begin(device: u32, page: u32, fault: u32, until: u64): void {
  let index: u32;
  if (device) {
    index = <u32>ctz<u64>(S.idleDevices);
    S.idleDevices &= S.idleDevices - 1;
    index += <u32>S.workers;
  } else {
    index = <u32>ctz<u64>(S.idleWorkers);
    S.idleWorkers &= S.idleWorkers - 1;
  }
  const s = serverAt(index);
  s.page = page;
  s.fault = fault;
  S.busy++;
  schedule(Q, S.slot + SERVER_SLOTS + index, until, RANK_SERVE);
}

/** Bytes kept of a page that goes out. */
// @ts-ignore: decorator
@inline
export function keeps(b: Backend): u32 {
  let kept = b.kept;
  if (!isNull(b.ratio)) kept += compressed(sample(b.ratio, stream()));
  return kept;
}

/** What is left of a page at that ratio. */
// @ts-ignore: decorator
@inline
export function compressed(ratio: f64): u32 {
  return <u32>min<f64>(<f64>S.unit, <f64>S.unit / max<f64>(ratio, 1));
}

/** Core time of a swap-out. */
// @ts-ignore: decorator
@inline
function chargeOut(ns: u64): void {
  tally(W.SWAP_OUT_NS, ns);
  spend(ns);
}

/** What a page leaves free when it is gone. */
// @ts-ignore: decorator
@inline
function frees(p: Page): i64 {
  return S.unit - <i64>p.kept;
}

// --- pages that go ----------------------------------------------------------------------------------------------

/** `page` leaves its level: nobody touches it any more without noticing. */
// @ts-ignore: decorator
@inline
function take(page: u32, bits: u32): Page {
  const p = pageAt(page);
  p.word = (p.word & ~STATE) | bits;
  S.going++;
  forgetPage(page);
  return p;
}

/** A page whose backend is a device is unmapped, which keeps no server. */
function unmap(page: u32): void {
  chargeOut(S.unmap);
  if (S.unmap == 0) unmapped(page);
  else stage(UNMAPPING, UNMAP_SLOT, page, S.unmap);
}

function unmapped(page: u32): void {
  const p = pageAt(page);
  if ((p.word & STATE) == RESCUED) stay(page, p);
  else if ((p.word & COPY) != 0) gone(page, ownerOf(p));
  else pushPage(queueAt(p.word & DIRECT ? VICTIMS + 1 : OUTS), page);
}

/** A victim is written for the sake of `fault`, which waits for it. */
function goForFault(victim: u32, fault: u32): void {
  const p = take(victim, GOING | DIRECT);
  p.kept = fault; // until it is known what is kept of it
  pageAt(fault).word |= AWAITS;
  faultsOf(backendOf(pageAt(fault)).device).awaiting++;
  tally(W.SWAP_DIRECT, 1);
  if (backendOf(p).device) unmap(victim);
  else pushPage(queueAt(VICTIMS), victim);
}

/** The fault for whose sake the page goes, 0: none; what is kept of the page is known from now on. */
function ownerOf(p: Page): u32 {
  if ((p.word & DIRECT) == 0) return 0;
  const fault = p.kept;
  p.kept = keeps(backendOf(p));
  return fault;
}

/** The next victim of a fault is written. */
function beginVictim(device: u32): void {
  const page = popPage(queueAt(VICTIMS + device));
  const p = pageAt(page);
  const fault = ownerOf(p);
  begin(device, page, fault, H.now + write(p));
}

/** How long a page is written by its server. */
function write(p: Page): u64 {
  const b = backendOf(p);
  const work = sampleNs(b.write, stream()) + b.writeMore;
  if (b.device) return work;
  chargeOut(S.unmap + work);
  return S.unmap + work;
}

/** One background swap-out begins. False: none is due, or none can be. */
function beginOut(): bool {
  if (S.reclaiming && S.free + S.leaving < S.high) return goInBackground(nothing<Guest>());
  if (S.quotaReclaims == 0) return false;
  for (let i: u32 = 0; i < S.guestCount; i++) {
    const g = guestAt(i);
    if (g.reclaiming && g.free + <i64>g.leaving * S.unit < g.high && goInBackground(g)) return true;
  }
  return false;
}

function goInBackground(g: Guest): bool {
  if (!affords()) return false;
  const page = takeVictim(g);
  if (page == 0) return false;
  if (!isNull(g)) tallyGuest(g, W.GUEST_QUOTA_RECLAIMS, 1);
  const p = take(page, GOING);
  p.kept = keeps(backendOf(p));
  S.leaving += frees(p);
  guestOf(p).leaving++;
  if (backendOf(p).device) unmap(page);
  else begin(0, page, 0, H.now + write(p));
  return true;
}

/** The next page for a device is written, unless it was touched meanwhile. */
function beginQueuedOut(): void {
  const page = popPage(queueAt(OUTS));
  const p = pageAt(page);
  if ((p.word & STATE) == RESCUED) stay(page, p);
  else begin(1, page, 0, H.now + write(p));
}

/** A page that was on its way out is not any more. */
// @ts-ignore: decorator
@inline
function arrived(p: Page): void {
  S.going--;
  if ((p.word & DIRECT) != 0) return;
  S.leaving -= frees(p);
  guestOf(p).leaving--;
}

/** It was touched on its way out. */
function stay(page: u32, p: Page): void {
  arrived(p);
  setState(p, RESIDENT);
  pushHot(guestOf(p), page);
}

/** It is out; `fault` has waited for that. */
function gone(page: u32, fault: u32): void {
  const p = pageAt(page);
  if ((p.word & STATE) == RESCUED) {
    stay(page, p);
    return;
  }
  arrived(p);
  if (backendOf(p).device) tally(p.word & COPY ? W.SWAP_CLEAN_DROPS : W.SWAP_WRITEBACKS, 1);
  p.word = (p.word & ~(STATE | DIRTY | COPY | AHEAD | DIRECT)) | OUT;
  give(frees(p));
  giveQuota(guestOf(p), S.unit);
  add(countersOf(kindOf(p)), W.BACKEND_OUTS, 1);
  if (fault != 0) {
    const f = pageAt(fault);
    f.word = (f.word & ~(AWAITS | DIRECT)) | HAD;
    faultsOf(backendOf(f).device).awaiting--;
  }
  if (S.lacking != 0) giveFrames();
  if (isNull(p.waiters)) return;
  needPage(p);
  queueFault(page, p);
}

// --- pages that come --------------------------------------------------------------------------------------------

/** `page`, which is out, is going to come in for a task's sake: it takes its frame. */
export function needPage(p: Page): void {
  setState(p, COMING);
  S.lacking++;
  takeFrame(p, guestOf(p));
}

/** The fault of a page that is needed has left the guest: it queues for a server. */
export function queueFault(page: u32, p: Page): void {
  p.word |= QUEUED;
  const q = faultsOf(backendOf(p).device);
  pushPage(queueAt(FAULTS + backendOf(p).device), page);
  q.length++;
  const longest = COUNTERS + (W.SWAP_QUEUED_MAX << 3);
  const queued = <u64>faultsOf(0).length + <u64>faultsOf(1).length;
  if (queued > load<u64>(longest)) store<u64>(longest, queued);
}

// @ts-ignore: decorator
@inline
function overQuota(g: Guest): bool {
  return g.quota != 0 && g.free < S.unit;
}

/** The fault takes its frame, if there is one for it. */
// @ts-ignore: decorator
@inline
function takeFrame(p: Page, g: Guest): void {
  if (S.free < S.unit || overQuota(g)) return;
  give(-S.unit);
  giveQuota(g, -S.unit);
  S.lacking--;
  p.word |= FRAME;
  if (S.free < S.least && (p.word & HAD) == 0) p.word |= DIRECT;
}

/** A frame is free: who lacks one takes it, in order. */
function giveFrames(): void {
  for (let device: u32 = 0; device < 2; device++) {
    for (let page = faultsOf(device).head; page != 0; page = pageAt(page).next) {
      const p = pageAt(page);
      if ((p.word & FRAME) == 0) takeFrame(p, guestOf(p));
    }
  }
  for (let i: u32 = 0; i < S.exitCount; i++) {
    const exit = exitAt((S.exitFirst + i) % S.exitsMax);
    const p = pageAt(exit.page);
    if (exit.own && (p.word & FRAME) == 0) takeFrame(p, guestOf(p));
  }
}

/** The first fault of the queue that can be served begins, or the first that needs one has a victim written. False: none. */
function beginFault(device: u32): bool {
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
        const g = lacks && overQuota(guestOf(p)) ? guestOf(p) : nothing<Guest>();
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
  const b = backendOf(p);
  S.serving++;
  if ((p.word & AHEAD) != 0) tally(W.SWAP_PREFETCHED, 1);
  p.word = (p.word & ~(HAD | DIRECT)) | SERVED;
  const work = sampleNs(b.read, stream()) + b.readMore;
  const onCore = b.device ? S.finish : work + S.finish;
  tally(W.SWAP_IN_NS, onCore);
  spend(onCore);
  begin(device, page, 0, H.now + work + (b.device ? 0 : S.finish));
}

/** The next prefetch begins, or is dropped where memory is short or its VM is at its quota. */
function beginAhead(device: u32): void {
  const page = popPage(queueAt(AHEADS + device));
  const p = pageAt(page);
  const g = guestOf(p);
  if (S.free - S.unit < S.low || (g.quota != 0 && g.free - S.unit < g.low)) {
    p.word = (p.word & ~(STATE | AHEAD)) | OUT;
    return;
  }
  give(-S.unit);
  giveQuota(g, -S.unit);
  p.word |= FRAME;
  beginIn(page, p, device);
}

/** A task has come to need a page that is queued to be brought ahead: it queues as a fault. */
export function promote(page: u32, p: Page): void {
  const q = queueAt(AHEADS + backendOf(p).device);
  if (q.head == page) q.head = p.next;
  else {
    let before = q.head;
    while (pageAt(before).next != page) before = pageAt(before).next;
    pageAt(before).next = p.next;
    if (q.tail == page) q.tail = before;
  }
  needPage(p);
  queueFault(page, p);
}

function arriveIn(page: u32, p: Page): void {
  const g = guestOf(p);
  const kind = kindOf(p);
  const c = countersOf(kind);
  S.serving--;
  give(p.kept);
  let word = (p.word & ~(STATE | SERVED | FRAME | QUEUED)) | RESIDENT;
  if (backendOf(p).device) word |= COPY;
  add(c, W.BACKEND_INS, 1);
  // in the order in which they came
  let t = p.waiters;
  let ordered = nothing<Task>();
  p.waiters = ordered;
  while (!isNull(t)) {
    const next = t.next;
    t.next = ordered;
    ordered = t;
    t = next;
  }
  if (isNull(ordered)) {
    p.word = word;
    pushHot(g, page);
    return;
  }
  p.word = word & ~AHEAD;
  pushCold(g, page);
  // the first one's wait is the page's: it is counted once, and the result puts the others' to it
  let which: usize = W.SWAP_HISTOGRAM_BACKENDS + kind;
  if (H.now - ordered.readyAt <= <u64>W.FAST_NS) add(c, W.BACKEND_FAST, 1);
  while (!isNull(ordered)) {
    const task = ordered;
    ordered = task.next;
    endFault(g, p, task, which);
    which = W.SWAP_HISTOGRAM_JOINED;
  }
}

/** The page that `t` has waited for is there. */
export function endFault(g: Guest, p: Page, t: Task, which: usize): void {
  const waited = H.now - t.readyAt;
  note(which, waited);
  tallyGuest(g, W.GUEST_STALL_NS, waited);
  p.word = written(g, t.touch, p.word);
  t.touch = advance(g, t.touch);
  makeReady(vmAt(p.word >> GUEST_SHIFT_BITS), t);
}

// --- events -----------------------------------------------------------------------------------------------------

/** `page` is done with a step that takes the same time for every page, behind those that began it before. */
function stage(queue: u32, slot: u32, page: u32, ns: u64): void {
  const q = queueAt(queue);
  const step = stageOf(page);
  step.at = H.now + ns;
  step.place = takeSequence(Q);
  if (q.head == 0) scheduleAt(Q, S.slot + slot, step.at, RANK_SERVE, step.place);
  pushPage(q, page);
}

/** The first page of `queue` is done with its step. */
function staged(queue: u32, slot: u32): u32 {
  const q = queueAt(queue);
  const page = popPage(q);
  if (q.head != 0) scheduleAt(Q, S.slot + slot, stageOf(q.head).at, RANK_SERVE, stageOf(q.head).place);
  return page;
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
  const s = serverAt(index);
  const page = s.page;
  const fault = s.fault;
  s.page = 0;
  s.fault = 0;
  S.busy--;
  if (index < <u32>S.workers) S.idleWorkers |= <u64>1 << index;
  else S.idleDevices |= <u64>1 << (index - <u32>S.workers);
  const p = pageAt(page);
  if ((p.word & STATE) != COMING) gone(page, fault);
  else if (backendOf(p).device && S.finish != 0) stage(MAPPING, MAP_SLOT, page, S.finish);
  else arriveIn(page, p);
}

/** In the next look work that is no fault's leaves so many servers of the class idle. */
// @ts-ignore: decorator
@inline
export function leaveServer(device: u32, servers: u32): void {
  if (device) S.claims1 = servers;
  else S.claims0 = servers;
}

/** Gives idle servers what there is to do. */
export function pump(): void {
  if (S.paused) return;
  let more = true;
  while (more) {
    while (S.idleWorkers != 0) {
      if (queueAt(VICTIMS).head != 0) beginVictim(0);
      else if (queueAt(FAULTS).head != 0 && beginFault(0)) continue;
      else if (<u32>popcnt<u64>(S.idleWorkers) <= S.claims0) break;
      else if (queueAt(AHEADS).head != 0) beginAhead(0);
      else if (!beginOut()) break;
    }
    more = false;
    while (S.idleDevices != 0) {
      if (queueAt(VICTIMS + 1).head != 0) beginVictim(1);
      else if (queueAt(FAULTS + 1).head != 0 && beginFault(1)) {
        more = true; // its victim may be for a worker, or have gone at once
        continue;
      } else if (<u32>popcnt<u64>(S.idleDevices) <= S.claims1) break;
      else if (queueAt(AHEADS + 1).head != 0) beginAhead(1);
      else if (queueAt(OUTS).head != 0) beginQueuedOut();
      else break;
    }
  }
  if (S.going + S.serving == 0 && faultsOf(0).length + faultsOf(1).length != 0) H.status = L.E_FRAMES;
}
