// Looking closer at a part of strips: by dragging over them, by buttons, by keys. Strips of one kind are looked at together.

import { SVG, type View } from './panel.js';

const ALL: View = { from: 0, to: 1 };
/** Shares of a window below which nothing more is to be seen. */
const LEAST = 0.004;
/** Pixels: less is a click. */
const DRAGGED = 5;

/** The part after a step: half as much or twice, or half of it to a side. */
function stepped({ from, to }: View, step: string): View {
  const wide = to - from;
  const middle = (from + to) / 2;
  const around = (half: number): View => {
    const size = Math.min(1, Math.max(LEAST, 2 * half));
    const begin = Math.min(1 - size, Math.max(0, middle - size / 2));
    return { from: begin, to: begin + size };
  };
  const moved = (by: number): View => {
    const begin = Math.min(1 - wide, Math.max(0, from + by));
    return { from: begin, to: begin + wide };
  };
  switch (step) {
    case 'in':
      return around(wide / 4);
    case 'out':
      return around(wide);
    case 'left':
      return moved(-wide / 2);
    case 'right':
      return moved(wide / 2);
    default:
      return ALL;
  }
}

const BUTTONS = [
  ['in', '+', 'look closer'],
  ['out', '−', 'look from further away'],
  ['left', '←', 'earlier'],
  ['right', '→', 'later'],
  ['all', 'all', 'all of the window'],
] as const;

const KEYS: Readonly<Record<string, string>> = {
  '+': 'in',
  '=': 'in',
  '-': 'out',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  '0': 'all',
};

/** Puts buttons below the strips and listens to them and to the pointer. `changed` draws anew. */
export function zoomable(place: HTMLElement, views: Map<string, View>, changed: () => void): void {
  let group = 'worst';
  const set = (view: View): void => {
    views.set(group, view);
    changed();
  };
  const take = (step: string): void => set(stepped(views.get(group) ?? ALL, step));
  const bar = document.createElement('div');
  bar.className = 'tools zoom';
  bar.setAttribute('role', 'group');
  bar.setAttribute('aria-label', 'part of the strips that is shown; keys + − ← → 0');
  for (const [step, text, says] of BUTTONS) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = text;
    button.title = says;
    button.setAttribute('aria-label', says);
    button.dataset['zoom'] = step;
    button.addEventListener('click', () => take(step));
    bar.append(button);
  }
  bar.addEventListener('keydown', (event) => {
    const step = KEYS[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    take(step);
  });
  place.after(bar);
  drag(place, (of, view) => {
    group = of;
    const { from, to } = views.get(group) ?? ALL;
    set(view === undefined ? ALL : { from: from + view.from * (to - from), to: from + view.to * (to - from) });
  });
}

/** A stretch between where the pointer went down and where it went up, as shares of what is shown; undefined for a double click. */
function drag(place: HTMLElement, done: (group: string, view: View | undefined) => void): void {
  const strip = (event: Event): SVGSVGElement | null =>
    (event.target as Element).closest<SVGSVGElement>('svg[data-group]');
  place.addEventListener('dblclick', (event) => {
    const svg = strip(event);
    if (svg !== null) done(svg.dataset['group']!, undefined);
  });
  place.addEventListener('pointerdown', (event) => {
    const svg = strip(event);
    if (svg === null || event.button !== 0) return;
    const { left, width } = svg.getBoundingClientRect();
    const scale = Number(svg.getAttribute('width')) / width;
    const [low, high] = [Number(svg.dataset['left']), Number(svg.dataset['right'])];
    const at = ({ clientX }: PointerEvent): number => Math.min(high, Math.max(low, (clientX - left) * scale));
    const begun = at(event);
    const mark = document.createElementNS(SVG, 'rect');
    const top = Number(svg.dataset['top']);
    mark.setAttribute('y', String(top));
    mark.setAttribute('height', String(Number(svg.getAttribute('height')) - 42 - top));
    mark.setAttribute('fill', 'currentColor');
    mark.setAttribute('fill-opacity', '0.2');
    const listening = new AbortController();
    const { signal } = listening;
    svg.append(mark);
    addEventListener(
      'pointermove',
      (moved) => {
        mark.setAttribute('x', String(Math.min(begun, at(moved))));
        mark.setAttribute('width', String(Math.abs(at(moved) - begun)));
      },
      { signal },
    );
    const end = (ended: PointerEvent, isUp: boolean): void => {
      listening.abort();
      mark.remove();
      const [from, to] = [Math.min(begun, at(ended)), Math.max(begun, at(ended))];
      const wide = high - low;
      if (isUp && to - from >= DRAGGED)
        done(svg.dataset['group']!, { from: (from - low) / wide, to: (to - low) / wide });
    };
    addEventListener('pointerup', (ended) => end(ended, true), { signal });
    addEventListener('pointercancel', (ended) => end(ended, false), { signal });
  });
}
