// The scenarios of `fluxhost suite`. They are fixed: whoever cites a figure of suite 1 means these twelve, so a change of any is another
// version. Short on purpose, since every mechanism runs each with several seeds. Hosts, loads and targets are assumed; a target is
// about twice the latency that `ideal` has.

import { InputError, show } from '../../input/errors.js';
import { resolveScenario } from '../../scenario/resolve.js';
import type { ScenarioInput } from '../../scenario/schema.js';
import type { Scenario } from '../../scenario/types.js';
import { AZURE_LIKE } from './azure-like.js';

/** Of the set: one version, one table. */
export const SUITE_VERSION = 1;

/** One scenario of the suite. */
export interface SuiteScenario {
  readonly name: string;
  /** What it asks of a mechanism, in a few words. */
  readonly about: string;
  readonly scenario: Scenario;
}

type Vm = ScenarioInput['vms'][number];
type Request = NonNullable<Vm['workload']>['request'];

const exponential = (mean: string): Request => ({ stages: [{ tasks: 1, service: { dist: 'exponential', mean } }] });

/** A job that takes every core that nobody else needs. */
const batch = (max: number, piece = '500us'): Vm => ({
  name: 'batch',
  class: 'best-effort',
  vcpus: { min: 0, max },
  workload: {
    arrivals: { process: 'saturate', tasks: 3 * max },
    request: { stages: [{ tasks: 1, service: { dist: 'constant', value: piece } }] },
  },
});

/** 200 ms after 20 ms of warm-up. */
const on = (cores: number, vms: readonly Vm[], host: Partial<ScenarioInput['host']> = {}): ScenarioInput => ({
  version: 1,
  seed: 1,
  duration: '200ms',
  warmup: '20ms',
  host: { cores, ...host },
  mechanism: 'ideal',
  vms: [...vms],
});

