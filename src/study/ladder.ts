// The values that a field is tried with, from the least to the greatest: `host.cores=4..30`, `vms.api.quota=0.5..4:0.5`,
// `host.memory.size=16GiB..64GiB:4GiB`. Written as in a scenario, since every candidate is checked as one.

import { InputError, expectedOneOf, show } from '../input/errors.js';
import { partCores } from '../parts.js';
import { dedicatedCores } from '../scenario/mechanisms.js';
import {
  parseDuration,
  parseSize,
  QuantityError,
  QUANTITY_LIMIT,
  formatDuration,
  formatSize,
} from '../input/quantities.js';
import type { Scenario } from '../scenario/types.js';
import { withFields, writtenForm } from '../scenario/written.js';

export type LadderUnit = '' | 'ns' | 'bytes';

export interface Ladder {
  readonly path: string;
  readonly unit: LadderUnit;
  /** How many values there are. */
  readonly count: number;
  readonly value: (index: number) => number;
  /** As a scenario writes it. */
  readonly text: (index: number) => string;
  /** The first value that is no less than the scenario's own. */
  readonly own: number | undefined;
}

/** A range as it is written: a path, and perhaps from where to where in which steps. */
export interface FindRange {
  readonly path: string;
  readonly low?: string;
  readonly high?: string;
  readonly step?: string;
}

const FORM = 'a field, or a field with a range: host.cores, host.cores=4..30, vms.api.quota=0.5..4:0.5';
const MOST_STEPS = 1e6;
/** Without a range the search goes from an eighth of the scenario's own value, where it may be cut finely, to four times it. */
export const LIMIT_FACTOR = 4;
const PARTS = 8;

/** @throws InputError for what is no range */
export function parseFind(text: string): FindRange {
  const match = /^([A-Za-z0-9_.-]+?)(?:=([^=.:]+(?:\.\d+)?[^=.:]*)\.\.([^=:]+?)(?::([^=:]+))?)?$/.exec(text.trim());
  if (match === null) throw new InputError({ path: '--find', given: show(text), expected: FORM });
  const [, path = '', low, high, step] = match;
  return {
    path,
    ...(low === undefined ? {} : { low: low.trim() }),
    ...(high === undefined ? {} : { high: high.trim() }),
    ...(step === undefined ? {} : { step: step.trim() }),
  };
}

export interface Measured {
  readonly value: number;
  readonly unit: LadderUnit;
}

export function measure(value: unknown): Measured | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return { value, unit: '' };
  if (typeof value !== 'string') return undefined;
  if (/^\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value)) return { value: Number(value), unit: '' };
  for (const [unit, parse] of [
    ['ns', parseDuration],
    ['bytes', parseSize],
  ] as const) {
    try {
      return { value: parse(value), unit };
    } catch (error) {
      if (!(error instanceof QuantityError)) throw error;
    }
  }
  return undefined;
}

/** What stands at a path of the written scenario; a VM may be named. */
function fieldAt(scenario: Scenario, path: string): unknown {
  let at: unknown = writtenForm(scenario);
  for (const part of path.split('.')) {
    if (typeof at !== 'object' || at === null) return undefined;
    if (Array.isArray(at)) {
      const list = at as readonly { name?: string }[];
      at = /^\d+$/.test(part) ? list[Number(part)] : list.find(({ name }) => name === part);
    } else at = (at as Readonly<Record<string, unknown>>)[part];
  }
  return at;
}

/** @throws InputError for a VM or a field that the scenario cannot have */
function refuseUnknown(scenario: Scenario, path: string): void {
  const { vms } = scenario;
  const vm = /^vms\.([^.]+)/.exec(path)?.[1];
  if (vm !== undefined && !vms.some(({ name }, i) => vm === name || vm === String(i))) {
    const names = vms.map(({ name }) => name);
    const expected = expectedOneOf('a VM of the scenario', vm, names);
    throw new InputError({
      path: '--find',
      given: path,
      expected: `${expected}; or its number from 0 to ${vms.length - 1}`,
    });
  }
  try {
    withFields(scenario, [`${path}=1`]);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const unknown = error.problems.find(({ given }) => given === 'an unknown field');
    if (unknown !== undefined) throw new InputError({ path: '--find', given: path, expected: unknown.expected });
  }
}

