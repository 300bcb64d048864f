// A server's reserved memory: where it goes before the first VM, what of it is sold over time, how long VMs take to start.

import type { ReserveComparison, ReserveResult } from '../../../reserve/result.js';
import { formatShare } from '../../units.js';
import type { Figure } from '../figure.js';
import { duration, listed, mechanismHues, partLook } from '../words.js';
import { lineOf } from './lines.js';

const GIB = 2 ** 30;
const formatBytes = (bytes: number): string => `${(bytes / GIB).toFixed(bytes < GIB ? 4 : 2)} GiB`;
const DAY = 86_400e9;
const MOST_SAMPLES = 300;

/** Of a list that is not empty. */
const lastOf = <T>(list: readonly T[]): T => list.at(-1)!;
const nameOf = ({ manifest }: ReserveResult): string => manifest.manager;

function planFigure(runs: readonly ReserveResult[]): Figure {
  const partsOf = ({ memory: { plan } }: ReserveResult) =>
    (
      [
        ['to be sold', plan.sellableBytes],
        ['page descriptors', plan.descriptorBytes],
        ['tables', plan.tableBytes],
        ['headroom', plan.headroomBytes],
        ['the host itself', plan.kernelBytes],
        ['rounding', plan.roundingBytes],
      ] as const
    ).map(([name, bytes], i) => ({ name, ...partLook(name, i), seconds: bytes / GIB }));
  const says = runs.map((run) => `${formatShare(run.memory.plan.sellableShare)} under ${nameOf(run)}`);
  return {
    id: 'plan',
    question: 'How much of the memory can be sold?',
    answer: `For sale are ${listed(says)}.`,
    caption: 'The server’s memory before the first VM comes, by what it is kept for. Parts add up to the whole.',
    drawing: { kind: 'stack', unit: 'GiB', rows: runs.map((run) => ({ name: nameOf(run), parts: partsOf(run) })) },
    table: {
      head: ['manager', ...partsOf(runs[0]!).map(({ name }) => `${name} GiB`)],
      rows: runs.map((run) => [nameOf(run), ...partsOf(run).map(({ seconds }) => seconds.toFixed(3))]),
    },
  };
}

function soldFigure(runs: readonly ReserveResult[]): Figure | undefined {
  const shown = runs.filter(({ memory }) => memory.fragmentation.length > 1);
  if (shown.length === 0) return undefined;
  const samplesOf = ({ memory: { fragmentation } }: ReserveResult) => {
    const every = Math.ceil(fragmentation.length / MOST_SAMPLES);
    return fragmentation.filter((_, i) => i % every === 0);
  };
  const days = Math.max(...shown.map(({ memory }) => lastOf(memory.fragmentation).atNs)) / DAY;
  const hues = mechanismHues(shown.map(nameOf));
  const [unit, size] = days >= 2 ? ['days', DAY] : ['seconds', 1e9];
  const panel = (title: string, of: (sample: ReturnType<typeof samplesOf>[number]) => number | null) => ({
    title,
    unit: 'share' as const,
    slo: null,
    lines: shown.map((run) =>
      lineOf(
        nameOf(run),
        hues.get(nameOf(run))!,
        samplesOf(run).flatMap((sample) => {
          const value = of(sample);
          return value === null ? [] : [[sample.atNs / size, value] as const];
        }),
      ),
    ),
  });
  const says = shown.map(
    (run, i) => `${formatShare(run.memory.soldShare ?? 0)}${i === 0 ? ' is sold' : ''} under ${nameOf(run)}`,
  );
  const mapped = shown.flatMap((run) => {
    const share = run.memory.fragmentation.findLast(({ gigabyteShare }) => gigabyteShare !== null)?.gigabyteShare;
    return share === undefined || share === null ? [] : [`${formatShare(share)} under ${nameOf(run)}`];
  });
  if (mapped[0] !== undefined) mapped[0] = mapped[0].replace(' under', ' of what is sold under');
  return {
    id: 'sold',
    question: 'How much of the memory is sold, and in what mappings is it?',
    answer: `On average over time ${listed(says)}.${mapped.length === 0 ? '' : ` At the end 1 GiB mappings hold ${listed(mapped)}.`}`,
    caption: `Over simulated time in ${unit}: sold over total memory, and the share of the sold memory that is mapped by 1 GiB.`,
    drawing: {
      kind: 'response',
      x: `simulated time, ${unit}`,
      words: false,
      log: false,
      cloud: false,
      panels: [
        panel('memory sold', ({ soldShare }) => soldShare),
        panel('sold memory in 1 GiB mappings', ({ gigabyteShare }) => gigabyteShare),
      ].filter(({ lines }) => lines.some(({ points }) => points.length > 1)),
    },
    table: {
      head: ['manager', unit, 'sold', 'free', 'largest free piece', 'in 1 GiB mappings'],
      rows: shown.flatMap((run) => {
        const samples = run.memory.fragmentation;
        const every = Math.ceil(samples.length / 40);
        return samples
          .filter((_, i) => i % every === 0)
          .map((one) => [
            nameOf(run),
            (one.atNs / size).toFixed(2),
            formatShare(one.soldShare),
            formatBytes(one.freeBytes),
            formatBytes(one.largestFreeBytes),
            one.gigabyteShare === null ? '–' : formatShare(one.gigabyteShare),
          ]);
      }),
    },
  };
}

function bootFigure(runs: readonly ReserveResult[]): Figure | undefined {
  const shown = runs.filter(({ memory }) => memory.bootTable.length > 0);
  if (shown.length === 0) return undefined;
  const hues = mechanismHues(shown.map(nameOf));
  const longest = shown.map((run) => `${duration(lastOf(run.memory.bootTable).totalNs)} under ${nameOf(run)}`);
  return {
    id: 'boot',
    question: 'How long does a VM take to start?',
    answer: `The largest VM starts in ${listed(longest)}.`,
    caption: 'Start of one VM on an otherwise empty server, over its memory; both axes are logarithmic.',
    drawing: {
      kind: 'response',
      x: 'GiB of the VM',
      words: false,
      log: true,
      // two sizes say nothing of those between them
      cloud: shown.every(({ memory }) => memory.bootTable.length < 3),
      panels: [
        {
          title: 'start',
          unit: 'ns',
          slo: null,
          lines: shown.map((run) =>
            lineOf(
              nameOf(run),
              hues.get(nameOf(run))!,
              run.memory.bootTable.map((row) => [row.sizeBytes / GIB, row.totalNs] as const),
            ),
          ),
        },
      ],
    },
    table: {
      head: ['manager', 'memory', 'start', 'pieces', 'in 1 GiB mappings'],
      rows: shown.flatMap((run) =>
        run.memory.bootTable.map((row) => [
          nameOf(run),
          formatBytes(row.sizeBytes),
          duration(row.totalNs),
          String(row.extents),
          formatShare(row.gigabyteShare),
        ]),
      ),
    },
  };
}

export const reserveFigures = ({ runs }: ReserveComparison): Figure[] =>
  [planFigure(runs), soldFigure(runs), bootFigure(runs)].filter((figure) => figure !== undefined);
