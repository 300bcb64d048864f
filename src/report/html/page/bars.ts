// Bars and dots: core-seconds by state, the steps of a core's move, what is needed.

import * as Plot from '@observablehq/plot';
import type { MovesPlot, NeededPlot, StackPlot } from '../figure.js';
import { type Label, type Panel, type Room, SVG, at, hatch, muted, plot, writeLabels } from './panel.js';
import { logDomain, logTicks, shareText, timeText, valueText } from './ticks.js';

const patternOf = (room: Room, colour: string): string => `hatch-${room.id}-${colour.replaceAll(/[^a-z0-9]+/gi, '')}`;

/** Bars as they lie: one after the other, each with its look. */
export function stack({ rows, unit = 'core-seconds', counted }: StackPlot, room: Room): Panel[] {
  const bars = rows.flatMap(({ name, parts }) => {
    let from = 0;
    return parts.flatMap((part) => {
      const begin = from;
      from += part.seconds;
      return part.seconds === 0 ? [] : [{ ...part, row: name, from: begin, to: from }];
    });
  });
  const total = Math.max(...bars.map(({ to }) => to));
  const look = (bar: (typeof bars)[number]): string =>
    bar.texture === 'hatch' ? `url(#${patternOf(room, bar.colour)})` : bar.texture === 'empty' ? 'none' : bar.colour;
  const left = Math.min(130, 20 + 8 * Math.max(...rows.map(({ name }) => name.length)));
  // of core-seconds the textures say what a part is
  const keyed = keyOf(rows, unit !== 'core-seconds');
  const keyHeight = KEY_LINE * keyLines(keyed, room) + 6;
  const height = 52 * rows.length + 58 + keyHeight;
  const svg = plot(room, {
    height,
    marginLeft: left,
    marginRight: 16,
    marginTop: 8,
    marginBottom: 42 + keyHeight,
    x: {
      domain: [0, total],
      label: `${unit} →`,
      labelOffset: 36,
      ticks: room.narrow ? 4 : 8,
      tickFormat: (value: number) => valueText(value, ''),
    },
    y: { type: 'band', domain: rows.map(({ name }) => name), label: null, padding: 0.24, tickSize: 0 },
    color: { type: 'identity' },
    marks: [
      Plot.gridX({ ...muted }),
      Plot.barX(bars, {
        x1: 'from',
        x2: 'to',
        y: 'row',
        fill: look,
        fillOpacity: (bar: (typeof bars)[number]) => (bar.texture === 'light' ? 0.35 : 1),
        stroke: (bar: (typeof bars)[number]) => bar.colour,
        strokeWidth: 1,
        title: (bar: (typeof bars)[number]) => `${bar.row}: ${bar.name}, ${valueText(bar.seconds, '')} ${unit}`,
      }),
    ],
  });
  for (const colour of new Set([...bars, ...keyed].map((one) => one.colour)))
    hatch(svg, patternOf(room, colour), colour);
  nameInside(svg, bars, counted === true);
  writeKey(svg, keyed, room, height - keyHeight);
  return [{ title: '', svg }];
}

type Part = StackPlot['rows'][number]['parts'][number];

type Look = Pick<Part, 'name' | 'colour' | 'texture'>;

/** Of core-seconds. */
const STATES = [
  ['runs', 'solid'],
  ['searches', 'light'],
  ['moves', 'hatch'],
  ['kept apart', 'grey'],
  ['held by no VM', 'empty'],
] as const;

/** What each look stands for: the parts by name, or the textures that are there, whose parts are named in the bars. */
function keyOf(rows: StackPlot['rows'], named: boolean): Look[] {
  if (named)
    return rows[0]!.parts.filter((_, i) => rows.some(({ parts }) => (parts[i]?.seconds ?? 0) > 0)).map((part) => part);
  const drawn = rows.flatMap(({ parts }) => parts.filter(({ seconds }) => seconds > 0));
  const vms = [...new Map(drawn.flatMap((part) => vmOf(part) ?? []).map((vm) => [vm.name, vm])).values()];
  const states = STATES.filter(([, texture]) => drawn.some((part) => part.texture === texture));
  return [
    ...(vms.length > 1 ? vms : []),
    ...states.map(([name, texture]): Look => ({
      name,
      // of no VM: what a texture says is the same for all
      colour: texture === 'grey' || texture === 'empty' ? 'var(--poll)' : 'var(--text)',
      texture,
    })),
  ];
}

