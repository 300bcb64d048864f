// Orders of the run queue and deadlines as a part of the host: what src/parts.ts asks of each.

import { PART_ORDER } from '../../assembly/layout.js';
import type { OrderedScenario } from './types.js';
import { orderWords } from './words.js';

export const order = {
  number: PART_ORDER,
  words: orderWords,
  cores: (): number => 0,
  /** `deadlines 0`: of the VM in that place. */
  timer(which: number, _: OrderedScenario): string {
    return `deadlines ${which}`;
  },
} as const;
