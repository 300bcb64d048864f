// A resolved mechanism as words of the core's configuration.

import * as L from '../../assembly/layout.js';
import { definitionOf } from './kinds.js';
import type { Knob } from './knob.js';
import { resolvedName } from './schema.js';
import type { Mechanism } from './types.js';

/** By index into the host's words. */
export type Words = Partial<Record<number, number>>;

/** What a knob is set to: its default where a resolved scenario leaves it out. */
function settingOf(mechanism: Mechanism, knob: Knob): string | number | boolean {
  const given = mechanism as unknown as Readonly<Record<string, string | number | boolean | undefined>>;
  return given[resolvedName(knob)] ?? knob.default;
}

/** Whether the mechanism has a knob of that name, and it is above 0. */
export function isOn(mechanism: Mechanism, name: string): boolean {
  const knob = definitionOf(mechanism.kind).knobs.find((candidate) => candidate.name === name);
  return knob !== undefined && Number(settingOf(mechanism, knob)) > 0;
}

export function mechanismWords(mechanism: Mechanism): Words {
  const { number, signal, knobs } = definitionOf(mechanism.kind);
  const words: Words = {
    [L.HOST_MECHANISM]: number,
    [L.HOST_MODE]: L.MODE_REACTIVE,
    [L.HOST_SIGNAL]: signal ?? 0,
  };
  let own = L.HOST_KNOBS;
  for (const knob of knobs) {
    const value = settingOf(mechanism, knob);
    const code = typeof value === 'string' ? knob.codes?.[value] : Number(value);
    const word = knob.word ?? own++;
    if (code === undefined || own > L.HOST_KNOBS_END)
      throw new RangeError(`mechanism ${mechanism.kind}: the core has no word for ${knob.name} = ${value}`);
    words[word] = code;
  }
  return words;
}
