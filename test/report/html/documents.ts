// Real results to make reports of: small, and of every kind that a report knows.

import {
  Simulation,
  compare,
  memoryHost,
  missRatioCurve,
  parseScenario,
  replayPages,
  reserve,
  size,
  suite,
  sweep,
  type PagesResult,
  type ReserveComparison,
} from '../../../src/index.js';
import { lines } from '../../../src/experiments/pictures.js';
import { columnLine } from '../../../src/report/claim-numbers.js';
import type { ExperimentDocument } from '../../../src/report/html/figures/claims.js';
import type { Reportable } from '../../../src/report/html/document.js';
import { seriesResult } from '../../../src/result/series.js';
import type { Result } from '../../../src/result/result.js';
import type { Comparison } from '../../../src/study/compare.js';
import type { SizeResult } from '../../../src/study/size.js';
import type { SuiteResult } from '../../../src/study/suite/suite.js';
import type { SweepResult } from '../../../src/study/sweep.js';

export const SCENARIO = `
version: 1
seed: 3
duration: 20ms
host: { cores: 9 }
mechanism: hyperflux
vms:
  - name: api
    vcpus: { min: 2, max: 6 }
    slo: { quantile: 0.99, latency: 200us }
    workload:
      arrivals: { process: onoff, onRate: 4e5, offRate: 2e4, meanOn: 1ms, meanOff: 4ms }
      request: { stages: [ { tasks: 1, service: { dist: exponential, mean: 10us } } ] }
  - name: batch
    class: best-effort
    vcpus: { min: 0, max: 8 }
    workload:
      arrivals: { process: saturate, tasks: 16 }
      request: { stages: [ { tasks: 1, service: { dist: constant, value: 100us } } ] }
`;

export interface Documents {
  readonly result: Result;
  readonly comparison: Comparison;
  readonly size: SizeResult;
  readonly sweep: SweepResult;
  readonly grid: SweepResult;
  readonly memory: Result;
  readonly pages: PagesResult;
  readonly server: ReserveComparison;
  readonly paper: ExperimentDocument;
  readonly suite: SuiteResult;
}

const SWAPPED = `
version: 1
seed: 3
duration: 50ms
host: { cores: 6, memory: { size: 64MiB, cores: 2, workers: 2, content: { lz4: 0.5, zstd: 0.5 } } }
mechanism: static
vms:
  - name: db
    vcpus: { min: 4, max: 4 }
    memory: { size: 96MiB, touches: 2, access: { pattern: uniform } }
    workload:
      arrivals: { process: poisson, rate: 2e4 }
      request: { stages: [ { tasks: 1, service: { dist: exponential, mean: 10us } } ] }
`;

async function swapped(): Promise<Result> {
  const { scenario } = parseScenario(SWAPPED);
  const simulation = await Simulation.create({ ...scenario, series: { intervalNs: 1e6, samples: 64 } });
  await simulation.run({ strips: true });
  const series = seriesResult(simulation.series()!);
  const result = { ...simulation.metrics({ histograms: true }), series, strips: (await simulation.strips())! };
  simulation.close();
  return result;
}

async function traced(): Promise<PagesResult> {
  // small pages are asked for more often
  const trace = Array.from({ length: 6000 }, (_, i) => Math.floor(200 * ((i * 0.6180339887) % 1) ** 3)).join('\n');
  const files = memoryHost({ 't.csv': `page\n${trace}\n` });
  const options = { format: 'csv', files, writeColumn: 'none' } as const;
  const replayed = await replayPages('t.csv', { ...options, policies: ['lru', 'opt'], capacities: [20, 50, 100] });
  return { ...replayed, mrc: [await missRatioCurve('t.csv', { ...options, capacities: [20, 50, 100] })] };
}

const server = (): Promise<ReserveComparison> =>
  reserve(
    {
      version: 1,
      duration: '240h',
      server: { memory: '384GiB' },
      vms: { meanGap: '1h', sizes: [{ weight: 1, memory: '4GiB' }], lifetimes: [{ weight: 1, mean: '24h' }] },
      boot: { sizes: ['4GiB', '64GiB'] },
    },
    { against: ['hugetlb'] },
  );

export const PAPER: ExperimentDocument = {
  experiment: 'paper',
  title: 'A paper (2026)',
  claims: [
    {
      claim: 'memory sold',
      source: 'abstract',
      paper: 'about +2 %',
      ours: '+1.55 points <b>',
      unit: '% of the server',
      numbers: {
        unit: 'change',
        paper: { bound: '≈', value: 0.02 },
        ours: [
          { where: '1 <b> pool', value: 0.0155, reach: { kind: 'range', low: -0.01, high: 0.018 } },
          { where: '2 pools', value: 0.012, reach: { kind: 'interval', low: 0.011, high: 0.013 } },
          { where: '3 pools', value: 0.004 },
        ],
      },
      supported: 'partly',
      assumptions: ['one pool'],
      command: 'fluxhost reserve a.yaml',
    },
  ],
  tables: [
    {
      title: 'Sold',
      head: ['asked for', 'vmem', 'word'],
      rows: [
        ['72 %', '64.8 %', 'a'],
        ['144 %', '89.0 %', 'b'],
      ],
      picture: lines('asked for', 'sold', 'At 144 %: 89.0 %.', [columnLine('vmem', 1, [['72 %'], ['144 %']])]),
    },
    {
      title: 'Boot',
      head: ['variant', 'boot', 'times'],
      rows: [
        ['one thread', '52.8 s', '1.00x'],
        ['two', '900 ms', '4.5x'],
      ],
      picture: {
        mark: 'dot',
        x: 'variant',
        panels: [
          { title: 'boot', lines: [columnLine('boot', 1, [['one thread'], ['two']])] },
          { title: 'times', lines: [columnLine('times', 2, [['one thread'], ['two']])] },
        ],
        answer: 'With two 900 ms in place of 52.8 s.',
      },
    },
    {
      title: 'Words',
      head: ['what', 'why'],
      rows: [
        ['a', 'b'],
        ['c', 'd'],
      ],
    },
  ],
};

export async function documents(): Promise<Documents> {
  const { scenario } = parseScenario(SCENARIO);
  const simulation = await Simulation.create({ ...scenario, series: { intervalNs: 100_000, samples: 512 } });
  await simulation.run({ strips: true });
  const series = seriesResult(simulation.series()!);
  const result = { ...simulation.metrics(), series, strips: (await simulation.strips())! };
  simulation.close();
  const mechanisms = ['ideal', 'hyperflux', 'static'] as const;
  return {
    result,
    comparison: await compare(scenario, { mechanisms, replications: 3, strips: true }),
    size: await size(scenario, { find: 'host.cores=4..12', mechanisms, replications: 2 }),
    sweep: await sweep(scenario, { vary: ['host.cores=5,7,9,11'], mechanisms, replications: 3 }),
    grid: await sweep(scenario, { vary: ['host.cores=5,7,9', 'vms.api.vcpus.min=1,2'], mechanisms: ['hyperflux'] }),
    memory: await swapped(),
    pages: await traced(),
    server: await server(),
    paper: PAPER,
    suite: await suite({ mechanisms: ['hyperflux', 'static'], only: ['bursts', 'smt'], replications: 2 }),
  };
}

export const all = (some: Documents): [string, Reportable][] => Object.entries<Reportable>({ ...some });
