// Which page goes: Taiji's multi-level LRU by access bits, one set of levels a VM. A scan once an interval puts pages in use
// back to level 0 and lets the others sink by one, in every VM; the oldest page of the coldest level of all goes, and is spared when its
// bit is set, as unmapping it reads the bit anyway. A page that comes in for a task stands in the coldest level until it is used again;
// one brought ahead stands in level 0, so that it is there when its use comes. The rules are those of replacement/taiji.ts, by
// time instead of by requests.
// VMs take turns among those that have pages in the coldest level there is.
// Nothing is scanned while nothing is touched on the host. Pages of VMs that were not touched sink when somebody looks at them again,
// by as many levels as scans have passed.

import { STATE, RESIDENT, PINNED, Guest, PageQueue, S, pushPage, pageAt, marksOf, mark, ACCESSED, guestAt } from "./state";
import { makeTouches } from "./touch";
import { readAhead } from "../../kernel/ahead";

// @ts-ignore: decorator
@inline
export function levelOf(g: Guest, level: u32): PageQueue {
  return changetype<PageQueue>(g.levels + (<usize>level << 3));
}

/** Behind the levels: pages found in use, on their way to level 0. */
// @ts-ignore: decorator
@inline
export function inUse(g: Guest): PageQueue {
  return levelOf(g, <u32>S.levels);
}

/** The page stands in level 0, as what was used again. */
export function pushHot(g: Guest, page: u32): void {
  assert((pageAt(page).word & STATE) == RESIDENT);
  sink(g);
  S.listed++;
  pushPage(levelOf(g, 0), page);
}

/** The page stands in the coldest level: it was used once, now, and that is all that is known of it. */
export function pushCold(g: Guest, page: u32): void {
  assert((pageAt(page).word & (STATE | PINNED)) == RESIDENT);
  sink(g);
  S.listed++;
  pushPage(levelOf(g, <u32>S.levels - 1), page);
}

/** Whether any page of `g` could go. */
export function hasPages(g: Guest): bool {
  for (let level: u32 = 0; level < <u32>S.levels; level++) {
    if (levelOf(g, level).head != 0) return true;
  }
  return false;
}

/** All pages of `from` stand behind those of `to`. */
// @ts-ignore: decorator
@inline
export function append(to: PageQueue, from: PageQueue): void {
  if (from.head == 0) return;
  if (to.head == 0) to.head = from.head;
  else pageAt(to.tail).next = from.head;
  to.tail = from.tail;
  from.head = 0;
}

/** The scans that have passed since `g` was looked at, in which it had not been touched. */
// @ts-ignore: decorator
@inline
export function sink(g: Guest): void {
  if (g.scanned != S.scanned) sinkBy(g);
}

function sinkBy(g: Guest): void {
  const coldest = <u32>S.levels - 1;
  const steps = min<u64>(S.scanned - g.scanned, coldest);
  g.scanned = S.scanned;
  for (let k: u64 = 0; k < steps; k++) {
    for (let level = coldest; level > 0; level--) append(levelOf(g, level), levelOf(g, level - 1));
  }
}

/** The first page of that level that was not touched; those in front of it are put aside. 0: none. */
function untouchedOf(g: Guest, level: u32): u32 {
  const q = levelOf(g, level);
  while (true) {
    const page = q.head;
    if (page == 0) return 0;
    const marks = marksOf(page);
    q.head = pageAt(page).next;
    if ((marks & ACCESSED) == 0) {
      readAhead(pageAt(q.head).next); // by who takes the next victim
      return page;
    }
    mark(page, marks & ~ACCESSED);
    pushPage(inUse(g), page);
    S.spared = 1;
  }
}

/** A victim: of `g`, or of any VM where it is null. 0: none. */
export function takeVictim(g: Guest): u32 {
  makeTouches();
  let page = changetype<usize>(g) != 0 ? coldestOf(g) : coldestOfAll();
  if (S.spared) {
    S.spared = 0;
    for (let i: u32 = 0; i < S.guestCount; i++) {
      const other = guestAt(i);
      if (other.pages != 0) append(levelOf(other, 0), inUse(other));
    }
    if (page == 0) page = changetype<usize>(g) != 0 ? untouchedOf(g, 0) : firstOf(0);
  }
  if (page != 0) S.listed--;
  return page;
}

function coldestOf(g: Guest): u32 {
  sink(g);
  for (let level = <i32>S.levels - 1; level >= 0; level--) {
    const page = untouchedOf(g, level);
    if (page != 0) return page;
  }
  return 0;
}

function coldestOfAll(): u32 {
  for (let i: u32 = 0; i < S.guestCount; i++) sink(guestAt(i));
  for (let level = <i32>S.levels - 1; level >= 0; level--) {
    const page = firstOf(level);
    if (page != 0) return page;
  }
  return 0;
}

/** The first untouched page of that level, VMs in turn. */
function firstOf(level: u32): u32 {
  const n = S.guestCount;
  let index = S.levelHand;
  for (let i: u32 = 0; i < n; i++, index++) {
    if (index >= n) index -= n;
    const g = guestAt(index);
    if (g.pages == 0 || levelOf(g, level).head == 0) continue;
    const page = untouchedOf(g, level);
    if (page == 0) continue;
    S.levelHand = index + 1;
    return page;
  }
  return 0;
}
