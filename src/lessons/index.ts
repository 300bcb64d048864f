// The lessons, one line each, and a lesson made for a student.

import { InputError, expectedOneOf, show } from '../input/errors.js';
import { keepAlive } from './keep-alive.js';
import { Draw, type Lesson, type LessonPlan } from './lesson.js';
import { overcommit } from './overcommit.js';
import { queueing } from './queueing.js';
import { stealing } from './stealing.js';
import { tail } from './tail.js';

export const LESSONS: readonly LessonPlan[] = [queueing, stealing, tail, overcommit, keepAlive];

/** As long a name as anybody has. */
const LONGEST_NAME = 200;

/**
 * The lesson of that name with the student's own numbers.
 *
 * @throws InputError for a name that is none
 */
export function lessonFor(name: string, student: string): Lesson {
  const plan = LESSONS.find((one) => one.name === name);
  const names = LESSONS.map((one) => one.name);
  if (plan === undefined)
    throw new InputError([{ path: 'LESSON', given: show(name), expected: expectedOneOf('a lesson', name, names) }]);
  const who = student.trim().normalize('NFC');
  if (who === '' || who.length > LONGEST_NAME)
    throw new InputError([
      { path: 'student', given: show(student), expected: `a name or number of 1 to ${LONGEST_NAME} characters` },
    ]);
  return { name, title: plan.title, student: who, ...plan.make(new Draw(who, name)) };
}