/** `api, running tasks` */
const vmOf = ({ name, colour, texture }: Part): Look | undefined =>
  texture === 'solid' ? { name: name.split(', ')[0]!, colour, texture } : undefined;

const KEY_LINE = 18;
const CHARACTER = 7.2;

/** Where the names of a key stand: side by side, on further lines where there is no room. */
function keyPlaces(parts: readonly Look[], { width }: Room): { x: number; line: number }[] {
  let [x, line] = [0, 0];
  return parts.map(({ name }) => {
    const wide = 23 + name.length * CHARACTER;
    if (x > 0 && x + wide > width) [x, line] = [0, line + 1];
    const place = { x, line };
    x += wide + 18;
    return place;
  });
}

const keyLines = (parts: readonly Look[], room: Room): number => 1 + (keyPlaces(parts, room).at(-1)?.line ?? -1);

/** What each look stands for, also of parts too narrow for a name. */
function writeKey(svg: SVGSVGElement, parts: readonly Look[], room: Room, top: number): void {
  const places = keyPlaces(parts, room);
  parts.forEach(({ name, colour, texture }, i) => {
    const [x, y] = [places[i]!.x, top + KEY_LINE * places[i]!.line];
    const look = {
      x: x + 1,
      y,
      width: 16,
      height: 12,
      stroke: colour,
      fill: texture === 'hatch' ? `url(#${patternOf(room, colour)})` : texture === 'empty' ? 'none' : colour,
      'fill-opacity': texture === 'light' ? 0.35 : 1,
    };
    const sample = document.createElementNS(SVG, 'rect');
    for (const [key, value] of Object.entries(look)) sample.setAttribute(key, String(value));
    const text = document.createElementNS(SVG, 'text');
    for (const [key, value] of Object.entries({ x: x + 23, y: y + 11, 'text-anchor': 'start', fill: 'currentColor' }))
      text.setAttribute(key, String(value));
    text.textContent = name;
    svg.append(sample, text);
  });
}

/** A part that is wide enough says what it is, and how many it counts or which share of its own bar it is. */
function nameInside(
  svg: SVGSVGElement & Plot.Plot,
  bars: readonly { name: string; row: string; from: number; to: number; texture: string }[],
  counted: boolean,
): void {
  const band = svg.scale('y')?.bandwidth ?? 0;
  const whole = new Map<string, number>();
  for (const { row, to } of bars) whole.set(row, Math.max(to, whole.get(row) ?? 0));
  for (const { name, row, from, to, texture } of bars) {
    const [x1, x2] = [at(svg, 'x', from), at(svg, 'x', to)];
    const short = name.split(', ')[0]!;
    const said = `${short} ${counted ? valueText(to - from, '') : shareText((to - from) / whole.get(row)!)}`;
    const text = said.length * 7.4 + 8 < x2 - x1 ? said : short.length * 7.4 + 8 < x2 - x1 ? short : '';
    if (text === '' || texture === 'hatch') continue;
    const element = document.createElementNS(SVG, 'text');
    element.textContent = text;
    element.setAttribute('x', String(x1 + 6));
    element.setAttribute('y', String(at(svg, 'y', row) + band / 2));
    element.setAttribute('dy', '0.32em');
    element.setAttribute('text-anchor', 'start');
    element.setAttribute('fill', texture === 'solid' || texture === 'grey' ? 'var(--on-fill)' : 'currentColor');
    element.setAttribute('pointer-events', 'none');
    svg.append(element);
  }
}

type Move = MovesPlot['panels'][number];

