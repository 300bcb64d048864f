// Colours as the style sheet has them, as bytes for a canvas. A VM keeps its hue in every picture of the program; beyond eight
// VMs its class gives the hue and its index the lightness.

import type { VmAbout } from './protocol.js';

type Rgb = readonly [red: number, green: number, blue: number];

const HUES = 8;

export interface Palette {
  readonly page: Rgb;
  readonly idle: Rgb;
  /** Of cores that poll for the host. */
  readonly polls: Rgb;
  readonly missed: string;
  /** `page`, as CSS has it. */
  readonly paper: string;
  readonly text: string;
  readonly grid: string;
  /** CSS colour of each VM. */
  readonly vms: readonly string[];
  readonly vmBytes: readonly Rgb[];
}

const vmColour = (style: CSSStyleDeclaration, index: number, total: number, kind: VmAbout['kind']): string => {
  if (total <= HUES) return style.getPropertyValue(`--vm-${index + 1}`).trim();
  const lightness = 38 + Math.round((30 * index) / total);
  return kind === 'best-effort' ? `hsl(38, 75%, ${lightness}%)` : `hsl(205, 70%, ${lightness}%)`;
};

function bytesOf(colour: string, context: CanvasRenderingContext2D): Rgb {
  context.fillStyle = colour; // reads back as #rrggbb
  const digits = parseInt(context.fillStyle.slice(1), 16);
  return [digits >> 16, (digits >> 8) & 255, digits & 255];
}

export function readPalette(vms: readonly VmAbout[]): Palette {
  const style = getComputedStyle(document.documentElement);
  const context = document.createElement('canvas').getContext('2d')!;
  const variable = (name: string): string => style.getPropertyValue(name).trim();
  const colours = vms.map(({ kind }, i) => vmColour(style, i, vms.length, kind));
  return {
    page: bytesOf(variable('--page'), context),
    idle: bytesOf(variable('--strip'), context),
    polls: bytesOf(variable('--poll'), context),
    missed: variable('--missed'),
    paper: variable('--page'),
    text: variable('--quiet'),
    grid: variable('--grid'),
    vms: colours,
    vmBytes: colours.map((colour) => bytesOf(colour, context)),
  };
}
