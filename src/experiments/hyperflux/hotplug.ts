// How long may a hot-plug take before the burst is over? A service whose load rises sixtyfold for 10 ms; the time to plug a core
// in is swept from the 13 us of a HyperFlux move to the second that the position paper names. The agent's own interval is
// set to 10 us, so that the plug alone is what is seen.

import type { Interval } from '../../metrics/figures.js';
import type { ScenarioInput } from '../../scenario/schema.js';
import type { ExperimentOptions } from '../experiment.js';
import { single, over, replicate, replicationsOf, vm, type Answer, meanOf, us, SURE, confidence } from './measure.js';
import { settingsIn } from './parameters.js';
import { command } from './questions.js';
import { hotplugPicture } from './pictures.js';

const SLO_NS = 200_000;
/** The most that unplugging takes: the cores must be gone before the next burst. */
const UNPLUG_NS = 1_000_000;

export interface HotplugPoint {
  readonly latencyNs: number;
  readonly p99Ns: Interval;
}

export interface HotplugFigures {
  readonly points: readonly HotplugPoint[];
  /** Never plugged at all: `static` with the same guarantee. */
  readonly neverNs: Interval;
  readonly hyperfluxNs: Interval;
}

const LATENCIES: readonly (readonly [string, number])[] = [
  ['13us', 13_000],
  ['100us', 100_000],
  ['1ms', 1_000_000],
  ['5ms', 5_000_000],
  ['10ms', 10_000_000],
  ['100ms', 100_000_000],
  ['1s', 1_000_000_000],
];

const EVERY_MS = 1500;

function burst(mechanism: ScenarioInput['mechanism'], burstMs: number): ScenarioInput {
  return {
    version: 1,
    duration: '6s',
    host: { cores: 17 },
    mechanism,
    vms: [
      {
        name: 'api',
        class: 'latency-critical',
        vcpus: { min: 2, max: 14 },
        workload: {
          arrivals: {
            process: 'onoff',
            onRate: 1.2e6,
            offRate: 2e4,
            meanOn: `${burstMs * 1e6}ns`,
            meanOff: `${(EVERY_MS - burstMs) * 1e6}ns`,
            dwell: 'constant',
          },
          request: single('10us'),
        },
      },
      {
        name: 'batch',
        class: 'best-effort',
        vcpus: { min: 2, max: 16 },
        workload: {
          arrivals: { process: 'saturate', tasks: 64 },
          request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '1ms' } }] },
        },
      },
    ],
  };
}

export async function measureHotplug(options?: ExperimentOptions): Promise<HotplugFigures> {
  const burstMs = settingsIn(options).number('hotplug.burst');
  const p99 = async (mechanism: ScenarioInput['mechanism']): Promise<Interval> =>
    over(await replicate(burst(mechanism, burstMs), options), (result) => vm(result, 'api').latencyNs.p99);
  const points: HotplugPoint[] = [];
  for (const [latency, latencyNs] of LATENCIES) {
    const unplugLatency = `${Math.min(latencyNs, UNPLUG_NS)}ns`;
    const mechanism = { kind: 'hotplug', latency, unplugLatency, idleBefore: '20ms', interval: '10us' } as const;
    points.push({ latencyNs, p99Ns: await p99(mechanism) });
  }
  return { points, neverNs: await p99('static'), hyperfluxNs: await p99('hyperflux') };
}

export async function hotplug(options?: ExperimentOptions): Promise<Answer> {
  const burstMs = settingsIn(options).number('hotplug.burst');
  const { points, neverNs, hyperfluxNs } = await measureHotplug(options);
  const label = (ns: number): string => LATENCIES.find(([, value]) => value === ns)![0];
  const within = points.filter((point) => meanOf(point.p99Ns) <= SLO_NS).at(-1);
  const half = points.find((point) => meanOf(point.p99Ns) >= meanOf(neverNs) / 10);
  const rows = [
    ...points.map((point) => [label(point.latencyNs), us(point.p99Ns)]),
    ['never plugged', us(neverNs)],
    ['hyperflux', us(hyperfluxNs)],
  ];
  return {
    claims: [
      {
        id: 'hotplug-latency',
        claim: `How long may a hot-plug take before a ${burstMs} ms burst is over?`,
        source: 'APSys 2025, section 2.1; arXiv:2608.12633, abstract',
        paper: '"hundreds of ms to seconds" in one, "millisecond-scale" in the other: too slow for bursts in both',
        answer:
          (within === undefined
            ? 'Less than any latency tried'
            : `Up to ${label(within.latencyNs)}, where p99 is ${us(within.p99Ns)} and within 200 us`) +
          `; a plug of 1 ms costs ${us(points.find((point) => point.latencyNs === 1_000_000)!.p99Ns)}, one of 1 s ${us(points.at(-1)!.p99Ns)}, none at all ${us(neverNs)}. ${SURE}`,
        ours:
          `p99 by latency: ${points.map((point) => `${label(point.latencyNs)}: ${us(point.p99Ns)}`).join('; ')}. ` +
          `Never plugged: ${us(neverNs)}; hyperflux: ${us(hyperfluxNs)}. ` +
          `${within === undefined ? 'No latency tried keeps p99 within 200 us' : `Within 200 us up to ${label(within.latencyNs)}`}; ` +
          `${half === undefined ? 'no latency tried' : `from ${label(half.latencyNs)} on the plug`} costs a tenth or more of what never plugging costs`,
        brief:
          within === undefined
            ? 'less than any latency tried'
            : `up to ${label(within.latencyNs)} keeps p99 within 200 us`,
        unit: '',
        supported: 'partly',
        assumptions: [
          `the burst: 12 cores' worth for ${burstMs} ms every 1.5 s beside a batch job, two cores guaranteed`,
          'unplugging takes as long as plugging, at most 1 ms, and comes after 20 ms of idleness, so that the cores are gone before the next burst',
          'plugged cores stay for those 20 ms and none is spent on polling; hyperflux gives cores back after 2 us of search: a plug as fast as its move does better',
          confidence(replicationsOf(options)),
        ],
        command: command('hotplug'),
      },
    ],
    tables: [
      {
        title: 'Hot-plug: p99 of the bursting service by the time that a plug takes',
        question: 'How fast must a hot-plug be for a burst of 10 ms?',
        head: ['plug takes', 'p99'],
        rows,
        picture: hotplugPicture(rows),
      },
    ],
  };
}
