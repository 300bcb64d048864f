// Reuse distances of LRU (Mattson et al. 1970): how many distinct pages a request's page was back, itself included. One
// histogram of them gives the miss ratio at every capacity. Bennett & Kruskal's way: one live mark a page at the time of its
// last use; the distance is the number of marks from there on, counted by a Fenwick tree over words of 64 marks.
// On request only a share of the pages is looked at, chosen by a hash of the page number (SHARDS, Waldspurger et al.,
// FAST'15, fixed rate); the reader scales the distances.
// Memory: page-index.ts; 8 to 16 bytes a page for the histogram (twice that with what growth leaves), below 2 for the marks.

import { allocate } from "../../kernel/arena";
import { mix } from "../../kernel/random";
import { entryAt, entryOf, indexReserve, makeIndex, PageIndex } from "./page-index";
import { PAGE_MASK, REQUEST_BYTES } from "./request";

/** A page is looked at when this many bits of its hash are below the threshold. */
// @ts-ignore: decorator
@inline const SAMPLE_BITS: u64 = 24;

/** Whether a page is among `threshold` of 2^24. */
// @ts-ignore: decorator
@inline
export function isSampled(page: u64, threshold: u32): bool {
  return mix(page) >> (64 - SAMPLE_BITS) < <u64>threshold;
}

@unmanaged
export class StackDistances extends PageIndex {
  /** Of 2^24. */
  threshold: u32;
  /** Times given out; a page's value is the time of its last use, from 1. */
  clock: u32;
  /** Times there is room for; a multiple of 64. */
  times: u32;
  /** 1 bit a time. */
  marks: usize;
  /** u32 a word of marks: Fenwick tree, from 1. */
  tree: usize;
  /** Requests looked at. */
  requests: u64;
  /** f64 a distance, from 0 (unused): requests. First uses are requests less the sum. */
  histogram: usize;
  histogramSize: u32;
}

export function makeStackDistances(threshold: u32): usize {
  const at = allocate(offsetof<StackDistances>());
  if (at == 0) return 0;
  const distances = changetype<StackDistances>(at);
  distances.threshold = threshold;
  return makeIndex(distances) ? at : 0;
}

/** Marks at times 1 … time. */
function rank(distances: StackDistances, time: u32): u32 {
  const word = time >> 6;
  const marks = load<u64>(distances.marks + (<usize>word << 3)) & (~(<u64>0) >> (63 - (time & 63)));
  let sum = <u32>popcnt<u64>(marks);
  for (let node = word; node != 0; node &= node - 1) sum += load<u32>(distances.tree + (<usize>node << 2));
  return sum;
}

/** Node n of the tree counts the words n - lowbit(n) … n - 1. */
function addAt(distances: StackDistances, time: u32, change: i32): void {
  const words = distances.times >> 6;
  for (let node = (time >> 6) + 1; node <= words; node += node & (0 - node)) {
    const at = distances.tree + (<usize>node << 2);
    store<u32>(at, load<u32>(at) + change);
  }
}

function flip(distances: StackDistances, time: u32): void {
  const at = distances.marks + (<usize>(time >> 6) << 3);
  store<u64>(at, load<u64>(at) ^ (<u64>1 << (time & 63)));
}

/** Room for `more` requests: numbers the pages' last uses anew from 1, in the same order, in larger arrays where needed. */
function reserveTimes(distances: StackDistances, more: u32): bool {
  if (<u64>distances.clock + more < <u64>distances.times) return true;
  const pages = distances.pages;
  for (let entry: u32 = 1; entry <= pages; entry++) {
    const at = entryAt(distances, entry);
    store<u32>(at, rank(distances, load<u32>(at, 8)), 8);
  }
  const wanted = 2 * (<u64>pages + more) + 64;
  if (wanted > <u64>distances.times) {
    if (wanted > 1 << 30) return false;
    const times = <u32>1 << (32 - clz<u32>(<u32>wanted));
    distances.marks = allocate(<u64>times >> 3);
    distances.tree = allocate(((<u64>times >> 6) + 1) << 2);
    if (distances.marks == 0 || distances.tree == 0) return false;
    distances.times = times;
  } else {
    memory.fill(distances.marks, 0, <usize>distances.times >> 3);
    memory.fill(distances.tree, 0, (<usize>(distances.times >> 6) + 1) << 2);
  }
  distances.clock = pages;
  for (let time: u32 = 1; time <= pages; time++) flip(distances, time);
  const words = distances.times >> 6;
  for (let node: u32 = 1; node <= words; node++) {
    const at = distances.tree + (<usize>node << 2);
    const count = load<u32>(at) + <u32>popcnt<u64>(load<u64>(distances.marks + (<usize>(node - 1) << 3)));
    store<u32>(at, count);
    const parent = node + (node & (0 - node));
    if (parent <= words) {
      const up = distances.tree + (<usize>parent << 2);
      store<u32>(up, load<u32>(up) + count);
    }
  }
  return true;
}

function reserveHistogram(distances: StackDistances, more: u32): bool {
  const needed = <u64>distances.pages + more + 1;
  if (needed <= distances.histogramSize) return true;
  if (needed > 1 << 28) return false;
  const size = <u32>1 << (32 - clz<u32>(<u32>needed));
  const histogram = allocate(<u64>size << 3);
  if (histogram == 0) return false;
  memory.copy(histogram, distances.histogram, <usize>distances.histogramSize << 3);
  distances.histogram = histogram;
  distances.histogramSize = size;
  return true;
}

/** Takes in the requests at `at` … `end`. False when memory does not reach for them. */
export function recordDistances(distances: StackDistances, at: usize, end: usize): bool {
  const count = <u32>((end - at) / REQUEST_BYTES);
  if (!indexReserve(distances, count) || !reserveHistogram(distances, count) || !reserveTimes(distances, count)) return false;
  const threshold = distances.threshold;
  for (; at < end; at += REQUEST_BYTES) {
    const page = load<u64>(at) & PAGE_MASK;
    if (!isSampled(page, threshold)) continue;
    distances.requests++;
    const entry = entryOf(distances, page);
    const last = load<u32>(entry, 8);
    if (last != 0) {
      const bin = distances.histogram + (<usize>(distances.pages - rank(distances, last) + 1) << 3);
      store<f64>(bin, load<f64>(bin) + 1);
      flip(distances, last);
      addAt(distances, last, -1);
    }
    const time = ++distances.clock;
    store<u32>(entry, time, 8);
    flip(distances, time);
    addAt(distances, time, 1);
  }
  return true;
}
