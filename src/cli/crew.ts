// Who makes the runs of a sweep or a suite: threads where the program can start some, this one otherwise; and the line that tells
// how far they are.

import { availableParallelism } from 'node:os';
import { show } from '../input/errors.js';
import { parseDuration, QuantityError } from '../input/quantities.js';
import { formatWait } from '../report/units.js';
import { CHUNK_MS, type Done, type Engine } from '../study/engine.js';
import {
  type Crew,
  crewOf,
  EngineMaker,
  type Maker,
  makerHere,
  type RunChunk,
  type RunRow,
  runOn,
  RUNS,
  type RunsContext,
  type RunTask,
} from '../study/runs.js';
import type { Study } from '../study/study.js';
import type { Arguments } from './args.js';
import { CLEAR_LINE, type Io } from './io.js';
import type { RunFolder } from './run-folder.js';
import type { Setup } from './tools.js';

const MOST_WORKERS = 256;

/** The option of every command whose runs go to several threads. */
export const WORKERS = { workers: { value: 'N', help: 'threads (default: one for each processor)' } } as const;

export const workersOf = (given: Arguments): number =>
  given.whole('workers', 1, MOST_WORKERS) ?? availableParallelism();

const DEFAULT_HANG = '60s';
export const DEFAULT_HANG_MS = parseDuration(DEFAULT_HANG) / 1e6;

/** The option of commands that simulate on threads. */
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

/** Over a queue a chunk costs more. */
const QUEUE_CHUNK_MS = 500;

interface Where {
  readonly directory: string;
  readonly setup: Setup;
  readonly workers: number;
  /** What is counted: rows, runs. */
  readonly rows: string;
  readonly hangMs: number;
  /** Of the queue, where one is asked for. */
  readonly redis?: string | undefined;
  /** Where runs are kept, which takes them from whoever makes them. */
  readonly kept?: { readonly folder: RunFolder; readonly by: (maker: Maker) => Maker } | undefined;
}

const BAR = 20;

/** `[###·················] 12 of 80 rows, 41.0 s left` */
export function rowsText(done: number, all: number, rows: string, elapsedMs: number): string {
  const filled = Math.floor((BAR * done) / all);
  const bar = `[${'#'.repeat(filled)}${'·'.repeat(BAR - filled)}]`;
  const left = done < all ? `, ${formatWait((elapsedMs * (all - done)) / done / 1000)} left` : '';
  return `${bar} ${done} of ${all} ${rows}${left}`;
}

const MOST_SHOWN = 3;

/** `; 2 workers: a 3.1, b 2.9 a second`, where several machines work. */
export function ratesText(workers: readonly Done[] = []): string {
  if (workers.length === 0) return '';
  const rates = workers.slice(0, MOST_SHOWN).map(({ worker, perSecond }) => `${worker} ${perSecond.toPrecision(3)}`);
  const more = workers.length > MOST_SHOWN ? ', …' : '';
  return `; ${workers.length} ${workers.length === 1 ? 'worker' : 'workers'}: ${rates.join(', ')}${more} a second`;
}

/** What is said on the way of a run stands in its log, too. */
export const toldAndLogged =
  (io: Io, folder: RunFolder | undefined) =>
  (line: string): void => {
    io.stderr(`${line}\n`);
    folder?.log(line);
  };

/** In the log of the run: who has done how much. */
export function logWorkers(
  engine: Pick<Engine<never, never>, 'workers'> | undefined,
  rowsName: string,
  folder?: RunFolder,
): void {
  for (const { worker, rows, perSecond } of engine?.workers?.() ?? [])
    folder?.log(`worker ${worker}: ${rows} ${rowsName}, ${perSecond.toPrecision(3)} a second`);
}

/** What the runs of a study are made on; undefined: on this thread. */
async function engineOf(
  io: Io,
  { directory, setup, workers, hangMs, redis, kept }: Where,
): Promise<Engine<RunChunk, RunRow> | undefined> {
  const context: RunsContext = { kind: 'runs' };
  if (redis !== undefined) {
    const { queueEngine } = await import('./queue-engine.js');
    return queueEngine(redis, directory, context, toldAndLogged(io, kept?.folder));
  }
  if (io.program === undefined) return undefined;
  const { threadEngine } = await import('./pool.js');
  const watched = { silenceMs: hangMs, alive: (on: boolean) => io.alive?.(on) };
  return threadEngine(io.program, workers, { directory, setup }, context, watched);
}

/** Does `work` with a crew, and sends the crew home when it ends or is interrupted. */
export async function onCrew<T>(study: Study, io: Io, where: Where, work: (crew: Crew) => Promise<T>): Promise<T> {
  const { rows, redis, kept, setup } = where;
  const begun = performance.now();
  let [engine, made]: [Engine<RunChunk, RunRow>?, EngineMaker?] = [];
  let interrupted = false;
  const giveUp = (): void => {
    interrupted = true;
    made?.end();
    if (engine?.giveUp === undefined) void engine?.close();
    else engine.giveUp();
  };
  const onRows = (done: number, all: number): void => {
    if (io.stderrIsTty === true)
      io.stderr(CLEAR_LINE + rowsText(done, all, rows, performance.now() - begun) + ratesText(engine?.workers?.()));
  };
  const again = redis === undefined ? (...run: [RunTask, string]) => runOn(study, ...run) : undefined;
  const chunkMs = redis === undefined ? CHUNK_MS : QUEUE_CHUNK_MS;
  // before there is an engine: what it says may be answered by an interrupt at once
  const stop = io.onInterrupt?.(giveUp);
  try {
    engine = await engineOf(io, where);
    made = engine === undefined ? undefined : new EngineMaker(engine, chunkMs, again);
    if (interrupted) giveUp();
    const maker = made ?? makerHere(study);
    return await work(crewOf(kept?.by(maker) ?? maker, setup.histograms === true, onRows));
  } finally {
    stop?.();
    logWorkers(engine, RUNS.name, kept?.folder);
    made?.end();
    await engine?.close();
    if (io.stderrIsTty === true) io.stderr(CLEAR_LINE);
  }
}
