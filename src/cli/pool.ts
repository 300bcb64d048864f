// Runs of a study on several threads. A simulation is one thread's work and shares nothing, so a sweep's runs go to whoever is
// free. What comes back is the result alone; a run that fails is made again here, where its error has its class.

import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import type { Result } from '../result/result.js';
import type { Scenario } from '../scenario/types.js';
import { Study } from '../study/study.js';
import type { Crew } from '../study/sweep.js';
import { createOn, type Setup } from './tools.js';

const KIND = 'fluxhost runs';

interface Shared {
  readonly kind: typeof KIND;
  readonly directory: string;
  readonly setup: Setup;
}

/** A worker's word between two slices of a run; what comes otherwise is the run's result, or null. */
const ALIVE = 'alive';

interface Job {
  readonly scenario: Scenario;
  readonly label: string;
  readonly resolve: (result: Result | null) => void;
  readonly reject: (error: unknown) => void;
}

/** Threads that simulate; `close` ends them. */
export class Pool implements Crew {
  private readonly idle: Worker[] = [];
  /** Who has been silent longest comes first. */
  private readonly busy = new Map<Worker, Job>();
  private readonly waiting: Job[] = [];
  private closed = false;
  /** No thread is left. */
  private dead = false;

  /**
   * @param file the program, which serves runs where it is a worker
   * @param here makes a run on this thread
   */
  constructor(
    file: URL,
    readonly width: number,
    { directory, setup }: { directory: string; setup: Setup },
    private readonly here: (scenario: Scenario, label: string) => Promise<Result | null>,
    readonly onRows?: (done: number, all: number) => void,
    /** Hears that whoever had been silent longest goes on, and when nobody runs: a policy of one's own may never come back. */
    private readonly alive?: (simulating: boolean) => void,
  ) {
    const shared: Shared = { kind: KIND, directory, setup };
    for (let i = 0; i < width; i++) {
      const worker = new Worker(file, { workerData: shared });
      worker.on('message', (word: Result | typeof ALIVE | null) => {
        if (word === ALIVE) this.spoke(worker);
        else this.came(worker, word);
      });
      worker.on('error', () => this.lost(worker));
      worker.unref();
      this.idle.push(worker);
    }
  }

  run(scenario: Scenario, label: string): Promise<Result | null> {
    return new Promise((resolve, reject) => {
      if (this.closed) resolve(null);
      else if (this.dead) this.here(scenario, label).then(resolve, reject);
      else {
        this.waiting.push({ scenario, label, resolve, reject });
        this.next();
      }
    });
  }

  private spoke(worker: Worker): void {
    const job = this.busy.get(worker);
    if (job === undefined) return;
    const [longest] = this.busy.keys();
    this.busy.delete(worker);
    this.busy.set(worker, job);
    // any other's word says nothing of the one that is waited for
    if (worker === longest) this.alive?.(true);
  }

  private next(): void {
    if (this.busy.size === 0 && this.waiting.length > 0) this.alive?.(true);
    while (this.idle.length > 0 && this.waiting.length > 0) {
      const worker = this.idle.pop()!;
      const job = this.waiting.shift()!;
      this.busy.set(worker, job);
      worker.ref();
      worker.postMessage({ scenario: job.scenario, label: job.label });
    }
  }

  /** A thread that ended: its run is made here, and all that wait where it was the last. */
  private lost(worker: Worker): void {
    const at = this.idle.indexOf(worker);
    if (at >= 0) this.idle.splice(at, 1);
    this.came(worker, null, true);
    if (this.idle.length > 0 || this.busy.size > 0) return;
    for (const { scenario, label, resolve, reject } of this.waiting.splice(0)) {
      this.here(scenario, label).then(resolve, reject);
    }
    this.dead = true;
  }

  private came(worker: Worker, result: Result | null, lost = false): void {
    this.spoke(worker);
    const job = this.busy.get(worker);
    this.busy.delete(worker);
    worker.unref();
    if (!lost) this.idle.push(worker);
    if (job !== undefined) {
      if (result === null) this.here(job.scenario, job.label).then(job.resolve, job.reject);
      else job.resolve(result);
    }
    if (this.busy.size === 0) this.alive?.(false);
    this.next();
  }

  /** Ends all threads; what they were at has no result. */
  async close(): Promise<void> {
    this.closed = true;
    const workers = [...this.idle, ...this.busy.keys()];
    for (const { resolve } of [...this.waiting, ...this.busy.values()]) resolve(null);
    this.waiting.length = 0;
    this.busy.clear();
    this.alive?.(false);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** The other side. Does nothing outside a worker of a pool. */
export function serveRuns(): boolean {
  const shared = workerData as Partial<Shared> | null;
  if (isMainThread || parentPort === null || shared?.kind !== KIND) return false;
  const { directory = '', setup = {} } = shared;
  const port = parentPort;
  const study = new Study({
    create: (scenario) => createOn(setup, scenario, directory),
    ...(setup.module === undefined ? {} : { onProgress: () => port.postMessage(ALIVE) }),
  });
  port.on('message', ({ scenario, label }: Pick<Job, 'scenario' | 'label'>) => {
    study.once(scenario, label, { overTime: false }).then(
      (result) => port.postMessage(result),
      () => port.postMessage(null),
    );
  });
  return true;
}
