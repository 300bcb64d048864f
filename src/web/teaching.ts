// Lessons in the worker: the same numbers, runs and grades as `fluxhost lesson`.

import { readAnswers } from '../lessons/answers.js';
import { type Grades, type LessonAsked, asAsked, benchOf, grade } from '../lessons/grade.js';
import { lessonFor } from '../lessons/index.js';
import type { Bench } from '../lessons/lesson.js';
import type { Ask } from './protocol.js';

/** The runs of the lesson that was asked for last: who grades again need not wait again. */
let last: { readonly of: string; readonly bench: Bench } | undefined;

export async function taught(
  { name, student, answers, show }: Extract<Ask, { ask: 'lesson' }>,
  module: WebAssembly.Module,
): Promise<{ lesson: LessonAsked; grades: Grades | null }> {
  const lesson = lessonFor(name, student);
  const given = readAnswers(lesson, answers);
  if (last?.of !== lesson.scenario) last = { of: lesson.scenario, bench: benchOf(lesson, { module }) };
  const graded = given.size > 0 || show;
  return { lesson: asAsked(lesson), grades: graded ? await grade(lesson, given, { show, bench: last.bench }) : null };
}
