// What a recording shows and the model has no parameter for: listed with its size, so that nobody takes a fit for it.

import type { Span } from '../recording/spans.js';
import { common, joined, lengthOf, without } from '../recording/spans.js';
import type { Recording } from '../recording/events.js';
import type { RecordedTask, Work } from '../recording/tasks.js';
import type { Fit } from './fit.js';
import { requestsOf, unevenness } from './requests.js';
import type { Chosen } from './scenario.js';
import { standing } from './throttled.js';

/** One thing, in words, with its size in this recording. */
export interface Gap {
  readonly what: string;
  readonly value: number;
  readonly unit: 'ns' | 'share' | 'count';
  /** Without the outer tenths, where the value is a median. */
  readonly range?: readonly [number, number];
}

/** Of one VM; its name stands before each. */
function gapsOfVm(work: Work, { group, limit, cpus }: Chosen, fit: Fit, throttled: readonly Span[]): Gap[] {
  const own = work.tasks.filter((task) => task.group === group);
  const { wakeUpNs, wakeUpRangeNs, mostUsedNs, earlier, sliceNs } = fit.vms[group]!;
  const quotaNs = limit?.quotaUs === undefined ? undefined : limit.quotaUs * 1000;
  const inner = own.filter(({ wakerGroup }) => wakerGroup === group).length;
  const gaps: Gap[] = [
    {
      what: 'from the wake-up to the queue of an idle CPU, which no quota is charged for',
      ...{ value: wakeUpNs?.value ?? 0, unit: 'ns' },
      ...(wakeUpRangeNs === undefined ? {} : { range: wakeUpRangeNs }),
    },
    {
      what: 'wake-ups by threads of its own (locks, pipes), which stay at their instants',
      ...{ value: inner / own.length, unit: 'share' },
    },
    {
      what: 'runs that another thread of it ended before a slice was over (a wake-up preempts)',
      ...{ value: earlier - (sliceNs?.count ?? 0), unit: 'count' },
    },
    {
      what: 'tasks before which one began that came later (the model serves in order of arrival)',
      ...{ value: overtaken(own) / own.length, unit: 'share' },
    },
    {
      what: 'time with tasks waiting, not for quota, beside an idle CPU of its own (Linux has a queue for each CPU)',
      ...{ value: idleBesideQueue(work, group, cpus, throttled), unit: 'share' },
    },
    { what: 'moves of threads to another CPU', value: work.migrations[group] ?? 0, unit: 'count' },
    {
      what: 'used in one period beyond the quota, at most (Linux looks at its ticks)',
      ...{ value: Math.max(0, (mostUsedNs ?? 0) - (quotaNs ?? Infinity)), unit: 'ns' },
    },
    {
      what: 'standing still with work and an idle CPU, without a quota',
      ...{ value: quotaNs === undefined ? lengthOf(throttled) : 0, unit: 'ns' },
    },
  ];
  return gaps;
}

/** What a trace cannot say of requests of several tasks. */
function gapsOfRequests(work: Work, { group }: Chosen, together: boolean): Gap[] {
  const value = unevenness(requestsOf(work, group, together));
  return [
    { what: 'standard deviation of services within a request, of which each task gets the mean', value, unit: 'share' },
  ];
}

/** `throttled`: of each chosen VM. */
export function gapsOf(
  recording: Recording,
  work: Work,
  vms: readonly Chosen[],
  fit: Fit,
  throttled: readonly (readonly Span[])[],
  together: boolean,
): Gap[] {
  const gaps: Gap[] = [
    { what: 'events that the kernel lost', value: recording.lost, unit: 'count' },
    {
      what: 'switches away from idle that the kernel did not tell; set to the wake-up',
      ...{ value: work.implied, unit: 'count' },
    },
    {
      what: "other threads on the VMs' CPUs",
      ...{ value: othersShare(work, vms), unit: 'share' },
    },
    ...vms.flatMap((vm, i) =>
      [...gapsOfVm(work, vm, fit, throttled[i]!), ...gapsOfRequests(work, vm, together)].map((gap) => ({
        ...gap,
        what: `${vm.name}: ${gap.what}`,
      })),
    ),
    {
      what: 'VMs that share CPUs by weight (in the model they take turns by class and priority)',
      ...{ value: vms.length > 1 ? vms.length : 0, unit: 'count' },
    },
  ];
  return gaps.filter(({ value }) => value > 0);
}

/** More than this is told first. */
const MUCH = 0.05;

/** What makes a comparison one of two things, told before any figure. */
export function warningsOf(work: Work, vms: readonly Chosen[], fit: Fit): string[] {
  const others = othersShare(work, vms);
  const unfitted = vms.filter(({ group }) => fit.vms[group]!.wakeUpNs === undefined).map(({ name }) => name);
  return [
    ...sharedCpus(vms),
    ...(others <= MUCH
      ? []
      : [
          `other threads had ${(100 * others).toFixed(0)} % of the VMs' CPUs: the VMs waited for them, which the model does not`,
        ]),
    ...(unfitted.length === 0
      ? []
      : [`${unfitted.join(', ')}: too few wake-ups found an idle CPU, so no wake-up latency is fitted`]),
  ];
}

/** Of the time of the VMs' CPUs, what threads had that are in none of them. */
function othersShare({ runs, othersNs, beginNs, endNs }: Work, vms: readonly Chosen[]): number {
  const cpus = new Set(vms.flatMap((vm) => vm.cpus));
  const own = new Set(vms.map(({ group }) => group));
  let ns = [...cpus].reduce((sum, cpu) => sum + (othersNs.get(cpu) ?? 0), 0);
  for (const run of runs) if (cpus.has(run.cpu) && !own.has(run.group)) ns += run.untilNs - run.fromNs;
  return ns / ((endNs - beginNs) * cpus.size);
}

function sharedCpus(vms: readonly Chosen[]): string[] {
  const by = new Map<number, string[]>();
  for (const { name, cpus } of vms) for (const cpu of cpus) by.set(cpu, [...(by.get(cpu) ?? []), name]);
  const shared = [...by].filter(([, names]) => names.length > 1).sort(([a], [b]) => a - b);
  if (shared.length === 0) return [];
  const names = [...new Set(shared.flatMap(([, some]) => some))];
  const cpus = `${shared.length === 1 ? 'CPU' : 'CPUs'} ${shared.map(([cpu]) => cpu).join(', ')}`;
  return [
    `${names.join(', ')} share ${cpus}: Linux gives each its part by weight, the model lets a VM run until it has nothing to do. ` +
      'How long they wait for each other cannot be compared (docs/real.md)',
  ];
}

/** Where a VM has several CPUs: how much of the time in which tasks wait, and not for quota, one of them has nothing to do. */
export function idleBesideQueue(
  work: Work,
  group: number,
  cpus: readonly number[],
  throttled: readonly Span[],
): number {
  if (cpus.length < 2) return 0;
  const waiting = without(standing(work, group).waits, throttled);
  const idle = joined(cpus.flatMap((cpu) => work.idle.get(cpu) ?? []));
  return waiting.length === 0 ? 0 : lengthOf(common(waiting, idle)) / lengthOf(waiting);
}

/** How many began before one that had come into the queue earlier. */
export function overtaken(tasks: readonly RecordedTask[]): number {
  const inOrder = [...tasks].sort((a, b) => a.queuedNs - b.queuedNs);
  let earliest = Infinity;
  let count = 0;
  // From the last to come on: whoever came before and began after one that came later was overtaken by it.
  for (const { startNs } of inOrder.reverse()) {
    if (startNs > earliest) count++;
    earliest = Math.min(earliest, startNs);
  }
  return count;
}
