// Areas: cores held over time, and a figure over two axes.

import * as Plot from '@observablehq/plot';
import type { CoresPlot, HeatPlot } from '../figure.js';
import { contourOf } from '../figures/contour.js';
import { type Label, type Panel, type Room, SVG, at, muted, plot, writeLabels } from './panel.js';
import { shareText, timeText, valueText } from './ticks.js';

type Window = CoresPlot['windows'][number];

const MOST_LABELS = 10;

/** Both pictures of a window share their axis. */
const domainOf = ({ timeNs, intervalNs }: Window): [number, number] => [timeNs[0]! - intervalNs, timeNs.at(-1)!];

function held(window: Window, cores: number, room: Room): Panel {
  const { vms, timeNs, intervalNs } = window;
  const below = timeNs.map(() => 0);
  const layers = vms.map(({ name, colour, held: some }) => {
    const points = timeNs.map((time, i) => {
      const from = below[i]!;
      const to = from + some[i]!;
      below[i] = to;
      return { time: time - intervalNs, from, to };
    });
    const end = points[points.length - 1]!;
    return { name, colour, points: [...points, { ...end, time: end.time + intervalNs }] };
  });
  const height = room.narrow ? 240 : 300;
  const svg = plot(room, {
    height,
    marginTop: 30,
    marginLeft: 44,
    marginRight: 16,
    marginBottom: 42,
    x: { domain: domainOf(window), label: 'simulated time →', ticks: room.narrow ? 4 : 8, tickFormat: timeText },
    y: {
      domain: [0, cores],
      label: '↑ cores held',
      ticks: Math.min(cores, 6),
      tickFormat: (value: number) => valueText(value, ''),
    },
    marks: [
      ...layers.map(({ colour, points }) =>
        Plot.areaY(points, {
          x: 'time',
          y1: 'from',
          y2: 'to',
          fill: colour,
          curve: 'step-after',
          shapeRendering: 'crispEdges',
        }),
      ),
      Plot.gridY({ stroke: 'var(--page)', strokeOpacity: 0.35 }),
      Plot.ruleY([cores], { stroke: 'currentColor', strokeWidth: 1 }),
    ],
  });
  const labels = layers.slice(0, MOST_LABELS).map(({ name, colour, points }): Label => {
    const widest = points.reduce((best, point) => (point.to - point.from > best.to - best.from ? point : best));
    return { text: name, colour, x: at(svg, 'x', widest.time), y: at(svg, 'y', (widest.from + widest.to) / 2) };
  });
  writeLabels(svg, labels, room.width, height - 42);
  return { title: window.title, svg };
}

function waiting(window: Window, room: Room): Panel | undefined {
  const { vms, timeNs } = window;
  if (vms.every((vm) => vm.waiting.every((one) => one === 0))) return undefined;
  const most = Math.max(...vms.flatMap((vm) => vm.waiting));
  const svg = plot(room, {
    height: 136,
    marginTop: 30,
    marginLeft: 44,
    marginRight: 16,
    marginBottom: 18,
    x: { domain: domainOf(window), label: null, ticks: [] },
    y: { domain: [0, most], label: '↑ tasks that wait', ticks: 3, tickFormat: (value: number) => valueText(value, '') },
    marks: [
      Plot.gridY({ ...muted, ticks: 3 }),
      ...vms.map((vm) =>
        Plot.line(timeNs, { x: timeNs, y: vm.waiting, stroke: vm.colour, strokeWidth: 1.75, curve: 'step-before' }),
      ),
    ],
  });
  const labels = vms.slice(0, MOST_LABELS).map((vm): Label => {
    const peak = vm.waiting.indexOf(Math.max(...vm.waiting));
    return { text: vm.name, colour: vm.colour, x: at(svg, 'x', timeNs[peak]), y: at(svg, 'y', vm.waiting[peak]) };
  });
  writeLabels(svg, labels, room.width, 116);
  return { title: window.title, svg };
}

export function cores({ windows, cores: all }: CoresPlot, room: Room): Panel[] {
  return windows.flatMap((window) => {
    const above = waiting(window, room);
    const below = held(window, all, room);
    return above === undefined ? [below] : [above, { ...below, title: '' }];
  });
}

/** Dark on light cells, light on dark ones: cividis is light at its upper end. */
const onCell = (share: number): string => (share > 0.5 ? '#111' : '#fff');

