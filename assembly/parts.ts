// The parts of the host (kernel/part.ts), one line each. A host without parts pays one comparison an event, whether its slot is behind
// all others.

import "./memory/swap/index";
import "./lifecycle/index";
import "./order/index";
import * as L from "./layout";
import { partAt } from "./kernel/part";
import { S } from "./memory/pages/state";
import { onSlot } from "./memory/swap/fault";
import { onPlainSlot } from "./memory/swap/plain";
import { word } from "./cpu/configure";

/** Finds the sections of the parts that the configuration at `words` has, and gives them timer slots from `slot` on; answers the first behind. */
export function openParts(words: usize, slot: u64): u64 {
  const directory = <usize>word(words, L.HOST_PARTS);
  for (let i: u32 = 0; i < <u32>L.PARTS; i++) {
    const part = partAt(i);
    const at: usize = directory == 0 ? 0 : <usize>word(words, directory + i);
    part.section = at == 0 ? 0 : words + (at << 3);
    part.slot = <u32>slot;
    part.slotsEnd = <u32>slot;
    if (at != 0) part.takeSlots(<u32>slot);
    slot = part.slotsEnd;
  }
  return slot;
}

/** Lays the parts out, in their order. Answers 0 or E_*. */
export function configureParts(): i32 {
  for (let i: u32 = 0; i < <u32>L.PARTS; i++) {
    if (partAt(i).section == 0) continue;
    const answer = partAt(i).configure();
    if (answer != 0) return answer;
  }
  return 0;
}

/** The event of a slot that belongs to a part; swapped memory's, of which a page fault has three, without the way through a table. */
export function onPart(slot: u32): void {
  let part = partAt(L.PART_SWAP);
  if (slot < part.slotsEnd) {
    if (S.plain) onPlainSlot(slot - S.slot);
    else onSlot(slot - S.slot);
    return;
  }
  for (let i: u32 = L.PART_SWAP + 1; i < <u32>L.PARTS && slot >= part.slotsEnd; i++) part = partAt(i);
  assert(slot >= part.slot && slot < part.slotsEnd);
  part.event(slot);
}

/** The warm-up is over. */
export function beginParts(): void {
  for (let i: u32 = 0; i < <u32>L.PARTS; i++) {
    if (partAt(i).section != 0) partAt(i).begin();
  }
}

/** Writes what there is now into the parts' counters. Answers 0 or E_CONSERVATION. */
export function settleParts(): u32 {
  let answer: u32 = 0;
  for (let i: u32 = 0; i < <u32>L.PARTS; i++) {
    if (partAt(i).section != 0) answer |= partAt(i).settle();
  }
  return answer;
}
