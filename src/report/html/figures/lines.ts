// Lines over words or numbers, made of points: what figures of traces, servers and papers have in common.

import type { Hue, ResponsePlot } from '../figure.js';

/** Hues that no VM and no mechanism has, and dashes. */
export const hueAt = (i: number): Hue => ({
  colour: `var(--kind-${(i % 8) + 1})`,
  dash: i === 0 ? '' : `${4 + 2 * (i % 6)} ${2 + (i % 3)}`,
});

/** What is named in several figures keeps one hue through all of them; others have those that are left, in their order. */
export function huesByName(names: readonly string[], shared: ReadonlyMap<string, Hue> = new Map()): Map<string, Hue> {
  const taken = new Set(names.flatMap((name) => shared.get(name)?.colour ?? []));
  const free = Array.from({ length: 2 * names.length + taken.size }, (_, i) => hueAt(i)).filter(
    ({ colour }, i) => i >= 8 || !taken.has(colour),
  );
  let next = 0;
  return new Map([...new Set(names)].map((name) => [name, shared.get(name) ?? free[next++]!]));
}

/** Values of an axis are in an order, which no hues of VMs are: from dark to light, six at most apart. */
export const axisHue = (i: number, of: number): Hue => ({
  colour: `var(--axis-${1 + Math.round((5 * i) / Math.max(1, of - 1))})`,
  dash: hueAt(i).dash,
});

type Line = ResponsePlot['panels'][number]['lines'][number];

/** `hue`: its own, or that of its place. */
export function lineOf(name: string, hue: number | Hue, points: readonly (readonly [number | string, number])[]): Line {
  return {
    name,
    hue: typeof hue === 'number' ? hueAt(hue) : hue,
    points: points.map(([x, mean]) => ({ x, mean, low: null, high: null, missed: false })),
    knee: null,
  };
}
