// A window of a run, looked at after each of its events: a column of a core is what lasted longest in it, the first of equals.

import type { CompiledScenario } from '../../core/compile.js';
import type { HostCore } from '../../core/host.js';
import type { Records } from '../../core/records.js';
import type { StripWindow } from '../../result/strips.js';
import { UNWATCHED, type Watcher } from '../watcher.js';
import { cellOf, columnsFor, queuesOf, waitingOf, windowOf } from './cells.js';

const COLUMNS = 1000;

/** One core: what it does since when, and what it has done in the column under way. */
interface Strip {
  readonly row: Uint32Array;
  readonly times: Map<number, number>;
  cell: number;
  sinceNs: number;
}

function longest(times: ReadonlyMap<number, number>): number {
  let best = 0;
  let most = -1;
  for (const [cell, ns] of times) {
    if (ns <= most) continue;
    best = cell;
    most = ns;
  }
  return best;
}

export class CloseUp implements Watcher {
  private readonly records: Records;
  private readonly columnNs: number;
  private readonly vms: number;
  private readonly strips: Strip[];
  private readonly waiting: number[][];
  /** Most tasks that waited in the column under way, and how many do now. */
  private readonly most: number[];
  private readonly now: number[];
  private column = 0;
  private readonly columns: number;
  private open = false;
  private ended = false;

  constructor(
    core: HostCore,
    { vms }: CompiledScenario,
    private readonly fromNs: number,
    private readonly untilNs: number,
  ) {
    this.records = core.records();
    this.vms = vms.length;
    const cores = core.look().cores.length; // without those that poll for the host
    const spanNs = untilNs - fromNs;
    this.columnNs = Math.ceil(spanNs / columnsFor(cores, COLUMNS));
    this.columns = Math.ceil(spanNs / this.columnNs);
    this.strips = Array.from({ length: cores }, () => {
      return { row: new Uint32Array(this.columns), times: new Map<number, number>(), cell: 0, sinceNs: fromNs };
    });
    const queues = queuesOf(this.vms);
    this.waiting = Array.from({ length: queues }, () => []);
    this.most = new Array<number>(queues).fill(0);
    this.now = new Array<number>(queues).fill(0);
  }

  next(nowNs: number): ReturnType<Watcher['next']> {
    if (this.ended || nowNs > this.untilNs) return UNWATCHED;
    if (nowNs < this.fromNs) return { pauseNs: this.fromNs, oneByOne: false };
    if (!this.open) this.begin();
    return { pauseNs: this.untilNs, oneByOne: true };
  }

  look(nowNs: number, paused: boolean): void {
    if (this.ended || !this.open) return;
    this.read(nowNs);
    if (paused && nowNs >= this.untilNs) this.end();
  }

  private begin(): void {
    this.open = true;
    this.records.refresh();
    this.strips.forEach((strip, core) => (strip.cell = cellOf(this.records, core, this.vms)));
    for (let vm = 0; vm < this.now.length; vm++) this.most[vm] = this.now[vm] = waitingOf(this.records, vm);
  }

  private read(nowNs: number): void {
    const { records, strips, now, most } = this;
    records.refresh();
    for (let core = 0; core < strips.length; core++) {
      const strip = strips[core]!;
      const cell = cellOf(records, core, this.vms);
      if (cell === strip.cell) continue;
      this.add(strip, nowNs);
      strip.cell = cell;
    }
    this.passColumns(nowNs);
    for (let vm = 0; vm < now.length; vm++) {
      now[vm] = waitingOf(records, vm);
      if (now[vm]! > most[vm]!) most[vm] = now[vm]!;
    }
  }

  /** Queues stay as they are between two events. */
  private passColumns(nowNs: number): void {
    const column = Math.min(this.columns, Math.floor((nowNs - this.fromNs) / this.columnNs));
    for (; this.column < column; this.column++)
      this.waiting.forEach((of, vm) => {
        of.push(this.most[vm]!);
        this.most[vm] = this.now[vm]!;
      });
  }

  /** What a core did up to `untilNs` goes into its columns. */
  private add(strip: Strip, untilNs: number): void {
    const { row, times, cell } = strip;
    for (let at = strip.sinceNs; at < untilNs;) {
      const column = Math.floor((at - this.fromNs) / this.columnNs);
      const edge = Math.min(this.fromNs + (column + 1) * this.columnNs, this.untilNs);
      const until = Math.min(edge, untilNs);
      times.set(cell, (times.get(cell) ?? 0) + until - at);
      if (until === edge) {
        row[column] = longest(times);
        times.clear();
      }
      at = until;
    }
    strip.sinceNs = untilNs;
  }

  private end(): void {
    this.ended = true;
    for (const strip of this.strips) this.add(strip, this.untilNs);
    this.passColumns(this.fromNs + this.columns * this.columnNs);
  }

  result(): StripWindow {
    const rows = this.strips.map(({ row }) => row);
    return windowOf({ what: 'worst', fromNs: this.fromNs, columnNs: this.columnNs }, rows, this.waiting);
  }
}
