// Runs one scenario once per replication, for `run` and `compare`: progress, interruption, the laws checked after each.
// Everything outside (loading, simulating) comes in as `Tools`, so that tests put a fake in its place.

import { assertLaws } from '../metrics/laws.js';
import { replicationSeed, withReplications } from '../metrics/replications.js';
import type { EventLog, Series } from '../core/series.js';
import type { Result } from '../metrics/result.js';
import { logResult, seriesResult } from '../metrics/series.js';
import type { LoadedScenario } from '../scenario/load.js';
import type { Scenario } from '../scenario/types.js';
import type { Io } from './io.js';
import { Progress, type ProgressReport } from './progress.js';

/** The part of `Simulation` that commands use. */
export interface Runnable {
  readonly done: boolean;
  run(options?: { onProgress?: (report: ProgressReport) => void; signal?: AbortSignal }): Promise<void>;
  metrics(): Result;
  series?(): Series | null;
  eventLog?(): EventLog | null;
  traceNotes?(): string[];
  close(): void;
}

interface OnceOptions {
  /** Sees the metrics of time zero. */
  readonly before?: ((result: Result) => void | Promise<void>) | undefined;
  /** Takes series and event log into the result; default true. */
  readonly overTime?: boolean;
}

export interface Tools {
  load(path: string, options: { set: readonly string[] }): Promise<LoadedScenario>;
  /** `directory`: where the files that the scenario names are looked for. */
  create(scenario: Scenario, directory: string): Promise<Runnable>;
}

/** What one command invocation shares between its runs. */
export class Session {
  private readonly controller = new AbortController();
  private readonly progress: Progress;
  private readonly told = new Set<string>();

  constructor(
    private readonly tools: Tools,
    private readonly directory: string,
    private readonly io: Io,
  ) {
    this.progress = new Progress(io);
  }

  get interrupted(): boolean {
    return this.controller.signal.aborted;
  }

  /** Runs `work` while Ctrl-C asks for an early but orderly end. */
  static async open<T>(tools: Tools, directory: string, io: Io, work: (session: Session) => Promise<T>): Promise<T> {
    const session = new Session(tools, directory, io);
    const stopListening = io.onInterrupt?.(() => session.controller.abort());
    try {
      return await work(session);
    } finally {
      stopListening?.();
      session.progress.clear();
    }
  }

  /** One simulation from start to end, or to the interruption. */
  async once(scenario: Scenario, label: string, { before, overTime = true }: OnceOptions = {}): Promise<Result> {
    this.io.alive?.(true);
    const simulation = await this.tools.create(scenario, this.directory);
    try {
      await before?.(simulation.metrics());
      this.progress.start();
      const { signal } = this.controller;
      await simulation
        .run({
          onProgress: (report) => {
            this.io.alive?.(true);
            this.progress.update(label, report);
          },
          signal,
        })
        .catch((error: unknown) => {
          // An engine may end an aborted run by throwing; what it counted so far is still good.
          if (!signal.aborted || !(error instanceof Error) || error.name !== 'AbortError') throw error;
        });
      this.progress.clear();
      const result = simulation.metrics();
      if (!simulation.done) result.incomplete = true;
      assertLaws(result);
      if (overTime) addOverTime(result, simulation);
      this.tell(simulation.traceNotes?.() ?? []);
      return result;
    } finally {
      this.io.alive?.(false);
      simulation.close();
    }
  }

  /** Every replication's own result, fewer when interrupted (at least one). */
  async replications(
    scenario: Scenario,
    count: number,
    before?: (result: Result) => void | Promise<void>,
  ): Promise<Result[]> {
    const results: Result[] = [];
    for (let r = 0; r < count && (r === 0 || !this.interrupted); r++) {
      const seeded = r === 0 ? scenario : { ...scenario, seed: replicationSeed(scenario.seed, r) };
      const label = count === 1 ? scenario.mechanism.kind : `${scenario.mechanism.kind} ${r + 1}/${count}`;
      // The others' samples are taken too, or their events would be others than those of a run with their seed.
      results.push(await this.once(seeded, label, { before: r === 0 ? before : undefined, overTime: r === 0 }));
    }
    return results;
  }

  /** Each note once, whatever the number of runs that read the trace. */
  private tell(notes: readonly string[]): void {
    for (const note of notes) {
      if (!this.told.has(note)) this.io.stderr(`note: ${note}\n`);
      this.told.add(note);
    }
  }
}

function addOverTime(result: Result, simulation: Runnable): void {
  const series = simulation.series?.() ?? null;
  const log = simulation.eventLog?.() ?? null;
  if (series !== null) result.series = seriesResult(series);
  if (log !== null) result.log = logResult(log);
}

/** One document for all replications; the plain result for one. `wanted` is how many were asked for. */
export function combine(results: readonly Result[], wanted: number): Result {
  const first = results[0];
  if (wanted === 1 && first !== undefined) return first;
  const combined = withReplications(results);
  return results.length < wanted ? { ...combined, incomplete: true } : combined;
}
