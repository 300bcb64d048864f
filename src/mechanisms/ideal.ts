// `ideal`: the bound. Cores move instantly and at no cost.

import * as L from '../../assembly/layout.js';
import { COST_NAMES } from './costs.js';
import type { MechanismDefinition } from './knob.js';

export const ideal = {
  number: L.MECHANISM_IDEAL,
  dedicatedCores: 0,
  meaning: 'Cores move instantly and at no cost, and each VM has one queue: the bound that no mechanism passes.',
  ignoredCosts: COST_NAMES,
  knobs: [],
} as const satisfies MechanismDefinition;
