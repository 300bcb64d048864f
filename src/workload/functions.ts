// Which functions of a trace are taken: all, these, or a seeded choice of so many.

import { InputError, show } from '../input/errors.js';
import type { TraceOptions } from './options.js';
import { SplitMix64 } from './random.js';

/**
 * The chosen indexes into `hashes`, in their order.
 * A choice of n takes the n functions whose keyed hash is smallest: it does not depend on the file's order, and the
 * choice of 10 is part of the choice of 20 under the same seed.
 * @param place the file to name in an error
 */
export function chooseFunctions(hashes: readonly string[], options: TraceOptions, place: string): number[] {
  const { functions } = options;
  const all = hashes.map((_, i) => i);
  if (functions === undefined) return all;
  if (typeof functions !== 'number') {
    const wanted = new Set(functions);
    const present = new Set(hashes);
    const unknown = [...wanted].filter((hash) => !present.has(hash));
    if (unknown.length > 0) {
      throw new InputError(
        unknown.map((hash) => ({
          file: place,
          path: 'functions',
          given: show(hash),
          expected: `one of the ${present.size} functions of the trace`,
        })),
      );
    }
    return all.filter((i) => wanted.has(hashes[i]!));
  }
  if (functions > hashes.length) {
    const expected = `a whole number from 1 to ${hashes.length}, the functions of the trace`;
    throw new InputError({ file: place, path: 'functions', given: String(functions), expected });
  }
  const ranks = hashes.map((hash) => {
    const random = functionStream(options.seed ?? 1, hash);
    random.next();
    return random.hi * 2 ** 21 + (random.lo >>> 11);
  });
  // Equal ranks (2^-53) fall back on the hash itself, so that the choice stays free of the file's order.
  const byRank = (a: number, b: number) => ranks[a]! - ranks[b]! || (hashes[a]! < hashes[b]! ? -1 : 1);
  return all
    .sort(byRank)
    .slice(0, functions)
    .sort((a, b) => a - b);
}

/** A function's own randomness: it stays what it is whichever other functions are taken. */
export function functionStream(seed: number, hash: string): SplitMix64 {
  const random = new SplitMix64(seed);
  random.absorbText(hash);
  return random;
}
