// "How much memory does a trace need?": misses over capacity, one line a policy, from runs and from curves alike.

import type { PagesResult } from '../../../pages/result.js';
import { formatShare } from '../../units.js';
import type { Figure } from '../figure.js';
import { grouped, listed } from '../words.js';
import { lineOf } from './lines.js';

/** Points of a curve: more than a picture can show are thinned. */
const MOST_POINTS = 400;

type Run = PagesResult['runs'][number];

interface Curve {
  readonly policy: string;
  readonly points: readonly (readonly [number, number])[];
}

/** Of the curves that were asked for; of runs those whose policy has more than one capacity, or where nothing else is there. */
function curvesOf({ runs, mrc = [] }: PagesResult): Curve[] {
  const curves = mrc.map(({ policy, sampled, points }): Curve => {
    const every = Math.ceil(points.length / MOST_POINTS);
    const some = points.filter((_, i) => i % every === 0 || i === points.length - 1);
    return {
      policy: `${policy}${sampled ? ' (sampled)' : ''}`,
      points: some.map(({ capacityPages, missRatio }) => [capacityPages, missRatio]),
    };
  });
  const byPolicy = new Map<string, (readonly [number, number])[]>();
  // a policy's curve says what its runs would
  const drawn = new Set(mrc.filter(({ sampled }) => !sampled).map(({ policy }) => policy));
  for (const { policy, capacityPages, missRatio } of runs.filter((run) => !drawn.has(run.policy)))
    byPolicy.set(policy, [...(byPolicy.get(policy) ?? []), [capacityPages, missRatio]]);
  return [
    ...curves,
    ...[...byPolicy].map(([policy, points]): Curve => ({ policy, points: [...points].sort((a, b) => a[0] - b[0]) })),
  ];
}

type Point = Pick<Run, 'policy' | 'capacityPages' | 'missRatio'>;

/** What was run; of a document that has curves alone, their points. */
function pointsOf(result: PagesResult): readonly Point[] {
  if (result.runs.length > 0) return result.runs;
  return curvesOf(result).flatMap(({ policy, points }) =>
    points
      .filter(([capacityPages]) => capacityPages > 0)
      .map(([capacityPages, missRatio]) => ({ policy, capacityPages, missRatio })),
  );
}

function groupBy(runs: readonly Point[], keyOf: (run: Point) => number): Map<number, Point[]> {
  const groups = new Map<number, Point[]>();
  for (const run of runs) groups.set(keyOf(run), [...(groups.get(keyOf(run)) ?? []), run]);
  return groups;
}

/** What no policy of a kernel can be: it knows what comes. */
const BOUND = 'opt';
const spreadOf = (runs: readonly Point[]): number =>
  Math.max(...runs.map(({ missRatio }) => missRatio)) - Math.min(...runs.map(({ missRatio }) => missRatio));

/** Policies that miss as often are named together, the best first. */
function ranked(runs: readonly Point[]): string {
  const sorted = [...runs].sort((a, b) => a.missRatio - b.missRatio);
  const groups = [...groupBy(sorted, ({ missRatio }) => missRatio)];
  return groups
    .map(([miss, of], i) => {
      const names = listed(of.map(({ policy }) => policy));
      return i > 0
        ? `${names} ${formatShare(miss)}`
        : `${names} ${of.length === 1 ? 'misses' : 'miss'} ${formatShare(miss)}`;
    })
    .join(', ');
}

/** At the capacity at which the policies differ most, and where they do not: nobody is best where all are alike. */
function answerOf(result: PagesResult): string | undefined {
  const { trace } = result;
  const runs = pointsOf(result);
  if (runs.length === 0) return undefined;
  const at = (capacity: number): string =>
    `${grouped(capacity)} pages (${formatShare(capacity / Math.max(1, trace.distinctPages))})`;
  const sizes = [...groupBy(runs, ({ capacityPages }) => capacityPages)].sort(([a], [b]) => a - b);
  const real = (of: readonly Point[]): readonly Point[] => {
    const some = of.filter(({ policy }) => policy !== BOUND);
    return some.length === 0 ? of : some;
  };
  if (new Set(real(runs).map(({ policy }) => policy)).size === 1) {
    const [first, last] = [sizes[0]!, sizes.at(-1)!];
    const says = ([capacity, of]: typeof first): string =>
      `${formatShare(real(of)[0]!.missRatio)} with ${at(capacity)}`;
    const ends = first === last ? [first] : [first, last];
    const [widest, of] = sizes.reduce((most, one) => (spreadOf(one[1]) > spreadOf(most[1]) ? one : most));
    const bound = spreadOf(of) === 0 ? undefined : of.find(({ policy }) => policy === BOUND);
    const more = bound === undefined ? '' : `; the bound ${BOUND} ${formatShare(bound.missRatio)} with ${at(widest)}`;
    return `${real(runs)[0]!.policy} misses ${listed(ends.map(says))}${more}.`;
  }
  const widest = sizes.reduce((most, one) => (spreadOf(real(one[1])) > spreadOf(real(most[1])) ? one : most));
  const [capacity, of] = widest;
  if (spreadOf(real(of)) === 0) {
    return `${sizes.length === 1 ? `With ${at(capacity)}` : 'At every size'} ${listed([...new Set(real(runs).map(({ policy }) => policy))])} miss alike.`;
  }
  const bound = real(of).length < of.length ? of.find(({ policy }) => policy === BOUND) : undefined;
  const alike = sizes.filter(([, some]) => some.length > 1 && spreadOf(some) === 0).map(([size]) => at(size));
  const told = alike.length > 3 ? `${alike.length} of ${sizes.length} sizes` : listed(alike);
  return (
    `At ${at(capacity)} ${ranked(real(of))}${bound === undefined ? '' : `; the bound ${BOUND} ${formatShare(bound.missRatio)}`}` +
    `${alike.length === 0 ? '' : `; all alike with ${told}`}.`
  );
}

export function missRatioFigure(result: PagesResult): Figure | undefined {
  const curves = curvesOf(result).filter(({ points }) => points.length > 0);
  if (curves.length === 0) return undefined;
  const capacities = curves.flatMap(({ points }) => points.map(([capacity]) => capacity)).filter((one) => one > 0);
  const answer = answerOf(result) ?? '';
  return {
    id: 'miss-ratio',
    question: 'How many requests miss, by memory and policy?',
    answer,
    caption:
      'Misses over requests, first uses included, over the pages that fit (logarithmic). Dots are capacities that were replayed.',
    drawing: {
      kind: 'response',
      x: 'pages that fit',
      words: false,
      log: Math.max(...capacities) >= 20 * Math.min(...capacities),
      cloud: false,
      panels: [
        {
          title: 'miss ratio',
          unit: 'share',
          slo: null,
          lines: curves.map(({ policy, points }, i) =>
            lineOf(
              policy,
              i,
              points.filter(([capacity]) => capacity > 0),
            ),
          ),
        },
      ],
    },
    table: {
      head: ['policy', 'pages', 'requests', 'misses', 'miss ratio', 'swap-outs', 'write-backs'],
      rows:
        result.runs.length > 0
          ? result.runs.map((run) => [
              run.policy,
              ...[run.capacityPages, run.requests, run.misses].map(grouped),
              formatShare(run.missRatio),
              ...[run.swapOuts, run.writebacks].map(grouped),
            ])
          : curves.flatMap(({ policy, points }) => {
              const every = Math.ceil(points.length / 60);
              return points
                .filter((_, i) => i % every === 0)
                .map(([pages, miss]) => [policy, grouped(pages), '–', '–', formatShare(miss), '–', '–']);
            }),
    },
  };
}
