// What the lines of tails and of sweeps have at a place of their x-axis.

import type * as Plot from '@observablehq/plot';
import type { ResponsePlot, TailPlot } from '../figure.js';
import { at } from './panel.js';
import { nearest, type Readout, shareAt } from './readout.js';
import { shareText, timeText, valueText } from './ticks.js';

type Frame = readonly [left: number, right: number, top: number, bottom: number];

/** Of each line the share of requests that took longer than the time that is pointed at. */
export function tailReadout(
  svg: SVGSVGElement & Plot.Plot,
  lines: TailPlot['panels'][number]['lines'],
  [left, right, top, bottom]: Frame,
): Readout {
  const scale = svg.scale('x')!;
  return {
    ...{ left, right, top, bottom },
    at(x) {
      const ns = scale.invert!(x) as number;
      const values = lines.map(({ name, hue, curve, points }) => {
        const share = shareAt(curve.length > 0 ? curve : points.map((point) => [point.ns, point.share] as const), ns);
        // between quantiles nobody counted
        const text = share === undefined ? '–' : `${curve.length > 0 ? '' : '≥ '}${shareText(share)}`;
        return { name, colour: hue.colour, text };
      });
      return { x, head: `longer than ${timeText(Number(ns.toPrecision(3)))}`, values };
    },
  };
}

/** Of each line its value, with the interval, at the point nearest to where somebody points. */
export function responseReadout(
  svg: SVGSVGElement & Plot.Plot,
  figure: ResponsePlot,
  { lines, unit }: ResponsePlot['panels'][number],
  [left, right, top, bottom]: Frame,
): Readout | undefined {
  const xs = [...new Set(lines.flatMap(({ points }) => points.map(({ x }) => x)))];
  if (figure.cloud || xs.length === 0) return undefined;
  return {
    ...{ left, right, top, bottom },
    at(x) {
      const value = nearest(xs, (one) => at(svg, 'x', one), x)!;
      const values = lines.flatMap(({ name, hue, points }) => {
        const point = points.find((one) => one.x === value);
        if (point === undefined) return [{ name, colour: hue.colour, text: '–' }];
        const { mean, low, high, missed, beyond } = point;
        const half = low === null || high === null ? '' : ` ± ${valueText((high - low) / 2, unit)}`;
        const text = `${beyond === true ? '> ' : ''}${valueText(mean, unit)}${half}${missed ? ' ✕' : ''}`;
        return [{ name, colour: hue.colour, text }];
      });
      const said = typeof value === 'number' ? valueText(value, figure.xUnit ?? '') : value;
      return { x: at(svg, 'x', value), head: `${figure.x} = ${said}`, values };
    },
  };
}
