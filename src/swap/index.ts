// Swapped memory as a part of the host: what src/parts.ts asks of each.

import { PART_SWAP } from '../../assembly/layout.js';
import type { SwappedScenario } from './types.js';
import { swapWords } from './words.js';

const TIMERS = ['scan', 'budget', 'upgrade', 'fault', 'unmapped', 'mapped'] as const;

export const swap = {
  number: PART_SWAP,
  words: swapWords,
  cores: ({ host }: SwappedScenario): number => host.memory?.cores ?? 0,
  /** `memory scan`, `memory fault` (one has left the guest), `memory worker 0` … */
  timer(which: number, { host }: SwappedScenario): string {
    const server = which - TIMERS.length;
    if (server < 0) return `memory ${TIMERS[which] ?? which}`;
    const workers = host.memory?.workers ?? 0;
    return server < workers ? `memory worker ${server}` : `memory device ${server - workers}`;
  },
} as const;