const INPUTS: readonly (readonly [name: string, about: string, input: ScenarioInput])[] = [
  [
    'bursts',
    '60 times the load for 1 ms of every 10',
    on(17, [
      {
        name: 'api',
        vcpus: { min: 2, max: 14 },
        slo: { quantile: 0.99, latency: '100us' },
        workload: {
          arrivals: {
            process: 'onoff',
            onRate: 1.2e6,
            offRate: 2e4,
            meanOn: '1ms',
            meanOff: '9ms',
            dwell: 'constant',
          },
          request: exponential('10us'),
        },
      },
      batch(16),
    ]),
  ],
  [
    'random-bursts',
    'three rates that follow one another at random, lognormal service',
    on(17, [
      {
        name: 'api',
        vcpus: { min: 2, max: 16 },
        slo: { quantile: 0.99, latency: '200us' },
        workload: {
          arrivals: {
            process: 'mmpp',
            states: [
              { rate: 5e4, meanDwell: '2ms' },
              { rate: 2e5, meanDwell: '1ms' },
              { rate: 6e5, meanDwell: '500us' },
            ],
          },
          request: { stages: [{ tasks: 1, service: { dist: 'lognormal', mean: '15us', cv: 1.5 } }] },
        },
      },
      batch(16),
    ]),
  ],
  [
    'colocation',
    'three services whose bursts do not meet, and a batch job',
    on(25, [
      {
        name: 'search',
        priority: 20,
        vcpus: { min: 2, max: 16 },
        slo: { quantile: 0.99, latency: '300us' },
        workload: {
          arrivals: { process: 'onoff', onRate: 5e5, offRate: 5e4, meanOn: '1ms', meanOff: '4ms' },
          request: { stages: [{ tasks: 1, service: { dist: 'lognormal', mean: '20us', cv: 1.5 } }] },
        },
      },
      {
        name: 'cache',
        vcpus: { min: 1, max: 8 },
        slo: { quantile: 0.999, latency: '300us' },
        workload: {
          arrivals: { process: 'onoff', onRate: 6e5, offRate: 4e4, meanOn: '500us', meanOff: '4500us' },
          request: {
            stages: [{ tasks: 1, service: { dist: 'bimodal', short: '5us', long: '100us', longShare: 0.02 } }],
          },
        },
      },
      {
        name: 'sessions',
        vcpus: { min: 1, max: 8 },
        slo: { quantile: 0.99, latency: '250us' },
        workload: {
          arrivals: { process: 'poisson', rate: 8e4 },
          request: exponential('25us'),
        },
      },
      batch(24),
    ]),
  ],
  [
    'fork-join',
    'queries of up to 64 tasks at once between two single ones',
    on(33, [
      {
        name: 'query',
        vcpus: { min: 2, max: 32 },
        slo: { quantile: 0.99, latency: '600us' },
        workload: {
          arrivals: { process: 'poisson', rate: 2e4 },
          request: {
            stages: [
              { tasks: 1, service: { dist: 'constant', value: '10us' } },
              {
                tasks: {
                  dist: 'mixture',
                  components: [
                    { weight: 9, dist: 'uniform', min: 1, max: 16 },
                    { weight: 1, dist: 'constant', value: 64 },
                  ],
                },
                service: { dist: 'exponential', mean: '30us' },
              },
              { tasks: 1, service: { dist: 'exponential', mean: '15us' } },
            ],
          },
        },
      },
      batch(32, '200us'),
    ]),
  ],
  [
    'locks',
    'every fifth task takes one lock; who waits blocks',
    on(17, [
      {
        name: 'store',
        vcpus: { min: 2, max: 12 },
        slo: { quantile: 0.99, latency: '150us' },
        workload: {
          arrivals: { process: 'onoff', onRate: 5e5, offRate: 1e5, meanOn: '1ms', meanOff: '4ms' },
          request: {
            stages: [{ tasks: 1, service: { dist: 'exponential', mean: '15us' } }],
            lock: { probability: 0.2, hold: '4us', wait: 'block' },
          },
        },
      },
      batch(16),
    ]),
  ],
  [
    'many-vms',
    '24 small services, each quiet nine tenths of the time',
    on(33, [
      {
        name: 'tenant',
        count: 24,
        vcpus: { min: 1, max: 4 },
        slo: { quantile: 0.99, latency: '120us' },
        workload: {
          arrivals: { process: 'onoff', onRate: 2e5, offRate: 1e4, meanOn: '500us', meanOff: '4500us' },
          request: exponential('12us'),
        },
      },
      batch(32),
    ]),
  ],
  [
    'azure-replay',
    'gaps and durations as in Azure Functions 2021, a second as a microsecond',
    on(17, [
      {
        name: 'functions',
        vcpus: { min: 1, max: 16 },
        slo: { quantile: 0.99, latency: '700us' },
        workload: { arrivals: { process: 'trace', file: AZURE_LIKE, format: 'csv', columns: { service: 'service' } } },
      },
      batch(16),
    ]),
  ],
  [
    'memory-pressure',
    '12 GiB of pages in 8 GiB, 60 % of them cold',
    on(
      14,
      [
        {
          name: 'services',
          vcpus: { min: 2, max: 8 },
          slo: { quantile: 0.99, latency: '150us' },
          memory: {
            size: '12GiB',
            touches: 1,
            access: { pattern: 'uniform', cold: 0.6, coldTouches: 0.02 },
          },
          workload: {
            arrivals: { process: 'onoff', onRate: 3e5, offRate: 5e4, meanOn: '1ms', meanOff: '4ms' },
            request: exponential('15us'),
          },
        },
        batch(10),
      ],
      {
        memory: {
          size: '8GiB',
          pageSample: 512,
          workers: 2,
          cores: 2,
          content: { lz4: 1 },
          scan: { interval: '20ms' },
        },
      },
    ),
  ],
  [
    'smt',
    'two hardware threads a core: a neighbour slows who shares one',
    on(
      18,
      [
        {
          name: 'api',
          vcpus: { min: 2, max: 14 },
          slo: { quantile: 0.99, latency: '150us' },
          workload: {
            arrivals: { process: 'onoff', onRate: 5e5, offRate: 5e4, meanOn: '1ms', meanOff: '4ms' },
            request: exponential('12us'),
          },
        },
        batch(16),
      ],
      { smt: 2 },
    ),
  ],
  [
    'overload',
    'a fifth more than its cores can do; what finds the VM full is turned away',
    on(13, [
      {
        name: 'api',
        vcpus: { min: 2, max: 8 },
        slo: { quantile: 0.5, latency: '300us' },
        queueLimit: 64,
        workload: { arrivals: { process: 'poisson', rate: 9.6e5 }, request: exponential('10us') },
      },
      {
        name: 'neighbour',
        vcpus: { min: 1, max: 4 },
        slo: { quantile: 0.99, latency: '150us' },
        workload: { arrivals: { process: 'poisson', rate: 1e5 }, request: exponential('15us') },
      },
      batch(12),
    ]),
  ],
  [
    'heavy-tail',
    'one request of 200 takes a hundred times as long as the others',
    on(17, [
      {
        name: 'kv',
        vcpus: { min: 2, max: 14 },
        slo: { quantile: 0.99, latency: '100us' },
        workload: {
          arrivals: { process: 'poisson', rate: 4e5 },
          request: {
            stages: [{ tasks: 1, service: { dist: 'bimodal', short: '5us', long: '500us', longShare: 0.005 } }],
          },
        },
      },
      batch(16),
    ]),
  ],
  [
    'closed-loop',
    '300 clients that think for 1 ms: who is slow gets less to do',
    on(17, [
      {
        name: 'sessions',
        vcpus: { min: 2, max: 14 },
        slo: { quantile: 0.99, latency: '200us' },
        workload: {
          arrivals: { process: 'closed', clients: 300, think: { dist: 'exponential', mean: '1ms' } },
          request: exponential('20us'),
        },
      },
      batch(16),
    ]),
  ],
];

/** Every scenario of the suite, resolved. */
export function suiteScenarios(): SuiteScenario[] {
  return INPUTS.map(([name, about, input]) => ({ name, about, scenario: resolveScenario(input) }));
}

/** Those that are named, in the suite's order. @throws InputError for a name that is none */
export function chosen(all: readonly SuiteScenario[], names: readonly string[] | undefined): SuiteScenario[] {
  if (names === undefined) return [...all];
  const unknown = names.filter((name) => !all.some((one) => one.name === name));
  if (unknown.length > 0 || names.length === 0) {
    const given = names.length === 0 ? 'nothing' : unknown.map(show).join(', ');
    throw new InputError({ path: '--only', given, expected: `some of ${all.map(({ name }) => name).join(', ')}` });
  }
  return all.filter(({ name }) => names.includes(name));
}
