// A range in place of a value: dragging its ends asks for the curve anew, which grows finer as long as nothing else is asked. It has a
// worker of its own, so what plays goes on playing.

import { fewestOf, tooFewText } from '../report/few.js';
import { sweepDoubts } from '../report/sweep-table.js';
import { countsText } from '../report/trust.js';
import { formatDurationNs } from '../report/units.js';
import type { MechanismKind } from '../mechanisms/types.js';
import type { SweepFigure, SweepResult } from '../study/sweep.js';
import { colourOf, CurveView, mechanismStrokes } from './curve.js';
import { h, showCommand } from './dom.js';
import { MOST_COMPUTING_MS } from './limits.js';
import { complaint, Link } from './link.js';
import type { About, DroppedFile } from './protocol.js';
import { axisText, commandLine, stagesOf, type SweptField } from './stages.js';
import { exactly, quantile } from './words.js';

/** What is swept: the scenario that is there. */
export interface Source {
  readonly about: About;
  readonly text: string;
  readonly file: string;
  readonly set: readonly string[];
  readonly foreign: boolean;
  readonly files: readonly DroppedFile[];
}

/** A stage that another question waits for is given up after this, with its worker. */
const PATIENCE_MS = 400;
const FIRST = new Set<MechanismKind>(['hyperflux', 'static']);

const micro = (ns: number): string => formatDurationNs(ns).replace(' us', ' µs');
/** An interval may reach below nought, where a logarithmic axis ends. */
const low = (figure: SweepFigure | undefined): number | null =>
  figure?.mean === undefined || figure.mean === null || figure.low === null
    ? null
    : Math.max(figure.low, figure.mean / 100);
const MOST_WARNINGS = 6;
const LOAD = { low: 0.2, high: 0.8 };

export class SweepPanel {
  private link = new Link();
  private question = 0;
  private askedAt = 0;
  private asking = false;
  private files: readonly DroppedFile[] = [];
  private readonly curve = new CurveView();
  private readonly field = h(
    'select',
    { id: 'swept' },
    h('option', { value: 'load' }, 'load, share of all cores'),
    h('option', { value: 'host.cores' }, 'cores of the host'),
  );
  private readonly low = h('input', { id: 'sweep-low', type: 'range' });
  private readonly high = h('input', { id: 'sweep-high', type: 'range' });
  private readonly lowOut = h('output', { for: 'sweep-low' });
  private readonly highOut = h('output', { for: 'sweep-high' });
  private readonly mechanisms = h('fieldset', { class: 'choices' });
  private readonly said = h('p', { class: 'hint', role: 'status' });
  private readonly trust = h('div', { class: 'hint trust' });
  private readonly command = h('code', { class: 'command' });
  readonly element = h(
    'div',
    { class: 'sweep' },
    h('div', { class: 'field wide' }, h('label', { for: 'swept' }, 'Vary'), this.field),
    h('div', { class: 'field' }, h('label', { for: 'sweep-low' }, 'From'), this.low, this.lowOut),
    h('div', { class: 'field' }, h('label', { for: 'sweep-high' }, 'To'), this.high, this.highOut),
    this.mechanisms,
    this.curve.element,
    this.said,
    this.trust,
    this.command,
  );

  constructor(private source: Source) {
    this.field.addEventListener('change', () => this.begin());
    for (const end of [this.low, this.high])
      end.addEventListener('input', () => {
        this.order(end);
        void this.ask();
      });
    this.mechanisms.addEventListener('change', () => void this.ask());
    this.show(source);
  }

  /** Another scenario is there. */
  show(source: Source): void {
    this.source = source;
    const { mechanism, mechanisms } = source.about;
    this.mechanisms.replaceChildren(
      h('legend', {}, 'Mechanisms'),
      ...mechanisms.map((kind) =>
        h(
          'label',
          {},
          h('input', { type: 'checkbox', value: kind, checked: kind === mechanism || FIRST.has(kind) }),
          ` ${kind}`,
        ),
      ),
    );
    this.begin();
  }

  /** Nothing more is computed. */
  stop(): void {
    this.question++;
    this.link.stop('stopped');
    this.asking = false;
  }

  private begin(): void {
    const { hostCores, polling, vms } = this.source.about;
    const least =
      polling +
      Math.max(
        1,
        vms.reduce((sum, vm) => sum + vm.least, 0),
      );
    const load = this.path === 'load';
    const [min, max] = load ? [0.05, 1.2] : [Math.min(least, hostCores), Math.max(2 * hostCores, least + 1)];
    const ends = load ? LOAD : { low: min, high: Math.max(hostCores, min + 1) };
    for (const [end, value] of [
      [this.low, ends.low],
      [this.high, ends.high],
    ] as const) {
      Object.assign(end, { min: String(min), max: String(max), step: load ? '0.05' : '1' });
      end.value = String(value);
    }
    this.order(this.low);
    void this.ask();
  }

  private get path(): SweptField {
    return this.field.value as SweptField;
  }

  /** One end cannot pass the other. */
  private order(moved: HTMLInputElement): void {
    const { low, high } = this;
    const step = Number(low.step);
    if (Number(low.value) >= Number(high.value)) {
      if (moved === low) low.value = String(Number((Number(high.value) - step).toFixed(2)));
      else high.value = String(Number((Number(low.value) + step).toFixed(2)));
    }
    for (const [end, out] of [
      [low, this.lowOut],
      [high, this.highOut],
    ] as const)
      out.textContent = String(Number(end.value));
  }

