// The guided tour. A story begins by itself, with what was before its first sentence drawn at once. At each later instant the page stands
// still, says its sentence, and goes on; some instants split the future. At the end the reader has the sliders. Who wants no motion has a
// first picture, and goes on by a click from sentence to sentence.

import { h } from './dom.js';
import { STORIES } from './stories/index.js';
import { readingMs, type Caption, type Seen, type Story } from './stories/story.js';
import type { Changes } from './protocol.js';

export interface TourEvents {
  /** Opens the story's scenario at its begin, standing still; whether that was done. */
  open(story: Story, title: string): Promise<boolean>;
  fork(set: Changes): Promise<void>;
  beside(beside: NonNullable<Story['beside']>): Promise<void>;
  seen(): readonly Seen[];
  go(speed: number): void;
  stand(): void;
  fail(why: string): void;
}

export class Tour {
  readonly element: HTMLElement;
  readonly caption = h('div', { class: 'caption', role: 'region', 'aria-label': 'Story', 'aria-live': 'polite' });
  private readonly buttons: readonly HTMLButtonElement[];
  private story: Story | undefined;
  private next = 0;
  private asked = 0;
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private goOn: (() => void) | undefined;

  constructor(
    private readonly events: TourEvents,
    private readonly calm: boolean,
  ) {
    this.buttons = STORIES.map(({ title }, i) =>
      h('button', { type: 'button', title: `key ${i + 1}`, onclick: () => void this.begin(i) }, `${i + 1} ${title}`),
    );
    this.element = h(
      'nav',
      { class: 'tour', 'aria-label': 'Stories' },
      h('span', { class: 'what' }, 'Stories'),
      ...this.buttons,
      h('a', { class: 'docs', href: 'docs/index.html' }, 'Documentation'),
    );
  }

  /** `1`, `2` … begin a story. */
  get keys(): Record<string, () => void> {
    return Object.fromEntries(STORIES.slice(0, 9).map((_, i) => [String(i + 1), () => void this.begin(i)]));
  }

  async begin(index: number): Promise<void> {
    const entry = STORIES[index];
    if (entry === undefined) return;
    const mine = ++this.asked;
    const story = await entry.load().catch(() => undefined);
    if (story === undefined) this.events.fail('The story could not be loaded. Is the server still there?');
    if (story === undefined || mine !== this.asked) return;
    this.end();
    if (!(await this.events.open(story, entry.title)) || mine !== this.asked) return;
    if (story.beside !== undefined) await this.events.beside(story.beside);
    this.story = story;
    this.next = 0;
    this.buttons[index]!.setAttribute('aria-current', 'true');
    this.events.go(story.speed);
  }

  /** Whoever does something else has left the story. */
  end(): void {
    clearTimeout(this.waiting);
    this.story = this.goOn = undefined;
    this.caption.replaceChildren();
    for (const button of this.buttons) button.removeAttribute('aria-current');
  }

  /** Where the story wants to stop next: the page must not run past it. */
  get stopNs(): number {
    return this.story?.captions[this.next]?.atNs ?? Infinity;
  }

  /** What comes before the first sentence is not waited for. */
  get opening(): boolean {
    return this.story !== undefined && this.next === 0;
  }

  /** Goes on where the story stands; whether it did. */
  resume(): boolean {
    const { goOn } = this;
    goOn?.();
    return goOn !== undefined;
  }

  /** Called when time has come on. */
  async at(nowNs: number): Promise<void> {
    const { story } = this;
    const caption = story?.captions[this.next];
    if (story === undefined || caption === undefined || nowNs < caption.atNs) return;
    clearTimeout(this.waiting);
    this.next++;
    const opens = this.next === 1;
    const last = this.next === story.captions.length;
    const stands = !opens || this.calm;
    if (stands) this.events.stand();
    if (caption.fork !== undefined) await this.events.fork(caption.fork);
    if (story !== this.story) return; // left meanwhile
    this.say(caption, stands ? (opens ? 'Play' : last ? 'Go on by myself' : 'Go on') : undefined, () => {
      clearTimeout(this.waiting);
      this.goOn = undefined;
      this.caption.querySelector('.primary')?.remove(); // the sentence stays until the next one comes
      if (last) this.end();
      this.events.go(caption.speed ?? story.speed);
    });
  }

  private say({ text: given, speed }: Caption, label: string | undefined, goOn: () => void): void {
    const text = typeof given === 'string' ? given : given(this.events.seen());
    const leave = {
      type: 'button',
      class: 'leave',
      title: 'leave the story (Escape)',
      'aria-label': 'Leave the story',
    };
    this.caption.replaceChildren(h('p', {}, text), h('button', { ...leave, onclick: () => this.end() }, '×'));
    if (label === undefined) {
      if (speed !== undefined) this.events.go(speed);
      return;
    }
    this.goOn = goOn;
    this.caption.append(h('button', { type: 'button', class: 'primary', onclick: goOn }, label));
    if (!this.calm && this.next < this.story!.captions.length) this.waiting = setTimeout(goOn, readingMs(text));
  }
}