function waterfall({ title, hue, steps }: Move, room: Room, end: number): Panel {
  const rows = steps.map((step) => ({ ...step, to: step.fromNs + step.meanNs }));
  const height = 26 * rows.length + 56;
  const svg = plot(room, {
    height,
    marginLeft: 92,
    marginRight: room.narrow ? 70 : 130,
    marginTop: 6,
    marginBottom: 40,
    x: {
      domain: [0, end],
      label: 'mean time since the demand →',
      ticks: room.width < 400 ? 2 : room.narrow ? 3 : 6,
      tickFormat: timeText,
    },
    y: { type: 'band', domain: rows.map(({ name }) => name), label: null, padding: 0.3, tickSize: 0 },
    color: { type: 'identity' },
    marks: [
      Plot.gridX({ ...muted }),
      Plot.barX(rows, {
        x1: 'fromNs',
        x2: 'to',
        y: 'name',
        fill: (row: { name: string }) => (row.name === 'detection' ? 'var(--poll)' : hue.colour),
        rx: 2,
        title: (row: { name: string; meanNs: number }) => `${row.name}: ${timeText(row.meanNs)}`,
      }),
    ],
  });
  const labels = rows.map((row): Label => {
    const some =
      row.share < 0.995 ? `, ${shareText(Number(row.share.toPrecision(2)))}${room.narrow ? '' : ' of moves'}` : '';
    const y = at(svg, 'y', row.name) + (svg.scale('y')?.bandwidth ?? 0) / 2;
    return { text: `${timeText(row.meanNs)}${some}`, colour: 'currentColor', x: at(svg, 'x', row.to), y };
  });
  writeLabels(svg, labels, room.width + 40, height);
  return { title: `${title}: steps`, svg };
}

function spread({ title, hue, spreads }: Move, room: Room, domain: [number, number]): Panel {
  const dots = spreads.flatMap(({ name, points }) => points.map((point) => ({ row: name, ...point })));
  const ranges = spreads.map(({ name, points }) => ({ row: name, from: points[0]!.ns, to: points.at(-1)!.ns }));
  const svg = plot(room, {
    height: 44 * spreads.length + 52,
    marginLeft: 92,
    marginRight: 48,
    marginTop: 12,
    marginBottom: 40,
    x: {
      type: 'log',
      domain,
      label: 'p50, p90, p99, p99.9, max →',
      ticks: logTicks(domain, room.narrow ? 4 : 8),
      tickFormat: timeText,
    },
    y: { type: 'point', domain: spreads.map(({ name }) => name), label: null, padding: 0.6, tickSize: 0 },
    marks: [
      Plot.gridX({ ...muted, ticks: logTicks(domain, 8) }),
      Plot.link(ranges, { x1: 'from', x2: 'to', y1: 'row', y2: 'row', stroke: hue.colour, strokeWidth: 2 }),
      Plot.dot(dots, {
        x: 'ns',
        y: 'row',
        r: (dot: { name: string }) => (dot.name === 'p99' ? 6 : 4),
        fill: (dot: { name: string }) => (dot.name === 'max' ? 'var(--page)' : hue.colour),
        stroke: hue.colour,
        title: (dot: { row: string; name: string; ns: number }) => `${dot.row} ${dot.name}: ${timeText(dot.ns)}`,
      }),
      Plot.text(
        dots.filter(({ name }) => name === 'p99'),
        { x: 'ns', y: 'row', dy: -15, text: (dot: { ns: number }) => `p99 ${timeText(dot.ns)}`, fill: 'currentColor' },
      ),
    ],
    color: { type: 'identity' },
    r: { type: 'identity' },
  });
  return { title: `${title}: how they spread`, svg };
}

/** Times as long as another: on one axis that other is a hair. */
const FAR = 20;

export function moves({ panels }: MovesPlot, room: Room): Panel[] {
  const ends = panels.map(({ steps }) => 1.02 * Math.max(1, ...steps.map(({ fromNs, meanNs }) => fromNs + meanNs)));
  const most = Math.max(...ends);
  const all = panels.flatMap(({ spreads }) => spreads.flatMap(({ points }) => points.map(({ ns }) => ns)));
  const domain = logDomain(all);
  return panels.flatMap((panel, i) => [
    // one axis for all, but for who would not be seen on it
    ...(panel.steps.length > 0 ? [waterfall(panel, room, most > FAR * ends[i]! ? ends[i]! : most)] : []),
    ...(panel.spreads.length > 0 ? [spread(panel, room, domain)] : []),
  ]);
}

