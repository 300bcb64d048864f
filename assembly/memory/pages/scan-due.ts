// When the next scan of access bits comes: planned by the first touch after the last one.

import { S, SCAN_SLOT } from "./state";
import { Q, arbiter, clock } from "../../cpu/state";
import { RANK_BACKGROUND, schedule } from "../../kernel/event-queue";

/** A page is touched, now or later: the next scan is looked at. */
// @ts-ignore: decorator
@inline
export function armScan(): void {
  if (S.scanArmed == 0) arm();
}

function arm(): void {
  S.scanArmed = 1;
  // one that is due at this very instant, unless its turn is over, as behind a round and behind looks; none at time 0
  const over = clock.now != 0 && (Q.rank >= <u32>RANK_BACKGROUND || arbiter.heldAt == clock.now || arbiter.lateAt == clock.now);
  const from = max<u64>(clock.now, 1) + (over ? S.scanEvery : S.scanEvery - 1);
  schedule(Q, S.slot + SCAN_SLOT, from - (from % S.scanEvery), RANK_BACKGROUND);
}
