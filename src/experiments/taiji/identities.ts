// What follows from arithmetic alone, and is printed beside the simulation: how much of the virtual memory must be out for a
// given expansion and compression, and what a unit of swapping larger than a page costs.

/** Bytes of 4 KiB pages. */
const FOUR_KIB = 4096;

/**
 * Share of the virtual memory that must be out, for `expansion` = virtual / physical: S(1 - 1/r) = V - C(1 - reserve), with
 * 1/r = keptShare (metadata included) and a share of the physical memory kept free.
 *
 * @example requiredOutShare(1.5, 1 / 2.63) // 0.538
 */
export function requiredOutShare(expansion: number, keptShare: number, reserve = 0): number {
  return (expansion - 1 + reserve) / (expansion * (1 - keptShare));
}

/** Time of a backend for a unit of `pageBytes`, from that of 4 KiB. */
export function unitTimeNs(pageBytes: number, fourKibNs: number): number {
  return (pageBytes / FOUR_KIB) * fourKibNs;
}
