// A group of identical VMs: its vCPUs, its service-level objective, how its tasks are queued and what work it gets.

import { documented, described, defaultNumber, defaultChoice } from '../table.js';
import * as z from 'zod';
import type { RequestShape, Arrivals, VmGroup } from '../types.js';
import { arrivals } from './arrivals.js';
import { deadline, late, order } from './order.js';
import { countDistribution, serviceDistribution } from '../../input/distribution-schema.js';
import { guestMemory } from '../../swap/schema.js';
import {
  about,
  later,
  named,
  whole,
  section,
  positiveDuration,
  choice,
  real,
  compact,
  duration,
  perSecondOfVcpu,
} from '../../input/fields.js';

const CLASSES = ['latency-critical', 'best-effort'] as const;
const DISPATCH = ['random', 'round-robin', 'shortest-queue', 'single-queue', 'policy'] as const;
const AMOUNTS = ['half', 'one'] as const;
const VICTIMS = ['random', 'round-robin', 'policy'] as const;
const WAITS = ['block', 'spin'] as const;

export const MAX_VMS = 65_536;
const MAX_VCPUS = 65_536;
/** With the vCPUs below 2^32, which the core takes for no limit. */
const MAX_QUEUE = 2 ** 31;
const PRIORITY: Readonly<Record<(typeof CLASSES)[number], number>> = { 'latency-critical': 10, 'best-effort': 0 };

const nameExpected = (): string => 'a name that starts with a letter and has letters, digits, - and _ (at most 64)';
const vcpuCount = (min: number) => whole(min, MAX_VCPUS);

const vcpus = section({
  min: described('vms.*.vcpus.min', vcpuCount(0)),
  max: described('vms.*.vcpus.max', vcpuCount(1)),
}).superRefine(({ min, max }, context) => {
  // max itself may be refused: then min is not to be measured by it.
  if (max >= 1 && min > max)
    context.addIssue({ code: 'custom', path: ['min'], message: `a whole number from 0 to vcpus.max (${max})` });
});

const quantileExpected = (): string => 'a number above 0 and below 1, such as 0.99';
const slo = later(() =>
  section({
    quantile: described(
      'vms.*.slo.quantile',
      z.number({ error: quantileExpected }).gt(0, { error: quantileExpected }).lt(1, { error: quantileExpected }),
    ),
    latency: described('vms.*.slo.latency', positiveDuration),
  }).transform(({ quantile, latency }) => ({ quantile, latencyNs: latency })),
);

const stealingExpected = (): string => 'none, or a mapping { amount, victim }';
const stealing = later(() =>
  z
    .union(
      [
        z.literal('none'),
        section({
          amount: documented('vms.*.stealing.amount', choice(AMOUNTS)),
          victim: documented('vms.*.stealing.victim', choice(VICTIMS)),
        }),
      ],
      { error: stealingExpected },
    )
    .transform((value) => (value === 'none' ? null : stealingDefaults(value))),
);

function stealingDefaults(given: {
  amount?: (typeof AMOUNTS)[number] | undefined;
  victim?: (typeof VICTIMS)[number] | undefined;
}) {
  return {
    amount: given.amount ?? defaultChoice('vms.*.stealing.amount', AMOUNTS),
    victim: given.victim ?? defaultChoice('vms.*.stealing.victim', VICTIMS),
  };
}

const queueLimitExpected = (): string => `none, or a whole number of requests from 0 to ${MAX_QUEUE}`;
const queueLimit = later(() =>
  z.union(
    [
      z.literal('none'),
      z
        .number({ error: queueLimitExpected })
        .int({ error: queueLimitExpected })
        .min(0, { error: queueLimitExpected })
        .max(MAX_QUEUE, { error: queueLimitExpected }),
    ],
    { error: queueLimitExpected },
  ),
);

const MAX_QUOTA = 100_000;
const quotaExpected = (): string => `none, or a number of cores above 0, at most ${MAX_QUOTA}`;
const quota = later(() =>
  z.union(
    [
      z.literal('none'),
      z.number({ error: quotaExpected }).gt(0, { error: quotaExpected }).max(MAX_QUOTA, { error: quotaExpected }),
    ],
    { error: quotaExpected },
  ),
);

const tasksExpected = (): string => 'a whole number of tasks from 1, or a distribution of counts';
const tasks = z.union(
  [
    z.number({ error: tasksExpected }).int({ error: tasksExpected }).min(1, { error: tasksExpected }),
    countDistribution,
  ],
  { error: tasksExpected },
);

