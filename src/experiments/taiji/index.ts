// Taiji (arXiv:2511.09936): its three headline results beside what comes out of parameters that have a source, and where they
// break. Only the abstract and a review are public here; what the model adds is named as an assumption with each claim.

import { formatDurationNs, formatCount } from '../../report/units.js';
import { type Measured, numberAt, Laboratory, Figures } from '../measured.js';
import { type ExperimentTable, type Claim, experimentOf } from '../experiment.js';
import type { Settings } from '../parameters.js';
import { CLIFF, cold, ratio, content, A72, QUIET, unit, coldTouches, workers, watermarks, NOTHING_OUT } from './dpu.js';
import { requiredOutShare, unitTimeNs } from './identities.js';
import { fieldsOf, TAIJI_PARAMETERS } from './parameters.js';
import { cliffPicture, latenciesPicture, ratiosPicture, tailPicture, unitsPicture } from './pictures.js';
import { swapInCurve } from './curves.js';

const ABSTRACT = 'arXiv:2511.09936, abstract';
const PAGE = 4096;

const percent = (share: number | null, digits = 1): string =>
  share === null ? '-' : `${(share * 100).toFixed(digits)} %`;
const fine = (share: number | null): string => percent(share, 2);
const time = formatDurationNs;
const count = formatCount;

const DONE = 'vms.0.completed';
const OUT = 'memory.outShare';
const FAULTS = 'memory.faultShare';
const WITHIN = 'memory.withinTenUs';
const OVERHEAD = 'memory.overheadShare';
const RECLAIMS = 'memory.directReclaims';
const SWAP_INS = 'memory.swapInNs.count';
const [P50, P90, P99, P999] = (['p50', 'p90', 'p99', 'p999'] as const).map((key) => `memory.swapInNs.${key}`) as [
  string,
  string,
  string,
  string,
];

/** Of the throughput where nothing is out. */
const lostShare = (run: Measured, free: Measured): number =>
  1 - numberAt(run.document, DONE)! / numberAt(free.document, DONE)!;
const lost = (run: Measured, free: Measured): string => percent(lostShare(run, free));

const METADATA = 'host.memory.metadata';
const HIGH = 'host.memory.watermarks.high';
const LZ4_RATIO = 'host.memory.backends.lz4.ratio';
const LZ4_IN = 'host.memory.backends.lz4.in';

async function ratios(laboratory: Laboratory, settings: Settings): Promise<ExperimentTable> {
  const figures = new Figures();
  const expansion = settings.number('expansion');
  const metadata = settings.number(METADATA) / PAGE;
  const high = settings.number(HIGH);
  const rows: string[][] = [];
  for (const value of [2, 2.63, 3, 3.37, 4]) {
    const run = await laboratory.run(CLIFF, [cold(0.8), ratio(value)]);
    rows.push([
      String(value),
      percent(requiredOutShare(expansion, 1 / value)),
      percent(requiredOutShare(expansion, 1 / value + metadata, high)),
      figures.show(run, OUT, percent),
    ]);
  }
  const zero = await laboratory.run(CLIFF, [cold(0.8), content('zero: 1')]);
  rows.push([
    'zero pages',
    percent(requiredOutShare(expansion, 0)),
    percent(requiredOutShare(expansion, metadata, high)),
    figures.show(zero, OUT, percent),
  ]);
  return {
    title: `Share of the virtual memory that must be out for ${more(expansion)}, by compression ratio`,
    question: `How much of the memory must be out to sell ${more(expansion)}?`,
    head: ['ratio', 'identity', 'with metadata and watermark', 'simulated'],
    rows,
    picture: ratiosPicture(rows),
    figures: figures.list,
  };
}

async function cliff(laboratory: Laboratory, settings: Settings, free: Measured): Promise<ExperimentTable> {
  const figures = new Figures();
  const rows: string[][] = [['nothing out', '-', figures.show(free, DONE, count), '-', '-', '-', '-', '-']];
  for (const share of [0.7, 0.6, 0.55, 0.5, 0.45, 0.4, 0.3]) {
    const run = await laboratory.run(CLIFF, share === settings.number('cold') ? [] : [cold(share)]);
    rows.push([
      percent(share, 0),
      figures.show(run, FAULTS, fine),
      figures.show(run, DONE, count),
      lost(run, free),
      figures.show(run, P90, time),
      figures.show(run, P99, time),
      figures.show(run, OVERHEAD, percent),
      figures.show(run, RECLAIMS, count),
    ]);
  }
  return {
    title: `The cliff: ${more(settings.number('expansion'))}, lz4 (ratio ${settings.number(LZ4_RATIO)}), by the share of pages that are cold`,
    question: 'At which share of cold pages does the host fall off the cliff?',
    head: ['cold', 'touches that fault', 'tasks done', 'lost', 'swap-in p90', 'p99', 'core time', 'direct reclaims'],
    rows,
    picture: cliffPicture(rows),
    figures: figures.list,
  };
}

