// Records that know where their address is held, in a slot or in the chain of the record before: they are taken out of the page table
// without asking for the key's slot again and without a walk. No branch, and nothing to wait for but the record: a page that goes is the last
// of its chain, so that every fourth walk would have gone on where nobody could foresee it. For policies whose hits take the steps of a miss;
// where a hit is told by a branch it gains nothing, and costs 4 bytes.

import { CHAIN, first } from "./page-table";

/** A record of nothing else; `holder` is the address of the u32 that holds the record's. */
@unmanaged
export class Held {
  word: u64;
  chain: u32;
  holder: u32;
}

/** Enters a page that is not there; `R` says where in a record `holder` is. */
// @ts-ignore: decorator
@inline
export function enterHeld<R>(slot: usize, record: usize): void {
  const next = first(slot);
  store<u32>(record, <u32>next, CHAIN);
  store<u32>(record, <u32>slot, offsetof<R>("holder"));
  store<u32>(next, <u32>(record + CHAIN), offsetof<R>("holder")); // where there is none, behind what is read at 0
  store<u32>(slot, <u32>record);
}

/** Out of the slot it was in, into `slot`; where both are the same it becomes the first of its chain. */
// @ts-ignore: decorator
@inline
export function moveHeld<R>(slot: usize, record: usize): void {
  const holder = <usize>load<u32>(record, offsetof<R>("holder"));
  const next = <usize>load<u32>(record, CHAIN);
  store<u32>(holder, <u32>next);
  store<u32>(next, <u32>holder, offsetof<R>("holder"));
  enterHeld<R>(slot, record);
}
