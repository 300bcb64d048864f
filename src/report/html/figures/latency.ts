// "How long do requests wait?": the latencies' tail, one panel a VM, one line a mechanism. Results carry five quantiles, which are
// drawn as what they are; where one holds its histogram, the curve is the histogram's.

import type { Distribution } from '../../../metrics/figures.js';
import type { Result, VmResult } from '../../../result/result.js';
import { isThin } from '../../../metrics/support.js';
import type { Figure, TailPlot, TailPoint } from '../figure.js';
import { fewWords, judgedWords, latencyWords, meetsSlo } from '../seeds.js';
import { duration, grouped, listed, mechanismHues, sloWords } from '../words.js';
import type { Named } from './named.js';

/** Panels; VMs with an objective come first. */
const MOST_PANELS = 12;
const MOST_STEPS = 500;

const QUANTILES = [
  ['p50', 'p50', 0.5],
  ['p90', 'p90', 0.1],
  ['p99', 'p99', 0.01],
  ['p999', 'p99.9', 0.001],
] as const;

type Bounds = Pick<TailPoint, 'low' | 'high'>;

const noBounds = (): Bounds => ({ low: null, high: null });

/** Quantiles as far as there are samples beyond them, then the greatest, which one of `count` reached. */
export function tailPoints(times: Distribution, boundsOf: (key: string) => Bounds = noBounds): TailPoint[] {
  const { count, max } = times;
  const points = QUANTILES.flatMap(([key, name, share]): TailPoint[] => {
    const ns = times[key];
    if (ns === null || ns <= 0 || count * share < 1) return [];
    return [{ name, ns, share, ...boundsOf(key), thin: isThin(1 - share, count) }];
  });
  if (max !== null && max > 0 && count > 1)
    points.push({ name: 'max', ns: max, share: 1 / count, ...boundsOf('max'), thin: true });
  return points;
}

function latencyPoints(vm: VmResult, { confidence }: Result): TailPoint[] {
  return tailPoints(vm.latencyNs, (key) => {
    const found = confidence?.figures[`${vm.name}.latencyNs.${key}`];
    return { low: found?.low ?? null, high: found?.high ?? null };
  });
}

type WithHistogram = Distribution & {
  readonly histogram?: { readonly upTo: readonly number[]; readonly count: readonly number[] };
};

/** From 1 down: the share of the samples above each bound of the histogram, thinned to what a picture can show. */
export function tailCurve(latency: WithHistogram): [number, number][] {
  const { histogram, count } = latency;
  if (histogram === undefined || count === 0) return [];
  let above = count;
  const curve = histogram.upTo.map((upTo, i): [number, number] => {
    above -= histogram.count[i] ?? 0;
    return [upTo, above / count];
  });
  const shown = curve.filter(([ns, share]) => ns > 0 && share > 0);
  const every = Math.ceil(shown.length / MOST_STEPS);
  const thinned = shown.filter((_, i) => i % every === 0 || i === shown.length - 1);
  const [first] = curve;
  if (first === undefined || first[0] <= 0) return thinned;
  // falls from all of them: very many may lie in the first bucket, and where all do, to one of them
  return [[first[0], 1], ...(thinned.length === 0 ? [[first[0], 1 / count] as [number, number]] : thinned)];
}

/** Of the whole tail over the replications, where the result holds it. */
function bandOf(
  name: string,
  { confidence }: Result,
): NonNullable<TailPlot['panels'][number]['lines'][number]['band']> {
  const tail = confidence?.tails?.[name];
  if (tail === undefined) return [];
  return tail.share.map((share, i) => ({ share, low: tail.low[i]!, high: tail.high[i]! }));
}

