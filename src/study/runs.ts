// Runs as work that others do: scenarios go out in chunks, results come back. A run is known by its content, so that one which was made
// before (by a run that was killed, by another part) is not made again.

import { LimitError } from '../core/errors.js';
import { InputError, type Problem } from '../input/errors.js';
import type { Result } from '../result/result.js';
import type { Scenario } from '../scenario/types.js';
import { AHEAD, type Engine, Pace, type WorkKind } from './engine.js';
import { Study, type Runnable } from './study.js';

export interface RunTask {
  readonly scenario: Scenario;
  /** Brings the buckets of its latencies. */
  readonly buckets: boolean;
}

export interface RunChunk {
  readonly runs: readonly RunTask[];
}

/** What became of a run; plain data. */
export type RunRow =
  | { readonly result: Result }
  /** It came to one of the simulator's limits. */
  | { readonly limit: { readonly field: string; readonly value: number; readonly message: string } }
  /** What it was made of is wrong: a trace. */
  | { readonly problems: readonly Problem[] }
  /** It threw something else. */
  | { readonly error: string }
  /** Nobody could make it: whoever tried died, or did not come back. */
  | { readonly lost: string };

/** What all chunks of runs have in common. */
export interface RunsContext {
  readonly kind: 'runs';
}

export const RUNS: WorkKind<RunChunk, RunRow> = {
  name: 'runs',
  apart: ({ runs }) => runs.map((run) => ({ runs: [run] })),
  failed: (_, reason) => ({ lost: reason }),
};

/** A run that nobody could make. */
export class LostRunError extends Error {
  override readonly name = 'LostRunError';
}

/** What is only counted looks at no bucket, no series and no log. */
const optionsOf = (buckets: boolean) => ({ overTime: false, buckets });

/** Null where the study was interrupted. @throws what is neither a limit nor told by the row */
export async function runOn(study: Study, { scenario, buckets }: RunTask, label: string): Promise<RunRow | null> {
  if (study.interrupted) return null;
  try {
    const result = await study.once(scenario, label, optionsOf(buckets));
    return study.interrupted ? null : { result };
  } catch (error) {
    if (!(error instanceof LimitError)) throw error;
    return { limit: { field: error.limit, value: error.value, message: error.message } };
  }
}

/** Does chunks of runs on this thread. */
export class RunSimulator {
  private readonly study: Study;
  private speak: (() => void) | undefined;

  constructor(create: (scenario: Scenario) => Promise<Runnable>) {
    this.study = new Study({ create, histograms: true, onProgress: () => this.speak?.() });
  }

  /** Never throws for a run: what went wrong is in its row. `speak` is called at the begin of each and between slices. */
  async run({ runs }: RunChunk, speak?: () => void): Promise<RunRow[]> {
    this.speak = speak;
    const rows: RunRow[] = [];
    for (const task of runs) {
      speak?.();
      rows.push(await this.one(task));
    }
    return rows;
  }

  private async one(task: RunTask): Promise<RunRow> {
    try {
      return (await runOn(this.study, task, ''))!;
    } catch (error) {
      if (error instanceof InputError) return { problems: error.problems };
      return { error: error instanceof Error ? error.message.split('\n')[0]! : String(error) };
    }
  }
}

/** Which run of a study it is. */
export interface RunPlace {
  readonly row: number;
  /** Null of one that only tells how the others are to be made. */
  readonly replication: number | null;
}

/** Who makes runs, one row each. */
export interface Maker {
  /** Runs that may be under way at once; it may change. */
  readonly width: number;
  /** Null where it was interrupted. */
  make(task: RunTask, label: string, place: RunPlace | undefined): Promise<RunRow | null>;
}

/** One run after the other, on this thread. */
export const makerHere = (study: Study): Maker => ({
  width: 1,
  make: (task, label) => runOn(study, task, label),
});

