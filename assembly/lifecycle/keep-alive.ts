// A keep-alive policy of one's own, compiled in. `fluxhost build --policy FILE` puts a file that exports keepFor in this one's place and
// compiles a private core at full speed. A scenario asks for it by `lifecycle: { keepAlive: { policy: policy } }`; where the program gives
// a function instead (options.policy), that one is called.
//
// What may be used: what view.ts beside it hands out, to be read and never written; integers and floating point, no time but now().

import { Instance } from "./view";

/** How long an instance that has just become dormant is kept, ns; 0: it serves requests of this nanosecond; beyond 2^53: for good. Here: for good. */
export function keepFor(_: Instance): f64 {
  return Infinity;
}

/**
 * What an instance that has just been given a request is worth, 0 or more: for want of memory the least goes first, of equals whose last
 * request came first. Here: the same for all.
 */
export function worth(_: Instance): f64 {
  return 0;
}

// --- the same, answered by the program that runs the simulation

// @ts-ignore: decorator
@external("policy", "keepFor")
export declare function hostKeepFor(fn: u32, uses: u32, instances: u32, lastStart: f64): f64;

// @ts-ignore: decorator
@external("policy", "worth")
export declare function hostWorth(fn: u32, uses: u32, instances: u32, lastStart: f64): f64;
