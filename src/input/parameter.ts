// One named parameter of the model: what it means, in which unit, and where its default comes from.

import { formatDuration, formatSize } from './quantities.js';

/** How far a default is to be trusted, best first; docs/parameters.md explains the words. */
export type Confidence = 'published' | 'source code' | 'derived' | 'secondary' | 'assumed';

/** `ns`, `bytes` and bytes per second are written with a unit (`10us`, `48MiB`, `25GB`); the others as they are; `pages`: a number, or a share of the capacity. */
export type ParameterUnit =
  'ns' | 'bytes' | 'bytes per second' | 'count' | 'share' | 'pages' | 'choice' | 'yes or no' | 'name';

/** A setting with a default. */
export interface Parameter {
  /** Last part of the path. */
  readonly name: string;
  /** Where it stands in a resolved scenario's written form; `*` stands for each VM. */
  readonly path: string;
  /** In which unit it is written. */
  readonly unit: ParameterUnit;
  /** In the base unit (nanoseconds, bytes), or the choice's name. */
  readonly default: number | string | boolean;
  /** Of a choice: the names. */
  readonly choices?: readonly string[];
  /** What it does, in words. */
  readonly meaning: string;
  /** Where the default comes from. */
  readonly source: string;
  /** How far that is to be trusted. */
  readonly confidence: Confidence;
}

/** A field without a default: it must be given, or says what its absence says. */
export interface Field extends Omit<Parameter, 'default' | 'source' | 'confidence'> {
  /** `must be given`, or what holds without it. */
  readonly absent: string;
}

/** A parameter as a table of this program writes it. */
export type ParameterRow = readonly [
  path: string,
  unit: ParameterUnit,
  value: number | string | boolean,
  meaning: string,
  source: string,
  confidence: Confidence,
  choices?: readonly string[],
];

const lastPart = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

/** Rows as parameters, their paths below `prefix`, which ends in a dot or is empty. */
export const parametersOf = (rows: readonly ParameterRow[], prefix = ''): Parameter[] =>
  rows.map(([path, unit, value, meaning, source, confidence, choices]) => ({
    name: lastPart(path),
    path: prefix + path,
    unit,
    default: value,
    ...(choices === undefined ? {} : { choices }),
    meaning,
    source,
    confidence,
  }));

/** What has no default. */
export const fieldOf = (path: string, unit: ParameterUnit, meaning: string, absent = 'must be given'): Field => ({
  name: lastPart(path),
  path,
  unit,
  meaning,
  absent,
});

/** As one would write it in a scenario. */
export function formatDefault(parameter: Parameter | Field): string {
  if ('absent' in parameter) return parameter.absent;
  const { unit, default: value } = parameter;
  if (typeof value !== 'number') return String(value);
  if (unit === 'ns') return formatDuration(value);
  if (unit === 'bytes' || unit === 'bytes per second') return formatSize(value);
  return String(value);
}

/** What the parameters of one room answer by path. A wrong path is a mistake in this program. */
export interface ParameterTable {
  readonly parameterAt: (path: string) => Parameter;
  readonly defaultOf: (path: string) => number | string | boolean;
  readonly defaultNumber: (path: string) => number;
  readonly defaultFlag: (path: string) => boolean;
  /** The default of a choice, typed as the caller's choices. */
  readonly defaultChoice: <T extends string>(path: string, choices: readonly T[]) => T;
}

export function parameterTable(parameters: readonly Parameter[]): ParameterTable {
  const byPath = new Map(parameters.map((parameter) => [parameter.path, parameter]));
  const parameterAt = (path: string): Parameter => {
    const parameter = byPath.get(path);
    if (parameter === undefined) throw new Error(`no parameter has the path "${path}"`);
    return parameter;
  };
  const defaultOf = (path: string): number | string | boolean => parameterAt(path).default;
  return {
    parameterAt,
    defaultOf,
    defaultNumber(path) {
      const value = defaultOf(path);
      if (typeof value !== 'number') throw new Error(`the default of "${path}" is not a number`);
      return value;
    },
    defaultFlag(path) {
      const value = defaultOf(path);
      if (typeof value !== 'boolean') throw new Error(`the default of "${path}" is neither true nor false`);
      return value;
    },
    defaultChoice(path, choices) {
      const value = choices.find((choice) => choice === defaultOf(path));
      if (value === undefined) throw new Error(`the default of "${path}" is none of ${choices.join(', ')}`);
      return value;
    },
  };
}
