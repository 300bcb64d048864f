// A resident page chosen at random goes; the new one takes its record. The draws come from the kernel's seeded streams, one
// stream a cache, so a run repeats bit by bit and a cache beside it changes nothing.
// 24 bytes a page: record 12, slots 12.

import { below, seedStream, STREAM_BYTES } from "../../kernel/random";
import { Cache, makeCache, makeRegion, PLAIN_BYTES, SLOTS_AHEAD } from "./cache";
import { POLICY_RANDOM } from "./ids";
import { enter, find, leave, setWord, slotOf, word } from "./page-table";
import { policy } from "./registry";
import { DIRTY, DIRTY_BIT, KEY_MASK, REQUEST_BYTES, THERE } from "./request";

/** The purpose these streams are named by: "pages". */
// @ts-ignore: decorator
@inline const PURPOSE: u64 = 0x7061676573;

@unmanaged
class Random extends Cache {
  stream: usize;
}

function makeRandom(capacity: u32, seed: u64): usize {
  const at = makeCache(POLICY_RANDOM, capacity, offsetof<Random>(), capacity, PLAIN_BYTES);
  if (at == 0) return 0;
  const cache = changetype<Random>(at);
  cache.stream = makeRegion(cache, STREAM_BYTES);
  if (cache.stream == 0) return 0;
  seedStream(cache.stream, seed, capacity, PURPOSE);
  return at;
}

function replayRandom(cache: Random, at: usize, end: usize): void {
  let ahead = SLOTS_AHEAD;
  const table = cache.table;
  const records = cache.records;
  const slots = cache.slots;
  const capacity = cache.capacity;
  const stream = cache.stream;
  let used = cache.used;
  let hits: u64 = 0;
  let evictions: u64 = 0;
  let writebacks: u64 = 0;
  for (; at < end; at += REQUEST_BYTES) {
    const request = load<u64>(at) | THERE;
    const key = request & KEY_MASK;
    const slot = <usize>load<u32>(ahead);
    ahead += 4;
    const found = find(slot, key);
    if (found != 0) {
      hits++;
      if (request & DIRTY) setWord(found, request);
      continue;
    }
    const full = used == capacity;
    const record = records + <usize>(full ? 1 + below(stream, capacity) : ++used) * PLAIN_BYTES;
    const victim = word(record);
    setWord(record, request);
    if (full) {
      evictions++;
      writebacks += (victim >> DIRTY_BIT) & 1;
      leave(slotOf(table, slots, victim & KEY_MASK), record);
    }
    enter(slot, record);
  }
  cache.used = used;
  cache.hits += hits;
  cache.evictions += evictions;
  cache.writebacks += writebacks;
}

policy<Random>(POLICY_RANDOM, (capacity, seed) => makeRandom(capacity, <u64>seed), replayRandom);
