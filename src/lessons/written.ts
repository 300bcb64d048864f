// How answers are written.

import { DURATION_EXPECTED, SIZE_EXPECTED, formatSize } from '../input/quantities.js';
import { formatDurationNs } from '../report/units.js';
import type { AnswerUnit, Question } from './lesson.js';

/** How each unit is written. */
export const WRITTEN: Readonly<Record<AnswerUnit, string>> = {
  duration: DURATION_EXPECTED,
  percent: 'a share in per cent, such as 12.5%',
  count: 'a whole number, such as 12',
  factor: 'a number, such as 1.25',
  bytes: SIZE_EXPECTED,
};

/** An answer as one would write it, with digits enough for its tolerance. */
export function writeAnswer(value: number, { unit, tolerance }: Pick<Question, 'unit' | 'tolerance'>): string {
  // of a share near the whole, what is left to 100 % matters
  const digits = tolerance < 0.001 || (unit === 'percent' && value > 99) ? 6 : 4;
  const plain = String(Number(value.toPrecision(digits)));
  if (unit === 'duration') return formatDurationNs(value).replace(' ', '');
  if (unit === 'bytes') return formatSize(value);
  if (unit === 'percent') return `${plain}%`;
  return unit === 'count' ? String(value) : plain;
}

/** How far off an answer may be, in words. */
export const toleranceText = (tolerance: number): string =>
  tolerance === 0 ? 'exactly' : `within ${Number((tolerance * 100).toPrecision(3))} %`;
