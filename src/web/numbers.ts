// A second mark beside the hue: in slices of a strip that are wide enough the number of the VM, as the key has it, so that nobody has to
// tell VMs by colours alone. On its own rim of paper it can be read on any hue and any texture.

import { IDLE, kindOf, POLLING, vmOf } from './protocol.js';

/** A row below this has no room for a number, in pixels, one below that half of one; a slice below the third none beside what it shows. */
export const LEAST_ROW = 8;
const WHOLE_ROW = 11;
const LEAST_SLICE = 22;
const LEAST_FONT = 9;
const MOST_FONT = 12;

export interface Slice {
  readonly vm: number;
  /** Pixels: its first, and the first behind it. */
  readonly from: number;
  readonly to: number;
}

/** The slices of a core that are wide enough, whatever its VM does in them. */
export function slicesOf(columns: readonly Uint32Array[], core: number): Slice[] {
  const slices: Slice[] = [];
  let [vm, from] = [-1, 0];
  for (let x = 0; x <= columns.length; x++) {
    const code = columns[x]?.[core];
    const bare = code === undefined || kindOf(code) === IDLE || kindOf(code) === POLLING;
    const next = bare ? -1 : vmOf(code);
    if (next === vm && x < columns.length) continue;
    if (vm >= 0 && x - from >= LEAST_SLICE) slices.push({ vm, from, to: x });
    [vm, from] = [next, x];
  }
  return slices;
}

/** What the key and the strips call a VM beside its hue. */
export const numberOf = (vm: number): string => String(vm + 1);

export function drawNumbers(
  context: CanvasRenderingContext2D,
  columns: readonly Uint32Array[],
  { cores, row }: { readonly cores: number; readonly row: number },
  { paper, text }: { readonly paper: string; readonly text: string },
): void {
  context.save();
  context.font = `600 ${Math.max(LEAST_FONT, Math.min(MOST_FONT, row - 3))}px system-ui, sans-serif`;
  Object.assign(context, { textAlign: 'center', textBaseline: 'middle', lineJoin: 'round', lineWidth: 3 });
  Object.assign(context, { strokeStyle: paper, fillStyle: text });
  const step = row < WHOLE_ROW ? 2 : 1; // they would run into one another
  for (let core = 0; core < cores; core += step)
    for (const { vm, from, to } of slicesOf(columns, core)) {
      const [x, y] = [Math.round((from + to) / 2), core * row + Math.floor(row / 2)];
      context.strokeText(numberOf(vm), x, y);
      context.fillText(numberOf(vm), x, y);
    }
  context.restore();
}