function answer(runs: readonly Named[], names: readonly string[]): string {
  const sentences = names.flatMap((name) => {
    const of = runs.flatMap(({ label, result }) => {
      const vm = result.vms.find((one) => one.name === name);
      return vm === undefined || vm.slo === null ? [] : [{ label, vm, slo: vm.slo, result }];
    });
    const [first] = of;
    if (first === undefined) return [];
    const says = ({ label, vm, result }: (typeof of)[number]): string =>
      `${label} (${[judgedWords(result, vm), fewWords(result, vm)].filter((one) => one !== '').join(', ')})`;
    const met = of.filter(({ result, vm }) => meetsSlo(result, vm)).map(says);
    const missed = of.filter(({ result, vm }) => !meetsSlo(result, vm)).map(says);
    const target = `${name}’s ${sloWords(first.slo)}`;
    if (missed.length === 0) return [`${listed(met)} ${met.length === 1 ? 'meets' : 'meet'} ${target}.`];
    const misses = `${listed(missed)} ${missed.length === 1 ? 'misses' : 'miss'}`;
    return met.length === 0
      ? [`${misses} ${target}.`]
      : [`${listed(met)} ${met.length === 1 ? 'meets' : 'meet'} ${target}; ${misses} it.`];
  });
  if (sentences.length > 0) return sentences.slice(0, 3).join(' ');
  return runs
    .flatMap(({ label, result }) =>
      result.vms.slice(0, 1).map((vm) => `Under ${label} ${vm.name}’s p99 is ${latencyWords(result, vm, 'p99')}.`),
    )
    .join(' ');
}

export function latencyFigure(runs: readonly Named[]): Figure | undefined {
  const [first] = runs;
  if (first === undefined) return undefined;
  const hues = mechanismHues(runs.map(({ label }) => label));
  const ordered = [...first.result.vms].sort((a, b) => Number(b.slo !== null) - Number(a.slo !== null));
  const names = ordered.filter(({ latencyNs }) => latencyNs.count > 0).map(({ name }) => name);
  const panels = names.slice(0, MOST_PANELS).map((name): TailPlot['panels'][number] => {
    const of = (result: Result): VmResult | undefined => result.vms.find((vm) => vm.name === name);
    const slo = of(first.result)?.slo;
    return {
      title: name,
      slo:
        slo === undefined || slo === null
          ? null
          : { ns: slo.targetNs, share: 1 - slo.quantile, text: `SLO ${sloWords(slo)}` },
      lines: runs.flatMap(({ label, result }) => {
        const vm = of(result);
        if (vm === undefined || vm.latencyNs.count === 0) return [];
        return [
          {
            name: label,
            hue: hues.get(label)!,
            missed: vm.slo?.attained === false,
            points: latencyPoints(vm, result),
            curve: tailCurve(vm.latencyNs),
            band: bandOf(name, result),
          },
        ];
      }),
    };
  });
  if (panels.length === 0) return undefined;
  const exact = panels.some(({ lines }) => lines.some(({ curve }) => curve.length > 0));
  const banded = panels.some(({ lines }) => lines.some(({ band = [] }) => band.length > 0));
  const spread =
    banded || panels.some(({ lines }) => lines.some(({ points }) => points.some(({ low }) => low !== null)));
  const left = names.length - panels.length;
  return {
    id: 'latency',
    question: 'How long do requests wait?',
    answer: answer(runs, names),
    caption:
      'Share of the requests that took longer than a time, both axes logarithmic. ' +
      (exact
        ? 'The curves are the histograms’, the dots the quantiles of the table. '
        : 'The dots are the quantiles of the table; the lines between them only guide the eye. ') +
      `Hollow dots have fewer than ten samples behind them${spread ? `; ${banded ? 'the band is the 95 % interval over the seeds, and goes on beyond the picture where it ends in ▸' : 'bars are 95 % intervals over the seeds'}` : ''}.` +
      (left > 0 ? ` ${left} more VMs are in the JSON beside this page.` : ''),
    drawing: { kind: 'tail', panels },
    table: {
      head: ['VM', 'mechanism', 'requests', 'mean', 'p50', 'p90', 'p99', 'p99.9', 'max', 'SLO'],
      rows: names.flatMap((name) =>
        runs.flatMap(({ label, result }) => {
          const vm = result.vms.find((one) => one.name === name);
          if (vm === undefined) return [];
          const { count, mean, p50, p90, p99, p999, max } = vm.latencyNs;
          const slo = vm.slo === null ? '–' : `${sloWords(vm.slo)}: ${vm.slo.attained ? 'met' : 'missed'}`;
          return [[name, label, grouped(count), ...[mean, p50, p90, p99, p999, max].map(duration), slo]];
        }),
      ),
    },
  };
}
