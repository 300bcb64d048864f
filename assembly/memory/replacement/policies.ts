// The table of replacement policies: one file each, one line here to make one and one to replay a window through it.
// Parameters are plain numbers; src/pages/policies.ts knows what they mean and checks them.

import { Arc, makeArc, replayArc } from "./arc";
import { AHEAD, AHEAD_FROM_BYTES, Cache, touch } from "./cache";
import { Clock, makeClock, replayClock } from "./clock";
import { Fifo, makeFifo, replayFifo } from "./fifo";
import * as id from "./ids";
import { Lfu, makeLfu, replayLfu, reserveGroups } from "./lfu";
import { Lru, makeLru, replayLru } from "./lru";
import { makeRandom, Random, replayRandom } from "./random";
import { makeS3Fifo, replayS3Fifo, S3Fifo } from "./s3fifo";
import { REQUEST_BYTES } from "./request";
import { makeSieve, replaySieve, Sieve } from "./sieve";
import { makeTaiji, replayTaiji, Taiji } from "./taiji";
import { makeTwoQueue, replayTwoQueue, TwoQueue } from "./two-queue";

/** A policy's state, or 0 when memory does not reach or no policy has this number. */
export function makePolicy(policy: u32, capacity: u32, first: f64, second: f64): usize {
  switch (policy) {
    case id.POLICY_LRU: return makeLru(capacity);
    case id.POLICY_FIFO: return makeFifo(capacity);
    case id.POLICY_CLOCK: return makeClock(capacity, <u32>first); // counter bits
    case id.POLICY_RANDOM: return makeRandom(capacity, <u64>first); // seed
    case id.POLICY_LFU: return makeLfu(capacity);
    case id.POLICY_TWO_QUEUE: return makeTwoQueue(capacity, <u32>first, <u32>second); // Kin, Kout
    case id.POLICY_ARC: return makeArc(capacity);
    case id.POLICY_SIEVE: return makeSieve(capacity);
    case id.POLICY_S3FIFO: return makeS3Fifo(capacity, <u32>first, <u32>second); // small queue, ghost queue
    case id.POLICY_TAIJI: return makeTaiji(capacity, <u32>first, <u64>second); // levels, requests between scans
    default: return 0;
  }
}

/** False when memory does not reach; nothing is replayed then. */
export function replayPolicy(at: usize, from: usize, end: usize): bool {
  const cache = changetype<Cache>(at);
  if (cache.policy == id.POLICY_LFU && !reserveGroups(changetype<Lfu>(at), <u32>((end - from) / REQUEST_BYTES))) return false;
  // 5 (LRU) to 48 % (SIEVE) faster with 900,000 pages resident; where all fits in a second-level cache up to 9 % slower.
  if (cache.bytes < AHEAD_FROM_BYTES) {
    replaySome(at, from, end);
    return true;
  }
  while (from < end) {
    const stop = min<usize>(from + AHEAD * REQUEST_BYTES, end);
    touch(cache, from, stop);
    replaySome(at, from, stop);
    from = stop;
  }
  return true;
}

function replaySome(at: usize, from: usize, end: usize): void {
  switch (changetype<Cache>(at).policy) {
    case id.POLICY_LRU: { replayLru(changetype<Lru>(at), from, end); break; }
    case id.POLICY_FIFO: { replayFifo(changetype<Fifo>(at), from, end); break; }
    case id.POLICY_CLOCK: { replayClock(changetype<Clock>(at), from, end); break; }
    case id.POLICY_RANDOM: { replayRandom(changetype<Random>(at), from, end); break; }
    case id.POLICY_LFU: { replayLfu(changetype<Lfu>(at), from, end); break; }
    case id.POLICY_TWO_QUEUE: { replayTwoQueue(changetype<TwoQueue>(at), from, end); break; }
    case id.POLICY_ARC: { replayArc(changetype<Arc>(at), from, end); break; }
    case id.POLICY_SIEVE: { replaySieve(changetype<Sieve>(at), from, end); break; }
    case id.POLICY_S3FIFO: { replayS3Fifo(changetype<S3Fifo>(at), from, end); break; }
    case id.POLICY_TAIJI: { replayTaiji(changetype<Taiji>(at), from, end); break; }
    default: assert(false);
  }
}
