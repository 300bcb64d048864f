// Which candidates go up.

import * as L from "./layout";
import { Tiers } from "./state";

// @ts-ignore: decorator
@inline
export function admits(t: Tiers): bool {
  return t.admission == <u32>L.ADMIT_ALWAYS;
}