export function heat({ panels, x, y, unit }: HeatPlot, room: Room): Panel[] {
  const log = unit === 'ns' || unit === 'ratio';
  const values = panels.flatMap(({ cells }) => cells.map(({ value }) => value)).filter((value) => !log || value > 0);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const place = (value: number): number =>
    high === low ? 0.5 : log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return panels.map(({ title, xs, ys, cells }) => {
    const left = Math.max(70, 24 + 7.2 * Math.max(...ys.map((one) => shortest(one).length)));
    const height = Math.min(480, 48 * ys.length + 60);
    const wide = (room.width - left - 20) / xs.length;
    // words that would run into each other stand aslant
    const longest = 7.2 * Math.max(...xs.map((one) => shortest(one).length));
    const aslant = longest + 7 > wide;
    const below = aslant ? Math.ceil(0.65 * longest) : 0;
    const svg = plot(room, {
      height: height + below,
      marginLeft: left,
      marginRight: 16,
      marginBottom: 42 + below,
      x: {
        type: 'band',
        domain: [...xs],
        label: `${x} →`,
        labelOffset: 36 + below,
        padding: 0.04,
        ...(aslant ? { tickRotate: -40 } : {}),
        tickFormat: (value: unknown) => shortest(value),
      },
      y: {
        type: 'band',
        domain: [...ys].reverse(),
        label: `↑ ${y}`,
        padding: 0.04,
        tickFormat: (value: unknown) => shortest(value),
      },
      color: { type: 'linear', scheme: 'cividis', domain: [0, 1] },
      marks: [
        Plot.cell(cells, {
          x: 'x',
          y: 'y',
          fill: (cell: { value: number }) => place(cell.value),
          title: (cell: (typeof cells)[number]) =>
            `${x} = ${cell.x}, ${y} = ${cell.y}: ${valueText(cell.value, unit)}${cell.missed ? ', SLO missed' : ''}`,
        }),
        ...[true, false].flatMap((dark) => {
          const some = cells.filter(({ value }) => onCell(place(value)) === (dark ? '#111' : '#fff'));
          const fill = dark ? '#111' : '#fff';
          const text = (cell: (typeof cells)[number]): string => {
            const digits = Number(cell.value.toPrecision(unit === 'share' ? 2 : 3));
            const said = unit === 'share' ? shareText(digits) : valueText(digits, unit);
            const mark = cell.missed ? '✕' : '';
            return wide > 76 ? `${said}${cell.missed ? ' ✕' : ''}` : mark;
          };
          return some.length === 0 ? [] : [Plot.text(some, { x: 'x', y: 'y', text, fill })];
        }),
      ],
    });
    if (cells.some(({ missed }) => missed)) outline(svg, { xs, ys, cells }, height);
    return { title, svg };
  });
}

/** Where the objective begins to be met. */
function outline(svg: SVGSVGElement & Plot.Plot, panel: Parameters<typeof contourOf>[0], height: number): void {
  const stepOf = (scale: 'x' | 'y', values: readonly (number | string)[]): readonly [number, number] => {
    const band = svg.scale(scale)?.bandwidth ?? 0;
    const first = at(svg, scale, values[0]);
    const step = values.length > 1 ? at(svg, scale, values[1]) - first : Math.sign(height) * band;
    // corners lie in the middle of the gaps
    return [first + band / 2 - step / 2, step];
  };
  const [left, wide] = stepOf('x', panel.xs);
  const [bottom, high] = stepOf('y', panel.ys);
  const d = contourOf(panel)
    .map(([x1, y1, x2, y2]) => `M${left + x1 * wide} ${bottom + y1 * high}L${left + x2 * wide} ${bottom + y2 * high}`)
    .join('');
  if (d === '') return;
  for (const [stroke, width] of [
    ['var(--page)', 6],
    ['var(--missed)', 3],
  ] as const) {
    const path = document.createElementNS(SVG, 'path');
    const look = { d, fill: 'none', stroke, 'stroke-width': width, 'stroke-linecap': 'square', class: 'contour' };
    for (const [key, value] of Object.entries(look)) path.setAttribute(key, String(value));
    svg.append(path);
  }
}

const shortest = (value: unknown): string => (typeof value === 'number' ? valueText(value, '') : String(value));
