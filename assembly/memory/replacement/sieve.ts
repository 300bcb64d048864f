// SIEVE (Zhang et al., NSDI'24): one visited bit, set by a hit. The hand walks from the oldest page towards the newest,
// clears bits, throws out the first page it finds unvisited and stays there; new pages go to the newest end.
// The hand always knows the page it came from, so a page is unlinked without a link back: 28 bytes a page: record 16, slots 12.

import { Cache, makeCache, PLAIN_BYTES } from "./cache";
import { POLICY_SIEVE } from "./ids";
import { enter, find, move, setWord, slotOf, word } from "./page-table";
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
export class Sieve extends Cache {
  /** The page just older than the hand; record 0 when the hand stands at the oldest. */
  behind: usize;
  newest: usize;
}

export function makeSieve(capacity: u32): usize {
  const at = makeCache(POLICY_SIEVE, capacity, offsetof<Sieve>(), capacity, RECORD_BYTES);
  if (at == 0) return 0;
  const cache = changetype<Sieve>(at);
  cache.behind = cache.newest = cache.records;
  setNext(cache.records, cache.records);
  return at;
}

export function replaySieve(cache: Sieve, at: usize, end: usize): void {
  const table = cache.table;
  const list = cache.records;
  const slots = cache.slots;
  let newest = cache.newest;
  let hits: u64 = 0;
  let writebacks: u64 = 0;
  for (; at < end && cache.used < cache.capacity; at += REQUEST_BYTES) {
    const request = load<u64>(at) | THERE;
    const slot = slotOf(table, slots, request & KEY_MASK);
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
  const count = <u64>((end - at) / REQUEST_BYTES);
  hits = 0;
  let behind = cache.behind;
  for (; at < end; at += REQUEST_BYTES) {
    const request = load<u64>(at) | THERE;
    const key = request & KEY_MASK;
    const slot = slotOf(table, slots, key);
    const found = find(slot, key);
    if (found != 0) {
      hits++;
      setWord(found, word(found) | VISITED | (request & DIRTY));
      continue;
    }
    let record = next(behind);
    let victim: u64 = 0;
    while (true) {
      if (record == list) {
        behind = list; // past the newest page: on at the oldest
        record = next(list);
      }
      victim = word(record);
      if ((victim & VISITED) == 0) break;
      setWord(record, victim ^ VISITED);
      behind = record;
      record = next(record);
    }
    const above = next(record);
    setNext(behind, above);
    if (above == list) {
      // The newest page went: the hand begins again at the oldest, not at the page that comes in now.
      newest = behind;
      behind = list;
    }
    writebacks += (victim >> DIRTY_BIT) & 1;
    move(table, slots, victim, slot, record);
    setWord(record, request);
    setNext(newest, record);
    setNext(record, list);
    newest = record;
  }
  cache.behind = behind;
  cache.newest = newest;
  cache.hits += hits;
  cache.evictions += count - hits;
  cache.writebacks += writebacks;
}

policy<Sieve>(POLICY_SIEVE, (capacity) => makeSieve(capacity), replaySieve);
