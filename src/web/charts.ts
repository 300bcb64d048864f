// Tasks that wait, and latency now, over the same time as the strips: uPlot draws, axes say the units. Latency is on a logarithmic
// axis with the objectives as lines, of the VMs that have one (of all where none has); what waits on one that is linear near zero and
// logarithmic beyond. Two futures share a chart: a VM keeps its colour, the second future is dashed.

import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatCount, formatDurationNs, formatExactDurationNs } from '../report/units.js';
import type { History } from './history.js';
import type { Palette } from './palette.js';
import type { VmAbout } from './protocol.js';
import { countTicks } from './ticks.js';

/** Of a chart of one future, and of two, which leave less room. */
const HEIGHT = 112;
const SHARED = 92;
/** VMs that are drawn as lines of their own. */
const MOST_LINES = 8;
const AXIS_WIDTH = 56;
const LABEL_WIDTH = 44;
/** Of the axis of time, at least from label to label. */
const LABEL_SPACE = 64;
const FONT = '12px system-ui, sans-serif';
const SECOND = [5, 4];
/** Tasks up to which their axis is linear. */
const LINEAR = 4;

const micro = (text: string): string => text.replace(' us', ' µs');
const ticks = (values: readonly (number | null)[]): string[] =>
  values.map((value) => (value === null ? '' : value === 0 ? '0' : micro(formatExactDurationNs(Math.round(value)))));

interface Parts {
  readonly kind: 'waiting' | 'latency';
  readonly vms: readonly VmAbout[];
  readonly palette: Palette;
  readonly width: number;
  /** One or two. */
  readonly futures: number;
}

/** The VMs that are judged by their latencies, by index: those with an objective, all where none has one. */
export function judged(vms: readonly VmAbout[]): number[] {
  const all = vms.slice(0, MOST_LINES).map((_, i) => i);
  const aimed = all.filter((i) => vms[i]!.slo !== null);
  return aimed.length > 0 ? aimed : all;
}

const drawn = ({ kind, vms }: Parts): number[] =>
  kind === 'latency' ? judged(vms) : vms.slice(0, MOST_LINES).map((_, i) => i);

const decade = (ns: number, round: (value: number) => number): number => 10 ** round(Math.log10(Math.max(1, ns)));

/** Ticks at powers of ten alone. */
const decades = (low: number, high: number): number[] =>
  Array.from({ length: Math.round(Math.log10(high / low)) + 1 }, (_, i) => low * 10 ** i);

/** Without the labels that the edge would cut, or that would touch those of the other axis. */
function whole(plot: uPlot, values: readonly number[]): string[] {
  const last = plot.width - AXIS_WIDTH - LABEL_WIDTH / 2;
  const stands = (at: number, value: number): boolean => at <= last && (at >= LABEL_WIDTH / 2 || value === 0);
  return ticks(values.map((value) => (stands(plot.valToPos(value, 'x'), value) ? value : null)));
}

function scaleOf(kind: Parts['kind']): uPlot.Scale {
  return kind === 'latency'
    ? {
        distr: 3,
        range: (_plot, low, high) => [decade(low ?? 1e4, Math.floor), Math.max(1e6, decade(high ?? 1e6, Math.ceil))],
      }
    : { distr: 4, asinh: LINEAR, range: (_plot, _low, high) => [0, Math.max(8, high)] };
}

/** A line at what was aimed at, with its name on paper of its own: no other line strikes it through. */
function drawAim(plot: uPlot, at: number, label: string, colour: string, paper: string): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  const y = plot.valToPos(at, 'y', true);
  if (y < bbox.top || y > bbox.top + bbox.height) return;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.font = `${11 * scale}px system-ui, sans-serif`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  ctx.setLineDash([6 * scale, 4 * scale]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  const half = 8 * scale;
  // above its line where there is room
  const middle = y - 2 * half < bbox.top ? y + half + scale : y - half - scale;
  ctx.fillStyle = paper;
  ctx.fillRect(bbox.left + scale, middle - half, ctx.measureText(label).width + 8 * scale, 2 * half);
  ctx.fillStyle = colour;
  ctx.fillText(label, bbox.left + 5 * scale, middle);
  ctx.restore();
}

