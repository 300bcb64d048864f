// The list of mechanisms that commands take: known ones, with settings or without, each once; every mistake is gathered
// with the others.

import { parseVariants, type Variant } from '../study/variant.js';
import type { Arguments } from './args.js';

interface Reading {
  /** What is named where the option is absent. */
  readonly otherwise?: string;
  /** Whether a name that is none is a row with its reason beside the others. */
  readonly rows?: boolean;
}

/** What `--mechanisms` names; undefined where neither it nor another word for it is there. */
export function readMechanisms(given: Arguments, reading: Reading & { readonly otherwise: string }): Variant[];
export function readMechanisms(given: Arguments, reading?: Reading): Variant[] | undefined;
export function readMechanisms(given: Arguments, { otherwise, rows = false }: Reading = {}): Variant[] | undefined {
  const text = given.text('mechanisms') ?? otherwise;
  if (text === undefined) return undefined;
  const problems: string[] = [];
  const variants = parseVariants(text, problems, rows);
  given.problems.push(...problems.map((problem) => `--mechanisms: ${problem}`));
  return variants;
}
