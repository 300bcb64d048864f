// Work of a study or a fleet on several threads. A simulation is one thread's work and shares nothing, so runs and chunks of hosts go to
// whoever is free (Piscina hands them out, and starts a thread anew that has died). What comes back is the result alone; a run that fails
// is made again here, where its error has its class.

import { parentPort, workerData } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { compileCore, hashOf } from '../core/load.js';
import { oneByOne } from '../fleet/hosts.js';
import { type Chunk, type ChunkContext, type ChunkEngine, HostSimulator, type HostRow } from '../fleet/work.js';
import type { Result } from '../result/result.js';
import type { Scenario } from '../scenario/types.js';
import { Study } from '../study/study.js';
import type { Crew } from '../study/sweep.js';
import { Silences } from './silence.js';
import { createOn, type Setup } from './tools.js';

/** By which the program knows that it is such a thread (main.ts). */
const KIND = 'fluxhost runs';

interface Shared {
  readonly kind: typeof KIND;
  readonly directory: string;
  readonly setup: Setup;
  /** Of a fleet. */
  readonly context?: ChunkContext;
}

interface Job {
  readonly id: number;
  readonly scenario: Scenario;
  readonly label: string;
}

/** Where files are looked for, and what simulates. */
export interface Where {
  readonly directory: string;
  readonly setup: Setup;
}

/** Threads that all know the same, and the core that one of them has compiled. `file`: the program. */
async function threads(
  file: URL,
  width: number,
  { directory, setup }: Where,
  context?: ChunkContext,
): Promise<Piscina> {
  const module = setup.module ?? (await compileCore());
  const sha256 = setup.coreSha256 ?? hashOf(module);
  const shared: Shared = {
    kind: KIND,
    directory,
    setup: { ...setup, module, ...(sha256 === null ? {} : { coreSha256: sha256 }) },
    ...(context === undefined ? {} : { context }),
  };
  return new Piscina({
    filename: file.href,
    workerData: shared,
    minThreads: width,
    maxThreads: width,
    idleTimeout: Infinity,
  });
}

interface Ending {
  /** Comes when no thread is left: a program that cannot be started again as a thread leaves none, and what waits would wait for ever. */
  readonly ended: Promise<null>;
  /** To be called when a task has failed: of a thread that dies with its task nothing else is told. */
  readonly look: () => void;
}

function endingOf(piscina: Piscina): Ending {
  let look = (): void => undefined;
  const ended = new Promise<null>((resolve) => {
    look = () => {
      if (piscina.threads.length === 0) resolve(null);
    };
    piscina.on('error', look);
  });
  return { ended, look };
}

/** Runs of a study; `close` ends them, and what they were at has no result. */
export class Pool implements Crew {
  private closed = false;
  private jobs = 0;
  /** Runs that have begun; who has been silent longest comes first. */
  private readonly busy = new Set<number>();
  private readonly ending: Ending;

  private constructor(
    private readonly piscina: Piscina,
    readonly width: number,
    private readonly here: (scenario: Scenario, label: string) => Promise<Result | null>,
    readonly onRows?: (done: number, all: number) => void,
    private readonly alive?: (simulating: boolean) => void,
  ) {
    piscina.on('message', (id: number) => this.spoke(id));
    this.ending = endingOf(piscina);
  }

  /**
   * @param file the program
   * @param here makes a run on this thread
   * @param alive hears that whoever had been silent longest goes on, and when nobody runs: a policy of one's own may never come back
   */
  static async start(
    file: URL,
    width: number,
    where: Where,
    here: (scenario: Scenario, label: string) => Promise<Result | null>,
    onRows?: (done: number, all: number) => void,
    alive?: (simulating: boolean) => void,
  ): Promise<Pool> {
    return new Pool(await threads(file, width, where), width, here, onRows, alive);
  }

  /** At the begin of a run, and between its slices. */
  private spoke(id: number): void {
    const [longest = id] = this.busy;
    this.busy.delete(id);
    this.busy.add(id);
    // any other's word says nothing of the one that is waited for
    if (id === longest) this.alive?.(true);
  }

