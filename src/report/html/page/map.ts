// A map of very many cells: one picture of so many pixels, drawn large; as single rectangles thirty thousand of them would take a second.

import type { MapPlot } from '../figure.js';
import { type Panel, type Room, SVG } from './panel.js';

/** Cells are twice as wide as they are high at most: a fleet of few hosts stays a strip of squares. */
const ASPECT = 2.2;
const MOST_CELL = 18;

/** From dark blue over teal to light yellow: little to much, told apart in grey as well. */
const STOPS = [
  [26, 33, 69],
  [34, 94, 131],
  [62, 154, 137],
  [150, 205, 110],
  [253, 231, 76],
] as const;

function colourOf(percent: number): readonly [number, number, number] {
  const place = (Math.min(100, Math.max(0, percent)) / 100) * (STOPS.length - 1);
  const low = Math.min(STOPS.length - 2, Math.floor(place));
  const part = place - low;
  const mix = (i: number): number => Math.round(STOPS[low]![i]! * (1 - part) + STOPS[low + 1]![i]! * part);
  return [mix(0), mix(1), mix(2)];
}

function panelOf(title: string, percent: readonly number[], { width }: Room): Panel {
  const columns = Math.max(1, Math.min(percent.length, Math.ceil(Math.sqrt(percent.length * ASPECT))));
  const rows = Math.ceil(percent.length / columns);
  const canvas = document.createElement('canvas');
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext('2d')!;
  const pixels = context.createImageData(columns, rows);
  percent.forEach((value, i) => pixels.data.set([...colourOf(value), 255], 4 * i));
  context.putImageData(pixels, 0, 0);
  const cell = Math.min(MOST_CELL, width / columns);
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const image = document.createElementNS(SVG, 'image');
  const [wide, high] = [cell * columns, cell * rows];
  for (const [name, value] of [
    ['width', wide],
    ['height', high],
  ] as const) {
    svg.setAttribute(name, String(value));
    image.setAttribute(name, String(value));
  }
  svg.setAttribute('viewBox', `0 0 ${wide} ${high}`);
  image.setAttribute('preserveAspectRatio', 'none');
  image.setAttribute('style', 'image-rendering: pixelated');
  image.setAttribute('href', canvas.toDataURL());
  svg.append(image);
  return { title, svg };
}

export const map = ({ panels }: MapPlot, room: Room): Panel[] =>
  panels.map(({ title, percent }) => panelOf(title, percent, room));
