// What makes a slow unit that is accessed a candidate for promotion.

import * as L from "./layout";
import { slowAccesses, setSlowAccesses, Tiers } from "./state";

// @ts-ignore: decorator
@inline
export function isCandidate(t: Tiers, record: usize): bool {
  if (t.detector == <u32>L.DETECT_COUNT) return byCount(t, record);
  return false;
}

/** The N-th slow access since the unit last came down; one that is not admitted stays a candidate. */
function byCount(t: Tiers, record: usize): bool {
  const count = slowAccesses(record);
  if (count < t.threshold) setSlowAccesses(record, count + 1);
  return count + 1 >= t.threshold;
}
