// What a table's picture draws is held against its cells: every point is a cell with a number, sizes of one panel in one unit; the answer
// names numbers of its rows.

import { expect } from 'vitest';
import type { ExperimentTable } from '../../src/experiments/experiment.js';
import { quantityOf } from '../../src/report/html/figures/quantities.js';

const unitOf = (cell: string): string => /[KMG]iB/.exec(cell)?.[0] ?? quantityOf(cell)?.unit ?? 'none';

export function heldPictures(tables: readonly ExperimentTable[]): void {
  for (const { title, head, rows, picture, points } of tables) {
    if (rows.length === 0) continue;
    if (points !== undefined) {
      for (const column of [points.x, points.y])
        for (const row of rows) expect(quantityOf(row[column]!), `${title}: ${row[column]!}`).toBeDefined();
      continue;
    }
    // what another table's picture has drawn
    if (picture.panels.length === 0) {
      expect(tables.some((other) => other.points !== undefined)).toBe(true);
      continue;
    }
    for (const { title: axis, lines } of picture.panels) {
      const cells = lines.flatMap((line) => line.points.map(({ row, column }) => rows[row]![column]!));
      const numbers = cells.filter((cell) => quantityOf(cell) !== undefined);
      expect(numbers.length, `${title}, ${axis}: ${cells.join(', ')}`).toBeGreaterThan(0);
      // words stand where there is nothing to draw
      for (const cell of cells) if (!numbers.includes(cell)) expect(cell).toMatch(/^(-|–|none|none does|not run|)$/);
      expect(new Set(numbers.map(unitOf)).size, `${title}, ${axis}: ${numbers.join(', ')}`).toBe(1);
      const names = lines.map(({ name }) => name);
      expect(new Set(names).size, names.join(', ')).toBe(names.length);
    }
    const { answer } = picture;
    expect(answer).not.toMatch(/NaN|undefined|Infinity|null/);
    const told = (answer.match(/\d[\d.,]*/g) ?? []).map((one) => one.replace(/[.,]$/, ''));
    const known = [...head, ...rows.flat()].join(' ');
    const nearly = told.filter((one) => known.includes(one) || known.includes(`${Number(one)}`));
    expect(nearly.length, `${answer} | ${known}`).toBeGreaterThan(0);
  }
}
