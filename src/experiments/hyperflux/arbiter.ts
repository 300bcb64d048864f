// How many VMs can one polling arbiter serve, and what do aggregated metrics and batched moves buy? VMs that sleep until a
// request comes; what is measured is how long the request waits until the arbiter has decided that a core comes. Theory:
// a round reads every VM at pollPerVm each, so a request waits half a period for the round to begin and the round's cost for its
// end; the period is the greater of the interval and that cost.

import type { Interval } from '../../metrics/figures.js';
import type { ScenarioInput } from '../../scenario/schema.js';
import type { ExperimentOptions } from '../experiment.js';
import { brief, replicate, replicationsOf, over, type Answer, meanOf, us, SURE, confidence } from './measure.js';
import { settingsIn } from './parameters.js';
import { command } from './questions.js';
import { arbiterPicture } from './pictures.js';

const INTERVAL = 'mechanism.hyperflux.interval';
const PER_VM = 'costs.pollPerVm';
const REPLICATIONS = 'arbiter.replications';

// thousands of VMs: the intervals are narrow already

export interface ArbiterPoint {
  readonly vms: number;
  readonly aggregate: boolean;
  readonly meanNs: Interval;
  readonly p99Ns: Interval;
  /** Half a period and one round, from the parameters alone. */
  readonly theoryNs: number;
}

export interface ArbiterFigures {
  readonly points: readonly ArbiterPoint[];
  /** From the first to the last core of a request that announces 256 tasks. */
  readonly serialNs: Interval;
  readonly batchedNs: Interval;
}

/** Mean wait for the arbiter's decision, ns, without the moves that are issued before. */
export function theory(vms: number, aggregate: boolean, settings = settingsIn(undefined)): number {
  const round = settings.number(PER_VM) * (aggregate ? Math.ceil(vms / 64) : vms);
  return Math.max(settings.number(INTERVAL), round) / 2 + round;
}

/** The most VMs whose round fits into the interval: beyond, reaction grows with every VM. */
export const saturationVms = (settings = settingsIn(undefined)): number =>
  Math.floor(settings.number(INTERVAL) / settings.number(PER_VM));

const COUNTS = [32, 128, 181, 256, 512, 1024, 2048] as const;

function sleepers(vms: number, aggregate: boolean): ScenarioInput {
  return {
    version: 1,
    duration: '20ms',
    host: { cores: 257 },
    mechanism: { kind: 'hyperflux', aggregate },
    histogram: { share: 'group', precision: 0.05 },
    vms: [
      {
        name: 'sleeper',
        count: vms,
        class: 'latency-critical',
        vcpus: { min: 0, max: 1 },
        workload: {
          arrivals: { process: 'poisson', rate: 1e5 / vms },
          request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '10us' } }] },
        },
      },
    ],
  };
}

function wide(batch: boolean): ScenarioInput {
  return {
    version: 1,
    duration: '1ms',
    host: { cores: 258 },
    mechanism: { kind: 'hyperflux', mode: 'proactive', batch },
    vms: [
      {
        name: 'query',
        class: 'latency-critical',
        vcpus: { min: 0, max: 256 },
        workload: {
          arrivals: { process: 'deterministic', rate: 2000 },
          request: { stages: [{ tasks: 256, service: { dist: 'exponential', mean: '50us' } }] },
        },
      },
    ],
  };
}

export async function measureArbiter(options?: ExperimentOptions): Promise<ArbiterFigures> {
  const points: ArbiterPoint[] = [];
  for (const aggregate of [false, true]) {
    for (const vms of COUNTS) {
      const results = await replicate(sleepers(vms, aggregate), options, replicationsOf(options, REPLICATIONS));
      points.push({
        vms,
        aggregate,
        meanNs: over(results, (result) => result.reallocation.detectionNs.mean),
        p99Ns: over(results, (result) => result.reallocation.detectionNs.p99),
        theoryNs: theory(vms, aggregate, settingsIn(options)),
      });
    }
  }
  const lastNs = async (batch: boolean): Promise<Interval> =>
    over(await replicate(wide(batch), options, replicationsOf(options, REPLICATIONS)), (result) =>
      Math.max(...result.reallocation.grantCurve!.map(({ atNs }) => atNs)),
    );
  return { points, serialNs: await lastNs(false), batchedNs: await lastNs(true) };
}

