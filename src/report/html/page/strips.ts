// A strip a core. Thousands of pieces are few paths: one for each VM and state.

import type { StripsPlot } from '../figure.js';
import { runsOf } from '../../../result/runs.js';
import { type Panel, type Room, SVG, type View, hatch, plot } from './panel.js';
import { timeText, valueText } from './ticks.js';

type Strip = StripsPlot['panels'][number];

/** Times as many as another. */
const FAR = 10;

const QUEUES = 56;
const LEFT = 44;
const RIGHT = 16;
const LEGEND = 26;
const LINE = 16;
const CHARACTER = 7.2;
const MOST_NAMES = 8;

const STATES = [
  ['r', 'runs', ''],
  ['s', 'searches', '0.35'],
  ['m', 'moves', ''],
] as const;

function element(name: string, attributes: Readonly<Record<string, string | number>>, text?: string): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}

const place = (value: number): string => String(Math.round(value * 100) / 100);

/** By VM and state: the pieces of all cores that are in sight as one path. */
function pathsOf(
  { cores, columnNs }: Strip,
  x: (ns: number) => number,
  y: (core: number) => number,
  high: number,
  view: View,
): Map<string, string> {
  const paths = new Map<string, string>();
  cores.forEach(({ vms, doing }, core) => {
    const top = place(y(core));
    let column = 0;
    for (const [vm, columns] of runsOf(vms)) {
      const until = column + columns;
      while (column < until) {
        const letter = doing[column]!;
        let end = column + 1;
        while (end < until && doing[end] === letter) end++;
        if (vm >= 0 && end * columnNs > view.from && column * columnNs < view.to) {
          const [from, to] = [x(Math.max(view.from, column * columnNs)), x(Math.min(view.to, end * columnNs))];
          const wide = place(to - from);
          const key = `${vm} ${letter}`;
          paths.set(key, `${paths.get(key) ?? ''}M${place(from)} ${top}h${wide}v${high}h-${wide}z`);
        }
        column = end;
      }
    }
  });
  return paths;
}

/** A row below this has no room for a number, in pixels, a slice below that none beside what it shows. */
const LEAST_ROW = 11;
const LEAST_SLICE = 22;

/** In wide slices the number that the key gives the VM: nobody has to tell VMs by hue alone. A rim of paper lets it be read on any. */
function numbers(
  svg: SVGSVGElement,
  { cores, columnNs }: Strip,
  x: (ns: number) => number,
  middle: (core: number) => number,
  view: View,
): void {
  const look = { 'text-anchor': 'middle', 'dominant-baseline': 'central', 'font-size': 11, 'font-weight': 600 };
  const rim = { stroke: 'var(--page)', 'stroke-width': 3, 'stroke-linejoin': 'round', 'paint-order': 'stroke' };
  cores.forEach(({ vms }, core) => {
    let column = 0;
    for (const [vm, columns] of runsOf(vms)) {
      const [from, to] = [Math.max(view.from, column * columnNs), Math.min(view.to, (column + columns) * columnNs)];
      column += columns;
      if (vm < 0 || to <= from || x(to) - x(from) < LEAST_SLICE) continue;
      const at = { x: place((x(from) + x(to)) / 2), y: place(middle(core)) };
      svg.append(element('text', { ...look, ...rim, ...at, fill: 'currentColor', class: 'vm-number' }, String(vm + 1)));
    }
  });
}

interface Name {
  readonly text: string;
  readonly colour: string;
  readonly x: number;
  /** Counted from the top. */
  readonly line: number;
}

const widthOf = (text: string): number => text.length * CHARACTER + 14;

/** Where the names of the VMs stand: side by side, on further lines where there is no room. */
function namesOf(vms: StripsPlot['vms'], room: Room): Name[] {
  let [x, line] = [LEFT, 0];
  return vms.slice(0, MOST_NAMES).map(({ name, colour }, i): Name => {
    const text = `${i + 1} ${name}`;
    if (x > LEFT && x + widthOf(text) > room.width) [x, line] = [LEFT, line + 1];
    const placed = { text, colour, x, line };
    x += widthOf(text);
    return placed;
  });
}

