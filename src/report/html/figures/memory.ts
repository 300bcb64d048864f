// Swapped memory: how long a task waits for a page, by where the page was; and where the host's memory lies at the end.

import type { MemoryResult } from '../../../swap/result.js';
import { formatShare } from '../../units.js';
import type { Result } from '../../../result/result.js';
import type { Figure, ResponsePlot, TailPlot } from '../figure.js';
import { duration, grouped, listed } from '../words.js';
import { tailCurve, tailPoints } from './latency.js';
import { lineOf } from './lines.js';
import type { Named } from './named.js';

const GIB = 2 ** 30;
/** Where GiB would be 0.012 of them. */
const unitOf = (most: number): readonly ['GiB' | 'MiB', number] => (most < GIB / 4 ? ['MiB', 2 ** 20] : ['GiB', GIB]);

const memoryOf = ({ result }: Named): MemoryResult | undefined =>
  result.memory?.swapInNs === undefined ? undefined : result.memory;

const hueOf = (i: number): { colour: string; dash: string } => ({
  colour: `var(--kind-${(i % 8) + 1})`,
  dash: i === 0 ? '' : `${6 + 2 * i} 3`,
});

/** One panel a run, one line a backend, and the stalls as tasks see them. */
export function swapInFigure(runs: readonly Named[]): Figure | undefined {
  const shown = runs.flatMap((run) => {
    const memory = memoryOf(run);
    return memory === undefined || memory.swapInNs.count === 0 ? [] : [{ label: run.label, memory }];
  });
  const [first] = shown;
  if (first === undefined) return undefined;
  const panels = shown.map(({ label, memory }): TailPlot['panels'][number] => ({
    title: label,
    slo: { ns: 10_000, share: 0.1, text: '90 % within 10 µs (Taiji)' },
    lines: [
      ...Object.entries(memory.backends).map(([name, { swapInNs }]) => ({ name, times: swapInNs })),
      ...(memory.joined === 0 ? [] : [{ name: 'stalls', times: memory.stallNs }]),
    ]
      .filter(({ times }) => times.count > 0)
      .map(({ name, times }, i) => ({
        name,
        hue: hueOf(i),
        missed: false,
        points: tailPoints(times),
        curve: tailCurve(times),
      })),
  }));
  const exact = panels.some(({ lines }) => lines.some(({ curve }) => curve.length > 0));
  const says = shown.map(
    ({ label, memory }) =>
      `${formatShare(memory.withinTenUs ?? 0)} of ${grouped(memory.swapInNs.count)} swap-ins take at most 10 µs under ${label}; p99 is ${duration(memory.swapInNs.p99)}`,
  );
  return {
    id: 'swap-in',
    question: 'How long does a task wait for a page?',
    answer: `${listed(says.slice(0, 3))}.`,
    caption:
      'Share of the swap-ins that took longer than a time, from the fault to the task being ready, by where the page was; stalls count also who ' +
      'joined a fault under way. Dots are quantiles, hollow ones with fewer than ten samples behind them' +
      (exact ? '; the curves are the histograms’. ' : '; lines only guide the eye. ') +
      'The cross marks what Taiji reports of its DPU.',
    drawing: { kind: 'tail', x: 'from the fault to the task being ready →', y: '↑ share that took longer', panels },
    table: {
      head: ['mechanism', 'pages from', 'swap-ins', 'mean', 'p50', 'p90', 'p99', 'p99.9', 'max', 'within 10 µs'],
      rows: shown.flatMap(({ label, memory }) =>
        [
          ...Object.entries(memory.backends).map(([name, one]) => [name, one.swapInNs, one.withinTenUs] as const),
          ['all', memory.swapInNs, memory.withinTenUs] as const,
          ['stalls', memory.stallNs, null] as const,
        ].map(([name, times, within]) => [
          label,
          name,
          grouped(times.count),
          ...[times.mean, times.p50, times.p90, times.p99, times.p999, times.max].map(duration),
          within === null ? '–' : formatShare(within),
        ]),
      ),
    },
  };
}

