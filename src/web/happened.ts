// The right side: what just happened, each move of a core a button that explains it, and the explanation itself.

import { h } from './dom.js';
import type { Explanation } from './explanation.js';
import type { About, MoveSeen } from './protocol.js';
import { explained, instant, moveLine, vmName } from './words.js';

const KEPT = 12;
/** Between two texts for screen readers, ms. */
const QUIET_MS = 3000;

export class Happened {
  private readonly list = h('ol', { class: 'moves' });
  private readonly why = h(
    'div',
    { class: 'why' },
    h('p', { class: 'hint' }, 'Click a core’s strip, or a move below: why is it there?'),
  );
  private readonly said = h('p', { class: 'hidden', 'aria-live': 'polite' });
  private saidAt = -Infinity;
  private latest: MoveSeen | undefined;
  readonly element = h(
    'section',
    { class: 'happened', 'aria-label': 'What just happened' },
    this.why,
    h('h2', {}, 'What just happened'),
    this.list,
    this.said,
  );

  constructor(private readonly onExplain: (future: number, core: number, atNs: number) => void) {}

  clear(): void {
    this.list.replaceChildren();
    this.latest = undefined;
    this.why.replaceChildren(h('p', { class: 'hint' }, 'Click a core’s strip, or a move below: why is it there?'));
  }

  add(about: About, moves: readonly MoveSeen[], leftOut: number, future: number, forked: boolean): void {
    if (moves.length === 0) return;
    const rows = moves.slice(-KEPT).map((move) => {
      const tag = forked ? h('span', { class: 'tag' }, future === 0 ? 'A' : 'B') : '';
      return h(
        'li',
        {},
        h(
          'button',
          { type: 'button', onclick: () => this.onExplain(future, move.core, move.seenAtNs) },
          tag,
          h('span', { class: 'when' }, instant(move.decidedAtNs)),
          h('span', {}, ` core ${move.core}  ${vmName(about, move.from)} → ${vmName(about, move.to)}`),
        ),
      );
    });
    this.list.prepend(...rows.reverse());
    while (this.list.childElementCount > KEPT) this.list.lastElementChild!.remove();
    this.latest = moves.at(-1);
    if (leftOut > 0) this.list.firstElementChild?.setAttribute('title', `and ${leftOut} more`);
    this.say(moveLine(about, this.latest!));
  }

  /** One event was stepped: what it was for. */
  stepped(event: string, timeNs: number, events: number): void {
    this.why.replaceChildren(
      h('p', {}, h('strong', {}, `Event ${events}`), ` at ${instant(timeNs)}: ${event === '' ? 'none yet' : event}`),
    );
    this.said.textContent = `event ${events}, ${event}, at ${instant(timeNs)}`;
  }

  explain(about: About, explanation: Explanation): void {
    const { head, why, steps } = explained(about, explanation);
    const rows = steps.map(([time, text]) => h('li', {}, h('span', { class: 'when' }, time), ` ${text}`));
    this.why.replaceChildren(h('p', {}, h('strong', {}, head)), h('p', {}, why), h('ol', { class: 'steps' }, ...rows));
    this.said.textContent = `${head} ${why}`;
  }

  note(line: string): void {
    this.why.replaceChildren(h('p', {}, line));
    this.said.textContent = line;
  }

  private say(text: string): void {
    const now = performance.now();
    if (now - this.saidAt < QUIET_MS) return;
    this.saidAt = now;
    this.said.textContent = text;
  }
}
