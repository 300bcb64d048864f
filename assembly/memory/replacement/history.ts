// What the whole trace says: how many distinct pages it has and, where Belady's policy is to be replayed, the next use of
// every request's page and whether the request wrote.
//
//     next use: u32 a request, NEVER where there is none, in chunks of 2^20 requests (4 MiB)
//     writes:   1 bit a request, in chunks of 128 KiB
//     sizes:    u32 a request, in chunks as the next uses; none while all objects are of one size
//
// Memory: page-index.ts, and 4.125 bytes a request when next uses are kept, 8.125 where sizes differ; 2^30 requests at most.

import { allocate } from "../../kernel/arena";
import { entryOf, indexReserve, makeIndex, PageIndex } from "./page-index";
import { DIRTY, PAGE_MASK, REQUEST_BYTES } from "./request";

// @ts-ignore: decorator
@inline export const NEVER: u32 = 0xffffffff;
// @ts-ignore: decorator
@inline const CHUNK_BITS: u32 = 20;
// @ts-ignore: decorator
@inline const CHUNK_MASK: u32 = (1 << CHUNK_BITS) - 1;
// @ts-ignore: decorator
@inline const CHUNK_LIMIT: u32 = 1024;

@unmanaged
export class History extends PageIndex {
  /** Requests so far. */
  requests: u64;
  /** Whether any of them wrote. */
  writes: u32;
  /** Whether next uses are kept. */
  keeps: u32;
  /** u32 a chunk each: where it is. */
  nextChunks: usize;
  writeChunks: usize;
  nextChunksUsed: u32;
  /** The size of every object, while they are all alike. */
  size: u32;
  /** u32 a chunk each: where it is; 0 while all sizes are alike. */
  sizeChunks: usize;
  sizeChunksUsed: u32;
}

export function makeHistory(keeps: bool): usize {
  const at = allocate(offsetof<History>());
  if (at == 0) return 0;
  const history = changetype<History>(at);
  history.keeps = u32(keeps);
  if (!makeIndex(history)) return 0;
  if (!keeps) return at;
  history.nextChunks = allocate(<u64>CHUNK_LIMIT << 2);
  history.writeChunks = allocate(<u64>CHUNK_LIMIT << 2);
  return history.nextChunks == 0 || history.writeChunks == 0 ? 0 : at;
}

function reserveNextUses(history: History, more: u32): bool {
  const needed = ((history.requests + more) >> CHUNK_BITS) + 1;
  if (needed > CHUNK_LIMIT) return false;
  while (<u64>history.nextChunksUsed < needed) {
    const next = allocate(<u64>4 << CHUNK_BITS);
    const writes = allocate((<u64>1 << CHUNK_BITS) >> 3);
    if (next == 0 || writes == 0) return false;
    const at = <usize>history.nextChunksUsed << 2;
    store<u32>(history.nextChunks + at, <u32>next);
    store<u32>(history.writeChunks + at, <u32>writes);
    history.nextChunksUsed++;
  }
  return true;
}

function reserveSizes(history: History, requests: u64): bool {
  while ((<u64>history.sizeChunksUsed << CHUNK_BITS) < requests) {
    const chunk = allocate(<u64>4 << CHUNK_BITS);
    if (chunk == 0) return false;
    store<u32>(history.sizeChunks + (<usize>history.sizeChunksUsed << 2), <u32>chunk);
    history.sizeChunksUsed++;
  }
  return true;
}

// @ts-ignore: decorator
@inline
function sizeAt(history: History, request: u32): usize {
  return <usize>load<u32>(history.sizeChunks + (<usize>(request >> CHUNK_BITS) << 2)) + (<usize>(request & CHUNK_MASK) << 2);
}

export function sizeOf(history: History, request: u32): u32 {
  return history.sizeChunks == 0 ? history.size : load<u32>(sizeAt(history, request));
}

/** Takes in the sizes of the next `count` requests, before the requests themselves. False when memory does not reach. */
export function recordSizes(history: History, sizes: usize, count: u32): bool {
  const before = <u32>history.requests;
  if (before == 0 && count > 0) history.size = load<u32>(sizes);
  if (history.sizeChunks == 0) {
    let same: u32 = 0;
    while (same < count && load<u32>(sizes + (<usize>same << 2)) == history.size) same++;
    if (same == count) return true;
    history.sizeChunks = allocate(<u64>CHUNK_LIMIT << 2);
    if (history.sizeChunks == 0 || !reserveSizes(history, before)) return false;
    for (let request: u32 = 0; request < before; request++) store<u32>(sizeAt(history, request), history.size);
  }
  if (<u64>before + count > <u64>CHUNK_LIMIT << CHUNK_BITS || !reserveSizes(history, <u64>before + count)) return false;
  for (let i: u32 = 0; i < count; i++) store<u32>(sizeAt(history, before + i), load<u32>(sizes + (<usize>i << 2)));
  return true;
}

/** Where the next use of `request` stands; the following ones are behind it up to the end of their chunk. */
// @ts-ignore: decorator
@inline
export function nextUseAt(history: History, request: u32): usize {
  return <usize>load<u32>(history.nextChunks + (<usize>(request >> CHUNK_BITS) << 2)) + (<usize>(request & CHUNK_MASK) << 2);
}

// @ts-ignore: decorator
@inline
export function wrote(history: History, request: u32): bool {
  const chunk = <usize>load<u32>(history.writeChunks + (<usize>(request >> CHUNK_BITS) << 2));
  return ((load<u8>(chunk + ((request & CHUNK_MASK) >> 3)) >> <u8>(request & 7)) & 1) != 0;
}

/** Takes in the requests at `at` … `end`. False when memory does not reach for them; none is taken in then. */
export function recordHistory(history: History, at: usize, end: usize): bool {
  const count = <u32>((end - at) / REQUEST_BYTES);
  if (!indexReserve(history, count)) return false;
  if (history.keeps == 0) {
    for (; at < end; at += REQUEST_BYTES) entryOf(history, load<u64>(at) & PAGE_MASK);
    history.requests += count;
    return true;
  }
  if (!reserveNextUses(history, count)) return false;
  let position = <u32>history.requests;
  for (; at < end; at += REQUEST_BYTES) {
    const request = load<u64>(at);
    const entry = entryOf(history, request & PAGE_MASK);
    const last = load<u32>(entry, 8); // position + 1
    if (last != 0) store<u32>(nextUseAt(history, last - 1), position);
    store<u32>(nextUseAt(history, position), NEVER);
    if (request & DIRTY) {
      history.writes = 1;
      const byte = <usize>load<u32>(history.writeChunks + (<usize>(position >> CHUNK_BITS) << 2)) + ((position & CHUNK_MASK) >> 3);
      store<u8>(byte, load<u8>(byte) | (<u8>1 << <u8>(position & 7)));
    }
    position++;
    store<u32>(entry, position, 8);
  }
  history.requests += count;
  return true;
}
