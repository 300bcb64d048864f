// The core's words of 64 bits as numbers.

const TWO_32 = 2 ** 32;

/** The word of which the halves are at `at` and behind it: exact up to 2^53, and rounded once beyond. */
export const wordAt = (halves: Uint32Array, at: number): number => halves[at]! + halves[at + 1]! * TWO_32;
