// The line of an objective on a map of points, and what the report says of it.

import { describe, expect, it } from 'vitest';
import { contourOf, meetsFrom } from '../../../src/report/html/figures/contour.js';

/** Rows from the lowest, of `x` for a miss and `.` for a point that meets it; a blank is no point. */
const map = (...rows: string[]) => ({
  title: 'hyperflux',
  xs: [...rows[0]!].map((_, i) => 8 + 4 * i),
  ys: rows.map((_, i) => (i + 3) / 10),
  cells: rows.flatMap((row, r) =>
    [...row].flatMap((letter, i) =>
      letter === ' ' ? [] : [{ x: 8 + 4 * i, y: (r + 3) / 10, value: 1, missed: letter === 'x' }],
    ),
  ),
});
const said = (...rows: string[]): string => meetsFrom(map(...rows), 'host.cores', 'load');

describe('a map of points', () => {
  it('has an edge between every two neighbours that differ, and no other', () => {
    expect(contourOf(map('x..', 'xx.'))).toEqual([
      [1, 0, 1, 1],
      [1, 1, 2, 1],
      [2, 1, 2, 2],
    ]);
    expect(contourOf(map('...', '...'))).toEqual([]);
    // nothing is known of what is no point
    expect(contourOf(map('x .', 'xx '))).toEqual([]);
  });

  it('says from where on the objective is met', () => {
    expect(said('xx..', 'xx..')).toBe('from host.cores = 16 on (12, the next below that was run, misses it)');
    expect(said('x...', 'xxx.')).toBe('from host.cores = 12 (load = 0.3) to 20 (load = 0.4) on');
    expect(said('xx..', 'xxxx')).toBe(
      'from host.cores = 16 on (12, the next below that was run, misses it), at none with load = 0.4',
    );
    expect(said('....')).toBe('at every point');
    expect(said('xxxx')).toBe('at no point');
  });

  it('says how many points where more does not always help', () => {
    expect(said('x.x.', 'xx..')).toBe('at 4 of 8 points');
    expect(said('..xx', 'xx..')).toBe('at 4 of 8 points');
  });
});
