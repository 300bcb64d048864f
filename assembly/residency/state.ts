// What is kept of the levels and of a unit.

/** Times in ns. */
@unmanaged
export class Tiers {
  units: u32;
  /** Units that the fast level holds. */
  capacity: u32;
  /** Units in it. */
  resident: u32;
  /** Whether more were ever in it. */
  overfull: bool;
  detector: u32;
  admission: u32;
  /** Slow accesses that make a candidate. */
  threshold: u32;
  /** Records; the first is the sentinel of the fast level's list. */
  records: usize;
  fastNs: u64;
  slowNs: u64;
  promoteNs: u64;
  demoteNs: u64;
  gapNs: u64;
  accesses: u64;
  hits: u64;
  /** Accesses that were a unit's first. */
  touched: u64;
  candidates: u64;
  promotions: u64;
  demotions: u64;
  /** Of accesses and moves. */
  spent: u64;
  /** Between accesses. */
  waited: u64;
}

// @ts-ignore: decorator
@inline const SLOW_ACCESSES: usize = 0;
// @ts-ignore: decorator
@inline const PLACE: usize = 4;

/** 0xffffffff: never touched. */
// @ts-ignore: decorator
@inline
export function level(record: usize): u32 {
  return load<u32>(record, PLACE) - 1;
}

// @ts-ignore: decorator
@inline
export function setLevel(record: usize, value: u32): void {
  store<u32>(record, value + 1, PLACE);
}

/** Slow accesses since the unit last came down, or was first touched. */
// @ts-ignore: decorator
@inline
export function slowAccesses(record: usize): u32 {
  return load<u32>(record, SLOW_ACCESSES);
}

// @ts-ignore: decorator
@inline
export function setSlowAccesses(record: usize, value: u32): void {
  store<u32>(record, value, SLOW_ACCESSES);
}
