// The picture that an experiment declares of one of its tables: which cells are drawn, as what, in whose hue, and what they answer.

import type { PictureLine, TablePicture } from '../../claim-numbers.js';
import type { Drawing, Figure, Hue, ResponsePlot, StackPlot, Table } from '../figure.js';
import { mechanismHues, partLook } from '../words.js';
import { huesByName } from './lines.js';
import { quantityOf } from './quantities.js';

type Panel = TablePicture['panels'][number];

const linesOf = ({ panels }: TablePicture): PictureLine[] => panels.flatMap(({ lines }) => lines);

/** Names of lines whose hue nothing else gives. */
export const ownNames = (picture: TablePicture): string[] =>
  picture.mark === 'stack'
    ? []
    : linesOf(picture).flatMap(({ name, mechanism, theory }) => (mechanism === undefined && !theory ? [name] : []));

/** A mechanism has its own everywhere; a name has one in all panels, and a theory has that of the line before. */
function huesOf(picture: TablePicture, shared: ReadonlyMap<string, Hue>): Map<PictureLine, Hue> {
  const lines = linesOf(picture);
  const mechanisms = mechanismHues([...new Set(lines.flatMap(({ mechanism }) => mechanism ?? []))]);
  const names = huesByName(ownNames(picture), shared);
  const theories = lines.some(({ theory }) => theory);
  let last: Hue = { colour: 'currentColor', dash: '' };
  return new Map(
    lines.map((line) => {
      if (line.theory) return [line, { ...last, dash: '6 4' }];
      const own = names.get(line.name);
      // beside a theory, what was measured is solid
      if (line.mechanism !== undefined) last = mechanisms.get(line.mechanism)!;
      else last = theories ? { ...own!, dash: '' } : own!;
      return [line, last];
    }),
  );
}

/** p99.9: a thousandth takes longer. */
const beyond = (quantile: string): number => Number((1 - Number(quantile.slice(1)) / 100).toPrecision(6));

/** Cells without a number are not drawn. */
const cellsOf = ({ points }: PictureLine, { rows }: Table) =>
  points.flatMap(({ x, row, column }) => {
    const cell = quantityOf(rows[row]?.[column] ?? '');
    return cell === undefined ? [] : [{ x, ...cell }];
  });

type Hues = ReadonlyMap<PictureLine, Hue>;

function tailPanel({ title, lines }: Panel, { objective }: TablePicture, table: Table, hues: Hues) {
  return {
    title,
    slo: objective ?? null,
    lines: lines.map((line) => ({
      name: line.name,
      hue: hues.get(line)!,
      missed: false,
      points: cellsOf(line, table).map(({ x, value }) => ({
        name: x,
        ns: value,
        share: beyond(x),
        low: null,
        high: null,
        thin: false,
      })),
      curve: line.curve ?? [],
    })),
  };
}

/** Times as much as the least: on an even axis that would be at the bottom with others. */
const APART = 50;

/** Of one panel: numbers so far apart that only their logarithms can be seen. */
function isApart({ lines }: Panel, table: Table): boolean {
  const cells = lines.flatMap((line) => cellsOf(line, table));
  const values = cells.map(({ value }) => value);
  if (cells.some(({ unit }) => unit !== 'number')) return false;
  return Math.min(...values) > 0 && Math.max(...values) > APART * Math.min(...values);
}

type ResponseLine = ResponsePlot['panels'][number]['lines'][number];

/** Lines that lie on each other are one, with all their names. */
function together(lines: readonly ResponseLine[]): ResponseLine[] {
  const found = new Map<string, ResponseLine>();
  for (const line of lines) {
    const place = line.points.length < 2 ? line.name : JSON.stringify(line.points);
    const first = found.get(place);
    found.set(place, first === undefined ? line : { ...first, name: `${first.name}, ${line.name}` });
  }
  return [...found.values()];
}

