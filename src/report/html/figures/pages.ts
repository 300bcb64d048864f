// "How much memory does a trace need?": misses over capacity, one line a policy, from runs and from curves alike.

import type { PagesResult } from '../../../pages/result.js';
import { formatShare } from '../../units.js';
import type { Figure } from '../figure.js';
import { grouped, listed } from '../words.js';
import { lineOf } from './lines.js';

/** Points of a curve: more than a picture can show are thinned. */
const MOST_POINTS = 400;

interface Curve {
  readonly policy: string;
  readonly points: readonly (readonly [number, number])[];
}

/** Of the curves that were asked for; of runs those whose policy has more than one capacity, or where nothing else is there. */
export function curvesOf({ runs, mrc = [] }: PagesResult): Curve[] {
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

export function missRatioFigure(result: PagesResult): Figure | undefined {
  const curves = curvesOf(result).filter(({ points }) => points.length > 0);
  if (curves.length === 0) return undefined;
  const capacities = curves.flatMap(({ points }) => points.map(([capacity]) => capacity)).filter((one) => one > 0);
  const best = [...result.runs].sort((a, b) => a.missRatio - b.missRatio)[0];
  const answer =
    best === undefined
      ? `Between ${grouped(Math.min(...capacities))} and ${grouped(Math.max(...capacities))} pages: ${listed(
          curves.slice(0, 4).map(({ policy, points }) => {
            return `${policy} misses ${formatShare(points[0]![1])} to ${formatShare(points.at(-1)![1])}`;
          }),
        )}.`
      : `The fewest misses, ${formatShare(best.missRatio)}, has ${best.policy} with ${grouped(best.capacityPages)} pages.`;
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
