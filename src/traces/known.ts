// Public data sets: what a file of each looks like, what its columns mean, how it is misread (each with where that is said), and which lines
// of a scenario or which command read it. One list a kind; a file is recognised by its content's hash, else by its columns, or by the cells of
// its first row where it has no header.

import type { Dataset, KnownColumn } from './dataset.js';
import { BATCH } from './known-batch.js';
import { FLEETS } from './known-fleets.js';
import { FUNCTIONS } from './known-functions.js';
import { MACHINES } from './known-machines.js';
import { PAGES } from './known-pages.js';
import { CONTENT } from './hashes.js';

export const DATASETS: readonly Dataset[] = [...FUNCTIONS, ...PAGES, ...FLEETS, ...MACHINES, ...BATCH];

export const datasetNamed = (id: string): Dataset | undefined => DATASETS.find((one) => one.id === id);

/** By the hash of its content. */
export function knownContent(sha256: string): { readonly id: string; readonly part: string } | undefined {
  for (const [id, files] of Object.entries(CONTENT))
    for (const [part, hash] of Object.entries(files)) if (hash === sha256) return { id, part };
  return undefined;
}

const named = (name: string | RegExp, column: string): boolean =>
  typeof name === 'string' ? name === column : name.test(column);

/** By the names of its columns. */
export function knownColumns(header: readonly string[]): Dataset | undefined {
  return DATASETS.find(
    ({ shape }) => 'has' in shape && shape.has.every((name) => header.some((column) => named(name, column))),
  );
}

/** By the cells of its first row, where it has no header. */
export function knownCells(row: readonly string[]): Dataset | undefined {
  return DATASETS.find(
    ({ shape }) =>
      'cells' in shape && shape.cells.length === row.length && shape.cells.every((cell, i) => cell.test(row[i]!)),
  );
}

/** The names of the columns of a file without a header. */
export const headerOfCells = ({ shape, columns }: Dataset): readonly string[] | undefined =>
  'cells' in shape ? columns.map(({ name }) => String(name)) : undefined;

export const columnOf = (dataset: Dataset | undefined, name: string): KnownColumn | undefined =>
  dataset?.columns.find((one) => named(one.name, name));
