// A panel: one picture with its title. Names stand beside the lines that they name, moved apart where they would cover one another.

import * as Plot from '@observablehq/plot';
import type { Readout } from './readout.js';
import { LINE, spaced } from './spaced.js';

export interface Panel {
  readonly title: string;
  readonly svg: SVGSVGElement;
  /** What its lines have where somebody points. */
  readonly readout?: Readout;
}

/** From which share of a window to which it is looked at. */
export interface View {
  readonly from: number;
  readonly to: number;
}

/** What a drawing may take. */
export interface Room {
  /** Of one panel, in pixels. */
  readonly width: number;
  readonly narrow: boolean;
  /** Of the figure: names of patterns must differ within a page. */
  readonly id: string;
  /** By the kind of window, where a part is looked at. */
  readonly views?: ReadonlyMap<string, View>;
}

export const SVG = 'http://www.w3.org/2000/svg';

/** Our look of every picture; what a drawing asks for comes over it. */
export function plot({ width }: Room, options: Plot.PlotOptions): SVGSVGElement & Plot.Plot {
  const style = { fontFamily: 'system-ui, sans-serif', fontSize: '13px', background: 'none', overflow: 'visible' };
  const drawn = Plot.plot({ width, style, ...options }) as SVGSVGElement & Plot.Plot;
  for (const axis of ['x', 'y'] as const) writeTicks(drawn, axis, options[axis]);
  keepTicksInside(drawn, width);
  return drawn;
}

