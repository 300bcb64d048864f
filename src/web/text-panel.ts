// The scenario as text, with what is wrong in it: the lines that the command line would print. An editor that completes and marks is
// loaded when the part is opened first; until then, without it, and where it fails, there is a plain field. The field always holds
// the text.

import { h } from './dom.js';
import type { ScenarioEditor } from './editor/editor.js';
import type { Link } from './link.js';
import type { Refused } from './protocol.js';

/** Of silence before a text is checked, ms. */
const PAUSE_MS = 300;
/** Of what is wrong: a word at which YAML ends is followed by one for every word behind it. */
const MOST_LINES = 6;
const KEYS = 'Ctrl+Space completes, Ctrl+Enter runs, F8 goes to the next error; Tab leaves the text.';

/** Stands over what is drawn while there are problems (said.css). */
export const beforeNote = (): HTMLElement =>
  h('p', { class: 'before' }, 'This is the run from before: what was refused at the side is not in it.');

export class TextPanel {
  private readonly field = h('textarea', {
    id: 'text',
    spellcheck: 'false',
    autocomplete: 'off',
    rows: 24,
    'aria-describedby': 'problems',
  });
  readonly problems = h('ul', { id: 'problems', class: 'problems', 'aria-live': 'polite' });
  private readonly hint = h('p', { class: 'hint' });
  private readonly code = h('div', { class: 'code', hidden: true });
  readonly element = h('details', { class: 'editor' }, h('summary', {}, 'The scenario, as text'));
  private editor: ScenarioEditor | undefined;
  private loading = false;
  /** The scenario's name, in what is said of it. */
  file = '';
  private refused: Refused | undefined;
  /** The limits of a scenario that somebody else wrote hold. */
  foreign = false;
  private waiting: ReturnType<typeof setTimeout> | undefined;
  /** The text of which something else than itself was refused: a mechanism that it cannot have, say. */
  private stands: string | undefined;

  constructor(
    private readonly link: Link,
    private readonly onRun: (text: string) => void,
  ) {
    const { field, code, hint, element } = this;
    const run = (): void => this.onRun(this.value);
    field.addEventListener('input', () => this.changed());
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) run();
    });
    element.append(
      h('label', { for: 'text', class: 'heard' }, 'Scenario'),
      field,
      code,
      hint,
      h('button', { type: 'button', onclick: run }, 'Run this'),
    );
    element.addEventListener('toggle', () => void this.load());
  }

  get value(): string {
    return this.field.value;
  }

  set value(text: string) {
    this.field.value = text;
    if (this.editor !== undefined && this.editor.text !== text) this.editor.text = text;
  }

  /** A scenario has been taken. */
  loaded(): void {
    // What was typed while it was loading is still to be checked.
    this.stands = undefined;
    if (this.waiting === undefined) this.show(undefined);
  }

  refuse(refused: Refused): void {
    this.stands = this.value;
    this.element.open = true;
    this.show(refused);
  }

  private async load(): Promise<void> {
    if (!this.element.open || this.loading) return;
    this.loading = true;
    try {
      const { ScenarioEditor: Editor } = await import('./editor/editor.js');
      this.editor = new Editor(this.code, this.value, this.schema(), {
        onChange: (text) => {
          this.field.value = text;
          this.changed();
        },
        onRun: () => this.onRun(this.value),
      });
      this.code.hidden = false;
      this.field.hidden = true;
      this.hint.textContent = KEYS;
      this.editor.mark(this.refused);
    } catch {
      this.hint.textContent = 'The editor could not be loaded: this plain field does without completion.';
    }
  }

  private async schema(): Promise<Readonly<Record<string, unknown>>> {
    const answer = await this.link.ask({ ask: 'schema' });
    return answer.answer === 'schema' ? answer.schema : {};
  }

  private changed(): void {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => void this.check(), PAUSE_MS);
  }

  private async check(): Promise<void> {
    this.waiting = undefined;
    const { value } = this;
    const answer = await this.link.ask({ ask: 'check', text: value, file: this.file, foreign: this.foreign });
    if (value !== this.value) return; // another check is on its way
    if (answer.answer === 'refused') this.show(answer);
    else if (value !== this.stands) this.show(undefined); // a text that is right says nothing of what else was refused of it
  }

  private show(refused: Refused | undefined): void {
    this.refused = refused;
    const { lines, places } = refused ?? { lines: [], places: [] };
    const left = lines.length - MOST_LINES;
    this.problems.replaceChildren(
      ...lines.slice(0, MOST_LINES).map((line, i) => {
        const place = places[i] ?? null;
        if (place === null) return h('li', {}, line);
        return h('li', {}, h('button', { type: 'button', class: 'place', onclick: () => this.goTo(place) }, line));
      }),
      ...(left > 0 ? [h('li', {}, `and ${left} more`)] : []),
    );
    this.editor?.mark(refused);
  }

  /** The cursor stands at the begin of a line of the text. */
  private goTo(line: number): void {
    if (this.editor !== undefined) {
      this.editor.goTo(line);
      return;
    }
    const lines = this.value.split('\n');
    const from = lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0);
    this.field.focus();
    this.field.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0));
  }
}
