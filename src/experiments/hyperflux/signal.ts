// Which signal reacts best per false grant? A service with bursts of 16 cores' worth, under the three signals, each over a range of
// thresholds. A grant is false when its vCPU leaves again without having run a task: all that it did was to come, to search and to
// leave. They are counted one by one in the event log, and signals are compared at equal numbers of them.

import { meanInterval, pairedDifference } from '../../metrics/confidence.js';
import type { Interval } from '../../metrics/figures.js';
import type { EventLog } from '../../result/over-time.js';
import { CONFIDENCE_LEVEL } from '../../result/replications.js';
import type { Result } from '../../result/result.js';
import type { ScenarioInput } from '../../scenario/schema.js';
import type { ExperimentOptions } from '../experiment.js';
import {
  brief,
  vm,
  replicate,
  replicationsOf,
  over,
  type Answer,
  us,
  spread,
  differs,
  SURE,
  confidence,
} from './measure.js';
import { command } from './questions.js';

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
  readonly falseGrants: Interval;
  /** The delay and the false grants of each replication, in its order. */
  readonly runs: readonly { readonly delayNs: number; readonly falseGrants: number }[];
}

const DELAYS_NS = [2_000, 5_000, 10_000, 20_000, 50_000] as const;
const LENGTHS = [1, 2, 4, 8] as const;
const DURATION = '100ms';
/** More than happen: some 240,000. */
const LOG_EVENTS = 2 ** 20;

function bursts(signal: SignalName, threshold: number): ScenarioInput {
  return {
    version: 1,
    duration: DURATION,
    log: { from: '0ns', until: DURATION, events: LOG_EVENTS },
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

/**
 * Grants whose vCPU ran nothing: in the log, a vCPU that gives its core up (`yielding`) after nothing but a search since it
 * came. A vCPU that finds something has an event while it takes it (`stealing`) or when it is done (`running`).
 */
export function countFalseGrants({ events, left }: EventLog): number {
  if (left > 0)
    throw new RangeError(`countFalseGrants: given a log without its last ${left} events, expected a whole one`);
  const found = new Set<string>();
  let falseGrants = 0;
  for (const { entity, state } of events) {
    if (state === 'yielding') {
      if (!found.delete(entity)) falseGrants++;
    } else if (state !== null && state !== 'searching') found.add(entity);
  }
  return falseGrants;
}

export async function measureSignals(options?: ExperimentOptions): Promise<readonly SignalPoint[]> {
  const points: SignalPoint[] = [];
  for (const signal of ['average', 'oldest', 'queue-length'] as const) {
    for (const threshold of signal === 'queue-length' ? LENGTHS : DELAYS_NS) {
      const falseGrants: number[] = [];
      const results = await replicate(bursts(signal, threshold), options, replicationsOf(options), (simulation) => {
        falseGrants.push(countFalseGrants(simulation.eventLog()!));
      });
      points.push({
        signal,
        threshold,
        delayNs: over(results, (result) => vm(result, 'svc').queueDelayNs.p99),
        overhead: over(results, overheadOf),
        grants: over(results, (result) => vm(result, 'svc').grants),
        falseGrants: meanInterval(falseGrants, CONFIDENCE_LEVEL),
        runs: results.map((result, r) => ({
          delayNs: vm(result, 'svc').queueDelayNs.p99!,
          falseGrants: falseGrants[r]!,
        })),
      });
    }
  }
  return points;
}

/** The delay of one replication at so many false grants, along the straight line between two points of a signal; null outside. */
export function delayAt(
  points: readonly Pick<SignalPoint, 'signal' | 'runs'>[],
  signal: SignalName,
  falseGrants: number,
  replication: number,
): number | null {
  const own = points.filter((point) => point.signal === signal).map(({ runs }) => runs[replication]!);
  for (const [i, from] of own.slice(0, -1).entries()) {
    const to = own[i + 1]!;
    const [high, low] = [from.falseGrants, to.falseGrants];
    if (falseGrants <= high && falseGrants >= low) {
      const share = high === low ? 0 : (high - falseGrants) / (high - low);
      return from.delayNs + share * (to.delayNs - from.delayNs);
    }
  }
  return null;
}

export async function signal(options?: ExperimentOptions): Promise<Answer> {
  const points = await measureSignals(options);
  const reference = points.find((point) => point.signal === 'average' && point.threshold === 10_000)!;
  // replication by replication, each at its own count under the reference: the signals are compared on the same arrivals
  const atBudget = (['average', 'oldest', 'queue-length'] as const).map((name) => {
    const delays = reference.runs.map(({ falseGrants }, r) => delayAt(points, name, falseGrants, r));
    // one signal without a figure in some replication cannot be compared on the same arrivals
    const known = delays.every((delay) => delay !== null);
    return { name, delays, delayNs: known ? meanInterval(delays, CONFIDENCE_LEVEL) : null };
  });
  atBudget.sort((a, b) => (a.delayNs?.mean ?? Infinity) - (b.delayNs?.mean ?? Infinity));
  const [best, second] = atBudget as [(typeof atBudget)[number], (typeof atBudget)[number]];
  const lead = pairedDifference(best.delays, second.delays, CONFIDENCE_LEVEL);
  const told = ({ name, delayNs }: (typeof atBudget)[number]): string =>
    delayNs === null ? `${name} not compared: no threshold tried has as many` : `${us(delayNs)} with ${name}`;
  const unitOf = (point: SignalPoint): string =>
    point.signal === 'queue-length' ? `${point.threshold} tasks a vCPU` : `${point.threshold / 1000} us`;
  return {
    claims: [
      {
        id: 'best-signal',
        claim: 'Which signal reacts best per false grant?',
        source: 'APSys 2025, section 3.5 (average queueing delay); Caladan (oldest task)',
        paper: 'no comparison',
        answer:
          `${best.name}: at as many false grants as average makes at 10 us, ${spread(reference.falseGrants)} in ${DURATION}, its p99 of the queueing delay is ${us(best.delayNs!)}, ` +
          `${us(lead)} below ${second.name}'s${differs(lead) ? '' : ' (within chance)'}. ${SURE}`,
        ours:
          `${spread(reference.falseGrants)} of ${spread(reference.grants)} grants are false with average at 10 us; with as many false grants the p99 of the queueing delay is ` +
          `${atBudget.map(told).join(', ')}. Core time without a task, with average at 10 us: ${spread(reference.overhead, 100)} %`,
        brief: `${best.name}: p99 of the delay ${brief(best.delayNs!)}, ${brief(lead)} from ${second.name}${differs(lead) ? '' : ', within chance'}`,
        unit: '',
        supported: 'partly',
        assumptions: [
          'false: the vCPU came, searched, and gave its core back without having run a task; one that came in time for somebody else to be done first counts too',
          'between two thresholds of one signal a straight line',
          confidence(replicationsOf(options)),
        ],
        command: command('signal'),
      },
    ],
    tables: [
      {
        title: 'Signals and thresholds: reaction and price',
        question: 'Which signal reacts fast at the least price?',
        points: { of: 0, x: 3, y: 2 },
        head: ['signal', 'threshold', 'p99 of queueing delay', 'core time without a task', 'grants', 'false grants'],
        rows: points.map((point) => [
          point.signal,
          unitOf(point),
          us(point.delayNs),
          `${spread(point.overhead, 100)} %`,
          spread(point.grants),
          spread(point.falseGrants),
        ]),
      },
    ],
  };
}
