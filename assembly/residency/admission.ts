// Which candidates go up.

import * as L from "./layout";
import { estimate } from "./sketch";
import { Tiers } from "./state";

// @ts-ignore: decorator
@inline
export function admits(t: Tiers, unit: u32): bool {
  if (t.admission == <u32>L.ADMIT_ALWAYS) return true;
  return t.admission == <u32>L.ADMIT_SKETCH && <u64>estimate(t, unit) > t.over + t.price * <u64>t.coming;
}
