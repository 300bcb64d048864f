// The middle of the page: for each future the strips of its cores, what waits and how long requests take, on one time axis.

import { Chart, LEFT } from './charts.js';
import { h } from './dom.js';
import type { History } from './history.js';
import { readPalette, type Palette } from './palette.js';
import type { About } from './protocol.js';
import { Legend } from './legend.js';
import { rowHeight, Strips } from './strips.js';
import { exactly, objective, quantile, duration } from './words.js';

/** Pixels between the right edge of a strip and the frame. */
const RIGHT = 1;
/** Between two texts of numbers that change all the time, while it plays, ms: faster ones nobody reads, and each is laid out. */
const TEXT_MS = 120;

interface Track {
  readonly element: HTMLElement;
  readonly title: HTMLElement;
  readonly verdict: HTMLElement;
  readonly strips: Strips;
  readonly charts: readonly {
    readonly chart: Chart;
    readonly place: HTMLElement;
    readonly kind: 'waiting' | 'latency';
  }[];
}

export interface Shown {
  readonly history: History;
  readonly mechanism: string;
  readonly label: string;
  readonly overallNs: readonly (number | null)[] | null;
}

export interface Selected {
  readonly future: number;
  readonly core: number;
  readonly atNs: number;
}

function coreLabels(cores: number, small: boolean): HTMLElement {
  const row = rowHeight(cores, small);
  const every = row >= 13 ? 1 : 2 ** Math.ceil(Math.log2(13 / row));
  const labels = Array.from({ length: Math.ceil(cores / every) }, (_, i) => h('span', {}, `core ${i * every}`));
  const element = h('div', { class: 'labels', 'aria-hidden': 'true' }, ...labels);
  for (const label of labels) label.style.height = `${row * every}px`;
  return element;
}

export class Stage {
  readonly element = h('section', { class: 'stage', 'aria-label': 'Cores over time' });
  private tracks: Track[] = [];
  private palette: Palette;
  private width = 0;
  private room: number | undefined;
  private textAt = -Infinity;
  private range: readonly [fromNs: number, toNs: number] = [0, 1];
  private nowNs = 0;
  /** Of each future its cores, which differ where mechanisms keep different numbers for polling. */
  private coreCounts: readonly number[] = [];

  constructor(
    private readonly about: About,
    private readonly onSelect: (selected: Selected) => void,
    onResize: () => void,
  ) {
    this.palette = readPalette(about.vms);
    // told instead of asked for: to ask in every frame lays the page out in every frame
    new ResizeObserver(([entry]) => {
      this.room = entry!.contentRect.width;
      onResize();
    }).observe(this.element);
  }

  /** Colours or width have changed: everything is drawn anew. */
  refresh(): void {
    this.palette = readPalette(this.about.vms);
    this.width = 0;
  }

  private makeTrack(future: number, small: boolean): Track {
    const { about } = this;
    const rows = Math.max(...this.coreCounts); // a core stands at the same height in each future
    const canvas = h('canvas', {
      class: 'strips',
      role: 'img',
      tabindex: 0,
      'aria-label': `One strip a core, ${this.coreCounts[future]} cores: which VM has it, and what it does. Arrow keys choose a core, Enter explains it.`,
    });
    const strips = new Strips(canvas, rows, small);
    canvas.addEventListener('click', ({ offsetX, offsetY }) => {
      const scale = canvas.clientWidth === 0 ? 1 : canvas.width / canvas.clientWidth;
      this.select(future, Math.floor((offsetY * scale) / strips.row), (offsetX * scale) / canvas.width);
    });
    canvas.addEventListener('keydown', (event) => this.onKey(event, future));
    const title = h('h2');
    const verdict = h('p', { class: 'verdict' });
    const charts = (['waiting', 'latency'] as const).map((kind) => {
      const place = h('div', { class: 'chart', role: 'img' });
      const chart = new Chart({ kind, vms: about.vms, palette: this.palette, width: this.width + LEFT, small }, place);
      return { chart, place, kind };
    });
    const names = { waiting: 'Tasks waiting', latency: `Latency now (${this.quantiles()})` };
    const element = h(
      'div',
      { class: 'track' },
      h('header', {}, title, verdict),
      h('div', { class: 'rows' }, coreLabels(rows, small), canvas),
      ...charts.map(({ place, kind }) => h('div', { class: 'plot' }, h('h3', {}, names[kind]), place)),
    );
    return { element, title, verdict, strips, charts };
  }

  private quantiles(): string {
    const all = new Set(this.about.vms.map(({ slo }) => quantile(slo?.quantile ?? 0.99)));
    return [...all].join(', ');
  }

  private legend: Legend | undefined;
  private chosen = { core: 0, place: 1 };

  /** The instants that the strips show. */
  get shownNs(): readonly [fromNs: number, toNs: number] {
    return this.range;
  }

