// A lesson: a scenario whose numbers follow from who the student is, and questions whose answers the program computes. The same student
// has the same numbers on every machine, and what is right there is right everywhere: answers are closed forms or figures of a run, and a
// run gives the same bits wherever it is made. Leaves out who a student is: anybody may say any name, and ask for the answers.

import { stream } from '../experiments/draw.js';
import { nameHash32 } from '../input/name-hash.js';
import type { Result } from '../result/result.js';
import type { SizeResult } from '../study/size.js';

/** How an answer is written, and read. */
export type AnswerUnit = 'duration' | 'percent' | 'count' | 'factor' | 'bytes';

export interface LeastOptions {
  /** Fields changed. */
  readonly set?: readonly string[];
  readonly most?: boolean;
}

/** What a question may ask of the simulator. */
export interface Bench {
  /** The scenario of the lesson, with fields changed. */
  readonly run: (set?: readonly string[]) => Promise<Result>;
  /** The least value of a field for an objective, or the greatest. */
  readonly least: (find: string, objective: string, options?: LeastOptions) => Promise<SizeResult>;
}

export interface Question {
  readonly ask: string;
  readonly unit: AnswerUnit;
  /** What is counted, in the plural: `cores`; '' where the unit says it. */
  readonly of: string;
  /** Relative, of the right answer; 0: exactly. */
  readonly tolerance: number;
  /** Of a share near the whole: the tolerance is of what is left to 100 %. */
  readonly ofRest?: true;
  /** In nanoseconds, per cent, bytes or a plain number. */
  readonly answer: (bench: Bench) => number | Promise<number>;
  /** Where it comes from: a formula or a command, `FILE` for the scenario's file. */
  readonly because: string;
}

/** A lesson for one student. */
export interface Lesson {
  readonly name: string;
  readonly title: string;
  /** What there is to learn, in a few sentences. */
  readonly about: string;
  /** The student whose it is. */
  readonly student: string;
  /** YAML. */
  readonly scenario: string;
  readonly questions: readonly Question[];
}

/** What makes a lesson of a student's draws. */
export interface LessonPlan {
  readonly name: string;
  readonly title: string;
  readonly make: (draw: Draw) => Omit<Lesson, 'name' | 'title' | 'student'>;
}

/** A student's numbers, one after the other. */
export class Draw {
  readonly #next: () => number;

  constructor(student: string, lesson: string) {
    // any text may be a name, and every machine has the same hash of it; signed, as it always was
    this.#next = stream(nameHash32(`${lesson} ${student}`) | 0, 0);
  }

  /** One of the values, all alike. */
  of<T>(...values: readonly T[]): T {
    return values[Math.floor(this.#next() * values.length)]!;
  }

  /** A seed for the scenario. */
  seed(): number {
    return 1 + Math.floor(this.#next() * 999_999);
  }
}

/** The value at the least that holds, as `size` found it. */
export function found({ runs: [run] }: SizeResult): number {
  if (run === undefined || run.value === null) throw new Error('a lesson asks for a value that is not in its range');
  return run.value;
}
