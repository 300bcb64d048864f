// Evaluates `--assert` expressions on a result, so that a scenario can guard a build. A name is a VM's or a section's
// name and then a path in the result; a field's unit may be left out of its name (latency for latencyNs), but not out of
// what it is compared with. A figure that does not exist (no request was completed) makes nothing hold.

import { argument } from './argument.js';
import { show, expectedOneOf } from './errors.js';
import { groupsOf } from './vm-groups.js';
import { type Unit, refuseAssertion, type Comparator, type Expression, parseAssertion } from './assert-syntax.js';

/** What an assertion came to. */
export interface Verdict {
  /** Whether it holds; false too where a figure does not exist. */
  readonly holds: boolean;
  /** The figures that were looked at, and what came out. */
  readonly explanation: string;
  /** Present where a figure that decides does not exist. */
  readonly unknown?: true;
}

interface Value {
  readonly value: number | boolean | string | null;
  readonly unit: Unit;
  readonly text: string;
  /** What it would be if it were there; absent: a number. */
  readonly kind?: 'boolean';
}

type Fields = Readonly<Record<string, unknown>>;
type Truth = boolean | 'unknown';

const SECTIONS = [
  'manifest',
  'host',
  'reallocation',
  'memory',
  'histogram',
  'confidence',
  'replications',
  'packing',
  'hosts',
  'coreSeconds',
  'lifecycle',
  'functions',
] as const;
const SUFFIXES = ['Ns', 'Seconds', 'Bytes', 'PerSecond'] as const;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

/** A field by its name, or by its name without the unit. */
function findKey(fields: Fields, part: string): string | undefined {
  if (Object.hasOwn(fields, part)) return part;
  return SUFFIXES.map((suffix) => part + suffix).find((key) => Object.hasOwn(fields, key));
}

function shortName(key: string): string {
  const suffix = SUFFIXES.find((candidate) => key.endsWith(candidate) && key.length > candidate.length);
  return suffix === undefined || suffix === 'PerSecond' || key.endsWith('ByteSeconds')
    ? key
    : key.slice(0, -suffix.length);
}

interface Measure {
  readonly unit: Unit;
  /** From the result's unit to the literal's: results have seconds too, literals are nanoseconds. */
  readonly factor: number;
}

const PLAIN: Measure = { unit: '', factor: 1 };

/** The unit stands at the end of a field's name and holds for everything below it, except counts. */
function measureOf(key: string, around: Measure): Measure {
  if (key.endsWith('Ns')) return { unit: 'ns', factor: 1 };
  // bytes over time have no literal
  if (key.endsWith('PerSecond') || key.endsWith('ByteSeconds') || key === 'count') return PLAIN;
  if (key.endsWith('Seconds')) return { unit: 'ns', factor: 1e9 };
  if (key.endsWith('Bytes')) return { unit: 'bytes', factor: 1 };
  return around;
}

function roots(result: Fields): Map<string, unknown> {
  const found = new Map<string, unknown>();
  const vms = Array.isArray(result['vms']) ? (result['vms'] as readonly unknown[]) : [];
  const named = vms.filter(isFields).map((vm) => [String(vm['name']), vm] as const);
  for (const [name, vm] of named) found.set(name, vm);
  for (const section of SECTIONS) if (isFields(result[section])) found.set(section, result[section]);
  // what the sentences call functions is the section lifecycle, all of them together
  if (found.has('lifecycle') && !found.has('functions')) found.set('functions', found.get('lifecycle'));
  // A VM called like a section is still reached as vms.NAME.
  found.set('vms', Object.fromEntries(named));
  return found;
}

/** `p99.9` is split like any path; it is the field p999. */
function joinDecimalQuantiles(parts: readonly string[]): string[] {
  const joined: string[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last !== undefined && /^p\d\d$/.test(last) && /^\d+$/.test(part)) joined[joined.length - 1] = last + part;
    else joined.push(part);
  }
  return joined;
}

