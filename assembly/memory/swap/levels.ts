// Which page goes: Taiji's multi-level LRU by access bits, one set of levels a VM. A scan once an interval puts pages in use
// back to level 0 and lets the others sink by one; the oldest page of the coldest level goes, and is spared when its bit is
// set, as unmapping it reads the bit anyway. A page that comes in for a task stands in the coldest level until it is used again;
// one brought ahead stands in level 0, so that it is there when its use comes. The rules are those of replacement/taiji.ts, by
// time instead of by requests.
// VMs take turns among those that have pages in the coldest level there is.
// Nothing is scanned while nothing is touched: a touch arms the scan of its interval.

import * as W from "./layout";
import { schedule, RANK_BACKGROUND } from "../../kernel/event-queue";
import { H, Q } from "../../cpu/state";
import { S, Guest, PageQueue, ACCESSED, guestAt, pageAt, pushPage, tally } from "./state";

// @ts-ignore: decorator
@inline
export function levelOf(g: Guest, level: u32): PageQueue {
  return changetype<PageQueue>(g.levels + (<usize>level << 3));
}

/** The page stands in level 0, as what was used again. */
// @ts-ignore: decorator
@inline
export function pushHot(g: Guest, page: u32): void {
  pushPage(levelOf(g, 0), page);
}

/** The page stands in the coldest level: it was used once, now, and that is all that is known of it. */
// @ts-ignore: decorator
@inline
export function pushCold(g: Guest, page: u32): void {
  pushPage(levelOf(g, <u32>S.levels - 1), page);
}

/** The coldest page of `g` that was not touched since it was looked at; 0 when all are pinned or out. */
function coldestOf(g: Guest, level: u32): u32 {
  while (true) {
    const q = levelOf(g, level);
    const page = q.head;
    if (page == 0) {
      if (level == 0) return 0;
      level--;
      continue;
    }
    const p = pageAt(page);
    q.head = p.next;
    if ((p.word & ACCESSED) == 0) return page;
    p.word &= ~ACCESSED;
    pushHot(g, page);
  }
}

/** A victim: of `g`, or of any VM where it is null. 0: none. */
export function takeVictim(g: Guest): u32 {
  const coldest = <u32>S.levels - 1;
  if (changetype<usize>(g) != 0) return coldestOf(g, coldest);
  const n = S.guestCount;
  for (let level = <i32>coldest; level >= 0; level--) {
    let index = S.levelHand;
    for (let i: u32 = 0; i < n; i++, index++) {
      if (index >= n) index -= n;
      const candidate = guestAt(index);
      if (candidate.pages == 0 || levelOf(candidate, level).head == 0) continue;
      S.levelHand = index + 1;
      return coldestOf(candidate, level);
    }
  }
  return 0;
}

/** A page was touched: its VM is looked at in the next scan. */
// @ts-ignore: decorator
@inline
export function armScan(g: Guest): void {
  if (g.touched) return;
  g.touched = 1;
  if (S.scanArmed) return;
  S.scanArmed = 1;
  schedule(Q, S.slot + 1, (H.now / S.scanEvery + 1) * S.scanEvery, RANK_BACKGROUND);
}

/** Over all access bits of `g`, coldest level first, so that no page is looked at twice. Answers how many pages it saw. */
function scanGuest(g: Guest): u64 {
  const coldest = <u32>S.levels - 1;
  const inUse = levelOf(g, <u32>S.levels);
  let seen: u64 = 0;
  for (let level = <i32>coldest; level >= 0; level--) {
    const q = levelOf(g, level);
    const below = levelOf(g, min<u32>(level + 1, coldest));
    let page = q.head;
    q.head = 0;
    while (page != 0) {
      const p = pageAt(page);
      const next = p.next;
      seen++;
      if (p.word & ACCESSED) {
        p.word &= ~ACCESSED;
        pushPage(inUse, page);
      } else pushPage(below, page);
      page = next;
    }
  }
  // behind what stands in level 0 already: with one level, the pages that have just sunk into it
  const hot = levelOf(g, 0);
  if (inUse.head != 0) {
    if (hot.head == 0) hot.head = inUse.head;
    else pageAt(hot.tail).next = inUse.head;
    hot.tail = inUse.tail;
    inUse.head = 0;
  }
  return seen;
}

/** The scan's own time, ns: of the memory that the sample stands for. */
export function scan(): u64 {
  S.scanArmed = 0;
  let seen: u64 = 0;
  for (let i: u32 = 0; i < S.guestCount; i++) {
    const g = guestAt(i);
    if (!g.touched) continue;
    g.touched = 0;
    seen += scanGuest(g);
  }
  seen *= S.sample;
  tally(W.SWAP_SCANS, 1);
  tally(W.SWAP_SCANNED, seen);
  tally(W.SWAP_SCAN_NS, seen * S.scanPage);
  return seen * S.scanPage;
}
