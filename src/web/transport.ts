// The bar at the top: play, pause, one event, one microsecond, run on to the end, how fast, the time, fork, and what leaves the page.

import { h } from './dom.js';
import { instant, speed } from './words.js';

/** What can be saved: the scenario as it runs, and of every future the rest. */
export type Saved = 'scenario' | 'result' | 'report' | 'timeline';

const SAVED: readonly (readonly [what: Saved, label: string, title: string])[] = [
  ['scenario', 'Scenario', 'what the command at the left runs, YAML'],
  ['result', 'Result', 'every figure, JSON'],
  ['report', 'Report', 'figures to look at, one HTML file'],
  ['timeline', 'Timeline', 'what is on the strips, event by event, for ui.perfetto.dev'],
];

export interface TransportEvents {
  onPlay(): void;
  onEvent(): void;
  onMicrosecond(): void;
  onEnd(): void;
  onRestart(): void;
  onFork(): void;
  onShare(): void;
  onSave(what: Saved): void;
  /** Somebody moved it. */
  onSpeed(speedNs: number): void;
  onHelp(): void;
}

/** Decades of simulated time a second: 1 µs to 1 s. */
const SLOWEST = 3;
const FASTEST = 9;

export class Transport {
  readonly play = h('button', { type: 'button', class: 'primary', id: 'play', title: 'play or pause (space)' }, 'Play');
  readonly fork = h(
    'button',
    { type: 'button', id: 'fork', title: 'two futures from here on (f)', 'aria-pressed': 'false' },
    'Fork',
  );
  readonly time = h('span', { id: 'time', class: 'time', role: 'timer', 'aria-label': 'simulated time' });
  readonly rate = h('input', { id: 'speed', type: 'range', min: SLOWEST, max: FASTEST, step: 0.05 });
  private readonly menu = h('details', { class: 'menu', id: 'save' });
  private readonly rateOut = h('output', { for: 'speed' });
  readonly element: HTMLElement;

  constructor(events: TransportEvents) {
    this.play.addEventListener('click', () => events.onPlay());
    this.fork.addEventListener('click', () => events.onFork());
    const choices = SAVED.map(([what, label, title]) => {
      const onclick = (): void => {
        this.menu.open = false;
        events.onSave(what);
      };
      return h('button', { type: 'button', id: what, title, onclick }, label);
    });
    this.menu.append(h('summary', {}, 'Save'), h('div', { class: 'choices' }, ...choices));
    this.menu.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.menu.open = false;
    });
    this.menu.addEventListener('focusout', ({ relatedTarget }) => {
      if (!(relatedTarget instanceof Node && this.menu.contains(relatedTarget))) this.menu.open = false;
    });
    this.rate.addEventListener('input', () => {
      this.showSpeed();
      events.onSpeed(this.speedNs);
    });
    const button = (id: string, label: string, title: string, onclick: () => void): HTMLElement =>
      h('button', { type: 'button', id, title, onclick }, label);
    this.element = h(
      'header',
      { class: 'bar' },
      h(
        'div',
        { class: 'transport' },
        h(
          'div',
          { class: 'group' },
          this.play,
          button('event', '1 event', 'one event (.)', () => events.onEvent()),
          button('microsecond', '1 µs', 'one microsecond (,)', () => events.onMicrosecond()),
          button('end', 'Run on', 'to the end, as fast as this machine can', () => events.onEnd()),
          button('restart', 'Restart', 'from the begin (0)', () => events.onRestart()),
        ),
        h('div', { class: 'group speed' }, h('label', { for: 'speed' }, 'Speed'), this.rate, this.rateOut),
        this.time,
      ),
      h(
        'div',
        { class: 'top' },
        h('h1', {}, 'fluxhost'),
        h(
          'div',
          { class: 'group' },
          this.fork,
          button('share', 'Share', 'a link that holds the scenario (s)', () => events.onShare()),
          this.menu,
          h(
            'button',
            { type: 'button', id: 'help', title: 'keys (?)', 'aria-label': 'Keys', onclick: () => events.onHelp() },
            '?',
          ),
        ),
      ),
    );
  }

  /** Simulated ns in a second on the clock on the wall. */
  get speedNs(): number {
    return 10 ** Number(this.rate.value);
  }

  set speedNs(ns: number) {
    this.rate.value = String(Math.log10(ns));
    this.showSpeed();
  }

  private showSpeed(): void {
    this.rateOut.textContent = speed(this.speedNs);
    this.rate.setAttribute('aria-valuetext', this.rateOut.textContent);
  }

  show(nowNs: number, playing: boolean, done: boolean): void {
    this.time.textContent = instant(nowNs);
    const label = done ? 'Again' : playing ? 'Pause' : 'Play';
    if (this.play.textContent !== label) this.play.textContent = label;
  }
}
