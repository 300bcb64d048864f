// The replacement policies: one file each, which tells how its caches are made and replayed (registry.ts).

import "./all";
import { AHEAD, Cache, lookAhead } from "./cache";
import { makeBy, replayBy, reserveBy } from "./registry";
import { REQUEST_BYTES } from "./request";

/** A policy's state, or 0 when memory does not reach or no policy has this number. */
export function makePolicy(policy: u32, capacity: u32, first: f64, second: f64): usize {
  return makeBy(policy, capacity, first, second);
}

/** False when memory does not reach; nothing is replayed then. */
export function replayPolicy(at: usize, from: usize, end: usize): bool {
  const cache = changetype<Cache>(at);
  const policy = cache.policy;
  if (!reserveBy(policy, at, <u32>((end - from) / REQUEST_BYTES))) return false;
  while (from < end) {
    const stop = min<usize>(from + AHEAD * REQUEST_BYTES, end);
    lookAhead(cache, from, stop);
    replayBy(policy, at, from, stop);
    from = stop;
  }
  return true;
}
