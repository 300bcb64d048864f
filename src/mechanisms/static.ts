// `static`: cores never move.

import * as L from '../../assembly/layout.js';
import { ARBITER_COSTS, MOVE_COSTS } from './costs.js';
import type { MechanismDefinition } from './knob.js';

export const fixed = {
  number: L.MECHANISM_STATIC,
  dedicatedCores: 0,
  meaning: 'Cores never move: each VM owns as many as it is guaranteed (vcpus.min).',
  ignoredCosts: [...MOVE_COSTS, ...ARBITER_COSTS, 'minSearch'],
  knobs: [],
} as const satisfies MechanismDefinition;
