// What does parking a lock holder cost, and what taking its core blindly? Bursts of a service of higher priority take all but two cores
// from a fork-join service whose tasks share one lock. Four ways to lose a core: never (`static`, pinned shares), parked with the holder
// preempted and left to be stolen (`hyperflux`, as its paper has it), parked at the end of the critical section (`finishSection`), and
// descheduled blindly. Waiters block or spin; short bursts and long ones, because a holder that is gone is gone until they are over.

import { meanInterval, pairedDifference } from '../../metrics/confidence.js';
import type { Interval } from '../../metrics/figures.js';
import { CONFIDENCE_LEVEL } from '../../result/replications.js';
import type { VmResult, LockResult, Result } from '../../result/result.js';
import type { ScenarioInput } from '../../scenario/schema.js';
import type { ExperimentOptions, ExperimentTable } from '../experiment.js';
import {
  brief,
  single,
  replicate,
  replicationsOf,
  vm,
  over,
  type Answer,
  us,
  differs,
  spread,
  SURE,
  confidence,
} from './measure.js';
import { defaultsOf } from '../parameters.js';
import { HYPERFLUX_PARAMETERS, settingsIn } from './parameters.js';
import { lockPicture } from './pictures.js';
import { command } from './questions.js';

export type Way = 'static' | 'parked' | 'section finished' | 'blind';
export type LockWait = 'block' | 'spin';
export type Burst = '500us' | '2ms';

const WAYS = ['static', 'parked', 'section finished', 'blind'] as const;
const WAITS = ['block', 'spin'] as const;
const BURSTS = ['500us', '2ms'] as const;
/** The guests' shares where cores never move; the core that polls elsewhere is the second one's then. */
const PINNED = { front: 14, back: 3 };
/** Where nothing is set. */
export const HOLD_NS = defaultsOf(HYPERFLUX_PARAMETERS).number('lock.hold') * 1000;
/** A lost holder is rare, a dozen in a run, and so are the waits that it makes long. */
const REPLICATIONS = 'lock.replications';

const MECHANISMS = {
  static: 'static',
  parked: 'hyperflux',
  'section finished': { kind: 'hyperflux', finishSection: true },
  blind: 'blind',
} as const satisfies Record<Way, ScenarioInput['mechanism']>;

export function locked(way: Way, wait: LockWait, burst: Burst, settings = settingsIn(undefined)): ScenarioInput {
  const fixed = way === 'static';
  return {
    version: 1,
    duration: '500ms',
    warmup: '20ms',
    host: { cores: 17 },
    mechanism: MECHANISMS[way],
    vms: [
      {
        name: 'front',
        class: 'latency-critical',
        priority: 20,
        vcpus: { min: fixed ? PINNED.front : 1, max: 14 },
        workload: {
          arrivals: { process: 'onoff', onRate: 1.4e6, offRate: 2e4, meanOn: burst, meanOff: burst, dwell: 'constant' },
          request: single('10us'),
        },
      },
      {
        name: 'back',
        class: 'latency-critical',
        priority: 10,
        vcpus: fixed ? { min: PINNED.back, max: PINNED.back } : { min: 2, max: 16 },
        workload: {
          arrivals: { process: 'poisson', rate: 1e4 },
          request: {
            stages: [{ tasks: 4, service: { dist: 'exponential', mean: '20us' } }],
            lock: {
              probability: settings.number('lock.probability'),
              hold: `${Math.round(settings.number('lock.hold') * 1000)}ns`,
              wait,
            },
          },
        },
      },
    ],
  };
}

export interface LockPoint {
  readonly way: Way;
  readonly wait: LockWait;
  readonly burst: Burst;
  /** Of the service with the lock, one for each replication. */
  readonly back: readonly VmResult[];
  /** p99 of the service that takes the cores, and how long parking takes. */
  readonly frontP99Ns: Interval;
  readonly parkNs: Interval;
}

const locksOf = (back: VmResult): LockResult => back.locks!;
/** The longest of a run, and of all runs of a point. */
const longestWaitNs = (back: VmResult): number => locksOf(back).longestWaitNs ?? 0;
const longestOffCoreNs = (back: VmResult): number => back.longestOffCoreNs ?? 0;

