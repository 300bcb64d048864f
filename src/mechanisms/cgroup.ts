// `cgroup`: Linux's CPU bandwidth control.

import * as L from '../../assembly/layout.js';
import { ARBITER_COSTS, MOVE_COSTS } from './costs.js';
import type { MechanismDefinition } from './knob.js';

export const cgroup = {
  number: L.MECHANISM_CGROUP,
  dedicatedCores: 0,
  meaning: 'All VMs run on all cores; each stops when it has used up its quota of the period.',
  ignoredCosts: [...MOVE_COSTS, ...ARBITER_COSTS],
  knobs: [
    {
      name: 'period',
      least: 1000,
      unit: 'ns',
      default: 100_000_000,
      meaning:
        'In each period a VM may use its guaranteed cores × period of core time; then its vCPUs stop until the next. A VM without a guarantee (vcpus.min 0) has no quota and runs on what the others leave.',
      source: "Linux's default cpu.cfs_period_us is 100,000; recalled, not looked up",
      confidence: 'assumed',
    },
    {
      name: 'contextSwitch',
      unit: 'ns',
      default: 1_500,
      meaning: 'To switch a core from one vCPU thread to another on the host.',
      source: 'the middle of the 1.2 to 2 us that micro-benchmarks of pinned Linux threads are known for',
      confidence: 'assumed',
    },
  ],
} as const satisfies MechanismDefinition;
