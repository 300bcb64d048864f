// Budgets of cycles (Virtuoso): what a batch cost is taken off its tenants' budgets.

import { Item, Server, costOf } from "../records";

// @ts-ignore: decorator
@inline
export function chargeCycles(server: Server, item: Item, stage: u32): i64 {
  return <i64>costOf(server, item, stage);
}
