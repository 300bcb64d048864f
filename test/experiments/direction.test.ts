// What follows `not reached`.

import { expect, it } from 'vitest';
import { sideOf } from '../../src/experiments/direction.js';
import type { ClaimNumbers } from '../../src/report/claim-numbers.js';

const side = (
  unit: ClaimNumbers['unit'],
  paper: number,
  value: number,
  range?: readonly [number, number],
  to?: number,
) =>
  sideOf({
    verdict: 'not reached',
    numbers: {
      unit,
      paper: { bound: '=', value: paper, ...(to === undefined ? {} : { to }) },
      ours: [{ where: '', value, ...(range && { reach: { kind: 'range', low: range[0], high: range[1] } }) }],
    },
  });

it('is the side of the published figure on which ours lies, and whether a range was tried', () => {
  expect(side('change', -0.31, -0.367, [-0.4, -0.35])).toBe(': ours is more throughout');
  expect(side('change', -0.31, -0.1, [-0.3, 0.2])).toBe(': ours is less throughout');
  expect(side('change', 0.18, 1.03, [0.9, 1.2])).toBe(': ours is more throughout');
  expect(side('ratio', 20, 1.12, undefined, 100)).toBe(': ours is less at the parameters given');
  expect(side('ratio', 20, 120, undefined, 100)).toBe(': ours is more at the parameters given');
  expect(side('ns', 1e6, 1.37e6)).toBe(': ours is more at the parameters given');
});

it('is nothing where ours lies on both sides, without numbers, and of other verdicts', () => {
  expect(side('change', -0.1, -0.4, [-0.7, -0.05])).toBe('');
  expect(side('ratio', 20, 50, undefined, 100)).toBe('');
  expect(sideOf({ verdict: 'not reached' })).toBe('');
  const numbers: ClaimNumbers = { unit: 'ratio', paper: { bound: '=', value: 2 }, ours: [{ where: '', value: 3 }] };
  expect(sideOf({ verdict: 'reachable', numbers })).toBe('');
});
