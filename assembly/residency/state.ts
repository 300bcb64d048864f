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
  /** Slow accesses, or faults, that make a candidate. */
  threshold: u32;
  /** With less room than `low`, units go down until there is room for `high`; 0: only for another that comes up. */
  low: u32;
  high: u32;
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
  /** Candidates that were not admitted. */
  refused: u64;
  promotions: u64;
  demotions: u64;
  /** Of accesses, faults and moves. */
  spent: u64;
  /** Between accesses. */
  waited: u64;

  /** When something is next due that is no access: a scan, a comparison, a halving. */
  dueAt: u64;

  // hint faults (hints.ts)
  /** u64 a unit: when it was marked, and 1; 0: not marked. */
  marks: usize;
  faultNs: u64;
  faults: u64;
  scanAt: u64;
  scanPeriod: u64;
  scanUnits: u32;
  /** The unit that the next scan begins with. */
  hand: u32;
  /** A fault sooner after its mark than this makes a candidate; it moves around its reference. */
  hot: u64;
  hotReference: u64;
  limit: u64;
  limitNs: u64;
  /** Those within the present limitNs, and within the present adjustNs. */
  limitFrom: u64;
  withinLimit: u64;
  adjustNs: u64;
  adjustAt: u64;
  withinAdjust: u64;
  /** Candidates over the limit. */
  limited: u64;

  // the link (link.ts)
  /** Whether accesses go on while units move. */
  background: bool;
  /** Of a unit that goes up and one that goes down. */
  exchangeNs: u64;
  /** When the exchange that is under way ends, and the last of those that wait. */
  linkAt: u64;
  linkFree: u64;
  /** In a circle, those that wait for the link, the first of them under way: u64 when its exchange ends, u32 unit, free. */
  line: usize;
  lineFirst: u32;
  coming: u32;
  comingMost: u32;
  price: u64;

  // the sketch (sketch.ts)
  /** u32 a counter, SKETCH_ROWS rows of `counters`. */
  sketch: usize;
  counters: u32;
  over: u64;
  halveNs: u64;
  halveAt: u64;
}

// @ts-ignore: decorator
@inline export const NEVER: u64 = ~(<u64>0);

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

/** Slow accesses (or faults) since the unit last came down, or was first touched. */
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
