// Scans of access bits: every page ages, and the work is charged.

import { S, SCAN_SLOT, guestAt, tally } from "../pages/state";
import { scanLevels, sink } from "../pages/levels";
import { makeTouches } from "../pages/touch";
import { H, Q, clock } from "../../cpu/state";
import { schedule, RANK_BACKGROUND } from "../../kernel/event-queue";
import * as W from "../pages/layout";
import { spend } from "./budget";

/** The scan that is due, of what was touched before it in this instant too; none where nothing was. */
export function scan(): void {
  makeTouches();
  S.scanArmed = 0;
  if (S.touched) scanAll();
  // what is planned may be touched before the next
  for (let core: u32 = 0; core < H.coreCount && S.scanArmed == 0; core++) {
    if (load<u8>(S.planLeft + core) == 0) continue;
    S.scanArmed = 1;
    schedule(Q, S.slot + SCAN_SLOT, clock.now + S.scanEvery, RANK_BACKGROUND);
  }
}

function scanAll(): void {
  S.touched = 0;
  S.scanned++;
  for (let i: u32 = 0; i < S.guestCount; i++) {
    const g = guestAt(i);
    if (!g.touched) continue;
    g.touched = 0;
    g.scanned++; // the scans before this one
    sink(g);
    scanLevels(g);
  }
  const seen = S.listed * S.sample;
  tally(W.SWAP_SCANS, 1);
  tally(W.SWAP_SCAN_NS, seen * S.scanPage);
  spend(seen * S.scanPage);
}
