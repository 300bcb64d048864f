// `fluxhost worker`: simulates what a coordinator (`fluxhost fleet` or `sweep` with `--engine bullmq`) has put into the queue. Simulations run on
// threads and never here: this thread has to renew the locks of what it has taken, or another worker would take it.

import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Job } from 'bullmq';
import type { ChunkOf, Context, RowOf } from '../fleet/simulator.js';
import type { Engine } from '../study/engine.js';
import { type CommandSpec, parseCommand, renderHelp } from './args.js';
import { HANG_AFTER, hangMsOf, WORKERS, workersOf } from './crew.js';
import { EXIT } from './exit.js';
import type { Io } from './io.js';
import { FilesThere } from './named-files.js';
import { keyOf } from './origin.js';
import {
  announce,
  ANNOUNCE_MS,
  away,
  type ChunkAnswer,
  type ChunkJob,
  complaints,
  connect,
  connectionOf,
  everySo,
  leave,
  leaveBecause,
  loadPackages,
  OPEN,
  placeOf,
  queueName,
  redisOf,
  shownName,
} from './queue.js';
import { FILES_WITHIN } from './tools.js';

/** A worker that is killed or frozen loses its chunks to others after so long. */
const LOCK_MS = 5000;
const STALL_CHECK_MS = 2000;
/** A chunk whose workers died so often has failed. */
const MOST_STALLS = 5;
/** Chunks taken for each thread: one is done, one lies ready. */
const TAKEN = 2;

export const workerSpec: CommandSpec = {
  name: 'worker',
  summary: 'Simulates for fluxhost fleet and sweep --engine bullmq, on any number of machines.',
  positionals: [],
  options: {
    redis: {
      value: 'URL',
      help: 'the queue, as the coordinator has it: redis://[:PASSWORD@]HOST:PORT, or rediss:// over TLS',
    },
    ...WORKERS,
    ...HANG_AFTER,
    ...FILES_WITHIN,
  },
  details:
    'Needs bullmq and ioredis (npm install bullmq ioredis) and a Redis or Valkey server; docs/cluster.md tells how. Takes work of\n' +
    'its own version and core only. Ctrl-C and SIGTERM let it finish what it is at; where the server is away, others do that again.',
  examples: ['fluxhost worker --redis redis://127.0.0.1:6379'],
};

interface Crew {
  readonly engine: Promise<Engine<ChunkOf<Context>, RowOf<Context>>>;
  busy: number;
}

/** Threads of one fleet or sweep; those of the last one end when another comes. */
class Crews {
  private readonly crews = new Map<string, Crew>();

  constructor(
    private readonly program: URL,
    private readonly threads: number,
    private readonly within: string | undefined,
    private readonly hangMs: number,
    private readonly id: string,
  ) {}

  async run({ context, directory, files, chunk }: ChunkJob): Promise<ChunkAnswer> {
    // threads of a fleet keep what they have read; a sweep's chunks name files of their own
    const key = keyOf([context, directory, context.kind === 'hosts' ? files : {}]);
    let crew = this.crews.get(key);
    if (crew === undefined) {
      await this.end(({ busy }) => busy === 0);
      const { threadEngine } = await import('./pool.js');
      // another chunk may have come first meanwhile
      crew = this.crews.get(key) ?? {
        engine: threadEngine(this.program, this.threads, { directory, setup: { within: this.within } }, context, {
          silenceMs: this.hangMs,
          leaves: true,
        }),
        busy: 0,
      };
      this.crews.set(key, crew);
    }
    crew.busy++;
    const begun = performance.now();
    try {
      const rows = await (await crew.engine).run(chunk);
      return { by: this.id, ms: performance.now() - begun, rows };
    } finally {
      crew.busy--;
    }
  }

  async end(which: (crew: { readonly busy: number }) => boolean = () => true): Promise<void> {
    for (const [key, crew] of [...this.crews])
      if (which(crew)) {
        this.crews.delete(key);
        await (await crew.engine).close();
      }
  }
}

export async function worker(args: readonly string[], io: Io): Promise<number> {
  const given = parseCommand(workerSpec, args);
  if (given.help) {
    io.stdout(renderHelp(workerSpec));
    return EXIT.done;
  }
  const [url, threads, hangMs] = [redisOf(given), workersOf(given), hangMsOf(given)];
  given.check();
  if (io.program === undefined) throw new Error('a worker needs threads of the program, which cannot be started here');
  const packages = await loadPackages();
  const say = (line: string): void => io.stderr(`${line}\n`);
  const redis = await connect(packages, url, say);
  const name = await queueName();
  const complain = complaints(url, say);
  redis.on('error', complain);
  const id = `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`;
  const crews = new Crews(io.program, threads, given.text('files-within'), hangMs, id);
  const files = new FilesThere(given.text('files-within'));
  let stop: (why: string) => void;
  const unfit = new Promise<string>((resolve) => (stop = resolve));
  const work = async (job: Job<ChunkJob, ChunkAnswer>, token?: string): Promise<ChunkAnswer> => {
    const why = await files.differing(job.data.directory, job.data.files);
    if (why === undefined) return crews.run(job.data);
    // it would answer otherwise than the coordinator, who is told; others may have it
    await leaveBecause(redis, id, name, why);
    await bull.pause(true);
    await job.moveToWait(token);
    stop(why);
    throw new packages.bull.WaitingError();
  };
  try {
    await announce(redis, id, name, threads);
  } catch (error) {
    redis.disconnect(); // or the connection would keep the process
    throw error;
  }
  const bull = new packages.bull.Worker<ChunkJob, ChunkAnswer>(name, work, {
    connection: connectionOf(url),
    ...OPEN,
    concurrency: threads * TAKEN,
    lockDuration: LOCK_MS,
    stalledInterval: STALL_CHECK_MS,
    maxStalledCount: MOST_STALLS,
  });
  bull.on('error', complain);
  await bull.waitUntilReady();
  const end = everySo(ANNOUNCE_MS, () => announce(redis, id, name, threads), complain);
  // before it says that it is there, by which others know that they may end it
  const asked = new Promise<undefined>((resolve) => io.onInterrupt?.(() => resolve(undefined)));
  const of = threads === 1 ? '1 thread' : `${threads} threads`;
  io.stdout(`worker of ${shownName(name)}, ${of}, takes work from ${placeOf(url)}\n`);
  const why = await Promise.race([asked, unfit]);
  if (why !== undefined) io.stderr(`this worker stops, its files are not the coordinator's: ${why}\n`);
  const status = why === undefined ? EXIT.done : EXIT.failed;
  end();
  const leaving = async (): Promise<boolean> => {
    await bull.close();
    await crews.end();
    await leave(redis, id);
    return true;
  };
  if (await Promise.race([leaving(), away(redis)])) {
    redis.disconnect();
    return status;
  }
  io.stderr(`the queue at ${placeOf(url)} is away: what was under way is left to other workers\n`);
  io.quit?.(status); // answers wait for the server for ever
  return status;
}
