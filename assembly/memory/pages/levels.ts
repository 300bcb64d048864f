// Which page goes: Taiji's multi-level LRU by access bits, one set of levels a VM. A scan once an interval puts pages in use
// back to level 0 and lets the others sink by one, in every VM; the oldest page of the coldest level of all goes, and is spared when its
// bit is set, as unmapping it reads the bit anyway. A page that comes in for a task stands in the coldest level until it is used again;
// one brought ahead stands in level 0, so that it is there when its use comes. The rules are those of replacement/taiji.ts, by
// time instead of by requests.
// VMs take turns among those that have pages in the coldest level there is.
// Nothing is scanned while nothing is touched on the host. Pages of VMs that were not touched sink when somebody looks at them again,
// by as many levels as scans have passed.
// They stand in two rings of page numbers: the coldest level, and all others behind one another from cold to hot, so that a level that
// sinks is counted as the next, and the next victims are known before anything is read of them. A search puts what it spares into level 0
// at once, where it passes over so many.

import { allocate } from "../../kernel/arena";
import { STATE, RESIDENT, PINNED, Guest, S, marksOf, mark, ACCESSED, MISSING, SEEN, guestAt } from "./state";
import { restOf } from "./moving";
import { makeTouches } from "./touch";

/** Page numbers in order, u32 each: where the first stands, and where the next to come will. */
@unmanaged
class Ring {
  at: usize;
  first: u32;
  end: u32;
}

if (offsetof<Ring>() > 16) ERROR("a Ring outgrows its room");

/** Of one VM: both rings, and behind them how many pages stand in each level, u32 each. */
export function levelBytes(): u64 {
  return 32 + (S.levels << 2);
}

/** Room in either ring for every page of `g` that can be resident. False: no memory. */
export function layLevels(g: Guest, levels: usize): bool {
  g.levels = levels;
  g.room = <u32>min<u64>(g.pages, <u64>(S.capacity / S.unit));
  coldRing(g).at = allocate(<u64>g.room << 2);
  warmRing(g).at = allocate(<u64>g.room << 2);
  return coldRing(g).at != 0 && warmRing(g).at != 0;
}

/** The coldest level. */
// @ts-ignore: decorator
@inline
function coldRing(g: Guest): Ring {
  return changetype<Ring>(g.levels);
}

/** All others, from cold to hot. */
// @ts-ignore: decorator
@inline
function warmRing(g: Guest): Ring {
  return changetype<Ring>(g.levels + 16);
}

// @ts-ignore: decorator
@inline
function ringOf(g: Guest, level: u32): Ring {
  return level == <u32>S.levels - 1 ? coldRing(g) : warmRing(g);
}

// @ts-ignore: decorator
@inline
function lengthOf(g: Guest, level: u32): u32 {
  return load<u32>(g.levels + (<usize>level << 2), 32);
}

// @ts-ignore: decorator
@inline
function setLength(g: Guest, level: u32, length: u32): void {
  store<u32>(g.levels + (<usize>level << 2), length, 32);
}

// @ts-ignore: decorator
@inline
function popFirst(g: Guest, q: Ring): u32 {
  const first = q.first;
  q.first = first + 1 == g.room ? 0 : first + 1;
  return load<u32>(q.at + (<usize>first << 2));
}

// @ts-ignore: decorator
@inline
function pushLast(g: Guest, q: Ring, page: u32): void {
  const end = q.end;
  store<u32>(q.at + (<usize>end << 2), page);
  q.end = end + 1 == g.room ? 0 : end + 1;
}

// @ts-ignore: decorator
@inline
function push(g: Guest, level: u32, page: u32): void {
  assert(lengthOf(g, level) < g.room);
  pushLast(g, ringOf(g, level), page);
  setLength(g, level, lengthOf(g, level) + 1);
}

/** The page stands in level 0, as what was used again. */
export function pushHot(g: Guest, page: u32): void {
  assert((restOf(page) & STATE) == RESIDENT);
  sink(g);
  S.listed++;
  push(g, 0, page);
}

/** The page stands in the coldest level: it was used once, now, and that is all that is known of it. */
export function pushCold(g: Guest, page: u32): void {
  assert((restOf(page) & (STATE | PINNED)) == RESIDENT);
  sink(g);
  S.listed++;
  push(g, <u32>S.levels - 1, page);
}

/** Whether any page of `g` could go. */
export function hasPages(g: Guest): bool {
  for (let level: u32 = 0; level < <u32>S.levels; level++) {
    if (lengthOf(g, level) != 0) return true;
  }
  return false;
}

/** The scans that have passed since `g` was looked at, in which it had not been touched. */
// @ts-ignore: decorator
@inline
export function sink(g: Guest): void {
  if (g.scanned != S.scanned) sinkBy(g);
}

/** Every level is the next colder one from now on; only what enters the coldest moves. */
function sinkBy(g: Guest): void {
  const coldest = <u32>S.levels - 1;
  const steps = min<u64>(S.scanned - g.scanned, coldest);
  g.scanned = S.scanned;
  for (let k: u64 = 0; k < steps; k++) {
    const n = lengthOf(g, coldest - 1);
    for (let i: u32 = 0; i < n; i++) pushLast(g, coldRing(g), popFirst(g, warmRing(g)));
    setLength(g, coldest, lengthOf(g, coldest) + n);
    for (let level = coldest - 1; level > 0; level--) setLength(g, level, lengthOf(g, level - 1));
    setLength(g, 0, 0);
  }
}

