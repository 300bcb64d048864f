// Bounds of lists of numbers, which a parameter's own are not.

import type { refuse, Settings } from './parameters.js';

export interface ListBounds {
  readonly from: number;
  readonly to: number;
  readonly whole?: boolean;
}

/** Every number of the list that lies outside, or is not whole where it must be. */
export const outside = (
  settings: Settings,
  path: string,
  { from, to, whole = false }: ListBounds,
): Parameters<typeof refuse>[0][number][] =>
  settings
    .list(path)
    .map(Number)
    .filter((value) => !(value >= from && value <= to) || (whole && !Number.isInteger(value)))
    .map((given) => ({ path, given, expected: `${whole ? 'whole numbers' : 'numbers'} from ${from} to ${to}` }));
