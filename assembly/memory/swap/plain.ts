// The events of a host whose pages are compressed by workers and nothing else: no devices, slow tier, quotas, budget, prefetching, upgrades
// or functions (configure.ts, isPlain). What fault.ts, servers.ts and going.ts ask at every fault and nobody of such a host answers is left
// out here, and so is a fault's way through a queue that is empty. Whatever is rare is theirs.

import * as L from "../../layout";
import * as W from "../pages/layout";
import { makeReady } from "../../cpu/guest/dispatch";
import { proceed } from "../../cpu/guest/loop";
import { H, Task, VCpu, clock, isNull, nothing, vmAt } from "../../cpu/state";
import { Distribution, sample, wholeNs } from "../../kernel/distribution";
import { armScan } from "../pages/scan-due";
import { endTouches } from "../pages/touch";
import { advance, written } from "../pages/access";
import { pushCold, takeVictim } from "../pages/levels";
import { beginPlainMove, pageAt, rest, restOf } from "../pages/moving";
import {
  AWAITS, COMING, COUNTERS, DIRECT, EXIT_SLOT, FRAME, GOING, GUEST_SHIFT_BITS, Guest, HAD, MISSING, OUT, Page, QUEUED, RESIDENT, S, SERVED, SERVER_SLOTS,
  STATE, add, backendOf, countersOf, guestAt, guestIn, guestOf, kindOf, mark, marksOf, note, queueAt, serverAt, tally, tallyGuest,
} from "../pages/state";
import { beginExit, leaveGuest, onTouch, takeExit } from "./fault";
import { FAULTS, VICTIMS, begin, endWork, faultsOf, frees, give, giveFrames, queueFault, stream } from "./frames";
import { beginVictim, gone } from "./going";
import { forgetPage } from "./plan";
import { scan } from "./scan";
import { arriveIn, beginFault, pump } from "./servers";

/** The task `t`, running on `v`, has come to a touch that is an event: nearly always of a page that is out, for which there is a frame. */
// @ts-ignore: decorator
@inline
export function onPlainTouch(v: VCpu, t: Task): void {
  const page = v.touchPage;
  const left = S.free - S.unit;
  if ((restOf(page) & STATE) != OUT || left < S.least || H.varies != 0 || S.exitCount == S.exitsMax) {
    onTouch(v, t);
    return;
  }
  endTouches(v);
  const now = clock.now;
  v.task = nothing<Task>();
  t.remaining -= now - v.startedAt;
  t.readyAt = now;
  v.faultUntil = now + S.entry;
  const g = guestIn(v.vm);
  tallyGuest(g, W.GUEST_FAULTS, 1);
  tallyGuest(g, W.GUEST_TOUCHED, 1);
  armScan();
  S.touched = 1;
  beginPlainMove(page, COMING | FRAME);
  give(-S.unit);
  beginExit(t, v.vm.index, page, 1);
  if (S.reclaiming != 0 && S.free + S.leaving < S.high && <u32>popcnt<u64>(S.idleWorkers) > 1) {
    // what the touch alone lets begin is no fault, all of which have what they could get; it leaves a worker to this one
    S.claims0 = 1;
    pump();
    S.claims0 = 0;
  }
  proceed(v);
}

/** The event of slot `which` of the engine. */
export function onPlainSlot(which: u32): void {
  if (which >= SERVER_SLOTS) onWorker(which - SERVER_SLOTS);
  else if (which == EXIT_SLOT) onExit();
  else scan();
  pumpPlain();
}

/** Gives idle workers what there is to do. */
function pumpPlain(): void {
  while (S.idleWorkers != 0) {
    if ((queueAt(VICTIMS).head | queueAt(FAULTS).head) != 0) {
      if (queueAt(VICTIMS).head != 0) {
        beginVictim(0);
        continue;
      }
      if (beginQueued()) continue;
    }
    if (S.reclaiming == 0 || S.free + S.leaving >= S.high || <u32>popcnt<u64>(S.idleWorkers) <= S.claims0) break;
    if (!beginOut()) break;
  }
  if (faultsOf(0).length != 0 && S.going + S.serving == 0) clock.status = L.E_FRAMES;
}

/** The next fault of the queue begins. False: none can. */
// @ts-ignore: decorator
@inline
function beginQueued(): bool {
  const q = faultsOf(0);
  const page = q.head;
  const p = pageAt(page);
  if ((p.word & (AWAITS | FRAME | DIRECT)) != FRAME) return beginFault(0);
  q.head = p.next;
  q.length--;
  bringIn(page, p);
  return true;
}

