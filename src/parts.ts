// What this side of the boundary asks of every part of a host (docs/architecture.md); part-table.ts names them.

import * as L from '../assembly/layout.js';
import type { LaidFunctions } from './lifecycle/words.js';
import type { Scenario } from './scenario/types.js';
import * as TABLE from './part-table.js';
import type { Laws } from './swap/words.js';

/** A scenario with what was made of its functions. */
type Laid = Scenario & { readonly laid?: LaidFunctions | undefined };

export interface Part {
  /** What the core calls it: assembly/layout.ts, PART_*. */
  readonly number: number;
  /** Its section of the configuration, as its own layout.ts says; undefined: the scenario has no such part. */
  words(scenario: Laid, laws: Laws, tables: ReadonlyMap<string, Float64Array>): number[] | undefined;
  /** Cores that it keeps from VMs. */
  cores(scenario: Scenario): number;
  /** What its timer `which` is for, in the event log. */
  timer(which: number, scenario: Scenario): string;
}

export const PARTS: readonly Part[] = Object.values<Part>(TABLE).sort((a, b) => a.number - b.number);

export function partCores(scenario: Scenario): number {
  return PARTS.reduce((sum, part) => sum + part.cores(scenario), 0);
}

/** The sections of all parts, some absent: `words` lays laws and tables of its own down, so nothing may be laid down behind it. */
export function partSections(
  scenario: Laid,
  laws: Laws,
  tables: ReadonlyMap<string, Float64Array>,
): ReadonlyMap<number, readonly number[]> {
  const found = PARTS.map((part) => [part.number, part.words(scenario, laws, tables)] as const);
  return new Map(found.flatMap(([number, words]) => (words === undefined ? [] : [[number, words] as const])));
}

/** The directory of the sections, from word `at` of the configuration on, and the sections behind it; nothing where there is none. */
export function directory(sections: ReadonlyMap<number, readonly number[]>, at: number): readonly number[] {
  if (sections.size === 0) return [];
  const entries = new Array<number>(L.PARTS).fill(0);
  const words: number[] = [];
  for (const [number, section] of sections) {
    entries[number] = at + L.PARTS + words.length;
    for (const word of section) words.push(word); // too many for arguments
  }
  return [...entries, ...words];
}
