// The boot gate: so many starts at a time, so many a second, first come, first served.

import * as W from "./layout";
import { RANK_READY, schedule } from "../kernel/event-queue";
import { Q, clock, isNull, nothing } from "../cpu/state";
import { Instance, SLOT_GATE, life, tallyMost } from "./state";
import { planReady } from "./timers";

// @ts-ignore: decorator
@inline
function hasRoom(): bool {
  return life.bootSlots == 0 || life.gateBusy < life.bootSlots;
}

function begin(i: Instance): void {
  i.gated = 1;
  life.gateBusy++;
  life.gateNext = clock.now + life.bootPeriod;
  planReady(i, clock.now + i.startNs);
}

/** Who may pass passes. */
export function openGate(): void {
  while (!isNull(life.gate) && hasRoom() && clock.now >= life.gateNext) {
    const i = life.gate;
    life.gate = i.next;
    life.gateLength--;
    begin(i);
  }
  if (!isNull(life.gate) && hasRoom()) schedule(Q, life.slot + SLOT_GATE, life.gateNext, RANK_READY);
}

/** `i` starts. */
export function enterGate(i: Instance): void {
  i.next = nothing<Instance>();
  if (isNull(life.gate)) life.gate = i;
  else life.gateTail.next = i;
  life.gateTail = i;
  life.gateLength++;
  openGate();
  tallyMost(W.LIFE_GATE_MAX, <u64>life.gateLength);
}

/** `i` is ready: the next may start. */
export function leaveGate(i: Instance): void {
  if (!i.gated) return;
  i.gated = 0;
  life.gateBusy--;
  openGate();
}
