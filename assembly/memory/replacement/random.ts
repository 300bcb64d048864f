// A resident page chosen at random goes; the new one takes its record. The draws come from the kernel's seeded streams, one
// stream a cache, so a run repeats bit by bit and a cache beside it changes nothing.
// 24 bytes a page: record 8 (its word), table 16.

import { below, seedStream, STREAM_BYTES } from "../../kernel/random";
import { Cache, makeCache, makeRegion, takeOut } from "./cache";
import { POLICY_RANDOM } from "./ids";
import { enter, find, hashOf } from "./page-table";
import { DIRTY, DIRTY_BIT, PAGE_MASK, REQUEST_BYTES } from "./request";

// @ts-ignore: decorator
@inline const WORD_BITS: usize = 3;
/** The purpose these streams are named by: "pages". */
// @ts-ignore: decorator
@inline const PURPOSE: u64 = 0x7061676573;

@unmanaged
export class Random extends Cache {
  stream: usize;
}

export function makeRandom(capacity: u32, seed: u64): usize {
  const at = makeCache(POLICY_RANDOM, capacity, offsetof<Random>(), capacity, 1 << WORD_BITS);
  if (at == 0) return 0;
  const cache = changetype<Random>(at);
  cache.stream = makeRegion(cache, STREAM_BYTES);
  if (cache.stream == 0) return 0;
  seedStream(cache.stream, seed, capacity, PURPOSE);
  return at;
}

export function replayRandom(cache: Random, at: usize, end: usize): void {
  const table = cache.table;
  const records = cache.records;
  const chain = cache.chain;
  const slots = cache.slots;
  const indexMask = cache.indexMask;
  const capacity = cache.capacity;
  const stream = cache.stream;
  let used = cache.used;
  let hits: u64 = 0;
  let evictions: u64 = 0;
  let writebacks: u64 = 0;
  for (; at < end; at += REQUEST_BYTES) {
    const request = load<u64>(at);
    const page = request & PAGE_MASK;
    const hash = hashOf(page);
    const found = find(table, chain, slots, indexMask, records, WORD_BITS, page, hash);
    if (found != 0) {
      hits++;
      if (request & DIRTY) store<u64>(records + (<usize>found << WORD_BITS), request);
      continue;
    }
    const full = used == capacity;
    const record = full ? 1 + below(stream, capacity) : ++used;
    const p = records + (<usize>record << WORD_BITS);
    const victim = load<u64>(p);
    store<u64>(p, request);
    if (full) {
      evictions++;
      writebacks += (victim >> DIRTY_BIT) & 1;
      takeOut(cache, hashOf(victim & PAGE_MASK), record);
    }
    enter(table, chain, slots, indexMask, hash, record);
  }
  cache.used = used;
  cache.hits += hits;
  cache.evictions += evictions;
  cache.writebacks += writebacks;
}