/** How a study's runs are made: one after the other, or by several workers at once. */
export interface Crew {
  /** Runs that may be under way at once; it may change. */
  readonly width: number;
  /** Null where it was interrupted. @throws LimitError, InputError, LostRunError */
  run(scenario: Scenario, label: string, place?: RunPlace): Promise<Result | null>;
  /** Some rows have ended. */
  onRows?(done: number, all: number): void;
}

/** A crew of whoever makes the runs. `buckets`: each seed brings those of its latencies. */
export const crewOf = (maker: Maker, buckets: boolean, onRows?: Crew['onRows']): Crew => ({
  get width() {
    return maker.width;
  },
  async run(scenario, label, place) {
    const row = await maker.make(
      { scenario, buckets: buckets && typeof place?.replication === 'number' },
      label,
      place,
    );
    return row === null ? null : resultOf(row);
  },
  ...(onRows === undefined ? {} : { onRows }),
});

/** One run after the other, on this thread; buckets as the study has them. */
export const alone = (study: Study): Crew => crewOf(makerHere(study), true);

/** @throws LimitError, InputError, LostRunError: what the row tells */
function resultOf(row: RunRow): Result {
  if ('result' in row) return row.result;
  if ('limit' in row) throw new LimitError(row.limit.field, row.limit.value, row.limit.message);
  if ('problems' in row) throw new InputError([...row.problems]);
  throw new LostRunError(`the run failed: ${'lost' in row ? row.lost : row.error}`);
}

interface Asked {
  readonly task: RunTask;
  readonly label: string;
  readonly resolve: (row: RunRow | null) => void;
  readonly reject: (error: unknown) => void;
}

/** Puts runs into chunks: those that are asked for at one time go out together, as many as take `chunkMs`. */
export class EngineMaker implements Maker {
  private readonly pace: Pace;
  private waiting: Asked[] = [];
  private under = 0;
  private planned = false;
  private ended = false;

  /** @param again makes a run whose row tells an error on this thread, where the error has its class */
  constructor(
    private readonly engine: Engine<RunChunk, RunRow>,
    chunkMs: number,
    private readonly again?: (task: RunTask, label: string) => Promise<RunRow | null>,
  ) {
    this.pace = new Pace(chunkMs, chunkMs); // a chunk of one until it is known what one takes
  }

  get width(): number {
    return this.engine.width * AHEAD * this.pace.parts;
  }

  make(task: RunTask, label: string): Promise<RunRow | null> {
    if (this.ended) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      this.waiting.push({ task, label, resolve, reject });
      this.plan();
    });
  }

  /** Not before whoever goes on with the last rows has asked, too. */
  private plan(): void {
    if (this.planned) return;
    this.planned = true;
    setTimeout(() => {
      this.planned = false;
      while (this.waiting.length > 0 && this.under < this.engine.width * AHEAD) this.send();
    });
  }

  private send(): void {
    const some = this.waiting.splice(0, this.pace.parts);
    const begun = performance.now();
    const turns = 1 + Math.floor(this.under / this.engine.width);
    this.under++;
    this.engine
      .run({ runs: some.map(({ task }) => task) })
      .then(
        (rows) => {
          this.pace.took(performance.now() - begun, some.length, turns);
          some.forEach((asked, i) => void this.answer(asked, rows[i]!));
        },
        (error: unknown) => some.forEach(({ resolve, reject }) => (this.ended ? resolve(null) : reject(error))),
      )
      .finally(() => {
        this.under--;
        this.plan();
      });
  }

  private async answer({ task, label, resolve, reject }: Asked, row: RunRow): Promise<void> {
    if (this.again === undefined || !('error' in row || 'problems' in row) || this.ended) return resolve(row);
    await this.again(task, label).then(resolve, reject);
  }

  /** Nothing is begun any more, and what is under way has no row. */
  end(): void {
    this.ended = true;
    for (const { resolve } of this.waiting.splice(0)) resolve(null);
  }
}
