// The picture that an experiment declares of one of its tables: which cells are drawn, as what, in whose hue, and what they answer.

import type { PictureLine, TablePicture } from '../../claim-numbers.js';
import type { Drawing, Figure, Hue, Table } from '../figure.js';
import { mechanismHues } from '../words.js';
import { hueAt } from './lines.js';
import { quantityOf } from './quantities.js';

type Panel = TablePicture['panels'][number];

/** A mechanism has its own everywhere; other lines are told apart by their place, and a theory has that of the line before. */
function huesOf(lines: readonly PictureLine[]): Hue[] {
  const mechanisms = mechanismHues(lines.flatMap(({ mechanism }) => mechanism ?? []));
  const theories = lines.some(({ theory }) => theory);
  let others = 0;
  let last = hueAt(0);
  return lines.map(({ mechanism, theory }) => {
    if (theory) return { ...last, dash: '6 4' };
    const own = hueAt(others);
    if (mechanism === undefined) others += 1;
    // beside a theory, what was measured is solid
    last = mechanism !== undefined ? mechanisms.get(mechanism)! : theories ? { ...own, dash: '' } : own;
    return last;
  });
}

/** p99.9: a thousandth takes longer. */
const beyond = (quantile: string): number => Number((1 - Number(quantile.slice(1)) / 100).toPrecision(6));

/** Cells without a number are not drawn. */
const cellsOf = ({ points }: PictureLine, { rows }: Table) =>
  points.flatMap(({ x, row, column }) => {
    const cell = quantityOf(rows[row]?.[column] ?? '');
    return cell === undefined ? [] : [{ x, ...cell }];
  });

function tailPanel({ title, lines }: Panel, { objective }: TablePicture, table: Table) {
  const hues = huesOf(lines);
  return {
    title,
    slo: objective ?? null,
    lines: lines.map((line, i) => ({
      name: line.name,
      hue: hues[i]!,
      missed: false,
      points: cellsOf(line, table).map(({ x, value }) => ({
        name: x,
        ns: value,
        share: beyond(x),
        low: null,
        high: null,
        thin: false,
      })),
      curve: [],
    })),
  };
}

/** Times as much as the least: on an even axis that would be at the bottom with others. */
const APART = 50;

function responsePanel({ title, lines }: Panel, table: Table) {
  const hues = huesOf(lines);
  const cells = lines.map((line) => cellsOf(line, table));
  const values = cells.flat().map(({ value }) => value);
  const unit = cells.flat()[0]?.unit ?? ('number' as const);
  const apart = unit === 'number' && Math.min(...values) > 0 && Math.max(...values) > APART * Math.min(...values);
  return {
    title,
    unit,
    ...(apart ? { log: true as const } : {}),
    slo: null,
    lines: lines.map(({ name }, i) => ({
      name,
      hue: hues[i]!,
      points: cells[i]!.map(({ x, value, half }) => ({
        x,
        mean: value,
        low: half === null ? null : value - half,
        high: half === null ? null : value + half,
        missed: false,
      })),
      knee: null,
    })),
  };
}

function drawingOf(picture: TablePicture, table: Table): Drawing {
  const { mark, x, panels } = picture;
  if (mark === 'tail')
    return {
      kind: 'tail',
      x: `${x} →`,
      y: '↑ share that took longer',
      panels: panels.map((panel) => tailPanel(panel, picture, table)),
    };
  return {
    kind: 'response',
    x,
    words: true,
    log: false,
    cloud: mark === 'dot',
    panels: panels.map((panel) => responsePanel(panel, table)),
  };
}

function captionOf({ mark, x, panels }: TablePicture, table: Table): string {
  const { head } = table;
  const lines = panels.flatMap((panel) => panel.lines);
  const banded = lines.some((line) => cellsOf(line, table).some(({ half }) => half !== null));
  const drawn = new Set(lines.flatMap(({ points }) => points.map(({ column }) => column)));
  const left = head.filter((_, i) => i > 0 && !drawn.has(i));
  return [
    mark === 'tail'
      ? `Dots are the quantiles of the table below; lines only guide the eye.`
      : `${panels.map(({ title }) => title).join('; ')}, over ${x}${mark === 'line' ? '; lines only guide the eye' : ''}.`,
    ...(banded ? [`${mark === 'line' ? 'Bands' : 'Bars'}: 95 % intervals over the seeds.`] : []),
    ...(lines.some(({ theory }) => theory) ? ['Dashed: what theory says of the line in the same colour.'] : []),
    ...(left.length === 0 ? [] : [`In the table only: ${left.join(', ')}.`]),
  ].join(' ');
}

export const pictureFigure = (id: string, question: string, picture: TablePicture, table: Table): Figure => ({
  id,
  question,
  // the terminal's us are the report's µs
  answer: picture.answer.replaceAll(/(\d) us\b/g, '$1 µs'),
  caption: captionOf(picture, table),
  drawing: drawingOf(picture, table),
  table,
});
