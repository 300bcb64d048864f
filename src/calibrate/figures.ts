// What is held against each other: waits, latencies and throttled time of a part of a recording, and the same of a simulation.

import type { Span } from '../recording/spans.js';
import { common, lengthOf } from '../recording/spans.js';
import type { Work } from '../recording/tasks.js';
import type { VmResult } from '../result/result.js';
import { comesNs, endsNs, requestsOf } from './requests.js';
import { ascending, quantile } from './fit.js';

/** Of one VM in a part of the time. */
export interface VmFigures {
  readonly requests: number;
  readonly waitNs: Quantiles;
  readonly latencyNs: Quantiles;
  /** From the wake-up, not from the queue, on. */
  readonly wokenWaitNs: Quantiles;
  readonly throttledNs: number;
}

export interface Quantiles {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = ascending(values);
  const mean = sorted.reduce((sum, one) => sum + one, 0) / sorted.length;
  return { mean, p50: quantile(sorted, 0.5), p90: quantile(sorted, 0.9), p99: quantile(sorted, 0.99) };
}

/** `switchNs`: the first instruction comes so long after the switch; `together`: what one thread wakes at once is one request. */
export function recordedFigures(
  work: Work,
  group: number,
  throttled: readonly Span[],
  [fromNs, untilNs]: Span,
  switchNs: number,
  together: boolean,
): VmFigures {
  const requests = requestsOf(work, group, together).filter((one) => comesNs(one) >= fromNs && comesNs(one) < untilNs);
  const tasks = requests.flat();
  return {
    requests: requests.length,
    waitNs: quantilesOf(tasks.map(({ queuedNs, startNs }) => startNs + switchNs - queuedNs)),
    latencyNs: quantilesOf(requests.map((one) => endsNs(one) - comesNs(one))),
    wokenWaitNs: quantilesOf(tasks.map(({ wakeNs, startNs }) => startNs + switchNs - wakeNs)),
    throttledNs: lengthOf(common(throttled, [[fromNs, untilNs]])),
  };
}

/** `wakeUpNs`: what is added to a wait from the queue on to have it from the wake-up on. */
export function simulatedFigures(vm: VmResult, wakeUpNs: number): VmFigures {
  const of = ({ mean, p50, p90, p99 }: VmResult['queueDelayNs'], more = 0): Quantiles => ({
    mean: (mean ?? NaN) + more,
    p50: (p50 ?? NaN) + more,
    p90: (p90 ?? NaN) + more,
    p99: (p99 ?? NaN) + more,
  });
  return {
    requests: vm.completed,
    waitNs: of(vm.queueDelayNs),
    latencyNs: of(vm.latencyNs),
    wokenWaitNs: of(vm.queueDelayNs, wakeUpNs),
    throttledNs: (vm.throttledSeconds ?? 0) * 1e9,
  };
}
