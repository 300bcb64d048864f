// The page's script: draws every figure from the numbers that lie in the page, again when its width changes, and hands it out as a file.

import type { Drawing } from '../figure.js';
import { cores, heat } from './areas.js';
import { map } from './map.js';
import { claims } from './claims.js';
import { moves, needed, stack } from './bars.js';
import { response, tail } from './lines.js';
import type { Panel, Room, View } from './panel.js';
import { readable } from './readout.js';
import { figurePng, figureSvg, save } from './save.js';
import { strips } from './strips.js';
import { zoomable } from './zoom.js';

interface Entry {
  readonly drawing: Drawing;
  readonly question: string;
}

const entries = JSON.parse(document.getElementById('drawings')!.textContent) as Readonly<Record<string, Entry>>;
const drawn = new Map<string, readonly Panel[]>();
/** Of strips: which part of their windows is looked at. */
const views = new Map<string, View>();

function panelsOf(drawing: Drawing, room: Room): Panel[] {
  switch (drawing.kind) {
    case 'tail':
      return tail(drawing, room);
    case 'stack':
      return stack(drawing, room);
    case 'cores':
      return cores(drawing, room);
    case 'strips':
      return strips(drawing, room);
    case 'moves':
      return moves(drawing, room);
    case 'needed':
      return needed(drawing, room);
    case 'response':
      return response(drawing, room);
    case 'heat':
      return heat(drawing, room);
    case 'map':
      return map(drawing, room);
    case 'claims':
      return claims(drawing, room);
  }
}

const GAP = 32;
const NARROW = 560;

/** Panels stand side by side where each has room. */
function roomIn(width: number, drawing: Drawing, id: string): Room {
  const whole =
    ['stack', 'needed', 'cores'].includes(drawing.kind) ||
    (drawing.kind === 'strips' && drawing.panels.length <= 2) ||
    ('panels' in drawing && drawing.panels.length < 2 && drawing.kind !== 'moves');
  const each = whole || width < (printing ? PAPER : 860) ? width : (width - GAP) / 2;
  return { width: Math.floor(each), narrow: each < NARROW, id, views };
}

/** What A4 has between its margins: pictures are drawn anew for it, or they would keep the screen's size. */
const PAPER = 680;
let printing = false;

function draw(place: HTMLElement): void {
  const id = place.dataset['figure']!;
  const entry = entries[id];
  if (entry === undefined) return;
  const width = printing ? PAPER : place.clientWidth;
  if (width === 0 || place.dataset['width'] === String(width)) return;
  place.dataset['width'] = String(width);
  const panels = panelsOf(entry.drawing, roomIn(width, entry.drawing, id));
  drawn.set(id, panels);
  place.replaceChildren(
    ...panels.map(({ title, svg, readout }) => {
      const panel = document.createElement('div');
      panel.className = 'panel';
      panel.style.maxWidth = `${svg.getAttribute('width')}px`; // a title does not make it wider than its picture
      if (title !== '') {
        const head = document.createElement('p');
        head.className = 'panel-title';
        head.textContent = title;
        panel.append(head);
      }
      svg.setAttribute('aria-hidden', 'true');
      panel.append(svg);
      if (readout !== undefined) readable(panel, svg, readout);
      return panel;
    }),
  );
}

async function onClick(target: HTMLElement): Promise<void> {
  if (target.dataset['copy'] !== undefined) {
    const text = document.getElementById('command')!.textContent;
    await navigator.clipboard.writeText(text).then(
      () => (target.textContent = 'copied'),
      () => getSelection()?.selectAllChildren(document.getElementById('command')!),
    );
    return;
  }
  const id = target.closest<HTMLElement>('.figure')?.id;
  const panels = id === undefined ? undefined : drawn.get(id);
  if (id === undefined || panels === undefined) return;
  const { question } = entries[id]!;
  if (target.dataset['save'] === 'svg')
    save(new Blob([figureSvg(panels, question).text], { type: 'image/svg+xml' }), `${id}.svg`);
  if (target.dataset['save'] === 'png') save(await figurePng(panels, question), `${id}.png`);
}

/** The command breaks between words only: `-` and `-out` on two lines are not read as one option. */
const command = document.getElementById('command')!;
command.replaceChildren(
  ...command.textContent.split(' ').flatMap((word, i) => {
    const whole = document.createElement('span');
    whole.textContent = word;
    return i === 0 ? [whole] : [' ', whole];
  }),
);

const places = [...document.querySelectorAll<HTMLElement>('.plot')];
/** Out of sight, and not drawn yet. */
const pending = new Set(places);
const drawNow = (place: HTMLElement): void => {
  pending.delete(place);
  draw(place);
};

/** What is first seen, and a little below it. */
const SIGHT = 1.25;
const beganMs = performance.now();
for (const place of places) if (place.getBoundingClientRect().top < SIGHT * innerHeight) drawNow(place);
// for whoever asks how long the pictures in sight took
document.documentElement.dataset['drawMs'] = (performance.now() - beganMs).toFixed(1);
const sight = new IntersectionObserver(
  (changes) => {
    for (const { isIntersecting, target } of changes)
      if (isIntersecting && pending.has(target as HTMLElement)) drawNow(target as HTMLElement);
  },
  { rootMargin: '50%' },
);
for (const place of pending) sight.observe(place);
/** The others one by one, whenever nothing else is to be done. */
function drawRest(): void {
  const [next] = pending;
  if (next === undefined) {
    sight.disconnect();
    document.documentElement.dataset['drawn'] = String(places.length);
    return;
  }
  drawNow(next);
  later(drawRest);
}
const later = (work: () => void): void => {
  if ('requestIdleCallback' in window) requestIdleCallback(work);
  else setTimeout(work); // Safari
};
requestAnimationFrame(() => later(drawRest));
for (const place of places)
  if (entries[place.dataset['figure']!]?.drawing.kind === 'strips')
    zoomable(place, views, () => {
      delete place.dataset['width'];
      draw(place);
    });
const observer = new ResizeObserver((changes) => {
  for (const { target } of changes) if (!pending.has(target as HTMLElement)) draw(target as HTMLElement);
});
for (const place of places) observer.observe(place);
for (const [event, begins] of [
  ['beforeprint', true],
  ['afterprint', false],
] as const)
  addEventListener(event, () => {
    printing = begins;
    for (const place of places) drawNow(place);
  });
/** A chip tells what it means to whoever comes to it by key, and closes when they go on. */
const chipAt = (event: Event): HTMLDetailsElement | null =>
  (event.target as Element).closest<HTMLDetailsElement>('details.chip');
document.addEventListener('focusin', (event) => {
  const chip = chipAt(event);
  if (chip === null || chip.open || !(event.target as Element).matches(':focus-visible')) return;
  chip.open = true;
  chip.dataset['byFocus'] = '';
});
document.addEventListener('focusout', (event) => {
  const chip = chipAt(event);
  if (chip?.dataset['byFocus'] === undefined) return;
  chip.open = false;
  delete chip.dataset['byFocus'];
});
document.addEventListener('click', (event) => {
  const button = (event.target as Element).closest('button');
  if (button !== null) void onClick(button);
});
