// What the keys do, and how the strips are read: a dialog that `?` opens and Escape closes.

import { h } from './dom.js';

const KEYS: readonly (readonly [key: string, does: string])[] = [
  ['Space', 'play, pause; go on in a story'],
  ['.', 'one event'],
  [',', 'one microsecond'],
  ['0', 'from the beginning'],
  ['f', 'fork: two futures from here on, or one again'],
  ['s', 'share: the scenario as a link'],
  ['1 2 3 …', 'a story'],
  ['Escape', 'leave the story'],
  ['arrows, Enter', 'on the strips: choose a core and an instant, explain it'],
  ['?', 'this'],
];

export class Help {
  private readonly title = h('h2', { id: 'keys' }, 'Keys');
  readonly element = h(
    'dialog',
    { class: 'help', 'aria-labelledby': 'keys' },
    this.title,
    h('dl', {}, ...KEYS.flatMap(([key, does]) => [h('dt', {}, h('kbd', {}, key)), h('dd', {}, does)])),
    h(
      'p',
      { class: 'hint' },
      'A strip is a core, time goes to the right. A colour is a VM: solid it runs, pale it searches for work or spins, hatched the core is on its ' +
        'way, bare it is idle. Grey polls for the host.',
    ),
    h('form', { method: 'dialog' }, h('button', { class: 'primary' }, 'Close')),
  );

  open(): void {
    if (!this.element.open) this.element.showModal();
  }
}
