// Who makes the runs of a sweep or a suite: threads where the program can start some, this one otherwise; and the line that tells
// how far they are.

import { availableParallelism } from 'node:os';
import { show } from '../input/errors.js';
import { parseDuration, QuantityError } from '../input/quantities.js';
import { formatWait } from '../report/units.js';
import type { Study } from '../study/study.js';
import { type Crew, alone } from '../study/sweep.js';
import type { Arguments } from './args.js';
import { CLEAR_LINE, type Io } from './io.js';
import type { Setup } from './tools.js';

const MOST_WORKERS = 256;

/** The option of every command whose runs go to several threads. */
export const WORKERS = { workers: { value: 'N', help: 'threads (default: one for each processor)' } } as const;

export const workersOf = (given: Arguments): number =>
  given.whole('workers', 1, MOST_WORKERS) ?? availableParallelism();

const DEFAULT_HANG = '60s';

/** The option of commands that simulate a fleet's hosts on threads. */
export const HANG_AFTER = {
  'hang-after': {
    value: 'TIME',
    help: `a simulation that does not come back for so long is ended and tried again (default ${DEFAULT_HANG}; more where others were slow)`,
  },
} as const;

/** In ms. */
export function hangMsOf(given: Arguments): number {
  const text = given.text('hang-after') ?? DEFAULT_HANG;
  try {
    const ms = parseDuration(text) / 1e6;
    if (ms >= 1) return ms;
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
  }
  given.problems.push(
    `--hang-after: given ${show(text)}, expected a time of a millisecond or more, such as ${DEFAULT_HANG}`,
  );
  return Infinity;
}

interface Where {
  readonly directory: string;
  readonly setup: Setup;
  readonly workers: number;
  /** What is counted: rows, runs. */
  readonly rows: string;
}

const BAR = 20;

/** `[###·················] 12 of 80 rows, 41.0 s left` */
export function rowsText(done: number, all: number, rows: string, elapsedMs: number): string {
  const filled = Math.floor((BAR * done) / all);
  const bar = `[${'#'.repeat(filled)}${'·'.repeat(BAR - filled)}]`;
  const left = done < all ? `, ${formatWait((elapsedMs * (all - done)) / done / 1000)} left` : '';
  return `${bar} ${done} of ${all} ${rows}${left}`;
}

/** Does `work` with a crew, and sends the crew home when it ends or is interrupted. */
export async function onCrew<T>(
  study: Study,
  io: Io,
  { directory, setup, workers, rows }: Where,
  work: (crew: Crew) => Promise<T>,
): Promise<T> {
  const begun = performance.now();
  const onRows = (done: number, all: number): void => {
    if (io.stderrIsTty === true) io.stderr(CLEAR_LINE + rowsText(done, all, rows, performance.now() - begun));
  };
  const here = alone(study);
  const pool =
    io.program === undefined || workers === 1
      ? undefined
      : await (
          await import('./pool.js')
        ).Pool.start(io.program, workers, { directory, setup }, here.run, onRows, (on) => io.alive?.(on));
  const stop = io.onInterrupt?.(() => void pool?.close());
  try {
    return await work(pool ?? { ...here, onRows });
  } finally {
    stop?.();
    await pool?.close();
    if (io.stderrIsTty === true) io.stderr(CLEAR_LINE);
  }
}
