// A mechanism with settings, in one word: `hyperflux`, `hyperflux:signal=oldest`, `cgroup:period=10ms`. A list of them is what
// `--mechanisms` takes; `Variant.label` is what the word was, and heads its column.

import { argument } from '../input/argument.js';
import { nearest, type Problem, InputError, show } from '../input/errors.js';
import { definitionOf } from '../mechanisms/kinds.js';
import { MECHANISM_KINDS, withMechanism } from '../scenario/mechanisms.js';
import type { MechanismInput, MechanismKind } from '../mechanisms/types.js';
import type { Scenario } from '../scenario/types.js';

export interface Variant {
  readonly label: string;
  readonly mechanism: MechanismInput;
}

/** `true` and numbers as such, everything else as text, as in a scenario. */
function knobValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?(e-?\d+)?$/i.test(text) ? Number(text) : text;
}

const isKind = (name: string): name is MechanismKind => MECHANISM_KINDS.some((known) => known === name);

/** Why a name is none, in words that follow it; undefined where it is one. */
function unknownKind(name: string): Pick<Problem, 'given' | 'expected'> | undefined {
  if (isKind(name)) return undefined;
  const near = nearest(name, MECHANISM_KINDS);
  const hint = near === undefined ? '' : `, did you mean ${near}?`;
  return { given: JSON.stringify(name), expected: `some of ${MECHANISM_KINDS.join(', ')}${hint}` };
}

function parseVariant(text: string): Variant | string {
  const [name = '', ...settings] = text.split(':');
  const kind = name as MechanismKind; // what is none is told where it is used
  const knobs: [string, string | number | boolean][] = [];
  for (const setting of settings) {
    const at = setting.indexOf('=');
    if (at <= 0 || at === setting.length - 1)
      return `given ${JSON.stringify(text)}, expected settings as in hyperflux:signal=oldest:threshold=5us`;
    knobs.push([setting.slice(0, at), knobValue(setting.slice(at + 1))]);
  }
  return { label: text, mechanism: { kind, ...Object.fromEntries(knobs) } };
}

/**
 * The variants of a list with commas, `all` standing for every mechanism; every mistake goes to `problems`, in words that follow the
 * name of the option.
 *
 * @param rows a name that is none is a variant beside known ones: a row with its reason
 */
export function parseVariants(list: string, problems: string[], rows = false): Variant[] {
  const found: Variant[] = [];
  const texts = list.split(',').map((part) => part.trim());
  const isKnown = (text: string): boolean => unknownKind(text.split(':')[0]!) === undefined;
  const lenient = rows && texts.some((text) => text === 'all' || isKnown(text));
  for (const text of texts.flatMap((one): readonly string[] => (one === 'all' ? MECHANISM_KINDS : [one]))) {
    const variant = parseVariant(text);
    const unknown = lenient ? undefined : unknownKind(text.split(':')[0]!);
    if (unknown !== undefined) problems.push(`given ${unknown.given}, expected ${unknown.expected}, or all`);
    else if (typeof variant === 'string') problems.push(variant);
    else if (found.some(({ label }) => label === variant.label))
      problems.push(`given ${text} twice, expected each mechanism once`);
    else found.push(variant);
  }
  return found;
}

/** Those whose mechanism, or a setting's name, there is nowhere: a slip, unlike one that the scenario does not fit. */
export const misnamed = (variants: readonly Variant[]): Variant[] =>
  variants.filter(({ mechanism: { kind, ...settings } }) => {
    if (!isKind(kind)) return true;
    const known = definitionOf(kind).knobs.map(({ name }): string => name);
    return Object.keys(settings).some((name) => !known.includes(name.split('.')[0]!)); // grant.wake
  });

/** What a program may give where variants are asked for. */
export type MechanismChoice = MechanismInput['kind'] | MechanismInput;

export function variantOf(choice: MechanismChoice): Variant {
  if (typeof choice === 'string') return { label: choice, mechanism: { kind: choice } };
  const { kind, ...knobs } = choice;
  return {
    label: [kind, ...Object.entries(knobs).map(([knob, value]) => `${knob}=${value}`)].join(':'),
    mechanism: choice,
  };
}

