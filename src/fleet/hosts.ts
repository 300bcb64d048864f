// Hosts to rows, in order, whoever simulates them. Chunks are made so large that each takes about as long as CHUNK_MS, by what the last ones
// took; that has no part in any row. So many are under way that nobody waits for work, and no more, so that memory stays what it is.

import type { Chunk, ChunkContext, ChunkEngine, Create, HostJob, HostRow } from './work.js';
import { HostSimulator } from './work.js';
import { AHEAD, Pace } from '../study/engine.js';
import type { VmTable } from './vms.js';

const CHUNK_MS = 500;

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
  const pace = new Pace(CHUNK_MS, CHUNK_MS / 2);
  let ended = false;
  const start = (): void => {
    const wanted = pace.parts;
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
      pace.took(performance.now() - begun, some.length, 1 + Math.floor(waiting / engine.width));
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
