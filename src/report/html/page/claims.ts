// A paper's numbers and ours: one row a claim, its words over the marks, the verdict by word and colour.

import * as Plot from '@observablehq/plot';
import type { ClaimsPlot } from '../figure.js';
import { type Panel, type Room, SVG, at, muted, plot, wrap } from './panel.js';
import { logDomain, logTicks, valueText } from './ticks.js';

type PanelOf = ClaimsPlot['panels'][number];
type Row = PanelOf['rows'][number];

const LINE = 18;
const CHARACTER = 7.2;
const SIDE = 14;
/** Half of an upright line. */
const UPRIGHT = 13;
const TONES: Readonly<Record<Row['tone'], string>> = {
  good: 'var(--good)',
  open: 'var(--accent)',
  missed: 'var(--missed)',
  quiet: 'var(--quiet)',
};

/** Numbers nearer than this to each other are the same but for rounding (3.2 MB, 3.05 MiB). */
const SAME = 0.003;

/** What an axis must hold, with room for arrows at its open sides. */
function domainOf({ unit, log, rows }: PanelOf): [number, number] {
  const papers = rows.flatMap(({ paper }) => [paper.low, paper.high].filter((one) => one !== null));
  const own = rows.flatMap(({ ours }) =>
    ours.flatMap(({ value, reach }) => (reach === null ? [value] : [reach.low, value, reach.high])),
  );
  const all = [...papers, ...own];
  const open = {
    low: rows.some(({ paper }) => paper.low === null),
    high: rows.some(({ paper }) => paper.high === null),
  };
  if (unit === 'share') return [Math.min(0, ...all), Math.max(1, ...all)];
  if (log) {
    const [low, high] = logDomain(all);
    return [open.low ? low / 2 : low, open.high ? high * 2 : high];
  }
  const from = Math.min(...all, ...(unit === 'change' ? [0] : []));
  const to = Math.max(...all, ...(unit === 'change' ? [0] : []));
  const wide = to - from;
  // what differs by next to nothing must not look far apart
  const spare = wide < SAME * Math.abs(to) || wide === 0 ? Math.abs(to) / 10 || 1 : wide * 0.06;
  return [from - spare * (open.low ? 4 : 1), to + spare * (open.high ? 4 : 1)];
}

/** Even steps of 1, 2 or 5 times a power of ten, of bytes in their own unit. */
function evenTicks([from, to]: readonly [number, number], most: number, unit: PanelOf['unit']): number[] {
  const binary = 1024 ** Math.min(4, Math.floor(Math.log2(Math.max(1, to)) / 10));
  const scale = unit === 'bytes' ? binary : unit === 'MB' ? 1e6 : 1;
  const [low, high] = [from / scale, to / scale];
  const power = 10 ** Math.floor(Math.log10((high - low) / most));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => (high - low) / one <= most)!;
  const count = Math.floor(high / step) - Math.ceil(low / step) + 1;
  return Array.from({ length: count }, (_, i) => Number(((Math.ceil(low / step) + i) * step).toPrecision(9)) * scale);
}

interface Placed extends Row {
  readonly lines: readonly string[];
  /** Of the first line of words, and of the marks. */
  readonly top: number;
  readonly y: number;
}

function place(rows: readonly Row[], width: number): { placed: Placed[]; height: number } {
  let height = 4;
  const most = Math.floor((width - 2 * SIDE) / CHARACTER);
  const placed = rows.map((row) => {
    const lines = wrap(`${row.verdict}: ${row.claim}`, most);
    const top = height + LINE / 2;
    const y = height + LINE * lines.length + LINE + 16;
    height = y + 16 + LINE + 14;
    return { ...row, lines, top, y };
  });
  return { placed, height };
}

interface Words {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly colour: string;
  readonly anchor: 'start' | 'middle';
  /** So many characters at the beginning are bold and of this colour. */
  readonly marked?: { readonly characters: number; readonly colour: string };
}

function write(svg: SVGSVGElement, { text, x, y, colour, anchor, marked }: Words): void {
  const element = document.createElementNS(SVG, 'text');
  for (const [name, value] of Object.entries({ x, y, dy: '0.32em', 'text-anchor': anchor, fill: colour }))
    element.setAttribute(name, String(value));
  for (const [name, value] of Object.entries({
    stroke: 'var(--page)',
    'stroke-width': 4,
    'stroke-linejoin': 'round',
    'paint-order': 'stroke',
  }))
    element.setAttribute(name, String(value));
  if (marked !== undefined) {
    const first = document.createElementNS(SVG, 'tspan');
    first.textContent = text.slice(0, marked.characters);
    first.setAttribute('fill', marked.colour);
    first.setAttribute('font-weight', '700');
    element.append(first);
  }
  element.append(text.slice(marked?.characters ?? 0));
  svg.append(element);
}

/** Centred on a place, but within the picture. */
function inside(text: string, centre: number, width: number): number {
  const half = (text.length * CHARACTER) / 2;
  return Math.max(SIDE / 2 + half, Math.min(width - SIDE / 2 - half, centre));
}

const fitting = ({ text, short }: { readonly text: string; readonly short: string }, width: number): string =>
  text.length * CHARACTER <= width - SIDE ? text : short;