/** Cores and their like are counted: no ticks between whole numbers. */
function whole(
  rows: NeededPlot['rows'],
  unit: string,
  [low, high]: readonly [number, number],
  room: Room,
): { ticks: number | number[] } {
  const most = room.narrow ? 4 : 8;
  const values = rows.flatMap(({ value, from, tried }) => [value ?? from, from, ...tried.map((one) => one.value)]);
  if (unit !== '' || !values.every((value) => Number.isInteger(value)) || high - low >= most) return { ticks: most };
  return { ticks: Array.from({ length: Math.floor(high) - low + 1 }, (_, i) => low + i) };
}

export function needed(figure: NeededPlot, room: Room): Panel[] {
  const groups = [...new Set(figure.rows.map(({ group = '' }) => group))];
  return groups.map((group) => {
    const rows = figure.rows.filter((row) => (row.group ?? '') === group);
    return { title: groups.length > 1 ? group : '', svg: neededOf({ ...figure, rows, of: group || figure.of }, room) };
  });
}

function neededOf({ rows, of, unit }: NeededPlot, room: Room): SVGSVGElement {
  const low = Math.min(...rows.map(({ from }) => from));
  const high = Math.max(
    ...rows.map(({ value, to, tried }) => (tried.length > 0 ? to : Math.min(to, (value ?? to) * 1.5))),
  );
  const spare = (high - low) * 0.04 || 1;
  const ranges = rows.map(({ name, from, to }) => ({ name, from, to: Math.min(to, high) }));
  const tried = rows.flatMap((row) => row.tried.map((one) => ({ name: row.name, colour: row.hue.colour, ...one })));
  const found = rows.filter(({ value }) => value !== null);
  const left = Math.min(150, 18 + 8 * Math.max(...rows.map(({ name }) => name.length)));
  const height = 52 * rows.length + 56;
  const steps = whole(rows, unit, [low, high], room);
  const svg = plot(room, {
    height,
    marginLeft: left,
    marginRight: room.narrow ? 24 : 60,
    marginTop: 12,
    marginBottom: 42,
    x: {
      domain: [low - spare, high + spare],
      label: `${of} →`,
      ...steps,
      tickFormat: (value: number) => valueText(value, unit),
    },
    y: { type: 'point', domain: rows.map(({ name }) => name), label: null, padding: 0.6, tickSize: 0 },
    color: { type: 'identity' },
    marks: [
      Plot.gridX({ ...muted, ticks: steps.ticks }),
      Plot.link(ranges, { x1: 'from', x2: 'to', y1: 'name', y2: 'name', stroke: 'var(--grid)', strokeWidth: 2 }),
      Plot.link(
        found.filter((row) => row.low !== null && row.low < row.value!),
        {
          x1: 'low',
          x2: 'value',
          y1: 'name',
          y2: 'name',
          stroke: (row: (typeof rows)[number]) => row.hue.colour,
          strokeWidth: 4,
        },
      ),
      Plot.dot(tried, {
        x: 'value',
        y: 'name',
        r: 4,
        stroke: 'colour',
        fill: (one: (typeof tried)[number]) => (one.share === 0 ? 'var(--page)' : one.colour),
        fillOpacity: (one: (typeof tried)[number]) => (one.share > 0 && one.share < 1 ? 0.4 : 1),
        title: (one: (typeof tried)[number]) =>
          `${one.name} ${valueText(one.value, unit)}: ${shareText(one.share)} of the seeds`,
      }),
      Plot.dot(found, { x: 'value', y: 'name', r: 9, fill: (row: (typeof rows)[number]) => row.hue.colour }),
    ],
  });
  const labels = rows.map((row): Label => {
    const y = at(svg, 'y', row.name) - 18;
    // that nothing in the range is enough stands where the range ends
    if (row.value === null) return { text: row.word, colour: 'var(--missed)', x: at(svg, 'x', high) + 6, y };
    return { text: row.word, colour: row.hue.colour, x: at(svg, 'x', row.value) - 14, y };
  });
  writeLabels(svg, labels, room.width, height);
  return svg;
}
