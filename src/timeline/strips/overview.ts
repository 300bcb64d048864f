// A run from far away: what every core does at some hundred instants, and where its worst 2 ms lie. Bounded whatever the run's length:
// as many columns, probes and checkpoints at most. The worst part is looked at closely afterwards, from the last checkpoint before it
// (close-up.ts), since nobody knows while it passes that it is the worst.

import type { CompiledScenario } from '../../core/compile.js';
import type { HostCore } from '../../core/host.js';
import type { Records } from '../../core/records.js';
import type { SnapshotParts } from '../../core/snapshot.js';
import type { StripWindow } from '../../result/strips.js';
import type { CloseLook } from '../../options.js';
import type { Scenario } from '../../scenario/types.js';
import { memoryReader, type MemoryNow } from '../../swap/over-time.js';
import { UNWATCHED, type Watcher } from '../watcher.js';
import { cellOf, columnsFor, queuesOf, waitingOf, windowOf } from './cells.js';

/** Of simulated time: as much as one looks at closely. */
const WINDOW_NS = 2e6;
const PROBES_PER_WINDOW = 4;
const COLUMNS = 512;
/** Sums of latencies read in one run, at most. */
const MOST_READINGS = 5e5;
const MOST_CHECKPOINTS = 24;
/** Bytes copied for them in one run, at most. */
const MOST_COPIED = 2 ** 30;

/** A run as it stood at an instant. */
export interface Checkpoint {
  readonly atNs: number;
  readonly parts: SnapshotParts;
}

/** A window that is worth looking at. */
export interface Worst {
  readonly fromNs: number;
  readonly untilNs: number;
  readonly checkpoint: Checkpoint;
}

/** Sums of latencies of some VMs (of their groups, where those share them), over their objectives. */
interface Judged {
  readonly vm: number;
  readonly weight: number;
}

/** VMs with an objective; those that are latency-critical where none has one; all where none is. */
function judgedOf({ vms, histogramsShared }: CompiledScenario): Judged[] {
  const distinct = vms
    .map(({ group }, vm) => ({ vm, group }))
    .filter(({ group }, i) => !histogramsShared || vms.findIndex((other) => other.group === group) === i);
  const withSlo = distinct.filter(({ group }) => group.slo !== undefined);
  const critical = distinct.filter(({ group }) => group.class !== 'best-effort');
  const [some = []] = [withSlo, critical, distinct].filter((list) => list.length > 0);
  return some.map(({ vm, group }) => ({ vm, weight: group.slo === undefined ? 1 : 1 / group.slo.latencyNs }));
}

export class Overview implements Watcher {
  private readonly span: { readonly fromNs: number; readonly untilNs: number };
  private readonly records: Records;
  private readonly vms: number;
  private readonly rows: Uint32Array[];
  private readonly waiting: number[][];
  private readonly reader: ReturnType<typeof memoryReader>;
  private readonly memory: MemoryNow[] = [];
  private readonly columnNs: number;
  private readonly columns: number;
  private column = 0;

  private readonly judged: readonly Judged[];
  private readonly sums: number[];
  private readonly windowNs: number;
  private readonly probeNs: number;
  private readonly probes: number;
  private probeAt: number;
  /** What the last probes of a window have found. */
  private readonly recent: number[] = [];
  private most = -1;
  private worst: Worst | undefined;
  private spacingNs = 0;
  private before: Checkpoint | undefined;
  private last: Checkpoint | undefined;

  /** From now to the scenario's end. `keep` answers everything that is needed to go on from an instant; undefined: it cannot be had. */
  constructor(
    private readonly core: HostCore,
    compiled: CompiledScenario,
    scenario: Scenario,
    private readonly keep: () => SnapshotParts | undefined,
    /** Where to look closely, if not at the worst. */
    readonly asked: true | CloseLook = true,
  ) {
    const fromNs = core.nowNs;
    const untilNs = Math.max(fromNs, scenario.warmupNs + scenario.durationNs);
    this.span = { fromNs, untilNs };
    this.records = core.records();
    this.vms = compiled.vms.length;
    const cores = core.look().cores.length; // without those that poll for the host
    this.columns = Math.min(columnsFor(cores, COLUMNS), Math.max(1, untilNs - fromNs));
    this.columnNs = (untilNs - fromNs) / this.columns;
    this.rows = Array.from({ length: cores }, () => new Uint32Array(this.columns));
    this.waiting = Array.from({ length: queuesOf(this.vms) }, () => []);
    this.reader = memoryReader(scenario);
    this.judged = judgedOf(compiled);
    this.sums = this.judged.map(() => 0);
    this.probeAt = Math.max(fromNs, scenario.warmupNs);
    const measuredNs = Math.max(0, untilNs - this.probeAt);
    const longestNs = Math.min(WINDOW_NS, measuredNs);
    const least = Math.ceil((measuredNs * this.judged.length) / MOST_READINGS);
    this.probeNs = Math.max(1, Math.floor(longestNs / PROBES_PER_WINDOW), least);
    this.probes = Math.max(1, Math.round(longestNs / this.probeNs));
    this.windowNs = Math.min(longestNs, this.probes * this.probeNs);
  }