/** The text of a last tick at the very edge would be cut off in a file. */
function keepTicksInside(drawn: SVGSVGElement, width: number): void {
  for (const text of drawn.querySelectorAll('[aria-label="x-axis tick label"] text')) {
    const transform = text.getAttribute('transform') ?? '';
    const x = Number(/^translate\(([-\d.]+)/.exec(transform)?.[1]);
    if (Number.isNaN(x) || transform.includes('rotate')) continue;
    const half = (text.textContent.length * CHARACTER) / 2;
    const over = x + half > width ? width - x - half : x - half < 0 ? half - x : 0;
    if (over !== 0) text.setAttribute('dx', String(over));
  }
}

/** Every tick of a logarithmic axis with its text: Plot leaves out those of 5 and more, also where the ticks were chosen. */
function writeTicks(drawn: SVGSVGElement, axis: 'x' | 'y', scale: Plot.ScaleOptions = {}): void {
  const { type, ticks, tickFormat } = scale;
  if (type !== 'log' || !Array.isArray(ticks) || typeof tickFormat !== 'function') return;
  const texts = drawn.querySelectorAll(`[aria-label="${axis}-axis tick label"] text`);
  if (texts.length !== ticks.length) return;
  const format = tickFormat as (value: number) => string;
  texts.forEach((text, i) => (text.textContent = format(Number(ticks[i]))));
}

export const muted = { stroke: 'var(--grid)', strokeOpacity: 1 } as const;

export interface Label {
  readonly text: string;
  readonly colour: string;
  /** Where it belongs, in pixels. */
  readonly x: number;
  readonly y: number;
}

const CHARACTER = 7.2;
/** Of a label. */
export const BOLD = 7.8;

/** Labels of one column a line apart; `from`: where each belongs. */
function inColumns(
  labels: readonly Label[],
  height: number,
): (Label & { readonly from: number; readonly gap: number })[] {
  const columns = new Map<number, Label[]>();
  for (const label of labels) columns.set(Math.round(label.x), [...(columns.get(Math.round(label.x)) ?? []), label]);
  return [...columns.values()].flatMap((column) => {
    const places = spaced(
      column.map(({ y }) => y),
      [9, height - 5],
    );
    // names that stand away from their places leave room for a line to them
    const away = column.length > 1 && column.some(({ y }, i) => Math.abs(places[i]! - y) > LINE / 2);
    return column.map((label, i) => ({
      ...label,
      y: column.length === 1 ? label.y : places[i]!,
      from: label.y,
      gap: away ? 22 : 8,
    }));
  });
}

/** Writes the labels to the right of their places (or the left, where they would leave the picture), each where no other stands. */
export function writeLabels(svg: SVGSVGElement, labels: readonly Label[], width: number, height: number): void {
  const taken: { x: number; y: number; wide: number }[] = [];
  for (const { text, colour, x, y, from, gap } of inColumns(labels, height).sort((a, b) => a.y - b.y || a.x - b.x)) {
    const wide = text.length * BOLD;
    const left = x + gap + wide > width;
    const begin = left ? x - 8 - wide : x + gap;
    const free = (at: number): boolean =>
      taken.every((one) => Math.abs(one.y - at) > LINE - 0.5 || begin + wide < one.x || begin > one.x + one.wide);
    const offsets = Array.from({ length: 24 }, (_, i) => (i % 2 === 0 ? -1 : 1) * Math.ceil(i / 2) * (LINE / 2));
    const place = offsets.map((offset) => y + offset).find((at) => at > 8 && at < height - 4 && free(at)) ?? y;
    taken.push({ x: begin, y: place, wide });
    if (!left && Math.abs(place - from) > LINE / 2) leader(svg, colour, [x + 3, from], [begin - 1, place]);
    writeLabel(svg, text, colour, begin, place);
  }
}

/** From what is named to a name that stands away from it. */
function leader(svg: SVGSVGElement, colour: string, [x1, y1]: [number, number], [x2, y2]: [number, number]): void {
  const line = document.createElementNS(SVG, 'line');
  const look = { x1, y1, x2, y2, stroke: colour, 'stroke-width': 1, 'stroke-opacity': 0.6 };
  for (const [key, value] of Object.entries(look)) line.setAttribute(key, String(value));
  svg.append(line);
}

export function writeLabel(svg: SVGSVGElement, text: string, colour: string, x: number, y: number): void {
  const element = document.createElementNS(SVG, 'text');
  element.textContent = text;
  element.setAttribute('x', String(x));
  element.setAttribute('y', String(y));
  element.setAttribute('dy', '0.32em');
  element.setAttribute('text-anchor', 'start'); // Plot centres all text of a picture
  element.setAttribute('fill', colour);
  element.setAttribute('font-weight', '600');
  element.setAttribute('stroke', 'var(--page)');
  element.setAttribute('stroke-width', '4');
  element.setAttribute('stroke-linejoin', 'round');
  element.setAttribute('paint-order', 'stroke');
  svg.append(element);
}

/** Whether some labels, each right of its place, would cover one another. */
export const crowded = (labels: readonly Label[]): boolean =>
  labels.some((one, i) =>
    labels.slice(i + 1).some((two) => {
      const [left, right] = one.x < two.x ? [one, two] : [two, one];
      return Math.abs(one.y - two.y) < LINE && right.x - left.x < left.text.length * CHARACTER;
    }),
  );

/** Pixels of a value on a scale. */
export const at = (drawn: Plot.Plot, scale: 'x' | 'y', value: unknown): number =>
  Number(drawn.scale(scale)?.apply(value) ?? 0);

/** Diagonal stripes of a colour: in motion. */
export function hatch(svg: SVGSVGElement, id: string, colour: string, size = 6): void {
  const pattern = document.createElementNS(SVG, 'pattern');
  for (const [name, value] of [
    ['id', id],
    ['width', String(size)],
    ['height', String(size)],
    ['patternUnits', 'userSpaceOnUse'],
  ] as const)
    pattern.setAttribute(name, value);
  pattern.setAttribute('patternTransform', 'rotate(45)');
  const stripe = document.createElementNS(SVG, 'rect');
  for (const [name, value] of [
    ['width', String(size / 2)],
    ['height', String(size)],
    ['fill', colour],
  ] as const)
    stripe.setAttribute(name, value);
  pattern.append(stripe);
  const defs = document.createElementNS(SVG, 'defs');
  defs.append(pattern);
  svg.prepend(defs);
}

/** Words in lines of at most so many characters. */
export function wrap(text: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
