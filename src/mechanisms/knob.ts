// What a mechanism's file states: its number in the core, what it keeps for itself, and its knobs.

import type { Parameter } from '../input/parameter.js';
import type { CostName } from './costs.js';

/** One setting of a mechanism. */
export interface Knob extends Omit<Parameter, 'path' | 'choices'> {
  /** The least value; 0 where absent. */
  readonly least?: number;
  /** Of a choice: what each name is in the core. */
  readonly codes?: Readonly<Record<string, number>>;
  /** The setting of the arbiter that it is (assembly/layout.ts); absent: a word of the mechanism's own, the next in the list's order. */
  readonly word?: number;
  /** Left out of the resolved scenario where nobody has written it, so that its hash is what it was before the knob. */
  readonly onlyWritten?: true;
}

export interface MechanismDefinition {
  /** What the core calls it: assembly/cpu/mechanisms. */
  readonly number: number;
  /** Cores that poll for the whole host and run no VM. */
  readonly dedicatedCores: number;
  readonly meaning: string;
  /** Costs that it does without, or sets by knobs of its own (docs/model/mechanisms.md): what a scenario says of them is not read. */
  readonly ignoredCosts: readonly CostName[];
  /** What its arbiter compares with the threshold, where no knob says (assembly/layout.ts, SIGNAL_*). */
  readonly signal?: number;
  /** It lays the host out in its own way at the start: no running host can be handed over to it. */
  readonly fromTheStart?: true;
  /** In the order of the core's words. */
  readonly knobs: readonly Knob[];
}