export function whereMemoryLies(runs: readonly Named[]): Figure | undefined {
  const shown = runs.flatMap((run) => {
    const memory = memoryOf(run);
    return memory === undefined ? [] : [{ label: run.label, memory }];
  });
  const [first] = shown;
  if (first === undefined) return undefined;
  const [unit, size] = unitOf(
    Math.max(
      ...shown.map(
        ({ memory: { residentBytes, storedBytes, freeBytes, pageSample } }) =>
          (residentBytes + storedBytes + freeBytes) * pageSample,
      ),
    ),
  );
  const partsOf = (memory: MemoryResult) =>
    (
      [
        ['pinned', memory.pinnedBytes, 'var(--part-1)', 'solid'],
        ['resident', memory.residentBytes - memory.pinnedBytes, 'var(--part-4)', 'solid'],
        ['kept of pages out', memory.storedBytes, 'var(--part-2)', 'solid'],
        ['free', memory.freeBytes, 'var(--poll)', 'empty'],
      ] as const
    ).map(([name, bytes, colour, texture]) => ({ name, colour, texture, seconds: (bytes * memory.pageSample) / size }));
  const { memory } = first;
  const tiered = shown.some(({ memory: of }) => of.tier !== undefined);
  const slow =
    memory.tier === undefined ? '' : ` ${formatShare(memory.tier.slowShare ?? 0)} of them read a slow tier in place.`;
  return {
    id: 'memory',
    question: 'Where does the memory lie?',
    answer:
      `Guests are told of ${formatShare(memory.expansion)} of the memory that there is; at the end ` +
      `${formatShare(memory.outShare ?? 0)} of theirs is out, and ${formatShare(memory.faultShare ?? 0)} of all touches found no page.${slow}`,
    caption:
      'Physical memory at the end of the run, of the host that the simulated one stands for (pageSample). Parts add up to it.',
    drawing: {
      kind: 'stack',
      unit,
      rows: shown.map(({ label, memory: of }) => ({ name: label, parts: partsOf(of) })),
    },
    table: {
      head: [
        'mechanism',
        `pinned ${unit}`,
        `resident ${unit}`,
        `kept of pages out ${unit}`,
        `free ${unit}`,
        'out',
        'faults of touches',
        ...(tiered ? ['slow of touches', 'promotions', 'demotions'] : []),
      ],
      rows: shown.map(({ label, memory: of }) => [
        label,
        ...partsOf(of).map(({ seconds }) => seconds.toFixed(2)),
        formatShare(of.outShare ?? 0),
        formatShare(of.faultShare ?? 0),
        ...(tiered
          ? [formatShare(of.tier?.slowShare ?? 0), grouped(of.tier?.promotions ?? 0), grouped(of.tier?.demotions ?? 0)]
          : []),
      ]),
    },
  };
}

/** What a panel of lines over time is drawn from, whoever has recorded it. */
interface OverTime {
  readonly label: string;
  readonly timeNs: readonly number[];
  /** Of each instant, since the one before. */
  readonly stepNs: number;
  readonly memory: NonNullable<NonNullable<Result['series']>['memory']>;
  readonly sample: number;
}

/** The samples of the series, else the instants of the strips. */
function overTimeOf({ label, result }: Named): OverTime[] {
  const sample = result.memory?.pageSample ?? 1;
  const { series, strips } = result;
  if (series?.memory !== undefined && series.timeNs.length > 1)
    return [{ label, timeNs: series.timeNs, stepNs: series.intervalNs, memory: series.memory, sample }];
  const run = strips?.windows.find(({ what }) => what === 'run');
  if (run?.memory === undefined || run.columns < 2) return [];
  const { fromNs, columnNs, columns, memory } = run;
  const timeNs = Array.from({ length: columns }, (_, i) => fromNs + Math.floor((i + 0.5) * columnNs));
  return [{ label, timeNs, stepNs: columnNs, memory, sample }];
}

const MOST_INSTANTS = 400;
const TABLE_INSTANTS = 40;

/** Every so many, so that no more than `most` are left. */
const thinned = <T>(values: readonly T[], most: number): T[] => {
  const every = Math.ceil(values.length / most);
  return values.filter((_, i) => i % every === 0);
};