const QUIET_CASES = {
  'zero pages': [content('zero: 1')],
  'lz4, x86': [],
  'lz4, 30 % zero pages': [content('zero: 0.3, lz4: 0.7')],
  'zstd, x86': [content('zstd: 1')],
  'lz4, Cortex-A72': A72,
  'lz4, Cortex-A72, 30 % zero pages': [content('zero: 0.3, lz4: 0.7'), ...A72],
  'remote memory': [content('remote: 1')],
  NVMe: [content('ssd: 1')],
} as const;

const quietRun = (laboratory: Laboratory, name: keyof typeof QUIET_CASES): Promise<Measured> =>
  laboratory.run(QUIET, QUIET_CASES[name]);

async function latencies(laboratory: Laboratory): Promise<ExperimentTable> {
  const figures = new Figures();
  const rows: string[][] = [];
  const curves: ReturnType<typeof swapInCurve>[] = [];
  for (const name of Object.keys(QUIET_CASES) as (keyof typeof QUIET_CASES)[]) {
    const run = await quietRun(laboratory, name);
    const quantiles = [P50, P90, P99].map((path) => figures.show(run, path, time));
    rows.push([name, figures.show(run, SWAP_INS, count), ...quantiles, figures.show(run, WITHIN, percent)]);
    curves.push(swapInCurve(run));
  }
  return {
    title: 'Swap-in by what the page went to, 4 KiB, hardly one waiting for a worker',
    question: 'How long does a swap-in take, by backend?',
    head: ['backend', 'swap-ins', 'p50', 'p90', 'p99', 'within 10 us'],
    rows,
    picture: latenciesPicture(rows, curves),
    figures: figures.list,
  };
}

async function granularity(laboratory: Laboratory, settings: Settings): Promise<ExperimentTable> {
  const figures = new Figures();
  const rows: string[][] = [];
  for (const pageKib of [4, 16, 64, 2048])
    for (const [cores, fourKibNs, slowed] of [
      ['x86', settings.number(LZ4_IN), []],
      ['A72', 9420, A72],
    ] as const) {
      const run = await laboratory.run(QUIET, [...unit(pageKib), ...slowed]);
      rows.push([
        `${pageKib} KiB, ${cores}`,
        figures.show(run, SWAP_INS, count),
        time(unitTimeNs(pageKib * 1024, fourKibNs)),
        figures.show(run, P50, time),
        figures.show(run, P90, time),
        figures.show(run, WITHIN, percent),
      ]);
    }
  return {
    title: 'Swap-in by the unit that is swapped, lz4; identity: the mean time of 4 KiB, as often as the unit has them',
    question: 'How long does a swap-in take, by the unit that is swapped?',
    head: ['unit', 'swap-ins', 'identity', 'p50', 'p90', 'within 10 us'],
    rows,
    picture: unitsPicture(rows),
    figures: figures.list,
  };
}

async function tail(laboratory: Laboratory): Promise<ExperimentTable> {
  const figures = new Figures();
  const rows: string[][] = [];
  const curves: ReturnType<typeof swapInCurve>[] = [];
  for (const [number, marks] of [
    [1, undefined],
    [2, undefined],
    [4, undefined],
    [8, undefined],
    [4, { high: 0.002, low: 0.0015, min: 0.0012 }],
    [4, { high: 0.06, low: 0.04, min: 0.002 }],
  ] as const) {
    const run = await laboratory.run(CLIFF, [
      cold(0.55),
      coldTouches(0.1),
      ...workers(number),
      ...(marks === undefined ? [] : [watermarks(marks.high, marks.low, marks.min)]),
    ]);
    rows.push([
      String(number),
      marks === undefined ? 'default' : Object.values(marks).join(', '),
      ...[P50, P90, P99, P999].map((path) => figures.show(run, path, time)),
      figures.show(run, RECLAIMS, count),
    ]);
    curves.push(swapInCurve(run));
  }
  return {
    title: 'The tail under load: workers and watermarks (high, low, min), a tenth of touches to cold pages',
    question: 'What do workers and watermarks do to the tail?',
    head: ['workers', 'watermarks', 'p50', 'p90', 'p99', 'p99.9', 'direct reclaims'],
    rows,
    picture: tailPicture(rows, curves),
    figures: figures.list,
  };
}

const more = (expansion: number): string => `+${Math.round((expansion - 1) * 100)} %`;

const assumedAccess = (settings: Settings): string =>
  `${percent(settings.number('cold'), 0)} of the pages are cold and get ${percent(settings.number('coldTouches'), 0)} of the touches (a review says only: more than 50 % are cold)`;

