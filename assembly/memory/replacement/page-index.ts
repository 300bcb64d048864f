// Every page ever seen, with one number beside it: the growing counterpart of page-table.ts, for what must know the whole
// trace (distinct pages, next uses, reuse distances). Chained hashing: entries come in chunks and never move.
//
//     entry, 16 bytes:   0  page u64     8  value u32 (0: just made)     12  chain u32
//
// 20 to 24 bytes a page, and once more 2 to 4 that earlier, smaller heads have left behind.
// Memory grows in indexReserve only, between two windows of requests.

import { allocate } from "../../kernel/arena";
import { hashOf } from "./page-table";

// @ts-ignore: decorator
@inline const ENTRY_BITS: usize = 4;
// @ts-ignore: decorator
@inline const CHUNK_BITS: u32 = 16; // 65,536 entries, 1 MiB
// @ts-ignore: decorator
@inline const CHUNK_LIMIT: u32 = 4096; // 2^28 pages are as many as 4 GiB hold
// @ts-ignore: decorator
@inline const FIRST_HEAD_BITS: u32 = 16;

@unmanaged
export class PageIndex {
  /** Distinct pages; entries 1 … pages. */
  pages: u32;
  /** Chunks in place. */
  chunksUsed: u32;
  /** u32 a chunk: where it is. */
  chunks: usize;
  /** u32 a bucket: first entry of its chain. */
  heads: usize;
  headBits: u32;
}

/** Reserves the fields of `index`, which the caller has placed. False when memory does not reach. */
export function makeIndex(index: PageIndex): bool {
  index.chunks = allocate(<u64>CHUNK_LIMIT << 2);
  index.headBits = FIRST_HEAD_BITS;
  index.heads = allocate(<u64>4 << FIRST_HEAD_BITS);
  return index.chunks != 0 && index.heads != 0;
}

// @ts-ignore: decorator
@inline
export function entryAt(index: PageIndex, entry: u32): usize {
  return <usize>load<u32>(index.chunks + (<usize>(entry >> CHUNK_BITS) << 2)) + (<usize>(entry & ((1 << CHUNK_BITS) - 1)) << ENTRY_BITS);
}

/** Room for `more` new pages. False when memory does not reach. */
export function indexReserve(index: PageIndex, more: u32): bool {
  const needed = (<u64>index.pages + more) / (1 << CHUNK_BITS) + 1;
  if (needed > CHUNK_LIMIT) return false;
  while (<u64>index.chunksUsed < needed) {
    const chunk = allocate((<u64>1 << CHUNK_BITS) << ENTRY_BITS);
    if (chunk == 0) return false;
    store<u32>(index.chunks + (<usize>index.chunksUsed << 2), <u32>chunk);
    index.chunksUsed++;
  }
  let bits = index.headBits;
  while (index.pages > <u32>1 << bits && bits < 28) bits++;
  if (bits == index.headBits) return true;
  const heads = allocate(<u64>4 << bits);
  if (heads == 0) return false;
  const shift = <u64>(64 - bits);
  for (let entry: u32 = 1; entry <= index.pages; entry++) {
    const at = entryAt(index, entry);
    const head = heads + (<usize>(hashOf(load<u64>(at)) >> shift) << 2);
    store<u32>(at, load<u32>(head), 12);
    store<u32>(head, entry);
  }
  index.heads = heads;
  index.headBits = bits;
  return true;
}

/** The entry of `page`, made if need be: there must be room. Its value stands at offset 8. */
// @ts-ignore: decorator
@inline
export function entryOf(index: PageIndex, page: u64): usize {
  const head = index.heads + (<usize>(hashOf(page) >> <u64>(64 - index.headBits)) << 2);
  const first = load<u32>(head);
  let entry = first;
  let at: usize = 0;
  while (entry != 0) {
    at = entryAt(index, entry);
    if (load<u64>(at) == page) break;
    entry = load<u32>(at, 12);
  }
  if (entry == 0) {
    entry = ++index.pages;
    at = entryAt(index, entry);
    store<u64>(at, page);
    store<u32>(at, first, 12);
    store<u32>(head, entry);
  }
  return at;
}