export async function measureLock(options?: ExperimentOptions): Promise<readonly LockPoint[]> {
  const settings = settingsIn(options);
  const points: LockPoint[] = [];
  for (const wait of WAITS) {
    for (const burst of BURSTS) {
      for (const way of WAYS) {
        const results: readonly Result[] = await replicate(
          locked(way, wait, burst, settings),
          options,
          replicationsOf(options, REPLICATIONS),
        );
        points.push({
          way,
          wait,
          burst,
          back: results.map((result) => vm(result, 'back')),
          frontP99Ns: over(results, (result) => vm(result, 'front').latencyNs.p99),
          parkNs: over(results, (result) => result.reallocation.parkNs.mean),
        });
      }
    }
  }
  return points;
}

/** The 95 % interval of a figure of the service with the lock. */
function mean(point: LockPoint, read: (back: VmResult) => number | null): Interval {
  return meanInterval(point.back.map(read), CONFIDENCE_LEVEL);
}

/** A figure of `b` less the same of `a`, seed by seed. */
export function lockDifference(a: LockPoint, b: LockPoint, read: (back: VmResult) => number | null): Interval {
  return pairedDifference(a.back.map(read), b.back.map(read), CONFIDENCE_LEVEL);
}

export async function lock(options?: ExperimentOptions): Promise<Answer> {
  const settings = settingsIn(options);
  const points = await measureLock(options);
  const at = (way: Way, wait: LockWait, burst: Burst): LockPoint =>
    points.find((point) => point.way === way && point.wait === wait && point.burst === burst)!;
  const most = (point: LockPoint, read: (back: VmResult) => number): string =>
    `${(Math.max(...point.back.map(read)) / 1000).toFixed(1)} us`;
  const told = (interval: Interval): string => `${us(interval)}${differs(interval) ? '' : ' (within chance)'}`;

  const p999 = (a: LockPoint, b: LockPoint): string => {
    const difference = lockDifference(a, b, (back) => back.latencyNs.p999);
    return `${brief(difference)}${differs(difference) ? '' : ', within chance'}`;
  };
  const parkedAgainst = (wait: LockWait): string => {
    const [finished, parked] = [at('section finished', wait, '500us'), at('parked', wait, '500us')];
    return (
      `${wait === 'spin' ? 'spinning' : 'blocking'} lock: a holder preempted ${spread(mean(parked, (back) => locksOf(back).holderPreemptions))} times a run instead of never; ` +
      `mean wait for the lock ${told(lockDifference(finished, parked, (back) => locksOf(back).meanWaitNs))} longer, ` +
      `longest ${told(lockDifference(finished, parked, longestWaitNs))} longer, p99.9 ${told(lockDifference(finished, parked, (back) => back.latencyNs.p999))} longer`
    );
  };
  const lostHolder = (wait: LockWait): string => {
    const [finished, parked] = [at('section finished', wait, '500us'), at('parked', wait, '500us')];
    const longer = told(lockDifference(finished, parked, (back) => locksOf(back).meanWaitNs));
    const tail = told(lockDifference(finished, parked, (back) => back.latencyNs.p999));
    return `with a ${wait === 'spin' ? 'spinning' : 'blocking'} lock the mean wait for it changes by ${longer}, p99.9 by ${tail}`;
  };
  const blindAgainst = (wait: LockWait, burst: Burst): string => {
    const [parked, blind] = [at('parked', wait, burst), at('blind', wait, burst)];
    return (
      `${wait === 'spin' ? 'spinning' : 'blocking'}, bursts of ${burst}: longest wait of a run ${us(mean(blind, longestWaitNs))}, at most ${most(blind, longestWaitNs)}, ` +
      `beside a vCPU off its core for ${us(mean(blind, longestOffCoreNs))}, at most ${most(blind, longestOffCoreNs)} ` +
      `(parked: ${us(mean(parked, longestWaitNs))}, none off its core), p99.9 ${told(lockDifference(parked, blind, (back) => back.latencyNs.p999))} longer`
    );
  };
  const stuck = at('blind', 'spin', '2ms');
  const park = (way: Way): string => us(at(way, 'spin', '500us').parkNs);
  return {
    claims: [
      {
        id: 'lock-holder',
        claim: 'What does parking a lock holder cost?',
        source: 'APSys 2025, section 3.4',
        paper:
          'the holder is preempted, "active vCPUs will eventually steal and execute" it: a temporary, "modest latency increase"; no figure',
        answer: `Against a vCPU that first finishes its critical section, ${WAITS.map(lostHolder).join('; ')}. ${SURE}`,
        ours:
          `against a vCPU that first finishes its critical section, bursts of 500us: ${WAITS.map(parkedAgainst).join('; ')}. ` +
          `Finishing it makes parking take ${park('section finished')} instead of ${park('parked')} on average`,
        brief: `p99.9 longer by ${WAITS.map((wait) => `${p999(at('section finished', wait, '500us'), at('parked', wait, '500us'))} (${wait})`).join(', ')}`,
        unit: '',
        supported: 'partly',
        assumptions: [
          'the parked holder waits in its queue until a vCPU of its VM finds nothing else to do and steals it: it has no precedence',
          'who spins sees that the holder does not run and leaves its vCPU to other tasks; a blocked waiter gets the lock handed over, in order, and queues where it was released',
          `critical section of ${settings.number('lock.hold')} us in ${100 * settings.number('lock.probability')} % of the tasks, four tasks of 20 us a request, half of the two cores that are never taken`,
          confidence(replicationsOf(options, REPLICATIONS)),
        ],
        command: command('lock'),
      },
      {
        id: 'blind-taking',
        claim: 'What does taking the core blindly cost?',
        source: 'APSys 2025, sections 2.1 and 3.4',
        paper:
          '"if a task running on a vCPU is holding a lock and that vCPU is abruptly de-scheduled, other tasks […] cannot progress properly"; no figure',
        answer:
          `Where waiters spin, the lock stands still for as long as the vCPU is away, with bursts of 2 ms ${us(mean(stuck, longestWaitNs))} at the longest of a run instead of ` +
          `${us(mean(at('parked', 'spin', '2ms'), longestWaitNs))} when parked, and p99.9 is ${told(lockDifference(at('parked', 'spin', '2ms'), stuck, (back) => back.latencyNs.p999))} longer; ` +
          `where they block, p99.9 changes by ${told(lockDifference(at('parked', 'block', '2ms'), at('blind', 'block', '2ms'), (back) => back.latencyNs.p999))}. ${SURE}`,
        ours:
          `${WAITS.flatMap((wait) => BURSTS.map((burst) => blindAgainst(wait, burst))).join('; ')}. ` +
          `Stuck on vCPUs that were gone, a run of 500 ms (spinning, 2 ms): ${spread(mean(stuck, (back) => back.preemptions))} tasks in the middle of their work, ` +
          `${spread(mean(stuck, (back) => back.stranded))} queued there after it; parked: none`,
        brief: `waiters that spin stand still for ${brief(mean(stuck, longestWaitNs))}; parked: ${brief(mean(at('parked', 'spin', '2ms'), longestWaitNs))}`,
        unit: '',
        supported: 'partly',
        assumptions: [
          "the host counts a vCPU that it took in the middle of a task as waiting, and gives the VM's next core to one of those, the first in order: it cannot know which one holds the lock",
          'a waiter that spins cannot know that the holder is gone and spins on, so the lock stands still until the burst is over; a waiter that blocks lets its vCPU go idle, and the core that it gives back brings the holder back: that is why blocking hides the hazard',
          'the queue of a vCPU that is gone can be stolen from; what ran on it cannot',
          'longest: over all replications; waits and absences that ended in the run',
          confidence(replicationsOf(options, REPLICATIONS)),
        ],
        command: command('lock'),
      },
    ],
    tables: BURSTS.map((burst) => lockTable(points, burst)),
  };
}

