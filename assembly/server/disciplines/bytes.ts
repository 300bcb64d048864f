// Budgets of bytes: an item takes its size, whatever it costs.

import { Item } from "../records";

// @ts-ignore: decorator
@inline
export function chargeBytes(item: Item): i64 {
  return <i64>item.size;
}