function lookUp(name: string, result: Fields, source: string): Value {
  const [first = '', ...rest] = joinDecimalQuantiles(name.split('.'));
  const known = roots(result);
  if (!known.has(first))
    refuseAssertion(
      source,
      name,
      show(first),
      expectedOneOf('a VM or a section of the result', first, [...known.keys()]),
    );
  let value = known.get(first);
  let measure = PLAIN;
  let walked = first;
  for (const part of rest) {
    if (!isFields(value)) refuseAssertion(source, name, show(part), `nothing after ${walked}, which is ${show(value)}`);
    const key = findKey(value, part);
    if (key === undefined)
      refuseAssertion(
        source,
        name,
        show(part),
        expectedOneOf(`a field of ${walked}`, part, Object.keys(value).map(shortName)),
      );
    measure = measureOf(key, measure);
    value = value[key];
    walked = `${walked}.${part}`;
  }
  if (isFields(value))
    refuseAssertion(
      source,
      name,
      'more than one figure',
      `one of its fields: ${Object.keys(value).map(shortName).join(', ')}`,
    );
  if (typeof value === 'number') {
    const scaled = value * measure.factor;
    return { value: scaled, unit: measure.unit, text: `${name} is ${readable(scaled, measure.unit)}` };
  }
  if (typeof value === 'boolean' || typeof value === 'string' || value === null) {
    const text = value === null ? `${name} has no value` : `${name} is ${String(value)}`;
    return { value, unit: measure.unit, text, ...(walked.endsWith('.attained') ? { kind: 'boolean' } : {}) };
  }
  return refuseAssertion(source, name, show(value), 'a number, a text or true or false');
}

function readable(value: number, unit: Unit): string {
  if (unit === 'bytes') return `${value} B`;
  if (unit === '') return String(value);
  const [name, factor] =
    value >= 1e9
      ? (['s', 1e9] as const)
      : value >= 1e6
        ? (['ms', 1e6] as const)
        : value >= 1e3
          ? (['us', 1e3] as const)
          : (['ns', 1] as const);
  return `${Number((value / factor).toPrecision(6))}${name}`;
}

const UNIT_WORDS: Readonly<Record<Unit, string>> = {
  ns: 'a duration with a unit, such as 200us',
  bytes: 'a size with a unit, such as 64MiB',
  '': 'a number without a unit',
};

const COMPARE: Readonly<Record<Comparator, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

function describe(expression: Expression): string {
  return expression.kind === 'name'
    ? expression.name
    : expression.kind === 'literal'
      ? expression.text
      : 'a part in parentheses';
}

/** The expression with another name in the place of a VM's or a group's. */
function renamed(expression: Expression, from: string, to: string): Expression {
  if (expression.kind !== 'name') return expression;
  const parts = expression.name.split('.');
  const at = parts[0] === 'vms' ? 1 : 0;
  if (parts[at] !== from) return expression;
  return { ...expression, name: parts.map((part, i) => (i === at ? to : part)).join('.') };
}

class Evaluation {
  readonly #source: string;
  readonly #result: Fields;
  readonly #groups: ReadonlyMap<string, readonly string[]>;
  readonly seen: string[] = [];

  constructor(source: string, result: Fields) {
    this.#source = source;
    this.#result = result;
    const vms = Array.isArray(result['vms']) ? (result['vms'] as readonly unknown[]).filter(isFields) : [];
    this.#groups = groupsOf(vms.map((vm) => String(vm['name'])));
  }

  #value(expression: Expression): Value {
    if (expression.kind === 'literal') return { value: expression.value, unit: expression.unit, text: '' };
    if (expression.kind !== 'name') return { value: this.truth(expression) === true, unit: '', text: '' };
    const value = lookUp(expression.name, this.#result, this.#source);
    if (!this.seen.includes(value.text)) this.seen.push(value.text);
    return value;
  }

  /** The group that one of these names, if any does. */
  #groupIn(expressions: readonly Expression[]): string | undefined {
    const names = expressions.flatMap((one) => (one.kind === 'name' ? [one.name.split('.')] : []));
    return names.map(([first, second]) => (first === 'vms' ? second : first)).find((name) => this.#groups.has(name!));
  }

