// `microvm`: a service scales out by whole microVMs behind a balancer.

import * as L from '../../assembly/layout.js';
import { grant, interval, queueLength } from './arbiter-knobs.js';
import { ARBITER_COSTS } from './costs.js';
import type { MechanismDefinition } from './knob.js';

export const microvm = {
  number: L.MECHANISM_MICROVM,
  dedicatedCores: 0,
  meaning: 'Cores never move: a service scales out by booting or restoring whole microVMs behind a balancer.',
  ignoredCosts: ['stealCheck', 'steal', 'minSearch', 'wake', 'dispatch', 'yield', ...ARBITER_COSTS],
  signal: L.SIGNAL_QUEUE_LENGTH,
  knobs: [
    interval(1_000_000, 'the autoscaler; well below the boot time, so that the boot time is what is seen', 'assumed'),
    {
      name: 'boot',
      unit: 'ns',
      default: 125_000_000,
      meaning: 'From the decision to start an instance until it takes tasks, where there is no snapshot.',
      source: 'Firecracker, SPECIFICATION.md: InstanceStart to guest init within 125 ms',
      confidence: 'source code',
    },
    {
      name: 'restore',
      unit: 'ns',
      default: 3_000_000,
      meaning: 'The same from a snapshot, which the first boot of a VM leaves behind; 0: there are no snapshots.',
      source: 'Firecracker, docs/prod-host-setup.md: 3 ms, 8.5 ms with host serial console logging (aarch64)',
      confidence: 'source code',
    },
    {
      name: 'keepAlive',
      unit: 'ns',
      default: 60_000_000_000,
      meaning: 'How long an idle instance is kept.',
      source: 'platforms keep instances for minutes; none publishes a rule',
      confidence: 'assumed',
    },
    {
      name: 'balancer',
      unit: 'choice',
      default: 'shortest-queue',
      codes: {
        random: L.DISPATCH_RANDOM,
        'round-robin': L.DISPATCH_ROUND_ROBIN,
        'shortest-queue': L.DISPATCH_SHORTEST,
      },
      meaning: 'How the load balancer chooses the instance for a task.',
      source: 'least outstanding requests, what balancers offer',
      confidence: 'assumed',
    },
    {
      ...queueLength,
      meaning: 'Tasks waiting per instance from which another is started.',
      source: 'one task that waits is one instance too few',
    },
    grant('drain', 'one instance for each request that waits, as function platforms do', 'assumed'),
  ],
} as const satisfies MechanismDefinition;
