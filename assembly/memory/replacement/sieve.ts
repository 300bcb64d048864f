// SIEVE (Zhang et al., NSDI'24): one visited bit, set by a hit. The hand walks from the oldest page towards the newest,
// clears bits, throws out the first page it finds unvisited and stays there; new pages go to the newest end.
// The hand always knows the page it came from, so a page is unlinked without a link back: 28 bytes a page: record 16, slots 12.

import { Cache, makeCache, PLAIN_BYTES, SLOTS_AHEAD } from "./cache";
import { POLICY_SIEVE } from "./ids";
import { CHAIN, chain, enter, find, first, is, move, setWord, word } from "./page-table";
import { policy } from "./registry";
import { COUNTER_ONE, DIRTY, DIRTY_BIT, KEY_MASK, REQUEST_BYTES, THERE } from "./request";

// @ts-ignore: decorator
@inline const VISITED: u64 = COUNTER_ONE;
/** Where a record holds the address of the next newer page. Record 0's is the oldest page, the newest page's is record 0. */
// @ts-ignore: decorator
@inline const LINK: usize = PLAIN_BYTES;
// @ts-ignore: decorator
@inline const RECORD_BYTES: usize = PLAIN_BYTES + 4;

// @ts-ignore: decorator
@inline
function next(record: usize): usize {
  return <usize>load<u32>(record, LINK);
}

// @ts-ignore: decorator
@inline
function setNext(record: usize, value: usize): void {
  store<u32>(record, <u32>value, LINK);
}

@unmanaged
class Sieve extends Cache {
  /** The page just older than the hand; record 0 when the hand stands at the oldest. */
  behind: usize;
  newest: usize;
}

function makeSieve(capacity: u32): usize {
  const at = makeCache(POLICY_SIEVE, capacity, offsetof<Sieve>(), capacity, RECORD_BYTES);
  if (at == 0) return 0;
  const cache = changetype<Sieve>(at);
  cache.behind = cache.newest = cache.records;
  setNext(cache.records, cache.records);
  return at;
}

// @ts-ignore: decorator
@inline
function visit(record: usize, request: u64): void {
  setWord(record, word(record) | VISITED | (request & DIRTY));
}

/** Moves the hand to the first page that was not visited, takes it out and answers its record. */
// @ts-ignore: decorator
@inline
function evict(cache: Sieve, list: usize): usize {
  let behind = cache.behind;
  let record = next(behind);
  while (true) {
    if (record == list) {
      behind = list; // past the newest page: on at the oldest
      record = next(list);
    }
    const seen = word(record);
    if ((seen & VISITED) == 0) break;
    setWord(record, seen ^ VISITED);
    behind = record;
    record = next(record);
  }
  const above = next(record);
  setNext(behind, above);
  if (above == list) {
    // The newest page went: the hand begins again at the oldest, not at the page that comes in now.
    cache.newest = behind;
    behind = list;
  }
  cache.behind = behind;
  return record;
}

function replaySieve(cache: Sieve, at: usize, end: usize): void {
  let ahead = SLOTS_AHEAD;
  const list = cache.records;
  let newest = cache.newest;
  let hits: u64 = 0;
  for (; at < end && cache.used < cache.capacity; at += REQUEST_BYTES) {
    const request = load<u64>(at) | THERE;
    const slot = <usize>load<u32>(ahead);
    ahead += 4;
    let record = find(slot, request & KEY_MASK);
    if (record != 0) {
      hits++;
      setWord(record, word(record) | VISITED | (request & DIRTY));
    } else {
      record = list + <usize>(++cache.used) * RECORD_BYTES;
      setWord(record, request);
      setNext(newest, record);
      setNext(record, list);
      newest = record;
      enter(slot, record);
    }
  }
  cache.hits += hits;
  // What only a miss needs stays in memory: a hit would keep it on the stack, as there are not registers for all. A hit on the first of
  // a chain, as nearly all are, is told apart by one branch.
  const count = <u64>((end - at) / REQUEST_BYTES);
  const evictions = cache.evictions;
  cache.newest = newest;
  for (; at < end; at += REQUEST_BYTES) {
    const request = load<u64>(at) | THERE;
    const key = request & KEY_MASK;
    const slot = <usize>load<u32>(ahead);
    ahead += 4;
    const found = first(slot);
    if (is(found, key)) {
      visit(found, request);
      continue;
    }
    if (chain(found) != 0) {
      const other = find(found + CHAIN, key); // the link is a slot as any
      if (other != 0) {
        visit(other, request);
        continue;
      }
    }
    cache.evictions++;
    const record = evict(cache, list);
    const victim = word(record);
    cache.writebacks += (victim >> DIRTY_BIT) & 1;
    move(cache.table, cache.slots, victim, slot, record);
    setWord(record, request);
    setNext(cache.newest, record);
    setNext(record, list);
    cache.newest = record;
  }
  cache.hits += count - (cache.evictions - evictions);
}

policy<Sieve>(POLICY_SIEVE, (capacity) => makeSieve(capacity), replaySieve);
