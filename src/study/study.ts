// A study is a question that takes several simulations: replications, mechanisms side by side, a search for the least cores.
// This file runs them one after the other, so that whoever asks (the command line, a program, a page) says only how one is made, where
// progress goes and when to stop. Every result that it hands out has been held to the laws.

import type { Series, EventLog } from '../result/over-time.js';
import { vmNames } from '../core/compile.js';
import { assertLaws } from '../result/laws.js';
import { LEAST_BLOCKS, isSample, replicationSeed, withReplications } from '../result/replications.js';
import type { Result, Warning } from '../result/result.js';
import { seriesResult, logResult } from '../result/series.js';
import type { StripsResult } from '../result/strips.js';
import type { Scenario, TraceArrivals, VmGroup } from '../scenario/types.js';
import type { MetricsOptions, Progress, RunOptions } from '../options.js';

/** The part of `Simulation` that a study uses. */
export interface Runnable {
  readonly done: boolean;
  run(options?: RunOptions): Promise<void>;
  metrics(options?: MetricsOptions): Result;
  series?(): Series | null;
  eventLog?(): EventLog | null;
  strips?(): Promise<StripsResult | null>;
  traceNotes?(): string[];
  close(): void;
}

/** The same simulation, run in another way. */
export function runOtherwise(simulation: Runnable, run: Runnable['run']): Runnable {
  return {
    get done() {
      return simulation.done;
    },
    run,
    metrics: (asked) => simulation.metrics(asked),
    series: () => simulation.series?.() ?? null,
    eventLog: () => simulation.eventLog?.() ?? null,
    strips: async () => (await simulation.strips?.()) ?? null,
    traceNotes: () => simulation.traceNotes?.() ?? [],
    close: () => simulation.close(),
  };
}

/** How simulations are made, and who hears of them. */
export interface Runner {
  create(scenario: Scenario): Promise<Runnable>;
  /** Takes every bucket of latencies into the results that are not only searched through. */
  readonly histograms?: boolean;
  /** Takes who held which core into them. */
  readonly strips?: boolean;
  /** Ends the study early but orderly: what is finished is kept, what runs is marked incomplete. */
  readonly signal?: AbortSignal | undefined;
  /** Between two slices of a simulation; `label` says which one of the study it is. */
  onProgress?(label: string, report: Progress): void;
  /** A simulation is about to be made, or has ended. */
  onBusy?(busy: boolean): void;
  /** What the readers of traces did to them, each once a study. */
  onNote?(note: string): void;
}

interface OnceOptions {
  /** Sees the metrics of time zero. */
  readonly before?: ((result: Result) => void | Promise<void>) | undefined;
  /** Takes series, event log and, where the runner has them, histograms and strips into the result; default true. */
  readonly overTime?: boolean;
  /** Takes histograms, where the runner has them; default: as `overTime`. */
  readonly buckets?: boolean;
  /** Looks closely from this instant on, where the runner has strips; else at the worst. */
  readonly closeFromNs?: number | undefined;
  /** Ends the run once it cannot attain every SLO any more (`RunOptions.endWhenLost`). */
  readonly endWhenLost?: ReadonlyMap<string, number> | undefined;
  /** Asks for figures alone, not for what speaks against them (`RunOptions.unread`). */
  readonly unread?: boolean;
}

/** Held at once, for the intervals of whole tails: some 200 kB each. */
const MOST_HISTOGRAMS = 256;

export class Study {
  private readonly told = new Set<string>();

  constructor(private readonly runner: Runner) {}

  get interrupted(): boolean {
    return this.runner.signal?.aborted === true;
  }

  /** One simulation from start to end, or to the interruption. */
  async once(
    scenario: Scenario,
    label: string,
    { before, overTime = true, buckets = overTime, endWhenLost, unread = false, closeFromNs }: OnceOptions = {},
  ): Promise<Result> {
    const { runner } = this;
    const { signal } = runner;
    runner.onBusy?.(true);
    try {
      const simulation = await runner.create(scenario);
      try {
        await before?.(simulation.metrics());
        await simulation
          .run({
            onProgress: (report) => runner.onProgress?.(label, report),
            ...(signal === undefined ? {} : { signal }),
            ...(overTime && runner.strips === true
              ? { strips: closeFromNs === undefined || { fromNs: closeFromNs } }
              : {}),
            ...(endWhenLost === undefined ? {} : { endWhenLost }),
            ...(unread ? { unread } : {}),
          })
          .catch((error: unknown) => {
            // An engine may end an aborted run by throwing; what it counted so far is still good.
            if (signal?.aborted !== true || !(error instanceof Error) || error.name !== 'AbortError') throw error;
          });
        const result = simulation.metrics({ histograms: buckets && runner.histograms === true });
        if (!simulation.done) result.incomplete = true;
        assertLaws(result);
        if (overTime) await addOverTime(result, simulation);
        this.tell(simulation.traceNotes?.() ?? []);
        return result;
      } finally {
        simulation.close();
      }
    } finally {
      runner.onBusy?.(false);
    }
  }

