// Snapshots as files: their place checked before a long run, and opened again with one clear line for whatever is none. What is in them stands in core/snapshot.ts; nothing here looks inside.

import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatDurationNs } from '../report/units.js';
import { InputError, show } from '../input/errors.js';
import { formatDuration, parseDuration, QuantityError } from '../input/quantities.js';
import { readFailure } from '../input/read-failure.js';
import type { Scenario } from '../scenario/types.js';
import type { Simulation } from '../simulation.js';
import type { Arguments } from './args.js';
import { checkTarget, writeAtomically } from './files.js';
import type { Io } from './io.js';
import { runOtherwise, type Runnable } from '../study/study.js';
import type { Tools } from './replicate.js';
import { readCore, readWasmPolicy } from './tools.js';

/** `--at`, between two instants of the simulation; undefined where it is not given. */
function readInstant(text: string | undefined, nowNs: number, endNs: number): number | undefined {
  if (text === undefined) return undefined;
  const range = `an instant from ${formatDuration(nowNs)} to ${formatDuration(endNs)}, the run's end`;
  try {
    const atNs = parseDuration(text);
    if (atNs >= nowNs && atNs <= endNs) return atNs;
    throw new InputError({ path: '--at', given: show(text), expected: range });
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    throw new InputError({ path: '--at', given: show(text), expected: `${error.expected}: ${range}` });
  }
}

/** What a simulation offers to those who stop it on the way. */
type Pausable = Pick<Simulation, 'nowNs' | 'endNs' | 'runUntil' | 'snapshot'> & Runnable;

function isPausable(simulation: Runnable): simulation is Pausable {
  return 'snapshot' in simulation && 'runUntil' in simulation;
}

export interface SnapshotRequest {
  readonly file: string;
  /** As written; absent: where the run ends, or is interrupted. */
  readonly at: string | undefined;
}

/**
 * The same tools, but a run stops at an instant, writes its snapshot there and goes on. The run itself is not touched by
 * it: stopping between two events changes nothing.
 */
export function snapshotting(tools: Tools, { file, at }: SnapshotRequest, io: Io): Tools {
  const write = async (simulation: Pausable): Promise<void> => {
    const bytes = simulation.snapshot();
    await writeAtomically(file, bytes);
    const size = (bytes.length / 2 ** 20).toFixed(1);
    io.stderr(`snapshot of ${formatDurationNs(simulation.nowNs)}, ${size} MiB, written to ${file}\n`);
  };
  return {
    load: (path, options) => tools.load(path, options),
    async create(scenario, directory): Promise<Runnable> {
      const simulation = await tools.create(scenario, directory);
      try {
        if (!isPausable(simulation)) throw new TypeError('--snapshot: this simulation cannot be stopped on the way');
        const atNs = readInstant(at, simulation.nowNs, simulation.endNs);
        await checkTarget(file, '--snapshot');
        return runOtherwise(simulation, async (options = {}) => {
          const { onProgress, signal } = options;
          // The share that is done is one of the whole run, not of the way to the snapshot.
          const whole =
            onProgress === undefined
              ? {}
              : {
                  onProgress: (report: Parameters<typeof onProgress>[0]) =>
                    onProgress({ ...report, endNs: simulation.endNs }),
                };
          if (atNs !== undefined) {
            await simulation.runUntil(atNs, { ...options, ...whole });
            if (simulation.nowNs < atNs) {
              io.stderr(`interrupted before ${formatDuration(atNs)}: no snapshot is written\n`);
              return;
            }
            await write(simulation);
          }
          if (signal?.aborted !== true) await simulation.run(options);
          if (atNs === undefined) await write(simulation);
        });
      } catch (error) {
        simulation.close();
        throw error;
      }
    },
  };
}

/**
 * The simulation that a file holds, at the instant at which it was taken.
 *
 * @param given `--core`, the core that wrote it (absent: the package's); `--files`, where the files that its scenario names are
 *   looked for (absent: beside the snapshot); `--files-within`
 * @throws InputError for a file that cannot be read or holds no snapshot of this core
 */
export async function openSnapshot(file: string, given: Arguments): Promise<Simulation> {
  const [core, directory, within] = [given.text('core'), given.text('files'), given.text('files-within')];
  const module = core === undefined ? {} : { module: await readCore(core) };
  const own = given.text('policy');
  const policy =
    own === undefined ? undefined : (await import('../abi/policy.js')).instantiatePolicy(await readWasmPolicy(own));
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new InputError({
      file,
      path: '',
      given: readFailure(error),
      expected: 'a snapshot, as run --snapshot writes it',
    });
  }
  const [{ Simulation: Restored }, { nodeHost }] = await Promise.all([
    import('../simulation.js'),
    import('../workload/node-file.js'),
  ]);
  const options = { file, files: nodeHost(directory ?? dirname(file), { within }), ...module };
  return Restored.restore(bytes, policy === undefined ? options : { ...options, policy });
}

/**
 * Tools whose simulations all go on from one instant. What is not changed at all continues bit by bit; a scenario of its
 * own goes through the change that a running host makes.
 */
export function continuing(base: Simulation, tools: Tools): Tools {
  return {
    load: (path, options) => tools.load(path, options),
    create: (scenario: Scenario) => (scenario === base.scenario ? base.fork() : base.fork(scenario)),
  };
}
