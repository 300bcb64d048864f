// Units of memory at two levels, and what every access to them costs. A level-0 unit is fast, a level-1 unit is slow; the fast level
// holds `capacity` units and gives up the one used last when another goes up. Rules: docs/model/residency.md.
//
//     unit, 20 bytes:   0  slow accesses since it last came down u32   4  level + 1 u32 (0: never touched)   8  free   12  links
//
// Units are numbered 0, 1, 2 … by the caller, so a unit's record needs no search. Record 0 is the sentinel of the fast level's list.

import { allocate } from "../kernel/arena";
import { LINKED_BYTES, makeList, oldest, pushNewest, recordAt, unlink } from "../memory/replacement/links";
import { PAGE_MASK, REQUEST_BYTES } from "../memory/replacement/request";
import { admits } from "./admission";
import { isCandidate } from "./detectors";
import * as L from "./layout";
import { Tiers, level, setLevel, setSlowAccesses } from "./state";

/** From settings, f64 each as layout.ts numbers them. 0 when memory does not reach. */
export function makeTiers(settings: usize): usize {
  const at = allocate(offsetof<Tiers>());
  if (at == 0) return 0;
  const t = changetype<Tiers>(at);
  t.units = <u32>setting(settings, L.SET_UNITS);
  t.capacity = <u32>setting(settings, L.SET_CAPACITY);
  t.fastNs = <u64>setting(settings, L.SET_FAST_NS);
  t.slowNs = <u64>setting(settings, L.SET_SLOW_NS);
  t.promoteNs = <u64>setting(settings, L.SET_PROMOTE_NS);
  t.demoteNs = <u64>setting(settings, L.SET_DEMOTE_NS);
  t.gapNs = <u64>setting(settings, L.SET_GAP_NS);
  t.detector = <u32>setting(settings, L.SET_DETECTOR);
  t.admission = <u32>setting(settings, L.SET_ADMISSION);
  t.threshold = <u32>setting(settings, L.SET_ACCESSES);
  t.records = allocate((<u64>t.units + 1) * LINKED_BYTES);
  if (t.records == 0) return 0;
  makeList(t.records);
  return at;
}

function setting(settings: usize, which: i32): f64 {
  return load<f64>(settings + (<usize>which << 3));
}

/** Accesses at `at` … `end`; false where one names a unit that there is not. */
export function replayTiers(t: Tiers, at: usize, end: usize): bool {
  for (; at < end; at += REQUEST_BYTES) {
    const unit = load<u64>(at) & PAGE_MASK;
    if (unit >= <u64>t.units) return false;
    access(t, recordAt(t.records, <u32>unit + 1));
  }
  return true;
}

/** Cost of the level, then the detector, then admission, then the victim, then the moves. */
// @ts-ignore: decorator
@inline
function access(t: Tiers, record: usize): void {
  t.accesses++;
  t.waited += t.gapNs;
  const at = level(record);
  if (at == <u32>L.LEVEL_FAST) {
    t.hits++;
    t.spent += t.fastNs;
    unlink(record);
    pushNewest(t.records, record);
    return;
  }
  t.spent += t.slowNs;
  if (at != <u32>L.LEVEL_SLOW) {
    t.touched++;
    if (t.resident < t.capacity) {
      // where there is room, a new unit is fast from the start, and its first access finds it on the way there
      enter(t, record);
      return;
    }
    setLevel(record, L.LEVEL_SLOW);
  }
  if (!isCandidate(t, record)) return;
  t.candidates++;
  if (!admits(t)) return;
  if (t.resident == t.capacity) demote(t, oldest(t.records));
  t.promotions++;
  t.spent += t.promoteNs;
  enter(t, record);
}

function enter(t: Tiers, record: usize): void {
  setLevel(record, L.LEVEL_FAST);
  pushNewest(t.records, record);
  t.resident++;
  if (t.resident > t.capacity) t.overfull = true;
}

function demote(t: Tiers, record: usize): void {
  unlink(record);
  setLevel(record, L.LEVEL_SLOW);
  setSlowAccesses(record, 0);
  t.resident--;
  t.demotions++;
  t.spent += t.demoteNs;
}