  next(nowNs: number): ReturnType<Watcher['next']> {
    if (nowNs > this.span.untilNs) return UNWATCHED;
    return { pauseNs: Math.min(this.columnAt, this.nextProbe), oneByOne: false };
  }

  look(nowNs: number, paused: boolean): void {
    if (!paused) return;
    while (this.columnAt <= nowNs) this.sample();
    while (this.nextProbe <= nowNs) this.probe(nowNs);
  }

  /** When the next column is looked at. */
  private get columnAt(): number {
    if (this.column >= this.columns) return Infinity;
    return this.span.fromNs + Math.floor((this.column + 0.5) * this.columnNs);
  }

  private get nextProbe(): number {
    return this.windowNs > 0 && this.probeAt <= this.span.untilNs ? this.probeAt : Infinity;
  }

  private sample(): void {
    const { records } = this;
    records.refresh();
    this.rows.forEach((row, core) => (row[this.column] = cellOf(records, core, this.vms)));
    this.waiting.forEach((of, vm) => of.push(waitingOf(records, vm)));
    if (this.reader !== undefined) this.memory.push(this.reader(this.core));
    this.column++;
  }

  private probe(nowNs: number): void {
    let found = 0;
    this.judged.forEach(({ vm, weight }, i) => {
      const { latencyNs } = this.core.completedSoFar(vm);
      found += (latencyNs - this.sums[i]!) * weight;
      this.sums[i] = latencyNs;
    });
    const first = this.last === undefined && this.spacingNs === 0;
    this.probeAt += this.probeNs;
    if (!first) this.judge(nowNs, found);
    this.check(nowNs);
  }

  /** The sum of the latencies of what is completed is, by Little's law, how many requests there were, over time. */
  private judge(nowNs: number, found: number): void {
    const { recent, last, before, asked } = this;
    if (asked !== true) {
      this.reach(asked, nowNs);
      return;
    }
    recent.push(found);
    if (recent.length > this.probes) recent.shift();
    const score = recent.reduce((sum, one) => sum + one, 0);
    const fromNs = nowNs - this.windowNs;
    const checkpoint = last !== undefined && last.atNs <= fromNs ? last : before;
    if (recent.length < this.probes || score <= this.most || checkpoint === undefined || checkpoint.atNs > fromNs)
      return;
    this.most = score;
    this.worst = { fromNs, untilNs: nowNs, checkpoint };
  }

  /** The window that was asked for, as soon as it has passed; what begins late in the run ends with it. */
  private reach({ fromNs: asked }: CloseLook, nowNs: number): void {
    if (this.worst !== undefined) return;
    const fromNs = Math.min(asked, this.span.untilNs - this.windowNs);
    const untilNs = fromNs + this.windowNs;
    if (nowNs < untilNs && nowNs + this.probeNs <= this.span.untilNs) return;
    const checkpoint = [this.last, this.before].find((one) => one !== undefined && one.atNs <= fromNs);
    if (checkpoint !== undefined) this.worst = { fromNs, untilNs, checkpoint };
  }

  private check(nowNs: number): void {
    if (this.spacingNs > 0 && (this.last === undefined || nowNs < this.last.atNs + this.spacingNs)) return;
    const parts = this.keep();
    if (this.spacingNs === 0) {
      const affordable = Math.floor(MOST_COPIED / Math.max(1, parts?.memory.length ?? 1));
      const many = Math.max(1, Math.min(MOST_CHECKPOINTS, affordable));
      this.spacingNs = Math.max(this.windowNs, Math.ceil((this.span.untilNs - nowNs) / many), 1);
    }
    this.before = this.last;
    this.last = parts === undefined ? undefined : { atNs: nowNs, parts };
  }

  /** The window to look at closely; undefined where the run was too short for one. */
  get found(): Worst | undefined {
    return this.worst;
  }

  /** The whole run; columns that were not reached are left out. */
  result(): StripWindow {
    const { fromNs } = this.span;
    const rows = this.rows.map((row) => row.subarray(0, this.column));
    const { columnNs, memory } = this;
    const run = windowOf({ what: 'run', fromNs, columnNs }, rows, this.waiting);
    if (this.reader === undefined) return run;
    // counts begin anew at the end of the warm-up
    const faults = memory.map(({ faults: now }, i) => {
      const before = memory[i - 1]?.faults ?? 0;
      return now >= before ? now - before : now;
    });
    return {
      ...run,
      memory: {
        residentBytes: memory.map((one) => one.residentBytes),
        outBytes: memory.map((one) => one.outBytes),
        freeBytes: memory.map((one) => one.freeBytes),
        faults,
      },
    };
  }
}
