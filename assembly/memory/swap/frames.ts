// Frames and who waits for them: the queues of faults, quotas, and what a page frees when it goes.

import {
  STATE, S, Swap, FaultQueue, queueAt, Guest, Page, FRAME, HAD, DIRECT, guestOf, exitAt, setState, COMING, QUEUED, backendOf, COUNTERS,
  serverAt, Server, SERVER_SLOTS, Backend, tally, stageOf,
} from "../pages/state";
import { beginMove, pageAt, pushPage, popPage } from "../pages/moving";
import * as W from "../pages/layout";
import { RANK_SERVE, takeSequence, scheduleAt } from "../../kernel/event-queue";
import { Q, isNull, clock } from "../../cpu/state";
import { Distribution, sample, sampleNs } from "../../kernel/distribution";
import { spend } from "./budget";

// queues, of workers (+ 0) and devices (+ 1)
// @ts-ignore: decorator
@inline export const FAULTS: u32 = 0;

// @ts-ignore: decorator
@inline export const AHEADS: u32 = 2; // of faults
// @ts-ignore: decorator
@inline export const OUTS: u32 = 6;

// @ts-ignore: decorator
@inline export const VICTIMS: u32 = 4; // of background work, for devices
// @ts-ignore: decorator
@inline export const UNMAPPING: u32 = 7; // for devices
// @ts-ignore: decorator
@inline export const MAPPING: u32 = 8; // from devices
// @ts-ignore: decorator
@inline const QUEUES: u32 = 9;

// @ts-ignore: decorator
@inline
export function stream(): usize {
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
export function give(bytes: i64): void {
  const free = S.free + bytes;
  S.free = free;
  S.reclaiming = (S.reclaiming | u32(free < S.low)) & u32(free < S.high);
}

/** The same for the quota of the VM whose frame it is. */
// @ts-ignore: decorator
@inline
export function giveQuota(g: Guest, bytes: i64): void {
  if (g.quota == 0) return;
  g.free += bytes;
  const wants = (g.reclaiming | u32(g.free < g.low)) & u32(g.free < g.high);
  S.quotaReclaims += wants - g.reclaiming;
  g.reclaiming = wants;
}

// @ts-ignore: decorator
@inline
export function overQuota(g: Guest): bool {
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
export function giveFrames(): void {
  for (let device: u32 = 0; device < 2; device++) {
    for (let page = faultsOf(device).head; page != 0; page = pageAt(page).next) {
      const p = pageAt(page);
      if ((p.word & FRAME) == 0) takeFrame(p, guestOf(p.word));
    }
  }
  for (let i: u32 = 0; i < S.exitCount; i++) {
    const exit = exitAt((S.exitFirst + i) % S.exitsMax);
    if (exit.own == 0) continue;
    const p = pageAt(exit.page);
    if ((p.word & FRAME) == 0) takeFrame(p, guestOf(p.word));
  }
}

// --- pages that come --------------------------------------------------------------------------------------------

/** `page`, which is OUT, is going to come in for a task's sake. */
export function needPage(page: u32): Page {
  const p = beginMove(page, COMING);
  need(p);
  return p;
}

/** The same of one that has just gone out or is queued to be brought ahead: it takes its frame. */
export function need(p: Page): void {
  setState(p, COMING);
  S.lacking++;
  takeFrame(p, guestOf(p.word));
}

/** The fault of a page that is needed has left the guest: it queues for a server. */
export function queueFault(page: u32, p: Page): void {
  assert((p.word & (STATE | QUEUED)) == COMING);
  p.word |= QUEUED;
  const q = faultsOf(backendOf(p.word).device);
  pushPage(queueAt(FAULTS + backendOf(p.word).device), page);
  q.length++;
  const longest = COUNTERS + (W.SWAP_QUEUED_MAX << 3);
  const queued = <u64>faultsOf(0).length + <u64>faultsOf(1).length;
  if (queued > load<u64>(longest)) store<u64>(longest, queued);
}

/** A task has come to need a page that is queued to be brought ahead: it queues as a fault. */
export function promote(page: u32, p: Page): void {
  const q = queueAt(AHEADS + backendOf(p.word).device);
  if (q.head == page) q.head = p.next;
  else {
    let before = q.head;
    while (pageAt(before).next != page) before = pageAt(before).next;
    pageAt(before).next = p.next;
    if (q.tail == page) q.tail = before;
  }
  need(p);
  queueFault(page, p);
}

/** Of the VM's pages so many more are on their way out for background work; only where it has a quota anybody asks. */
// @ts-ignore: decorator
@inline
export function leaves(g: Guest, more: u32): void {
  if (g.quota != 0) g.leaving += more;
}

/** What a page leaves free when it is gone. */
// @ts-ignore: decorator
@inline
export function frees(p: Page): i64 {
  return S.unit - <i64>p.kept;
}

/** A bitmap of so many servers, all idle. */
export function allOf(servers: u64): u64 {
  return ~<u64>0 >> (64 - servers);
}

// --- servers ----------------------------------------------------------------------------------------------------

/** An idle server of the class (0 workers, 1 devices) begins; there must be one. `fault`: for whose sake the page goes. */
export function begin(device: u32, page: u32, fault: u32, until: u64): void {
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
  scheduleAt(Q, S.slot + SERVER_SLOTS + index, until, RANK_SERVE, takeSequence(Q));
}

/** A server is done with its page. */
// @ts-ignore: decorator
@inline
export function endWork(s: Server): void {
  s.page = 0;
  s.fault = 0;
}

/** How long a server reads or writes, by that law and what comes to it. */
// @ts-ignore: decorator
@inline
export function works(law: Distribution, more: u64): u64 {
  return isNull(law) ? more : sampleNs(law, stream()) + more;
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
export function chargeOut(ns: u64): void {
  tally(W.SWAP_OUT_NS, ns);
  spend(ns);
}

// --- events -----------------------------------------------------------------------------------------------------

/** `page` is done with a step that takes the same time for every page, behind those that began it before. */
export function stage(queue: u32, slot: u32, page: u32, ns: u64): void {
  const q = queueAt(queue);
  const step = stageOf(page);
  step.at = clock.now + ns;
  step.place = takeSequence(Q);
  if (q.head == 0) scheduleAt(Q, S.slot + slot, step.at, RANK_SERVE, step.place);
  pushPage(q, page);
}

/** The first page of `queue` is done with its step. */
export function staged(queue: u32, slot: u32): u32 {
  const q = queueAt(queue);
  const page = popPage(q);
  if (q.head != 0) scheduleAt(Q, S.slot + slot, stageOf(q.head).at, RANK_SERVE, stageOf(q.head).place);
  return page;
}
