// Pictures of tables whose columns, or rows, are lines over one axis, and the sentences that their cells make.

import { columnLine, type PictureLine, type TablePicture } from '../report/claim-numbers.js';
import type { ExperimentTable, WordTable } from './experiment.js';

/** Of a table. */
export type Rows = readonly (readonly string[])[];
/** What of a table is drawn, from its head and rows alone. */
export type Draw = (head: readonly string[], rows: Rows) => TablePicture;

/** A table without a row draws nothing. */
const NOTHING: TablePicture = { mark: 'dot', x: '', panels: [], answer: 'Nothing was asked for.' };

/** Each table with its picture; one that declares its own, or points, has it. */
export function pictured(
  tables: readonly (WordTable | ExperimentTable)[],
  draws: readonly (Draw | undefined)[],
): ExperimentTable[] {
  return tables.map((table, i): ExperimentTable => {
    if ('points' in table || 'picture' in table) return table;
    const draw = draws[i];
    if (draw === undefined) throw new TypeError(`${table.title}: no picture`);
    return { ...table, picture: table.rows.length === 0 ? NOTHING : draw(table.head, table.rows) };
  });
}

/** The number that a cell begins with. */
export const valueOf = (cell: string): number => Number.parseFloat(cell.replaceAll(',', ''));

export const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)!}`;

/** Columns as lines over the words of the first. */
export const columnLines = (
  head: readonly string[],
  rows: Rows,
  columns: readonly number[] = head.slice(1).map((_, i) => i + 1),
  mechanisms: readonly string[] = [],
): PictureLine[] =>
  columns.map((column) => {
    const name = head[column]!;
    return columnLine(name, column, rows, mechanisms.includes(name) ? { mechanism: name } : {});
  });

/** Rows as lines over the words of the head. */
export const rowLines = (
  head: readonly string[],
  rows: Rows,
  columns: readonly number[] = head.slice(1).map((_, i) => i + 1),
): PictureLine[] =>
  rows.map(([name], row) => ({ name: name!, points: columns.map((column) => ({ x: head[column]!, row, column })) }));

/** Columns of one quantity over the first. */
export const lines = (
  x: string,
  title: string,
  answer: string,
  drawn: PictureLine[],
  mark: TablePicture['mark'] = 'line',
): TablePicture => ({ mark, x, panels: [{ title, lines: drawn }], answer });

/** `209.2 us under cycles, 0.9 us under siloed`: those of one value together, the greatest first. */
export function ranked(named: readonly (readonly [name: string, cell: string])[], under = 'under'): string {
  const together = new Map<string, string[]>();
  for (const [name, cell] of named) together.set(cell, [...(together.get(cell) ?? []), name]);
  return [...together]
    .sort(([a], [b]) => valueOf(b) - valueOf(a))
    .map(([cell, names]) => `${cell} ${under} ${listed(names)}`)
    .join(', ');
}

/** The same of a row. */
export const rankedRow = (
  head: readonly string[],
  row: readonly string[],
  columns: readonly number[] = head.slice(1).map((_, i) => i + 1),
  under = 'under',
): string =>
  ranked(
    columns.map((column) => [head[column]!, row[column]!]),
    under,
  );

/** `from 2.70x to 80.2x`, `266x throughout`: the first and the last of a column. */
export function span(rows: Rows, column: number): string {
  const [first, last] = [rows[0]![column]!, rows.at(-1)![column]!];
  return rows.every((row) => row[column] === first) ? `${first} throughout` : `from ${first} to ${last}`;
}

/** Each column's span, by its name. */
export const spans = (
  head: readonly string[],
  rows: Rows,
  columns: readonly number[] = head.slice(1).map((_, i) => i + 1),
): string => columns.map((column) => `${head[column]!} ${span(rows, column)}`).join('; ');

/** The row with the greatest number in a column; the first of several. */
export const greatest = (rows: Rows, column: number): readonly string[] =>
  rows.reduce((best, row) => (valueOf(row[column]!) > valueOf(best[column]!) ? row : best));

/** The row with the least. */
export const least = (rows: Rows, column: number): readonly string[] =>
  rows.reduce((best, row) => (valueOf(row[column]!) < valueOf(best[column]!) ? row : best));
