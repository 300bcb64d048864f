// Log-linear histogram over 0 … 2^53 - 1: values below 2^(b+1) are counted exactly, every octave above is cut into 2^b
// buckets, so a bucket is never wider than 2^-b of its value. Counters are u64: they cannot overflow in a run that ends.
// Sum and sum of squares are exact integers, so two histograms merge to the bits that one would have held.
//
//   0 sum, low u64 | 8 Σ squares low u64 | 16 high u64 | 24 ~min u64 | 32 max u64 | 40 sum, high u64 | 48 … 63 unused | 64 counters u64[(54-b) << b]

import { allocate } from "./arena";
import { addProduct } from "./wide";

// @ts-ignore: decorator
@inline const HEADER: usize = 64;
/** What is counted as more is this: 104 days in nanoseconds. */
// @ts-ignore: decorator
@inline export const GREATEST: u64 = (1 << 53) - 1;

// @ts-ignore: decorator
@inline
export function bucketCount(bits: u32): u32 {
  return (54 - bits) << bits;
}

// @ts-ignore: decorator
@inline
export function histogramBytes(bits: u32): u64 {
  return <u64>HEADER + (<u64>bucketCount(bits) << 3);
}

export function createHistograms(count: u64, bits: u32): usize {
  return allocate(count * histogramBytes(bits));
}

/** Where the counter of `value` lies, in bytes behind the header. */
// @ts-ignore: decorator
@inline
function counterOffset(bits: u32, value: u64): usize {
  const octave = 63 - <u64>bits - clz<u64>(value | (<u64>1 << bits));
  return (<usize>(octave << bits) + <usize>(value >> octave)) << 3;
}

// Least and greatest value say between which counters anything was counted; the rest is zero, and often was never written:
// whoever walks only between them leaves pages alone that the system would have to make first.

/** Offset of the first counter that can be above zero. */
// @ts-ignore: decorator
@inline
function firstOffset(h: usize, bits: u32): usize {
  return counterOffset(bits, ~load<u64>(h, 24));
}

/** Offset behind the last counter that can be above zero; 0 for an empty histogram, which is before the first. */
// @ts-ignore: decorator
@inline
function endOffset(h: usize, bits: u32): usize {
  return load<u64>(h, 24) == 0 ? 0 : counterOffset(bits, load<u64>(h, 32)) + 8;
}

export function resetHistogram(h: usize, bits: u32): void {
  const end = endOffset(h, bits);
  if (end == 0) return;
  const first = firstOffset(h, bits);
  memory.fill(h + HEADER + first, 0, end - first);
  memory.fill(h, 0, HEADER);
}

/** Samples of each octave of the histogram that was counted last, f64 each. */
export const OCTAVES: usize = memory.data(54 << 3, 8);

/** How many samples there are; leaves how many in each octave at `OCTAVES`. One pass over what is between least and greatest. */
export function countSamples(h: usize, bits: u32): u64 {
  memory.fill(OCTAVES, 0, <usize>(54 - bits) << 3);
  const end = endOffset(h, bits);
  if (end == 0) return 0;
  let count: u64 = 0;
  const octaveBytes: usize = 8 << bits;
  for (let at = firstOffset(h, bits); at < end;) {
    const octave = at >> (bits + 3);
    const stop = min<usize>(end, (octave + 1) * octaveBytes);
    let here: u64 = 0;
    for (; at + 24 < stop; at += 32) {
      here += load<u64>(h + at, HEADER) + load<u64>(h + at, HEADER + 8);
      here += load<u64>(h + at, HEADER + 16) + load<u64>(h + at, HEADER + 24);
    }
    for (; at < stop; at += 8) here += load<u64>(h + at, HEADER);
    store<f64>(OCTAVES + (octave << 3), <f64>(<i64>here));
    count += here;
  }
  return count;
}

/** How many samples lie in `bucket` or beyond. */
export function countFrom(h: usize, bits: u32, bucket: u32): u64 {
  const end = endOffset(h, bits);
  let count: u64 = 0;
  if (end == 0) return count;
  for (let at = max<usize>(firstOffset(h, bits), <usize>bucket << 3); at < end; at += 8) count += load<u64>(h + at, HEADER);
  return count;
}

/** The bucket of the sample at `rank`, 1 to the number of samples, among those from the octave `octave` on. */
export function bucketOfRank(h: usize, bits: u32, octave: u32, rank: u64): u32 {
  assert(rank >= 1);
  const end = endOffset(h, bits);
  let at = max<usize>(firstOffset(h, bits), <usize>octave << (bits + 3));
  for (let seen: u64 = 0; at < end; at += 8) {
    seen += load<u64>(h + at, HEADER);
    if (seen >= rank) break;
  }
  assert(at < end);
  return <u32>(at >> 3);
}

/** Counts `value`. Measured with the ideal mechanism on: three of these cost about 12 ns a request. */
// @ts-ignore: decorator
@inline
export function record(h: usize, bits: u32, value: u64): void {
  if (value >> 32 != 0) {
    recordWide(h, bits, value);
    return;
  }
  const before = load<u64>(h, 8);
  const after = before + value * value;
  store<u64>(h, after, 8);
  if (after < before) store<u64>(h, load<u64>(h, 16) + 1, 16);
  tally(h, bits, value);
}

/** The same, called. */
export function recordSeldom(h: usize, bits: u32, value: u64): void {
  record(h, bits, value);
}

/** The same of what is no less than 2^32. */
function recordWide(h: usize, bits: u32, value: u64): void {
  // a ratio may lie beyond the last bucket; a time may not, and one that does would be below zero
  value = min<u64>(value, GREATEST);
  addWideSquare(h, value);
  tally(h, bits, value);
}

/** All but its square. */
// @ts-ignore: decorator
@inline
function tally(h: usize, bits: u32, value: u64): void {
  const sum = load<u64>(h) + value;
  store<u64>(h, sum);
  if (sum < value) store<u64>(h, load<u64>(h, 40) + 1, 40);
  // min is kept as its complement, so that zeroed memory is an empty histogram
  const least = load<u64>(h, 24);
  if (~value > least) store<u64>(h, ~value, 24);
  if (value > load<u64>(h, 32)) store<u64>(h, value, 32);
  const at = h + counterOffset(bits, value);
  store<u64>(at, load<u64>(at, HEADER) + 1, HEADER);
}

/** Counts `value` so many times. */
export function recordMany(h: usize, bits: u32, value: u64, times: u64): void {
  if ((value | times) >> 32 != 0) {
    for (; times != 0; times--) recordSeldom(h, bits, value); // what follows would not fit
    return;
  }
  const before = load<u64>(h);
  const sum = before + value * times;
  store<u64>(h, sum);
  if (sum < before) store<u64>(h, load<u64>(h, 40) + 1, 40);
  addProduct(h + 8, value * value, times);
  store<u64>(h, max<u64>(load<u64>(h, 24), ~value), 24);
  store<u64>(h, max<u64>(load<u64>(h, 32), value), 32);
  const at = h + counterOffset(bits, value);
  store<u64>(at, load<u64>(at, HEADER) + times, HEADER);
}

/** Adds value² for values of 2^32 and more, as high and low halves. */
function addWideSquare(h: usize, value: u64): void {
  const low = value & 0xffff_ffff;
  const high = value >> 32;
  const cross = low * high;
  const base = low * low;
  const sum = base + (cross << 33);
  const carry = u64(sum < base);
  const before = load<u64>(h, 8);
  const after = before + sum;
  store<u64>(h, after, 8);
  store<u64>(h, load<u64>(h, 16) + high * high + (cross >> 31) + carry + u64(after < before), 16);
}