const lockTable = (points: readonly LockPoint[], burst: string): ExperimentTable => {
  const rows = points
    .filter((point) => point.burst === burst)
    .map((point) => [
      point.wait,
      point.way,
      spread(mean(point, (back) => locksOf(back).holderPreemptions)),
      spread(mean(point, (back) => locksOf(back).longestConvoy)),
      us(mean(point, (back) => locksOf(back).meanWaitNs)),
      us(mean(point, longestWaitNs)),
      point.way === 'blind' ? us(mean(point, longestOffCoreNs)) : '-',
      point.way === 'blind' ? spread(mean(point, (back) => back.preemptions)) : '0',
      spread(mean(point, (back) => back.stranded)),
      us(mean(point, (back) => back.latencyNs.p99)),
      us(mean(point, (back) => back.latencyNs.p999)),
      us(point.frontP99Ns),
    ]);
  return {
    title: `A service with a lock loses cores to bursts of ${burst}`,
    question: `What does losing a lock’s holder cost, under bursts of ${burst}?`,
    head: [
      'lock',
      'cores go',
      'holders lost',
      'convoy',
      'mean wait',
      'longest wait',
      'longest off core',
      'stuck: running',
      'queued',
      'p99',
      'p99.9',
      "the other's p99",
    ],
    rows,
    picture: lockPicture(rows),
  };
};
