// Lines with bands over one axis, and the same numbers as a table: the picture of a sweep and of a page trace.

import uPlot from 'uplot';
import { mechanismHues } from '../report/html/words.js';
import { h } from './dom.js';
import { logarithmicTicks } from './ticks.js';

export interface Line {
  readonly label: string;
  readonly colour: string;
  readonly dash: readonly number[];
  readonly mean: readonly (number | null)[];
  /** The band's edges; null where there is none. */
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  /** Of points with too few samples behind them how many there are, in a word; undefined where they suffice. */
  readonly poor?: readonly (string | undefined)[];
}

export interface Curve {
  readonly x: readonly number[];
  readonly xTitle: string;
  readonly yTitle: string;
  readonly lines: readonly Line[];
  readonly logX: boolean;
  readonly logY: boolean;
  readonly formatX: (x: number) => string;
  readonly format: (y: number) => string;
  /** What was aimed at: a line of its own. */
  readonly target?: { readonly y: number; readonly label: readonly string[] } | undefined;
}

const HEIGHT = 260;
/** Right of the plot, for the name of what is aimed at: inside it would lie over points. */
const NAME_WIDTH = 64;
const PART_HEIGHT = 14;
const FONT = '12px system-ui, sans-serif';

export const colourOf = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A mechanism has its hue and dash in every picture: those that reports have; the hue as colours.css names it. */
export const mechanismStrokes = (labels: readonly string[]): Map<string, { hue: string; dash: number[] }> =>
  new Map(
    [...mechanismHues(labels)].map(([label, { colour, dash }]) => [
      label,
      { hue: colour.slice('var('.length, -1), dash: dash === '' ? [] : dash.split(' ').map(Number) },
    ]),
  );

/** Of lines that have none of their own, by their place. */
const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [9, 3, 2, 3], [4, 4], [12, 4]];
export const dashOf = (index: number): readonly number[] => DASHES[index % DASHES.length]!;

/** Points with too little behind them are hollow. */
function drawPoor(plot: uPlot, { x, lines }: Curve): void {
  const { ctx } = plot;
  ctx.save();
  ctx.fillStyle = colourOf('--page');
  ctx.lineWidth = 1.5 * devicePixelRatio;
  for (const { colour, mean, poor } of lines)
    x.forEach((value, i) => {
      const y = mean[i] ?? null;
      if (poor?.[i] === undefined || y === null) return;
      ctx.strokeStyle = colour;
      ctx.beginPath();
      ctx.arc(plot.valToPos(value, 'x', true), plot.valToPos(y, 'y', true), 3.5 * devicePixelRatio, 0, 2 * Math.PI);
      ctx.fill();
      ctx.stroke();
    });
  ctx.restore();
}

