// `blind`: hyperflux without safe parking, to show the hazard.

import * as L from '../../assembly/layout.js';
import { POLLING } from './arbiter-knobs.js';
import type { MechanismDefinition } from './knob.js';

export const blind = {
  number: L.MECHANISM_BLIND,
  dedicatedCores: 1,
  meaning:
    'As hyperflux, but a vCPU loses its core in the middle of whatever it does, and its guest goes on queueing on it: shows the hazard.',
  ignoredCosts: ['notify', 'preempt', 'suspend'],
  knobs: POLLING,
} as const satisfies MechanismDefinition;
