// What does chunks of either kind on one thread: hosts of a fleet, runs of a sweep. The threads of the command line and Web Workers are both this.

import type { SimulationOptions } from '../options.js';
import { Simulation } from '../simulation.js';
import type { WorkKind } from '../study/engine.js';
import { type RunChunk, type RunRow, RUNS, type RunsContext, RunSimulator } from '../study/runs.js';
import { type Chunk, type ChunkContext, type Create, HOSTS, HostSimulator, type HostRow } from './work.js';

/** What all chunks have in common, by kind of work. */
export type Context = ChunkContext | RunsContext;
/** A chunk, and the row of a part of it, by the context. */
export type ChunkOf<K extends Context> = K extends ChunkContext ? Chunk : RunChunk;
export type RowOf<K extends Context> = K extends ChunkContext ? HostRow : RunRow;

export const kindOf = <K extends Context>({ kind }: K): WorkKind<ChunkOf<K>, RowOf<K>> =>
  (kind === 'hosts' ? HOSTS : RUNS) as unknown as WorkKind<ChunkOf<K>, RowOf<K>>;

/** Does chunks on this thread; `speak` is called at the begin of each simulation and between its slices. */
export type Simulator<K extends Context> = (chunk: ChunkOf<K>, speak?: () => void) => Promise<readonly RowOf<K>[]>;

/** Of hosts' rows tell no warning: what only warns is not reckoned. */
export const STEADY: { readonly steady: false } = { steady: false };

export function simulatorOf<K extends Context>(context: K, create: Create): Simulator<K> {
  const given: Context = context;
  const simulator = given.kind === 'hosts' ? new HostSimulator(given, create) : new RunSimulator(create);
  return (chunk, speak) => simulator.run(chunk as never, speak) as Promise<readonly RowOf<K>[]>;
}

/** By what a program gives. */
export const simulatorWith = <K extends Context>(context: K, options: SimulationOptions): Simulator<K> =>
  simulatorOf(context, (scenario, lifecycle) =>
    Simulation.create(scenario, {
      ...options,
      ...(context.kind === 'hosts' ? STEADY : {}),
      ...(lifecycle === undefined ? {} : { lifecycle }),
    }),
  );
