// Units of memory at two levels, and what every access to them costs. A level-0 unit is fast, a level-1 unit is slow; the fast level
// holds `capacity` units and gives up the one used last when another goes up. Rules: docs/model/residency.md.
//
//     unit, 20 bytes:   0  slow accesses since it last came down u32   4  level + 1 u32 (0: never touched)   8  free   12  links
//
// Units are numbered 0, 1, 2 … by the caller, so a unit's record needs no search. Record 0 is the sentinel of the fast level's list.

import { LINKED_BYTES, oldest, pushNewest, recordAt, unlink } from "../memory/replacement/links";
import { PAGE_MASK, REQUEST_BYTES } from "../memory/replacement/request";
import { admits } from "./admission";
import { isCandidate } from "./detectors";
import { lookAfter } from "./due";
import { scan } from "./hints";
import * as L from "./layout";
import { arrived, standInLine } from "./link";
import { note } from "./sketch";
import { Tiers, level, setLevel, setSlowAccesses } from "./state";

/** Accesses at `at` … `end`; false where one names a unit that there is not. */
export function replayTiers(t: Tiers, at: usize, end: usize): bool {
  for (; at < end; at += REQUEST_BYTES) {
    const unit = load<u64>(at) & PAGE_MASK;
    if (unit >= <u64>t.units) return false;
    access(t, <u32>unit);
  }
  return true;
}

/** What is due, the cost of the level, then the detector, then admission, then the victim, then the moves. */
// @ts-ignore: decorator
@inline
function access(t: Tiers, unit: u32): void {
  t.accesses++;
  t.waited += t.gapNs;
  const now = t.spent + t.waited;
  if (now >= t.dueAt) catchUp(t, now);
  const record = t.records + (<usize>unit + 1) * LINKED_BYTES;
  const at = level(record);
  if (at == <u32>L.LEVEL_FAST) {
    t.hits++;
    t.spent += t.fastNs;
    unlink(record);
    pushNewest(t.records, record);
    return;
  }
  t.spent += t.slowNs;
  if (at > <u32>L.LEVEL_COMING) {
    t.touched++;
    if (t.resident < t.capacity) {
      // where there is room, a new unit is fast from the start, and its first access finds it on the way there
      enter(t, record);
      return;
    }
    setLevel(record, L.LEVEL_SLOW);
  }
  if (t.sketch != 0) note(t, unit);
  if (at == <u32>L.LEVEL_COMING || !isCandidate(t, unit, record, now)) return;
  t.candidates++;
  if (!admits(t, unit)) {
    t.refused++;
    return;
  }
  if (t.background) {
    standInLine(t, unit, record, t.spent + t.waited);
    return;
  }
  if (t.resident == t.capacity) demote(t, oldest(t.records));
  t.promotions++;
  t.spent += t.promoteNs;
  enter(t, record);
}

function catchUp(t: Tiers, now: u64): void {
  while (t.linkAt <= now) {
    if (t.scanAt < t.linkAt) scan(t, t.linkAt - 1); // it sees who was slow then
    exchange(t, recordAt(t.records, arrived(t) + 1));
  }
  lookAfter(t, now);
}

/** Nothing waits for the link while there is room. */
function exchange(t: Tiers, record: usize): void {
  demote(t, oldest(t.records));
  t.promotions++;
  enter(t, record);
}

function enter(t: Tiers, record: usize): void {
  setLevel(record, L.LEVEL_FAST);
  pushNewest(t.records, record);
  t.resident++;
  if (t.resident > t.capacity) t.overfull = true;
  if (t.capacity - t.resident >= t.low) return;
  while (t.capacity - t.resident < t.high) demote(t, oldest(t.records));
}

function demote(t: Tiers, record: usize): void {
  unlink(record);
  setLevel(record, L.LEVEL_SLOW);
  setSlowAccesses(record, 0);
  t.resident--;
  t.demotions++;
  t.spent += t.demoteNs;
}
