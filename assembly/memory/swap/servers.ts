// Who moves pages: W workers for what costs core time (zero filling, compression), and a number of operations at once for
// what waits for a device (SSD, remote memory). Faults come first, then prefetches, then background swap-out between the
// watermarks; a fault that finds less than `min` free has a victim written first (direct reclaim), and one that finds no
// frame waits for one: its victim is not rescued.
// Background swap-out keeps to a budget of cores; swap-ins are charged to it too
// and never held up by it.
// Leaves out: on which core a worker runs (src/memory/swap says from where its cores are taken), and a device's bandwidth
// beyond its number of operations at once.

import * as L from "../../layout";
import * as W from "./layout";
import { schedule, RANK_BACKGROUND, RANK_SERVE } from "../../kernel/event-queue";
import { sample, sampleNs } from "../../kernel/distribution";
import { H, Q, Task, isNull, nothing, vmAt } from "../../cpu/state";
import { makeReady } from "../../cpu/vcpu";
import { advance, written } from "./access";
import { pushCold, pushHot, takeVictim } from "./levels";
import {
  S, COUNTERS, Swap, Backend, Guest, Page, RESIDENT, OUT, COMING, GOING, RESCUED, STATE, ACCESSED, DIRTY, COPY, AHEAD, DIRECT, GUEST_SHIFT_BITS,
  backendOf, countersOf, guestAt, guestOf, kindOf, pageAt, popPage, pushPage, queueAt, serverAt, setState, add, note, tally, tallyGuest,
} from "./state";

// @ts-ignore: decorator
@inline export const SERVER_SLOTS: u32 = 3; // timer slots in front of the servers': budget, scan, upgrade
// queues: faults and prefetches for workers (0, 2) and devices (1, 3), swap-outs for devices
// @ts-ignore: decorator
@inline export const FAULTS: u32 = 0;
// @ts-ignore: decorator
@inline export const AHEADS: u32 = 2;
// @ts-ignore: decorator
@inline const OUTS: u32 = 4;

// @ts-ignore: decorator
@inline
function stream(): usize {
  return changetype<usize>(S) + offsetof<Swap>("stream0");
}

// --- watermarks and budget --------------------------------------------------------------------------------------

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

/** Core time of elasticity work, charged to the budget. */
// @ts-ignore: decorator
@inline
export function spend(ns: u64): void {
  if (S.budget != 0) spendBudget(ns);
}

function spendBudget(ns: u64): void {
  S.budgetAt = max<u64>(S.budgetAt, H.now) + (ns * 1000) / S.budget;
}

/** Whether background work may start now; if not, it is looked at again when the budget allows. */
function affords(): bool {
  if (S.budgetAt <= H.now + S.burst) return true;
  tally(W.SWAP_THROTTLED, 1);
  schedule(Q, S.slot, S.budgetAt - S.burst, RANK_BACKGROUND);
  return false;
}

// --- servers ----------------------------------------------------------------------------------------------------

