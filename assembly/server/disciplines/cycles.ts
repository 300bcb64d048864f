// Budgets of cycles (Virtuoso): what a batch cost is taken off its tenants' budgets.

import { Entry } from "../records";

// @ts-ignore: decorator
@inline
export function chargeCycles(entry: Entry): i64 {
  return <i64>entry.cost;
}
