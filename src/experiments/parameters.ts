// What `--set` may change in an experiment, and what was given. A parameter has a unit of its own (that of the paper's tables); a
// value is written with a unit (`30ms`, `9.8MiB`) or as a number of that unit. Everything wrong is told at once.

import { type Problem, expectedOneOf, InputError, show } from '../input/errors.js';
import type { Confidence, Parameter, ParameterUnit } from '../input/parameter.js';
import { formatDuration, formatSize, parseDuration, parseSize } from '../input/quantities.js';

/** In which a parameter counts. */
export type ExperimentUnit =
  | 'ns'
  | 'us'
  | 'ms'
  | 's'
  | 'bytes'
  | 'MiB'
  | 'GiB'
  | 'share'
  | 'count'
  | 'number'
  | 'per second'
  | 'choice'
  | 'yes or no'
  | 'list'
  | 'file';

/** One of them. */
export interface ExperimentParameter {
  /** As `--set` names it. */
  readonly path: string;
  /** In which a bare number counts. */
  readonly unit: ExperimentUnit;
  /** Taken where nothing is set. */
  readonly default: number | string | boolean;
  /** Of a number: the least and the most that are taken; null: no bound. */
  readonly min: number | null;
  /** The most. */
  readonly max: number | null;
  /** Of a choice, or of what a list may hold. */
  readonly choices?: readonly string[];
  /** What it says of the model. */
  readonly meaning: string;
  /** Where the default is from. */
  readonly source: string;
  /** How well the source carries it. */
  readonly confidence: Confidence;
}

/** A parameter as an experiment's table writes it. */
export type ExperimentRow = readonly [
  path: string,
  unit: ExperimentUnit,
  value: number | string | boolean,
  min: number | null,
  max: number | null,
  meaning: string,
  source: string,
  confidence: Confidence,
];

/** Rows as parameters; `choices` by path. */
export const experimentRows = (
  rows: readonly ExperimentRow[],
  choices: Readonly<Record<string, readonly string[]>> = {},
): readonly ExperimentParameter[] =>
  rows.map(([path, unit, value, min, max, meaning, source, confidence]) => ({
    path,
    unit,
    default: value,
    min,
    max,
    ...(choices[path] === undefined ? {} : { choices: choices[path] }),
    meaning,
    source,
    confidence,
  }));

const UNITS: Readonly<Partial<Record<ParameterUnit, ExperimentUnit>>> = {
  ns: 'ns',
  bytes: 'bytes',
  count: 'count',
  share: 'share',
  choice: 'choice',
  'yes or no': 'yes or no',
};

/** The least and the most of a parameter, by what its path ends in. */
export type Bounds = Readonly<Record<string, readonly [min: number, max: number | null]>>;

/** Parameters of the model as an experiment's own, below `prefix` of their paths, with their sources; `bounds` where 0 is not the least. */
export const modelRows = (
  parameters: readonly Parameter[],
  prefix = '',
  bounds: Bounds = {},
): readonly ExperimentParameter[] =>
  parameters.map(({ path, unit, default: byDefault, choices, meaning, source, confidence }) => {
    const own = UNITS[unit];
    if (own === undefined || !path.startsWith(prefix)) throw new Error(`${path}: none that an experiment can take`);
    const [, given] = Object.entries(bounds).find(([end]) => path.endsWith(end)) ?? [];
    const [min, max] = given ?? [typeof byDefault === 'number' ? 0 : null, null];
    return {
      path: path.slice(prefix.length),
      unit: own,
      default: byDefault,
      min,
      max,
      ...(choices === undefined ? {} : { choices }),
      meaning,
      source,
      confidence,
    };
  });

/** What of them was changed, as a scenario's `--set` takes it. */
export const changedFields = (parameters: readonly ExperimentParameter[], settings: Settings): string[] =>
  parameters.flatMap(({ path, unit, default: byDefault }) => {
    const value = settings.values.get(path)!;
    if (value === byDefault) return [];
    const written =
      typeof value !== 'number'
        ? value
        : unit === 'ns'
          ? formatDuration(value)
          : unit === 'bytes'
            ? formatSize(value)
            : value;
    return [`${path}=${written}`];
  });

export type SettingValue = number | string | boolean;

const NS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };
const BYTES: Readonly<Record<string, number>> = { bytes: 1, MiB: 2 ** 20, GiB: 2 ** 30 };

/** A value for every parameter, in the parameter's unit. */
export class Settings {
  constructor(
    /** By the parameter's path. */
    readonly values: ReadonlyMap<string, SettingValue>,
  ) {}

  private at(path: string): SettingValue {
    const value = this.values.get(path);
    if (value === undefined) throw new Error(`no parameter has the path "${path}"`);
    return value;
  }

  /** The value of a parameter that is a number. */
  number(path: string): number {
    const value = this.at(path);
    if (typeof value !== 'number') throw new Error(`"${path}" is not a number`);
    return value;
  }

  /** Whether a parameter of yes or no is yes. */
  flag(path: string): boolean {
    return this.at(path) === true;
  }

  /** The value of any parameter, written out. */
  text(path: string): string {
    return String(this.at(path));
  }

  /** `a,b` */
  list(path: string): string[] {
    return this.text(path)
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  }

