// The cores' worth of time that background work may take. Everything that elasticity costs is charged; only background swap-out waits.

import * as W from "../pages/layout";
import { schedule, RANK_BACKGROUND } from "../../kernel/event-queue";
import { Q, clock } from "../../cpu/state";
import { S, tally, BUDGET_SLOT } from "../pages/state";

/** Core time of elasticity work, charged to the budget. */
// @ts-ignore: decorator
@inline
export function spend(ns: u64): void {
  if (S.budget != 0) S.budgetAt = max<u64>(S.budgetAt, clock.now) + (ns * 1000) / S.budget;
}

/** Whether background work may start now; if not, nothing asks again before the budget allows what it allowed not now. */
export function affords(): bool {
  if (S.budget == 0) return true;
  if (S.throttled) return false;
  if (S.budgetAt <= clock.now + S.burst) return true;
  tally(W.SWAP_THROTTLED, 1);
  S.throttled = 1;
  schedule(Q, S.slot + BUDGET_SLOT, S.budgetAt - S.burst, RANK_BACKGROUND);
  return false;
}

/** The wait is over. */
export function onBudget(): void {
  S.throttled = 0;
}