/** One background swap-out begins. False: no page can go. */
function beginOut(): bool {
  if (S.listed == 0) return false;
  const page = takeVictim(nothing<Guest>());
  if (page == 0) return false;
  const p = beginPlainMove(page, GOING);
  const b = backendOf(p.word);
  mark(page, marksOf(page) | MISSING);
  S.going++;
  S.leaving += frees(p);
  forgetPage(page);
  const ns = S.unmap + b.writeMore + drawn(b.write);
  tally(W.SWAP_OUT_NS, ns);
  begin(0, page, 0, clock.now + ns);
  return true;
}

/** What is drawn of how long a worker reads or writes. */
// @ts-ignore: decorator
@inline
function drawn(law: Distribution): u64 {
  return isNull(law) ? 0 : drawnNs(law);
}

function drawnNs(law: Distribution): u64 {
  return wholeNs(sample(law, stream()));
}

/** Worker `index` is done with its page. */
function onWorker(index: u32): void {
  const s = serverAt(index);
  const page = s.page;
  const fault = s.fault;
  endWork(s);
  S.idleWorkers |= <u64>1 << index;
  const p = pageAt(page);
  const word = p.word;
  if ((word & STATE) == COMING) {
    const t = p.waiters;
    if (isNull(t) || !isNull(t.next)) arriveIn(page, p);
    else arrive(page, p, word, t);
  } else if ((word & (STATE | DIRECT)) == GOING) leave(page, p, word);
  else gone(page, fault);
}

/** The page is out, and nobody waits for it. */
// @ts-ignore: decorator
@inline
function leave(page: u32, p: Page, word: u32): void {
  const freed = frees(p);
  S.going--;
  S.leaving -= freed;
  rest(page, p, (word & ~STATE) | OUT);
  mark(page, MISSING);
  give(freed);
  add(countersOf(kindOf(word)), W.BACKEND_OUTS, 1);
  if (S.lacking != 0) giveFrames();
}

/** The page is there, and `t` alone has waited for it. */
// @ts-ignore: decorator
@inline
function arrive(page: u32, p: Page, word: u32, t: Task): void {
  const g = guestOf(word);
  const kind = kindOf(word);
  const c = countersOf(kind);
  const waited = clock.now - t.readyAt;
  S.serving--;
  give(p.kept);
  add(c, W.BACKEND_INS, 1);
  if (waited <= <u64>W.FAST_NS) add(c, W.BACKEND_FAST, 1);
  rest(page, p, (word & ~(STATE | SERVED | FRAME | QUEUED)) | RESIDENT);
  mark(page, written(g, t.touch, 0));
  pushCold(g, page);
  note(W.SWAP_HISTOGRAM_BACKENDS + kind, waited);
  tallyGuest(g, W.GUEST_STALL_NS, waited);
  t.touch = advance(g, t.touch);
  makeReady(vmAt(word >> GUEST_SHIFT_BITS), t);
}

function onExit(): void {
  const exit = takeExit();
  const t = exit.task;
  const page = exit.page;
  if (exit.own == 0) {
    leaveGuest(t, guestAt(exit.guest), page, 0);
    return;
  }
  // the page comes for its sake, and nothing has begun with it
  const p = pageAt(page);
  t.next = p.waiters;
  p.waiters = t;
  const waits = S.idleWorkers == 0 || (queueAt(VICTIMS).head | queueAt(FAULTS).head) != 0;
  if (waits || (p.word & (FRAME | DIRECT)) != FRAME) {
    queueFault(page, p);
    return;
  }
  if (load<u64>(COUNTERS, W.SWAP_QUEUED_MAX << 3) == 0) store<u64>(COUNTERS, 1, W.SWAP_QUEUED_MAX << 3); // as one that has queued
  bringIn(page, p);
}

/** An idle worker begins to bring in a page that has its frame and that nobody is in front of. */
function bringIn(page: u32, p: Page): void {
  const word = p.word;
  const b = backendOf(word);
  p.word = (word & ~HAD) | QUEUED | SERVED;
  S.serving++;
  const ns = S.finish + b.readMore + drawn(b.read);
  tally(W.SWAP_IN_NS, ns);
  begin(0, page, 0, clock.now + ns);
}
