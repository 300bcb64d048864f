// What a sweep varies: fields with their values, as a grid or as a Latin hypercube. A value is written as in a scenario, since
// every point is checked as one; `load` is the one axis that is no field (load.ts).

import { InputError, type Problem, show } from '../input/errors.js';
import { formatDuration, formatSize } from '../input/quantities.js';
import { SplitMix64 } from '../workload/random.js';
import { type LadderUnit, measure } from './ladder.js';

/** One axis of a sweep. */
export interface Axis {
  /** The field, or `load`. */
  readonly path: string;
  /** As a scenario writes them. */
  readonly values: readonly string[];
  /** Its ends, for a range: what a Latin hypercube cuts anew. */
  readonly range?: Range;
}

interface Range {
  readonly low: number;
  readonly high: number;
  readonly unit: LadderUnit;
  readonly log: boolean;
  /** Both ends are whole, so all values are; a load is a share. */
  readonly whole: boolean;
}

/** A value for each axis, in their order, as a scenario writes them. */
export type Point = readonly string[];

const FORM = 'PATH=V1,V2,... or PATH=LOW..HIGH:N[:log], as in host.cores=8,16,32 or load=0.5..0.95:10';
const MOST_VALUES = 10_000;
export const MOST_POINTS = 100_000;

/** The value at a share of the way from one end to the other. */
function along({ low, high, unit, log, whole }: Range, share: number): string {
  const exact = log ? low * Math.pow(high / low, share) : low + (high - low) * share;
  const value = whole || unit !== '' ? Math.round(exact) : Number(exact.toPrecision(6));
  return unit === 'ns' ? formatDuration(value) : unit === 'bytes' ? formatSize(value) : String(value);
}

function rangeOf(path: string, text: string): (Range & { readonly count: number }) | string {
  const match = /^(.+?)\.\.([^:]+):(\d+)(:log)?$/.exec(text);
  if (match === null) return FORM;
  const [, from = '', to = '', times = '', log] = match;
  const [low, high] = [measure(from.trim()), measure(to.trim())];
  const count = Number(times);
  if (low === undefined || high === undefined || low.unit !== high.unit)
    return 'two numbers, durations or sizes of one kind';
  if (!(low.value < high.value)) return 'the least value first';
  if (log !== undefined && !(low.value > 0)) return 'a least value above 0, since the steps are factors';
  if (count < 2 || count > MOST_VALUES) return `from 2 to ${MOST_VALUES} values`;
  const whole =
    path !== 'load' &&
    Number.isInteger(low.value) &&
    Number.isInteger(high.value) &&
    high.value - low.value >= count - 1;
  return { low: low.value, high: high.value, unit: low.unit, log: log !== undefined, whole, count };
}

/** One `--vary`; a text instead says what was expected. */
function parseAxis(text: string): Axis | string {
  const at = text.indexOf('=');
  const path = text.slice(0, Math.max(at, 0)).trim();
  const list = text.slice(at + 1).trim();
  if (!/^[A-Za-z0-9_.-]+$/.test(path) || list === '') return FORM;
  if (list.includes('..')) {
    const range = rangeOf(path, list);
    if (typeof range === 'string') return range;
    const { count } = range;
    const values = [...new Set(Array.from({ length: count }, (_, i) => along(range, i / (count - 1))))];
    return { path, values, range };
  }
  const values = list.split(',').map((one) => one.trim());
  const twice = values.find((value, i) => values.indexOf(value) < i);
  if (values.includes('')) return 'a value between commas';
  return twice === undefined ? { path, values } : `${twice} once`;
}

/** @throws InputError naming every axis that is none, or there twice */
export function parseAxes(texts: readonly string[]): Axis[] {
  const problems: Problem[] = [];
  const axes: Axis[] = [];
  for (const text of texts) {
    const axis = parseAxis(text);
    if (typeof axis === 'string') problems.push({ path: '--vary', given: show(text), expected: axis });
    else if (axes.some(({ path }) => path === axis.path))
      problems.push({ path: '--vary', given: `${axis.path} twice`, expected: 'each field once' });
    else axes.push(axis);
  }
  if (texts.length === 0) problems.push({ path: '--vary', given: 'nothing', expected: FORM });
  if (problems.length > 0) throw new InputError(problems);
  return axes;
}

/** Every value with every other, the last axis fastest. */
export function gridOf(axes: readonly Axis[]): Point[] {
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > MOST_POINTS)
    throw new InputError({
      path: '--vary',
      given: `${count} points`,
      expected: `at most ${MOST_POINTS}; --latin N takes N`,
    });
  return axes.reduce<Point[]>(
    (points, { values }) => points.flatMap((point) => values.map((v) => [...point, v])),
    [[]],
  );
}

/**
 * A Latin hypercube: `count` points of which each axis has one in every `count`-th of its range, at a place drawn within it, in an
 * order drawn for each axis. Values of a list take turns. The draws follow the seed alone. Points that fall together, as whole numbers
 * and lists make them, are there once: fewer than `count`.
 */
export function latinOf(axes: readonly Axis[], count: number, seed: number): Point[] {
  const random = new SplitMix64(seed);
  const columns = axes.map(({ values, range }) => {
    const column = Array.from({ length: count }, (_, i) =>
      range === undefined ? values[i % values.length]! : along(range, (i + random.unit()) / count),
    );
    for (let i = count - 1; i > 0; i--) {
      const j = Math.floor(random.unit() * (i + 1));
      [column[i], column[j]] = [column[j]!, column[i]!];
    }
    return column;
  });
  const points = Array.from({ length: count }, (_, i) => columns.map((column) => column[i]!));
  return [...new Map(points.map((point) => [point.join('\n'), point])).values()];
}

/** A plain number as such, everything else as it is written. */
export const pointValue = (text: string): number | string =>
  /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
