// The guided tour: a story is a scenario, a speed and sentences tied to instants. At each the page stands still, says it, and goes
// on; some instants split the future. At the end the reader has the sliders.

import { h } from './dom.js';
import { EXAMPLES } from './examples.js';

interface Caption {
  readonly atNs: number;
  readonly text: string;
  /** What the second future has otherwise from here on, `PATH=VALUE`. */
  readonly fork?: readonly string[];
  /** Simulated ns a second from here on. */
  readonly speed?: number;
}

interface Story {
  readonly title: string;
  /** Of an example. */
  readonly scenario: string;
  readonly speed: number;
  readonly captions: readonly Caption[];
}

const STORIES: readonly Story[] = [
  {
    title: 'A burst',
    scenario: 'bursts.yaml',
    speed: 100e3,
    captions: [
      {
        atNs: 1,
        text: 'Sixteen cores, two VMs. “api” answers requests and has little to do; “batch” takes every core that is left.',
      },
      {
        atNs: 700e3,
        text: 'In a moment api gets fifty times as many requests, for 200 µs. Watch whose colour the cores have.',
        speed: 50e3,
      },
      {
        atNs: 1060e3,
        text: 'Cores followed within tens of microseconds, and went back. The hatched ends are what each move cost.',
        speed: 100e3,
      },
      {
        atNs: 1500e3,
        text: 'Now twice: above as it was, below with cores that stay where they are (static). The same burst comes to both.',
        fork: ['mechanism=static'],
        speed: 50e3,
      },
      {
        atNs: 2700e3,
        text: 'Two cores are too few for a burst: requests wait below while most cores lie idle. Now you: load, mechanism, cores.',
      },
    ],
  },
  {
    title: 'The drowning arbiter',
    scenario: 'bursts.yaml',
    speed: 100e3,
    captions: [
      {
        atNs: 1,
        text: 'One core does nothing but poll: it looks at each VM in turn and decides who gets which core. Every 10 µs here.',
      },
      {
        atNs: 700e3,
        text: 'Below, looking at one VM takes 200 µs: what an arbiter has to do that looks after too many.',
        fork: ['costs.pollPerVm=200us'],
        speed: 50e3,
      },
      {
        atNs: 1100e3,
        text: 'The burst below was over before the arbiter had seen it. The mechanism is the same, only who decides is late.',
        speed: 200e3,
      },
      {
        atNs: 4000e3,
        text: 'A fast move does not help where the decision to move is slow. Click a move below: the steps cost what they cost above.',
      },
    ],
  },
  {
    title: 'A hot upgrade',
    scenario: 'upgrade-under-load.yaml',
    speed: 20e6,
    captions: [
      {
        atNs: 1,
        text: 'Some of the memory of these VMs is swapped out. The layer that swaps will be replaced while they run.',
      },
      {
        atNs: 149e6,
        text: 'Prepared. During the hand-over, some milliseconds, a page that is not there has to wait.',
        speed: 1e6,
      },
      {
        atNs: 157e6,
        text: 'Only tasks that touched a missing page waited; the others went on, and so did the cores that move.',
        speed: 20e6,
      },
      {
        atNs: 250e6,
        text: 'The largest latency has grown to some 5 ms, the p99 hardly. Now you: run on, a second upgrade will fail and be rolled back.',
      },
    ],
  },
];

export interface TourEvents {
  /** Opens an example at its begin, standing still. */
  open(example: number, speed: number): Promise<void>;
  fork(set: readonly string[]): Promise<void>;
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
    const last = this.next === story.captions.length;
    const goOn = (): void => {
      clearTimeout(this.waiting);
      this.caption.replaceChildren();
      if (last) this.end();
      this.events.go(caption.speed ?? story.speed);
    };
    this.caption.replaceChildren(
      h('p', {}, caption.text),
      h('button', { type: 'button', class: 'primary', onclick: goOn }, last ? 'Go on by myself' : 'Go on'),
    );
    if (!last && !this.calm) this.waiting = setTimeout(goOn, reading(caption.text));
  }
}
