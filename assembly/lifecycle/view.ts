// What a keep-alive policy of one's own may read: the one file that it imports. Everything here is read and never written; what the
// fields mean stands at the records (state.ts).

import { clock } from "../cpu/state";

export { Fn, Instance } from "./state";

/** Simulated time, ns. */
export function now(): u64 {
  return clock.now;
}