/** The usual range of a field: cores to what VMs can hold, all else around the scenario's own value. */
function usualRange(scenario: Scenario, path: string, own: Measured | undefined): [number, number, number] {
  if (own === undefined) {
    refuseUnknown(scenario, path);
    throw new InputError({
      path: '--find',
      given: path,
      expected: `a range as well, since the scenario has no number there: ${path}=LOW..HIGH`,
    });
  }
  const { value, unit } = own;
  if (path === 'host.cores') {
    const { sockets, smt } = scenario.host;
    const step = sockets * smt;
    const kept = dedicatedCores(scenario.mechanism.kind) + partCores(scenario);
    // No mechanism can hand out more cores than the VMs can hold: beyond that a run would only repeat itself.
    const held = scenario.vms.reduce((sum, vm) => sum + vm.vcpus.max * vm.count, 0);
    // functions hold as many as they have requests
    const usable = scenario.functions === undefined ? held + kept : Infinity;
    const most = Math.max(Math.min(LIMIT_FACTOR * value, usable), 1);
    return [step, Math.ceil(most / step) * step, step];
  }
  if (unit === '' && Number.isInteger(value)) return [0, Math.max(LIMIT_FACTOR * value, LIMIT_FACTOR), 1];
  const step = unit === '' ? value / PARTS : Math.max(Math.floor(value / PARTS), 1);
  return [step, LIMIT_FACTOR * value, step];
}

/** The same values from the greatest to the least: the least that holds is then the greatest. */
export const downwards = ({ value, text, own, ...ladder }: Ladder): Ladder => ({
  ...ladder,
  value: (index) => value(ladder.count - 1 - index),
  text: (index) => text(ladder.count - 1 - index),
  own: own === undefined ? undefined : ladder.count - 1 - own,
});

const PROBES = 32;

/** The greatest number that is taken; null where none that was asked is. Few are asked: those at the end, and then some everywhere. */
function lastTaken({ count, own }: Ladder, taken: (index: number) => boolean): number | null {
  for (let index = count - 1; index >= Math.max(count - PROBES, 0); index--) if (taken(index)) return index;
  const spread = Array.from({ length: PROBES }, (_, i) => Math.floor(((count - 1) * (PROBES - 1 - i)) / PROBES));
  const known = [...(own === undefined ? [] : [own]), ...spread].filter(taken);
  if (known.length === 0) return null;
  let low = Math.max(...known);
  for (let high = count - 1; low + 1 < high;) {
    const middle = Math.floor((low + high) / 2);
    if (taken(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * A ladder without the end that the checks of a scenario refuse: what cannot be run tells nothing of what lies before it.
 *
 * @param taken whether a value makes a scenario
 */
export function takenOf(ladder: Ladder, taken: (index: number) => boolean): Ladder {
  const last = lastTaken(ladder, taken);
  if (last === null || last === ladder.count - 1) return ladder;
  return { ...ladder, count: last + 1, own: ladder.own === undefined || ladder.own > last ? undefined : ladder.own };
}

/** Decimals as they are meant: 0.1 + 0.2 is 0.3. */
const rounded = (value: number): number => Number(value.toPrecision(12));

/**
 * The ladder of a range over a scenario's field.
 *
 * @throws InputError for ends that are no quantities, of two units, or the wrong way round
 */
export function ladderOf(scenario: Scenario, { path, low, high, step }: FindRange): Ladder {
  const own = measure(fieldAt(scenario, path));
  const refuse = (given: string, expected: string): never => {
    throw new InputError({ path: `--find ${path}`, given, expected });
  };
  let from: number;
  let to: number;
  let by: number;
  let unit: LadderUnit;
  if (low === undefined || high === undefined) {
    [from, to, by] = usualRange(scenario, path, own);
    unit = own!.unit;
  } else {
    const ends = [low, high, ...(step === undefined ? [] : [step])].map(
      (text) => measure(text) ?? refuse(show(text), 'a number, a duration or a size, as in a scenario'),
    );
    unit = ends[0]!.unit;
    if (ends.some((end) => end.unit !== unit)) refuse(`${low}..${high}`, 'ends and step of one unit');
    [from, to] = [ends[0]!.value, ends[1]!.value];
    if (from > to) refuse(`${low}..${high}`, 'the least value first');
    const whole = ends.every(({ value }) => Number.isInteger(value));
    const sockets = path === 'host.cores' ? scenario.host.sockets * scenario.host.smt : 1;
    by = ends[2]?.value ?? (unit === '' ? (whole ? sockets : 0.1) : Math.max(Math.floor((to - from) / 64), 1));
    if (!(by > 0)) refuse(String(by), 'a step above 0');
  }
  const count = Math.floor(rounded((to - from) / by)) + 1;
  if (count > MOST_STEPS || to > QUANTITY_LIMIT) refuse(`${count} values`, `at most ${MOST_STEPS}: a greater step`);
  const value = (index: number): number => (unit === '' ? rounded(from + index * by) : from + index * by);
  const text = (index: number): string => {
    const at = value(index);
    return unit === 'ns' ? formatDuration(at) : unit === 'bytes' ? formatSize(at) : String(at);
  };
  const near = own === undefined || own.unit !== unit ? NaN : Math.ceil(rounded((own.value - from) / by));
  return { path, unit, count, value, text, own: near >= 0 && near < count ? near : undefined };
}
