// `hyperflux`: an arbiter on a polling core moves cores in microseconds, and vCPUs are parked safely.

import * as L from '../../assembly/layout.js';
import { POLLING } from './arbiter-knobs.js';
import type { MechanismDefinition } from './knob.js';

export const hyperflux = {
  number: L.MECHANISM_HYPERFLUX,
  dedicatedCores: 1, // the seed's one dedicated busy-polling core (APSys 2025, section 3.5)
  meaning:
    'An arbiter on a polling core watches the queueing delay of every VM and moves cores in some 13 us; a vCPU is parked safely before its core goes.',
  ignoredCosts: [],
  knobs: [
    ...POLLING,
    {
      name: 'migrate',
      unit: 'yes or no',
      word: L.HOST_MIGRATE,
      default: false,
      meaning:
        'Proactive task migration: a vCPU that is parked hands its queue to the active ones, costs.migrateTask each, instead of leaving it to be stolen.',
      source: 'HyperFlux, APSys 2025, section 3.4 names it as future work',
      confidence: 'published',
    },
    {
      name: 'finishSection',
      unit: 'yes or no',
      word: L.HOST_FINISH_SECTION,
      default: false,
      meaning:
        'A vCPU that is to be parked in the middle of a critical section first runs to its end, so that no task is preempted with the lock; parking takes that much longer.',
      source:
        'off: HyperFlux, APSys 2025, section 3.4: the guest preempts the running task, a lock holder is stolen and executed later; on: an option to measure what that costs',
      confidence: 'published',
    },
    {
      name: 'batch',
      unit: 'yes or no',
      word: L.HOST_BATCH,
      default: false,
      meaning: 'The moves decided in one look are issued at the cost of one.',
      source: 'an option to measure what serial issue costs',
      confidence: 'assumed',
    },
    {
      name: 'aggregate',
      unit: 'yes or no',
      word: L.HOST_AGGREGATE,
      default: false,
      meaning:
        'The arbiter reads one bit for each VM, 64 at the cost of one VM, and only then the VMs whose bit is set.',
      source: 'HyperFlux, APSys 2025, section 3.6 leaves open how the control plane scales to thousands of VMs',
      confidence: 'assumed',
    },
  ],
} as const satisfies MechanismDefinition;