/** What is aimed at as a line, its name beside the plot, a part in each line, and none below it, where the ticks of x stand. */
function drawTarget(plot: uPlot, { y: at, label }: NonNullable<Curve['target']>, { lines }: Curve): void {
  const { ctx, bbox } = plot;
  const y = plot.valToPos(at, 'y', true);
  if (y < bbox.top || y > bbox.top + bbox.height) return;
  const scale = devicePixelRatio;
  const right = bbox.left + bbox.width;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = colourOf(
    lines.some(({ mean }) => mean.some((ns) => ns !== null && ns > at)) ? '--missed' : '--text',
  );
  ctx.font = `${11 * scale}px system-ui, sans-serif`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  ctx.setLineDash([6 * scale, 4 * scale]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(right, y);
  ctx.stroke();
  const half = (label.length - 1) / 2;
  const middle = Math.min(y, bbox.top + bbox.height - (half + 0.5) * PART_HEIGHT * scale);
  label.forEach((part, i) => ctx.fillText(part, right + 5 * scale, middle + (i - half) * PART_HEIGHT * scale));
  ctx.restore();
}

function optionsOf(curve: Curve, width: number): uPlot.Options {
  const { lines, target } = curve;
  const text = colourOf('--quiet');
  const axis = { stroke: text, font: FONT, labelFont: FONT, grid: { stroke: colourOf('--grid'), width: 1 } };
  const logarithmic = { distr: 3 as const };
  return {
    width,
    height: HEIGHT,
    ...(target === undefined ? {} : { padding: [null, NAME_WIDTH, null, null] satisfies uPlot.Padding }),
    cursor: { show: false },
    legend: { show: false },
    scales: { x: { time: false, ...(curve.logX ? logarithmic : {}) }, y: curve.logY ? logarithmic : { range: [0, 1] } },
    axes: [
      {
        ...axis,
        label: curve.xTitle,
        labelSize: 18,
        size: 26,
        ticks: { show: false },
        values: (_plot, values) => values.map((x) => (x === null ? '' : curve.formatX(x))),
      },
      {
        ...axis,
        size: 62,
        ticks: { show: false },
        ...(curve.logY
          ? {
              splits: (_p: uPlot, _a: number, low: number, high: number) => logarithmicTicks(low, high),
              filter: (_p: uPlot, splits: number[]) => splits,
            }
          : {}),
        values: (_plot, values) => values.map((y) => (y === null ? '' : curve.format(y))),
      },
    ],
    series: [
      {},
      ...lines.flatMap(({ label, colour, dash }): uPlot.Series[] => [
        { label, stroke: colour, width: 2, dash: [...dash], spanGaps: false, points: { size: 5, fill: colour } },
        { label: `${label} low`, stroke: 'transparent', points: { show: false } },
        { label: `${label} high`, stroke: 'transparent', points: { show: false } },
      ]),
    ],
    bands: lines.map(({ colour }, i) => {
      return { series: [3 * i + 3, 3 * i + 2], fill: `color-mix(in srgb, ${colour} 22%, transparent)` };
    }),
    hooks: {
      draw: [
        (plot) => drawPoor(plot, curve),
        (plot) => {
          if (target !== undefined) drawTarget(plot, target, curve);
        },
      ],
    },
  };
}

export class CurveView {
  private plot: uPlot | undefined;
  private readonly place = h('div', { class: 'chart', role: 'img' });
  private readonly key = h('ul', { class: 'legend' });
  private readonly table = h('table');
  private readonly title = h('h3');
  readonly element = h(
    'div',
    { class: 'curve' },
    this.title,
    this.key,
    this.place,
    h('details', {}, h('summary', {}, 'The numbers'), h('div', { class: 'scrolled', tabindex: 0 }, this.table)),
  );

  /** `caption` says what the picture shows. */
  draw(curve: Curve, caption: string): void {
    this.plot?.destroy();
    const { lines, x } = curve;
    this.key.replaceChildren(
      ...lines.map(({ label, colour }) => {
        const item = h('li', {}, h('span', { class: 'name' }, label));
        item.style.color = colour;
        return item;
      }),
    );
    const data = [x, ...lines.flatMap(({ mean, low, high }) => [mean, low, high])];
    const width = Math.max(240, this.element.clientWidth);
    this.plot = new uPlot(optionsOf(curve, width), data as unknown as uPlot.AlignedData, this.place);
    this.place.setAttribute('aria-label', caption);
    this.title.textContent = caption;
    const cell = (line: Line, i: number): string => {
      const [mean, low, high] = [line.mean[i] ?? null, line.low[i] ?? null, line.high[i] ?? null];
      if (mean === null) return '–';
      const poor = line.poor?.[i];
      const behind = poor === undefined ? '' : ` (${poor})`;
      return low === null || high === null
        ? `${curve.format(mean)}${behind}`
        : `${curve.format(mean)} ± ${curve.format((high - low) / 2)}${behind}`;
    };
    this.table.replaceChildren(
      h('tr', {}, ...[curve.xTitle, ...lines.map(({ label }) => label)].map((name) => h('th', { scope: 'col' }, name))),
      ...x.map((value, i) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, curve.formatX(value)),
          ...lines.map((line) => h('td', {}, cell(line, i))),
        ),
      ),
    );
  }
}
