// Work of a study or a fleet on several threads. A simulation is one thread's work and shares nothing, so chunks of runs or hosts go to
// whoever is free (Piscina hands them out, and starts a thread anew that has died). What comes back are rows alone.

import { parentPort, workerData } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { compileCore, hashOf } from '../core/load.js';
import {
  type ChunkOf,
  type Context,
  kindOf,
  type RowOf,
  type Simulator,
  simulatorOf,
  STEADY,
} from '../fleet/simulator.js';
import type { Chunk, HostRow } from '../fleet/work.js';
import { type Engine, oneByOne } from '../study/engine.js';
import type { RunChunk, RunRow } from '../study/runs.js';
import { Silences } from './silence.js';
import { createOn, type Setup } from './tools.js';

/** By which the program knows that it is such a thread (main.ts). */
const KIND = 'fluxhost runs';

/** Where files are looked for, and what simulates. */
export interface Where {
  readonly directory: string;
  readonly setup: Setup;
}

/** Does chunks on this thread. */
export function simulatorAt<K extends Context>(context: K, { directory, setup }: Where): Simulator<K> {
  const used = context.kind === 'hosts' ? { ...setup, ...STEADY } : setup;
  return simulatorOf(context, (scenario, lifecycle) => createOn(used, scenario, directory, lifecycle));
}

interface Shared extends Where {
  readonly kind: typeof KIND;
  readonly context: Context;
}

/** Threads that all know the same, and the core that one of them has compiled. `file`: the program. */
async function threads(file: URL, width: number, { directory, setup }: Where, context: Context): Promise<Piscina> {
  const module = setup.module ?? (await compileCore());
  const sha256 = setup.coreSha256 ?? hashOf(module);
  const shared: Shared = {
    kind: KIND,
    directory,
    setup: { ...setup, module, ...(sha256 === null ? {} : { coreSha256: sha256 }) },
    context,
  };
  return new Piscina({
    filename: file.href,
    workerData: shared,
    minThreads: width,
    maxThreads: width,
    idleTimeout: Infinity,
  });
}

/** How often is looked whether threads are left while someone waits for them, ms. */
const LOOK_MS = 500;

/**
 * Whoever waits when no thread is left (a program that cannot be started again as a thread leaves none) would wait for ever. No race with one
 * promise for all tasks: that would keep every task's rows for as long as it is open.
 */
class Ending {
  private readonly waiting = new Set<(error: Error) => void>();
  private gone = false;
  /** Of a thread that ends between two tasks nothing is told, and the last one would take the process along. */
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly piscina: Piscina) {
    piscina.on('error', () => this.look());
  }

  /** To be called when a task has failed: of a thread that dies with its task nothing else is told. */
  look(): void {
    this.gone ||= this.piscina.threads.length === 0;
    if (this.gone) for (const reject of this.waiting) reject(noThread());
  }

  /** What the task gives, while there are threads. */
  async of<T>(task: Promise<T>): Promise<T> {
    task.catch(() => undefined); // told below, unless nobody is left
    if (this.gone) throw noThread();
    let leave: (error: Error) => void;
    const left = new Promise<never>((_, reject) => this.waiting.add((leave = reject)));
    this.timer ??= setInterval(() => this.look(), LOOK_MS);
    try {
      return await Promise.race([task, left]);
    } finally {
      this.waiting.delete(leave!);
      if (this.waiting.size === 0) {
        clearInterval(this.timer);
        this.timer = undefined;
      }
    }
  }
}

interface ChunkTask {
  readonly id: number;
  readonly chunk: Chunk | RunChunk;
}

/** A thread that was ended because it stopped. */
class HungError extends Error {}
/** No thread is left. */
class NoThreadError extends Error {}
const noThread = (): NoThreadError => new NoThreadError('no thread could be started that simulates');

/** How threads are watched, and what is done about those that die. */
export interface Watched {
  /** A simulation that is silent for so long has stopped (silence.ts). */
  readonly silenceMs: number;
  /** Hears that whoever had been silent longest goes on, and when nobody runs: a policy of one's own may never come back. */
  readonly alive?: ((simulating: boolean) => void) | undefined;
  /** Leaves chunks at which threads died to whoever asked: others may do better. */
  readonly leaves?: boolean;
}

/** Who has been silent longest comes first. */
class Busy {
  private readonly ids = new Set<number>();

  constructor(private readonly alive: Watched['alive']) {}

  /** At the begin of a simulation, and between its slices. */
  spoke(id: number): void {
    const [longest = id] = this.ids;
    this.ids.delete(id);
    this.ids.add(id);
    // any other's word says nothing of the one that is waited for
    if (id === longest) this.alive?.(true);
  }

  ended(id: number): void {
    this.spoke(id);
    this.ids.delete(id);
    if (this.ids.size === 0) this.alive?.(false);
  }
}

/**
 * Chunks on threads. A thread that dies, or that does not come back, takes one chunk with it, which is done again by another; parts of it at
 * which that happens again have no figures.
 */
export async function threadEngine<K extends Context>(
  file: URL,
  width: number,
  where: Where,
  context: K,
  { silenceMs, alive, leaves = false }: Watched,
): Promise<Engine<ChunkOf<K>, RowOf<K>>> {
  const piscina = await threads(file, width, where, context);
  const kind = kindOf(context);
  const silences = new Silences(silenceMs);
  const busy = new Busy(alive);
  piscina.on('message', (id: number) => {
    silences.spoke(id);
    busy.spoke(id);
  });
  let closed = false;
  let tasks = 0;
  const ending = new Ending(piscina);
  const once = async (chunk: ChunkOf<K>): Promise<readonly RowOf<K>[]> => {
    const task: ChunkTask = { id: tasks++, chunk };
    const controller = new AbortController();
    silences.watch(task.id, () => controller.abort());
    const run = piscina.run(task, { name: 'serveChunk', signal: controller.signal }) as Promise<readonly RowOf<K>[]>;
    try {
      return await ending.of(run);
    } catch (error) {
      ending.look();
      if (!controller.signal.aborted) throw error;
      throw new HungError('a simulation did not come back', { cause: error });
    } finally {
      silences.ended(task.id);
      busy.ended(task.id);
    }
  };
  let here: Simulator<K> | undefined;
  const run = async (chunk: ChunkOf<K>): Promise<readonly RowOf<K>[]> => {
    try {
      return await once(chunk).catch((error: unknown) => {
        if (closed || error instanceof NoThreadError) throw error;
        return once(chunk);
      });
    } catch (error) {
      if (closed) throw error;
      if (error instanceof NoThreadError) {
        here ??= simulatorAt(context, where);
        return here(chunk);
      }
      if (leaves && !(error instanceof HungError)) throw error;
      const reason = error instanceof Error ? error.message.split('\n')[0]! : String(error);
      return oneByOne(kind, chunk, run, `${reason} (twice)`);
    }
  };
  return {
    width,
    run,
    async close() {
      closed = true;
      silences.close();
      alive?.(false);
      await piscina.destroy();
    },
  };
}

let simulator: Simulator<Context> | undefined;

/** No more often, ms. */
const SPEAK_MS = 50;

/** The other side: one chunk. */
export async function serveChunk({ id, chunk }: ChunkTask): Promise<readonly (HostRow | RunRow)[]> {
  const { context, ...where } = workerData as Shared;
  let spokeMs = -Infinity;
  const speak = (): void => {
    if (performance.now() - spokeMs < SPEAK_MS) return;
    spokeMs = performance.now();
    parentPort!.postMessage(id);
  };
  simulator ??= simulatorAt(context, where);
  return simulator(chunk, speak);
}
