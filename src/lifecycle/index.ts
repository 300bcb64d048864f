// Functions whose VMs come and go, as a part of the host: what src/parts.ts asks of each.

import { PART_LIFECYCLE } from '../../assembly/layout.js';
import { lifecycleWords } from './words.js';

const TIMERS = ['instance', 'queue', 'boot gate', 'request', 'time-out', 'sample'] as const;

export const lifecycle = {
  number: PART_LIFECYCLE,
  words: lifecycleWords,
  cores: (): number => 0,
  /** `functions instance` (one is ready or expires), `functions queue`, `functions prewarm 3` … */
  timer: (which: number): string => `functions ${TIMERS[which] ?? `prewarm ${which - TIMERS.length}`}`,
} as const;
