// `hotplug`: a management agent plugs vCPUs into a Linux guest and unplugs them.

import * as L from '../../assembly/layout.js';
import { grant, interval, queueLength, signal, threshold } from './arbiter-knobs.js';
import { ARBITER_COSTS, MOVE_COSTS } from './costs.js';
import type { MechanismDefinition } from './knob.js';

const LATENCY =
  'HyperFlux, APSys 2025, section 2.1: "hundreds of ms to seconds"; its full paper arXiv:2608.12633 says millisecond-scale. The two differ by 2 to 3 orders: sweep it from 5ms to 1s';

export const hotplug = {
  number: L.MECHANISM_HOTPLUG,
  dedicatedCores: 0,
  meaning: 'A management agent plugs vCPUs into a Linux guest and unplugs them, in milliseconds to a second.',
  ignoredCosts: [...MOVE_COSTS, ...ARBITER_COSTS, 'minSearch'],
  knobs: [
    {
      name: 'latency',
      unit: 'ns',
      default: 100_000_000,
      meaning: 'From the decision to add a vCPU until the guest runs tasks on it.',
      source: LATENCY,
      confidence: 'published',
    },
    {
      name: 'unplugLatency',
      unit: 'ns',
      default: 100_000_000,
      meaning: 'From the decision to take a vCPU away until its core is free for another VM.',
      source: 'taken to be as long as adding one; the sources do not tell the two apart',
      confidence: 'assumed',
    },
    {
      ...interval(10_000_000, 'well below the latency, so that the latency is what is seen', 'assumed'),
      meaning: 'Time between two looks of the management agent that decides.',
    },
    threshold,
    signal,
    queueLength,
    {
      name: 'idleBefore',
      unit: 'ns',
      default: 1_000_000_000,
      meaning: 'How long a vCPU must have been idle before it is unplugged.',
      source: 'some times the latency, so that the agent does not undo its own work',
      confidence: 'assumed',
    },
    {
      ...grant(
        'drain',
        'a slow mechanism that asked for one at a time would be slower still; this one favours the baseline',
        'assumed',
      ),
      meaning: 'How many vCPUs a VM over the threshold gets in one look: one, or as many as it has tasks waiting for.',
    },
  ],
} as const satisfies MechanismDefinition;
