// What makes a slow unit that is accessed a candidate for promotion.

import { isHot, takeMark } from "./hints";
import * as L from "./layout";
import { slowAccesses, setSlowAccesses, Tiers } from "./state";

/** `now`: when the access came. */
// @ts-ignore: decorator
@inline
export function isCandidate(t: Tiers, unit: u32, record: usize, now: u64): bool {
  if (t.detector == <u32>L.DETECT_COUNT) return isNth(t, record);
  if (t.detector == <u32>L.DETECT_NOTHING) return false;
  const marked = takeMark(t, unit);
  if (marked == 0) return false;
  return t.detector == <u32>L.DETECT_HINT ? isHot(t, now - (marked - 1), now) : isNth(t, record);
}

/** The N-th slow access (or fault) since the unit last came down; one that is not admitted stays a candidate. */
function isNth(t: Tiers, record: usize): bool {
  const count = slowAccesses(record);
  if (count < u32.MAX_VALUE) setSlowAccesses(record, count + 1);
  return <u64>count + 1 >= <u64>t.threshold;
}
