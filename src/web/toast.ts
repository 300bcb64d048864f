// What the page has to say, in sight wherever it is scrolled to, until it says something else or is told to stop.

import { h } from './dom.js';

export class Toast {
  private readonly status = h('p', { class: 'status', role: 'status' });
  readonly element = h(
    'div',
    { class: 'toast' },
    this.status,
    h('button', { type: 'button', 'aria-label': 'Close', onclick: () => this.say('') }, '×'),
  );

  get said(): string {
    return this.status.textContent;
  }

  say(line: string): void {
    this.status.textContent = line;
  }
}
