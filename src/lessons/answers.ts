// Answers as students write them: read with their unit, one that cannot be read kept beside the others, and a hint for one that is not right.

import { InputError, type Problem, show } from '../input/errors.js';
import { QuantityError, parseFractionalDuration, parseSize } from '../input/quantities.js';
import type { AnswerUnit, Lesson, Question } from './lesson.js';
import { toleranceText, writtenOf } from './written.js';

/** What is no answer to its question, and what one would be. */
export interface Unread {
  readonly given: string;
  readonly expected: string;
}

/** By the question's number. */
export type Answers = ReadonlyMap<number, number | Unread>;

/** What may stand behind a number is what it counts: `6 cores`, `6 core`, `1.25 times`, `1.25x`. */
function read(text: string, question: Pick<Question, 'unit' | 'of'>): number {
  const { unit, of } = question;
  if (unit === 'duration') return parseFractionalDuration(text);
  if (unit === 'bytes') return parseSize(text);
  const pattern = {
    percent: /^(\d{1,9}(?:\.\d{1,15})?) ?%$/,
    count: /^(\d{1,15})( ?[a-z]+)?$/i,
    factor: /^(\d{1,9}(?:\.\d{1,15})?)( ?[a-z]+)?$/i,
  }[unit];
  const [, digits, word = ''] = pattern.exec(text) ?? [];
  const known = [of, of.replace(/s$/, ''), ...(of === 'times' ? ['x'] : []), ''];
  if (digits === undefined || !known.includes(word.trim().toLowerCase()))
    throw new QuantityError(JSON.stringify(text), writtenOf(question));
  return Number(digits);
}

/**
 * `2=13.5us` each: which question, and the answer; by number.
 *
 * @throws InputError with all that names no question, or one twice
 */
export function readAnswers(lesson: Lesson, texts: readonly string[]): Map<number, number | Unread> {
  const answers = new Map<number, number | Unread>();
  const problems: Problem[] = [];
  for (const text of texts) {
    const [, digits = '', answer = ''] = /^\s*(\d{1,3})\s*=\s*(.*?)\s*$/.exec(text) ?? [];
    const number = Number(digits);
    const question = lesson.questions[number - 1];
    const tell = (path: string, given: string, expected: string): void => void problems.push({ path, given, expected });
    if (question === undefined)
      tell('answer', show(text), `NUMBER=ANSWER with a number from 1 to ${lesson.questions.length}, such as 1=75%`);
    else if (answers.has(number)) tell(`answer ${number}`, show(answer), 'each question answered once');
    else
      try {
        answers.set(number, read(answer, question));
      } catch (failure) {
        if (!(failure instanceof QuantityError)) throw failure;
        answers.set(number, { given: answer, expected: failure.expected });
      }
  }
  if (problems.length > 0) throw new InputError(problems);
  return answers;
}

type Graded = Pick<Question, 'unit' | 'tolerance' | 'ofRest'>;

/** Within the tolerance, of what is left to 100 % where that is what matters. */
export function isRight(given: number, right: number, { tolerance, ofRest }: Graded): boolean {
  if (tolerance === 0) return given === right;
  const [one, other] = ofRest === true ? [100 - given, 100 - right] : [given, right];
  return Math.abs(one - other) <= tolerance * Math.abs(other);
}

/** By which a unit is taken for another. */
const MISTAKEN: Readonly<Partial<Record<AnswerUnit, readonly number[]>>> = {
  duration: [1e3, 1e6, 1e9],
  bytes: [2 ** 10, 2 ** 20, 2 ** 30],
  percent: [100],
};
/** So many tolerances off is near. */
const NEAR = 5;

/** What is the matter with an answer that is not right; it does not tell the right one. */
export function hintOf(given: number, right: number, question: Graded): string {
  const { unit, tolerance } = question;
  for (const factor of MISTAKEN[unit] ?? [])
    if (isRight(given * factor, right, question) || isRight(given / factor, right, question))
      return unit === 'percent' ? 'right but for a factor of 100: in per cent' : 'the number is right, its unit is not';
  if (unit === 'percent' && isRight(100 - given, right, question)) return 'that is what is left to 100 %';
  const than = given > right ? 'too large' : 'too small';
  const near = tolerance > 0 && isRight(given, right, { ...question, tolerance: NEAR * tolerance });
  return near ? `${than}, but near: it counts ${toleranceText(question)}` : than;
}