  private chosen(): MechanismKind[] {
    const boxes = [...this.mechanisms.querySelectorAll('input')];
    return this.source.about.mechanisms.filter((_, i) => boxes[i]?.checked === true);
  }

  /** Asks stage after stage, until something else is asked. */
  private async ask(): Promise<void> {
    const mine = ++this.question;
    const mechanisms = this.chosen();
    if (mechanisms.length === 0) return;
    // dropped files may have the name of others: what ran with those is forgotten
    if (this.files !== this.source.files || (this.asking && performance.now() - this.askedAt > PATIENCE_MS))
      this.link.stop('stopped');
    this.files = this.source.files;
    const { about: _, ...source } = this.source;
    const began = performance.now();
    for (const [stage, { points, replications }] of stagesOf.entries()) {
      const vary = axisText(this.path, Number(this.low.value), Number(this.high.value), points);
      this.askedAt = performance.now();
      this.asking = true;
      const answer = await this.link.ask({ ask: 'sweep', ...source, vary: [vary], mechanisms, replications });
      if (mine !== this.question) return;
      this.asking = false;
      if (answer.answer !== 'swept') {
        this.said.textContent = complaint(answer);
        return;
      }
      showCommand(this.command, commandLine(source.file, source.set, vary, mechanisms, replications));
      const last = stage === stagesOf.length - 1 || performance.now() - began > MOST_COMPUTING_MS / 4;
      const seeds = replications === 1 ? '1 seed' : `${replications} seeds, 95 % intervals`;
      this.said.textContent = `${answer.result.axes[0]!.values.length} points, ${seeds}${last ? '.' : ', growing finer …'}`;
      this.drawTrust(answer.result);
      this.draw(answer.result);
      this.element.dataset['stage'] = String(stage);
      this.element.dataset['rows'] = JSON.stringify(answer.result.rows);
      if (last) return;
    }
  }

  /** What speaks against rows, in the words of the first of each kind. */
  private drawTrust({ rows }: SweepResult): void {
    const found = countsText(rows);
    const details = new Map(rows.flatMap(({ warnings }) => warnings.map((one) => [`${one.code} ${one.field}`, one])));
    const lines = [...details.values()]
      .slice(0, MOST_WARNINGS)
      .map(({ code, field, detail }) => h('li', {}, `${code}, ${field}: ${detail.replaceAll(/(\d) us\b/g, '$1 µs')}`));
    const summary = `Can this be trusted? Rows with warnings: ${found}`;
    const open = this.trust.querySelector('details')?.open === true; // it stays open while the curve grows finer
    const refused = new Map(
      rows.flatMap(({ mechanism, refused: why }) => (why === undefined ? [] : [[mechanism, why]])),
    );
    this.trust.replaceChildren(
      ...[...refused].map(([mechanism, why]) => h('p', {}, `${mechanism}, where it has no point: ${why}`)),
      ...(found === '' ? [] : [h('details', { open }, h('summary', {}, summary), h('ul', {}, ...lines))]),
    );
  }

  private draw({ axes, rows, slos = [] }: SweepResult): void {
    const paths = Object.keys(rows.find(({ refused }) => refused === undefined)?.figures ?? {});
    const names = paths.filter((path) => path.endsWith('.latencyNs.p99')).map((path) => path.slice(0, -14));
    const vm = slos[0]?.vm ?? names[0];
    if (vm === undefined) {
      this.said.textContent = rows[0]?.refused ?? 'no VM of this scenario answers requests';
      return;
    }
    const { path, values } = axes[0]!;
    const figure = `${vm}.latencyNs.p99`;
    const strokes = mechanismStrokes([...new Set(rows.map(({ mechanism }) => mechanism))]);
    const lines = [...strokes].map(([label, { hue, dash }]) => {
      const line = values.map((value) => rows.find((one) => one.mechanism === label && one.point[path] === value));
      const figures = line.map((row) => row?.figures[figure]);
      // a logarithmic axis has no place for nought
      const positive = (value: number | null | undefined): number | null =>
        value !== undefined && value !== null && value > 0 ? value : null;
      return {
        label,
        colour: colourOf(hue),
        dash,
        mean: figures.map((one) => positive(one?.mean)),
        low: figures.map((one) => low(one)),
        high: figures.map((one) => positive(one?.high)),
        poor: line.map((row) => {
          const few = row === undefined ? undefined : fewestOf(row, [figure]);
          return few && tooFewText(few.quantile, few.requests, row!.replications > 1 ? ' a seed' : '');
        }),
      };
    });
    const doubts = sweepDoubts(rows, vm);
    const hollow = lines.some(({ poor }) => poor.some((one) => one !== undefined));
    if (doubts.length > 0)
      this.trust.prepend(h('p', {}, `${vm} is ${doubts.join('; ')}${hollow ? ' (hollow points)' : ''}.`));
    const slo = slos.find((one) => one.vm === vm && one.quantile === 0.99);
    this.curve.draw(
      {
        x: values.map(Number),
        xTitle: path === 'load' ? 'load, share of all cores' : 'cores of the host',
        yTitle: 'p99',
        lines,
        logX: false,
        logY: true,
        formatX: (x) => String(Number(x.toPrecision(4))),
        format: micro,
        target: slo && { y: slo.targetNs, label: [`SLO ${quantile(slo.quantile)}`, exactly(slo.targetNs)] },
      },
      `p99 of ${vm} over ${path === 'load' ? 'the load' : 'the cores'}`,
    );
  }
}
