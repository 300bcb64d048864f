// What a trace is opened with, and the check of it: unknown, misplaced and impossible options are all told at once.
// The names are those of a scenario's `arrivals: { process: trace, … }`.

import { expectedOneOf, type Problem, show, InputError } from '../input/errors.js';

export type TimeUnit = 's' | 'ms' | 'us' | 'ns';
export type Spread = 'poisson' | 'uniform' | 'even';

/** The name of a format of arrivals that the package reads. */
export type TraceFormatName = 'csv' | 'azure-2019' | 'azure-2021';

/** How a file of arrivals is read. */
export interface TraceOptions {
  /** Present where a scenario's `arrivals` is handed over whole; says nothing here. */
  readonly process?: 'trace';
  /** Its name, as the host of files knows it. */
  readonly file: string;
  /** A name in the table of formats: the package's, or one of your own that is handed to `openTrace`. */
  readonly format: TraceFormatName | (string & Record<never, never>);
  /** Arrival times are multiplied by it: 0.001 makes a second of the trace last 1 ms. Default 1. */
  readonly timeScale?: number;
  /** Service times are multiplied by it. Default 1. */
  readonly serviceScale?: number;
  /** A seeded choice of that many functions, or the hashes of the functions to take. Default: all. */
  readonly functions?: number | readonly string[];
  /** Of every choice the reader makes. Default 1. */
  readonly seed?: number;
  /** Trace time, before scaling, that becomes 0; `first`: the first arrival's. What lies before is left out. Default 0. */
  readonly startNs?: number | 'first';
  /** At most that many arrivals. */
  readonly limit?: number;
  /** `csv`: column names. Defaults `arrival`, `service`, `width`; the last two may be missing from the file then. */
  readonly columns?: {
    /** Of the instants of arrival. */
    readonly arrival?: string;
    /** Of the service times. */
    readonly service?: string;
    /** Of how many tasks a request has. */
    readonly width?: string;
    /** Of the times from arrival to deadline, in `serviceUnit`; absent: the file has none. */
    readonly deadline?: string;
  };
  /** `csv`. Default ns. */
  readonly arrivalUnit?: TimeUnit;
  /** `csv`. Default ns. */
  readonly serviceUnit?: TimeUnit;
  /** `azure-2019`: the durations file that goes with the invocations. */
  readonly durations?: string;
  /** `azure-2019`: first minute column to take; it becomes time 0. Default: the file's first. */
  readonly startMinute?: number;
  /** `azure-2019`: how many minutes to take. Default: up to the file's last. */
  readonly minutes?: number;
  /** `azure-2019`: where in its minute a call falls. Default poisson. */
  readonly spread?: Spread;
  /**
   * `csv`, `azure-2021`: how far in trace time an arrival may lie behind the latest one of the rows before it. Default
   * for csv 0 (sorted); for azure-2021 what the file needs, which takes a first pass over it.
   */
  readonly windowNs?: number;
  /** `azure-2021`: a call's deadline, in medians of its function's durations. Default: none. */
  readonly deadlineFactor?: number;
}

/** Decimals of a unit down to the nanosecond. */
export const UNIT_DECIMALS: Readonly<Record<TimeUnit, number>> = { s: 9, ms: 6, us: 3, ns: 0 };
export const UNIT_NS: Readonly<Record<TimeUnit, number>> = { s: 1e9, ms: 1e6, us: 1e3, ns: 1 };
export const TIME_MAX_NS = 2 ** 53;

const COMMON = ['file', 'format', 'process', 'timeScale', 'serviceScale', 'seed', 'startNs', 'limit'] as const;
const SPREADS: readonly Spread[] = ['poisson', 'uniform', 'even'];

type Check = (value: unknown) => string | undefined;

const whole =
  (least: number, most: number): Check =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? undefined
      : `a whole number from ${least} to ${most}`;

const positive: Check = (value) =>
  typeof value === 'number' && value > 0 && value < Infinity ? undefined : 'a finite number above 0';

const text: Check = (value) => (typeof value === 'string' && value !== '' ? undefined : 'a text that is not empty');

const oneOf =
  (known: readonly string[]): Check =>
  (value) =>
    known.includes(value as string) ? undefined : expectedOneOf('one of', String(value), known);

const functionChoice: Check = (value) => {
  if (typeof value === 'number') return whole(1, Number.MAX_SAFE_INTEGER)(value);
  const hashes = Array.isArray(value) && value.length > 0 && value.every((hash) => text(hash) === undefined);
  return hashes ? undefined : 'a whole number from 1, or a list of function hashes';
};

const CHECKS: Readonly<Record<Exclude<keyof TraceOptions, 'columns'>, Check>> = {
  process: oneOf(['trace']),
  file: text,
  format: text,
  timeScale: positive,
  serviceScale: positive,
  functions: functionChoice,
  seed: whole(0, Number.MAX_SAFE_INTEGER),
  startNs: (value) =>
    value === 'first' || whole(0, Number.MAX_SAFE_INTEGER)(value) === undefined
      ? undefined
      : 'whole nanoseconds from 0, or "first"',
  limit: whole(0, Number.MAX_SAFE_INTEGER),
  arrivalUnit: oneOf(Object.keys(UNIT_NS)),
  serviceUnit: oneOf(Object.keys(UNIT_NS)),
  durations: text,
  startMinute: whole(0, Number.MAX_SAFE_INTEGER),
  minutes: whole(1, Number.MAX_SAFE_INTEGER),
  spread: oneOf(SPREADS),
  windowNs: whole(0, Number.MAX_SAFE_INTEGER),
  deadlineFactor: positive,
};

const COLUMN_ROLES = ['arrival', 'service', 'width', 'deadline'];

function columnProblems(value: unknown): Problem[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [
      {
        path: 'columns',
        given: show(value),
        expected: 'a mapping of arrival, service, width and deadline to column names',
      },
    ];
  }
  const problems: Problem[] = [];
  for (const [role, name] of Object.entries(value)) {
    const path = `columns.${role}`;
    if (!COLUMN_ROLES.includes(role))
      problems.push({ path, given: show(name), expected: expectedOneOf('one of', role, COLUMN_ROLES) });
    else if (name !== undefined && text(name) !== undefined)
      problems.push({ path, given: show(name), expected: 'a column name' });
  }
  return problems;
}

/** @param own the options that this format takes beside the common ones; `required` are those it cannot do without */
export function checkOptions(options: TraceOptions, own: readonly string[], required: readonly string[]): void {
  const problems: Problem[] = [];
  const known: readonly string[] = [...COMMON, ...own];
  for (const [path, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!known.includes(path)) {
      problems.push({
        path,
        given: show(value),
        expected: expectedOneOf(`an option of format ${options.format}`, path, known),
      });
    } else if (path === 'columns') {
      problems.push(...columnProblems(value));
    } else {
      const expected = CHECKS[path as keyof typeof CHECKS]?.(value);
      if (expected !== undefined) problems.push({ path, given: show(value), expected });
    }
  }
  for (const path of ['file', ...required]) {
    if (options[path as keyof TraceOptions] !== undefined) continue;
    problems.push({
      path,
      given: 'nothing',
      expected: path === 'durations' ? 'the durations file of the same day' : 'a text that is not empty',
    });
  }
  if (problems.length > 0) throw new InputError(problems);
}
