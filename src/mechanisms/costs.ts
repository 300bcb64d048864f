// What the steps of scheduling and of moving a core cost. Only the sum of a forced move, 13 us, is published for
// HyperFlux; its split over the steps is ours and adds up to it (a test checks that).

import type { Parameter } from '../input/parameter.js';

const NSDI22 = 'McClure et al., NSDI 2022, simulator smcclure20/scheduling-policies-sim at 32b9d666, sim/sim_config.py';
const SPLIT =
  'a share of the 13 us that arXiv:2608.12633 (HyperFlux) gives for a whole core move; the split is assumed';

function cost(
  name: string,
  defaultNs: number,
  meaning: string,
  source: string,
  confidence: Parameter['confidence'],
): Parameter {
  return { name, path: `costs.${name}`, unit: 'ns', default: defaultNs, meaning, source, confidence };
}

export const COST_NAMES = [
  'stealCheck',
  'steal',
  'taskSwitch',
  'minSearch',
  'localCheck',
  'notify',
  'preempt',
  'suspend',
  'deschedule',
  'wake',
  'dispatch',
  'yield',
  'issue',
  'pollBase',
  'pollPerVm',
  'migrateTask',
  'moveTask',
  'moveTaskSocket',
] as const;

export type CostName = (typeof COST_NAMES)[number];

/** Of a forced move and of a vCPU that yields. */
export const MOVE_COSTS = ['notify', 'preempt', 'suspend', 'deschedule', 'wake', 'dispatch', 'yield'] as const;
export const ARBITER_COSTS = ['issue', 'pollBase', 'pollPerVm'] as const;

export const COST_PARAMETERS: readonly Parameter[] = [
  cost(
    'stealCheck',
    120,
    "Looking once into another vCPU's queue for something to steal.",
    `${NSDI22}: work steal check time`,
    'source code',
  ),
  cost(
    'steal',
    120,
    'Taking tasks out of another queue once some were found there.',
    `${NSDI22}: work steal time`,
    'source code',
  ),
  cost(
    'taskSwitch',
    50,
    'From one task to the next on a running vCPU.',
    'a user-level thread switch is a few dozen nanoseconds; no figure was found for FluxOS',
    'assumed',
  ),
  cost(
    'minSearch',
    2_000,
    'How long a vCPU without work goes on looking for some before it gives its core back.',
    'Caladan and Shenango, runtime/defs.h, RUNTIME_SCHED_MIN_POLL_US = 2 (the NSDI 2022 simulator uses 3,720 ns, 31 checks)',
    'source code',
  ),
  cost(
    'localCheck',
    0,
    'How long a searching vCPU takes to see a task put into its own queue. 0: at once, since it looks there in every turn of the search.',
    'the NSDI 2022 simulator charges 0 in its configuration file; other readings of it use 1,000 ns',
    'assumed',
  ),
  cost(
    'notify',
    1_000,
    "Forced move, step 1: the arbiter's park notice reaches the guest (inter-processor interrupt).",
    SPLIT,
    'assumed',
  ),
  cost(
    'preempt',
    2_000,
    'Forced move, step 2: the guest stops the running task and saves its context.',
    SPLIT,
    'assumed',
  ),
  cost(
    'suspend',
    2_000,
    'Forced move, step 3: the guest closes the vCPU to new tasks and tells the host by hypercall.',
    SPLIT,
    'assumed',
  ),
  cost('deschedule', 3_000, "Forced move, step 4: the host takes the vCPU's thread off the core.", SPLIT, 'assumed'),
  cost(
    'wake',
    3_000,
    'Any move, step 5: the host puts the receiving vCPU on the core and the guest wakes.',
    SPLIT,
    'assumed',
  ),
  cost('dispatch', 2_000, 'Any move, step 6: from awake to the first task, its steal included.', SPLIT, 'assumed'),
  cost(
    'yield',
    2_000,
    'A vCPU gives its core back of its own will: the hypercall and what the host does then.',
    'the hypercall step of the forced move, taken alone',
    'assumed',
  ),
  cost(
    'issue',
    100,
    'The polling core issues one move; moves are issued one after the other, then go on side by side.',
    'a few cache-line writes and one interrupt command',
    'assumed',
  ),
  cost(
    'pollBase',
    0,
    'One round of the polling core, apart from the share of each VM.',
    'counted into the share of each VM, from which the total is known',
    'assumed',
  ),
  cost(
    'pollPerVm',
    55,
    'What each VM adds to one round of the polling core; the round lasts at least the interval.',
    '10 us poll interval / about 180 instances, where a note on Junction (NSDI 2024) sees one Caladan scheduler saturate',
    'derived',
  ),
  cost(
    'migrateTask',
    100,
    'Moving one waiting task to another vCPU when its own is parked.',
    'as a steal, without the search for a victim',
    'assumed',
  ),
  cost(
    'moveTask',
    0,
    'Added to a task that runs on another core than the one whose caches know it (it was stolen, or its vCPU moved).',
    'off: the NSDI 2022 simulator leaves caches out too; some microseconds are what a working set of tens of KiB takes',
    'assumed',
  ),
  cost('moveTaskSocket', 0, 'The same across sockets.', 'off, as costs.moveTask', 'assumed'),
];
