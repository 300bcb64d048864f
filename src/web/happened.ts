// The right side: what just happened, the newest first, each move of a core a button that explains it, and the explanation itself.

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
  private readonly said = h('p', { class: 'heard', 'aria-live': 'polite' });
  private saidAt = -Infinity;
  /** The newest first. */
  private kept: { readonly move: MoveSeen; readonly item: HTMLElement }[] = [];
  readonly element = h(
    'section',
    { class: 'happened', 'aria-label': 'What just happened' },
    this.why,
    h('h2', {}, 'What just happened, newest first'),
    this.list,
    this.said,
  );

  constructor(private readonly onExplain: (future: number, core: number, atNs: number) => void) {}

  clear(): void {
    this.list.replaceChildren();
    this.kept = [];
    this.why.replaceChildren(h('p', { class: 'hint' }, 'Click a core’s strip, or a move below: why is it there?'));
  }

  add(about: About, moves: readonly MoveSeen[], leftOut: number, future: number, forked: boolean): void {
    if (moves.length === 0) return;
    const rows = moves.slice(-KEPT).map((move) => {
      return { move, item: this.item(about, move, future, forked) };
    });
    // moves come by core, and those of two futures one after the other
    this.kept = [...rows, ...this.kept].sort((a, b) => b.move.decidedAtNs - a.move.decidedAtNs).slice(0, KEPT);
    this.list.replaceChildren(...this.kept.map(({ item }) => item));
    if (leftOut > 0) this.list.firstElementChild?.setAttribute('title', `and ${leftOut} more`);
    this.say(moveLine(about, this.kept[0]!.move));
  }

  private item(about: About, move: MoveSeen, future: number, forked: boolean): HTMLElement {
    const tag = forked ? h('span', { class: 'tag' }, future === 0 ? 'A' : 'B') : '';
    const onclick = (): void => this.onExplain(future, move.core, move.seenAtNs);
    const what = h('span', {}, ` core ${move.core}  ${vmName(about, move.from)} → ${vmName(about, move.to)}`);
    return h(
      'li',
      {},
      h(
        'button',
        { type: 'button', title: moveLine(about, move), onclick },
        tag,
        h('span', { class: 'when' }, instant(move.decidedAtNs)),
        what,
      ),
    );
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
