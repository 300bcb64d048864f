// Taiji (arXiv:2511.09936): its three headline results beside what comes out of parameters that have a source, and where they
// break. Only the abstract and a review are public here; what the model adds is named as an assumption with each claim.

import type { Experiment, ExperimentOptions, ExperimentTable } from '../vmem/experiment.js';
import { dpu, measure, type Dpu, type Outcome } from './dpu.js';
import { requiredOutShare, unitTimeNs } from './identities.js';

const ABSTRACT = 'arXiv:2511.09936, abstract';
const METADATA = 16;
const PAGE = 4096;
const HIGH = 0.03; // the watermark kept free, host.memory.watermarks.high

/** lz4 on Cortex-A72 cores (Raspberry Pi 4): the order of a BlueField-2-class DPU's. */
const A72 = { lz4: { in: { dist: 'lognormal', mean: '9.42us', cv: 0.2425 } } } as const;

const percent = (share: number | null, digits = 1): string =>
  share === null ? '-' : `${(share * 100).toFixed(digits)} %`;
const us = (ns: number | null): string => (ns === null ? '-' : `${(ns / 1000).toPrecision(3)} us`);

/** An idle engine: so few faults that none waits for another. */
const QUIET: Dpu = { rate: 40_000, coldTouches: 0.05 };

async function ratios(options: ExperimentOptions): Promise<ExperimentTable> {
  const rows: string[][] = [];
  for (const ratio of [2, 2.63, 3, 3.37, 4]) {
    const { memory } = await measure(dpu({ cold: 0.8, backends: { lz4: { ratio } } }), options);
    const needed = requiredOutShare(1.5, 1 / ratio);
    rows.push([
      String(ratio),
      percent(needed),
      percent(requiredOutShare(1.5, 1 / ratio + METADATA / PAGE, HIGH)),
      percent(memory.outShare),
    ]);
  }
  const { memory } = await measure(dpu({ cold: 0.8, content: { zero: 1 } }), options);
  rows.push([
    'zero pages',
    percent(requiredOutShare(1.5, 0)),
    percent(requiredOutShare(1.5, METADATA / PAGE, HIGH)),
    percent(memory.outShare),
  ]);
  return {
    title: 'Share of the virtual memory that must be out for +50 %, by compression ratio',
    head: ['ratio', 'identity', 'with metadata and watermark', 'simulated'],
    rows,
  };
}

async function cliff(options: ExperimentOptions, free: Outcome): Promise<ExperimentTable> {
  const rows: string[][] = [];
  for (const cold of [0.7, 0.6, 0.55, 0.5, 0.45, 0.4, 0.3]) {
    const { memory, perSecond } = await measure(dpu({ cold }), options);
    rows.push([
      percent(cold, 0),
      percent(memory.faultShare, 2),
      percent(1 - perSecond / free.perSecond),
      us(memory.swapInNs.p90),
      us(memory.swapInNs.p99),
      percent(memory.overheadShare),
      String(memory.directReclaims),
    ]);
  }
  return {
    title: 'The cliff: +50 %, lz4 (ratio 2.63), by the share of pages that are cold',
    head: ['cold', 'touches that fault', 'throughput lost', 'swap-in p90', 'p99', 'core time', 'direct reclaims'],
    rows,
  };
}

async function latencies(
  options: ExperimentOptions,
): Promise<{ table: ExperimentTable; of: ReadonlyMap<string, Outcome> }> {
  const cases: readonly (readonly [string, Dpu])[] = [
    ['zero pages', { content: { zero: 1 } }],
    ['lz4, x86', {}],
    ['lz4, 30 % zero pages', { content: { zero: 0.3, lz4: 0.7 } }],
    ['zstd, x86', { content: { zstd: 1 } }],
    ['lz4, Cortex-A72', { backends: A72 }],
    ['lz4, Cortex-A72, 30 % zero pages', { content: { zero: 0.3, lz4: 0.7 }, backends: A72 }],
    ['remote memory', { content: { remote: 1 } }],
    ['NVMe', { content: { ssd: 1 } }],
  ];
  const of = new Map<string, Outcome>();
  for (const [name, given] of cases) of.set(name, await measure(dpu({ ...QUIET, ...given }), options));
  const rows = [...of].map(([name, { memory }]) => [
    name,
    us(memory.swapInNs.p50),
    us(memory.swapInNs.p90),
    us(memory.swapInNs.p99),
    percent(memory.withinTenUs),
  ]);
  return {
    of,
    table: {
      title: 'Swap-in by what the page went to, 4 KiB, nobody waiting for a worker',
      head: ['backend', 'p50', 'p90', 'p99', 'within 10 us'],
      rows,
    },
  };
}

