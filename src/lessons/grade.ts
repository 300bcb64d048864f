// Answers, read and held against what the program computes. Whether one is right follows from the numbers alone, never from how long
// something took; leaves out marks: a teacher makes them of how many are right.

import { InputError, type Problem, show } from '../input/errors.js';
import { QuantityError, parseFractionalDuration, parseSize } from '../input/quantities.js';
import { parseScenario } from '../scenario/parse.js';
import type { Result } from '../result/result.js';
import type { SimulationOptions } from '../options.js';
import { Simulation } from '../simulation.js';
import { size } from '../study/api.js';
import type { SizeResult } from '../study/size.js';
import type { AnswerUnit, Bench, Lesson, Question } from './lesson.js';
import { WRITTEN } from './written.js';

function read(text: string, unit: AnswerUnit): number {
  const wrong = (): never => {
    throw new QuantityError(JSON.stringify(text), WRITTEN[unit]);
  };
  if (unit === 'duration') return parseFractionalDuration(text);
  if (unit === 'bytes') return parseSize(text);
  const pattern = {
    percent: /^(\d{1,9}(?:\.\d{1,15})?) ?%$/,
    count: /^(\d{1,15})$/,
    factor: /^(\d{1,9}(?:\.\d{1,15})?)$/,
  }[unit];
  const [, digits] = pattern.exec(text) ?? wrong();
  return Number(digits);
}

/**
 * `2=13.5us` each: which question, and the answer; by number.
 *
 * @throws InputError with every answer that cannot be read
 */
export function readAnswers(lesson: Lesson, texts: readonly string[]): Map<number, number> {
  const answers = new Map<number, number>();
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
        answers.set(number, read(answer, question.unit));
      } catch (failure) {
        if (!(failure instanceof QuantityError)) throw failure;
        tell(`answer ${number}`, show(answer), failure.expected);
      }
  }
  if (problems.length > 0) throw new InputError(problems);
  return answers;
}

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
  readonly questions: readonly (Pick<Question, 'ask' | 'unit' | 'tolerance'> & { readonly number: number })[];
};

export const asAsked = (lesson: Lesson): LessonAsked => ({
  ...lesson,
  questions: lesson.questions.map(({ ask, unit, tolerance }, i) => ({ number: i + 1, ask, unit, tolerance })),
});

/** One question, graded. */
export interface Graded {
  number: number;
  ask: string;
  unit: AnswerUnit;
  /** Nanoseconds, per cent, bytes or a plain number; null where there is none. */
  given: number | null;
  right: boolean;
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

/** Tolerances are no less than what a figure loses that is copied from a table of three digits. */
const isRight = (given: number, right: number, tolerance: number): boolean =>
  tolerance === 0 ? given === right : Math.abs(given - right) <= tolerance * Math.abs(right);

/** Grades the answers; `show`: tells the right ones too. */
export async function grade(
  lesson: Lesson,
  answers: ReadonlyMap<number, number>,
  { show: shown = false, bench = benchOf(lesson) }: { readonly show?: boolean; readonly bench?: Bench } = {},
): Promise<Grades> {
  const questions: Graded[] = [];
  for (const [i, { ask, unit, tolerance, ofRest = false, answer, because }] of lesson.questions.entries()) {
    const given = answers.get(i + 1) ?? null;
    // what nobody answered and nobody asks for is not computed
    const right = given === null && !shown ? NaN : await answer(bench);
    questions.push({
      number: i + 1,
      ...{ ask, unit, given, tolerance },
      right: given !== null && isRight(ofRest ? 100 - given : given, ofRest ? 100 - right : right, tolerance),
      ...(shown ? { answer: right, because } : {}),
    });
  }
  const right = questions.filter((one) => one.right).length;
  return { lesson: lesson.name, student: lesson.student, right, of: questions.length, questions };
}
