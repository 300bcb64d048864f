// What a keep-alive policy is asked and told; policies/ has a file for each. A policy sets those that concern it, by name, when it is chosen.

import * as W from "./layout";
import { NEVER } from "../kernel/event-queue";
import { Fn, Instance } from "./state";

/** What onIdle answers where the instance is to go at once. */
// @ts-ignore: decorator
@inline export const UNLOAD: u64 = NEVER - 1;

@unmanaged
class Keeper {
  private arrives: u32;
  private uses: u32;
  private idles: u32;
  private evicts: u32;

  /** A request of `f` has arrived, and is in no instance yet. Unset: nothing. */
  set onArrived(f: (f: Fn) => void) {
    this.arrives = f.index;
  }
  // @ts-ignore: decorator
  @inline
  arrived(f: Fn): void {
    if (this.arrives != 0) call_indirect<void>(this.arrives, f);
  }

  /** A request has been given to `i`, which is counted already. May set `priority` by `rank`. Unset: nothing. */
  set onUsed(f: (i: Instance) => void) {
    this.uses = f.index;
  }
  // @ts-ignore: decorator
  @inline
  used(i: Instance): void {
    if (this.uses != 0) call_indirect<void>(this.uses, i);
  }

  /** `i` has become dormant: when it expires, UNLOAD or NEVER. Every policy sets it. */
  set onIdle(f: (i: Instance) => u64) {
    this.idles = f.index;
  }
  // @ts-ignore: decorator
  @inline
  idle(i: Instance): u64 {
    return call_indirect<u64>(this.idles, i);
  }

  /** `i` is about to go for want of memory. Unset: nothing. */
  set onEvicted(f: (i: Instance) => void) {
    this.evicts = f.index;
  }
  // @ts-ignore: decorator
  @inline
  evicted(i: Instance): void {
    if (this.evicts != 0) call_indirect<void>(this.evicts, i);
  }
}

export const keeper: Keeper = changetype<Keeper>(memory.data(offsetof<Keeper>(), 64));

/** By number an index into the table of functions; 0: no such policy. */
const CHOOSERS: usize = memory.data(64, 8);

/** Says that `choose` sets the hooks of the policy `kind` (KEEP_*). */
export function policy(kind: u32, choose: () => void): void {
  assert(kind <= <u32>W.KEEP_OWN);
  store<u32>(CHOOSERS + (<usize>kind << 2), choose.index);
}

/** False: there is no such policy. */
export function choosePolicy(kind: u32): bool {
  const index = kind <= <u32>W.KEEP_OWN ? load<u32>(CHOOSERS + (<usize>kind << 2)) : 0;
  if (index == 0) return false;
  call_indirect<void>(index);
  return true;
}

/** The policy never lets anything expire. */
export function keepForEver(_: Instance): u64 {
  return NEVER;
}
