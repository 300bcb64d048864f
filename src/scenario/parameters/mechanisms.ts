// The knobs of every mechanism, one entry each. A new mechanism is one more list here, one schema in
// schema/mechanism.ts and one line in mechanisms.ts.

import type { Parameter } from './parameter.js';

const SIGNALS = ['average', 'oldest', 'queue-length'] as const;
const GRANTS = ['one', 'drain'] as const;
const MODES = ['reactive', 'proactive', 'both'] as const;

type Knob = Omit<Parameter, 'path'>;

function knobs(kind: string, list: readonly Knob[]): readonly Parameter[] {
  return list.map((knob) => ({ ...knob, path: `mechanism.${kind}.${knob.name}` }));
}

const queueLength: Knob = {
  name: 'queueLength',
  unit: 'count',
  default: 1,
  meaning: 'Tasks waiting per active vCPU above which a VM is short of cores. Read only with signal queue-length.',
  source: 'one task more than there are vCPUs to run them',
  confidence: 'assumed',
};

const threshold: Knob = {
  name: 'threshold',
  unit: 'ns',
  default: 10_000,
  meaning: 'Queueing delay from which a VM is short of cores.',
  source: 'Caladan, runtime/ioqueues.c, runtime_qdelay_us = 10 (HyperFlux leaves its threshold open)',
  confidence: 'source code',
};

const signal: Knob = {
  name: 'signal',
  unit: 'choice',
  default: 'average',
  choices: SIGNALS,
  meaning:
    "What is compared with the threshold: the average delay of the waiting tasks, the oldest task's delay (Caladan's rule), or the queue's length.",
  source: 'HyperFlux, APSys 2025, section 3.5: the average uThread queueing delay of each VM',
  confidence: 'published',
};

export const HYPERFLUX_PARAMETERS = knobs('hyperflux', [
  {
    name: 'interval',
    unit: 'ns',
    default: 10_000,
    meaning: 'Time between two looks of the polling core; longer where a round over all VMs takes longer.',
    source: 'Caladan, iokernel/defs.h, IOKERNEL_POLL_INTERVAL = 10 us (HyperFlux gives none)',
    confidence: 'source code',
  },
  threshold,
  signal,
  queueLength,
  {
    name: 'mode',
    unit: 'choice',
    default: 'reactive',
    choices: MODES,
    meaning:
      'reactive: cores follow the signal. proactive: a request announces its width and cores are asked for before its tasks exist. both: either.',
    source: 'HyperFlux, APSys 2025, section 3.5 describes both ways; which is on by default is assumed',
    confidence: 'assumed',
  },
  {
    name: 'staleness',
    unit: 'ns',
    default: 0,
    meaning: 'Age of the figures that the polling core reads: it sees each VM as it was that long ago.',
    source: 'shared memory, read where it lies',
    confidence: 'assumed',
  },
  {
    name: 'grant',
    unit: 'choice',
    default: 'one',
    choices: GRANTS,
    meaning: 'How many cores a VM over the threshold gets in one look: one, or as many as it has tasks waiting for.',
    source: 'Caladan, iokernel/sched.c: a congested process gets one core more',
    confidence: 'source code',
  },
]);

const HOTPLUG_LATENCY =
  'HyperFlux, APSys 2025, section 2.1: "hundreds of ms to seconds"; its full paper arXiv:2608.12633 says millisecond-scale. The two differ by 2 to 3 orders: sweep it from 5ms to 1s';

export const HOTPLUG_PARAMETERS = knobs('hotplug', [
  {
    name: 'latency',
    unit: 'ns',
    default: 100_000_000,
    meaning: 'From the decision to add a vCPU until the guest runs tasks on it.',
    source: HOTPLUG_LATENCY,
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
    name: 'interval',
    unit: 'ns',
    default: 10_000_000,
    meaning: 'Time between two looks of the management agent that decides.',
    source: 'well below the latency, so that the latency is what is seen',
    confidence: 'assumed',
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
    name: 'grant',
    unit: 'choice',
    default: 'drain',
    choices: GRANTS,
    meaning: 'How many vCPUs a VM over the threshold gets in one look: one, or as many as it has tasks waiting for.',
    source: 'a slow mechanism that asked for one at a time would be slower still; this one favours the baseline',
    confidence: 'assumed',
  },
]);

export const MECHANISM_PARAMETERS: readonly Parameter[] = [...HYPERFLUX_PARAMETERS, ...HOTPLUG_PARAMETERS];
