// Names of lines by their look, below a picture or in a corner of it.

import type { Hue } from '../figure.js';
import { BOLD, SVG, writeLabel } from './panel.js';

interface Keyed {
  readonly name: string;
  readonly hue: Hue;
  readonly missed?: boolean;
}

/** The names of the lines by their look, where nothing is drawn: for ends so near that a name would stand at another's. */
export function writeKey(svg: SVGSVGElement, lines: readonly Keyed[], bottom: number, left: number): void {
  lines.forEach(({ name, hue, missed = false }, i) => {
    const y = bottom - 16 * (lines.length - 1 - i);
    const sample = document.createElementNS(SVG, 'line');
    const look = {
      x1: left,
      x2: left + 30,
      y1: y,
      y2: y,
      stroke: hue.colour,
      'stroke-width': 2.25,
      'stroke-dasharray': hue.dash,
    };
    for (const [key, value] of Object.entries(look)) sample.setAttribute(key, String(value));
    svg.append(sample);
    writeLabel(svg, missed ? `${name} ✕` : name, hue.colour, left + 36, y);
  });
}

/** Between a line's end and its name, which a line of its own may join. */
export const NAME_GAP = 26;

/** Names too long for the room at the right: they stand in a key below the picture, which grows by that. */
export const keyedBelow = (lines: readonly Keyed[], right: number): boolean =>
  Math.max(0, ...lines.map(({ name }) => name.length)) * BOLD + NAME_GAP > right;
export const keyHeight = (lines: readonly Keyed[]): number => 16 * lines.length + 10;
