// One strip a core, time to the right, the newest at the right edge: the colour says which VM, the texture what its vCPU does.
// Running is solid, searching and spinning pale, a move is hatched, idle is bare. Drawn pixel by pixel: 256 cores take some ms.

import type { History } from './history.js';
import type { Palette } from './palette.js';
import { IDLE, kindOf, MOVING, RUNNING, vmOf } from './protocol.js';

const PALE = 0.35;
/** Of all strips, in pixels, in one future and in each of two. */
const MOST_HEIGHT = 420;
const SHARED_HEIGHT = 160;

const packed = (red: number, green: number, blue: number): number =>
  ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0; // bytes lie as r g b a on every machine that runs browsers

/** Pixels of one core, its gap to the next included. */
export const rowHeight = (cores: number, small: boolean): number =>
  Math.max(2, Math.min(22, Math.floor((small ? SHARED_HEIGHT : MOST_HEIGHT) / cores)));

interface Ink {
  readonly first: number;
  /** Of every second diagonal. */
  readonly second: number;
}

export class Strips {
  private readonly context: CanvasRenderingContext2D;
  private image: ImageData | undefined;
  private inks = new Map<number, Ink>();
  private palette: Palette | undefined;

  constructor(
    readonly canvas: HTMLCanvasElement,
    readonly cores: number,
    private readonly small: boolean,
  ) {
    this.context = canvas.getContext('2d')!;
  }

  /** Pixels a core. */
  get row(): number {
    return rowHeight(this.cores, this.small);
  }

  private ink(code: number): Ink {
    const known = this.inks.get(code);
    if (known !== undefined) return known;
    const { idle, vmBytes } = this.palette!;
    const hue = vmBytes[vmOf(code)] ?? idle;
    const mixed = hue.map((part, i) => Math.round(PALE * part + (1 - PALE) * idle[i]!)) as [number, number, number];
    const kind = kindOf(code);
    const solid = packed(...(hue as [number, number, number]));
    const bare = packed(...(idle as [number, number, number]));
    const ink: Ink =
      kind === RUNNING
        ? { first: solid, second: solid }
        : kind === MOVING
          ? { first: solid, second: bare }
          : kind === IDLE
            ? { first: bare, second: bare }
            : { first: packed(...mixed), second: packed(...mixed) };
    this.inks.set(code, ink);
    return ink;
  }

  /** A patch of what a code looks like, for the key. */
  swatch(code: number, palette: Palette): void {
    const { canvas, context } = this;
    this.palette = palette;
    this.inks.clear();
    const image = context.createImageData(canvas.width, canvas.height);
    const pixels = new Uint32Array(image.data.buffer);
    const { first, second } = this.ink(code);
    pixels.forEach(
      (_, i) => (pixels[i] = ((i % canvas.width) + Math.floor(i / canvas.width)) % 4 < 2 ? first : second),
    );
    context.putImageData(image, 0, 0);
  }

  draw(history: History, fromNs: number, toNs: number, palette: Palette, width: number): void {
    const { canvas, context, cores, row } = this;
    const height = cores * row;
    if (canvas.width !== width || canvas.height !== height || this.image === undefined) {
      canvas.width = width;
      canvas.height = height;
      this.image = context.createImageData(width, height);
    }
    if (palette !== this.palette) {
      this.palette = palette;
      this.inks.clear();
    }
    const pixels = new Uint32Array(this.image.data.buffer);
    const page = packed(...(palette.page as [number, number, number]));
    const gap = row >= 5 ? 1 : 0;
    pixels.fill(page);
    const perPixel = (toNs - fromNs) / width;
    const phase = Math.floor(fromNs / perPixel); // the hatch moves with what it is drawn on
    let index = history.indexAt(fromNs);
    for (let x = 0; x < width; x++) {
      const time = fromNs + (x + 0.5) * perPixel;
      while (index < history.timeNs.length && history.timeNs[index]! < time) index++;
      const column = history.cores[index];
      if (column === undefined) break; // not simulated yet
      for (let core = 0; core < cores; core++) {
        const { first, second } = this.ink(column[core]!);
        const from = core * row;
        const to = from + row - gap;
        if (first === second) for (let y = from; y < to; y++) pixels[y * width + x] = first;
        else for (let y = from; y < to; y++) pixels[y * width + x] = ((x + phase + y) & 3) < 2 ? first : second;
      }
    }
    context.putImageData(this.image, 0, 0);
  }

  /** A thin line over all cores at an instant, or a frame around one core. */
  mark(x: number, colour: string, dashed: boolean): void {
    const { context, canvas } = this;
    context.save();
    context.strokeStyle = colour;
    context.setLineDash(dashed ? [4, 3] : []);
    context.beginPath();
    context.moveTo(Math.round(x) + 0.5, 0);
    context.lineTo(Math.round(x) + 0.5, canvas.height);
    context.stroke();
    context.restore();
  }

  frame(core: number, colour: string): void {
    const { context, canvas, row } = this;
    context.save();
    context.strokeStyle = colour;
    context.lineWidth = 1;
    context.strokeRect(0.5, core * row + 0.5, canvas.width - 1, Math.max(1, row - 1));
    context.restore();
  }
}