/** Which VM, and what the looks mean where there is room for that. */
function legend(
  svg: SVGSVGElement,
  names: readonly Name[],
  kept: number,
  room: Room,
  pattern: (colour: string) => string,
): void {
  const word = (text: string, colour: string, bold: boolean, x: number, line = 0): void => {
    const look = { x, y: 12 + LINE * line, 'text-anchor': 'start', fill: colour, 'font-weight': bold ? 600 : 400 };
    svg.append(element('text', look, text));
  };
  for (const { text, colour, x, line } of names) word(text, colour, true, x, line);
  if (room.narrow) return;
  const last = names.at(-1);
  let x = last === undefined ? LEFT : last.x + widthOf(last.text);
  const looks = [
    ...STATES.map(([letter, text, opacity]) => ({ letter, text, opacity })),
    ...(kept > 0 ? [{ letter: 'k', text: 'kept apart', opacity: '0.6' }] : []),
  ];
  const wide = looks.reduce((sum, { text }) => sum + text.length * CHARACTER + 34, 0);
  if (x + wide > room.width || (last?.line ?? 0) > 0) return;
  x = room.width - wide - RIGHT + 14;
  // in the hue of a VM, so that pale is not taken for the grey of what is kept apart
  const hue = names[0]?.colour ?? 'currentColor';
  for (const { letter, text, opacity } of looks) {
    const fill = letter === 'm' ? pattern(hue) : letter === 'k' ? 'var(--poll)' : hue;
    svg.append(
      element('rect', {
        x,
        y: 3,
        width: 16,
        height: 10,
        fill,
        'fill-opacity': opacity || 1,
        stroke: hue,
        'stroke-width': letter === 'm' ? 0.75 : 0,
      }),
    );
    x += 20;
    word(text, 'currentColor', false, x);
    x += widthOf(text);
  }
}

/** Tasks that wait, over the same time. */
function queues(
  svg: SVGSVGElement,
  panel: Strip,
  { vms }: StripsPlot,
  x: (ns: number) => number,
  room: Room,
  top: number,
  view: View,
): void {
  const all = panel.waiting.map(runsOf);
  const own = Math.max(...all.flat().map(([value]) => value));
  // of few beside very many nothing would be seen: they have a scale of their own
  const alone = panel.waitingAxis > FAR * own;
  const most = alone ? own : Math.max(own, panel.waitingAxis);
  const bottom = top + QUEUES - 8;
  const high = QUEUES - 26;
  svg.append(element('line', { x1: LEFT, x2: room.width - RIGHT, y1: bottom, y2: bottom, stroke: 'var(--grid)' }));
  const inSight = (ns: number): number => x(Math.min(view.to, Math.max(view.from, ns)));
  all.forEach((runs, vm) => {
    if (runs.every(([value]) => value === 0)) return;
    let column = 0;
    const steps = runs.map(([value, columns], i) => {
      const from = place(inSight(column * panel.columnNs));
      column += columns;
      return `${i === 0 ? 'M' : 'L'}${from} ${place(bottom - (high * value) / most)}H${place(inSight(column * panel.columnNs))}`;
    });
    const stroke = vms[vm]?.colour ?? 'currentColor';
    svg.append(element('path', { d: steps.join(''), fill: 'none', stroke, 'stroke-width': 1.5 }));
  });
  const scale = alone ? ' (a scale of its own)' : most > own ? ` (axis to ${valueText(most, '')})` : '';
  const said = `tasks that wait, up to ${valueText(own, '')}${scale}`;
  svg.append(element('text', { x: LEFT, y: top + 10, 'text-anchor': 'start', fill: 'currentColor' }, said));
}

