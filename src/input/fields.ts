// The smallest parts of the schema. Each carries the words that complete "given …, expected …", so a refusal reads the
// same wherever a field is used.

import * as z from 'zod';
import { $ZodCheckNumberFormat } from 'zod/v4/core';
import { expectedOneOf } from './errors.js';
import { formatDefault, type Field, type ParameterTable } from './parameter.js';
import {
  QuantityError,
  DURATION_PATTERN,
  DURATION_EXPECTED,
  parseDuration,
  parseFractionalDuration,
  SIZE_PATTERN,
  SIZE_EXPECTED,
  parseSize,
  formatSize,
} from './quantities.js';

// zod looks for values that contain themselves; no part of a scenario can, and the look at every part is a tenth of a first check
z.config({ memoizer: { alloc: (_inst, _payload, empty) => empty, guard: () => undefined, attach: () => undefined } });

/** With its checks at once: `check` would copy what is there already, and making fields is most of what importing runs. */
const numberOf = (error: () => string, ...checks: z.core.$ZodCheck<number>[]): z.ZodNumber =>
  new z.ZodNumber({ type: 'number', error, checks });
const textOf = (error: () => string, ...checks: z.core.$ZodCheck<string>[]): z.ZodString =>
  new z.ZodString({ type: 'string', error, checks });

/** What `z.int` checks: that is a whole schema, with all that one has. By its own name: `z.core` would bundle all of zod. */
const wholeOnly = (error: () => string): $ZodCheckNumberFormat =>
  new $ZodCheckNumberFormat({ check: 'number_format', abort: false, format: 'safeint', error });

export interface QuantityRule {
  readonly pattern: RegExp;
  readonly expected: string;
  readonly parse: (text: string) => number;
  /** The least that is allowed, and how to say so. */
  readonly least?: { readonly value: number; readonly expected: string };
}

export function quantity({ pattern, expected, parse, least }: QuantityRule) {
  const error = (): string => least?.expected ?? expected;
  return textOf(error, z.regex(pattern, { error })).transform((text, context) => {
    let wrong: string;
    try {
      const value = parse(text);
      if (least === undefined || value >= least.value) return value;
      wrong = least.expected;
    } catch (failure) {
      if (!(failure instanceof QuantityError)) throw failure;
      wrong = failure.expected;
    }
    context.issues.push({ code: 'custom', message: wrong, input: text });
    return z.NEVER;
  });
}

const durationRule = { pattern: DURATION_PATTERN, expected: DURATION_EXPECTED, parse: parseDuration };
const fractionalRule = { ...durationRule, parse: parseFractionalDuration };

/** Whole nanoseconds, 0 allowed. */
export const duration = quantity(durationRule);
export const positiveDuration = quantity({
  ...durationRule,
  least: { value: 1, expected: 'a duration above 0 with a unit (ns, us, ms, s, m or h), such as 10us' },
});
/** Nanoseconds with a fraction, for distributions. */
export const fractionalDuration = quantity(fractionalRule);
export const positiveFractionalDuration = quantity({
  ...fractionalRule,
  least: { value: Number.MIN_VALUE, expected: 'a duration above 0 with a unit (ns, us, ms, s, m or h), such as 10us' },
});

export const positiveSize = quantity({
  pattern: SIZE_PATTERN,
  expected: SIZE_EXPECTED,
  parse: parseSize,
  least: { value: 1, expected: 'a size above 0 with a unit, such as 64MiB' },
});

// Sums over all vCPUs of a host stay whole numbers: 65,536 × 100 GB is below 2^53.
const VCPU_LIMIT = 100e9;
const HOST_LIMIT = 100e12;

/** Bytes per second, written as the size that a second moves. */
function perSecondField(least: number, greatest: number) {
  const expected = `the bytes of a second as a size ${least === 0 ? 'from 0B' : 'above 0B'} to ${formatSize(greatest)}, such as 25GB`;
  const range = { error: () => expected };
  return quantity({ pattern: SIZE_PATTERN, expected, parse: parseSize, least: { value: least, expected } }).refine(
    (bytes) => bytes <= greatest,
    range,
  );
}

export const perSecondOfVcpu = perSecondField(0, VCPU_LIMIT);
export const perSecond = perSecondField(0, HOST_LIMIT);
export const positivePerSecond = perSecondField(1, HOST_LIMIT);

export function whole(min: number, max: number): z.ZodNumber {
  const error = (): string => `a whole number from ${min} to ${max === Number.MAX_SAFE_INTEGER ? '2^53 - 1' : max}`;
  return numberOf(error, wholeOnly(error), z.gte(min, { error }), z.lte(max, { error }));
}

/** A finite number in [min, max]; `above` leaves min itself out. */
export function real(min: number, max: number, above = false) {
  const range =
    max === Number.MAX_VALUE
      ? above
        ? `above ${min}`
        : `of ${min} or more`
      : above
        ? `above ${min} and up to ${max}`
        : `from ${min} to ${max}`;
  const error = (): string => `a number ${range}`;
  return numberOf(error, above ? z.gt(min, { error }) : z.gte(min, { error }), z.lte(max, { error }));
}

