// Random sets of an experiment's parameters, all within what `explain` says is taken: what runs with them ends with finite numbers,
// or is refused with the path of a field.

import type { ExperimentParameter, SettingValue } from '../../src/experiments/parameters.js';

/** In CI a few; FLUXHOST_SETS=10000 for the loop of a release. */
export const SETS = Number(process.env['FLUXHOST_SETS'] ?? 60);

export type Bounds = Readonly<Record<string, readonly [number, number]>>;

function numberOf({ unit, min, max, path }: ExperimentParameter, next: () => number, bounds: Bounds): number {
  const low = Math.max(min ?? 0, bounds[path]?.[0] ?? -Infinity);
  const high = Math.min(max ?? 1e9, bounds[path]?.[1] ?? Infinity);
  const edge = next();
  if (edge < 0.08) return low;
  if (edge < 0.16) return high;
  // evenly over the logarithm: most of what is wrong is wrong at a decade of its own
  const from = Math.log(Math.max(low, 1e-6));
  const value = Math.exp(from + next() * (Math.log(Math.max(high, 1e-6)) - from));
  const whole = unit === 'count' ? Math.round(value) : Number(value.toPrecision(12));
  return Math.min(high, Math.max(low, whole));
}

function valueOf(parameter: ExperimentParameter, next: () => number, bounds: Bounds): SettingValue {
  const { unit, choices = [] } = parameter;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  if (unit === 'choice') return pick(choices);
  if (unit === 'yes or no') return next() < 0.5;
  if (unit === 'file') return parameter.default;
  if (unit === 'list') {
    if (choices.length === 0) return parameter.default;
    const chosen = choices.filter(() => next() < 0.5);
    return chosen.length === 0 ? pick(choices) : chosen.join(',');
  }
  return numberOf(parameter, next, bounds);
}

/** `PATH=VALUE` of each; half of them keep their default. */
export const randomSet = (
  parameters: readonly ExperimentParameter[],
  next: () => number,
  bounds: Bounds = {},
): string[] =>
  parameters.flatMap((parameter) =>
    next() < 0.5 && !(parameter.path in bounds) ? [] : [`${parameter.path}=${valueOf(parameter, next, bounds)}`],
  );

/** Paths of numbers that are none. */
export function notFinite(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${path}=${value}`];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => notFinite(each, path === '' ? key : `${path}.${key}`));
}