function responsePanel(panel: Panel, { panels }: TablePicture, table: Table, hues: Hues) {
  const { title, lines } = panel;
  const cells = lines.map((line) => cellsOf(line, table));
  const unit = cells.flat()[0]?.unit ?? ('number' as const);
  // panels of one quantity have axes of one kind
  const apart = panels.some((one) => quantityTitle(one) === quantityTitle(panel) && isApart(one, table));
  return {
    title,
    unit,
    ...(apart ? { log: true as const } : {}),
    slo: null,
    lines: together(
      lines.map((line, i) => ({
        name: line.name,
        hue: hues.get(line)!,
        points: cells[i]!.map(({ x, value, half }) => ({
          x,
          mean: value,
          low: half === null ? null : value - half,
          high: half === null ? null : value + half,
          missed: false,
        })),
        knee: null,
      })),
    ),
  };
}

/** A bar for each word of the axis, of the lines' cells there. */
function stackOf({ panels }: TablePicture, table: Table): StackPlot {
  const [{ title, lines }] = panels as readonly [Panel];
  const words = [...new Set(lines.flatMap(({ points }) => points.map(({ x }) => x)))];
  return {
    kind: 'stack',
    unit: title,
    counted: true,
    rows: words.map((name) => ({
      name,
      parts: lines.map((line, i) => ({
        name: line.name,
        ...partLook(line.name, i),
        seconds: cellsOf(line, table).find(({ x }) => x === name)?.value ?? 0,
      })),
    })),
  };
}

function drawingOf(picture: TablePicture, table: Table, shared: ReadonlyMap<string, Hue>): Drawing {
  const { mark, x, panels } = picture;
  if (mark === 'stack') return stackOf(picture, table);
  const hues = huesOf(picture, shared);
  if (mark === 'tail')
    return {
      kind: 'tail',
      x: `${x} →`,
      y: '↑ share that took longer',
      panels: panels.map((panel) => tailPanel(panel, picture, table, hues)),
    };
  return {
    kind: 'response',
    x,
    words: true,
    log: false,
    cloud: mark === 'dot',
    panels: panels.map((panel) => responsePanel(panel, picture, table, hues)),
  };
}

/** `p99, ms: kept for 600 s`: what is shown, and where. */
const quantityTitle = ({ title }: Panel): string => title.split(': ')[0]!;

/** What a picture's mark means; `titles` are those of its axes. */
function markWords({ mark, x, panels }: TablePicture): string {
  const curves = panels.some(({ lines }) => lines.some(({ curve = [] }) => curve.length > 0));
  if (mark === 'tail')
    return `The share of them that took longer than a time, both axes logarithmic. Dots are the quantiles of the table below; ${curves ? 'the curves are the histograms’' : 'lines only guide the eye'}.`;
  const titles = [...new Set(panels.map(quantityTitle))].join('; ');
  // p99 stays p99
  const said = /^p\d/.test(titles) ? titles : `${titles[0]!.toUpperCase()}${titles.slice(1)}`;
  if (mark === 'stack') return `${said}, by ${x}: each bar is the sum of its parts.`;
  return `${said}, by ${x}${mark === 'line' ? '; lines only guide the eye' : ''}.`;
}

function captionOf(picture: TablePicture, table: Table): string {
  const { mark } = picture;
  const { head } = table;
  const lines = linesOf(picture);
  const banded = lines.some((line) => cellsOf(line, table).some(({ half }) => half !== null));
  const drawn = new Set(lines.flatMap(({ points }) => points.map(({ column }) => column)));
  const left = head.filter((_, i) => i > 0 && !drawn.has(i));
  return [
    markWords(picture),
    ...(banded ? [`${mark === 'line' ? 'Bands' : 'Bars'}: 95 % intervals over the seeds.`] : []),
    ...(lines.some(({ theory }) => theory) ? ['Dashed: what theory says of the line in the same colour.'] : []),
    ...(left.length === 0 ? [] : [`In the table only: ${left.join('; ')}.`]),
  ].join(' ');
}

/** `shared`: hues of what is named in other figures of the report, too. */
export const pictureFigure = (
  id: string,
  question: string,
  picture: TablePicture,
  table: Table,
  shared: ReadonlyMap<string, Hue>,
): Figure => ({
  id,
  question,
  // the terminal's us are the report's µs
  answer: picture.answer.replaceAll(/(\d) us\b/g, '$1 µs'),
  caption: captionOf(picture, table),
  drawing: drawingOf(picture, table, shared),
  table,
});