const REQUEST = 'vms.*.workload.request';
const stagesExpected = (): string => 'a list of at least one stage { tasks, service }';
const request = section({
  stages: described(
    `${REQUEST}.stages`,
    z
      .array(
        section({
          tasks: described(`${REQUEST}.stages.*.tasks`, tasks),
          service: described(`${REQUEST}.stages.*.service`, serviceDistribution),
        }),
        { error: stagesExpected },
      )
      .min(1, { error: stagesExpected }),
  ),
  lock: about(
    "The VM's one lock, held for a part of a task's service time; absent: none.",
    z.optional(
      later(() =>
        section({
          probability: described(`${REQUEST}.lock.probability`, real(0, 1)),
          hold: described(`${REQUEST}.lock.hold`, positiveDuration),
          wait: documented('vms.*.workload.request.lock.wait', choice(WAITS)),
        }).transform(({ probability, hold, wait }) => ({
          probability,
          holdNs: hold,
          wait: wait ?? defaultChoice('vms.*.workload.request.lock.wait', WAITS),
        })),
      ),
    ),
  ),
}).transform(compact);

/** What a request is where its arrivals bring their own service times, or where nothing arrives. */
const REQUEST_OF_THE_TRACE: RequestShape = { stages: [{ tasks: 1, service: { dist: 'constant', value: 0 } }] };

function bringsItsOwnService(process: Arrivals): boolean {
  if (process.process === 'none' || process.process === 'periodic') return true;
  return process.process === 'trace' && (process.format !== 'csv' || process.columns?.service !== undefined);
}

const workload = section({
  arrivals: named('ArrivalsInput', 'When requests come.', arrivals),
  deadline,
  late,
  request: about('What a request is; a trace with service times and process none do without.', z.optional(request)),
})
  .superRefine((value, context) => {
    if (value.request === undefined && !bringsItsOwnService(value.arrivals)) {
      context.addIssue({
        code: 'custom',
        path: ['request'],
        message:
          'a mapping with the fields stages, lock (only a trace with service times, a csv with columns.service named, periodic tasks and process none do without)',
      });
    }
  })
  .transform(({ arrivals: process, request: shape, deadline: deadlineNs, late: ifLate }) =>
    compact({ arrivals: process, deadlineNs, late: ifLate, request: shape ?? REQUEST_OF_THE_TRACE }),
  );

const vmFields = section({
  name: described(
    'vms.*.name',
    z.string({ error: nameExpected }).regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, { error: nameExpected }),
  ),
  count: documented('vms.*.count', whole(1, MAX_VMS)),
  class: documented('vms.*.class', choice(CLASSES)),
  priority: documented('vms.*.priority', whole(-1_000_000, 1_000_000)),
  vcpus: about('The cores that it is guaranteed, and the vCPUs that it has.', vcpus),
  slo: about('Its service-level objective; absent: none.', z.optional(slo)),
  dispatch: documented('vms.*.dispatch', choice(DISPATCH)),
  stealing: about('How a vCPU without work takes tasks of another; none: it does not.', z.optional(stealing)),
  quantum: documented('vms.*.quantum', duration),
  order: about('In which order it runs its tasks: a name, or a name with settings; absent: fifo.', z.optional(order)),
  queueLimit: documented('vms.*.queueLimit', queueLimit),
  quota: documented('vms.*.quota', quota),
  bandwidthPerVcpu: documented('vms.*.bandwidthPerVcpu', perSecondOfVcpu),
  memory: about('What its tasks touch; absent: its memory is not simulated.', z.optional(guestMemory)),
  workload: about('What it has to do; absent: nothing.', z.optional(workload)),
});

/** What a VM does and is promised, without who it is, how large, and its memory: what the VMs of a fleet have in common. */
export const vmBehaviour = later(() =>
  section(
    vmFields.omit({
      name: true,
      count: true,
      class: true,
      vcpus: true,
      memory: true,
    }).shape,
  ),
);

export const vmGroup = named('VmInput', 'A group of identical VMs.', vmFields).transform((vm) => {
  const vmClass = vm.class ?? defaultChoice('vms.*.class', CLASSES);
  return compact({
    name: vm.name,
    count: vm.count ?? defaultNumber('vms.*.count'),
    class: vmClass,
    priority: vm.priority ?? PRIORITY[vmClass],
    vcpus: vm.vcpus,
    slo: vm.slo,
    dispatch: vm.dispatch ?? defaultChoice('vms.*.dispatch', DISPATCH),
    stealing: vm.stealing === undefined ? stealingDefaults({}) : vm.stealing,
    quantumNs: vm.quantum ?? defaultNumber('vms.*.quantum'),
    order: vm.order,
    queueLimit: vm.queueLimit === 'none' ? undefined : vm.queueLimit,
    quota: vm.quota,
    bandwidthPerVcpuBytesPerSecond: vm.bandwidthPerVcpu,
    memory: vm.memory,
    workload: vm.workload ?? null,
  });
}) satisfies z.ZodType<VmGroup>;
