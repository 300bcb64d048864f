// The bar at the top: play, pause, one event, one microsecond, run on to the end, how fast, the time, fork, and what leaves the page.

import { h } from './dom.js';
import { instant, speed } from './words.js';

export interface TransportEvents {
  onPlay(): void;
  onEvent(): void;
  onMicrosecond(): void;
  onEnd(): void;
  onRestart(): void;
  onFork(): void;
  onShare(): void;
  onResult(): void;
  onReport(): void;
}

/** Decades of simulated time a second: 1 µs to 1 s. */
const SLOWEST = 3;
const FASTEST = 9;

export class Transport {
  readonly play = h('button', { type: 'button', class: 'primary', id: 'play', title: 'space' }, 'Play');
  readonly fork = h('button', { type: 'button', id: 'fork', title: 'f', 'aria-pressed': 'false' }, 'Fork');
  readonly time = h('span', { id: 'time', class: 'time', role: 'timer', 'aria-label': 'simulated time' });
  readonly rate = h('input', { id: 'speed', type: 'range', min: SLOWEST, max: FASTEST, step: 0.05 });
  readonly result = h('button', { type: 'button', id: 'result' }, 'Result');
  readonly report = h('button', { type: 'button', id: 'report' }, 'Report');
  private readonly rateOut = h('output', { for: 'speed' });
  readonly element: HTMLElement;

  constructor(events: TransportEvents) {
    this.play.addEventListener('click', () => events.onPlay());
    this.fork.addEventListener('click', () => events.onFork());
    this.result.addEventListener('click', () => events.onResult());
    this.report.addEventListener('click', () => events.onReport());
    this.rate.addEventListener('input', () => this.showSpeed());
    const button = (id: string, label: string, title: string, onclick: () => void): HTMLElement =>
      h('button', { type: 'button', id, title, onclick }, label);
    this.element = h(
      'header',
      { class: 'transport' },
      h('h1', {}, 'fluxhost'),
      h(
        'div',
        { class: 'group' },
        this.play,
        button('event', '1 event', '.', () => events.onEvent()),
        button('microsecond', '1 µs', ',', () => events.onMicrosecond()),
        button('end', 'Run on', 'to the end, as fast as this machine can', () => events.onEnd()),
        button('restart', 'Restart', '0', () => events.onRestart()),
      ),
      h('div', { class: 'group speed' }, h('label', { for: 'speed' }, 'Speed'), this.rate, this.rateOut),
      this.time,
      h(
        'div',
        { class: 'group' },
        this.fork,
        button('share', 'Share', 's', () => events.onShare()),
        this.result,
        this.report,
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
