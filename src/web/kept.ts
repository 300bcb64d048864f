// The cores that no VM gets: the last rows of the strips. Those that poll for the mechanism come first, then those that swap memory, then
// those that let packets through.

import { dedicatedCores } from '../mechanisms/kinds.js';
import type { Scenario } from '../scenario/types.js';
import type { About } from './protocol.js';

export type Kept = 'polls' | 'memory' | 'packets';

/** How many there are besides those that poll, of which another mechanism may have another number. */
export function keptOf({ host, mechanism }: Scenario, vmCores: number): About['kept'] {
  const memory = host.memory?.cores ?? 0;
  return { memory, packets: host.cores - vmCores - dedicatedCores(mechanism.kind) - memory };
}

/** What a row's core is kept for; undefined: one of the `vmCores`. */
export function keptFor({ hostCores, kept }: About, vmCores: number, core: number): Kept | undefined {
  if (core < vmCores) return undefined;
  const behind = hostCores - 1 - core;
  if (behind < kept.packets) return 'packets';
  return behind < kept.packets + kept.memory ? 'memory' : 'polls';
}

/** One sentence of each. */
export const KEPT_FOR: Readonly<Record<Kept, string>> = {
  polls: 'the mechanism itself: it polls, looking at one VM after the other, and decides who gets the other cores',
  memory: 'memory: it looks for pages that are cold, puts them out and brings back what is touched',
  packets: 'the datapath: packets pass it before they reach their VM',
};

export const keptLine = (core: number, kept: Kept): string =>
  `Core ${core} is kept for ${KEPT_FOR[kept]}. No VM runs on it.`;
