// What a program passes to a function, where its types alone would say what is taken: told by the argument's name, as a scenario's fields are.

import { InputError, show } from './errors.js';

const KINDS = {
  'a mapping': (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'a list': Array.isArray,
  'a list of mappings': (value: unknown) =>
    Array.isArray(value) && value.every((one) => typeof one === 'object' && one !== null),
  'a list of texts': (value: unknown) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  'a text': (value: unknown) => typeof value === 'string',
  bytes: (value: unknown) => value instanceof Uint8Array || value instanceof ArrayBuffer,
} satisfies Record<string, (value: unknown) => boolean>;

/** @throws InputError for a value that is not of the kind; `expected` says more of what is taken */
export function argument<T>(path: string, value: T, kind: keyof typeof KINDS, expected: string = kind): T {
  if (KINDS[kind](value)) return value;
  throw new InputError({ path, given: show(value), expected });
}

/** Of those that may be left out. */
export function optional<T>(path: string, value: T, kind: keyof typeof KINDS, expected?: string): T {
  return value === undefined ? value : argument(path, value, kind, expected);
}

/** @throws InputError for what lacks one of these fields, all of which what is expected has */
export function having<T>(path: string, value: T, names: readonly string[], expected: string): T {
  const whole: object = argument(path, value as object, 'a mapping', expected);
  if (names.every((name) => name in whole)) return value;
  throw new InputError({ path, given: show(value), expected });
}