/** Faults a second: of neighbouring instants together, since a picture has room for some hundred. */
function ratesOf({ memory, timeNs, stepNs }: OverTime): [timeNs: number, rate: number][] {
  const every = Math.ceil(timeNs.length / MOST_INSTANTS);
  const rates: [number, number][] = [];
  for (let i = 0; i + every <= timeNs.length; i += every) {
    const faults = memory.faults.slice(i, i + every).reduce<number>((sum, one) => sum + (one ?? 0), 0);
    rates.push([timeNs[i + every - 1]!, faults / ((every * stepNs) / 1e9)]);
  }
  return rates;
}

const faultsText = (most: number): string =>
  most === 0 ? 'no touch finds its page out' : `there are at most ${grouped(Math.round(most))} faults a second`;

const PARTS = [
  ['in', 'residentBytes'],
  ['out', 'outBytes'],
  ['free', 'freeBytes'],
] as const;

/** Resident, swapped and free memory, and the rate of faults, over the run. */
export function memoryOverTime(runs: readonly Named[]): Figure | undefined {
  const shown = runs.flatMap(overTimeOf);
  const [first] = shown;
  if (first === undefined) return undefined;
  const seconds = Math.max(...shown.map(({ timeNs }) => timeNs.at(-1)!)) >= 2e9;
  const [unit, size] = seconds ? ['s', 1e9] : ['ms', 1e6];
  const [bytesUnit, bytesSize] = unitOf(
    Math.max(
      ...shown.flatMap(({ memory, sample }) =>
        memory.outBytes.map((bytes, i) => ((bytes ?? 0) + (memory.residentBytes[i] ?? 0)) * sample),
      ),
    ),
  );
  const sized = (bytes: number, { sample }: OverTime): number => (bytes * sample) / bytesSize;
  const alone = shown.length === 1;
  const panels = shown.flatMap((run): ResponsePlot['panels'][number][] => {
    const { label, timeNs, memory } = run;
    const line = (key: (typeof PARTS)[number][1]): (readonly [number, number])[] =>
      thinned(
        timeNs.flatMap((time, i) => {
          const bytes = memory[key][i];
          return bytes === null || bytes === undefined ? [] : [[time / size, sized(bytes, run)] as const];
        }),
        MOST_INSTANTS,
      );
    const rates = ratesOf(run).map(([time, rate]) => [time / size, rate] as const);
    return [
      {
        title: `${alone ? '' : `${label}: `}${bytesUnit}`,
        unit: 'number',
        slo: null,
        lines: PARTS.map(([name, key], i) => lineOf(name, i, line(key))),
      },
      {
        title: `${alone ? '' : `${label}: `}faults a second`,
        unit: 'number',
        slo: null,
        lines: [lineOf('faults', 3, rates)],
      },
    ];
  });
  const says = shown.slice(0, 3).map((run) => {
    const out = run.memory.outBytes.flatMap((bytes) => (bytes === null ? [] : [sized(bytes, run)]));
    const rates = ratesOf(run).map(([, rate]) => rate);
    const [least, most] = [Math.min(...out), Math.max(...out)].map((value) => Number(value.toPrecision(3)));
    const where = alone ? '' : `under ${run.label} `;
    return `${where}${least === most ? most : `${least} to ${most}`} ${bytesUnit} are out; ${faultsText(Math.max(...rates))}`;
  });
  return {
    id: 'memory-over-time',
    question: 'How does the memory fill?',
    answer: `Over the run ${says.join('; ')}.`,
    caption:
      `Guests' memory that is in, that is out and frames without a page over simulated time, warm-up included, every ${duration(first.stepNs)}; ` +
      'faults over the time between two points. Bytes are of the host that the simulated one stands for (pageSample).',
    drawing: { kind: 'response', x: `simulated time, ${unit}`, words: false, log: false, cloud: false, panels },
    table: {
      head: [
        'mechanism',
        unit,
        `in ${bytesUnit}`,
        `out ${bytesUnit}`,
        `free ${bytesUnit}`,
        'faults since the instant before',
      ],
      rows: shown.flatMap((run) =>
        thinned(
          run.timeNs.map((time, i) => [
            run.label,
            String(Number((time / size).toFixed(3))),
            ...PARTS.map(([, key]) => {
              const bytes = run.memory[key][i];
              return bytes === null || bytes === undefined ? '–' : sized(bytes, run).toFixed(3);
            }),
            grouped(run.memory.faults[i] ?? 0),
          ]),
          TABLE_INSTANTS,
        ),
      ),
    },
  };
}
