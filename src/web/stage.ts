// The middle of the page: for each future the strips of its cores, what waits and how long requests take, on one time axis.

import { Chart, judged, LEFT } from './charts.js';
import { h } from './dom.js';
import type { History } from './history.js';
import { keptFor, type Kept } from './kept.js';
import { readPalette, type Palette } from './palette.js';
import type { About } from './protocol.js';
import { Legend } from './legend.js';
import { rowHeight, Strips } from './strips.js';
import { Versus, type Side } from './versus.js';
import { exactly, fewBeyond, objective, quantile, duration } from './words.js';

/** Pixels between the right edge of a strip and the frame. */
const RIGHT = 1;
/** Between two texts of numbers that change all the time, while it plays, ms: faster ones nobody reads, and each is laid out. */
const TEXT_MS = 120;

/** Of all strips, as a share of the window's height and at most: of one future, and of each of two; on a phone less. */
const SHARES = { one: 0.42, two: 0.18, phone: 0.7 };
const MOST_HEIGHT = 420;
const PHONE = 760;

interface Track {
  readonly element: HTMLElement;
  readonly title: HTMLElement;
  readonly verdict: HTMLElement;
  readonly strips: Strips;
}

interface Plotted {
  readonly chart: Chart;
  readonly place: HTMLElement;
  readonly kind: 'waiting' | 'latency';
  readonly element: HTMLElement;
}

export interface Shown extends Side {
  readonly history: History;
  readonly mechanism: string;
}

export interface Selected {
  readonly future: number;
  readonly core: number;
  readonly atNs: number;
  /** The core is no VM's. */
  readonly kept: Kept | undefined;
}

/** `cores` are the VMs'. */
function coreLabels(about: About, cores: number, row: number): HTMLElement {
  const rows = about.hostCores;
  const every = row >= 13 ? 1 : 2 ** Math.ceil(Math.log2(13 / row));
  const labels = Array.from({ length: Math.ceil(rows / every) }, (_, i) =>
    h('span', {}, i * every < cores ? `core ${i * every}` : every === 1 ? keptFor(about, cores, i)! : ''),
  );
  const element = h('div', { class: 'labels', 'aria-hidden': 'true' }, ...labels);
  for (const label of labels) label.style.height = `${row * every}px`;
  return element;
}

/** What else a drawing depends on. */
interface Instant {
  readonly nowNs: number;
  readonly columnNs: number;
  readonly forkedAtNs: number | undefined;
  /** Whether the two futures have differed in anything. */
  readonly differ: boolean;
  readonly playing: boolean;
}

export class Stage {
  readonly element = h('section', { class: 'stage', 'aria-label': 'Cores over time' });
  private readonly versus: Versus;
  private tracks: Track[] = [];
  private charts: Plotted[] = [];
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
    this.versus = new Versus(about);
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

  /** Pixels a core. */
  private row(count: number): number {
    const share = (count > 1 ? SHARES.two : SHARES.one) * (innerWidth <= PHONE ? SHARES.phone : 1);
    const row = rowHeight(this.about.hostCores, Math.min(MOST_HEIGHT, share * innerHeight));
    return count > 1 ? row : Math.max(2, row);
  }

  private makeTrack(future: number, count: number): Track {
    const rows = this.about.hostCores; // a core stands at the same height in each future
    const cores = this.coreCounts[future]!;
    const canvas = h('canvas', {
      class: 'strips',
      role: 'img',
      tabindex: 0,
      'aria-label': `One strip a core, ${cores} cores: which VM has it, and what it does. Arrow keys choose a core, Enter explains it.`,
    });
    const strips = new Strips(canvas, rows, this.row(count));
    canvas.addEventListener('click', ({ offsetX, offsetY }) => {
      const scale = canvas.clientWidth === 0 ? 1 : canvas.width / canvas.clientWidth;
      this.select(future, Math.floor((offsetY * scale) / strips.row), (offsetX * scale) / canvas.width);
    });
    canvas.addEventListener('keydown', (event) => this.onKey(event, future));
    const title = h('h2');
    const verdict = h('p', { class: 'verdict' });
    const element = h(
      'div',
      { class: 'track' },
      h('header', {}, title, verdict),
      h('div', { class: 'rows' }, coreLabels(this.about, cores, strips.row), canvas),
    );
    return { element, title, verdict, strips };
  }

  /** Both futures in one. */
  private makeChart(kind: Plotted['kind'], futures: number): Plotted {
    const { vms } = this.about;
    const place = h('div', { class: 'chart', role: 'img' });
    const chart = new Chart({ kind, vms, palette: this.palette, width: this.width + LEFT, futures }, place);
    const both = futures > 1 ? '; A solid, B dashed' : '';
    const name = kind === 'waiting' ? `Tasks waiting${both}` : `Latency now: ${this.judgedBy()}${both}`;
    return { chart, place, kind, element: h('div', { class: 'plot' }, h('h3', {}, name), place) };
  }

