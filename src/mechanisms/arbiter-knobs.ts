// Knobs that are settings of the arbiter and so mean the same under every mechanism that has one.

import * as L from '../../assembly/layout.js';
import type { Knob } from './knob.js';

export const queueLength = {
  name: 'queueLength',
  unit: 'count',
  word: L.HOST_QUEUE_LENGTH,
  default: 1,
  meaning: 'Tasks waiting per active vCPU from which a VM is short of cores. Read only with signal queue-length.',
  source: 'one task more than there are vCPUs to run them',
  confidence: 'assumed',
} as const satisfies Knob;

export const threshold = {
  name: 'threshold',
  unit: 'ns',
  word: L.HOST_THRESHOLD,
  default: 10_000,
  meaning: 'Queueing delay from which a VM is short of cores.',
  source: 'Caladan, runtime/ioqueues.c, runtime_qdelay_us = 10 (HyperFlux leaves its threshold open)',
  confidence: 'source code',
} as const satisfies Knob;

export const signal = {
  name: 'signal',
  unit: 'choice',
  word: L.HOST_SIGNAL,
  default: 'average',
  codes: {
    average: L.SIGNAL_AVERAGE,
    oldest: L.SIGNAL_OLDEST,
    'queue-length': L.SIGNAL_QUEUE_LENGTH,
    policy: L.SIGNAL_POLICY,
  },
  meaning:
    "What is compared with the threshold: the average delay of the waiting tasks, the oldest task's delay (Caladan's rule), or the queue's length; or a policy of your own.",
  source: 'HyperFlux, APSys 2025, section 3.5: the average uThread queueing delay of each VM',
  confidence: 'published',
} as const satisfies Knob;

export const interval = (value: number, source: string, confidence: Knob['confidence']) =>
  ({
    name: 'interval',
    least: 1,
    unit: 'ns',
    word: L.HOST_INTERVAL,
    default: value,
    meaning: 'Time between two looks of whoever decides.',
    source,
    confidence,
  }) as const satisfies Knob;

export const grant = (value: 'one' | 'drain', source: string, confidence: Knob['confidence']) =>
  ({
    name: 'grant',
    unit: 'choice',
    word: L.HOST_GRANT,
    default: value,
    codes: { one: L.GRANT_ONE, drain: L.GRANT_DRAIN },
    meaning: 'How many cores a VM over the threshold gets in one look: one, or as many as it has tasks waiting for.',
    source,
    confidence,
  }) as const satisfies Knob;

/** Of a polling core that watches every VM: hyperflux and its blind twin. */
export const POLLING = [
  {
    ...interval(
      10_000,
      'Caladan, iokernel/defs.h, IOKERNEL_POLL_INTERVAL = 10 us (HyperFlux gives none)',
      'source code',
    ),
    meaning: 'Time between two looks of the polling core; longer where a round over all VMs takes longer.',
  },
  threshold,
  signal,
  queueLength,
  {
    name: 'mode',
    unit: 'choice',
    word: L.HOST_MODE,
    default: 'reactive',
    codes: {
      reactive: L.MODE_REACTIVE,
      proactive: L.MODE_PROACTIVE,
      both: L.MODE_REACTIVE | L.MODE_PROACTIVE,
    },
    meaning:
      'reactive: cores follow the signal. proactive: a request announces its width and cores are asked for before its tasks exist; no signal is followed, a VM with tasks and no core still gets one. both: either.',
    source: 'HyperFlux, APSys 2025, section 3.5 describes both ways; which is on by default is assumed',
    confidence: 'assumed',
  },
  {
    name: 'staleness',
    unit: 'ns',
    word: L.HOST_STALENESS,
    default: 0,
    meaning: 'Age of the figures that the polling core reads: it sees each VM as it was that long ago.',
    source: 'shared memory, read where it lies',
    confidence: 'assumed',
  },
  grant(
    'drain',
    'HyperFlux, APSys 2025, section 1: hundreds of cores in a few tens of us, which one at a time could not be; Caladan grants one',
    'derived',
  ),
] as const satisfies readonly Knob[];