  private onKey(event: KeyboardEvent, future: number): void {
    const step: Readonly<Record<string, [core: number, place: number]>> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -0.01],
      ArrowRight: [0, 0.01],
    };
    const move = step[event.key];
    if (move !== undefined) {
      const core = Math.min(this.coreCounts[future]! - 1, Math.max(0, this.chosen.core + move[0]));
      this.chosen = { core, place: Math.min(1, Math.max(0, this.chosen.place + move[1])) };
      this.frame = { future, core };
    } else if (event.key === 'Enter') this.select(future, this.chosen.core, this.chosen.place);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private frame: { future: number; core: number } | undefined;
  private line: number | undefined;

  private select(future: number, core: number, place: number): void {
    if (core < 0 || core >= this.coreCounts[future]!) return;
    const [from, to] = this.range;
    const atNs = Math.min(Math.round(from + place * (to - from)), this.nowNs); // right of it nothing is known yet
    this.chosen = { core, place };
    this.frame = { future, core };
    this.line = atNs;
    this.onSelect({ future, core, atNs });
  }

  private layOut(shown: readonly Shown[]): void {
    const count = shown.length;
    const width = Math.max(120, Math.floor((this.room ??= this.element.clientWidth)) - LEFT - RIGHT);
    const same = shown.every(({ history }, i) => history.coreCount === this.coreCounts[i]);
    if (width === this.width && count === this.tracks.length && same) return;
    this.width = width;
    this.coreCounts = shown.map(({ history }) => history.coreCount);
    for (const { charts } of this.tracks) for (const { chart } of charts) chart.close();
    this.tracks = Array.from({ length: count }, (_, future) => this.makeTrack(future, count > 1));
    this.legend = new Legend(this.about, this.palette);
    this.textAt = -Infinity;
    this.element.replaceChildren(this.legend.element, ...this.tracks.map(({ element }) => element));
    this.element.classList.toggle('forked', count > 1);
  }

  draw(
    shown: readonly Shown[],
    nowNs: number,
    columnNs: number,
    forkedAtNs: number | undefined,
    playing: boolean,
  ): void {
    this.layOut(shown);
    this.nowNs = nowNs;
    const texts = !playing || performance.now() - this.textAt >= TEXT_MS;
    if (texts) this.textAt = performance.now();
    const span = this.width * columnNs;
    const from = Math.max(0, nowNs - span);
    const to = from + span;
    this.range = [from, to];
    if (texts) this.legend?.draw(shown.length === 1 ? shown[0]!.history : undefined);
    shown.forEach(({ history, label, overallNs }, i) => {
      const { title, verdict, strips, charts } = this.tracks[i]!;
      if (texts) {
        title.textContent = label;
        this.drawVerdict(verdict, overallNs, forkedAtNs);
      }
      strips.draw(history, from, to, this.palette, this.width);
      const at = (timeNs: number): number => ((timeNs - from) / span) * this.width;
      if (forkedAtNs !== undefined && forkedAtNs > 0) strips.mark(at(forkedAtNs), this.palette.text, true);
      if (this.line !== undefined && this.frame?.future === i) strips.mark(at(this.line), this.palette.text, false);
      if (this.frame?.future === i) strips.frame(this.frame.core, this.palette.text);
      for (const { chart, place, kind } of charts) {
        chart.draw(history, from, to);
        if (!texts) continue;
        if (kind === 'latency') place.setAttribute('aria-label', this.latencyText(overallNs));
        else place.setAttribute('aria-label', this.waitingText(history));
      }
    });
  }

  private drawVerdict(
    place: HTMLElement,
    overallNs: readonly (number | null)[] | null,
    forkedAtNs: number | undefined,
  ): void {
    if (overallNs === null) return;
    const parts = this.about.vms.flatMap(({ name, slo }, i) => {
      const value = overallNs[i];
      if (value === undefined || value === null || (slo === null && this.about.vms.some((vm) => vm.slo !== null)))
        return [];
      const missed = slo !== null && value > slo.latencyNs;
      return [
        h(
          'span',
          { class: missed ? 'missed' : 'kept' },
          h('span', { class: 'what' }, `${name} ${quantile(slo?.quantile ?? 0.99)} `),
          h('strong', {}, duration(value)),
          slo === null
            ? ''
            : h('span', { class: 'what' }, missed ? ` misses ${exactly(slo.latencyNs)}` : ` keeps ${objective(slo)}`),
        ),
      ];
    });
    if (forkedAtNs !== undefined && forkedAtNs > 0) parts.push(h('span', { class: 'what' }, 'since the fork'));
    place.replaceChildren(...parts.slice(0, 5));
  }

  private latencyText(overallNs: readonly (number | null)[] | null): string {
    const texts = this.about.vms.slice(0, 8).map(({ name, slo }, i) => {
      return `${name} ${quantile(slo?.quantile ?? 0.99)} ${duration(overallNs?.[i] ?? null)}`;
    });
    return `Latency over time; so far ${texts.join(', ')}`;
  }

  private waitingText(history: History): string {
    const last = history.waiting.at(-1);
    const texts = this.about.vms.slice(0, 8).map(({ name }, i) => `${name} ${last?.[i] ?? 0}`);
    return `Tasks waiting over time; now ${texts.join(', ')}`;
  }
}
