// Reserved memory from a program of one's own, in Node as in a browser: what `fluxhost reserve` does with a file.

import { type HeldFile, memoryHost } from '../workload/text-source.js';
import { withArrivals, resolveReserve } from './parse.js';
import type { ReserveComparison } from './result.js';
import type { ManagerKind, ReserveInput } from './schema.js';
import { compareReserve } from './simulate.js';

/** What is compared, and with what it runs. */
export interface ReserveOptions {
  /** Managers to compare with, beside the one that the input names. */
  readonly against?: readonly ManagerKind[];
  /** A core compiled before: of fluxhost-memory.wasm. */
  readonly module?: WebAssembly.Module;
  /** The files that the input names, by name. */
  readonly files?: Readonly<Record<string, HeldFile>>;
}

/**
 * One server whose memory is reserved and sold to VMs: what can be sold, boots, and months of VMs where `vms` and `duration`
 * are given; the same under other managers.
 *
 *     const { differences } = await reserve(
 *       { version: 1, manager: 'hugetlb', server: { memory: '384GiB' } },
 *       { against: ['vmem'] },
 *     );
 *     console.log(differences[0].sellablePoints.toFixed(2)); // 1.55
 *
 * @returns what `fluxhost reserve --json` prints
 * @throws InputError naming every field that is wrong, what was given and what is expected
 */
export async function reserve(input: ReserveInput, options: ReserveOptions = {}): Promise<ReserveComparison> {
  const loaded = await withArrivals(resolveReserve(input), memoryHost(options.files ?? {}));
  return compareReserve(loaded, options.against ?? [], options.module);
}
