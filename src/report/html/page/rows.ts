// What is counted for words: a row a word, a dot a number. Words stand where they are read, however long they are.

import * as Plot from '@observablehq/plot';
import type { ResponsePlot } from '../figure.js';
import { type Panel, type Room, SVG, at, muted, plot, wrap, writeLabel } from './panel.js';
import { type Symbol, symbolOf } from './symbols.js';
import { alike, logDomain, logTicks, valueText } from './ticks.js';

type Response = ResponsePlot['panels'][number];

const LETTER = 7.4;
const BOLD = 8;
const LINE = 16;
/** Of the width, for words at the left; where one is longer, all stand above their rows. */
const WORDS = 0.42;
const RIGHT = 28;
const KEY_LINE = 18;
/** Between the dots of a row, which may be of one number. */
const APART = 9;

interface Line {
  readonly name: string;
  readonly hue: Response['lines'][number]['hue'];
  readonly points: Response['lines'][number]['points'];
  readonly symbol: Symbol;
}

/** The axis of numbers: from nothing on, but for logarithms. */
function scaleOf(figure: ResponsePlot, { title, unit, log }: Response, room: Room): Plot.ScaleOptions {
  const all = alike(figure.panels, title).flatMap(({ lines }) =>
    lines.flatMap(({ points }) => points.flatMap(({ mean, low, high }) => [mean, low ?? mean, high ?? mean])),
  );
  const tickFormat = (value: number): string => valueText(value, unit);
  if (unit === 'ns' || log === true) {
    const domain = logDomain(all);
    return { type: 'log', domain, ticks: logTicks(domain, room.narrow ? 4 : 8), tickFormat };
  }
  const [least, most] = [Math.min(0, ...all), Math.max(0, ...all)];
  const domain = [least * 1.05, least === most ? 1 : most * 1.05];
  return { domain, ticks: room.narrow ? 3 : 6, tickFormat };
}

function marks({ name, hue, points, symbol }: Line, unit: string, dy: number): Plot.Markish[] {
  const banded = points.filter(({ low, high }) => low !== null && high !== null);
  return [
    Plot.ruleY(banded, {
      x1: 'low',
      x2: 'high',
      y: 'x',
      dy,
      stroke: hue.colour,
      strokeWidth: 1.75,
      strokeOpacity: 0.6,
      clip: true,
    }),
    Plot.dot(points, {
      x: 'mean',
      y: 'x',
      dy,
      r: 4,
      symbol,
      fill: hue.colour,
      title: (d: (typeof points)[number]) => `${name}, ${d.x}: ${valueText(d.mean, unit)}`,
    }),
  ];
}

/** Where each name of the key begins, and on which line. */
function keyPlaces(lines: readonly Line[], width: number): { x: number; line: number }[] {
  let [x, line] = [0, 0];
  return lines.map(({ name }) => {
    const wide = 20 + name.length * BOLD;
    if (x > 0 && x + wide > width) [x, line] = [0, line + 1];
    const place = { x, line };
    x += wide + 16;
    return place;
  });
}

function writeWord(svg: SVGSVGElement, text: string, x: number, y: number): void {
  const element = document.createElementNS(SVG, 'text');
  element.textContent = text;
  for (const [key, value] of Object.entries({ x, y, dy: '0.32em', 'text-anchor': 'start', fill: 'currentColor' }))
    element.setAttribute(key, String(value));
  svg.append(element);
}

function panelOf(figure: ResponsePlot, panel: Response, room: Room, words: readonly string[]): SVGSVGElement {
  const names = [...new Set(figure.panels.flatMap(({ lines }) => lines.map(({ name }) => name)))];
  const lines = panel.lines.map((line): Line => ({ ...line, symbol: symbolOf(names.indexOf(line.name)) }));
  const longest = Math.max(...words.map((word) => word.length)) * LETTER + 18;
  const above = longest > room.width * WORDS;
  const left = above ? 10 : longest;
  // one name says no more than the axis
  const key = lines.length > 1 ? keyPlaces(lines, room.width) : [];
  const keyHeight = key.length === 0 ? 0 : KEY_LINE * (1 + key.at(-1)!.line) + 6;
  const said = words.map((word) => (above ? wrap(word, Math.floor((room.width - left) / LETTER)) : []));
  const head = LINE * Math.max(...said.map((one) => one.length)) + (above ? 2 : 0);
  const row = Math.max(24, APART * lines.length + 10) + head;
  const height = row * words.length + keyHeight + 52;
  const svg = plot(room, {
    height,
    marginTop: keyHeight + 6,
    marginLeft: left,
    marginRight: RIGHT,
    marginBottom: 46,
    x: { ...scaleOf(figure, panel, room), label: `${panel.title} →`, labelOffset: 40 },
    y: {
      type: 'band',
      domain: words,
      label: null,
      tickSize: 0,
      padding: 0,
      ...(above ? { ticks: [] } : { tickFormat: String }),
    },
    color: { type: 'identity' },
    marks: [
      Plot.gridX({ ...muted, ...scaleTicks(figure, panel, room) }),
      Plot.ruleY(words.slice(1), { y: (word: string) => word, dy: -row / 2, stroke: 'var(--grid)' }),
      ...key.map(({ x, line }, i) =>
        Plot.dot([0], {
          frameAnchor: 'top-left',
          dx: x + 6 - left,
          dy: 4 + KEY_LINE * line - keyHeight,
          r: 4,
          symbol: lines[i]!.symbol,
          fill: lines[i]!.hue.colour,
        }),
      ),
      ...lines.flatMap((line, i) => marks(line, panel.unit, APART * (i - (lines.length - 1) / 2) + head / 2)),
    ],
  });
  lines.forEach(({ name, hue }, i) => {
    if (key[i] === undefined) return;
    const y = 10 + KEY_LINE * key[i].line;
    writeLabel(svg, name, hue.colour, key[i].x + 16, y);
  });
  words.forEach((word, i) => {
    said[i]!.forEach((text, k) => writeWord(svg, text, left, at(svg, 'y', word) + 10 + LINE * k));
  });
  return svg;
}

const scaleTicks = (figure: ResponsePlot, panel: Response, room: Room): { ticks?: Plot.ScaleOptions['ticks'] } => {
  const { ticks } = scaleOf(figure, panel, room);
  return ticks === undefined ? {} : { ticks };
};

export function rows(figure: ResponsePlot, room: Room): Panel[] {
  const words = [
    ...new Set(figure.panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(({ x }) => String(x))))),
  ];
  return figure.panels.map((panel) => ({ title: '', svg: panelOf(figure, panel, room, words) }));
}