/** An idle server of the class (0 workers, 1 devices) begins; there must be one. */
function begin(device: u32, page: u32, victim: u32, until: u64): void {
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
  s.victim = victim;
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

/** Unmaps a victim and says how long writing it takes. */
function leave(page: u32, p: Page): u64 {
  const b = backendOf(p);
  setState(p, GOING);
  S.going++;
  tally(W.SWAP_OUT_NS, S.unmap);
  spend(S.unmap);
  if ((p.word & COPY) != 0) {
    p.kept = <u32>S.metadata;
    tally(W.SWAP_CLEAN_DROPS, 1);
    return S.unmap;
  }
  p.kept = keeps(b);
  const work = sampleNs(b.write, stream()) + b.writeMore;
  if (b.device == 0) {
    tally(W.SWAP_OUT_NS, work);
    spend(work);
  } else tally(W.SWAP_WRITEBACKS, 1);
  return S.unmap + work;
}

/** Tasks wait for `page`, which is out. */
export function queueFault(page: u32, p: Page): void {
  setState(p, COMING);
  if (S.free - S.unit < S.least) p.word |= DIRECT;
  pushPage(queueAt(FAULTS + backendOf(p).device), page);
  const longest = COUNTERS + (W.SWAP_QUEUED_MAX << 3);
  if (<u64>(++S.queued) > load<u64>(longest)) store<u64>(longest, S.queued);
}

/** The first fault of a queue begins. False: no frame is free, and none can be freed before something on its way arrives. */
function beginFault(device: u32): bool {
  const q = queueAt(FAULTS + device);
  const page = q.head;
  const p = pageAt(page);
  const g = guestOf(p);
  const overQuota = g.quota != 0 && g.free < S.unit;
  const noFrame = overQuota || S.free < S.unit;
  let victim: u32 = 0;
  if (noFrame || (p.word & DIRECT) != 0) {
    victim = takeVictim(overQuota ? g : nothing<Guest>());
    if (victim != 0) {
      tally(W.SWAP_DIRECT, 1);
      if (overQuota) tallyGuest(g, W.GUEST_QUOTA_RECLAIMS, 1);
    }
  }
  if (noFrame) {
    if (victim != 0) {
      pageAt(victim).word |= DIRECT;
      begin(device, victim, 0, H.now + leave(victim, pageAt(victim)));
      return true;
    }
    if (S.busy == 0) H.status = L.E_FRAMES;
    return false;
  }
  popPage(q);
  S.queued--;
  p.word &= ~DIRECT;
  let first = p.waiters;
  while (!isNull(first.next)) first = first.next;
  beginIn(page, p, g, device, victim, max<u64>(H.now, first.readyAt + S.entry));
  return true;
}

function beginIn(page: u32, p: Page, g: Guest, device: u32, victim: u32, at: u64): void {
  const b = backendOf(p);
  give(-S.unit);
  giveQuota(g, -S.unit);
  const work = sampleNs(b.read, stream()) + b.readMore;
  const onCore = b.device ? S.finish : work + S.finish;
  tally(W.SWAP_IN_NS, onCore);
  spend(onCore);
  let until = at + work + S.finish;
  if (victim != 0) until += leave(victim, pageAt(victim));
  begin(device, page, victim, until);
}

/** The next prefetch begins, or is dropped where memory is short or its VM is at its quota. */
function beginAhead(device: u32): void {
  const page = popPage(queueAt(AHEADS + device));
  const p = pageAt(page);
  const g = guestOf(p);
  if (isNull(p.waiters) && (S.free - S.unit < S.low || (g.quota != 0 && g.free - S.unit < g.low))) {
    p.word = (p.word & ~(STATE | AHEAD)) | OUT;
    return;
  }
  if (!isNull(p.waiters)) {
    // a task came to need it meanwhile: from now on it is a fault like others
    queueFault(page, p);
    return;
  }
  tally(W.SWAP_PREFETCHED, 1);
  beginIn(page, p, g, device, 0, H.now);
}

/** One background swap-out begins, or is queued for a device. False: none is due, or none can be. */
function beginOut(): bool {
  let g = nothing<Guest>();
  if (!S.reclaiming || S.free + <i64>S.going * S.unit >= S.high) {
    if (S.quotaReclaims == 0) return false;
    for (let i: u32 = 0; i < S.guestCount; i++) {
      const candidate = guestAt(i);
      if (candidate.reclaiming && candidate.free < candidate.high) {
        g = candidate;
        break;
      }
    }
    if (isNull(g) || S.going >= <u32>S.workers) return false;
  }
  if (!affords()) return false;
  const page = takeVictim(g);
  if (page == 0) return false;
  if (!isNull(g)) tallyGuest(g, W.GUEST_QUOTA_RECLAIMS, 1);
  const p = pageAt(page);
  if (backendOf(p).device == 0) {
    begin(0, page, 0, H.now + leave(page, p));
  } else if (S.idleDevices != 0) {
    begin(1, page, 0, H.now + leave(page, p));
  } else {
    setState(p, GOING);
    S.going++;
    pushPage(queueAt(OUTS), page);
  }
  return true;
}

function beginQueuedOut(): void {
  const page = popPage(queueAt(OUTS));
  const p = pageAt(page);
  S.going--;
  if ((p.word & STATE) == RESCUED) {
    setState(p, RESIDENT);
    pushHot(guestOf(p), page);
  } else begin(1, page, 0, H.now + leave(page, p));
}

/** Gives idle servers what there is to do. */
export function pump(): void {
  if (S.paused) return;
  while (S.idleWorkers != 0) {
    if (queueAt(FAULTS).head != 0 && beginFault(0)) continue;
    if (H.status != 0) return;
    if (queueAt(AHEADS).head != 0) {
      beginAhead(0);
      continue;
    }
    if (!beginOut()) break;
  }
  while (S.idleDevices != 0) {
    if (queueAt(FAULTS + 1).head != 0 && beginFault(1)) continue;
    if (H.status != 0) return;
    if (queueAt(AHEADS + 1).head != 0) beginAhead(1);
    else if (queueAt(OUTS).head != 0) beginQueuedOut();
    else break;
  }
}

/** Server `index` is done with its page, and with the victim in front of it. */
export function onServer(index: u32): void {
  const s = serverAt(index);
  const page = s.page;
  const victim = s.victim;
  s.page = 0;
  s.victim = 0;
  S.busy--;
  if (index < <u32>S.workers) S.idleWorkers |= <u64>1 << index;
  else S.idleDevices |= <u64>1 << (index - <u32>S.workers);
  if (victim != 0) arriveOut(victim);
  const p = pageAt(page);
  if ((p.word & STATE) == COMING) arriveIn(page, p);
  else arriveOut(page);
}

function arriveOut(page: u32): void {
  const p = pageAt(page);
  const g = guestOf(p);
  S.going--;
  if ((p.word & STATE) == RESCUED) {
    setState(p, RESIDENT);
    pushHot(g, page);
    return;
  }
  p.word = (p.word & ~(STATE | DIRTY | COPY | AHEAD | DIRECT)) | OUT;
  give(S.unit);
  give(-<i64>p.kept);
  giveQuota(g, S.unit);
  add(countersOf(kindOf(p)), W.BACKEND_OUTS, 1);
  if (!isNull(p.waiters)) queueFault(page, p);
}

function arriveIn(page: u32, p: Page): void {
  const g = guestOf(p);
  const kind = kindOf(p);
  const c = countersOf(kind);
  give(p.kept);
  let word = (p.word & ~STATE) | RESIDENT;
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
  const vm = vmAt(word >> GUEST_SHIFT_BITS);
  while (!isNull(ordered)) {
    const task = ordered;
    ordered = task.next;
    const waited = H.now - task.readyAt;
    note(which, waited);
    which = W.SWAP_HISTOGRAM_JOINED;
    tallyGuest(g, W.GUEST_STALL_NS, waited);
    p.word = written(g, task.touch, p.word);
    task.touch = advance(g, task.touch);
    makeReady(vm, task);
  }
}
