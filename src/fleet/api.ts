// A fleet from a program of one's own, in Node as in a browser: what `fluxhost fleet` does with a file.

import { type HeldFile, memoryHost } from '../workload/text-source.js';
import type { PlacementPolicy } from './pack.js';
import { resolveFleet } from './parse.js';
import type { FleetResult } from './result.js';
import type { FleetInput } from './schema.js';
import { callsOf, simulateFleet, vmsOf } from './simulate.js';
import type { Workers } from '../study/engine.js';
import type { Chunk, HostRow } from './work.js';

/** With what a fleet runs. */
export interface FleetOptions {
  /** A placement rule of one's own, in place of the fleet's: the host's number, or -1 to reject the VM. */
  readonly policy?: PlacementPolicy;
  /** A core compiled before: of fluxhost-memory.wasm. */
  readonly module?: WebAssembly.Module;
  /** The files that the fleet names, by name. */
  readonly files?: Readonly<Record<string, HeldFile>>;
  /** Who simulates the hosts: Web Workers; absent: this thread. */
  readonly workers?: Workers;
  /** Called now and then while VMs are placed. */
  readonly onProgress?: (done: number, all: number) => void;
  /** Hears what the reader left out of a trace. */
  readonly onNote?: (note: string) => void;
}

/**
 * VMs that come and go on many hosts.
 *
 *     const vms = { trace: { file: 'vms.csv' } };
 *     const hosts = [{ count: 100, cores: 64, memory: '512GiB' }];
 *     const { packing } = await fleet({ version: 1, hosts, vms }, { files: { 'vms.csv': text } });
 *
 * @returns what `fluxhost fleet --json` prints
 * @throws InputError naming every field that is wrong, what was given and what is expected
 */
export async function fleet(input: FleetInput, options: FleetOptions = {}): Promise<FleetResult> {
  const loaded = resolveFleet(input);
  const files = memoryHost(options.files ?? {});
  const vms = await vmsOf(loaded.fleet, files, options);
  const calls = await callsOf(loaded.fleet, vms, files, options.onNote);
  const { workers } = options;
  return simulateFleet(loaded, vms, {
    ...options,
    calls,
    files,
    ...(workers === undefined ? {} : { engine: (context) => workers.engine<Chunk, HostRow>(context) }),
  });
}
