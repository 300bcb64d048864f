// Is proactive task migration worth its complexity? Two services of different priority share 16 cores; the bursts of the first
// take cores from the second in the middle of its work. With migration a parked vCPU hands its queue on; without, the
// tasks stay and are stolen. Measured on the second service, with stealing and, to see what stealing does, without.

import { pairedDifference } from '../../metrics/confidence.js';
import type { Interval } from '../../metrics/figures.js';
import { CONFIDENCE_LEVEL } from '../../result/replications.js';
import type { ScenarioInput } from '../../scenario/schema.js';
import type { ExperimentOptions } from '../experiment.js';
import {
  brief,
  single,
  replicate,
  replicationsOf,
  vm,
  over,
  type Answer,
  differs,
  us,
  SURE,
  spread,
  confidence,
} from './measure.js';
import { settingsIn } from './parameters.js';
import { command } from './questions.js';
import { migratePicture } from './pictures.js';

export interface MigrateFigures {
  readonly stealing: boolean;
  readonly leftNs: Interval;
  readonly migratedNs: Interval;
  /** p99 with migration less p99 without, seed by seed. */
  readonly differenceNs: Interval;
  readonly parkLeftNs: Interval;
  readonly parkMigratedNs: Interval;
}

function contended(migrate: boolean, stealing: boolean): ScenarioInput {
  return {
    version: 1,
    duration: '200ms',
    warmup: '20ms',
    host: { cores: 17 },
    mechanism: { kind: 'hyperflux', migrate },
    vms: [
      {
        name: 'front',
        class: 'latency-critical',
        priority: 20,
        vcpus: { min: 1, max: 12 },
        workload: {
          arrivals: { process: 'onoff', onRate: 1e6, offRate: 5e4, meanOn: '200us', meanOff: '800us' },
          request: single('10us'),
        },
      },
      {
        name: 'back',
        class: 'latency-critical',
        priority: 10,
        vcpus: { min: 2, max: 16 },
        dispatch: 'shortest-queue',
        stealing: stealing ? { amount: 'half', victim: 'random' } : 'none',
        workload: { arrivals: { process: 'poisson', rate: 4e5 }, request: single('20us') },
      },
    ],
  };
}

export async function measureMigrate(stealing: boolean, options?: ExperimentOptions): Promise<MigrateFigures> {
  const left = await replicate(contended(false, stealing), options);
  const migrated = await replicate(contended(true, stealing), options);
  const p99 = (results: typeof left): (number | null)[] => results.map((result) => vm(result, 'back').latencyNs.p99);
  return {
    stealing,
    leftNs: over(left, (result) => vm(result, 'back').latencyNs.p99),
    migratedNs: over(migrated, (result) => vm(result, 'back').latencyNs.p99),
    differenceNs: pairedDifference(p99(left), p99(migrated), CONFIDENCE_LEVEL),
    parkLeftNs: over(left, (result) => result.reallocation.parkNs.mean),
    parkMigratedNs: over(migrated, (result) => result.reallocation.parkNs.mean),
  };
}

export async function migrate(options?: ExperimentOptions): Promise<Answer> {
  const cases = [await measureMigrate(true, options), await measureMigrate(false, options)];
  const verdict = ({ differenceNs }: MigrateFigures): string =>
    differs(differenceNs)
      ? differenceNs.mean! < 0
        ? 'better'
        : 'worse'
      : 'no difference that can be told from chance';
  const [stealing, none] = cases as [MigrateFigures, MigrateFigures];
  const rows = cases.map((one) => [
    one.stealing ? 'half' : 'none',
    us(one.leftNs),
    us(one.migratedNs),
    us(one.differenceNs),
    us(one.parkLeftNs),
    us(one.parkMigratedNs),
  ]);
  return {
    claims: [
      {
        id: 'migration',
        claim: 'Is proactive task migration worth its complexity?',
        source: 'APSys 2025, section 3.4',
        paper: 'named as future work, no figure',
        answer:
          `${differs(stealing.differenceNs) && stealing.differenceNs.mean! < 0 ? 'Yes' : 'No'}, where idle vCPUs steal: p99 of the service that loses its cores changes by ` +
          `${us(stealing.differenceNs)} (${verdict(stealing)}); without stealing by ${us(none.differenceNs)} (${verdict(none)}). ${SURE}`,
        ours:
          `with work stealing: p99 ${us(stealing.leftNs)} left to be stolen, ${us(stealing.migratedNs)} migrated, ${verdict(stealing)} ` +
          `(difference ${us(stealing.differenceNs)}), while parking takes ${spread(stealing.parkMigratedNs, 1e-3)} us instead of ${spread(stealing.parkLeftNs, 1e-3)} us. ` +
          `Without stealing: ${us(none.leftNs)} and ${us(none.migratedNs)}, ${verdict(none)} (difference ${us(none.differenceNs)})`,
        brief: `with stealing ${brief(stealing.differenceNs)} (${verdict(stealing)}), without ${brief(none.differenceNs)} of p99 (${verdict(none)})`,
        unit: 'us',
        supported: 'partly',
        assumptions: [
          `moving a waiting task costs ${settingsIn(options).number('costs.migrateTask')} ns (costs.migrateTask), to the active vCPUs in turn`,
          "service of 20 us at half of the host beside bursts of ten cores' worth for 200 us on average",
          confidence(replicationsOf(options)),
        ],
        command: command('migrate'),
      },
    ],
    tables: [
      {
        title: 'Tasks of a parked vCPU: left to be stolen, or migrated',
        question: 'Does it pay to migrate the tasks of a parked vCPU?',
        head: ['stealing', 'left: p99', 'migrated: p99', 'difference', 'parking, left', 'migrated'],
        rows,
        picture: migratePicture(rows),
      },
    ],
  };
}
