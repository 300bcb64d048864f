// `shenango` and `caladan`: the IOKernel moves cores between processes that trust each other. What the two share stands here.

import * as L from '../../assembly/layout.js';
import { grant, interval, threshold } from './arbiter-knobs.js';
import { MOVE_COSTS } from './costs.js';
import type { Knob, MechanismDefinition } from './knob.js';

export const moveLatency = {
  name: 'moveLatency',
  unit: 'ns',
  default: 5_000,
  meaning:
    'From the decision to the first instruction when the core is taken from somebody; split evenly into five steps.',
  source: "the NSDI 2022 simulator's ALLOCATION_TIME = 5,000 ns (sim/sim_config.py); the even split is assumed",
  confidence: 'source code',
} as const satisfies Knob;

export const oneCore = grant(
  'one',
  'Caladan, iokernel/sched.c: a congested process gets one core more, then one interval passes',
  'source code',
);

export const caladan = {
  number: L.MECHANISM_CALADAN,
  dedicatedCores: 1, // the IOKernel
  meaning:
    'Cores move between processes that trust each other, to those whose oldest task waits too long, chosen by score.',
  ignoredCosts: MOVE_COSTS,
  signal: L.SIGNAL_OLDEST,
  knobs: [
    interval(10_000, 'Caladan, iokernel/defs.h, IOKERNEL_POLL_INTERVAL = 10', 'source code'),
    threshold,
    moveLatency,
    {
      name: 'bestEffortQuantum',
      unit: 'ns',
      default: 2_000_000,
      meaning: 'How long a best-effort vCPU keeps its core from a best-effort VM that has none.',
      source: 'Caladan, iokernel/ias.h, 2,000 us',
      confidence: 'source code',
    },
    oneCore,
    {
      name: 'htPunish',
      unit: 'ns',
      default: 0,
      onlyWritten: true,
      meaning:
        'Hyper-thread controller: the siblings of a hardware thread that has run one task of a latency-critical VM for that long are emptied until the task ends or stops. 0: off. Without siblings (host.smt 1) it does nothing.',
      source: 'Caladan, runtime/ioqueues.c, ht_punish_us = 0; iokernel/ias_ht.c',
      confidence: 'source code',
    },
    {
      name: 'bandwidthLimit',
      unit: 'bytes per second',
      default: 25e9,
      onlyWritten: true,
      meaning:
        'Bandwidth controller: memory traffic from which the best-effort VM that causes most of it is allowed one vCPU less at each look; below, one more. 0B: off. Traffic is what vms.*.bandwidthPerVcpu declares.',
      source: 'Caladan, iokernel/ias.h, IAS_BW_LIMIT = 25000.0 MB/s; iokernel/ias_bw.c',
      confidence: 'source code',
    },
  ],
} as const satisfies MechanismDefinition;
