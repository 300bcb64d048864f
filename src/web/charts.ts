// Tasks that wait, and latency now, over the same time as the strips: uPlot draws, axes say the units. Latency is on a logarithmic
// axis with the objectives as lines; what waits on one that is linear near zero and logarithmic beyond.

import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatCount, formatDurationNs, formatExactDurationNs } from '../report/units.js';
import type { History } from './history.js';
import type { Palette } from './palette.js';
import type { VmAbout } from './protocol.js';

/** Of a chart, alone and where two futures share the page. */
const HEIGHT = 130;
const SMALL = 76;
/** VMs that are drawn as lines of their own. */
const MOST_LINES = 8;
const AXIS_WIDTH = 56;
const LABEL_WIDTH = 44;
const FONT = '12px system-ui, sans-serif';

const micro = (text: string): string => text.replace(' us', ' µs');
const ticks = (values: readonly (number | null)[]): string[] =>
  values.map((value) => (value === null ? '' : value === 0 ? '0' : micro(formatExactDurationNs(Math.round(value)))));

interface Parts {
  readonly kind: 'waiting' | 'latency';
  readonly vms: readonly VmAbout[];
  readonly palette: Palette;
  readonly width: number;
  readonly small: boolean;
}

const decade = (ns: number, round: (value: number) => number): number => 10 ** round(Math.log10(Math.max(1, ns)));

/** Ticks at powers of ten alone. */
const decades = (low: number, high: number): number[] =>
  Array.from({ length: Math.round(Math.log10(high / low)) + 1 }, (_, i) => low * 10 ** i);

/** Of what waits: few enough to be read on an axis that is linear near zero. */
function countTicks(most: number): number[] {
  if (most < 20) return [0, 5, 10].filter((value) => value <= most);
  return [0, ...decades(10, 10 ** Math.floor(Math.log10(most)))];
}

/** Without the label that the edge would cut. */
function whole(plot: uPlot, values: readonly number[]): string[] {
  const last = plot.width - AXIS_WIDTH - LABEL_WIDTH / 2;
  return ticks(values.map((value) => (plot.valToPos(value, 'x') > last ? null : value)));
}

function scaleOf(kind: Parts['kind']): uPlot.Scale {
  return kind === 'latency'
    ? {
        distr: 3,
        range: (_plot, low, high) => [decade(low ?? 1e4, Math.floor), Math.max(1e6, decade(high ?? 1e6, Math.ceil))],
      }
    : { distr: 4, asinh: 4, range: (_plot, _low, high) => [0, Math.max(8, high)] };
}

/** The objectives, each a line with its name. */
function drawObjectives(plot: uPlot, { vms, palette }: Parts): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = palette.missed;
  ctx.fillStyle = palette.missed;
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.setLineDash([6, 4]);
  ctx.textAlign = 'right';
  const seen = new Set<number>();
  for (const { slo } of vms.slice(0, MOST_LINES)) {
    if (slo === null || seen.has(slo.latencyNs)) continue;
    seen.add(slo.latencyNs);
    const y = plot.valToPos(slo.latencyNs, 'y', true);
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.fillText(`SLO ${micro(formatDurationNs(slo.latencyNs))}`, bbox.left + bbox.width - 4, y - 6 * devicePixelRatio);
  }
  ctx.restore();
}

function optionsOf(parts: Parts): uPlot.Options {
  const { kind, vms, palette, width } = parts;
  const axis = { stroke: palette.text, font: FONT, grid: { stroke: palette.grid, width: 1 }, ticks: { show: false } };
  return {
    width,
    height: parts.small ? SMALL : HEIGHT,
    cursor: { show: false },
    legend: { show: false },
    padding: [8, 0, kind === 'latency' ? 0 : 6, 0],
    scales: { x: { time: false }, y: scaleOf(kind) },
    axes: [
      { ...axis, show: kind === 'latency', size: 24, values: whole },
      {
        ...axis,
        size: AXIS_WIDTH,
        splits: (_plot: uPlot, _axis: number, low: number, high: number) =>
          kind === 'latency' ? decades(low, high) : countTicks(high),
        values: (_plot, values) =>
          kind === 'latency' ? ticks(values) : values.map((value) => (value === null ? '' : formatCount(value))),
      },
    ],
    series: [
      {},
      ...vms.slice(0, MOST_LINES).map((vm, i): uPlot.Series => {
        return { label: vm.name, stroke: palette.vms[i]!, width: 1.5, points: { show: false }, spanGaps: true };
      }),
    ],
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

  draw(history: History, fromNs: number, toNs: number): void {
    const lines = Math.min(this.parts.vms.length, MOST_LINES);
    const table: (number | null)[][] = Array.from({ length: lines + 1 }, () => []);
    if (this.parts.kind === 'waiting') {
      for (let i = history.indexAt(fromNs); i < history.timeNs.length; i++) {
        table[0]!.push(history.timeNs[i]!);
        for (let vm = 0; vm < lines; vm++) table[vm + 1]!.push(history.waiting[i]![vm]!);
      }
    } else {
      for (const { timeNs, latencyNs } of history.points) {
        if (timeNs < fromNs) continue;
        table[0]!.push(timeNs);
        for (let vm = 0; vm < lines; vm++) table[vm + 1]!.push(latencyNs[vm] ?? null);
      }
    }
    this.plot.batch(() => {
      this.plot.setData(table as unknown as uPlot.AlignedData, false);
      this.plot.setScale('x', { min: fromNs, max: toNs });
    });
  }

  close(): void {
    this.plot.destroy();
  }
}

/** Where the plotted area begins, so that strips above stand over the same instants. */
export const LEFT = AXIS_WIDTH;
