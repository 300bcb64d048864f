// Hint faults, as Linux takes them to tell which pages of a slow node are hot (kernel/sched/fair.c: memory tiering): a scan marks slow
// units, the next access to a marked one faults, and how soon after the mark it came says how hot the unit is. Who is hot enough is
// moved so that about as many pages are candidates as may go up. Rules: docs/model/residency.md.

import { recordAt } from "../memory/replacement/links";
import * as L from "./layout";
import { level, Tiers } from "./state";

// @ts-ignore: decorator
@inline const STEPS: u64 = 8; // 16 steps over twice the reference

// @ts-ignore: decorator
@inline
function markAt(t: Tiers, unit: u32): usize {
  return t.marks + (<usize>unit << 3);
}

/** Takes the mark off a slow unit, whose access then faults; answers when it was set, and 1, or 0 where it has none. */
export function takeMark(t: Tiers, unit: u32): u64 {
  const at = markAt(t, unit);
  const marked = load<u64>(at);
  if (marked == 0) return 0;
  store<u64>(at, 0);
  t.faults++;
  t.spent += t.faultNs;
  return marked;
}

/** Scans up to `now`. What is marked stays so, so that after one pass over all units further scans find nothing to do. */
export function scan(t: Tiers, now: u64): void {
  let due = (now - t.scanAt) / t.scanPeriod + 1;
  const pass = <u64>(t.units - 1) / t.scanUnits + 1;
  for (let done = min<u64>(due, pass); done != 0; done--) {
    for (let left = t.scanUnits; left != 0; left--) {
      if (level(recordAt(t.records, t.hand + 1)) == <u32>L.LEVEL_SLOW && load<u64>(markAt(t, t.hand)) == 0)
        store<u64>(markAt(t, t.hand), t.scanAt + 1);
      if (++t.hand == t.units) t.hand = 0;
    }
    t.scanAt += t.scanPeriod;
    due--;
  }
  t.hand = <u32>((t.hand + (due % t.units) * t.scanUnits) % t.units);
  t.scanAt += due * t.scanPeriod;
}

/** Whether a fault so long after its mark makes a candidate that is within the limit. */
export function isHot(t: Tiers, after: u64, now: u64): bool {
  if (after >= t.hot) return false;
  t.withinAdjust++;
  if (now - t.limitFrom >= t.limitNs) {
    t.limitFrom = now - (now % t.limitNs);
    t.withinLimit = 0;
  }
  if (++t.withinLimit <= t.limit) return true;
  t.limited++;
  return false;
}

/** Compares, at each end of a period up to `now`, the candidates within it with the limit's. */
export function adjust(t: Tiers, now: u64): void {
  const wanted = <u64>((<f64>t.limit * <f64>t.adjustNs) / <f64>t.limitNs);
  const step = t.hotReference / STEPS;
  if (t.withinAdjust * 10 > wanted * 11) t.hot = max<u64>(t.hot - min<u64>(t.hot, step), step);
  else if (t.withinAdjust * 10 < wanted * 9) t.hot = min<u64>(t.hot + step, 2 * t.hotReference);
  t.withinAdjust = 0;
  t.adjustAt += t.adjustNs;
  if (now < t.adjustAt) return;
  // periods without an access have no candidate
  const more = (now - t.adjustAt) / t.adjustNs + 1;
  if (wanted != 0) t.hot = min<u64>(t.hot + min<u64>(more, 2 * STEPS) * step, 2 * t.hotReference);
  t.adjustAt += more * t.adjustNs;
}
