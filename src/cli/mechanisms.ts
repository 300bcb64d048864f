// The list of mechanisms that `compare` and `fork` take: known ones, each once; every mistake is gathered with the others.

import { nearest } from '../scenario/errors.js';
import { MECHANISM_KINDS } from '../scenario/mechanisms.js';
import type { MechanismKind } from '../scenario/types.js';
import type { Arguments } from './args.js';

/** What `--mechanisms` names, or what `otherwise` names where it is absent; undefined where neither is there. */
export function readMechanisms(given: Arguments, otherwise: string): MechanismKind[];
export function readMechanisms(given: Arguments): MechanismKind[] | undefined;
export function readMechanisms(given: Arguments, otherwise?: string): MechanismKind[] | undefined {
  const text = given.text('mechanisms') ?? otherwise;
  if (text === undefined) return undefined;
  const kinds: MechanismKind[] = [];
  for (const name of text.split(',').map((part) => part.trim())) {
    const kind = MECHANISM_KINDS.find((known) => known === name);
    if (kind === undefined) {
      const near = nearest(name, MECHANISM_KINDS);
      const hint = near === undefined ? '' : `, did you mean ${near}?`;
      given.problems.push(
        `--mechanisms: given ${JSON.stringify(name)}, expected some of ${MECHANISM_KINDS.join(', ')}${hint}`,
      );
    } else if (kinds.includes(kind)) {
      given.problems.push(`--mechanisms: given ${name} twice, expected each mechanism once`);
    } else {
      kinds.push(kind);
    }
  }
  return kinds;
}
