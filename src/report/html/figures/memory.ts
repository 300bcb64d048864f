// Swapped memory: how long a task waits for a page, by where the page was; and where the host's memory lies at the end.

import type { MemoryResult } from '../../../swap/result.js';
import { formatShare } from '../../units.js';
import type { Figure, TailPlot } from '../figure.js';
import { duration, grouped, listed } from '../words.js';
import { tailPoints } from './latency.js';
import type { Named } from './named.js';

const GIB = 2 ** 30;

const memoryOf = ({ result }: Named): MemoryResult | undefined =>
  result.memory?.swapInNs === undefined ? undefined : result.memory;

const hueOf = (i: number): { colour: string; dash: string } => ({
  colour: `var(--vm-${(i % 8) + 1})`,
  dash: i === 0 ? '' : `${6 + 2 * i} 3`,
});

/** One panel a run, one line a backend, and the stalls as tasks see them. */
export function swapInFigure(runs: readonly Named[]): Figure | undefined {
  const shown = runs.flatMap((run) => {
    const memory = memoryOf(run);
    return memory === undefined || memory.swapIns === 0 ? [] : [{ label: run.label, memory }];
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
      .map(({ name, times }, i) => ({ name, hue: hueOf(i), missed: false, points: tailPoints(times), curve: [] })),
  }));
  const says = shown.map(
    ({ label, memory }) =>
      `${formatShare(memory.withinTenUs ?? 0)} of ${grouped(memory.swapInNs.count)} swap-ins take at most 10 µs under ${label}, p99 ${duration(memory.swapInNs.p99)}`,
  );
  return {
    id: 'swap-in',
    question: 'How long does a task wait for a page?',
    answer: `${listed(says.slice(0, 3))}.`,
    caption:
      'Share of the swap-ins that took longer than a time, from the fault to the task being ready, by where the page was; stalls count also who ' +
      'joined a fault under way. Dots are quantiles, hollow ones with fewer than ten samples behind them; lines only guide the eye. ' +
      'The cross marks what Taiji reports of its DPU.',
    drawing: { kind: 'tail', panels },
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
  const partsOf = (memory: MemoryResult) =>
    (
      [
        ['pinned', memory.pinnedBytes, 'var(--vm-4)', 'solid'],
        ['resident', memory.residentBytes - memory.pinnedBytes, 'var(--vm-1)', 'solid'],
        ['kept of pages out', memory.storedBytes, 'var(--vm-2)', 'solid'],
        ['free', memory.freeBytes, 'var(--poll)', 'empty'],
      ] as const
    ).map(([name, bytes, colour, texture]) => ({ name, colour, texture, seconds: (bytes * memory.pageSample) / GIB }));
  const { memory } = first;
  return {
    id: 'memory',
    question: 'Where does the memory lie?',
    answer:
      `Guests believe in ${formatShare(memory.expansion)} of the memory that there is; at the end ` +
      `${formatShare(memory.outShare ?? 0)} of theirs is out, and ${formatShare(memory.faultShare ?? 0)} of all touches found no page.`,
    caption:
      'Physical memory at the end of the run, of the host that the simulated one stands for (pageSample). Parts add up to it.',
    drawing: {
      kind: 'stack',
      unit: 'GiB',
      rows: shown.map(({ label, memory: of }) => ({ name: label, parts: partsOf(of) })),
    },
    table: {
      head: [
        'mechanism',
        'pinned GiB',
        'resident GiB',
        'kept of pages out GiB',
        'free GiB',
        'out',
        'faults of touches',
      ],
      rows: shown.map(({ label, memory: of }) => [
        label,
        ...partsOf(of).map(({ seconds }) => seconds.toFixed(2)),
        formatShare(of.outShare ?? 0),
        formatShare(of.faultShare ?? 0),
      ]),
    },
  };
}
