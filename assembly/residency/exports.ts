// Residency in levels: what crosses the boundary. Accesses come through the window of the page replay, units numbered from 0.

import { allocate } from "../kernel/arena";
import { pagesWindow } from "../memory/replay";
import { WINDOW_REQUESTS } from "../memory/replacement/ids";
import { REQUEST_BYTES } from "../memory/replacement/request";
import { checkTiers } from "./check";
import * as L from "./layout";
import { makeTiers, tuneTiers } from "./make";
import { Tiers } from "./state";
import { replayTiers } from "./tiers";

let settings: usize = 0;

/** Where the settings of what is made next are: SETTINGS words, f64 each. 0 when memory does not reach. */
export function tiersSettings(): usize {
  if (settings == 0) settings = allocate(<u64>L.SETTINGS << 3);
  return settings;
}

/** Levels as the settings say; 0 when memory does not reach. */
export function tiersMake(): usize {
  return makeTiers(tiersSettings());
}

/** Takes from the settings what may change between two accesses. */
export function tiersTune(tiers: usize): void {
  tuneTiers(changetype<Tiers>(tiers), tiersSettings());
}

/** The first `count` accesses of the window; false where one names a unit that there is not. */
export function tiersReplay(tiers: usize, count: u32): bool {
  assert(count <= <u32>WINDOW_REQUESTS);
  return replayTiers(changetype<Tiers>(tiers), pagesWindow(), pagesWindow() + <usize>count * REQUEST_BYTES);
}

/** Answers BROKEN_*. */
export function tiersCheck(tiers: usize): u32 {
  return checkTiers(changetype<Tiers>(tiers));
}

/** One of COUNT_*. */
export function tiersCount(tiers: usize, which: u32): f64 {
  const t = changetype<Tiers>(tiers);
  switch (which) {
    case L.COUNT_ACCESSES:
      return <f64>t.accesses;
    case L.COUNT_HITS:
      return <f64>t.hits;
    case L.COUNT_FIRST:
      return <f64>t.touched;
    case L.COUNT_CANDIDATES:
      return <f64>t.candidates;
    case L.COUNT_PROMOTIONS:
      return <f64>t.promotions;
    case L.COUNT_DEMOTIONS:
      return <f64>t.demotions;
    case L.COUNT_TOTAL_NS:
      return <f64>t.spent;
    case L.COUNT_CLOCK_NS:
      return <f64>(t.spent + t.waited);
    case L.COUNT_FAULTS:
      return <f64>t.faults;
    case L.COUNT_LIMITED:
      return <f64>t.limited;
    case L.COUNT_REFUSED:
      return <f64>t.refused;
    case L.COUNT_HOT_NS:
      return <f64>t.hot;
    case L.COUNT_COMING:
      return <f64>t.coming;
    case L.COUNT_COMING_MOST:
      return <f64>t.comingMost;
    default:
      return t.resident;
  }
}
