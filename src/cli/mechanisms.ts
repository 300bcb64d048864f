// The list of mechanisms that commands take: known ones, with settings or without, each once; every mistake is gathered
// with the others.

import { parseVariants, type Variant } from '../study/variant.js';
import type { Arguments } from './args.js';

/** What `--mechanisms` names, or what `otherwise` names where it is absent; undefined where neither is there. */
export function readMechanisms(given: Arguments, otherwise: string): Variant[];
export function readMechanisms(given: Arguments): Variant[] | undefined;
export function readMechanisms(given: Arguments, otherwise?: string): Variant[] | undefined {
  const text = given.text('mechanisms') ?? otherwise;
  if (text === undefined) return undefined;
  const problems: string[] = [];
  const variants = parseVariants(text, problems);
  given.problems.push(...problems.map((problem) => `--mechanisms: ${problem}`));
  return variants;
}
