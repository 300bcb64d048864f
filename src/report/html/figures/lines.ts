// Lines over words or numbers, made of points: what figures of traces, servers and papers have in common.

import type { Hue, ResponsePlot } from '../figure.js';

/** As VMs are told apart, and by their dashes too. */
export const hueAt = (i: number): Hue => ({
  colour: `var(--vm-${(i % 8) + 1})`,
  dash: i === 0 ? '' : `${4 + 2 * (i % 6)} ${2 + (i % 3)}`,
});

/** Values of an axis are in an order, which no hues of VMs are: from dark to light, six at most apart. */
export const axisHue = (i: number, of: number): Hue => ({
  colour: `var(--axis-${1 + Math.round((5 * i) / Math.max(1, of - 1))})`,
  dash: hueAt(i).dash,
});

type Line = ResponsePlot['panels'][number]['lines'][number];

export function lineOf(name: string, i: number, points: readonly (readonly [number | string, number])[]): Line {
  return {
    name,
    hue: hueAt(i),
    points: points.map(([x, mean]) => ({ x, mean, low: null, high: null, missed: false })),
    knee: null,
  };
}
