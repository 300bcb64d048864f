// A recording's part as a scenario: VMs are its cgroups (or processes), arrivals are wake-ups, services are what was run until the next
// sleep. The host has the CPUs that the VMs used; the mechanism is `cgroup`.

import type { LimitNote } from '../recording/notes.js';
import type { Span } from '../recording/spans.js';
import type { Work } from '../recording/tasks.js';
import type { ScenarioInput } from '../scenario/schema.js';
import type { Fit } from './fit.js';
import { type Request, comesNs, requestsOf } from './requests.js';

/** One VM to be. */
export interface Chosen {
  /** Of the recording's groups. */
  readonly group: number;
  /** In the scenario. */
  readonly name: string;
  readonly cpus: readonly number[];
  readonly limit: LimitNote | undefined;
}

export interface Made {
  readonly scenario: ScenarioInput;
  /** The traces that it names. */
  readonly files: Readonly<Record<string, string>>;
  /** What its time 0 is in the recording. */
  readonly zeroNs: number;
  readonly periodNs: number;
}

const DEFAULT_PERIOD_NS = 100e6;
const REST_PERIODS = 10;
const REST_NS = 1e9;

const duration = (ns: number): string => `${Math.max(0, Math.round(ns))}ns`;

/** What cgroups and processes are called, as scenarios want it: letters, digits and dashes. */
export function vmName(name: string, taken: readonly string[]): string {
  const plain = name.replaceAll(/[^A-Za-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '') || 'vm';
  for (let i = 1; ; i++) {
    const one = i === 1 ? plain : `${plain}-${i}`;
    if (!taken.includes(one)) return one;
  }
}

/**
 * `switchNs`: of each run, what a switch takes; it lies within what was recorded as run. On which CPU a task began, and its place in the
 * order of beginnings, stand beside it for who looks into the differences; no scenario reads them.
 */
function csvOf(requests: readonly Request[], zeroNs: number, switchNs: number): string {
  const began = [...requests].sort((a, b) => a[0].startNs - b[0].startNs);
  const order = new Map(began.map((request, i) => [request, i]));
  const rows = requests.map((request) => [
    Math.round(comesNs(request) - zeroNs),
    Math.max(1, Math.round(serviceOf(request, switchNs))),
    ...[request[0].cpu, order.get(request)!, request.length],
  ]);
  // Where each is one task, that need not be said.
  const [columns, shown] = requests.every(({ length }) => length === 1)
    ? ['arrival,service,cpu,order', 4]
    : ['arrival,service,cpu,order,width', 5];
  return `${columns}\n${rows.map((row) => row.slice(0, shown).join(',')).join('\n')}\n`;
}

/** Of each of its tasks: the mean. */
function serviceOf(request: Request, switchNs: number): number {
  const sum = request.reduce((all, { serviceNs, runs }) => all + serviceNs - switchNs * Math.max(1, runs), 0);
  return sum / request.length;
}

/** From `fromNs` (or the period's beginning before it) to `untilNs`; `together`: what one thread wakes at once is one request. */
export function scenarioOf(
  work: Work,
  vms: readonly Chosen[],
  fit: Fit,
  [fromNs, untilNs]: Span,
  together: boolean,
): Made {
  const told = vms.find(({ limit }) => limit?.quotaUs !== undefined)?.limit;
  const periodNs = Math.round(told === undefined ? (fit.periodNs?.value ?? DEFAULT_PERIOD_NS) : told.periodUs * 1000);
  const switchNs = Math.round(fit.taskSwitchNs?.value ?? 0);
  const phaseNs = fit.phaseNs ?? fromNs;
  const zeroNs = Math.round(phaseNs + Math.floor((fromNs - phaseNs) / periodNs) * periodNs);
  const startNs = Math.max(0, ...vms.map(({ group }) => fit.vms[group]!.startNs?.value ?? 0));
  const files: Record<string, string> = {};
  const made = vms.map(({ group, name, cpus, limit }) => {
    const file = `${name}.csv`;
    const inTime = requestsOf(work, group, together).filter((one) => comesNs(one) >= fromNs && comesNs(one) < untilNs);
    files[file] = csvOf(inTime, zeroNs, switchNs);
    const { quota, sliceNs } = fit.vms[group]!;
    const cores =
      limit === undefined ? quota?.value : limit.quotaUs === undefined ? undefined : limit.quotaUs / limit.periodUs;
    return {
      name,
      vcpus: { min: 0, max: cpus.length },
      ...(cores === undefined ? {} : { quota: cores }),
      dispatch: 'single-queue' as const,
      ...(sliceNs === undefined ? {} : { quantum: duration(sliceNs.value) }),
      workload: {
        arrivals: { process: 'trace' as const, file, format: 'csv' as const },
        request: { stages: [{ tasks: 1, service: { dist: 'constant' as const, value: '1us' } }] },
      },
    };
  });
  const scenario: ScenarioInput = {
    version: 1,
    seed: 1,
    // What came by then is served, however much later than it was.
    duration: duration(untilNs - zeroNs + Math.max(REST_PERIODS * periodNs, REST_NS)),
    warmup: '0ns',
    host: { cores: new Set(vms.flatMap(({ cpus }) => cpus)).size },
    mechanism: { kind: 'cgroup', period: duration(periodNs), contextSwitch: duration(startNs) },
    // A vCPU without work gives its core back at once, as Linux's does.
    costs: { taskSwitch: duration(switchNs), minSearch: '0ns' },
    vms: made,
  };
  return { scenario, files, zeroNs, periodNs };
}