  /** Of a group it holds if it holds of every VM; those of which it does not are told. */
  #ofEach(group: string, truth: (each: Evaluation, member: string) => Truth): Truth {
    const members = this.#groups.get(group)!;
    const found = members.map((member) => {
      const each = new Evaluation(this.#source, this.#result);
      return { is: truth(each, member), seen: each.seen };
    });
    const not = found.filter(({ is }) => is !== true);
    if (not.length === 0) this.seen.push(`it holds for all ${members.length} VMs of ${group}`);
    else this.seen.push(`${not.length} of ${members.length} VMs of ${group} do not: ${not[0]!.seen.join(', ')}`);
    return found.some(({ is }) => is === false) ? false : not.length > 0 ? 'unknown' : true;
  }

  #compare(operator: Comparator, left: Expression, right: Expression): Truth {
    const [a, b] = [this.#value(left), this.#value(right)];
    // A figure without a value is a number (or truth) that is missing: what it is compared with is checked all the same.
    const [kindA, kindB] = [a, b].map(({ value, kind = 'number' }) => (value === null ? kind : typeof value));
    if (kindA !== kindB) {
      const kind = kindA === 'number' ? UNIT_WORDS[a.unit] : kindA === 'boolean' ? 'true or false' : 'a text in quotes';
      return refuseAssertion(this.#source, describe(left), show(b.value), `${kind} to compare it with`);
    }
    if (kindA === 'number' && a.unit !== b.unit) {
      const [named, other, unit] = left.kind === 'name' ? [left, right, a.unit] : [right, left, b.unit];
      return refuseAssertion(this.#source, describe(named), describe(other), `${UNIT_WORDS[unit]} to compare it with`);
    }
    if (kindA !== 'number' && operator !== '==' && operator !== '!=') {
      return refuseAssertion(this.#source, describe(left), operator, '== or !=, since it is not a number');
    }
    if (a.value === null || b.value === null) return 'unknown';
    if (typeof a.value === 'number' && typeof b.value === 'number') return COMPARE[operator](a.value, b.value);
    return (a.value === b.value) === (operator === '==');
  }

  /** Three-valued: what depends on a missing figure is neither true nor false. Both sides are looked at, so that a wrong name never hides. */
  truth(expression: Expression): Truth {
    switch (expression.kind) {
      case 'not': {
        const inner = this.truth(expression.operand);
        return inner === 'unknown' ? inner : !inner;
      }
      case 'and':
      case 'or': {
        const deciding = expression.kind === 'or';
        const sides = [this.truth(expression.left), this.truth(expression.right)];
        if (sides.includes(deciding)) return deciding;
        return sides.includes('unknown') ? 'unknown' : !deciding;
      }
      case 'compare': {
        const { left, right } = expression;
        const group = this.#groupIn([left, right]);
        if (group !== undefined)
          return this.#ofEach(group, (each, member) =>
            each.truth({ ...expression, left: renamed(left, group, member), right: renamed(right, group, member) }),
          );
        return this.#compare(expression.operator, left, right);
      }
      case 'name':
      case 'literal': {
        const group = this.#groupIn([expression]);
        if (group !== undefined)
          return this.#ofEach(group, (each, member) => each.truth(renamed(expression, group, member)));
        const { value } = this.#value(expression);
        if (value === null) return 'unknown';
        if (typeof value === 'boolean') return value;
        return refuseAssertion(this.#source, describe(expression), show(value), 'true or false, or a comparison of it');
      }
    }
  }
}

/**
 * @example
 * evaluateAssertion('api.latency.p99 < 200us', result) // { holds: true, explanation: 'api.latency.p99 is 143.2us' }
 *
 * @throws InputError for what is no assertion, and for names that the result does not have, listing those it has
 */
export function evaluateAssertion(source: string, result: object): Verdict {
  argument('assertion', source, 'a text', 'a text, as in api.latency.p99 < 200us');
  argument('result', result, 'a mapping', 'a result');
  const evaluation = new Evaluation(source, result as Fields);
  const truth = evaluation.truth(parseAssertion(source));
  const unknown = truth === 'unknown' ? ' (so it cannot be said to hold)' : '';
  const explanation = evaluation.seen.join(', ') + unknown;
  return { holds: truth === true, explanation, ...(truth === 'unknown' ? { unknown: true as const } : {}) };
}