  /** `p99 of api and web` */
  private judgedBy(): string {
    const { vms } = this.about;
    const byQuantile = new Map<string, string[]>();
    for (const vm of judged(vms)) {
      const { slo, name } = vms[vm]!;
      const key = quantile(slo?.quantile ?? 0.99);
      byQuantile.set(key, [...(byQuantile.get(key) ?? []), name]);
    }
    return [...byQuantile].map(([key, names]) => `${key} of ${names.join(', ')}`).join('; ');
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
      const core = Math.min(this.about.hostCores - 1, Math.max(0, this.chosen.core + move[0]));
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
    if (core < 0 || core >= this.about.hostCores) return;
    const [from, to] = this.range;
    const atNs = Math.min(Math.round(from + place * (to - from)), this.nowNs); // right of it nothing is known yet
    this.chosen = { core, place };
    this.frame = { future, core };
    this.line = atNs;
    this.onSelect({ future, core, atNs, kept: keptFor(this.about, this.coreCounts[future]!, core) });
  }

  private layOut(shown: readonly Shown[]): void {
    const count = shown.length;
    const width = Math.max(120, Math.floor((this.room ??= this.element.clientWidth)) - LEFT - RIGHT);
    const same = shown.every(({ history }, i) => history.coreCount === this.coreCounts[i]);
    if (width === this.width && count === this.tracks.length && same) return;
    this.width = width;
    this.coreCounts = shown.map(({ history }) => history.coreCount);
    for (const { chart } of this.charts) chart.close();
    this.tracks = Array.from({ length: count }, (_, future) => this.makeTrack(future, count));
    this.charts = (['waiting', 'latency'] as const).map((kind) => this.makeChart(kind, count));
    this.legend = new Legend(this.about, this.palette, Math.min(...this.coreCounts));
    this.textAt = -Infinity;
    this.element.replaceChildren(
      ...(count > 1 ? [this.versus.element] : []),
      this.legend.element,
      ...[...this.tracks, ...this.charts].map(({ element }) => element),
    );
    this.element.classList.toggle('forked', count > 1);
  }

  draw(shown: readonly Shown[], { nowNs, columnNs, forkedAtNs, differ, playing }: Instant): void {
    this.layOut(shown);
    this.nowNs = nowNs;
    const texts = !playing || performance.now() - this.textAt >= TEXT_MS;
    const span = this.width * columnNs;
    const from = Math.max(0, nowNs - span);
    const to = from + span;
    this.range = [from, to];
    const at = (timeNs: number): number => ((timeNs - from) / span) * this.width;
    shown.forEach(({ history }, i) => {
      const { strips } = this.tracks[i]!;
      strips.draw(history, from, to, this.palette, this.width);
      if (forkedAtNs !== undefined && forkedAtNs > 0) strips.mark(at(forkedAtNs), this.palette.text, true);
      if (this.line !== undefined && this.frame?.future === i) strips.mark(at(this.line), this.palette.text, false);
      if (this.frame?.future === i) strips.frame(this.frame.core, this.palette.text);
    });
    const histories = shown.map(({ history }) => history);
    for (const { chart } of this.charts) chart.draw(histories, from, to);
    if (texts) this.drawTexts(shown, forkedAtNs, differ);
  }

  private drawTexts(shown: readonly Shown[], forkedAtNs: number | undefined, differ: boolean): void {
    this.textAt = performance.now();
    const [first, second] = shown;
    this.legend?.draw(second === undefined ? first!.history : undefined);
    shown.forEach(({ label, overallNs, completed }, i) => {
      const { title, verdict } = this.tracks[i]!;
      title.textContent = label;
      if (second === undefined) this.drawVerdict(verdict, overallNs, completed ?? []);
    });
    if (second !== undefined) {
      const since =
        forkedAtNs === undefined || forkedAtNs === 0 ? 'From the beginning' : `Since ${duration(forkedAtNs)}`;
      this.versus.draw([first!, second], since, differ, this.nowNs >= this.about.endNs);
    }
    for (const { place, kind } of this.charts) {
      const texts = shown.map((one) =>
        kind === 'latency' ? this.latencyText(one.overallNs) : this.waitingText(one.history),
      );
      place.setAttribute('aria-label', second === undefined ? texts[0]! : `A: ${texts[0]!}. B: ${texts[1]!}`);
    }
  }

  private drawVerdict(place: HTMLElement, overallNs: Shown['overallNs'], completed: readonly number[]): void {
    if (overallNs === null) return;
    const parts = this.about.vms.flatMap(({ name, slo }, i) => {
      const value = overallNs[i];
      if (value === undefined || value === null || (slo === null && this.about.vms.some((vm) => vm.slo !== null)))
        return [];
      const missed = slo !== null && value > slo.latencyNs;
      const few = fewBeyond(slo?.quantile ?? 0.99, completed[i] ?? 0);
      return [
        h(
          'span',
          { class: missed ? 'missed' : 'kept' },
          h('span', { class: 'what' }, `${name} ${quantile(slo?.quantile ?? 0.99)} `),
          h('strong', {}, duration(value)),
          slo === null
            ? ''
            : h('span', { class: 'what' }, missed ? ` misses ${exactly(slo.latencyNs)}` : ` keeps ${objective(slo)}`),
          few === '' ? '' : h('span', { class: 'what' }, few),
        ),
      ];
    });
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
