// A request and a page's record are one 64-bit word each, so that a resident page's number, dirty bit, reference counter
// and queue share the cache line that a hit has to load anyway.
//
//     bit 63      62 … 57   56 55      54 53    52      51 … 0
//         there   unused    counter    queue    dirty   page number
//
// In a request, bit 52 says "write"; the bits above it are zero. In a record `there` is set as soon as it has held a page; with
// the page number it is the key that the page table looks for, so a record of zeros never is page 0. Only pages are named: addresses are cut by
// the reader.

import { PAGE_BITS } from "./ids";

// @ts-ignore: decorator
@inline export const DIRTY_BIT: u64 = PAGE_BITS;
// @ts-ignore: decorator
@inline export const DIRTY: u64 = (<u64>1) << DIRTY_BIT;
// @ts-ignore: decorator
@inline export const PAGE_MASK: u64 = DIRTY - 1;

// @ts-ignore: decorator
@inline export const THERE: u64 = (<u64>1) << 63;
// @ts-ignore: decorator
@inline export const KEY_MASK: u64 = THERE | PAGE_MASK;

// @ts-ignore: decorator
@inline export const QUEUE_SHIFT: u64 = 53;
// @ts-ignore: decorator
@inline export const QUEUE_MASK: u64 = (<u64>3) << QUEUE_SHIFT;

// @ts-ignore: decorator
@inline const COUNTER_SHIFT: u64 = 55;
// @ts-ignore: decorator
@inline export const COUNTER_ONE: u64 = (<u64>1) << COUNTER_SHIFT;
// @ts-ignore: decorator
@inline export const COUNTER_MASK: u64 = (<u64>3) << COUNTER_SHIFT;

/** Bytes of a request in the window. */
// @ts-ignore: decorator
@inline export const REQUEST_BYTES: usize = 8;
