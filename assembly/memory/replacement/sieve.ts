// SIEVE (Zhang et al., NSDI'24): one visited bit, set by a hit. The hand walks from the oldest page towards the newest,
// clears bits, throws out the first page it finds unvisited and stays there; new pages go to the newest end.
// The hand always knows the page it came from, so a page is unlinked without a link back: 28 bytes a page: word 8, link 4,
// table 16.

import { Cache, makeCache, makeRegion } from "./cache";
import { POLICY_SIEVE } from "./ids";
import { enter, find, hashOf, leave } from "./page-table";
import { COUNTER_ONE, DIRTY, DIRTY_BIT, PAGE_MASK, REQUEST_BYTES } from "./request";

// @ts-ignore: decorator
@inline const WORD_BITS: usize = 3;
// @ts-ignore: decorator
@inline const VISITED: u64 = COUNTER_ONE;
/** Sentinel: its link is the oldest page, the newest page's link is it. */
// @ts-ignore: decorator
@inline const LIST: u32 = 0;

@unmanaged
export class Sieve extends Cache {
  /** u32 a record: the next newer page. */
  links: usize;
  /** The page just older than the hand; LIST when the hand stands at the oldest. */
  behind: u32;
  newest: u32;
}

export function makeSieve(capacity: u32): usize {
  const at = makeCache(POLICY_SIEVE, capacity, offsetof<Sieve>(), capacity, 1 << WORD_BITS);
  if (at == 0) return 0;
  const cache = changetype<Sieve>(at);
  cache.links = makeRegion(cache, (<u64>capacity + 1) << 2);
  return cache.links == 0 ? 0 : at;
}

export function replaySieve(cache: Sieve, at: usize, end: usize): void {
  const table = cache.table;
  const records = cache.records;
  const links = cache.links;
  const chain = cache.chain;
  const slots = cache.slots;
  const indexMask = cache.indexMask;
  const capacity = cache.capacity;
  let used = cache.used;
  let behind = cache.behind;
  let newest = cache.newest;
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
      const p = records + (<usize>found << WORD_BITS);
      const word = load<u64>(p);
      const next = word | VISITED | (request & DIRTY);
      if (next != word) store<u64>(p, next);
      continue;
    }
    const full = used == capacity;
    let record: u32 = 0;
    if (!full) {
      record = ++used;
    } else {
      record = load<u32>(links + (<usize>behind << 2));
      while (true) {
        if (record == LIST) {
          behind = LIST; // past the newest page: on at the oldest
          record = load<u32>(links);
        }
        const p = records + (<usize>record << WORD_BITS);
        const word = load<u64>(p);
        if ((word & VISITED) == 0) break;
        store<u64>(p, word ^ VISITED);
        behind = record;
        record = load<u32>(links + (<usize>record << 2));
      }
      const next = load<u32>(links + (<usize>record << 2));
      store<u32>(links + (<usize>behind << 2), next);
      if (next == LIST) {
        // The newest page went: the hand begins again at the oldest, not at the page that comes in now.
        newest = behind;
        behind = LIST;
      }
    }
    const p = records + (<usize>record << WORD_BITS);
    const victim = load<u64>(p);
    store<u64>(p, request);
    store<u32>(links + (<usize>newest << 2), record);
    store<u32>(links + (<usize>record << 2), LIST);
    newest = record;
    if (full) {
      evictions++;
      writebacks += (victim >> DIRTY_BIT) & 1;
      leave(table, chain, slots, indexMask, hashOf(victim & PAGE_MASK), record);
    }
    enter(table, chain, slots, indexMask, hash, record);
  }
  cache.used = used;
  cache.behind = behind;
  cache.newest = newest;
  cache.hits += hits;
  cache.evictions += evictions;
  cache.writebacks += writebacks;
}
