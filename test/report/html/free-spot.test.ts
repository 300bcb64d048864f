// The word of an objective stands where no line goes through it.

import { expect, it } from 'vitest';
import { freeSpot } from '../../../src/report/html/page/free-spot.js';

const TEXT = 'SLO 200 µs';
const WIDE = TEXT.length * 7.4;
const FRAME = [60, 600] as const;

it('stands at the left above the rule where nothing is in the way', () => {
  expect(freeSpot([], TEXT, FRAME, 100)).toEqual([60, 90]);
  expect(freeSpot([[[60, 300]]], TEXT, FRAME, 100)).toEqual([60, 90]);
});

it('goes on to the right past what stands there, points and the lines between them alike', () => {
  const steep = [[60, 20] as const, [150, 180] as const];
  const [x, y] = freeSpot([steep], TEXT, FRAME, 100);
  // the line is at 90 where x is 99, and leaves the height of the word, 78 to 102, by x = 106
  expect(x).toBeGreaterThan(106);
  expect(x + WIDE).toBeLessThanOrEqual(600);
  expect(y).toBe(90);
});

it('goes below where a line runs along above, and takes the least bad place where all are taken', () => {
  const along = [[60, 90] as const, [600, 90] as const];
  expect(freeSpot([along], TEXT, FRAME, 100)[1]).toBe(112);
  const both = [along, [[60, 112] as const, [300, 112] as const]];
  const [x, y] = freeSpot(both, TEXT, FRAME, 100);
  expect(y).toBe(112);
  expect(x).toBeGreaterThan(300);
});
