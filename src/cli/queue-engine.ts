// The coordinator's side of a distributed fleet: chunks go into the queue, rows come back. Queues deliver at least once; a chunk is known by
// the hash of its content and counts once, whoever did it how often. What is in the queue is bounded by whoever asks (rowsOf), and a job
// leaves it when its rows are here.

import type { Queue, QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import { type Done, type Engine, oneByOne } from '../study/engine.js';
import { type ChunkOf, type Context, kindOf, type RowOf } from '../fleet/simulator.js';
import { FilesHere } from './named-files.js';
import {
  ANNOUNCE_MS,
  away,
  type ChunkAnswer,
  type ChunkJob,
  clockOf,
  complaints,
  connect,
  connectionOf,
  everySo,
  leftSince,
  loadPackages,
  OPEN,
  queueName,
  shownName,
  threadsThere,
} from './queue.js';
import { keyOf } from './origin.js';

/** A chunk that failed so often is taken apart, and a host that did so by itself has no figures. */
const ATTEMPTS = 3;
const RETRY_MS = 200;
/** How often is looked for answers whose event was lost, such as while the server was away. */
const LOOK_MS = 3000;
/** Answers stand in the server's list of events, too: it is kept short. */
const MOST_EVENTS = 200;
/** What a coordinator that was killed leaves behind goes then, seconds. */
const KEPT = { age: 3600 };

interface Waiting<K extends Context> {
  readonly job: ChunkJob<K>;
  readonly promise: Promise<readonly RowOf<K>[]>;
  readonly resolve: (rows: readonly RowOf<K>[]) => void;
  readonly reject: (error: Error) => void;
}

const closedError = (): Error => new DOMException('the engine was closed', 'AbortError');

class QueueEngine<K extends Context> implements Engine<ChunkOf<K>, RowOf<K>> {
  /** Threads of all workers. */
  width = 1;
  private readonly waiting = new Map<string, Waiting<K>>();
  private readonly files: FilesHere;
  private readonly endings: (() => void)[] = [];
  private readonly byWorker = new Map<string, { rows: number; readonly sinceMs: number; lastMs: number }>();
  private alone = false;
  private since: number | undefined;
  private readonly told = new Set<string>();
  /** Queues of workers that do not fit, which has been said. */
  private readonly unfit = new Set<string>();
  private closed = false;
  /** What is on its way into the queue. */
  private readonly beginning = new Set<Promise<void>>();

  constructor(
    private readonly queue: Queue<ChunkJob<K>, ChunkAnswer<K>>,
    private readonly events: QueueEvents,
    private readonly redis: Redis,
    private readonly common: Omit<ChunkJob<K>, 'chunk' | 'files'>,
    private readonly say: (line: string) => void,
    private readonly complain: (error: Error) => void,
  ) {
    this.files = new FilesHere(common.directory);
    events.on('completed', ({ jobId, returnvalue }) => this.answered(jobId, returnvalue as unknown as ChunkAnswer<K>));
    events.on('failed', ({ jobId, failedReason }) => this.failed(jobId, failedReason));
    const every = (ms: number, ask: () => Promise<void>): void => void this.endings.push(everySo(ms, ask, complain));
    every(ANNOUNCE_MS, () => this.count());
    every(LOOK_MS, async () => {
      for (const key of [...this.waiting.keys()]) await this.look(key);
    });
  }

  /** Who has stopped because it would have answered otherwise. */
  private async hearLeft(): Promise<void> {
    this.since ??= await clockOf(this.redis);
    for (const [id, why] of await leftSince(this.redis, this.queue.name, this.since)) {
      if (this.told.has(id)) continue;
      this.told.add(id);
      this.say(`worker ${id} has stopped, its files are not this run's: ${why}`);
    }
  }

  /** Who is there to do it. */
  async count(): Promise<void> {
    await this.hearLeft();
    const threads = await threadsThere(this.redis);
    const here = threads.get(this.queue.name) ?? 0;
    this.width = Math.max(1, here);
    const own = shownName(this.queue.name);
    const others = [...threads.keys()].filter((name) => name !== this.queue.name && !this.unfit.has(name));
    for (const name of others) this.unfit.add(name);
    if (here === 0 && !this.alone) {
      const told = others.map((name) => ` One of ${shownName(name)} does not fit.`).join('');
      this.say(`no worker of ${own} is there; start some: fluxhost worker --redis URL.${told}`);
    } else
      for (const name of others) this.say(`a worker of ${shownName(name)} is there, which does not fit this ${own}`);
    this.alone = here === 0;
  }

  async run(chunk: ChunkOf<K>): Promise<readonly RowOf<K>[]> {
    try {
      const files = await this.files.of([this.common.context, chunk]);
      return await this.once({ ...this.common, files, chunk });
    } catch (error) {
      if (this.closed) throw error;
      const reason = `its chunk failed ${ATTEMPTS} times: ${(error as Error).message}`;
      return oneByOne(kindOf(this.common.context), chunk, (one) => this.run(one), reason);
    }
  }

  private once(job: ChunkJob<K>): Promise<readonly RowOf<K>[]> {
    if (this.closed) return Promise.reject(closedError());
    const key = keyOf(job);
    const found = this.waiting.get(key);
    if (found !== undefined) return found.promise;
    let settle: Pick<Waiting<K>, 'resolve' | 'reject'>;
    const promise = new Promise<readonly RowOf<K>[]>((resolve, reject) => (settle = { resolve, reject }));
    this.waiting.set(key, { job, promise, ...settle! });
    this.begin(key, job).catch(this.complain); // such as a full server; it is looked for again
    return promise;
  }

  private begin(key: string, job: ChunkJob<K>): Promise<void> {
    const begun = this.add(key, job).finally(() => this.beginning.delete(begun));
    this.beginning.add(begun);
    return begun;
  }

  /** Someone may have asked before: then it is done, under way, or has failed and is tried anew. */
  private async add(key: string, job: ChunkJob<K>): Promise<void> {
    if ((await this.queue.getJobState(key)) === 'failed') await this.queue.remove(key);
    if (this.closed) return; // nobody waits for it any more
    await this.queue.add('chunk', job, {
      jobId: key,
      attempts: ATTEMPTS,
      backoff: { type: 'fixed', delay: RETRY_MS },
      removeOnComplete: KEPT,
      removeOnFail: KEPT,
    });
    if (this.waiting.has(key)) await this.look(key);
    else await this.queue.remove(key); // the answer came meanwhile
  }

  private async look(key: string): Promise<void> {
    const state = await this.queue.getJobState(key);
    const wanted = this.waiting.get(key);
    if (wanted === undefined) return;
    // another coordinator has taken the answer away
    if (state === 'unknown') return this.begin(key, wanted.job);
    if (state !== 'completed' && state !== 'failed') return;
    const job = await this.queue.getJob(key);
    if (job === undefined) return;
    if (state === 'completed') this.answered(key, job.returnvalue);
    else this.failed(key, job.failedReason);
  }

  private answered(key: string, { by, ms, rows }: ChunkAnswer<K>): void {
    const found = this.settled(key);
    if (found === undefined) return;
    const now = performance.now();
    let done = this.byWorker.get(by);
    if (done === undefined) this.byWorker.set(by, (done = { rows: 0, sinceMs: now - ms, lastMs: now }));
    done.rows += rows.length;
    done.lastMs = now;
    found.resolve(rows);
  }

  /** From the begin of a worker's first chunk to the end of its last one so far. */
  workers(): readonly Done[] {
    return [...this.byWorker]
      .map(([worker, { rows, sinceMs, lastMs }]) => ({
        worker,
        rows,
        perSecond: (1000 * rows) / (lastMs - sinceMs),
      }))
      .sort((a, b) => (a.worker < b.worker ? -1 : 1));
  }

  private failed(key: string, reason: string): void {
    this.settled(key)?.reject(new Error(reason));
  }

  private settled(key: string): Waiting<K> | undefined {
    const found = this.waiting.get(key);
    if (found === undefined) return undefined;
    this.waiting.delete(key);
    void this.queue.remove(key).catch(() => undefined); // it is removed after a while anyway
    return found;
  }

  giveUp(): void {
    this.closed = true;
    for (const { reject } of this.waiting.values()) reject(closedError());
  }

  async close(): Promise<void> {
    const left = [...this.waiting.keys()];
    this.giveUp();
    for (const end of this.endings) end();
    const leaving = async (): Promise<true> => {
      await Promise.allSettled(this.beginning);
      // of what nobody waits for any more nothing is begun; what a worker is at cannot be removed, and goes later
      await Promise.all(left.map((key) => this.queue.remove(key).catch(() => undefined)));
      await Promise.all([this.events.close(), this.queue.close()]);
      return true;
    };
    if (!(await Promise.race([leaving(), away(this.redis)]))) {
      this.say('the queue is away: what it holds of this run is left there, and goes after an hour');
      for (const one of [this.events, this.queue]) void one.disconnect().catch(() => undefined); // may never be told
    }
    this.redis.disconnect();
  }
}

/** @throws Error where packages are missing, or the server cannot be reached */
export async function queueEngine<K extends Context>(
  url: string,
  directory: string,
  context: K,
  say: (line: string) => void,
): Promise<Engine<ChunkOf<K>, RowOf<K>>> {
  const packages = await loadPackages();
  const redis = await connect(packages, url, say);
  const { Queue, QueueEvents } = packages.bull;
  const complain = complaints(url, say);
  const name = await queueName();
  const queue = new Queue<ChunkJob<K>, ChunkAnswer<K>>(name, {
    connection: connectionOf(url),
    ...OPEN,
    streams: { events: { maxLen: MOST_EVENTS } },
  });
  const events = new QueueEvents(name, { connection: connectionOf(url), ...OPEN });
  for (const one of [queue, events, redis] as { on(event: 'error', listener: (error: Error) => void): unknown }[])
    one.on('error', complain);
  let engine: QueueEngine<K> | undefined;
  try {
    await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
    engine = new QueueEngine<K>(queue, events, redis, { context, directory }, say, complain);
    await engine.count();
    return engine;
  } catch (error) {
    for (const one of [queue, events]) void one.disconnect().catch(() => undefined);
    await engine?.close(); // or the connections would keep the process
    redis.disconnect();
    throw error;
  }
}
