// How many cores VMs are likely to need for their SLOs, by Erlang's formula alone: where a search begins that has nothing better to go
// by. No answer rests on it. Leaves out how requests are spread, what cores cost to move, and that VMs burst at different times.

import { erlangC } from '../metrics/erlang.js';
import type { Arrivals, Scenario, VmGroup } from '../scenario/types.js';
import { rateOf, workOf } from './load.js';

const SECOND = 1e9;

/** For how long, or for which part of the time, so many come a second. */
type Phase = readonly [time: number, rate: number];

function phasesOf(arrivals: Arrivals): readonly Phase[] {
  if (arrivals.process === 'onoff') {
    const { onRate, offRate, meanOnNs, meanOffNs } = arrivals;
    return [
      [meanOnNs, onRate],
      [meanOffNs, offRate],
    ];
  }
  if (arrivals.process === 'mmpp') return arrivals.states.map(({ rate, meanDwellNs }): Phase => [meanDwellNs, rate]);
  const rate = rateOf(arrivals);
  return typeof rate === 'number' ? [[1, rate]] : [];
}

/** The rate at which come, or at a higher one, more than `share` of all requests. */
function rateThatCounts(phases: readonly Phase[], share: number): number | undefined {
  const all = phases.reduce((sum, [time, rate]) => sum + time * rate, 0);
  let sum = 0;
  for (const [time, rate] of [...phases].sort(([, a], [, b]) => b - a)) {
    sum += time * rate;
    if (sum > share * all) return rate;
  }
  return undefined;
}

/** 1 / (1 + x + x²/2 + …), a little more than e^-x. */
function decay(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; k <= 24; k++) sum += term *= x / k;
  return 1 / sum;
}

/** Of one VM, the least that would do for an M/M/k queue of its requests, as far as it may have so many. */
function coresOf(vm: VmGroup): number | undefined {
  const { slo, vcpus, workload } = vm;
  if (slo === undefined || workload === null) return vcpus.min;
  const late = 1 - slo.quantile;
  const rate = rateThatCounts(phasesOf(workload.arrivals), late);
  const work = workOf(vm);
  if (rate === undefined || work === undefined || !(work > 0)) return undefined;
  const load = (rate * work) / SECOND;
  const mayWait = Math.max(slo.latencyNs - work, 0) / work; // in mean services
  let cores = Math.max(Math.floor(load) + 1, vcpus.min);
  while (cores < vcpus.max && erlangC(cores, load) * decay((cores - load) * mayWait) > late) cores++;
  return Math.min(cores, vcpus.max);
}

/** The cores of all VMs together; undefined where some VM with an SLO has no rate before it runs. */
export function likelyCores({ vms, functions }: Scenario): number | undefined {
  if (functions !== undefined) return undefined;
  let sum = 0;
  for (const vm of vms) {
    const cores = coresOf(vm);
    if (cores === undefined) return undefined;
    sum += cores * vm.count;
  }
  return sum;
}
