// Numbers that name the replacement policies across the boundary. Plain constants only: the core compiles this file and
// src/pages imports it, so the two cannot drift. A number, once given, stays.

export const POLICY_LRU = 0;
export const POLICY_FIFO = 1;
export const POLICY_CLOCK = 2;
export const POLICY_RANDOM = 3;
export const POLICY_LFU = 4;
export const POLICY_TWO_QUEUE = 5;
export const POLICY_ARC = 6;
export const POLICY_SIEVE = 7;
export const POLICY_S3FIFO = 8;
export const POLICY_TAIJI = 9;
export const POLICY_OPT = 10;

/** Page numbers are below 2^PAGE_BITS; the bits above carry flags, in a request and in a page's record alike. */
export const PAGE_BITS = 52;

/** Requests the shared window holds: 256 KiB, so that it stays in a second-level cache while every policy reads it. */
export const WINDOW_REQUESTS = 32768;