function draw(figure: StripsPlot, panel: Strip, room: Room, { from, to }: View): SVGSVGElement {
  const rows = panel.cores.length + panel.kept;
  const high = Math.max(2, Math.min(room.narrow ? 12 : 16, Math.floor(384 / rows)));
  const gap = high >= 6 ? 1 : 0;
  const waits = panel.waiting.some((runs) => /(^| )[1-9]/.test(runs));
  const names = namesOf(figure.vms, room);
  const head = LEGEND + LINE * (names.at(-1)?.line ?? 0);
  const top = head + (waits ? QUEUES : 0);
  const spanNs = panel.columns * panel.columnNs;
  const view = { from: from * spanNs, to: to * spanNs };
  const every = [1, 2, 4, 8, 16, 32, 64, 128].find((step) => step * high >= 15) ?? 256;
  const marks = Array.from({ length: Math.ceil(rows / every) }, (_, i) => i * every);
  const since = panel.fromNs === 0 ? 'simulated time →' : `time since ${valueText(panel.fromNs / 1e6, '')} ms →`;
  const svg = plot(room, {
    height: top + rows * high + 42,
    marginTop: top,
    marginLeft: LEFT,
    marginRight: RIGHT,
    marginBottom: 42,
    x: {
      domain: [view.from, view.to],
      label: since,
      ticks: Math.max(3, Math.min(8, Math.floor(room.width / 100))),
      tickFormat: timeText,
    },
    y: {
      domain: [rows, 0],
      label: null,
      ticks: marks.map((core) => core + 0.5),
      tickFormat: (value: number) => String(Math.floor(value)),
      tickSize: 0,
    },
    marks: [],
  });
  const x = (ns: number): number => LEFT + ((room.width - LEFT - RIGHT) * (ns - view.from)) / (view.to - view.from);
  const y = (core: number): number => top + core * high;
  const pattern = (colour: string): string => {
    const id = `strip-${room.id}-${panel.title}-${colour}`.replaceAll(/[^a-z0-9-]+/gi, '');
    if (svg.querySelector(`#${id}`) === null) hatch(svg, id, colour, 4);
    return `url(#${id})`;
  };
  for (let i = 0; i < rows; i++)
    svg.append(
      element('rect', {
        x: LEFT,
        y: y(i),
        width: room.width - RIGHT - LEFT,
        height: high - gap,
        fill: i < panel.cores.length ? 'var(--raised)' : 'var(--poll)',
        'fill-opacity': i < panel.cores.length ? 1 : 0.6,
      }),
    );
  for (const [key, d] of pathsOf(panel, x, y, high - gap, view)) {
    const [vm, letter] = key.split(' ');
    const { name, colour } = figure.vms[Number(vm)] ?? { name: '', colour: 'currentColor' };
    const [, word, opacity] = STATES.find(([one]) => one === letter) ?? STATES[0];
    const path = element('path', {
      d,
      fill: letter === 'm' ? pattern(colour) : colour,
      'fill-opacity': opacity || 1,
      'shape-rendering': letter === 'm' ? 'auto' : 'crispEdges',
    });
    path.append(element('title', {}, `${name} ${word}`));
    svg.append(path);
  }
  if (high >= LEAST_ROW) numbers(svg, panel, x, (core) => y(core) + (high - gap) / 2, view);
  if (waits) queues(svg, panel, figure, x, room, head, view);
  legend(svg, names, panel.kept, room, pattern);
  // for who zooms: where its time begins and ends
  Object.assign(svg.dataset, { group: panel.group, left: LEFT, right: room.width - RIGHT, top: head });
  return svg;
}

export const strips = (figure: StripsPlot, room: Room): Panel[] =>
  figure.panels.map((panel) => ({
    title: panel.title,
    svg: draw(figure, panel, room, room.views?.get(panel.group) ?? { from: 0, to: 1 }),
  }));
