// What is known of every kind of mechanism, in the order of their numbers.

import type { Parameter } from '../input/parameter.js';
import * as MECHANISMS from './index.js';
import type { Knob, MechanismDefinition } from './knob.js';
import type { MechanismKind } from './types.js';

const BY_KIND: Readonly<Record<MechanismKind, MechanismDefinition>> = MECHANISMS;

/** The names of all mechanisms, in the order of their numbers in the core. */
export const MECHANISM_KINDS: readonly MechanismKind[] = (Object.keys(BY_KIND) as MechanismKind[]).sort(
  (a, b) => BY_KIND[a].number - BY_KIND[b].number,
);

export function definitionOf(kind: MechanismKind): MechanismDefinition {
  return BY_KIND[kind];
}

/** Cores that poll for the whole host and run no VM. */
export function dedicatedCores(kind: MechanismKind): number {
  return BY_KIND[kind].dedicatedCores;
}

/** A knob as it is listed and explained. */
function parameter(kind: MechanismKind, knob: Knob): Parameter {
  const { name, unit, default: value, codes, meaning, source, confidence } = knob;
  const choices = codes === undefined ? {} : { choices: Object.keys(codes) };
  return { name, unit, default: value, ...choices, meaning, source, confidence, path: `mechanism.${kind}.${name}` };
}

export const MECHANISM_PARAMETERS: readonly Parameter[] = MECHANISM_KINDS.flatMap((kind) =>
  BY_KIND[kind].knobs.map((knob) => parameter(kind, knob)),
);