/** The first page of that level that was not touched; those in front of it enter level 0, where this search passes them over. 0: none. */
function untouchedOf(g: Guest, level: u32): u32 {
  const length = lengthOf(g, level);
  let left = level == 0 ? length - g.spared : length;
  if (left == 0) return 0;
  const q = ringOf(g, level);
  // read once: for all that the compiler knows pages lie where these do
  const at = q.at;
  const room = g.room;
  const hottest = ringOf(g, 0);
  let first = q.first;
  let page: u32 = 0;
  let passed: u32 = 0;
  do {
    page = load<u32>(at + (<usize>first << 2));
    first = first + 1 == room ? 0 : first + 1;
    const marks = marksOf(page);
    if ((marks & ACCESSED) == 0) break;
    mark(page, marks & ~ACCESSED);
    pushLast(g, hottest, page);
    page = 0;
    passed++;
  } while (--left != 0);
  q.first = first;
  setLength(g, level, length - passed - u32(page != 0));
  if (passed != 0) {
    setLength(g, 0, lengthOf(g, 0) + passed);
    g.spared += passed;
    S.spared = 1;
  }
  return page;
}

/** A victim: of `g`, or of any VM where it is null. 0: none. */
export function takeVictim(g: Guest): u32 {
  makeTouches();
  if (S.guestCount == 1) return victimOf(guestAt(0)); // whose turn it is always
  let page = changetype<usize>(g) != 0 ? coldestOf(g) : coldestOfAll();
  if (S.spared) {
    S.spared = 0;
    for (let i: u32 = 0; i < S.guestCount; i++) guestAt(i).spared = 0;
    if (page == 0) page = changetype<usize>(g) != 0 ? untouchedOf(g, 0) : firstOf(0);
  }
  if (page != 0) S.listed--;
  return page;
}

/** The same of a host's only VM. */
function victimOf(g: Guest): u32 {
  let page = coldestOf(g);
  if (S.spared) {
    S.spared = 0;
    g.spared = 0;
    if (page == 0) page = untouchedOf(g, 0);
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
    if (g.pages == 0) continue;
    const page = untouchedOf(g, level);
    if (page == 0) continue;
    S.levelHand = index + 1;
    return page;
  }
  return 0;
}

/** Over all access bits of `g`, coldest level first, so that no page is looked at twice: pages in use enter level 0, all others sink. */
export function scanLevels(g: Guest): void {
  const coldest = <u32>S.levels - 1;
  const cold = coldRing(g);
  const warm = warmRing(g);
  let stay = sift(g, cold, lengthOf(g, coldest));
  let risen = lengthOf(g, coldest) - stay;
  if (coldest != 0) {
    const below = sift(g, warm, lengthOf(g, coldest - 1));
    risen += lengthOf(g, coldest - 1) - below;
    stay += below;
  }
  setLength(g, coldest, stay);
  // what sinks and stays above the coldest level waits behind that one, and is put in front of those in use
  let above: u32 = 0;
  for (let level = coldest; level > 1; level--) {
    const n = lengthOf(g, level - 2);
    const sunk = sift(g, warm, n);
    setLength(g, level - 1, sunk);
    risen += n - sunk;
    above += sunk;
  }
  for (; above != 0; above--) {
    cold.end = (cold.end == 0 ? g.room : cold.end) - 1;
    warm.first = (warm.first == 0 ? g.room : warm.first) - 1;
    store<u32>(warm.at + (<usize>warm.first << 2), load<u32>(cold.at + (<usize>cold.end << 2)));
  }
  if (coldest != 0) setLength(g, 0, risen);
  else {
    // one level: those in use stand behind the others
    setLength(g, 0, stay + risen);
    for (; risen != 0; risen--) pushLast(g, cold, popFirst(g, warm));
  }
}

/** How many pages stand in levels; fewer than that where one stands there twice, or is not RESIDENT. */
export function countListed(g: Guest): u32 {
  const coldest = <u32>S.levels - 1;
  let warm: u32 = 0;
  for (let level: u32 = 0; level < coldest; level++) warm += lengthOf(g, level);
  const right = see(g, coldRing(g), lengthOf(g, coldest), 0) + see(g, warmRing(g), warm, 0);
  see(g, coldRing(g), lengthOf(g, coldest), SEEN);
  see(g, warmRing(g), warm, SEEN);
  return right;
}

/** Marks the first `n` pages of `q`, or those that are marked no more. Answers how many were as they should be. */
function see(g: Guest, q: Ring, n: u32, seen: u32): u32 {
  let right: u32 = 0;
  let at = q.first;
  for (let i: u32 = 0; i < n; i++) {
    const page = load<u32>(q.at + (<usize>at << 2));
    const marks = marksOf(page);
    right += u32((marks & (MISSING | SEEN)) == seen && (restOf(page) & STATE) == RESIDENT);
    mark(page, (marks & ~SEEN) | (seen ^ SEEN));
    at = at + 1 == g.room ? 0 : at + 1;
  }
  return right;
}

/** Of the first `n` pages of `q` those in use go to the end of the warm ring, the others to that of the cold one. Answers how many these are. */
function sift(g: Guest, q: Ring, n: u32): u32 {
  let unused: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const page = popFirst(g, q);
    const marks = marksOf(page);
    if (marks & ACCESSED) {
      mark(page, marks & ~ACCESSED);
      pushLast(g, warmRing(g), page);
    } else {
      pushLast(g, coldRing(g), page);
      unused++;
    }
  }
  return unused;
}
