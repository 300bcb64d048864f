// Hosts to rows, in order, whoever simulates them. Chunks are made so large that each takes about as long as CHUNK_MS, by what the last ones
// took; that has no part in any row. So many are under way that nobody waits for work, and no more, so that memory stays what it is.

import type { Chunk, ChunkContext, ChunkEngine, Create, HostJob, HostRow } from './work.js';
import { failedRow, HostSimulator } from './work.js';
import type { VmTable } from './vms.js';

const CHUNK_MS = 500;
const MOST_HOSTS = 1024;
/** Chunks under way for each that can be: one is done, others lie ready, and a slow one does not stop those behind it. */
const AHEAD = 4;

/** On this thread. */
export function engineHere(context: ChunkContext, create: Create): ChunkEngine {
  const simulator = new HostSimulator(context, create);
  const run = async (chunk: Chunk): Promise<readonly HostRow[]> => {
    const rows = await simulator.run(chunk);
    await new Promise((resolve) => setTimeout(resolve)); // lets an interrupt through
    return rows;
  };
  return { width: 1, run, close: () => Promise.resolve() };
}

/** A chunk that failed, taken apart, so that one host does not take others with it; `reason` is told of a host that fails by itself. */
export async function oneByOne(
  { jobs, vms }: Chunk,
  run: (chunk: Chunk) => Promise<readonly HostRow[]>,
  reason: string,
): Promise<readonly HostRow[]> {
  if (jobs.length === 1) return [failedRow(jobs[0]!, reason)];
  const rows: HostRow[] = [];
  for (const job of jobs) rows.push(...(await run({ jobs: [job], vms })));
  return rows;
}

function chunkOf(jobs: readonly HostJob[], vms: VmTable): Chunk {
  const told: Record<number, readonly [number, number]> = {};
  for (const { epochs } of jobs)
    for (const epoch of epochs) for (const vm of epoch.vms) told[vm] = [vms.cores[vm]!, vms.classes[vm]!];
  return { jobs, vms: told };
}

/** Rows in the order of their jobs. Ends early, between two chunks, where `signal` says so. */
export async function* rowsOf(
  engine: ChunkEngine,
  jobs: Iterable<HostJob>,
  vms: VmTable,
  signal?: AbortSignal,
): AsyncGenerator<readonly HostRow[]> {
  const source = jobs[Symbol.iterator]();
  const under: Promise<readonly HostRow[]>[] = [];
  let hostMs = CHUNK_MS / 2;
  let ended = false;
  const start = (): void => {
    const wanted = Math.max(1, Math.min(MOST_HOSTS, Math.round(CHUNK_MS / hostMs)));
    const some: HostJob[] = [];
    while (some.length < wanted) {
      const next = source.next();
      if (next.done === true) {
        ended = true;
        break;
      }
      some.push(next.value);
    }
    if (some.length === 0) return;
    const begun = performance.now();
    const waiting = under.length;
    const work = engine.run(chunkOf(some, vms)).then((rows) => {
      // behind others it waited for its turn, too
      const turns = 1 + Math.floor(waiting / engine.width);
      hostMs = Math.max(0.01, (hostMs + (performance.now() - begun) / turns / some.length) / 2);
      return rows;
    });
    work.catch(() => undefined); // it is told where it is awaited
    under.push(work);
  };
  while (true) {
    while (!ended && under.length < engine.width * AHEAD && signal?.aborted !== true) start();
    const first = under.shift();
    if (first === undefined || signal?.aborted === true) return;
    yield await first;
  }
}
