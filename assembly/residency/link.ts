// Moves in the background: who is admitted waits for the link, which exchanges one unit after the other for the one used longest ago.

import * as L from "./layout";
import { NEVER, setLevel, Tiers } from "./state";

export const PLACE_BYTES: u64 = 16;

// @ts-ignore: decorator
@inline
function placeAt(t: Tiers, index: u32): usize {
  return t.line + (<usize>(index % t.units)) * <usize>PLACE_BYTES;
}

/** From `now` on the unit waits. It is at most once in the line, so that there is room for it. */
export function standInLine(t: Tiers, unit: u32, record: usize, now: u64): void {
  setLevel(record, L.LEVEL_COMING);
  const place = placeAt(t, t.lineFirst + t.coming);
  t.linkFree = max<u64>(t.linkFree, now) + t.exchangeNs;
  store<u64>(place, t.linkFree);
  store<u32>(place, unit, 8);
  if (t.coming++ == 0) {
    t.linkAt = t.linkFree;
    t.dueAt = min<u64>(t.dueAt, t.linkAt);
  }
  t.comingMost = max<u32>(t.comingMost, t.coming);
}

/** The unit whose exchange has ended; the next one is under way. */
export function arrived(t: Tiers): u32 {
  const unit = load<u32>(placeAt(t, t.lineFirst), 8);
  t.lineFirst = (t.lineFirst + 1) % t.units;
  t.linkAt = --t.coming == 0 ? NEVER : load<u64>(placeAt(t, t.lineFirst));
  return unit;
}