  /** Every replication's own result, fewer when interrupted (at least one). */
  async replications(
    scenario: Scenario,
    count: number,
    before?: (result: Result) => void | Promise<void>,
    closeFromNs?: number,
  ): Promise<Result[]> {
    const results: Result[] = [];
    const vms = scenario.vms.reduce((sum, group) => sum + group.count, 0);
    for (let r = 0; r < count && (r === 0 || !this.interrupted); r++) {
      const label = count === 1 ? scenario.mechanism.kind : `${scenario.mechanism.kind} ${r + 1}/${count}`;
      // The others' samples are taken too, or their events would be others than those of a run with their seed.
      const overTime = r === 0;
      const buckets = overTime || count * vms <= MOST_HISTOGRAMS;
      results.push(
        await this.once(seeded(scenario, r), label, {
          before: r === 0 ? before : undefined,
          overTime,
          buckets,
          closeFromNs,
        }),
      );
    }
    const [first] = results;
    if (first !== undefined && results.length > 1)
      first.warnings.push(...noSample(scenario, first), ...sameRuns(results));
    return results;
  }

  /** Each note once, whatever the number of runs that read the trace. */
  private tell(notes: readonly string[]): void {
    for (const note of notes) {
      if (!this.told.has(note)) this.runner.onNote?.(note);
      this.told.add(note);
    }
  }
}

/** Whether arrivals are the same with every seed. */
const replays = ({ workload }: VmGroup): boolean =>
  workload?.arrivals.process === 'trace' && workload.arrivals.resampleNs === undefined;

/** Whether replications are of one trace as it is. */
export const sameTrace = ({ vms, functions }: Scenario): boolean =>
  vms.some(replays) || (functions?.trace !== undefined && functions.trace.resampleNs === undefined);

/** Traces that are replayed as they are (another seed draws other services, but no other arrivals), or made of too few blocks. */
export function noSample({ vms, functions, durationNs }: Scenario, { resampled = [] }: Result): Warning[] {
  const replayed = vms
    .filter(replays)
    .map(({ name, workload }) => [`vms.${name}.workload.arrivals`, (workload!.arrivals as TraceArrivals).file]);
  const { trace: of } = functions ?? {};
  if (of !== undefined && of.resampleNs === undefined) replayed.push(['functions.trace', of.file]);
  const same = replayed.map(([field, file]): Warning => {
    const detail = `every replication replays ${file}: they are no sample of other days, so no intervals are given; resample draws such days`;
    return { code: 'same-trace', field: `${field}.file`, detail };
  });
  const few = resampled.flatMap((trace): Warning[] => {
    if (isSample(trace, durationNs)) return [];
    const isGroup = vms.some(({ name }) => name === trace.vm);
    const field = isGroup ? `vms.${trace.vm}.workload.arrivals.resample` : 'functions.trace.resample';
    const detail =
      trace.blockNs > durationNs
        ? `a block lasts longer than what is measured, so that its beginning is all that is seen of it: no intervals are given`
        : `${trace.file} has ${trace.blocks} blocks, too few to tell how days differ (${LEAST_BLOCKS}): no intervals are given`;
    return [{ code: 'few-blocks', field, detail }];
  });
  return [...same, ...few];
}

/** Where nothing is drawn, every seed gives one trajectory: intervals of no width, which say nothing. */
function sameRuns(results: readonly Result[]): Warning[] {
  const [first, ...others] = results.map(({ manifest }) => manifest.fingerprint);
  if (first === '' || others.some((other) => other !== first)) return [];
  const detail = `all ${results.length} replications took one trajectory: nothing that happens is drawn at random, so another seed changes nothing`;
  return [{ code: 'same-runs', field: 'seed', detail }];
}

/** Searches decide by figures alone: what only describes a run is left out of their candidates. */
export const bare = (scenario: Scenario): Scenario => ({ ...scenario, fingerprint: false, series: null, log: null });

/**
 * How many requests each VM can have in any run of this workload and seed, whatever the host: as many as in one that was
 * run to its end. Empty under mechanisms and workloads where arrivals depend on what happens.
 */
export function mostRequests(scenario: Scenario, complete: Result): ReadonlyMap<string, number> {
  if (scenario.mechanism.kind === 'nsdi22' || complete.incomplete === true) return new Map();
  const open = scenario.vms.flatMap((group) => {
    const process = group.workload?.arrivals.process;
    if (process === undefined || process === 'closed' || process === 'saturate') return [];
    return vmNames(group);
  });
  return new Map(complete.vms.filter(({ name }) => open.includes(name)).map(({ name, arrived }) => [name, arrived]));
}

/** The scenario with the seed of its `replication`-th replication; that of 0 is its own. */
export function seeded(scenario: Scenario, replication: number): Scenario {
  return replication === 0 ? scenario : { ...scenario, seed: replicationSeed(scenario.seed, replication) };
}

async function addOverTime(result: Result, simulation: Runnable): Promise<void> {
  const series = simulation.series?.() ?? null;
  const log = simulation.eventLog?.() ?? null;
  if (series !== null) result.series = seriesResult(series);
  if (log !== null) result.log = logResult(log);
  const strips = (await simulation.strips?.()) ?? null;
  if (strips !== null) result.strips = strips;
}

/** One document for all replications; the plain result for one. `wanted` is how many were asked for. */
export function combine(results: readonly Result[], wanted: number): Result {
  const first = results[0];
  if (wanted === 1 && first !== undefined) return first;
  const combined = withReplications(results);
  return results.length < wanted ? { ...combined, incomplete: true } : combined;
}
