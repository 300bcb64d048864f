// Pages that go: victims of faults, background swap-out, and the way of each from its unmapping to its copy.

import {
  Page, STATE, S, UNMAP_SLOT, RESCUED, COPY, queueAt, DIRECT, GOING, AWAITS, backendOf, tally, Guest, guestAt, tallyGuest, guestOf,
  setState, RESIDENT, DIRTY, MISSING, OUT, add, marksOf, mark, countersOf, kindOf, HAD, ACCESSED, isTiered,
} from "../pages/state";
import { pageAt, beginMove, endMove, pushPage, popPage } from "../pages/moving";
import { forgetPage } from "./plan";
import { cameDown, moves } from "./tier";
import {
  chargeOut, stage, UNMAPPING, VICTIMS, OUTS, faultsOf, keeps, begin, works, frees, leaves, give, giveQuota, giveFrames, need,
  queueFault,
} from "./frames";
import * as W from "../pages/layout";
import { nothing, isNull, clock } from "../../cpu/state";
import { affords } from "./budget";
import { takeVictim, pushHot, hasPages } from "../pages/levels";

// --- pages that go ----------------------------------------------------------------------------------------------

/** `page` leaves its level: nobody touches it any more without noticing. */
// @ts-ignore: decorator
@inline
function take(page: u32, bits: u32): Page {
  const p = beginMove(page, bits);
  mark(page, marksOf(page) | MISSING);
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

export function unmapped(page: u32): void {
  const p = pageAt(page);
  if ((p.word & STATE) == RESCUED) stay(page, p);
  else if (hasCopy(page, p)) gone(page, ownerOf(p));
  else pushPage(queueAt(p.word & DIRECT ? VICTIMS + 1 : OUTS), page);
}

/** Whether a device still holds what the page holds. */
// @ts-ignore: decorator
@inline
function hasCopy(page: u32, p: Page): bool {
  return (p.word & COPY) != 0 && (marksOf(page) & DIRTY) == 0;
}

/** A victim is written for the sake of `fault`, which waits for it. */
export function goForFault(victim: u32, fault: u32): void {
  const p = take(victim, GOING | DIRECT);
  p.kept = fault; // until it is known what is kept of it
  pageAt(fault).word |= AWAITS;
  faultsOf(backendOf(pageAt(fault).word).device).awaiting++;
  tally(W.SWAP_DIRECT, 1);
  if (backendOf(p.word).device) unmap(victim);
  else pushPage(queueAt(VICTIMS), victim);
}

/** The fault for whose sake the page goes, 0: none; what is kept of the page is known from now on. */
function ownerOf(p: Page): u32 {
  if ((p.word & DIRECT) == 0) return 0;
  const fault = p.kept;
  p.kept = keeps(backendOf(p.word));
  return fault;
}

/** The next victim of a fault is written. */
export function beginVictim(device: u32): void {
  const page = popPage(queueAt(VICTIMS + device));
  const p = pageAt(page);
  const fault = ownerOf(p);
  begin(device, page, fault, clock.now + write(p.word));
}

/** How long a page is written by its server. */
// @ts-ignore: decorator
@inline
function write(word: u32): u64 {
  const b = backendOf(word);
  const work = works(b.write, b.writeMore);
  if (b.device) return work;
  if (isTiered(word)) moves(S.unmap + work);
  chargeOut(S.unmap + work);
  return S.unmap + work;
}

/** One background swap-out begins. False: none is due, or none can be. */
export function beginOut(): bool {
  if (S.reclaiming && S.free + S.leaving < S.high) return goInBackground(nothing<Guest>());
  if (S.quotaReclaims == 0) return false;
  for (let i: u32 = 0; i < S.guestCount; i++) {
    const g = guestAt(i);
    if (g.reclaiming && g.free + <i64>g.leaving * S.unit < g.high && goInBackground(g)) return true;
  }
  return false;
}

function goInBackground(g: Guest): bool {
  // where no page can go, nothing waits for the budget
  if (isNull(g) ? S.listed == 0 : !hasPages(g)) return false;
  if (!affords()) return false;
  const page = takeVictim(g);
  if (page == 0) return false;
  if (!isNull(g)) tallyGuest(g, W.GUEST_QUOTA_RECLAIMS, 1);
  const p = take(page, GOING);
  const word = p.word;
  const b = backendOf(word);
  const kept = keeps(b);
  p.kept = kept;
  S.leaving += S.unit - <i64>kept;
  leaves(guestOf(word), 1);
  if (b.device) unmap(page);
  else begin(0, page, 0, clock.now + write(word));
  return true;
}

/** The next page for a device is written. False: it was touched meanwhile, and stays. */
export function beginQueuedOut(): bool {
  const page = popPage(queueAt(OUTS));
  const p = pageAt(page);
  if ((p.word & STATE) == RESCUED) {
    stay(page, p);
    return false;
  }
  begin(1, page, 0, clock.now + write(p.word));
  return true;
}

/** A page that was on its way out is not any more. */
// @ts-ignore: decorator
@inline
function arrived(word: u32, freed: i64): void {
  S.going--;
  if ((word & DIRECT) != 0) return;
  S.leaving -= freed;
  leaves(guestOf(word), -1);
}

/** It was touched on its way out. */
function stay(page: u32, p: Page): void {
  arrived(p.word, frees(p));
  setState(p, RESIDENT);
  endMove(page, p);
  const g = guestOf(p.word);
  if (marksOf(page) & ACCESSED) g.touched = 1; // the next scan finds its bit, whether or not anything of the VM is touched before
  pushHot(g, page);
}

/** It is out; `fault` has waited for that. */
export function gone(page: u32, fault: u32): void {
  const p = pageAt(page);
  const word = p.word;
  if ((word & STATE) == RESCUED) {
    stay(page, p);
    return;
  }
  const freed = frees(p);
  arrived(word, freed);
  if (backendOf(word).device) tally(hasCopy(page, p) ? W.SWAP_CLEAN_DROPS : W.SWAP_WRITEBACKS, 1);
  p.word = (word & ~(STATE | COPY | DIRECT)) | OUT;
  mark(page, MISSING);
  if (isTiered(word)) cameDown(page);
  give(freed);
  giveQuota(guestOf(word), S.unit);
  add(countersOf(kindOf(word)), W.BACKEND_OUTS, 1);
  if (fault != 0) {
    const f = pageAt(fault);
    f.word = (f.word & ~(AWAITS | DIRECT)) | HAD;
    faultsOf(backendOf(f.word).device).awaiting--;
  }
  if (S.lacking != 0) giveFrames();
  if (isNull(p.waiters)) {
    endMove(page, p);
    return;
  }
  need(p);
  queueFault(page, p);
}
