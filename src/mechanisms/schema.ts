// `mechanism`: a kind, or a kind with knobs. The schema of every kind is made from its knobs in its file.

import { documented } from './table.js';
import * as z from 'zod';
import { expectedOneOf } from '../input/errors.js';
import { MECHANISM_KINDS, definitionOf } from './kinds.js';
import type { Knob } from './knob.js';
import { formatDuration } from '../input/quantities.js';
import type { Mechanism, MechanismInput } from './types.js';
import {
  duration,
  positiveDuration,
  perSecond,
  whole,
  choice,
  flag,
  section,
  variants,
  about,
  later,
  named,
} from '../input/fields.js';

function knobField(knob: Knob) {
  switch (knob.unit) {
    case 'ns':
      return knob.least === undefined
        ? duration
        : positiveDuration.refine((ns) => ns >= knob.least!, {
            error: () => `a duration of at least ${formatDuration(knob.least!)}`,
          });
    case 'bytes per second':
      return perSecond;
    case 'count':
      return whole(knob.least ?? 0, 2 ** 31);
    case 'choice':
      return choice(Object.keys(knob.codes ?? {}) as [string, ...string[]]);
    default:
      return flag;
  }
}

/** The resolved field of a quantity says its unit. */
export function resolvedName(knob: Knob): string {
  if (knob.unit === 'ns') return `${knob.name}Ns`;
  return knob.unit === 'bytes per second' ? `${knob.name}BytesPerSecond` : knob.name;
}

function kindSection<K extends Mechanism['kind']>(kind: K) {
  return later(() => {
    const fields = Object.fromEntries(
      definitionOf(kind).knobs.map((knob) => [
        knob.name,
        documented(`mechanism.${kind}.${knob.name}`, knobField(knob)),
      ]),
    );
    return about(
      definitionOf(kind).meaning,
      section({ kind: about(definitionOf(kind).meaning, z.literal(kind)), ...fields }),
    ).transform((given) => resolved(kind, given));
  }, ['kind', kind]);
}

function resolved<K extends Mechanism['kind']>(
  kind: K,
  written: Readonly<Record<string, unknown>>,
): Extract<Mechanism, { kind: K }> {
  const knobs = definitionOf(kind)
    .knobs.filter((knob) => knob.onlyWritten === undefined || written[knob.name] !== undefined)
    .map((knob): [string, unknown] => [resolvedName(knob), written[knob.name] ?? knob.default]);
  return { kind, ...Object.fromEntries(knobs) } as unknown as Extract<Mechanism, { kind: K }>;
}

type Sections = [ReturnType<typeof kindSection>, ...ReturnType<typeof kindSection>[]];

const withKnobs = later(() =>
  named(
    'MechanismInput',
    'A mechanism with knobs.',
    z.discriminatedUnion(
      'kind',
      MECHANISM_KINDS.map(kindSection) as unknown as Sections,
      variants('kind', MECHANISM_KINDS),
    ),
  ),
);

const kindExpected = (given: unknown): string =>
  typeof given === 'string'
    ? expectedOneOf('a known mechanism', given, MECHANISM_KINDS)
    : `a mechanism, or a mapping with its kind and knobs; kinds: ${MECHANISM_KINDS.join(', ')}`;

export const mechanism = z
  .union([z.enum(MECHANISM_KINDS), withKnobs], { error: (issue) => kindExpected(issue.input) })
  .transform((value): Mechanism =>
    typeof value === 'string' ? defaultMechanism(value) : value,
  ) as unknown as z.ZodType<Mechanism, Mechanism['kind'] | MechanismInput>;

/** A mechanism with every knob at its default. */
export function defaultMechanism(kind: Mechanism['kind']): Mechanism {
  return resolved(kind, {});
}