async function granularity(options: ExperimentOptions): Promise<ExperimentTable> {
  const rows: string[][] = [];
  for (const pageKib of [4, 16, 64, 2048]) {
    const row = [`${pageKib} KiB`];
    for (const [fourKibNs, backends] of [
      [1708, undefined],
      [9420, A72],
    ] as const) {
      const { memory } = await measure(
        dpu({ ...QUIET, pageKib, rate: 2000, ...(backends === undefined ? {} : { backends }) }),
        options,
      );
      row.push(us(unitTimeNs(pageKib * 1024, fourKibNs)), us(memory.swapInNs.p50), us(memory.swapInNs.p90));
    }
    rows.push(row);
  }
  return {
    title: 'Swap-in by the unit that is swapped, lz4',
    head: ['unit', 'x86, identity', 'p50', 'p90', 'A72, identity', 'p50', 'p90'],
    rows,
  };
}

async function tail(options: ExperimentOptions): Promise<ExperimentTable> {
  const rows: string[][] = [];
  for (const [workers, watermarks] of [
    [1, undefined],
    [2, undefined],
    [4, undefined],
    [8, undefined],
    [4, { high: 0.002, low: 0.0015, min: 0.0012 }],
    [4, { high: 0.06, low: 0.04, min: 0.002 }],
  ] as const) {
    const { memory } = await measure(
      dpu({ cold: 0.55, coldTouches: 0.1, workers, ...(watermarks === undefined ? {} : { watermarks }) }),
      options,
    );
    const marks = watermarks === undefined ? 'default' : `${watermarks.high}, ${watermarks.low}, ${watermarks.min}`;
    rows.push([
      String(workers),
      marks,
      us(memory.swapInNs.p50),
      us(memory.swapInNs.p90),
      us(memory.swapInNs.p99),
      us(memory.swapInNs.p999),
      String(memory.directReclaims),
    ]);
  }
  return {
    title: 'The tail under load: workers and watermarks (high, low, min), a tenth of touches to cold pages',
    head: ['workers', 'watermarks', 'p50', 'p90', 'p99', 'p99.9', 'direct reclaims'],
    rows,
  };
}

export const experiment: Experiment = {
  name: 'taiji',
  title: 'Taiji: memory of a DPU, swapped under its feet (arXiv:2511.09936)',
  async run(options = {}) {
    const free = await measure(dpu({ expansion: 0.75 }), options);
    const lz4 = await measure(dpu({}), options);
    const { of, table } = await latencies(options);
    const at = (name: string): Outcome => of.get(name)!;
    const loss = 1 - lz4.perSecond / free.perSecond;
    const assumedAccess =
      '60 % of the pages are cold and get 1 % of the touches (a review says only: more than 50 % are cold)';
    return {
      claims: [
        {
          claim: 'memory expansion of a DPU with 32 GB',
          source: ABSTRACT,
          paper: 'more than +50 %',
          ours: `+50 % runs with ${percent(lz4.memory.outShare)} of the virtual memory out, ${percent(lz4.memory.faultShare, 2)} of touches faulting`,
          unit: '',
          supported: 'partly',
          assumptions: [
            assumedAccess,
            'every page compresses as in the tables of lz4 (ratio 2.63; backends and ratio are not published)',
            `below ${percent(requiredOutShare(1.5, 1 / 2.63))} of cold pages hot ones have to go: see the cliff`,
          ],
          command: 'fluxhost run examples/taiji-dpu.yaml',
        },
        {
          claim: 'overhead of virtualization and elasticity',
          source: ABSTRACT,
          paper: 'about 5 %',
          ours: `${percent(loss)} of the throughput (saturated), ${percent(lz4.memory.overheadShare)} of the core time for elasticity work`,
          unit: '',
          supported: 'no',
          assumptions: [
            assumedAccess,
            'two-dimensional page walks and exits other than page faults cost nothing here: no figure of them is published for Taiji, so the 5 % can neither be found nor refuted',
            "compression takes what a copy into zram takes (15.5 us a page, an upper bound); four of twelve cores are kept for the workers and left out of the throughput's base",
          ],
          command: 'fluxhost run examples/taiji-cliff.yaml',
        },
        {
          claim: 'swap-ins of at most 10 us',
          source: ABSTRACT,
          paper: '90 % (p90)',
          ours: `${percent(at('lz4, x86').memory.withinTenUs)} with lz4 on x86 (p90 ${us(at('lz4, x86').memory.swapInNs.p90)}), ${percent(at('zstd, x86').memory.withinTenUs)} with zstd, ${percent(at('lz4, Cortex-A72').memory.withinTenUs)} with lz4 on A72 cores (p90 ${us(at('lz4, Cortex-A72').memory.swapInNs.p90)}), ${percent(at('lz4, Cortex-A72, 30 % zero pages').memory.withinTenUs)} there with 30 % zero pages`,
          unit: '',
          supported: 'partly',
          assumptions: [
            'pages of 4 KiB; with 2 MiB it takes milliseconds: see the units',
            'decompression as zram reads a page (its block layer included); exit 0.72 us (KVM on Skylake), map and resume 0.6 us assumed',
            'on A72-class cores it breaks unless zero pages, hardware or a thinner path than zram take part; the paper tells neither cores nor backends',
          ],
          command: 'fluxhost run examples/taiji-dpu.yaml',
        },
      ],
      tables: [
        await ratios(options),
        await cliff(options, free),
        table,
        await granularity(options),
        await tail(options),
      ],
    };
  },
};
