// Threads of one interpreter (assembly/systems/gil.ts), behind names: how many tasks they do, what share of a task is not computing, and
// what hand-overs of the lock take. The number of threads may change as the run goes on. Times are nanoseconds. Rules: docs/gil.md.

import * as L from '../../assembly/systems/layout.js';
import { compileCore, instantiateCore } from '../core/load.js';
import { coreLatency, type Latency } from './latency.js';

export interface GilSpec {
  /** Threads that may compute at once: 1 under the lock, else cores. */
  readonly workers: number;
  /** After which the holder gives way to one that waits. */
  readonly intervalNs: number;
  readonly switchNs: number;
  readonly perWaiterNs: number;
  /** Mean of a task's computation and of its I/O, or a table of both, in turns. */
  readonly tasks:
    | { readonly law: 'constant' | 'exponential'; readonly cpuNs: number; readonly ioNs: number }
    | { readonly cpuNs: Float64Array; readonly ioNs: Float64Array };
  /** Most threads that there will be. */
  readonly threads: number;
  /** A thread does not end when the limit falls. */
  readonly lazy: boolean;
  readonly startNs: number;
  /** Tasks whose ratio is averaged. */
  readonly window: number;
  readonly seed: number;
}

/** Of what happened since `forget`. */
export interface GilAnswers {
  readonly tasks: number;
  readonly cpuNs: number;
  readonly wallNs: number;
  readonly usedNs: number;
  readonly overheadNs: number;
  readonly preemptions: number;
  readonly handovers: number;
  /** Mean over the last tasks of 1 - computation / time from begin to end. */
  readonly ratio: number;
  /** Threads that are there. */
  readonly active: number;
  /** From a task's begin to its end. */
  readonly latency: Latency;
}

interface Exports {
  systemSettings(): number;
  systemAnswers(): number;
  gilTable(count: number): number;
  gilBegin(): number;
  gilLimit(threads: number, at: number): void;
  gilRun(until: number): void;
  gilForget(): void;
  gilHistogram(): number;
  gilAnswers(): void;
}

const noMemory = (): never => {
  throw new RangeError('interpreter: memory does not reach for the threads');
};

export class Interpreter {
  private constructor(
    private readonly exports: Exports,
    private readonly memory: WebAssembly.Memory,
  ) {}

  private now = 0;

  /** Without a thread, at time 0. */
  static async create(spec: GilSpec, module?: WebAssembly.Module): Promise<Interpreter> {
    if (!(spec.threads >= 1 && spec.workers >= 1 && spec.window >= 1))
      throw new RangeError('interpreter: expected at least one thread, worker and task of the window');
    const { exports: raw, memory } = instantiateCore(await compileCore(module));
    const exports = raw as unknown as Exports;
    const { tasks } = spec;
    const table = 'law' in tasks ? null : tasks;
    if (table !== null) {
      const at = exports.gilTable(table.cpuNs.length);
      if (at === 0) noMemory();
      const rows = new Float64Array(memory.buffer, at, 2 * table.cpuNs.length);
      table.cpuNs.forEach((cpu, i) => rows.set([cpu, table.ioNs[i]!], 2 * i));
    }
    const given = new Float64Array(memory.buffer, exports.systemSettings(), L.SETTINGS);
    given[L.GIL_WORKERS] = spec.workers;
    given[L.GIL_INTERVAL] = Math.max(1, spec.intervalNs);
    given[L.GIL_SWITCH] = spec.switchNs;
    given[L.GIL_PER_WAITER] = spec.perWaiterNs;
    given[L.GIL_CPU] = 'law' in tasks ? tasks.cpuNs : 0;
    given[L.GIL_IO] = 'law' in tasks ? tasks.ioNs : 0;
    given[L.GIL_LAW] = 'law' in tasks ? Number(tasks.law === 'exponential') : 2;
    given[L.GIL_THREADS] = spec.threads;
    given[L.GIL_LAZY] = Number(spec.lazy);
    given[L.GIL_START] = spec.startNs;
    given[L.GIL_WINDOW] = spec.window;
    given[L.GIL_SEED] = spec.seed;
    if (exports.gilBegin() !== L.SYSTEM_OK) noMemory();
    return new Interpreter(exports, memory);
  }

  /** From now on so many threads. */
  limit(threads: number): void {
    this.exports.gilLimit(threads, this.now);
  }

  /** Up to and in that instant. */
  run(untilNs: number): void {
    this.exports.gilRun(untilNs);
    this.now = untilNs;
  }

  /** Counts from now on. */
  forget(): void {
    this.exports.gilForget();
  }

  answers(): GilAnswers {
    this.exports.gilAnswers();
    const all = new Float64Array(this.memory.buffer, this.exports.systemAnswers(), L.ANSWERS);
    return {
      tasks: all[L.GIL_TASKS]!,
      cpuNs: all[L.GIL_CPU_NS]!,
      wallNs: all[L.GIL_WALL_NS]!,
      usedNs: all[L.GIL_USED_NS]!,
      overheadNs: all[L.GIL_OVERHEAD_NS]!,
      preemptions: all[L.GIL_PREEMPTIONS]!,
      handovers: all[L.GIL_HANDOVERS]!,
      ratio: all[L.GIL_RATIO]!,
      active: all[L.GIL_ACTIVE]!,
      latency: coreLatency(this.memory, this.exports.gilHistogram()),
    };
  }
}
