// `ditto`: the guest publishes how many vCPUs it could use.

import * as L from '../../assembly/layout.js';
import { grant, interval } from './arbiter-knobs.js';
import { ARBITER_COSTS, MOVE_COSTS } from './costs.js';
import type { MechanismDefinition } from './knob.js';

export const ditto = {
  number: L.MECHANISM_DITTO,
  dedicatedCores: 0,
  meaning: 'The guest publishes how many vCPUs it could use, and the hypervisor samples that.',
  ignoredCosts: [...MOVE_COSTS, ...ARBITER_COSTS, 'minSearch'],
  signal: L.SIGNAL_OLDEST,
  knobs: [
    interval(500_000_000, 'Ditto (arXiv 2409.15542) tests sampling every 0.5, 1 and 2 s', 'secondary'),
    {
      name: 'addLatency',
      unit: 'ns',
      default: 14_000,
      meaning: 'From the decision to add a vCPU until it runs tasks.',
      source: 'Ditto, as cited by HyperFlux, APSys 2025, section 3.4: about 14 us',
      confidence: 'published',
    },
    {
      name: 'removeLatency',
      unit: 'ns',
      default: 14_000,
      meaning: 'From the decision to remove a vCPU until its core is free.',
      source: 'Ditto, as cited by HyperFlux, APSys 2025, section 3.4: about 14 us for addition and removal',
      confidence: 'published',
    },
    grant('drain', 'the guest publishes how many vCPUs it could use', 'secondary'),
  ],
} as const satisfies MechanismDefinition;
