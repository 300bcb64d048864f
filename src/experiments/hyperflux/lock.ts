// What does it cost to take the core away under a lock holder? Safe parking (hyperflux) puts the holder into a queue from which it
// can be stolen; descheduling blindly freezes it until its vCPU has a core again. Bursts of 2 ms of a service of higher
// priority take all but two cores from a fork-join service whose tasks share one lock.

import { pairedDifference, type Interval } from '../../metrics/confidence.js';
import { CONFIDENCE_LEVEL } from '../../metrics/replications.js';
import type { Result } from '../../metrics/result.js';
import type { ScenarioInput } from '../../scenario/schema.js';
import type { ExperimentOptions } from '../vmem/experiment.js';
import { COMMAND, confidence, differs, over, replicate, single, us, vm, type Answer } from './measure.js';

export interface LockPoint {
  readonly probability: number;
  /** Mean wait for the lock. */
  readonly parkedWaitNs: Interval;
  readonly blindWaitNs: Interval;
  readonly parkedP99Ns: Interval;
  readonly blindP99Ns: Interval;
  readonly parkedP999Ns: Interval;
  readonly blindP999Ns: Interval;
  /** p99 of the blind one less that of the parked one, seed by seed. */
  readonly differenceNs: Interval;
}

const PROBABILITIES = [0, 0.05, 0.2] as const;

function locked(mechanism: 'hyperflux' | 'blind', probability: number): ScenarioInput {
  const stages = [{ tasks: 8, service: { dist: 'exponential' as const, mean: '20us' } }];
  return {
    version: 1,
    duration: '250ms',
    warmup: '20ms',
    host: { cores: 17 },
    mechanism,
    vms: [
      {
        name: 'front',
        class: 'latency-critical',
        priority: 20,
        vcpus: { min: 1, max: 14 },
        workload: {
          arrivals: { process: 'onoff', onRate: 1.3e6, offRate: 2e4, meanOn: '2ms', meanOff: '3ms', dwell: 'constant' },
          request: single('10us'),
        },
      },
      {
        name: 'back',
        class: 'latency-critical',
        priority: 10,
        vcpus: { min: 2, max: 16 },
        workload: {
          arrivals: { process: 'poisson', rate: 1e4 },
          request: probability === 0 ? { stages } : { stages, lock: { probability, hold: '4us' } },
        },
      },
    ],
  };
}

export async function measureLock(options?: ExperimentOptions): Promise<readonly LockPoint[]> {
  const points: LockPoint[] = [];
  const wait = (result: Result): number | null => vm(result, 'back').locks?.meanWaitNs ?? null;
  const p99 = (result: Result): number | null => vm(result, 'back').latencyNs.p99;
  const p999 = (result: Result): number | null => vm(result, 'back').latencyNs.p999;
  for (const probability of PROBABILITIES) {
    const parked = await replicate(locked('hyperflux', probability), options);
    const blind = await replicate(locked('blind', probability), options);
    points.push({
      probability,
      parkedWaitNs: over(parked, wait),
      blindWaitNs: over(blind, wait),
      parkedP99Ns: over(parked, p99),
      blindP99Ns: over(blind, p99),
      parkedP999Ns: over(parked, p999),
      blindP999Ns: over(blind, p999),
      differenceNs: pairedDifference(parked.map(p99), blind.map(p99), CONFIDENCE_LEVEL),
    });
  }
  return points;
}

export async function lock(options?: ExperimentOptions): Promise<Answer> {
  const points = await measureLock(options);
  const told = ({ probability, differenceNs }: LockPoint): string =>
    `${probability * 100} % of the tasks lock: ${us(differenceNs)}${differs(differenceNs) ? '' : ' (within chance)'}`;
  return {
    claims: [
      {
        claim: 'What does parking a lock holder cost, and what taking its core blindly?',
        source: 'APSys 2025, sections 2.1 and 3.4',
        paper: 'abrupt descheduling "can destabilize execution"; no figure',
        ours: `p99 without safe parking less p99 with it: ${points.map(told).join('; ')}`,
        unit: 'us',
        supported: 'partly',
        assumptions: [
          'waiters block and leave their vCPU to other tasks, so an idle vCPU soon gives its core up and the frozen holder gets it back: that bounds the convoy',
          'the parked holder waits in its queue until a vCPU of its VM finds nothing else to do and steals it: it has no precedence',
          'critical section of 4 us, eight tasks of 20 us a request',
          confidence(),
        ],
        command: COMMAND,
      },
    ],
    tables: [
      {
        title: 'A service with a lock loses cores in bursts: parked safely, or blindly',
        head: ['tasks that lock', 'parked: wait', 'p99', 'p99.9', 'blind: wait', 'p99', 'p99.9'],
        rows: points.map((point) => [
          `${point.probability * 100} %`,
          us(point.parkedWaitNs),
          us(point.parkedP99Ns),
          us(point.parkedP999Ns),
          us(point.blindWaitNs),
          us(point.blindP99Ns),
          us(point.blindP999Ns),
        ]),
      },
    ],
  };
}