export async function arbiter(options?: ExperimentOptions): Promise<Answer> {
  const settings = settingsIn(options);
  // a round that takes no time fits into every interval
  const vmsOfARound = saturationVms(settings);
  const saturation = Number.isFinite(vmsOfARound) ? String(vmsOfARound) : 'any number of';
  const { points, serialNs, batchedNs } = await measureArbiter(options);
  const at = (vms: number, aggregate: boolean): ArbiterPoint =>
    points.find((point) => point.vms === vms && point.aggregate === aggregate)!;
  const few = at(32, false);
  const collapsed = points.find((point) => !point.aggregate && meanOf(point.meanNs) > 2 * meanOf(few.meanNs));
  const most = COUNTS.at(-1)!;
  const rows = COUNTS.map((vms) => [
    String(vms),
    ...[at(vms, false), at(vms, true)].flatMap((point) => [
      us(point.meanNs),
      `${(point.theoryNs / 1000).toFixed(1)} us`,
      us(point.p99Ns),
    ]),
  ]);
  return {
    claims: [
      {
        id: 'arbiter-collapse',
        claim: 'How many VMs can one polling arbiter serve before its reaction collapses?',
        source: 'APSys 2025, section 3.6',
        paper:
          'left open ("thousands of VMs"); a note on Junction sees a Caladan scheduler saturate at about 180 instances',
        answer:
          `Some ${saturation}: as many as one round reads within the interval of ${settings.number(INTERVAL) / 1000} us; a decision then takes ${us(at(181, false).meanNs)}, ` +
          `and from there on grows with every VM, to ${us(at(most, false).meanNs)} at ${most}. ${SURE}`,
        ours:
          `up to ${saturation} VMs a round fits into the interval; the decision takes ${us(few.meanNs)} at 32 VMs, ${us(at(181, false).meanNs)} at 181, ` +
          `${collapsed === undefined ? 'never twice that of 32' : `more than twice that of 32 from ${collapsed.vms} on`}, ${us(at(most, false).meanNs)} at ${most}`,
        brief: `${saturation} VMs, what one round reads; ${brief(at(most, false).meanNs)} a decision at ${most}`,
        unit: '',
        supported: 'partly',
        assumptions: [
          `costs.pollPerVm = ${settings.number(PER_VM)} ns (55 is derived from 10 us / 180 instances): the knee at ${saturation} is that figure again and no independent find`,
          `${confidence(replicationsOf(options, REPLICATIONS))}; theory (half a period and one round): ${points
            .filter((point) => !point.aggregate)
            .map((point) => `${point.vms}: ${(point.theoryNs / 1000).toFixed(1)} us`)
            .join(', ')}`,
        ],
        command: command('arbiter'),
      },
      {
        id: 'aggregation',
        claim: 'What do aggregated metrics and batched moves buy?',
        source: 'APSys 2025, section 3.6',
        paper: 'no figure',
        answer:
          `One bit a VM makes the decision at ${most} VMs ${(meanOf(at(most, false).meanNs) / meanOf(at(most, true).meanNs)).toFixed(0)} times as fast, ${us(at(most, true).meanNs)}; ` +
          `batched moves bring the last of 256 cores after ${us(batchedNs)} instead of ${us(serialNs)}. ${SURE}`,
        ours:
          `one bit a VM, 64 read at once: ${us(at(most, true).meanNs)} at ${most} VMs instead of ${us(at(most, false).meanNs)}. ` +
          `Moves issued together: the 256 cores of one request are all at work after ${us(batchedNs)} instead of ${us(serialNs)}`,
        brief: `a decision at ${most} VMs in ${brief(at(most, true).meanNs)} instead of ${brief(at(most, false).meanNs)}; the last of 256 cores after ${brief(batchedNs)} instead of ${brief(serialNs)}`,
        unit: '',
        supported: 'partly',
        assumptions: [
          `reading 64 bits costs as much as reading one VM; issuing a move costs ${settings.number('costs.issue')} ns (costs.issue); idle cores`,
          'the 256 cores are idle, so how long they take follows from the parameters: the services are drawn, and every replication has the same figure',
          confidence(replicationsOf(options, REPLICATIONS)),
        ],
        command: command('arbiter'),
      },
    ],
    tables: [
      {
        title: 'From a request that finds its VM asleep to the decision that a core comes',
        question: 'How long until the arbiter decides, by the number of VMs?',
        head: ['VMs', 'mean', 'theory', 'p99', 'aggregated: mean', 'theory', 'p99'],
        rows,
        picture: arbiterPicture(rows),
      },
    ],
  };
}
