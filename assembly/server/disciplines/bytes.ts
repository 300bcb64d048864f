// Budgets of bytes: an item takes its size, whatever it costs.

import { Entry } from "../records";

// @ts-ignore: decorator
@inline
export function chargeBytes(entry: Entry): i64 {
  return <i64>entry.size;
}
