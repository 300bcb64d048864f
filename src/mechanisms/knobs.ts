// The knobs of every mechanism, one entry each: the schema, the defaults, `explain` and the words of the core all follow from
// this table. A new mechanism is one more list here, its type in types.ts and its line in mechanism-kinds.ts.

import { NSDI22 } from './nsdi22.js';
import type { Parameter } from '../input/parameter.js';
import type { Knob } from './knob.js';

const SIGNALS = ['average', 'oldest', 'queue-length', 'policy'] as const;
const GRANTS = ['one', 'drain'] as const;
const MODES = ['reactive', 'proactive', 'both'] as const;

function knobs(kind: string, list: readonly Knob[]): readonly Parameter[] {
  return list.map(({ least: _, onlyWritten: __, ...knob }) => ({ ...knob, path: `mechanism.${kind}.${knob.name}` }));
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
    "What is compared with the threshold: the average delay of the waiting tasks, the oldest task's delay (Caladan's rule), or the queue's length; or a policy of your own.",
  source: 'HyperFlux, APSys 2025, section 3.5: the average uThread queueing delay of each VM',
  confidence: 'published',
};

const HYPERFLUX: readonly Knob[] = [
  {
    name: 'interval',
    least: 1,
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
    default: 'drain',
    choices: GRANTS,
    meaning: 'How many cores a VM over the threshold gets in one look: one, or as many as it has tasks waiting for.',
    source:
      'HyperFlux, APSys 2025, section 1: hundreds of cores in a few tens of us, which one at a time could not be; Caladan grants one',
    confidence: 'derived',
  },
];

const HOTPLUG_LATENCY =
  'HyperFlux, APSys 2025, section 2.1: "hundreds of ms to seconds"; its full paper arXiv:2608.12633 says millisecond-scale. The two differ by 2 to 3 orders: sweep it from 5ms to 1s';

const HOTPLUG: readonly Knob[] = [
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
    least: 1,
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
];

const interval = (value: number, source: string, confidence: Knob['confidence']): Knob => ({
  name: 'interval',
  least: 1,
  unit: 'ns',
  default: value,
  meaning: 'Time between two looks of whoever decides.',
  source,
  confidence,
});

const grant = (value: (typeof GRANTS)[number], source: string, confidence: Knob['confidence']): Knob => ({
  name: 'grant',
  unit: 'choice',
  default: value,
  choices: GRANTS,
  meaning: 'How many cores a VM over the threshold gets in one look: one, or as many as it has tasks waiting for.',
  source,
  confidence,
});

const CALADAN_GRANT = 'Caladan, iokernel/sched.c: a congested process gets one core more, then one interval passes';

const moveLatency: Knob = {
  name: 'moveLatency',
  unit: 'ns',
  default: 5_000,
  meaning:
    'From the decision to the first instruction when the core is taken from somebody; split evenly into five steps.',
  source: "the NSDI 2022 simulator's ALLOCATION_TIME = 5,000 ns (sim/sim_config.py); the even split is assumed",
  confidence: 'source code',
};

const HYPERFLUX_OPTIONS: readonly Knob[] = [
  {
    name: 'migrate',
    unit: 'yes or no',
    default: false,
    meaning:
      'Proactive task migration: a vCPU that is parked hands its queue to the active ones, costs.migrateTask each, instead of leaving it to be stolen.',
    source: 'HyperFlux, APSys 2025, section 3.4 names it as future work',
    confidence: 'published',
  },
  {
    name: 'finishSection',
    unit: 'yes or no',
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
    default: false,
    meaning: 'The moves decided in one look are issued at the cost of one.',
    source: 'an option to measure what serial issue costs',
    confidence: 'assumed',
  },
  {
    name: 'aggregate',
    unit: 'yes or no',
    default: false,
    meaning: 'The arbiter reads one bit for each VM, 64 at the cost of one VM, and only then the VMs whose bit is set.',
    source: 'HyperFlux, APSys 2025, section 3.6 leaves open how the control plane scales to thousands of VMs',
    confidence: 'assumed',
  },
];

const SHENANGO: readonly Knob[] = [
  interval(5_000, 'Shenango, iokernel/main.c, CORES_ADJUST_INTERVAL_US = 5', 'source code'),
  moveLatency,
  grant('one', CALADAN_GRANT, 'source code'),
];

const CALADAN: readonly Knob[] = [
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
  grant('one', CALADAN_GRANT, 'source code'),
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
];

const DITTO: readonly Knob[] = [
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
];

const CGROUP: readonly Knob[] = [
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
];

const MICROVM: readonly Knob[] = [
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
    choices: ['random', 'round-robin', 'shortest-queue'],
    meaning: 'How the load balancer chooses the instance for a task.',
    source: 'least outstanding requests, what balancers offer',
    confidence: 'assumed',
  },
  {
    name: 'queueLength',
    unit: 'count',
    default: 1,
    meaning: 'Tasks waiting per instance from which another is started.',
    source: 'one task that waits is one instance too few',
    confidence: 'assumed',
  },
  grant('drain', 'one instance for each request that waits, as function platforms do', 'assumed'),
];

export const KNOBS = {
  ideal: [],
  static: [],
  hotplug: HOTPLUG,
  hyperflux: [...HYPERFLUX, ...HYPERFLUX_OPTIONS],
  microvm: MICROVM,
  shenango: SHENANGO,
  caladan: CALADAN,
  ditto: DITTO,
  blind: HYPERFLUX,
  cgroup: CGROUP,
  nsdi22: NSDI22,
} as const satisfies Readonly<Record<string, readonly Knob[]>>;

export const MECHANISM_PARAMETERS: readonly Parameter[] = Object.entries(KNOBS).flatMap(([kind, list]) =>
  knobs(kind, list),
);
