// Laws of residency, looked at after every window: the fast level was never over its capacity, its list and the units' own words
// agree, and the time is the sum of what was counted.

import { newer, recordAt } from "../memory/replacement/links";
import * as L from "./layout";
import { level, Tiers } from "./state";

/** Answers BROKEN_*. */
export function checkTiers(t: Tiers): u32 {
  if (t.overfull || t.resident > t.capacity) return L.BROKEN_CAPACITY;
  if (t.accesses != t.hits + slowOnes(t) || t.candidates != t.refused + t.promotions + t.coming) return L.BROKEN_ACCOUNT;
  return places(t) ? L.BROKEN_NOTHING : L.BROKEN_PLACES;
}

/** Accesses that the time has at the slow level's cost. */
function slowOnes(t: Tiers): u64 {
  const moves = t.promotions * t.promoteNs + t.demotions * t.demoteNs + t.faults * t.faultNs;
  const slow = t.spent - moves - t.hits * t.fastNs;
  return slow % t.slowNs == 0 ? slow / t.slowNs : ~(<u64>0);
}

function places(t: Tiers): bool {
  let listed: u32 = 0;
  for (let record = newer(t.records); record != t.records; record = newer(record)) {
    if (level(record) != <u32>L.LEVEL_FAST || listed++ == t.units) return false;
  }
  let fast: u32 = 0;
  let slow: u32 = 0;
  for (let unit: u32 = 1; unit <= t.units; unit++) {
    const at = level(recordAt(t.records, unit));
    if (at == <u32>L.LEVEL_FAST) fast++;
    else if (at == <u32>L.LEVEL_SLOW || at == <u32>L.LEVEL_COMING) slow++;
  }
  return listed == fast && fast == t.resident && <u64>fast + slow == t.touched;
}
