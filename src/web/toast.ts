// What the page has to say, in sight wherever it is scrolled to. What went wrong stays until something else is said or it is closed; the
// rest goes when there was time to read it, though not under somebody's pointer or focus. Closing it gives the focus back.

import { h } from './dom.js';

/** How long a line stands: by its length, ms. */
const standing = (line: string): number => 6000 + 60 * line.length;
/** Between two looks at whether it is still in use, ms. */
const AGAIN_MS = 1000;

export class Toast {
  private readonly status = h('p', { class: 'status', role: 'status' });
  private readonly close = h('button', { type: 'button', 'aria-label': 'Close', onclick: () => this.say('') }, '×');
  readonly element = h('div', { class: 'toast' }, this.status, this.close);
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** What had the focus before the button. */
  private before: EventTarget | null = null;

  constructor(
    /** Takes the focus where what had it before is gone. */
    private readonly otherwise: HTMLElement,
  ) {
    this.close.addEventListener('focus', ({ relatedTarget }) => (this.before = relatedTarget));
  }

  get said(): string {
    return this.status.textContent;
  }

  say(line: string, stays = false): void {
    clearTimeout(this.timer);
    if (line === '' && document.activeElement === this.close) this.giveBack();
    this.status.textContent = line;
    if (line !== '' && !stays) this.timer = setTimeout(() => this.expire(), standing(line));
  }

  private expire(): void {
    if (document.hidden || this.element.matches(':hover, :focus-within'))
      this.timer = setTimeout(() => this.expire(), AGAIN_MS);
    else this.say('');
  }

  private giveBack(): void {
    const { before, otherwise } = this;
    if (before instanceof HTMLElement) before.focus();
    if (document.activeElement === this.close || document.activeElement === document.body) otherwise.focus();
  }
}
