// A mechanism's knobs stand twice: in its list of src/mechanisms, from which their words are written, and in the record by which the
// core reads those words. Here each record is held to its list, name by name.

import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { MECHANISM_KINDS, definitionOf } from '../../src/mechanisms/kinds.js';
import { resolvedName } from '../../src/mechanisms/schema.js';
import type { MechanismKind } from '../../src/mechanisms/types.js';

const ROOM = fileURLToPath(new URL('../../assembly/cpu/mechanisms/', import.meta.url));

/** The fields of every record of knobs that the core declares, by its name. */
function records(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const file of readdirSync(ROOM, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    for (const [, name, body] of readFileSync(ROOM + file, 'utf8').matchAll(/class (\w+Knobs) \{([^}]*)\}/g)) {
      found.set(
        name!.toLowerCase(),
        [...body!.matchAll(/^ {2}(\w+): f64;/gm)].map(([, field]) => field!),
      );
    }
  }
  return found;
}

const ownKnobs = (kind: MechanismKind): string[] =>
  definitionOf(kind)
    .knobs.filter(({ word }) => word === undefined)
    .map((knob) => resolvedName(knob));

describe('knobs', () => {
  it.each(MECHANISM_KINDS.filter((kind) => ownKnobs(kind).length > 0))(
    'of %s are read in the order of their list',
    (kind) => {
      const record = kind === 'shenango' ? records().get('caladanknobs')?.slice(0, 1) : records().get(`${kind}knobs`);
      expect(record).toEqual(ownKnobs(kind));
    },
  );

  it('are named by no record of a mechanism that has none', () => {
    const known = MECHANISM_KINDS.filter((kind) => ownKnobs(kind).length > 0).map((kind) => `${kind}knobs`);
    expect([...records().keys()].filter((name) => !known.includes(name))).toEqual([]);
  });
});
