// What is due up to a time, but for the link's exchanges: scans, comparisons, halvings. None of them takes time of the accesses.

import { adjust, scan } from "./hints";
import { halve } from "./sketch";
import { Tiers } from "./state";

/** Before anything else of `now`. */
export function lookAfter(t: Tiers, now: u64): void {
  if (now >= t.scanAt) scan(t, now);
  if (now >= t.adjustAt) adjust(t, now);
  if (now >= t.halveAt) halve(t, now);
  t.dueAt = min<u64>(min<u64>(t.scanAt, t.linkAt), min<u64>(t.adjustAt, t.halveAt));
}
