// Answers, held against what the program computes. Whether one is right follows from the numbers alone, never from how long
// something took; leaves out marks: a teacher makes them of how many are right.

import { parseScenario } from '../scenario/parse.js';
import type { Result } from '../result/result.js';
import type { SimulationOptions } from '../options.js';
import { Simulation } from '../simulation.js';
import { size } from '../study/api.js';
import type { SizeResult } from '../study/size.js';
import { type Answers, hintOf, isRight, type Unread } from './answers.js';
import type { AnswerUnit, Bench, Lesson, Question } from './lesson.js';

/** Runs and searches of a lesson's scenario, each once. */
export function benchOf(lesson: Lesson, options: SimulationOptions = {}): Bench {
  const runs = new Map<string, Promise<Result>>();
  const searches = new Map<string, Promise<SizeResult>>();
  const once = <T>(known: Map<string, Promise<T>>, key: unknown, make: () => Promise<T>): Promise<T> => {
    const text = JSON.stringify(key);
    const made = known.get(text) ?? make();
    known.set(text, made);
    return made;
  };
  const simulated = async (set: readonly string[]): Promise<Result> => {
    const simulation = await Simulation.create(parseScenario(lesson.scenario, { set }).scenario, options);
    try {
      await simulation.run();
      return simulation.metrics();
    } finally {
      simulation.close();
    }
  };
  return {
    run: (set = []) => once(runs, set, () => simulated(set)),
    least: (find, objective, { set = [], most = false } = {}) =>
      once(searches, [find, objective, set, most], () => {
        const { scenario } = parseScenario(lesson.scenario, { set });
        return size(scenario, { ...options, find, objectives: [objective], most });
      }),
  };
}

/** A lesson as who answers sees it: without the answers. */
export type LessonAsked = Omit<Lesson, 'questions'> & {
  readonly questions: readonly (Pick<Question, 'ask' | 'unit' | 'of' | 'tolerance' | 'ofRest'> & {
    readonly number: number;
  })[];
};

export const asAsked = (lesson: Lesson): LessonAsked => ({
  ...lesson,
  questions: lesson.questions.map(({ ask, unit, of, tolerance, ofRest }, i) => ({
    ...{ number: i + 1, ask, unit, of, tolerance },
    ...(ofRest === undefined ? {} : { ofRest }),
  })),
});

/** One question, graded. */
export interface Graded {
  number: number;
  ask: string;
  unit: AnswerUnit;
  /** What is counted; '' where the unit says it. */
  of: string;
  /** Nanoseconds, per cent, bytes or a plain number; null where there is none, or none that can be read. */
  given: number | null;
  right: boolean;
  /** What stands there in place of an answer, and what one would be. */
  unread?: Unread;
  /** What is the matter with one that is not right. */
  hint?: string;
  /** How far off an answer may be, relative; 0: not at all. */
  tolerance: number;
  /** What is right, where that was asked for. */
  answer?: number;
  /** How one gets there, where that was asked for. */
  because?: string;
}

export interface Grades {
  lesson: string;
  student: string;
  right: number;
  of: number;
  questions: Graded[];
}

/** Grades the answers; `show`: tells the right ones too. */
export async function grade(
  lesson: Lesson,
  answers: Answers,
  { show: shown = false, bench = benchOf(lesson) }: { readonly show?: boolean; readonly bench?: Bench } = {},
): Promise<Grades> {
  const questions: Graded[] = [];
  for (const [i, question] of lesson.questions.entries()) {
    const { ask, unit, of, tolerance, answer, because } = question;
    const written = answers.get(i + 1) ?? null;
    const unread = typeof written === 'object' && written !== null ? { unread: written } : {};
    const given = typeof written === 'number' ? written : null;
    // what nobody answered and nobody asks for is not computed
    const value = given === null && !shown ? NaN : await answer(bench);
    const right = given !== null && isRight(given, value, question);
    questions.push({
      number: i + 1,
      ...{ ask, unit, of, given, tolerance, right, ...unread },
      ...(given === null || right ? {} : { hint: hintOf(given, value, question) }),
      ...(shown ? { answer: value, because } : {}),
    });
  }
  const right = questions.filter((one) => one.right).length;
  return { lesson: lesson.name, student: lesson.student, right, of: questions.length, questions };
}
