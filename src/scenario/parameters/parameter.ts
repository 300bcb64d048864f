// One named parameter of the model: what it means, in which unit, and where its default comes from.

/** How far a default is to be trusted, best first; docs/parameters.md explains the words. */
export type Confidence = 'published' | 'source code' | 'derived' | 'secondary' | 'assumed';

/** `ns`, `bytes` and bytes per second are written with a unit (`10us`, `48MiB`, `25GB`); the others as they are; `pages`: a number, or a share of the capacity. */
export type ParameterUnit =
  'ns' | 'bytes' | 'bytes per second' | 'count' | 'share' | 'pages' | 'choice' | 'yes or no' | 'name';

export interface Parameter {
  /** Last part of the path. */
  readonly name: string;
  /** Where it stands in a resolved scenario's written form; `*` stands for each VM. */
  readonly path: string;
  readonly unit: ParameterUnit;
  /** In the base unit (nanoseconds, bytes), or the choice's name. */
  readonly default: number | string | boolean;
  readonly choices?: readonly string[];
  readonly meaning: string;
  readonly source: string;
  readonly confidence: Confidence;
}

/** A field without a default: it must be given, or says what its absence says. */
export interface Field extends Omit<Parameter, 'default' | 'source' | 'confidence'> {
  /** `must be given`, or what holds without it. */
  readonly absent: string;
}