  private ended(id: number): void {
    this.spoke(id);
    this.busy.delete(id);
    if (this.busy.size === 0) this.alive?.(false);
  }

  async run(scenario: Scenario, label: string): Promise<Result | null> {
    if (this.closed) return null;
    const job: Job = { id: this.jobs++, scenario, label };
    const run = this.piscina.run(job, { name: 'serveRun' }).catch(() => {
      this.ending.look();
      return null;
    }) as Promise<Result | null>;
    const result = await Promise.race([run, this.ending.ended]);
    this.ended(job.id);
    return result === null && !this.closed ? this.here(scenario, label) : result;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.alive?.(false);
    await this.piscina.destroy();
  }
}

interface ChunkTask {
  readonly id: number;
  readonly chunk: Chunk;
}

/** A thread that was ended because it stopped. */
class HungError extends Error {}

/**
 * Chunks of a fleet's hosts. A thread that dies, or that does not come back for `silenceMs` (silence.ts), takes one chunk with it, which is done
 * again by another; hosts at which that happens again have no figures.
 */
export async function fleetEngine(
  file: URL,
  width: number,
  where: Where,
  context: ChunkContext,
  silenceMs: number,
): Promise<ChunkEngine> {
  const piscina = await threads(file, width, where, context);
  const silences = new Silences(silenceMs);
  piscina.on('message', (id: number) => silences.spoke(id));
  let closed = false;
  let tasks = 0;
  const ending = endingOf(piscina);
  const dead = ending.ended.then((): never => {
    throw new Error('no thread could be started that simulates hosts; --workers 1 does without');
  });
  dead.catch(() => undefined); // told to whoever waits
  const once = async (chunk: Chunk): Promise<readonly HostRow[]> => {
    const task: ChunkTask = { id: tasks++, chunk };
    const controller = new AbortController();
    silences.watch(task.id, () => controller.abort());
    const run = piscina.run(task, { name: 'serveChunk', signal: controller.signal }) as Promise<readonly HostRow[]>;
    try {
      return await Promise.race([run, dead]);
    } catch (error) {
      ending.look();
      if (!controller.signal.aborted) throw error;
      throw new HungError('a simulation did not come back', { cause: error });
    } finally {
      silences.ended(task.id);
    }
  };
  const run = async (chunk: Chunk): Promise<readonly HostRow[]> => {
    try {
      return await once(chunk).catch((error: unknown) => {
        if (closed) throw error;
        return once(chunk);
      });
    } catch (error) {
      if (closed || !(error instanceof HungError)) throw error;
      return oneByOne(chunk, run, `${error.message} (twice)`);
    }
  };
  return {
    width,
    run,
    async close() {
      closed = true;
      silences.close();
      await piscina.destroy();
    },
  };
}

let study: Study | undefined;
let running = 0;
let simulator: HostSimulator | undefined;

/** The other side: one run. */
export async function serveRun({ id, scenario, label }: Job): Promise<Result | null> {
  const { directory, setup } = workerData as Shared;
  const speak = (): void => parentPort!.postMessage(running);
  running = id;
  speak();
  const histograms = setup.histograms === true;
  study ??= new Study({ create: (one) => createOn(setup, one, directory), histograms, onProgress: speak });
  return study.once(scenario, label, { overTime: false, buckets: true }).catch(() => null);
}

/** No more often, ms. */
const SPEAK_MS = 50;

/** The other side: one chunk. */
export async function serveChunk({ id, chunk }: ChunkTask): Promise<readonly HostRow[]> {
  const { directory, setup, context } = workerData as Shared;
  let spokeMs = -Infinity;
  const speak = (): void => {
    if (performance.now() - spokeMs < SPEAK_MS) return;
    spokeMs = performance.now();
    parentPort!.postMessage(id);
  };
  simulator ??= new HostSimulator(context!, (scenario) => createOn(setup, scenario, directory));
  return simulator.run(chunk, speak);
}
