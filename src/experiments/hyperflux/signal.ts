// Which signal reacts best for what it costs? A service with bursts of 16 cores' worth, under the three signals, each over a range of
// thresholds. A grant that finds nothing to do costs some 9 us of core time (5 to come, 2 to search, 2 to leave), so the core time
// that runs no task is what false grants are paid in; signals are compared at an equal share of it.

import { meanInterval, type Interval } from '../../metrics/confidence.js';
import { CONFIDENCE_LEVEL } from '../../metrics/replications.js';
import type { Result } from '../../metrics/result.js';
import type { ScenarioInput } from '../../scenario/schema.js';
import type { ExperimentOptions } from '../vmem/experiment.js';
import { COMMAND, confidence, meanOf, over, replicate, spread, us, vm, type Answer } from './measure.js';

export type SignalName = 'average' | 'oldest' | 'queue-length';

export interface SignalPoint {
  readonly signal: SignalName;
  /** Nanoseconds, or tasks per active vCPU. */
  readonly threshold: number;
  /** 99th percentile of the queueing delay. */
  readonly delayNs: Interval;
  /** Core time that ran no task over core time that did. */
  readonly overhead: Interval;
  readonly grants: Interval;
  /** The first two of each replication, in its order. */
  readonly runs: readonly { readonly delayNs: number; readonly overhead: number }[];
}

const DELAYS_NS = [2_000, 5_000, 10_000, 20_000, 50_000] as const;
const LENGTHS = [1, 2, 4, 8] as const;

function bursts(signal: SignalName, threshold: number): ScenarioInput {
  return {
    version: 1,
    duration: '100ms',
    host: { cores: 33 },
    mechanism:
      signal === 'queue-length'
        ? { kind: 'hyperflux', signal, queueLength: threshold }
        : { kind: 'hyperflux', signal, threshold: `${threshold}ns` },
    vms: [
      {
        name: 'svc',
        class: 'latency-critical',
        vcpus: { min: 4, max: 32 },
        workload: {
          arrivals: {
            process: 'onoff',
            onRate: 1.6e6,
            offRate: 2e5,
            meanOn: '500us',
            meanOff: '1500us',
            dwell: 'constant',
          },
          request: { stages: [{ tasks: 1, service: { dist: 'lognormal', mean: '10us', cv: 2 } }] },
        },
      },
    ],
  };
}

function overheadOf(result: Result): number {
  const { task, steal, idlePoll, transition } = vm(result, 'svc').cpuSeconds;
  return (steal + idlePoll + transition) / task;
}

export async function measureSignals(options?: ExperimentOptions): Promise<readonly SignalPoint[]> {
  const points: SignalPoint[] = [];
  for (const signal of ['average', 'oldest', 'queue-length'] as const) {
    for (const threshold of signal === 'queue-length' ? LENGTHS : DELAYS_NS) {
      const results = await replicate(bursts(signal, threshold), options);
      points.push({
        signal,
        threshold,
        delayNs: over(results, (result) => vm(result, 'svc').queueDelayNs.p99),
        overhead: over(results, overheadOf),
        grants: over(results, (result) => vm(result, 'svc').grants),
        runs: results.map((result) => ({
          delayNs: vm(result, 'svc').queueDelayNs.p99!,
          overhead: overheadOf(result),
        })),
      });
    }
  }
  return points;
}

/** The delay of one replication at an overhead between two points of a signal, along the straight line between them; null outside. */
export function delayAt(
  points: readonly Pick<SignalPoint, 'signal' | 'runs'>[],
  signal: SignalName,
  overhead: number,
  replication: number,
): number | null {
  const own = points.filter((point) => point.signal === signal).map(({ runs }) => runs[replication]!);
  for (const [i, from] of own.slice(0, -1).entries()) {
    const to = own[i + 1]!;
    const [high, low] = [from.overhead, to.overhead];
    if (overhead <= high && overhead >= low) {
      const share = high === low ? 0 : (high - overhead) / (high - low);
      return from.delayNs + share * (to.delayNs - from.delayNs);
    }
  }
  return null;
}

export async function signal(options?: ExperimentOptions): Promise<Answer> {
  const points = await measureSignals(options);
  const reference = points.find((point) => point.signal === 'average' && point.threshold === 10_000)!;
  // replication by replication, each at its own overhead under the reference: the signals are compared on the same arrivals
  const atBudget = (['average', 'oldest', 'queue-length'] as const).map((name) => {
    const delays = reference.runs.map(({ overhead }, r) => delayAt(points, name, overhead, r));
    return { name, delayNs: meanInterval(delays, CONFIDENCE_LEVEL) };
  });
  atBudget.sort((a, b) => meanOf(a.delayNs) - meanOf(b.delayNs));
  const unitOf = (point: SignalPoint): string =>
    point.signal === 'queue-length' ? `${point.threshold} tasks a vCPU` : `${point.threshold / 1000} us`;
  return {
    claims: [
      {
        claim: 'Which signal reacts best for what its false grants cost?',
        source: 'APSys 2025, section 3.5 (average queueing delay); Caladan (oldest task)',
        paper: 'no comparison',
        ours:
          `at ${spread(reference.overhead, 100)} % of core time without a task (average, 10 us) the p99 of the queueing delay is ` +
          `${atBudget.map(({ name, delayNs }) => `${us(delayNs)} with ${name}`).join(', ')}`,
        unit: '',
        supported: 'partly',
        assumptions: [
          'false grants are not counted one by one: their price is core time that runs no task, honest moves included',
          'between two thresholds of one signal a straight line',
          confidence(),
        ],
        command: COMMAND,
      },
    ],
    tables: [
      {
        title: 'Signals and thresholds: reaction and price',
        head: ['signal', 'threshold', 'p99 of queueing delay', 'core time without a task', 'grants'],
        rows: points.map((point) => [
          point.signal,
          unitOf(point),
          us(point.delayNs),
          `${spread(point.overhead, 100)} %`,
          spread(point.grants),
        ]),
      },
    ],
  };
}