/**
 * The scenario under each variant.
 *
 * @param file named in problems, with the variant
 * @throws InputError with what any of them cannot run, before anything runs
 */
export function scenariosOf(scenario: Scenario, variants: readonly Variant[], file?: string): Scenario[] {
  const problems: Problem[] = [];
  const scenarios = variants.flatMap(({ label, mechanism }) => {
    try {
      return [withMechanism(scenario, Object.keys(mechanism).length === 1 ? mechanism.kind : mechanism)];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const place = file === undefined ? `under ${label}` : `${file} under ${label}`;
      // a mechanism that the scenario cannot have is a matter of the list, not of the file
      const placeOf = ({ path }: Problem): string =>
        file !== undefined && path === 'mechanism.kind' ? `--mechanisms ${label}` : place;
      problems.push(...error.problems.map((problem) => ({ ...problem, file: placeOf(problem) })));
      return [];
    }
  });
  if (problems.length > 0) throw new InputError(problems);
  return scenarios;
}

/** What a scenario fits, and why it does not fit the others. */
export interface Fitting {
  readonly fits: readonly { readonly variant: Variant; readonly scenario: Scenario }[];
  readonly refused: { mechanism: string; why: string }[];
}

/**
 * The scenario under each variant that it fits.
 *
 * @param file named in problems, with the variant
 * @throws InputError where none fits, with what is wrong with each
 */
export function fitting(scenario: Scenario, variants: readonly Variant[], file?: string): Fitting {
  const fits: { variant: Variant; scenario: Scenario }[] = [];
  const refused: { mechanism: string; why: string }[] = [];
  for (const variant of variants) {
    try {
      fits.push({ variant, scenario: scenariosOf(scenario, [variant])[0]! });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const { path, given, expected } = error.problems[0]!;
      refused.push({ mechanism: variant.label, why: `${path}: given ${given}, expected ${expected}` });
    }
  }
  if (fits.length === 0) scenariosOf(scenario, variants, file);
  return { fits, refused };
}

/** @throws InputError for a list without an entry, with one twice, or with what is none */
export function variantsOf(choices: readonly MechanismChoice[]): Variant[] {
  const expected = "a list of mechanisms, as in ['ideal', { kind: 'hyperflux', signal: 'oldest' }]";
  argument('mechanisms', choices, 'a list', expected);
  for (const [i, choice] of choices.entries())
    if (typeof choice !== 'string')
      argument(`mechanisms.${i}.kind`, (choice as MechanismInput | null)?.kind, 'a text', expected);
  const variants = choices.map(variantOf);
  const labels = variants.map(({ label }) => label);
  const twice = labels.find((label, i) => labels.indexOf(label) < i);
  if (variants.length > 0 && twice === undefined) return variants;
  const given = twice === undefined ? 'none' : `${show(twice)} twice`;
  throw new InputError({ path: 'mechanisms', given, expected: 'one or more mechanisms, each once' });
}

/** The same, where one that there is nowhere is no row but a mistake. @throws InputError for it, too */
export function knownVariantsOf(choices: readonly MechanismChoice[], path = 'mechanisms'): Variant[] {
  const variants = variantsOf(choices);
  const problems = variants.flatMap(({ mechanism: { kind } }) => unknownKind(kind) ?? []);
  if (problems.length > 0) throw new InputError(problems.map((problem) => ({ path, ...problem })));
  return variants;
}

/** What `--set` must say for the mechanism of a variant; settings of the scenario's own stay where it is of the same kind. */
export function mechanismFields({ mechanism }: Variant, scenario: Scenario): string[] {
  const { kind, ...knobs } = mechanism;
  const own = scenario.mechanism.kind === kind ? [] : [`mechanism=${kind}`];
  return [...own, ...Object.entries(knobs).map(([knob, value]) => `mechanism.${knob}=${JSON.stringify(value)}`)];
}
