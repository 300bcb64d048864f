// `nsdi22`: the rules of the NSDI 2022 simulator. The knobs have the names and values of that simulator's configuration; which
// belongs to which rule of reallocation, the meanings tell.

import * as L from '../../assembly/layout.js';
import { interval } from './arbiter-knobs.js';
import { ARBITER_COSTS, MOVE_COSTS } from './costs.js';
import type { MechanismDefinition } from './knob.js';

const SOURCE = 'McClure et al., NSDI 2022, simulator smcclure20/scheduling-policies-sim at 32b9d666, sim/sim_config.py';

/** Whose value a default is. */
const THEIRS = { source: SOURCE, confidence: 'source code' } as const;

export const nsdi22 = {
  number: L.MECHANISM_NSDI22,
  dedicatedCores: 0, // that simulator's arbiter takes no core
  meaning: 'The rules of the NSDI 2022 simulator, so that its figures can be compared.',
  ignoredCosts: [...MOVE_COSTS, ...ARBITER_COSTS],
  fromTheStart: true,
  knobs: [
    {
      name: 'reallocation',
      unit: 'choice',
      default: 'head-age',
      codes: {
        none: L.NSDI22_NONE,
        'delay-range': L.NSDI22_DELAY_RANGE,
        'buffer-cores': L.NSDI22_BUFFER_CORES,
        'utilization-range': L.NSDI22_UTILIZATION_RANGE,
        ideal: L.NSDI22_IDEAL,
        'head-age': L.NSDI22_HEAD_AGE,
      },
      meaning: 'The rule by which cores are parked and allocated. none: they never are.',
      source: `${SOURCE}; head-age is what it does where no rule is named`,
      confidence: 'source code',
    },
    {
      ...interval(5_000, SOURCE, 'source code'),
      meaning: 'Time between two decisions, taken at its multiples.',
    },
    {
      name: 'allocation',
      unit: 'ns',
      default: 5_000,
      meaning: 'From the decision to allocate a core until its queue takes tasks.',
      ...THEIRS,
    },
    {
      name: 'everyStep',
      unit: 'yes or no',
      default: false,
      meaning: 'Decides whenever anything happens, instead of at the interval.',
      ...THEIRS,
    },
    {
      name: 'delayLow',
      unit: 'ns',
      default: 2_500,
      meaning: 'delay-range: average delay under which one core is parked.',
      ...THEIRS,
    },
    {
      name: 'delayHigh',
      unit: 'ns',
      default: 10_000,
      meaning: 'delay-range: average delay over which one core is allocated, and from which none parks itself.',
      ...THEIRS,
    },
    {
      name: 'buffersLow',
      unit: 'count',
      default: 2,
      meaning: 'buffer-cores: as many cores without a task there are at least.',
      ...THEIRS,
    },
    {
      name: 'buffersHigh',
      unit: 'count',
      default: 4,
      meaning: 'buffer-cores: as many cores without a task there are at most.',
      ...THEIRS,
    },
    {
      name: 'utilizationLow',
      unit: 'count',
      default: 80,
      meaning: 'utilization-range: percent of busy time spent on tasks under which one core is parked.',
      ...THEIRS,
    },
    {
      name: 'utilizationHigh',
      unit: 'count',
      default: 90,
      meaning: 'utilization-range: percent over which one core is allocated.',
      ...THEIRS,
    },
    {
      name: 'threshold',
      unit: 'ns',
      default: 5_000,
      meaning: "head-age: age of a queue's first task over which one core is allocated.",
      ...THEIRS,
      word: L.HOST_THRESHOLD,
    },
    {
      name: 'twoChoices',
      unit: 'yes or no',
      default: false,
      meaning: 'An arrival goes to the shorter of two queues, and a core at work pays for carrying it there.',
      ...THEIRS,
    },
    {
      name: 'penalty',
      unit: 'ns',
      default: 120,
      meaning: 'twoChoices: how long the core that carries a task is kept from its own.',
      ...THEIRS,
    },
    {
      name: 'roundDown',
      unit: 'yes or no',
      default: false,
      meaning:
        'Gaps between arrivals and exponential service times are rounded down to whole nanoseconds, and services of 0 drawn again, as in that simulator; it raises the load by up to 1.3 %.',
      source: 'off, so that demands are those of every other mechanism; on for comparisons with that simulator',
      confidence: 'derived',
    },
  ],
} as const satisfies MechanismDefinition;
