// `--set PATH=VALUE`: changes one field of the written scenario before it is checked, so that a value from the command
// line is held to the same rules as one in the file. A VM may be named by its number or by its name.

import { parse, YAMLParseError } from 'yaml';
import { expectedOneOf, type Problem, show } from './errors.js';
import type { Path } from './errors.js';

export interface Override {
  /** As it was written. */
  readonly text: string;
  readonly path: Path;
  readonly value: unknown;
}

type Container = Record<string | number, unknown>;

const FORM = 'PATH=VALUE, such as vms.0.workload.arrivals.rate=2e6';

const NULL = /^\s*(null|Null|NULL|~)\s*$/; // as YAML writes it

function splitOverride(text: string): Override | Problem {
  const file = `--set ${text}`;
  const at = text.indexOf('=');
  if (at <= 0) return { file, path: '', given: show(text), expected: FORM };
  const path = text.slice(0, at).trim().split('.');
  if (path.some((part) => part === '')) return { file, path: '', given: show(text.slice(0, at)), expected: FORM };
  let value: unknown;
  try {
    value = parse(text.slice(at + 1), { prettyErrors: false, maxAliasCount: 0, logLevel: 'error' });
  } catch (failure) {
    if (
      !(failure instanceof YAMLParseError) &&
      !(failure instanceof ReferenceError) &&
      !(failure instanceof RangeError)
    )
      throw failure;
    return {
      file,
      path: path.join('.'),
      given: show(text.slice(at + 1)),
      expected: 'a value as in a scenario: 10us, 2e6, { min: 1, max: 4 }',
    };
  }
  if (value === null || value === undefined)
    return {
      file,
      path: path.join('.'),
      given: NULL.test(text.slice(at + 1)) ? 'null' : 'nothing',
      expected: 'a value as in a scenario: 10us, 2e6, { min: 1, max: 4 }',
    };
  return { text, path, value };
}

/** A mechanism with settings in one word, as `--mechanisms` takes it: `hyperflux:signal=oldest`. */
const WITH_SETTINGS = /^([a-z][a-z0-9-]*)((?::[A-Za-z][A-Za-z0-9]*=[^:]+)+)$/;

/** That word as the mapping that it stands for; every other value as it is. */
function inFull({ path, value }: Override): unknown {
  const [, kind, settings] = path.join('.') === 'mechanism' ? (WITH_SETTINGS.exec(String(value)) ?? []) : [];
  if (kind === undefined || settings === undefined) return value;
  const knobs = settings
    .slice(1)
    .split(':')
    .map((one): [string, unknown] => {
      const at = one.indexOf('=');
      return [one.slice(0, at), parse(one.slice(at + 1), { logLevel: 'error' })];
    });
  return { kind, ...Object.fromEntries(knobs) };
}

function listIndex(list: readonly unknown[], part: string, path: Path): number | Omit<Problem, 'file'> {
  if (/^(0|[1-9]\d*)$/.test(part) && Number(part) < list.length) return Number(part);
  const nameOf = (item: unknown): unknown =>
    typeof item === 'object' && item !== null ? (item as Container)['name'] : undefined;
  const named = list.findIndex((item) => nameOf(item) === part);
  if (named >= 0) return named;
  const names = list.map(nameOf).filter((name) => typeof name === 'string');
  const numbers = `a number from 0 to ${list.length - 1}`;
  const expected = names.length === 0 ? numbers : `${numbers}, or ${expectedOneOf('a name in the list', part, names)}`;
  return {
    path: [...path, part].join('.'),
    given: show(part),
    expected: list.length === 0 ? 'a field of a list that has entries' : expected,
  };
}

function copyOf(container: Container): Container {
  return (Array.isArray(container) ? [...(container as unknown as unknown[])] : { ...container }) as Container;
}

/**
 * Sets one field. Containers on the way are copied, never changed: YAML aliases share them, and setting a field of one
 * VM must not change its twin. The path it really took is given back, with numbers for list entries.
 */
function setField(root: Container, override: Override, unfold: Unfold): { root: Container; path: Path } | Problem {
  const file = `--set ${override.text}`;
  const taken: (string | number)[] = [];
  const changed = copyOf(root);
  let container = changed;
  for (const [depth, part] of override.path.entries()) {
    let key: string | number = String(part);
    if (Array.isArray(container)) {
      const index = listIndex(container, key, taken);
      if (typeof index !== 'number') return { file, ...index };
      key = index;
    } else if (key === '__proto__') {
      return { file, path: [...taken, key].join('.'), given: 'an unknown field', expected: 'a field of the scenario' };
    }
    taken.push(key);
    if (depth === override.path.length - 1) {
      container[key] = inFull(override);
      return { root: changed, path: taken };
    }
    const inner = Object.hasOwn(container, key) ? unfold(container[key], taken, String(override.path[depth + 1])) : {};
    if (typeof inner !== 'object' || inner === null) {
      return {
        file,
        path: taken.join('.'),
        given: show(inner),
        expected: `a mapping or a list there, for ${override.path[depth + 1]} to be a field of`,
      };
    }
    container[key] = copyOf(inner as Container);
    container = container[key] as Container;
  }
  throw new Error('an override has a path of at least one part');
}

/**
 * Writes a short form out where one of the fields that it hides is set: `mechanism: ideal` as `mechanism: { kind: ideal }`. `next` is that
 * field, or on the way to it.
 */
export type Unfold = (value: unknown, path: Path, next: string) => unknown;

export interface Overridden {
  readonly value: unknown;
  readonly applied: readonly { readonly text: string; readonly path: Path }[];
  readonly problems: readonly Problem[];
}

/** Applies them in order, the later over the earlier; the given value is left as it was. */
export function applyOverrides(
  value: Readonly<Record<string, unknown>>,
  texts: readonly string[],
  unfold: Unfold = (part) => part,
): Overridden {
  let root: Container = value;
  const applied: { text: string; path: Path }[] = [];
  const problems: Problem[] = [];
  for (const text of texts) {
    const override = splitOverride(text);
    if ('given' in override) {
      problems.push(override);
      continue;
    }
    const done = setField(root, override, unfold);
    if ('given' in done) problems.push(done);
    else {
      root = done.root;
      applied.push({ text, path: done.path });
    }
  }
  return { value: root, applied, problems };
}
