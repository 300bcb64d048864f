// The left side: which scenario, the sliders for load, cores and mechanism, the command that makes it again, and the text itself.

import { shellWord } from '../input/shell-word.js';
import type { MechanismKind } from '../mechanisms/types.js';
import { h, showCommand } from './dom.js';
import { EXAMPLES } from './examples.js';
import type { Link } from './link.js';
import type { About, Refused } from './protocol.js';
import { scaledRates } from './rates.js';
import { TextPanel } from './text-panel.js';
import { formatDuration } from '../input/quantities.js';
import { doneLine, hashLines } from './words.js';

export interface SettingsEvents {
  onExample(index: number): void;
  /** Another load or mechanism: a fork where something runs. */
  onChange(set: readonly string[]): void;
  /** Other cores, or a mechanism that lays them out: from the begin. */
  onRestart(set: readonly string[]): void;
  onText(text: string): void;
}

/** No fork takes them up: they lay out the cores. */
const FROM_THE_BEGIN: ReadonlySet<string> = new Set<MechanismKind>(['nsdi22']);
/** Steps of the load's slider: a factor from 1/8 to 8. */
const OCTAVES = 3;
const flagsOf = (set: readonly string[]): string => set.map((one) => ` --set ${shellWord(one)}`).join('');
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
  readonly text: TextPanel;
  readonly warnings = h('ul', { class: 'warnings' });
  private readonly loadOut = h('output', { for: 'load' });
  private readonly coresOut = h('output', { for: 'cores' });
  private readonly command = h('code', { class: 'command' });
  private readonly over = h('p', { class: 'hint over' });
  private readonly compare = h('code', { class: 'command compare' });
  private readonly loadRow: HTMLElement;
  private about: About | undefined;
  /** The command that makes it again, without what a fork changed. */
  run = '';
  /** What is shown: with a fork, that too. */
  private shown = '';
  /** Of a future alone. */
  readonly commandOf = (future: number): string => (future === 0 ? this.run : this.shown);
  private forked = false;
  /** The mechanism of the last future. */
  private runs = '';
  readonly element: HTMLElement;

  constructor(link: Link, events: SettingsEvents) {
    const { example, load, cores, mechanism, warnings } = this;
    const text = (this.text = new TextPanel(link, (given) => events.onText(given)));
    example.addEventListener('change', () => events.onExample(Number(example.value)));
    load.addEventListener('input', () => this.showValues());
    load.addEventListener('change', () => events.onChange(this.changes()));
    const restart = (): void => events.onRestart([...this.changes(), `host.cores=${cores.value}`]);
    mechanism.addEventListener('change', () => {
      if (FROM_THE_BEGIN.has(mechanism.value)) restart();
      else events.onChange(this.changes());
    });
    cores.addEventListener('input', () => this.showValues());
    cores.addEventListener('change', restart);
    this.loadRow = h('div', { class: 'field' }, h('label', { for: 'load' }, 'Load'), load, this.loadOut);
    this.element = h(
      'section',
      { class: 'settings', 'aria-label': 'Scenario' },
      h('div', { class: 'field wide' }, h('label', { for: 'example' }, 'Scenario'), example),
      h('div', { class: 'field wide' }, h('label', { for: 'mechanism' }, 'Mechanism'), mechanism),
      this.loadRow,
      h('div', { class: 'field' }, h('label', { for: 'cores' }, 'Cores'), cores, this.coresOut),
      h(
        'p',
        { class: 'hint' },
        'Load or mechanism changed while it runs splits the future in two; cores, and nsdi22, begin anew.',
      ),
      text.problems,
      warnings,
      text.element,
      this.command,
      this.over,
      this.compare,
    );
  }

  /** A scenario runs: the controls show what it says. */
  show(about: About, set: readonly string[], file: string): void {
    this.about = about;
    this.text.loaded();
    this.warnings.replaceChildren(...about.warnings.map((line) => h('li', {}, line)));
    this.mechanism.replaceChildren(...about.mechanisms.map((kind) => h('option', { value: kind }, kind)));
    this.mechanism.value = this.runs = about.mechanism;
    this.load.value = '0';
    this.load.disabled = about.rates.length === 0;
    this.cores.max = String(Math.max(64, 2 * about.hostCores));
    this.cores.value = String(about.hostCores);
    this.forked = false;
    this.run = `fluxhost run ${shellWord(file)}${flagsOf(set)}`;
    showCommand(this.command, this.run);
    this.goesOn();
    this.showValues();
  }

  /** Says why, and shows the mechanism that goes on. */
  refuse(refused: Refused): void {
    this.text.refuse(refused);
    this.mechanism.value = this.runs;
  }

  /** A run is over: its hash, and how to compare it. Answers what to say. */
  finish(hashes: readonly string[], expected: string | undefined): string {
    const said = doneLine(hashes, expected);
    const [line, command] = hashLines(hashes, this.run);
    this.over.textContent = `${said} ${line}`;
    showCommand(this.compare, command);
    return said;
  }

  private goesOn(): void {
    this.over.replaceChildren();
    this.compare.replaceChildren();
  }

  /** The second future has these fields from here on; undefined: there is none any more. */
  fork(fork: { readonly atNs: number; readonly set: readonly string[] } | undefined): void {
    this.goesOn();
    this.forked = fork !== undefined;
    const changed = fork?.set.find((one) => one.startsWith('mechanism='));
    this.runs = changed?.slice('mechanism='.length) ?? this.about?.mechanism ?? '';
    const text =
      fork === undefined
        ? this.run
        : fork.atNs === 0
          ? `${this.run}\n${this.run}${flagsOf(fork.set)}`
          : `${this.run} --snapshot at.snapshot --at ${formatDuration(fork.atNs)}\nfluxhost fork at.snapshot${flagsOf(fork.set)}`;
    this.shown = text;
    showCommand(this.command, text);
  }

  /** A story's scenario: an example, or one of its own. */
  choose(file: string, title: string): void {
    const index = EXAMPLES.findIndex(({ name }) => name === file);
    this.example.lastElementChild!.textContent = index < 0 ? title : 'a scenario of your own';
    this.example.value = index < 0 ? 'own' : String(index);
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
