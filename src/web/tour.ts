// The guided tour: a story is a scenario, a speed and sentences tied to instants. At each the page stands still, says it, and goes
// on; some instants split the future. At the end the reader has the sliders.

import { h } from './dom.js';
import { EXAMPLES } from './examples.js';
import { STORIES, type Caption, type Seen, type Story } from './stories.js';

export interface TourEvents {
  /** Opens an example at its begin, standing still. */
  open(example: number, speed: number): Promise<void>;
  fork(set: readonly string[]): Promise<void>;
  beside(beside: NonNullable<Caption['beside']>): Promise<void>;
  seen(): readonly Seen[];
  go(speed: number): void;
  stand(): void;
}

/** How long a sentence stands before the story goes on: by its length, ms. */
const reading = (text: string): number => 2000 + 45 * text.length;

export class Tour {
  readonly element: HTMLElement;
  readonly caption = h('div', { class: 'caption', 'aria-live': 'polite' });
  private story: Story | undefined;
  private next = 0;
  private waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly events: TourEvents,
    private readonly calm: boolean,
  ) {
    const buttons = STORIES.map(({ title }, i) =>
      h('button', { type: 'button', title: String(i + 1), onclick: () => void this.begin(i) }, `${i + 1} ${title}`),
    );
    this.element = h(
      'nav',
      { class: 'tour', 'aria-label': 'Stories' },
      h('span', { class: 'what' }, 'Stories'),
      ...buttons,
      h('a', { class: 'docs', href: 'docs/index.html' }, 'Documentation'),
    );
  }

  /** `1`, `2` … begin a story. */
  get keys(): Record<string, () => void> {
    return Object.fromEntries(STORIES.map((_, i) => [String(i + 1), () => void this.begin(i)]));
  }

  async begin(index: number): Promise<void> {
    const story = STORIES[index];
    if (story === undefined) return;
    this.end();
    await this.events.open(
      EXAMPLES.findIndex(({ name }) => name === story.scenario),
      story.speed,
    );
    this.story = story;
    this.next = 0;
    this.events.go(story.speed);
  }

  /** Whoever does something else has left the story. */
  end(): void {
    clearTimeout(this.waiting);
    this.story = undefined;
    this.caption.replaceChildren();
  }

  /** Where the story wants to stop next: the page must not run past it. */
  get stopNs(): number {
    return this.story?.captions[this.next]?.atNs ?? Infinity;
  }

  /** Called when time has come on. */
  async at(nowNs: number): Promise<void> {
    const { story } = this;
    const caption = story?.captions[this.next];
    if (story === undefined || caption === undefined || nowNs < caption.atNs) return;
    this.next++;
    this.events.stand();
    if (caption.fork !== undefined) await this.events.fork(caption.fork);
    if (caption.beside !== undefined) await this.events.beside(caption.beside);
    const text = typeof caption.text === 'string' ? caption.text : caption.text(this.events.seen());
    const last = this.next === story.captions.length;
    const goOn = (): void => {
      clearTimeout(this.waiting);
      this.caption.replaceChildren();
      if (last) this.end();
      this.events.go(caption.speed ?? story.speed);
    };
    this.caption.replaceChildren(
      h('p', {}, text),
      h('button', { type: 'button', class: 'primary', onclick: goOn }, last ? 'Go on by myself' : 'Go on'),
    );
    if (!last && !this.calm) this.waiting = setTimeout(goOn, reading(text));
  }
}
