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

/** Grey on either paper: nobody knows. */
const NOTHING = [128, 128, 128, 80] as const;

function colourOf(percent: number): readonly [number, number, number] {
  const place = (Math.min(100, Math.max(0, percent)) / 100) * (STOPS.length - 1);
  const low = Math.min(STOPS.length - 2, Math.floor(place));
  const part = place - low;
  const mix = (i: number): number => Math.round(STOPS[low]![i]! * (1 - part) + STOPS[low + 1]![i]! * part);
  return [mix(0), mix(1), mix(2)];
}

/** Pixels: the foot below the cells, and the strip of all colours in it. */
const FOOT = 36;
const SCALE = 210;
const STEPS = 20;

function writeScale(svg: SVGElement, top: number, most: number): void {
  const put = (name: string, attributes: Readonly<Record<string, string | number>>, text = ''): void => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    element.textContent = text;
    svg.append(element);
  };
  const font = 'font: 13px system-ui, sans-serif';
  for (let i = 0; i < STEPS; i++) {
    const fill = `rgb(${colourOf((100 * i) / (STEPS - 1)).join(' ')})`;
    put('rect', { x: 30 + 6 * i, y: top, width: 6.5, height: 12, fill });
  }
  put('text', { x: 0, y: top + 11, fill: 'currentColor', style: font }, '0 %');
  put('text', { x: 36 + 6 * STEPS, y: top + 11, fill: 'currentColor', style: font }, `${most} %`);
}

function panelOf({ title, percent, most }: MapPlot['panels'][number], { width }: Room): Panel {
  const columns = Math.max(1, Math.min(percent.length, Math.ceil(Math.sqrt(percent.length * ASPECT))));
  const rows = Math.ceil(percent.length / columns);
  const canvas = document.createElement('canvas');
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext('2d')!;
  const pixels = context.createImageData(columns, rows);
  percent.forEach((value, i) =>
    pixels.data.set(value === null ? NOTHING : [...colourOf((100 * value) / most), 255], 4 * i),
  );
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
  svg.setAttribute('viewBox', `0 0 ${Math.max(wide, SCALE)} ${high + FOOT}`);
  svg.setAttribute('width', String(Math.max(wide, SCALE)));
  svg.setAttribute('height', String(high + FOOT));
  writeScale(svg, high + 10, most);
  image.setAttribute('preserveAspectRatio', 'none');
  image.setAttribute('style', 'image-rendering: pixelated');
  image.setAttribute('href', canvas.toDataURL());
  svg.append(image);
  return { title, svg };
}

export const map = ({ panels }: MapPlot, room: Room): Panel[] => panels.map((panel) => panelOf(panel, room));
