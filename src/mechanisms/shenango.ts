// `shenango`: as caladan, with Shenango's signal of congestion.

import * as L from '../../assembly/layout.js';
import { interval } from './arbiter-knobs.js';
import { moveLatency, oneCore } from './caladan.js';
import { MOVE_COSTS } from './costs.js';
import type { MechanismDefinition } from './knob.js';

export const shenango = {
  number: L.MECHANISM_SHENANGO,
  dedicatedCores: 1, // the IOKernel
  meaning:
    'Cores move between processes that trust each other; congestion is a task seen waiting at two polls in a row.',
  ignoredCosts: MOVE_COSTS,
  signal: L.SIGNAL_OLDEST,
  knobs: [
    interval(5_000, 'Shenango, iokernel/main.c, CORES_ADJUST_INTERVAL_US = 5', 'source code'),
    moveLatency,
    oneCore,
  ],
} as const satisfies MechanismDefinition;
