// One strip a core, time to the right, the newest at the right edge: the colour says which VM, the texture what its vCPU does.
// Running is solid, searching and spinning pale, a move is hatched, idle is bare, a core that polls for the host grey. Drawn pixel by
// pixel, the new columns alone; the numbers of the VMs stand over them.

import type { History } from './history.js';
import { drawNumbers, LEAST_ROW } from './numbers.js';
import type { Palette } from './palette.js';
import { codeOf, IDLE, kindOf, MOVING, POLLING, RUNNING, vmOf } from './protocol.js';

const PALE = 0.35;
/** Of a row, in pixels. */
const MOST_ROW = 22;

const packed = (red: number, green: number, blue: number): number =>
  ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0; // bytes lie as r g b a on every machine that runs browsers

/** Pixels of one core, its gap to the next included. */
export const rowHeight = (cores: number, height: number): number =>
  Math.max(1, Math.min(MOST_ROW, Math.floor(height / cores)));

interface Ink {
  readonly first: number;
  /** Of every second diagonal. */
  readonly second: number;
}

export class Strips {
  private readonly context: CanvasRenderingContext2D;
  private image: ImageData | undefined;
  /** By code. */
  private inks: (Ink | undefined)[] = [];
  private palette: Palette | undefined;
  /** What the image holds: of which history, from when, in what steps, so many columns from the left. */
  private drawn: { history: History; fromNs: number; perPixel: number; phase: number; columns: number } | undefined;

  constructor(
    readonly canvas: HTMLCanvasElement,
    /** Rows: those that are not the VMs' poll for the host. */
    readonly cores: number,
    /** Pixels a core. */
    readonly row: number,
  ) {
    this.context = canvas.getContext('2d')!;
  }

  private ink(code: number): Ink {
    const known = this.inks[code];
    if (known !== undefined) return known;
    const { idle, polls, vmBytes } = this.palette!;
    const hue = vmBytes[vmOf(code)] ?? idle;
    const mixed = hue.map((part, i) => Math.round(PALE * part + (1 - PALE) * idle[i]!)) as [number, number, number];
    const kind = kindOf(code);
    const solid = packed(...(hue as [number, number, number]));
    const bare = packed(...(idle as [number, number, number]));
    const grey = packed(...(polls as [number, number, number]));
    const ink: Ink =
      kind === POLLING
        ? { first: grey, second: grey }
        : kind === RUNNING
          ? { first: solid, second: solid }
          : kind === MOVING
            ? { first: solid, second: bare }
            : kind === IDLE
              ? { first: bare, second: bare }
              : { first: packed(...mixed), second: packed(...mixed) };
    this.inks[code] = ink;
    return ink;
  }

  /** A patch of what a code looks like, for the key. */
  swatch(code: number, palette: Palette): void {
    const { canvas, context } = this;
    this.palette = palette;
    this.inks = [];
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
    const perPixel = (toNs - fromNs) / width;
    if (canvas.width !== width || canvas.height !== height || this.image === undefined) {
      canvas.width = width;
      canvas.height = height;
      this.image = context.createImageData(width, height);
      this.drawn = undefined;
    }
    if (palette !== this.palette) {
      this.palette = palette;
      this.inks = [];
      this.drawn = undefined;
    }
    const pixels = new Uint32Array(this.image.data.buffer);
    const kept = this.keep(pixels, history, fromNs, perPixel, width);
    if (kept === 0) pixels.fill(packed(...(palette.page as [number, number, number])));
    const columns = this.columns(history, fromNs, perPixel, kept, width);
    this.paint(pixels, columns, kept, width);
    this.drawn!.columns = kept + columns.length;
    context.putImageData(this.image, 0, 0);
    if (row >= LEAST_ROW) drawNumbers(context, this.columns(history, fromNs, perPixel, 0, width), this, palette);
  }

  /** Moves what is drawn already to where it belongs now, and answers how many columns of it are right: most, as a rule. */
  private keep(pixels: Uint32Array, history: History, fromNs: number, perPixel: number, width: number): number {
    const { drawn } = this;
    const shift = drawn === undefined ? NaN : Math.round((fromNs - drawn.fromNs) / perPixel);
    const same =
      drawn !== undefined &&
      drawn.history === history &&
      Math.abs(drawn.perPixel / perPixel - 1) < 1e-9 &&
      Math.abs(fromNs - drawn.fromNs - shift * perPixel) < 1e-3 * perPixel &&
      shift >= 0 &&
      (shift === 0 || (shift < width && drawn.columns === width));
    // the hatch moves with what it is drawn on
    const phase = same ? drawn.phase + shift : Math.round(fromNs / perPixel);
    this.drawn = { history, fromNs, perPixel, phase, columns: 0 };
    if (!same) return 0;
    if (shift > 0) pixels.copyWithin(0, shift);
    return drawn.columns - shift;
  }

  /** What each pixel of a row shows from one on, as far as has been simulated. */
  private columns(
    history: History,
    fromNs: number,
    perPixel: number,
    first: number,
    width: number,
  ): readonly Uint32Array[] {
    const columns: Uint32Array[] = [];
    let index = history.indexAt(fromNs + (first + 0.5) * perPixel);
    for (let x = first; x < width; x++) {
      const time = fromNs + (x + 0.5) * perPixel;
      while (index < history.timeNs.length && history.timeNs[index]! < time) index++;
      const column = history.cores[index];
      if (column === undefined) break;
      columns.push(column);
    }
    return columns;
  }

  private paint(pixels: Uint32Array, columns: readonly Uint32Array[], from: number, width: number): void {
    const { cores, row } = this;
    const gap = row >= 5 ? 1 : 0;
    const phase = this.drawn!.phase + from;
    const page = packed(...(this.palette!.page as [number, number, number]));
    const polling = this.ink(codeOf(-1, POLLING));
    for (let core = 0; core < cores; core++) {
      for (let x = 0; x < columns.length; x++) {
        const code = columns[x]![core];
        const { first, second } = code === undefined ? polling : this.ink(code);
        for (let y = core * row; y < (core + 1) * row - gap; y++)
          pixels[y * width + from + x] = ((x + phase + y) & 3) < 2 ? first : second;
        // what was moved has brought the begin of the next row into it
        if (gap > 0) pixels[((core + 1) * row - gap) * width + from + x] = page;
      }
    }
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
