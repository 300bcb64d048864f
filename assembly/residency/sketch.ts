// How often a unit has lately been accessed while slow, in little memory: four rows of counters, of which a unit has one each, chosen by
// its hash; the least of its four is the estimate, which is never too low (count-min; Cormode and Muthukrishnan 2005). All are
// halved from time to time.

import { mix } from "../kernel/random";
import * as L from "./layout";
import { Tiers } from "./state";

// @ts-ignore: decorator
@inline
function counterAt(t: Tiers, hash: u64, row: u32): usize {
  const index = <u32>(hash >> (<u64>row << 4)) & (t.counters - 1);
  return t.sketch + (<usize>(row * t.counters + index) << 2);
}

/** Counts one access to the unit. */
export function note(t: Tiers, unit: u32): void {
  const hash = mix(<u64>unit);
  for (let row: u32 = 0; row < <u32>L.SKETCH_ROWS; row++) {
    const at = counterAt(t, hash, row);
    store<u32>(at, load<u32>(at) + 1);
  }
}

/** Accesses to it of late, or more. */
export function estimate(t: Tiers, unit: u32): u32 {
  const hash = mix(<u64>unit);
  let least = u32.MAX_VALUE;
  for (let row: u32 = 0; row < <u32>L.SKETCH_ROWS; row++) least = min<u32>(least, load<u32>(counterAt(t, hash, row)));
  return least;
}

/** Halves all, once for each period up to `now`. */
export function halve(t: Tiers, now: u64): void {
  const times = (now - t.halveAt) / t.halveNs + 1;
  t.halveAt += times * t.halveNs;
  const by = <u32>min<u64>(times, 31);
  for (let i: u32 = 0; i < <u32>L.SKETCH_ROWS * t.counters; i++) {
    const at = t.sketch + (<usize>i << 2);
    store<u32>(at, load<u32>(at) >> by);
  }
}
