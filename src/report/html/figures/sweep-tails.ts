// The whole tails of latencies at some points of a sweep, of one seed.

import type { Tail } from '../../../result/tails.js';
import type { SweepResult, SweepRow } from '../../../study/sweep.js';
import type { Figure, TailPlot } from '../figure.js';
import { duration, listed, sloWords } from '../words.js';
import { axisHue } from './lines.js';
import { measuresOf, mechanismsOf, missed } from './sweep-measures.js';

/** Points whose whole tails are drawn. */
const MOST_TAILS = 6;
const QUANTILES = [
  ['p50', 0.5],
  ['p90', 0.1],
  ['p99', 0.01],
  ['p99.9', 0.001],
] as const;

/** `9` along one axis, `load 0.3, host.cores 4` along several. */
const labelOf = ({ point }: SweepRow): string => {
  const all = Object.entries(point);
  return all.map(([path, value]) => (all.length === 1 ? String(value) : `${path} ${value}`)).join(', ');
};

/** What a share took at least, by the bound of its bucket; null where no ten samples lie behind it. */
function exceeded({ share, ns }: Tail, of: number): number | null {
  return ns[share.indexOf(of)] ?? null;
}

/** A quantile of the row's first seed: the figure that every other place has, where the row is of that seed alone. */
function quantileOf(row: SweepRow, vm: string, name: string, share: number): number | null {
  const bound = exceeded(row.tails![vm]!, share);
  const figure = row.figures[`${vm}.latencyNs.${name.replace('.', '')}`]?.mean ?? null;
  return bound === null || row.replications > 1 || figure === null ? bound : figure;
}

/** The latencies' tails at some of the points, the first and the last among them: of the VM that the sweep is judged by. */
export function tailsFigure(result: SweepResult): Figure | undefined {
  const vm = measuresOf(result).find((measure) => measure.vm !== undefined)?.vm;
  const rows = result.rows.flatMap((row) => {
    const tail = vm === undefined ? undefined : row.tails?.[vm];
    return tail === undefined ? [] : [{ row, tail, label: labelOf(row) }];
  });
  const labels = [...new Set(rows.map(({ label }) => label))];
  if (vm === undefined || labels.length === 0) return undefined;
  const many = Math.min(MOST_TAILS, labels.length);
  const chosen = new Set(
    Array.from(
      { length: many },
      (_, i) => labels[many === 1 ? 0 : Math.round((i * (labels.length - 1)) / (many - 1))]!,
    ),
  );
  const shown = rows.filter(({ label }) => chosen.has(label));
  const order = [...chosen];
  const slo = result.slos?.find((one) => one.vm === vm);
  const panels = mechanismsOf(result).flatMap((mechanism): TailPlot['panels'][number][] => {
    const of = shown.filter(({ row }) => row.mechanism === mechanism);
    if (of.length === 0) return [];
    return [
      {
        title: mechanism,
        slo: slo === undefined ? null : { ns: slo.targetNs, share: 1 - slo.quantile, text: `SLO ${sloWords(slo)}` },
        lines: of.map(({ row, tail, label }) => ({
          name: label,
          hue: axisHue(order.indexOf(label), order.length),
          missed: missed(row, vm),
          points: QUANTILES.flatMap(([name, share]) => {
            const ns = quantileOf(row, vm, name, share);
            return ns === null ? [] : [{ name, ns, share, low: null, high: null, thin: false }];
          }),
          curve: tail.share.map((share, i) => [tail.ns[i]!, share] as const),
        })),
      },
    ];
  });
  const axes = listed(result.axes.map(({ path }) => path));
  const several = shown.some(({ row }) => row.replications > 1);
  const says = panels.map(({ title, lines }) => {
    const at = ({ name, points }: (typeof lines)[number]): string => {
      const row = shown.find((one) => one.label === name && one.row.mechanism === title)?.row;
      const mean = row?.figures[`${vm}.latencyNs.p99`]?.mean ?? null;
      // over several seeds the mean, as in the other sections
      if (row !== undefined && row.replications > 1 && mean !== null) return `${duration(mean)} at ${name}`;
      const p99 = points.find((point) => point.name === 'p99') ?? points.at(-1);
      return p99 === undefined ? name : `${duration(p99.ns)} at ${name}`;
    };
    return `under ${title} ${listed([...new Set([lines[0]!, lines.at(-1)!].map(at))])}`;
  });
  return {
    id: 'tails',
    question: `How long do ${vm}’s requests wait, by ${axes}?`,
    answer: `${vm}’s p99${several ? ', its mean over the seeds' : ''}: ${says.join('; ')}.`,
    caption:
      `Share of the requests that took longer than a time, both axes logarithmic, one line for each value of ${axes}${order.length < labels.length ? ` (${order.length} of ${labels.length} points)` : ''}, ` +
      `of the scenario’s seed alone, as is the table, as far as ten samples lie behind it; a cross misses the SLO in some seed.${coincident(panels)}`,
    drawing: { kind: 'tail', panels },
    table: {
      head: [...result.axes.map(({ path }) => path), 'mechanism', ...QUANTILES.map(([name]) => `${vm} ${name}`)],
      rows: shown.map(({ row }) => [
        ...result.axes.map(({ path }) => String(row.point[path])),
        row.mechanism,
        ...QUANTILES.map(([name, share]) => duration(quantileOf(row, vm, name, share))),
      ]),
    },
  };
}

/** Of lines that lie on each other one is seen. */
function coincident(panels: TailPlot['panels']): string {
  const said = panels.flatMap(({ title, lines }) => {
    const alike = new Map<string, string[]>();
    for (const { name, curve } of lines) {
      const key = JSON.stringify(curve);
      alike.set(key, [...(alike.get(key) ?? []), name]);
    }
    return [...alike.values()].flatMap((names) =>
      names.length < 2 ? [] : [`under ${title} those of ${listed(names)}`],
    );
  });
  return said.length === 0 ? '' : ` Lines lie on each other: ${said.join('; ')}.`;
}
