// The knobs of nsdi22: the names and values of that simulator's configuration. Which belongs to which rule of reallocation, the
// meanings tell.

import type { Knob } from './knob.js';

const NSDI22_SOURCE =
  'McClure et al., NSDI 2022, simulator smcclure20/scheduling-policies-sim at 32b9d666, sim/sim_config.py';

const nsdi22 = (name: string, unit: Knob['unit'], value: number | boolean, meaning: string): Knob => ({
  name,
  unit,
  default: value,
  meaning,
  source: NSDI22_SOURCE,
  confidence: 'source code',
});

export const NSDI22: readonly Knob[] = [
  {
    name: 'reallocation',
    unit: 'choice',
    default: 'head-age',
    choices: ['none', 'delay-range', 'buffer-cores', 'utilization-range', 'ideal', 'head-age'],
    meaning: 'The rule by which cores are parked and allocated. none: they never are.',
    source: `${NSDI22_SOURCE}; head-age is what it does where no rule is named`,
    confidence: 'source code',
  },
  { ...nsdi22('interval', 'ns', 5_000, 'Time between two decisions, taken at its multiples.'), least: 1 },
  nsdi22('everyStep', 'yes or no', false, 'Decides whenever anything happens, instead of at the interval.'),
  nsdi22('allocation', 'ns', 5_000, 'From the decision to allocate a core until its queue takes tasks.'),
  nsdi22('delayLow', 'ns', 2_500, 'delay-range: average delay under which one core is parked.'),
  nsdi22(
    'delayHigh',
    'ns',
    10_000,
    'delay-range: average delay over which one core is allocated, and from which none parks itself.',
  ),
  nsdi22('buffersLow', 'count', 2, 'buffer-cores: as many cores without a task there are at least.'),
  nsdi22('buffersHigh', 'count', 4, 'buffer-cores: as many cores without a task there are at most.'),
  nsdi22(
    'utilizationLow',
    'count',
    80,
    'utilization-range: percent of busy time spent on tasks under which one core is parked.',
  ),
  nsdi22('utilizationHigh', 'count', 90, 'utilization-range: percent over which one core is allocated.'),
  nsdi22('threshold', 'ns', 5_000, "head-age: age of a queue's first task over which one core is allocated."),
  nsdi22(
    'twoChoices',
    'yes or no',
    false,
    'An arrival goes to the shorter of two queues, and a core at work pays for carrying it there.',
  ),
  nsdi22('penalty', 'ns', 120, 'twoChoices: how long the core that carries a task is kept from its own.'),
  {
    name: 'roundDown',
    unit: 'yes or no',
    default: false,
    meaning:
      'Gaps between arrivals and exponential service times are rounded down to whole nanoseconds, and services of 0 drawn again, as in that simulator; it raises the load by up to 1.3 %.',
    source: 'off, so that demands are those of every other mechanism; on for comparisons with that simulator',
    confidence: 'derived',
  },
];
