// Where an objective begins to be met on a map of points: the edges between cells that meet it and cells that do not, and in words.

import type { HeatPlot } from '../figure.js';

type Panel = HeatPlot['panels'][number];

/** Of a map's grid, from corner to corner: columns and rows are counted from 0. */
export type Edge = readonly [fromX: number, fromY: number, toX: number, toY: number];

/** Undefined where there is no such point. */
function missedAt({
  xs,
  ys,
  cells,
}: Pick<Panel, 'xs' | 'ys' | 'cells'>): (column: number, row: number) => boolean | undefined {
  const known = new Map(cells.map(({ x, y, missed }) => [`${x} ${y}`, missed]));
  return (column, row) => known.get(`${xs[column]} ${ys[row]}`);
}

/** Edges between two points of which one meets the objective and the other does not. */
export function contourOf(panel: Pick<Panel, 'xs' | 'ys' | 'cells'>): Edge[] {
  const missed = missedAt(panel);
  const differ = (a: boolean | undefined, b: boolean | undefined): boolean =>
    a !== undefined && b !== undefined && a !== b;
  return panel.ys.flatMap((_, row) =>
    panel.xs.flatMap((__, column): Edge[] => {
      const own = missed(column, row);
      return [
        ...(differ(own, missed(column + 1, row)) ? [[column + 1, row, column + 1, row + 1] as const] : []),
        ...(differ(own, missed(column, row + 1)) ? [[column, row + 1, column + 1, row + 1] as const] : []),
      ];
    }),
  );
}

/** From which value on a row meets the objective at every point; null: at none; undefined: neither. */
function fromIn(panel: Panel, row: number): number | string | null | undefined {
  const missed = missedAt(panel);
  const all = panel.xs.flatMap((x, column) => {
    const one = missed(column, row);
    return one === undefined ? [] : [{ x, missed: one }];
  });
  const last = all.findLastIndex((one) => one.missed);
  if (last < 0) return all[0]?.x;
  if (last === all.length - 1) return all.every((one) => one.missed) ? null : undefined;
  return all.slice(0, last).every((one) => one.missed) ? all[last + 1]!.x : undefined;
}

/** Where there are points without a result, what is so at every other says how many they are. */
export function everywhere({ xs, ys, cells }: Panel): string {
  return cells.length === xs.length * ys.length ? 'at every point' : `at all ${cells.length} points that have a result`;
}

/** The next value below that was run, which misses it in every row that has a point there. */
function below({ xs, cells }: Panel, from: number | string): string {
  const before = xs[xs.indexOf(from) - 1];
  return before === undefined || !cells.some(({ x }) => x === before)
    ? ''
    : ` (${before}, the next below that was run, misses it)`;
}

/** `from host.cores = 16 on (12, the next below that was run, misses it)`, `from host.cores = 12 (load = 0.3) to 20 (load = 0.9) on`; how many points where it is no such thing. */
export function meetsFrom(panel: Panel, x: string, y: string): string {
  const met = panel.cells.filter((cell) => !cell.missed).length;
  if (met === panel.cells.length) return everywhere(panel);
  if (met === 0) return 'at no point';
  const froms = panel.ys.map((_, row) => fromIn(panel, row));
  const number = `at ${met} of ${panel.cells.length} points`;
  if (froms.includes(undefined)) return number;
  const some = panel.ys.flatMap((value, row) => (froms[row] === null ? [] : [{ value, from: froms[row]! }]));
  const never = panel.ys.filter((_, row) => froms[row] === null);
  const not = never.length === 0 ? '' : `, at none with ${y} = ${never.join(', ')}`;
  const [first, last] = [some[0]!, some.at(-1)!];
  if (some.every(({ from }) => from === first.from))
    return `from ${x} = ${first.from} on${below(panel, first.from)}${not}`;
  return `from ${x} = ${first.from} (${y} = ${first.value}) to ${last.from} (${y} = ${last.value}) on${not}`;
}
