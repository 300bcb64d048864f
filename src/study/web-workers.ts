// Chunks of a fleet or a sweep on Web Workers: the interface that threads and queues have, for a browser. A worker's script calls
// `serveWebWorker`, a page makes `WebWorkers` of it and hands them to `fleet` or `sweep`; rows depend on their chunk alone, so the result has
// the same bits for any number of workers.

import type { SimulationOptions } from '../options.js';
import { type HeldFile, memoryHost, type TraceHost } from '../workload/text-source.js';
import type { Engine, Workers } from './engine.js';

/** What every chunk of an engine needs. */
interface Opening {
  /** Its number. */
  readonly engine: number;
  /** What all chunks have in common. */
  readonly context: object;
  /** The core; absent: the workers' own. */
  readonly module?: WebAssembly.Module | undefined;
  /** By name. */
  readonly files?: Readonly<Record<string, HeldFile>> | undefined;
}

/** To a worker; with the first chunk of an engine comes what all of them need. */
interface Asked {
  readonly fluxhost: 'chunk';
  readonly id: number;
  readonly engine: number;
  readonly opening?: Opening;
  readonly chunk: unknown;
}

/** From a worker. */
type Answered = { readonly id: number } & ({ readonly rows: readonly unknown[] } | { readonly error: string });
/** From a worker that has heard its first chunk. */
const HERE = { fluxhost: 'here' };
/** A script that has not said so within that time calls something else; one has half a megabyte to load. */
const HERE_MS = 60_000;

/** The part of a Web Worker that is used. */
export interface WorkerLike {
  /** Sends it a chunk. */
  postMessage(message: unknown): void;
  /** Ends it at once. */
  terminate(): void;
  /** Hears its rows. */
  onmessage: ((event: MessageEvent) => void) | null;
  /** Hears of a script that failed. */
  onerror: ((event: ErrorEvent) => void) | null;
}

interface Job {
  readonly opening: Opening;
  readonly chunk: unknown;
  readonly resolve: (rows: readonly never[]) => void;
  readonly reject: (error: Error) => void;
}

/** One worker, at one chunk at a time. */
interface Hand {
  readonly worker: WorkerLike;
  readonly knows: Set<number>;
  job?: Job | undefined;
  /** Until its first word. */
  silence?: ReturnType<typeof setTimeout> | undefined;
}

const MOST_WORKERS = 8;

/** Web Workers that simulate. Each is started when it is first needed, and stays until `close`. */
export class WebWorkers implements Workers {
  private readonly hands: Hand[] = [];
  private readonly waiting: Job[] = [];
  private engines = 0;
  private chunks = 0;

  /**
   * @param open starts one, whose script calls `serveWebWorker`
   * @param count how many at most; default: one for each processor, and no more than eight
   */
  constructor(
    private readonly open: () => WorkerLike,
    private readonly count: number = Math.min(MOST_WORKERS, navigator.hardwareConcurrency),
  ) {}

  /** `module`: the core; where it is absent, workers use their own. `files`: by name, where a worker's script has none. */
  engine<C, R>(context: object, given: Pick<Opening, 'module' | 'files'> = {}): Engine<C, R> {
    const opening: Opening = { engine: this.engines++, context, ...given };
    return {
      width: this.count,
      run: (chunk) =>
        new Promise((resolve, reject) => {
          this.waiting.push({ opening, chunk, resolve, reject });
          this.next();
        }),
      close: () => Promise.resolve(), // workers stay for the next engine
    };
  }

  private next(): void {
    while (this.waiting.length > 0) {
      const hand = this.hands.find(({ job }) => job === undefined) ?? this.start();
      if (hand === undefined) return;
      const job = this.waiting.shift()!;
      hand.job = job;
      const { engine } = job.opening;
      const isNew = !hand.knows.has(engine);
      hand.knows.add(engine);
      const asked: Asked = {
        fluxhost: 'chunk',
        id: this.chunks++,
        engine,
        ...(isNew ? { opening: job.opening } : {}),
        chunk: job.chunk,
      };
      try {
        hand.worker.postMessage(asked);
      } catch (error) {
        // what cannot be sent; the worker goes on
        hand.job = undefined;
        if (isNew) hand.knows.delete(engine);
        job.reject(error as Error);
      }
    }
  }

  private start(): Hand | undefined {
    if (this.hands.length >= this.count) return undefined;
    const hand: Hand = { worker: this.open(), knows: new Set() };
    const lose = (why: string): void => {
      clearTimeout(hand.silence);
      this.hands.splice(this.hands.indexOf(hand), 1);
      hand.worker.terminate();
      hand.job?.reject(new Error(`a Web Worker ${why}`));
      this.next();
    };
    const silent = `has not answered within ${HERE_MS / 1000} s: does its script call serveWebWorker?`;
    hand.silence = setTimeout(() => lose(silent), HERE_MS);
    hand.worker.onmessage = ({ data }: MessageEvent<Answered | typeof HERE>) => {
      clearTimeout(hand.silence);
      if (!('id' in data)) return;
      const { job } = hand;
      hand.job = undefined;
      if ('rows' in data) job?.resolve(data.rows as readonly never[]);
      else job?.reject(new Error(data.error));
      this.next();
    };
    hand.worker.onerror = ({ message }) => lose(`ended: ${message || 'its script could not be loaded'}`);
    this.hands.push(hand);
    return hand;
  }

  /** Ends all workers; chunks that are not done are rejected. */
  close(): void {
    const jobs = [...this.waiting.splice(0), ...this.hands.flatMap(({ job }) => job ?? [])];
    for (const { worker, silence } of this.hands.splice(0)) {
      clearTimeout(silence);
      worker.terminate();
    }
    for (const { reject } of jobs) reject(new DOMException('the Web Workers were closed', 'AbortError'));
  }
}

/** What a worker's script has to itself. */
export interface ServeOptions {
  /** Where the files of scenarios come from. */
  readonly files?: TraceHost;
  /** The core, compiled before. */
  readonly module?: WebAssembly.Module;
}

/** The part of a worker's global scope that is used. */
export interface WorkerScope {
  /** Sends rows. */
  postMessage(message: unknown): void;
  /** Hears chunks. */
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

/** Does chunks of one context. */
export type Does = (chunk: unknown) => Promise<readonly unknown[]>;

/** Does chunks as they come, whatever they are: `made` knows by their context. */
export function serveWith(
  scope: WorkerScope,
  made: (context: object, options: SimulationOptions) => Does,
  { files: own, module: core }: ServeOptions = {},
): void {
  const known = new Map<number, Does>();
  const rowsOf = async ({ engine, opening, chunk }: Asked): Promise<readonly unknown[]> => {
    if (opening !== undefined) {
      const { context, files = {}, module = core } = opening;
      known.set(
        engine,
        made(context, { files: own ?? memoryHost(files), ...(module === undefined ? {} : { module }) }),
      );
    }
    return known.get(engine)!(chunk);
  };
  let last = Promise.resolve();
  let isHeard = false;
  scope.addEventListener('message', ({ data }: MessageEvent<Partial<Asked> | null>) => {
    if (data?.fluxhost !== 'chunk') return;
    if (!isHeard) scope.postMessage(HERE);
    isHeard = true;
    const asked = data as Asked;
    // one after another: a chunk takes several turns of the event loop
    last = last.then(async () => {
      const answer: Answered = await rowsOf(asked).then(
        (rows) => ({ id: asked.id, rows }),
        (error: unknown) => ({ id: asked.id, error: error instanceof Error ? error.message : String(error) }),
      );
      scope.postMessage(answer);
    });
  });
}
