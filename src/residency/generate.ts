// Accesses made up where no trace is given: unit popularity by Zipf's law, over ranks that move on to other units.

import { type Accesses, AccessWriter } from './accesses.js';

export interface Drifting {
  readonly accesses: number;
  readonly units: number;
  /** Exponent: popularity of rank r is 1 / r^skew. */
  readonly skew: number;
  /** After so many accesses … */
  readonly every: number;
  /** … this share of the ranks changes units: each gets the unit of another of them. */
  readonly share: number;
  readonly writeShare: number;
}

/** A permutation by Fisher and Yates of the places named, in place. */
function shuffle(values: Uint32Array, places: readonly number[], next: () => number): void {
  for (let i = places.length - 1; i > 0; i--) {
    const [a, b] = [places[i]!, places[Math.floor(next() * (i + 1))]!];
    [values[a], values[b]] = [values[b]!, values[a]!];
  }
}

/** @param next uniform in [0, 1) */
export function drifting({ accesses, units, skew, every, share, writeShare }: Drifting, next: () => number): Accesses {
  const cumulated = new Float64Array(units);
  let sum = 0;
  for (let rank = 0; rank < units; rank++) cumulated[rank] = sum += (rank + 1) ** -skew;
  const unitOf = Uint32Array.from({ length: units }, (_, i) => i);
  const all = Array.from(unitOf);
  shuffle(unitOf, all, next);
  const writer = new AccessWriter();
  for (let i = 0; i < accesses; i++) {
    if (i > 0 && i % every === 0)
      shuffle(
        unitOf,
        all.filter(() => next() < share),
        next,
      );
    const wanted = next() * sum;
    let [low, high] = [0, units - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulated[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    writer.sink.put(unitOf[low]!, next() < writeShare);
  }
  return writer.end();
}
