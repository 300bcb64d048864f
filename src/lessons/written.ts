// How answers are written.

import { DURATION_EXPECTED, SIZE_EXPECTED, formatSize } from '../input/quantities.js';
import { formatDurationNs } from '../report/units.js';
import type { AnswerUnit, Question } from './lesson.js';

/** How each unit is written. */
const WRITTEN: Readonly<Record<AnswerUnit, string>> = {
  duration: DURATION_EXPECTED,
  percent: 'a share in per cent, such as 12.5%',
  count: 'a whole number, such as 12',
  factor: 'a number, such as 1.25',
  bytes: SIZE_EXPECTED,
};

/** How an answer to a question is written. */
export function writtenOf({ unit, of }: Pick<Question, 'unit' | 'of'>): string {
  if (of === '') return WRITTEN[unit];
  return unit === 'count' ? `a whole number of ${of}, such as 12` : `${WRITTEN[unit]} ${of}`;
}

/** An answer as one would write it, with digits enough for its tolerance. */
export function writeAnswer(
  value: number,
  { unit, of, tolerance }: Pick<Question, 'unit' | 'of' | 'tolerance'>,
): string {
  // of a share near the whole, what is left to 100 % matters
  const digits = tolerance < 0.001 || (unit === 'percent' && value > 99) ? 6 : 4;
  const plain = String(Number(value.toPrecision(digits)));
  if (unit === 'duration') return formatDurationNs(value).replace(' ', '');
  if (unit === 'bytes') return formatSize(value);
  if (unit === 'percent') return `${plain}%`;
  return `${unit === 'count' ? String(value) : plain}${of === '' ? '' : ` ${of}`}`;
}

/** How far off an answer may be, in words. */
export function toleranceText({ tolerance, ofRest }: Pick<Question, 'tolerance' | 'ofRest'>): string {
  if (tolerance === 0) return 'exactly';
  return `within ${Number((tolerance * 100).toPrecision(3))} %${ofRest === true ? ' of what is left to 100 %' : ''}`;
}