/** The objectives, one line for those that are equal. */
function drawObjectives(plot: uPlot, { vms, palette }: Parts): void {
  const aims = new Set(vms.slice(0, MOST_LINES).flatMap(({ slo }) => (slo === null ? [] : [slo.latencyNs])));
  for (const ns of aims) drawAim(plot, ns, `SLO ${micro(formatDurationNs(ns))}`, palette.missed, palette.paper);
}

function optionsOf(parts: Parts): uPlot.Options {
  const { kind, vms, palette, width, futures } = parts;
  const axis = { stroke: palette.text, font: FONT, grid: { stroke: palette.grid, width: 1 }, ticks: { show: false } };
  const line = (future: number, vm: number): uPlot.Series => {
    const dash = future > 0 ? { dash: SECOND } : {};
    const label = futures > 1 ? `${'AB'[future]} ${vms[vm]!.name}` : vms[vm]!.name;
    return { label, stroke: palette.vms[vm]!, width: 1.5, points: { show: false }, spanGaps: true, ...dash };
  };
  return {
    width,
    height: futures > 1 ? SHARED : HEIGHT,
    cursor: { show: false },
    legend: { show: false },
    padding: [8, 0, kind === 'latency' ? 0 : 6, 0],
    scales: { x: { time: false }, y: scaleOf(kind) },
    axes: [
      { ...axis, show: kind === 'latency', size: 24, space: LABEL_SPACE, values: whole },
      {
        ...axis,
        size: AXIS_WIDTH,
        splits: (_plot: uPlot, _axis: number, low: number, high: number) =>
          kind === 'latency' ? decades(low, high) : countTicks(high, LINEAR),
        filter: (_plot, splits) => splits,
        values: (_plot, values) =>
          kind === 'latency' ? ticks(values) : values.map((value) => (value === null ? '' : formatCount(value))),
      },
    ],
    series: [{}, ...Array.from({ length: futures }, (_, future) => drawn(parts).map((vm) => line(future, vm))).flat()],
    hooks: kind === 'latency' ? { draw: [(plot) => drawObjectives(plot, parts)] } : {},
  };
}

export class Chart {
  private readonly plot: uPlot;

  constructor(
    private readonly parts: Parts,
    readonly place: HTMLElement,
  ) {
    this.plot = new uPlot(optionsOf(parts), [[]], place);
  }

  draw(futures: readonly History[], fromNs: number, toNs: number): void {
    const table = this.parts.kind === 'waiting' ? this.waiting(futures, fromNs) : this.latency(futures, fromNs);
    this.plot.batch(() => {
      this.plot.setData(table as unknown as uPlot.AlignedData, false);
      this.plot.setScale('x', { min: fromNs, max: toNs });
    });
  }

  /** The second future may have been seen later than the first: what both have ends at the same instant. */
  private waiting(futures: readonly History[], fromNs: number): (number | null)[][] {
    const { timeNs } = futures[0]!;
    const begin = futures[0]!.indexAt(fromNs);
    const lines = drawn(this.parts);
    return [
      timeNs.slice(begin),
      ...futures.flatMap(({ waiting }) => {
        const later = timeNs.length - waiting.length;
        return lines.map((vm) => timeNs.slice(begin).map((_, i) => waiting[begin + i - later]?.[vm] ?? null));
      }),
    ];
  }

  private latency(futures: readonly History[], fromNs: number): (number | null)[][] {
    const [{ points: first }] = futures as [History];
    const from = first.findIndex(({ timeNs }) => timeNs >= fromNs);
    const begin = from < 0 ? first.length : from;
    const shown = first.slice(begin);
    const lines = drawn(this.parts);
    return [
      shown.map(({ timeNs }) => timeNs),
      ...futures.flatMap(({ points }) => {
        const later = first.length - points.length;
        return lines.map((vm) => shown.map((_, i) => points[begin + i - later]?.latencyNs[vm] ?? null));
      }),
    ];
  }

  close(): void {
    this.plot.destroy();
  }
}

/** Where the plotted area begins, so that strips above stand over the same instants. */
export const LEFT = AXIS_WIDTH;
