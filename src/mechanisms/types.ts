// Mechanisms as they are resolved: a kind and its settings, inferred from the tables of their knobs.

import type * as MECHANISMS from './index.js';
import type { Knob } from './knob.js';

type Mechanisms = typeof MECHANISMS;

/** The name of a mechanism. */
export type MechanismKind = keyof Mechanisms;

/** The resolved field of a quantity says its unit. */
type Resolved<K extends Knob> = K['unit'] extends 'ns'
  ? `${K['name']}Ns`
  : K['unit'] extends 'bytes per second'
    ? `${K['name']}BytesPerSecond`
    : K['name'];

type Value<K extends Knob> = K extends { readonly codes: infer C }
  ? keyof C & string
  : K['unit'] extends 'yes or no'
    ? boolean
    : number;

/** Knobs that a resolved scenario holds only where somebody has written them. */
interface OnlyWritten {
  readonly onlyWritten: true;
}

type Settings<K extends Knob> = {
  readonly [Each in Exclude<K, OnlyWritten> as Resolved<Each>]: Value<Each>;
} & {
  readonly [Each in Extract<K, OnlyWritten> as Resolved<Each>]?: Value<Each>;
};

/** The mechanism of a kind, every knob resolved. */
export type MechanismOf<Kind extends MechanismKind> = Kind extends MechanismKind
  ? { readonly kind: Kind } & Settings<Mechanisms[Kind]['knobs'][number]>
  : never;

type WrittenValue<K extends Knob> = K['unit'] extends 'ns' | 'bytes per second' ? string : Value<K>;

/** A mechanism as it is written: a kind, and those knobs that are not to be at their defaults. */
export type MechanismInput = {
  [Kind in MechanismKind]: { kind: Kind } & {
    [Each in Mechanisms[Kind]['knobs'][number] as Each['name']]?: WrittenValue<Each> | undefined;
  };
}[MechanismKind];

/** A mechanism and its knobs: durations in ns, rates in bytes per second. */
export type Mechanism = MechanismOf<MechanismKind>;