function expansion(lz4: Measured, settings: Settings): Claim {
  const figures = new Figures();
  const ratio = settings.number(LZ4_RATIO);
  const found = numberAt(lz4.document, 'memory.expansion')! - 1;
  return {
    id: 'expansion',
    claim: 'memory expansion of a DPU with 32 GB',
    source: ABSTRACT,
    paper: 'more than +50 %',
    numbers: {
      unit: 'change',
      paper: { bound: '>', value: 0.5 },
      ours: [{ where: '', value: found }],
    },
    ours: `${more(found + 1)} runs with ${figures.show(lz4, OUT, percent)} of the virtual memory out, ${figures.show(lz4, FAULTS, fine)} of touches faulting`,
    unit: '',
    supported: 'partly',
    verdict: found >= 0.5 ? 'reachable' : 'not reached',
    assumptions: [
      'the expansion is asked for (`expansion`); what is found is whether it runs',
      assumedAccess(settings),
      `every page compresses as in the tables of lz4 (ratio ${ratio}; backends and ratio are not published)`,
      `below ${percent(requiredOutShare(settings.number('expansion'), 1 / ratio))} of cold pages hot ones have to go: see the cliff`,
    ],
    command: figures.command,
    figures: figures.list,
  };
}

function overhead(lz4: Measured, free: Measured, settings: Settings): Claim {
  const figures = new Figures();
  return {
    id: 'overhead',
    claim: 'overhead of virtualization and elasticity',
    source: ABSTRACT,
    paper: 'about 5 %',
    ours:
      `${lost(lz4, free)} of the throughput (saturated: ${figures.show(lz4, DONE, count)} tasks done, ` +
      `${figures.show(free, DONE, count)} where nothing is out), ${figures.show(lz4, OVERHEAD, percent)} of the core time for elasticity work`,
    unit: '',
    numbers: {
      unit: 'share',
      paper: { bound: '≈', value: 0.05 },
      ours: [
        { where: 'of the throughput', value: lostShare(lz4, free) },
        { where: 'of the core time', value: numberAt(lz4.document, OVERHEAD)! },
      ],
    },
    supported: 'no',
    verdict: 'not testable here',
    assumptions: [
      assumedAccess(settings),
      'two-dimensional page walks and exits other than page faults cost nothing here: no figure of them is published for Taiji, so the 5 % can neither be found nor refuted',
      `compression takes what a copy into zram takes (${settings.number('host.memory.backends.lz4.out') / 1000} us a page, an upper bound); four of twelve cores are kept for the workers and left out of the throughput's base`,
    ],
    command: figures.command,
    figures: figures.list,
  };
}

async function swapIns(laboratory: Laboratory, settings: Settings): Promise<Claim> {
  const figures = new Figures();
  const us = (...paths: string[]): number =>
    paths.reduce((sum, path) => sum + settings.number(`host.memory.fault.${path}`), 0) / 1000;
  const x86 = await quietRun(laboratory, 'lz4, x86');
  const zstd = await quietRun(laboratory, 'zstd, x86');
  const a72 = await quietRun(laboratory, 'lz4, Cortex-A72');
  const withZeros = await quietRun(laboratory, 'lz4, Cortex-A72, 30 % zero pages');
  const within = (run: Measured): string => figures.show(run, WITHIN, percent);
  const p90 = (run: Measured): string => figures.show(run, P90, time);
  return {
    id: 'swap-in-time',
    claim: 'swap-ins of at most 10 us',
    source: ABSTRACT,
    paper: '90 % (p90)',
    ours:
      `${within(x86)} with lz4 on x86 (p90 ${p90(x86)}), ${within(zstd)} with zstd, ` +
      `${within(a72)} with lz4 on A72 cores (p90 ${p90(a72)}), ${within(withZeros)} there with 30 % zero pages`,
    unit: '',
    numbers: {
      unit: 'share',
      paper: { bound: '=', value: 0.9 },
      ours: (
        [
          ['lz4, x86', x86],
          ['zstd, x86', zstd],
          ['lz4, A72', a72],
          ['lz4, A72, 30 % zero pages', withZeros],
        ] as const
      ).map(([where, run]) => ({ where, value: numberAt(run.document, WITHIN)! })),
    },
    supported: 'partly',
    verdict: [x86, zstd, a72, withZeros].some((run) => numberAt(run.document, WITHIN)! >= 0.9)
      ? 'reachable'
      : 'not reached',
    assumptions: [
      'pages of 4 KiB; with 2 MiB it takes milliseconds: see the units',
      `decompression as zram reads a page (its block layer included); exit ${us('exit')} us (KVM on Skylake), map and resume ${us('map', 'resume')} us assumed`,
      'on A72-class cores it breaks unless zero pages, hardware or a thinner path than zram take part; the paper tells neither cores nor backends',
      'decompression on A72 cores is from a table (9.42 us a page); compression there is taken to be slower by the same factor, 85.5 us',
    ],
    command: figures.command,
    figures: figures.list,
  };
}

export const experiment = experimentOf(TAIJI_PARAMETERS, async ({ module, settings }) => {
  const laboratory = new Laboratory({ module }, (example) => fieldsOf(settings, example));
  const free = await laboratory.run(CLIFF, [NOTHING_OUT]);
  const lz4 = await laboratory.run(CLIFF);
  return {
    claims: [expansion(lz4, settings), overhead(lz4, free, settings), await swapIns(laboratory, settings)],
    tables: [
      await ratios(laboratory, settings),
      await cliff(laboratory, settings, free),
      await latencies(laboratory),
      await granularity(laboratory, settings),
      await tail(laboratory),
    ],
  };
});