// More than one arrival a nanosecond cannot be told apart: time is whole nanoseconds.
const RATE_LIMIT = 1e9;

function rateField(above: boolean) {
  const error = (): string =>
    `a number of arrivals per second ${above ? 'above' : 'from'} 0${above ? ' and' : ''} up to 1e9, without a unit`;
  return numberOf(error, above ? z.gt(0, { error }) : z.gte(0, { error }), z.lte(RATE_LIMIT, { error }));
}

export const rate = rateField(true);
export const rateOrZero = rateField(false);

export function choice<const T extends readonly [string, ...string[]]>(choices: T) {
  return z.enum(choices, {
    error: (issue) =>
      typeof issue.input === 'string' ? expectedOneOf('one of', issue.input, choices) : `one of: ${choices.join(', ')}`,
  });
}

/** A text that is not empty. */
export function nameOf(what: string): z.ZodString {
  const error = (): string => what;
  return textOf(error, z.minLength(1, { error }));
}

export const flag = z.boolean({ error: () => 'true or false' });
export const fileName = nameOf('the name of a file');

/**
 * A mapping that knows its fields. For unknown ones the message is the list of known names: problems.ts makes one
 * problem of each unknown field, with the nearest known name.
 */
export function section<T extends z.core.$ZodLooseShape>(shape: T) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? known : `a mapping with the fields ${known}`),
  });
}

/** The words for a union of mappings told apart by one field. */
export function variants(discriminator: string, names: readonly string[]) {
  return {
    error: (issue: { code?: string | undefined; input?: unknown }): string => {
      if (issue.code !== 'invalid_union')
        return `a mapping with the field ${discriminator}, one of: ${names.join(', ')}`;
      const given: unknown = (issue.input as Record<string, unknown>)[discriminator];
      return typeof given === 'string' ? expectedOneOf('one of', given, names) : `one of: ${names.join(', ')}`;
    },
  };
}

/**
 * The field with words of its own, and otherwise the same. zod's `meta` would copy it, which for all the fields of a scenario is a
 * sixth of what importing the package takes; what inherits from it is told apart as well.
 */
function tell<T extends z.ZodType>(field: T, words: { readonly title?: string; readonly description: string }): T {
  const internals: unknown = Object.create(field._zod, {
    parent: { value: undefined },
    toJSONSchema: { value: () => written(field) },
  });
  const own = Object.create(field, { _zod: { value: internals } }) as T;
  z.globalRegistry.add(own, words);
  return own;
}

/** Defaults are in base units, which is not how they are written: the descriptions have them as they are. */
export const WRITTEN = {
  io: 'input',
  override: ({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void => void delete jsonSchema.default,
} as const;

const forms = new WeakMap<z.ZodType, object>(); // many fields are of one

function written(field: z.ZodType): object {
  let form = forms.get(field);
  if (form === undefined) {
    const { $schema: _, ...schema } = z.toJSONSchema(field, WRITTEN);
    forms.set(field, (form = schema));
  }
  return { ...form }; // zod puts the words into it
}

/**
 * A part of the schema that is made when a scenario first has it: most have few of them, and making all would be a third of what
 * importing the package takes. `tells`: the field by which a union tells it from others, and the field's value.
 */
export function later<T extends z.ZodType>(make: () => T, tells?: readonly [field: string, value: string]): T {
  const lazy = z.lazy(make);
  // what a mapping or a union asks of its parts before it has any value of them
  const asked = {
    optin: undefined,
    optout: undefined,
    pattern: undefined,
    propValues: tells === undefined ? undefined : { [tells[0]]: new Set([tells[1]]) },
  };
  for (const [name, value] of Object.entries(asked)) Object.defineProperty(lazy._zod, name, { value });
  return lazy as unknown as T;
}

/** Gives fields the words that editors show, from the parameters and fields of a room. */
export interface Documenting {
  /** An optional field: meaning and default from the table of parameters. */
  readonly documented: <T extends z.ZodType>(path: string, field: T) => z.ZodOptional<T>;
  /** The same for a field without a default. */
  readonly described: <T extends z.ZodType>(path: string, field: T) => T;
}

export function documenting({ parameterAt }: ParameterTable, fields: readonly Field[] = []): Documenting {
  return {
    documented(path, field) {
      const parameter = parameterAt(path);
      return tell(z.optional(field), { description: `${parameter.meaning} Default: ${formatDefault(parameter)}.` });
    },
    described(path, field) {
      const known = fields.find((candidate) => candidate.path === path);
      if (known === undefined) throw new Error(`no field has the path "${path}"`);
      return about(known.meaning, field);
    },
  };
}

/** What a mapping within another is about, for editors. */
export function about<T extends z.ZodType>(meaning: string, field: T): T {
  return tell(field, { description: meaning });
}

/** A mapping that has a name of its own in the declarations (scripts/declarations.mjs). */
export function named<T extends z.ZodType>(name: string, meaning: string, field: T): T {
  return tell(field, { title: name, description: meaning });
}

/** Leaves out the fields that are undefined, so that a resolved scenario has one canonical JSON form. */
export function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