  /** The same with some changed. */
  with(changes: Readonly<Record<string, SettingValue>>): Settings {
    for (const path of Object.keys(changes)) this.at(path);
    return new Settings(new Map([...this.values, ...Object.entries(changes)]));
  }

  /** Every value by path, as `--json` prints them. */
  toJson(): Record<string, SettingValue> {
    return Object.fromEntries(this.values);
  }
}

type Parsed = { readonly value: SettingValue } | { readonly expected: string };

const whole = (value: number): string => (Number.isInteger(value) ? String(value) : value.toString());

function boundsOf({ min, max }: ExperimentParameter): string {
  if (min !== null && max !== null) return ` from ${whole(min)} to ${whole(max)}`;
  if (min !== null) return ` of at least ${whole(min)}`;
  return max === null ? '' : ` of at most ${whole(max)}`;
}

function expectedNumber(parameter: ExperimentParameter): string {
  const { unit } = parameter;
  if (unit in NS) return `a duration such as 10${unit}, or a number of ${unit}${boundsOf(parameter)}`;
  if (unit in BYTES) return `a size such as 10${unit}, or a number of ${unit}${boundsOf(parameter)}`;
  return `a ${unit === 'count' ? 'whole ' : ''}number${boundsOf(parameter)}`;
}

/** A number in the unit; NaN where it is none. */
function numberIn(unit: ExperimentUnit, text: string): number {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  try {
    if (unit in NS) return parseDuration(text) / NS[unit]!;
    if (unit in BYTES) return parseSize(text) / BYTES[unit]!;
  } catch {
    return NaN;
  }
  return NaN;
}

function parseValue(parameter: ExperimentParameter, text: string): Parsed {
  const { unit, choices = [] } = parameter;
  if (unit === 'file') return { value: text };
  if (unit === 'yes or no') {
    if (text === 'true' || text === 'false') return { value: text === 'true' };
    return { expected: 'true or false' };
  }
  if (unit === 'choice')
    return choices.includes(text) ? { value: text } : { expected: expectedOneOf('one of', text, choices) };
  if (unit === 'list') {
    const parts = text.split(',').map((part) => part.trim());
    const taken = (part: string): boolean =>
      choices.length > 0 ? choices.includes(part) : part !== '' && Number(part) >= 0 && Number.isFinite(Number(part));
    const wrong = parts.find((part) => !taken(part));
    if (wrong === undefined) return { value: parts.join(',') };
    return {
      expected:
        choices.length > 0
          ? expectedOneOf('names with commas between, of', wrong ?? '', choices)
          : 'numbers with commas between, such as 0,60,600',
    };
  }
  const value = numberIn(unit, text);
  const { min, max } = parameter;
  const whole = unit === 'count' && !Number.isInteger(value);
  if (!Number.isFinite(value) || whole || (min !== null && value < min) || (max !== null && value > max))
    return { expected: expectedNumber(parameter) };
  return { value };
}

/** Where nothing is set. */
export const defaultsOf = (parameters: readonly ExperimentParameter[]): Settings =>
  new Settings(new Map(parameters.map((parameter) => [parameter.path, parameter.default])));

/**
 * The defaults with what was set, the later over the earlier.
 *
 * @throws InputError for every path that is none, every value that is not taken, and with those what `check` refuses of the others
 */
export function settingsOf(
  experiment: string,
  parameters: readonly ExperimentParameter[],
  set: readonly string[] = [],
  check?: (settings: Settings) => void,
): Settings {
  const values = new Map(defaultsOf(parameters).values);
  const problems: Problem[] = [];
  for (const text of set) {
    const file = `--set ${text}`;
    const at = text.indexOf('=');
    const path = at < 0 ? text : text.slice(0, at).trim();
    const parameter = parameters.find((one) => one.path === path);
    if (at <= 0) problems.push({ file, path: '', given: show(text), expected: 'PATH=VALUE, such as seed=2' });
    else if (parameter === undefined) {
      const paths = parameters.map((one) => one.path);
      problems.push({
        file,
        path,
        given: 'an unknown parameter',
        expected:
          paths.length === 0
            ? `none: ${experiment} has no parameters`
            : `${expectedOneOf('one of', path, paths)} (fluxhost explain ${experiment})`,
      });
    } else {
      const parsed = parseValue(parameter, text.slice(at + 1).trim());
      if ('value' in parsed) values.set(path, parsed.value);
      else problems.push({ file, path, given: show(text.slice(at + 1).trim()), expected: parsed.expected });
    }
  }
  const settings = new Settings(values);
  if (problems.length > 0) throw new InputError([...problems, ...apartFrom(problems, settings, check)]);
  return settings;
}

/** What else does not fit together, where the fields that are wrong have no say in it: their defaults stand in `settings`. */
function apartFrom(wrong: readonly Problem[], settings: Settings, check?: (settings: Settings) => void): Problem[] {
  try {
    check?.(settings);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const names = wrong.map(({ path }) => path).filter((path) => path !== '');
    return error.problems.filter(
      ({ path, expected }) => !names.some((name) => name === path || expected.includes(name)),
    );
  }
  return [];
}

/** The same refusal where values do not fit together. */
export function refuse(problems: readonly { path: string; given: SettingValue; expected: string }[]): void {
  if (problems.length > 0)
    throw new InputError(problems.map(({ path, given, expected }) => ({ path, given: show(given), expected })));
}
