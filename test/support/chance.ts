// Chance for tests of laws, of no relation to the program's.

/** mulberry32: numbers from 0 to before 1. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Four standard deviations of a share p of n. */
export const margin = (p: number, n: number): number => 4 * Math.sqrt((p * (1 - p)) / n);

/** The arrival after that at `at` of a Poisson process, in whole ns. */
export const nextArrival = (at: number, perSecond: number, draw: () => number): number =>
  at + Math.round((-Math.log(1 - draw()) / perSecond) * 1e9);
