// The left side: which scenario, the sliders for load, cores and mechanism, and the text itself with its refusals.

import { h } from './dom.js';
import { EXAMPLES } from './examples.js';
import type { About } from './protocol.js';
import { scaledRates } from './rates.js';
import { quoted } from './stages.js';
import { formatDuration } from '../input/quantities.js';

export interface SettingsEvents {
  onExample(index: number): void;
  /** Another load or mechanism: a fork where something runs. */
  onChange(set: readonly string[]): void;
  /** Other cores: laid out from the begin. */
  onRestart(set: readonly string[]): void;
  onText(text: string): void;
}

/** Steps of the load's slider: a factor from 1/8 to 8. */
const OCTAVES = 3;
const flagsOf = (set: readonly string[]): string => set.map((one) => ` --set ${quoted(one)}`).join('');
const factorOf = (value: string): number => Number((2 ** Number(value)).toPrecision(3));

export class Settings {
  readonly example = h(
    'select',
    { id: 'example' },
    ...EXAMPLES.map(({ title }, i) => h('option', { value: i }, title)),
    h('option', { value: 'own', disabled: true }, 'a scenario of your own'),
  );
  readonly load = h('input', { id: 'load', type: 'range', min: -OCTAVES, max: OCTAVES, step: 0.25, value: 0 });
  readonly cores = h('input', { id: 'cores', type: 'range', min: 1, max: 64, step: 1 });
  readonly mechanism = h('select', { id: 'mechanism' });
  readonly text = h('textarea', {
    id: 'text',
    spellcheck: 'false',
    autocomplete: 'off',
    rows: 24,
    'aria-describedby': 'problems',
  });
  readonly problems = h('ul', { id: 'problems', class: 'problems', role: 'alert' });
  readonly warnings = h('ul', { class: 'warnings' });
  readonly editor = h('details', { class: 'editor' });
  private readonly loadOut = h('output', { for: 'load' });
  private readonly coresOut = h('output', { for: 'cores' });
  private readonly command = h('code', { class: 'command' });
  private readonly loadRow: HTMLElement;
  private about: About | undefined;
  private run = '';
  private forked = false;
  readonly element: HTMLElement;

  constructor(private readonly events: SettingsEvents) {
    const { example, load, cores, mechanism, text, problems, warnings } = this;
    example.addEventListener('change', () => events.onExample(Number(example.value)));
    load.addEventListener('input', () => this.showValues());
    load.addEventListener('change', () => events.onChange(this.changes()));
    mechanism.addEventListener('change', () => events.onChange(this.changes()));
    cores.addEventListener('input', () => this.showValues());
    cores.addEventListener('change', () => events.onRestart([...this.changes(), `host.cores=${cores.value}`]));
    this.loadRow = h('div', { class: 'field' }, h('label', { for: 'load' }, 'Load'), load, this.loadOut);
    const apply = h('button', { type: 'button', onclick: () => events.onText(text.value) }, 'Run this');
    text.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) events.onText(text.value);
    });
    this.editor.append(
      h('summary', {}, 'The scenario, as text'),
      h('label', { for: 'text', class: 'hidden' }, 'Scenario'),
      text,
      apply,
    );
    this.element = h(
      'section',
      { class: 'settings', 'aria-label': 'Scenario' },
      h('div', { class: 'field wide' }, h('label', { for: 'example' }, 'Scenario'), example),
      h('div', { class: 'field wide' }, h('label', { for: 'mechanism' }, 'Mechanism'), mechanism),
      this.loadRow,
      h('div', { class: 'field' }, h('label', { for: 'cores' }, 'Cores'), cores, this.coresOut),
      h('p', { class: 'hint' }, 'Load or mechanism changed while it runs splits the future in two.'),
      problems,
      warnings,
      this.editor,
      this.command,
    );
  }

  /** A scenario runs: the controls show what it says. */
  show(about: About, set: readonly string[], file: string): void {
    this.about = about;
    this.problems.replaceChildren();
    this.warnings.replaceChildren(...about.warnings.map((line) => h('li', {}, line)));
    this.mechanism.replaceChildren(...about.mechanisms.map((kind) => h('option', { value: kind }, kind)));
    this.mechanism.value = about.mechanism;
    this.load.value = '0';
    this.load.disabled = about.rates.length === 0;
    this.cores.max = String(Math.max(64, 2 * about.hostCores));
    this.cores.value = String(about.hostCores);
    this.forked = false;
    this.run = `fluxhost run ${quoted(file)}${flagsOf(set)}`;
    this.command.textContent = this.run;
    this.showValues();
  }

  /** The second future has these fields from here on; undefined: there is none any more. */
  fork(fork: { readonly atNs: number; readonly set: readonly string[] } | undefined): void {
    this.forked = fork !== undefined;
    this.command.textContent =
      fork === undefined
        ? this.run
        : `${this.run} --snapshot at.snapshot --at ${formatDuration(fork.atNs)}\nfluxhost fork at.snapshot${flagsOf(fork.set)}`;
  }

  refuse(lines: readonly string[], places: readonly (number | null)[]): void {
    this.editor.open = true;
    this.problems.replaceChildren(
      ...lines.map((line, i) => {
        const place = places[i] ?? null;
        if (place === null) return h('li', {}, line);
        return h('li', {}, h('button', { type: 'button', class: 'place', onclick: () => this.goTo(place) }, line));
      }),
    );
  }

  /** The cursor stands at the begin of a line of the text. */
  private goTo(line: number): void {
    const before = this.text.value.split('\n').slice(0, line - 1);
    const from = before.reduce((sum, { length }) => sum + length + 1, 0);
    this.text.focus();
    this.text.setSelectionRange(from, from + (this.text.value.split('\n')[line - 1]?.length ?? 0));
  }

  private changes(): string[] {
    const { about, mechanism, load } = this;
    if (about === undefined) return [];
    const factor = factorOf(load.value);
    return [
      // what the second future has already must be taken back as well
      ...(mechanism.value === about.mechanism && !this.forked ? [] : [`mechanism=${mechanism.value}`]),
      ...(factor === 1 && !this.forked ? [] : scaledRates(about.rates, factor)),
    ];
  }

  private showValues(): void {
    this.loadOut.textContent = `× ${factorOf(this.load.value)}`;
    this.coresOut.textContent = this.cores.value;
    this.load.setAttribute('aria-valuetext', `${factorOf(this.load.value)} times the load of the scenario`);
  }
}
