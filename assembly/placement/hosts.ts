// The hosts of a fleet: what each has and what of it is free. Amounts are whole numbers in the caller's units (fractions of a core,
// KiB), so that what comes and goes adds up exactly; doubles hold them, and the rules of placement are sums of their quotients.
//
//   host   ┌ 0 freeCores f64 ┬ 8 freeMemory ┬ 16 cores ┬ 24 memory ┬ 32 latest ┬ 40 vms ┬ 48 open ┬ 56 type ┐

import { allocate } from "../kernel/arena";
import { HOST_RECORD_WORDS } from "./layout";

@unmanaged
class Host {
  freeCores: f64;
  freeMemory: f64;
  cores: f64;
  memory: f64;
  latest: f64;
  vms: f64;
  open: f64;
  type: f64;
}

// @ts-ignore: decorator
@inline const HOST_BYTES: usize = HOST_RECORD_WORDS * 8;

let hosts: usize = 0;
let count: u32 = 0;

// @ts-ignore: decorator
@inline
export function host(index: u32): Host {
  return changetype<Host>(hosts + <usize>index * HOST_BYTES);
}

export function hostCount(): u32 {
  return count;
}

/** Room for `n` hosts, all of them without anything; 0 where memory does not reach. */
export function layHosts(n: u32): usize {
  count = n;
  hosts = allocate(<u64>n * HOST_BYTES);
  return hosts;
}
