// Offered load: the service time that arrives, as a share of the time of all cores. A sweep's axis `load` scales every VM's arrivals
// by one factor, so that the mix stays what it was.

import { meanOf } from '../input/distributions.js';
import { InputError } from '../input/errors.js';
import type { Result } from '../result/result.js';
import type { Arrivals, Scenario, VmGroup } from '../scenario/types.js';

const SECOND = 1e9;

/** Arrivals a second; undefined for traces, which do not tell before they are read, null where completions set the pace. */
export function rateOf(arrivals: Arrivals): number | undefined | null {
  switch (arrivals.process) {
    case 'poisson':
    case 'deterministic':
      return arrivals.rate;
    case 'mmpp': {
      const time = arrivals.states.reduce((sum, { meanDwellNs }) => sum + meanDwellNs, 0);
      return arrivals.states.reduce((sum, { rate, meanDwellNs }) => sum + rate * meanDwellNs, 0) / time;
    }
    case 'onoff': {
      const { onRate, offRate, meanOnNs, meanOffNs } = arrivals;
      return (onRate * meanOnNs + offRate * meanOffNs) / (meanOnNs + meanOffNs);
    }
    case 'periodic':
      return arrivals.tasks.reduce((sum, { periodNs }) => sum + SECOND / periodNs, 0);
    case 'none':
      return 0;
    case 'trace':
      return undefined;
    case 'closed':
    case 'saturate':
      return null;
  }
}

/** Mean service time of a request, all its tasks together, ns; undefined where only a draw or a file knows it. */
export function workOf({ workload }: VmGroup): number | undefined {
  if (workload?.arrivals.process === 'periodic') {
    const { tasks } = workload.arrivals;
    const each = tasks.map(({ periodNs, serviceNs }) => [1 / periodNs, serviceNs / periodNs] as const);
    return each.reduce((sum, [, work]) => sum + work, 0) / each.reduce((sum, [rate]) => sum + rate, 0);
  }
  let sum = 0;
  for (const { tasks, service } of workload?.request.stages ?? []) {
    const mean = meanOf(service);
    if (typeof tasks !== 'number' || mean === undefined) return undefined;
    sum += tasks * mean;
  }
  return sum;
}

/** Cores' worth of work that arrives, by the laws of the scenario; undefined where they do not tell. */
export function offeredCores({ vms }: Scenario): number | undefined {
  let sum = 0;
  for (const vm of vms) {
    const { arrivals } = vm.workload ?? { arrivals: { process: 'none' } as const };
    const rate = rateOf(arrivals);
    if (rate === null || rate === 0) continue;
    const work = workOf(vm);
    if (rate === undefined || work === undefined) return undefined;
    sum += (vm.count * rate * work) / SECOND;
  }
  return sum;
}

/** The same as it was in a run: for traces, whose work is what it is. */
export const measuredCores = (result: Result): number => result.vms.reduce((sum, vm) => sum + (vm.offeredLoad ?? 0), 0);

/** Fields of the arrivals that say how frequent they are, scaled. */
function scaled(arrivals: Arrivals, factor: number): [string, number][] {
  switch (arrivals.process) {
    case 'poisson':
    case 'deterministic':
      return [['rate', arrivals.rate * factor]];
    case 'mmpp':
      return arrivals.states.map(({ rate }, i) => [`states.${i}.rate`, rate * factor]);
    case 'onoff':
      return [
        ['onRate', arrivals.onRate * factor],
        ['offRate', arrivals.offRate * factor],
      ];
    case 'trace':
      return [['timeScale', arrivals.timeScale / factor]];
    default:
      return [];
  }
}

/**
 * What `--set` must say for arrivals that are `factor` times as frequent; closed and saturating clients stay, bursts keep their
 * lengths, a trace passes faster.
 */
export function arrivalFields({ vms }: Scenario, factor: number): string[] {
  return vms.flatMap(({ name, workload }) =>
    workload === null
      ? []
      : scaled(workload.arrivals, factor).map(([field, value]) => `vms.${name}.workload.arrivals.${field}=${value}`),
  );
}

/**
 * The factor that makes `offered` cores of work a `load` of the scenario's cores.
 *
 * @throws InputError for a load that is none, and where nothing arrives of itself
 */
export function factorFor(load: number, offered: number, { host: { cores } }: Scenario): number {
  if (!(Number.isFinite(load) && load > 0))
    throw new InputError({ path: 'load', given: String(load), expected: 'a share of the cores above 0, such as 0.8' });
  if (!(offered > 0))
    throw new InputError({
      path: 'load',
      given: 'a scenario whose clients wait for answers, or without arrivals',
      expected: 'a VM with arrivals that can be scaled: poisson, deterministic, mmpp, onoff or a trace',
    });
  return (load * cores) / offered;
}
