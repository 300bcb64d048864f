// The list of mechanisms that commands take: known ones, with settings or without, each once; every mistake is gathered
// with the others.

import { misnamed, parseVariants, type Variant } from '../study/variant.js';
import type { Arguments } from './args.js';
import { EXIT } from './exit.js';
import type { Io } from './io.js';

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

/** The exit status of a table that stands: a name that is none is a row in it, and fails the command, so that no build passes with a typo. */
export function statusOf(variants: readonly Variant[], io: Io): number {
  const none = misnamed(variants).map(({ label }) => label);
  if (none.length === 0) return EXIT.done;
  io.stderr(`${none.join(', ')}: no such mechanism or setting; the others were run\n`);
  return EXIT.failed;
}
