// What a picture says where somebody points at it.
import { describe, expect, it } from 'vitest';
import { nearest, shareAt } from '../../../src/report/html/page/readout.js';

describe('a readout', () => {
  const curve = [
    [10, 0.9],
    [20, 0.5],
    [40, 0.01],
  ] as const;

  it('has of a tail the step that is drawn there, and nothing where no line is', () => {
    expect([9, 10, 11, 20, 21, 40, 41].map((ns) => shareAt(curve, ns))).toEqual([
      undefined,
      0.9,
      0.5,
      0.5,
      0.01,
      0.01,
      undefined,
    ]);
    expect(shareAt([], 5)).toBeUndefined();
  });

  it('has of points the nearest, the first of two that are as near', () => {
    expect(nearest([1, 4, 9], (one) => 10 * one, 62)).toBe(4);
    expect(nearest([1, 4, 9], (one) => 10 * one, 66)).toBe(9);
    expect(nearest([1, 3], (one) => one, 2)).toBe(1);
    expect(nearest<number>([], (one) => one, 2)).toBeUndefined();
  });
});
