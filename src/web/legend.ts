// Above the strips: each VM in its colour and with its number, as the strips have them, with what it has at present, and what the textures mean.

import { h } from './dom.js';
import type { History } from './history.js';
import { KEPT_FOR, keptFor } from './kept.js';
import type { Palette } from './palette.js';
import { codeOf, IDLE, MOVING, POLLING, RUNNING, SEARCHING, type About } from './protocol.js';
import { Strips } from './strips.js';
import { numberOf } from './numbers.js';
import { count } from './words.js';

/** VMs that are named; more would push the strips off the page. */
const MOST_NAMED = 8;

function swatch(code: number, palette: Palette): HTMLCanvasElement {
  const canvas = h('canvas', { width: 22, height: 14, 'aria-hidden': 'true' });
  new Strips(canvas, 1, 1).swatch(code, palette);
  return canvas;
}

export class Legend {
  private readonly now: HTMLElement[] = [];
  readonly element: HTMLElement;

  /** `vmCores`: cores for VMs, the fewest of the futures that are shown. */
  constructor(about: About, palette: Palette, vmCores: number) {
    const vms = about.vms.slice(0, MOST_NAMED).map(({ name }, i) => {
      const now = h('span', { class: 'what' });
      this.now.push(now);
      const [look, mark] = [swatch(codeOf(i, RUNNING), palette), h('span', { class: 'mark' }, numberOf(i))];
      return h('li', {}, look, mark, h('span', { class: 'name' }, name), now);
    });
    const left = about.vms.length - MOST_NAMED;
    if (left > 0) vms.push(h('li', { class: 'what' }, `and ${left} more VMs`));
    const textures = (
      [
        [RUNNING, 'runs'],
        [SEARCHING, 'searches'],
        [MOVING, 'moves'],
        [IDLE, 'idle'],
      ] as const
    ).map(([kind, word]) => h('li', { class: 'what' }, swatch(codeOf(kind === IDLE ? -1 : 0, kind), palette), word));
    const rows = Array.from({ length: about.hostCores - vmCores }, (_, i) => keptFor(about, vmCores, vmCores + i)!);
    const kept = [...new Set(rows)];
    if (kept.length > 0) {
      const title = `No VM runs on a core that is kept for ${kept.map((one) => KEPT_FOR[one]).join('; or for ')}.`;
      textures.push(h('li', { class: 'what', title }, swatch(codeOf(-1, POLLING), palette), kept.join(', ')));
    }
    this.element = h(
      'div',
      { class: 'key' },
      h('ul', { class: 'legend' }, ...vms),
      h('ul', { class: 'legend' }, ...textures),
    );
  }

  /** Numbers of now; none where two futures differ. */
  draw(history: History | undefined): void {
    const [held, waiting] = [history?.held.at(-1), history?.waiting.at(-1)];
    this.now.forEach((place, vm) => {
      place.textContent =
        held === undefined || waiting === undefined
          ? ''
          : `${held[vm]} ${held[vm] === 1 ? 'core' : 'cores'}, ${count(waiting[vm]!)} waiting`;
    });
  }
}