function writeRow(svg: SVGSVGElement & Plot.Plot, row: Placed, width: number): void {
  const colour = TONES[row.tone];
  row.lines.forEach((text, i) => {
    const characters = i === 0 ? Math.min(text.length, row.verdict.length + 1) : 0;
    write(svg, {
      text,
      x: SIDE,
      y: row.top + i * LINE,
      colour: 'currentColor',
      anchor: 'start',
      marked: { characters, colour },
    });
  });
  const { low, high } = row.paper;
  const text = fitting(row.paper, width);
  const middle = low === null ? high! : high === null ? low : null;
  const paperAt = middle === null ? (at(svg, 'x', low) + at(svg, 'x', high)) / 2 : at(svg, 'x', middle);
  write(svg, { text, x: inside(text, paperAt, width), y: row.y - 22, colour: 'var(--quiet)', anchor: 'middle' });
  const values = row.ours.map(({ value }) => at(svg, 'x', value));
  const said = fitting(row, width);
  const centre = (Math.min(...values) + Math.max(...values)) / 2;
  write(svg, { text: said, x: inside(said, centre, width), y: row.y + 22, colour, anchor: 'middle' });
}

interface Span {
  readonly y: number;
  readonly low: number;
  readonly high: number;
  readonly colour: string;
  readonly text: string;
}

/** What the paper states: an upright line, two with a band between, or one with an arrow to its open side. */
function paperMarks(placed: readonly Placed[], [from, to]: readonly [number, number]): Plot.Markish[] {
  const ends = placed.flatMap(({ paper, y }) =>
    [paper.low, paper.high]
      .filter((one) => one !== null)
      .map((x) => ({ x, y1: y - UPRIGHT, y2: y + UPRIGHT, text: paper.text })),
  );
  const bands = placed.flatMap(({ paper, y }) =>
    paper.low !== null && paper.high !== null && paper.low < paper.high
      ? [{ y, low: paper.low, high: paper.high }]
      : [],
  );
  const arrows = placed.flatMap(({ paper, y }) =>
    paper.low === null ? [{ y, x: paper.high, end: from }] : paper.high === null ? [{ y, x: paper.low, end: to }] : [],
  );
  return [
    Plot.link(bands, {
      x1: 'low',
      x2: 'high',
      y1: 'y',
      y2: 'y',
      stroke: 'currentColor',
      strokeWidth: 2 * UPRIGHT,
      strokeOpacity: 0.14,
      strokeLinecap: 'butt',
    }),
    Plot.arrow(arrows, {
      x1: 'x',
      x2: 'end',
      y1: 'y',
      y2: 'y',
      stroke: 'currentColor',
      strokeWidth: 2,
      strokeOpacity: 0.6,
      headLength: 5,
    }),
    Plot.ruleX(ends, { x: 'x', y1: 'y1', y2: 'y2', stroke: 'currentColor', strokeWidth: 3, title: 'text' }),
  ];
}

/** Marks of one row, the intervals of many one below the other so that each is seen. */
function marksOf({ ours, y, tone }: Placed): (Row['ours'][number] & { y: number; colour: string; r: number })[] {
  const apart = ours.length > 2 && ours.some(({ reach }) => reach !== null);
  const step = apart ? (2 * UPRIGHT - 6) / (ours.length - 1) : 0;
  return ours.map((one, i) => ({
    ...one,
    y: y + (i - (ours.length - 1) / 2) * step,
    colour: TONES[tone],
    r: apart ? 4 : 6,
  }));
}

/** A logarithmic axis has no 0: what reaches there goes to its end. */
function ownMarks(placed: readonly Placed[], [from]: readonly [number, number]): Plot.Markish[] {
  const dots = placed.flatMap(marksOf);
  const spans = (kind: 'interval' | 'range'): Span[] =>
    dots.flatMap(({ reach, y, colour, text }) =>
      reach?.kind === kind ? [{ ...reach, low: Math.max(from, reach.low), y, colour, text }] : [],
    );
  const span = { x1: 'low', x2: 'high', y1: 'y', y2: 'y', stroke: 'colour', title: 'text' } as const;
  return [
    Plot.link(spans('range'), { ...span, strokeWidth: 10, strokeOpacity: 0.3, strokeLinecap: 'butt' }),
    Plot.link(spans('interval'), { ...span, strokeWidth: 2 }),
    Plot.dot(dots, {
      x: 'value',
      y: 'y',
      r: 'r',
      fill: 'colour',
      stroke: 'var(--page)',
      strokeWidth: 1.5,
      title: 'text',
    }),
  ];
}

/** An axis of the numbers at the foot, a hair where nothing changes. */
export function claims({ panels }: ClaimsPlot, room: Room): Panel[] {
  return panels.map((panel) => {
    const { title, unit, log, rows } = panel;
    const { placed, height } = place(rows, room.width);
    const domain = domainOf(panel);
    const most = Math.min(8, Math.max(4, Math.floor(room.width / 90)));
    const same = unit === 'ratio' ? 1 : unit === 'change' ? 0 : NaN;
    const ticks = log ? logTicks(domain, most) : evenTicks(domain, most, unit);
    const svg = plot(room, {
      height: height + 26,
      marginLeft: SIDE,
      marginRight: SIDE + 8,
      marginTop: 0,
      marginBottom: 26,
      x: {
        type: log ? 'log' : 'linear',
        domain,
        ticks,
        tickFormat: (value: number) => valueText(value, unit),
        label: null,
      },
      y: { type: 'linear', domain: [0, height], range: [0, height], axis: null },
      color: { type: 'identity' },
      r: { type: 'identity' },
      marks: [
        Plot.gridX({ ...muted, ticks }),
        ...(same >= domain[0] && same <= domain[1]
          ? [Plot.ruleX([same], { stroke: 'var(--quiet)', strokeDasharray: '3 3' })]
          : []),
        ...paperMarks(placed, domain),
        ...ownMarks(placed, domain),
      ],
    });
    for (const row of placed) writeRow(svg, row, room.width);
    return { title, svg };
  });
}
