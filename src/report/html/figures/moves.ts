// "How does a core move?": the steps of a move one after the other, detection before them, and how detection, parking and the
// whole grant spread. Means add up; quantiles of steps do not, which is why the waterfall is of means.

import type { Distribution } from '../../../metrics/figures.js';
import { formatDurationNs, formatShare } from '../../units.js';
import type { Figure, Hue, MovesPlot } from '../figure.js';
import { overSeeds } from '../seeds.js';
import { duration, grouped, mechanismHues } from '../words.js';
import type { Named } from './named.js';

/** In the order in which a move takes them; others, of mechanisms to come, follow by name. */
const ORDER = ['notifyNs', 'preemptNs', 'suspendNs', 'descheduleNs', 'wakeNs', 'dispatchNs'];

const rank = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);

type Panel = MovesPlot['panels'][number];

const QUANTILES = [
  ['p50', 'p50'],
  ['p90', 'p90'],
  ['p99', 'p99'],
  ['p999', 'p99.9'],
  ['max', 'max'],
] as const;

function spread(name: string, of: Distribution): Panel['spreads'] {
  const points = QUANTILES.flatMap(([key, word]) => {
    const ns = of[key];
    return ns === null || ns <= 0 ? [] : [{ name: word, ns }];
  });
  return points.length === 0 ? [] : [{ name, points }];
}

function movesOf({ label, result }: Named, hue: Hue): Panel | undefined {
  const { reallocation } = result;
  if (reallocation.count === 0) return undefined;
  const present = Object.entries(reallocation.steps).filter(([, { count, max }]) => count > 0 && max! > 0);
  present.sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const named: [string, Distribution][] = [
    ...(reallocation.detectionNs.count > 0 ? [['detection', reallocation.detectionNs] as [string, Distribution]] : []),
    ...present.map(([name, step]): [string, Distribution] => [name.replace(/Ns$/, ''), step]),
  ];
  let fromNs = 0;
  const steps = named.map(([name, { count, mean }]) => {
    const begin = fromNs;
    fromNs += mean!;
    return { name, fromNs: begin, meanNs: mean!, count, share: count / reallocation.count };
  });
  const spreads = [
    ...spread('detection', reallocation.detectionNs),
    ...spread('parking', reallocation.parkNs),
    ...spread('grant', reallocation.grantNs),
  ];
  return { title: label, hue, steps, spreads };
}

export function movesFigure(runs: readonly Named[]): Figure | undefined {
  const hues = mechanismHues(runs.map(({ label }) => label));
  const panels = runs
    .flatMap((run) => movesOf(run, hues.get(run.label)!) ?? [])
    .filter(({ steps, spreads }) => steps.length + spreads.length > 0);
  if (panels.length === 0) return undefined;
  const says = runs
    .filter(({ result }) => result.reallocation.count > 0)
    .map(({ label, result }) => {
      const { reallocation, manifest } = result;
      const { mean, p99 } = reallocation.grantNs;
      const moves = `${label}: ${overSeeds(result, reallocation.count, grouped, (f) => f['reallocation.count'])} moves`;
      if (manifest.replications > 1 && mean !== null && mean > 0) {
        const grant = overSeeds(result, p99, formatDurationNs, (f) => f['reallocation.grantNs.p99']);
        return `${moves}; p99 from the decision to the core at work is ${grant}.`;
      }
      return mean === null || mean === 0
        ? `${moves}, at no cost.`
        : `${moves}, on average ${duration(mean)} from the decision to the core at work, p99 ${duration(p99)}.`;
    });
  const never = runs.filter(({ result }) => result.reallocation.count === 0).map(({ label }) => label);
  return {
    id: 'moves',
    question: 'How does a core move?',
    answer: [...says, ...(never.length === 0 ? [] : [`Under ${never.join(' and ')} no core moves.`])].join(' '),
    caption:
      'Mean time of each step, in the order in which a core takes them; a step that not every move takes says how many do. ' +
      'Detection lies before the decision. The dots are p50, p90, p99, p99.9 and max, on a logarithmic axis.',
    drawing: { kind: 'moves', panels },
    table: {
      head: ['mechanism', 'step', 'times', 'share of moves', 'mean', 'p50', 'p99', 'max'],
      rows: runs.flatMap(({ label, result: { reallocation } }) => {
        const { detectionNs, parkNs, grantNs, steps, count } = reallocation;
        const all: [string, Distribution][] = [
          ['detection', detectionNs],
          ...Object.entries(steps).sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1)),
          ['parking', parkNs],
          ['grant', grantNs],
        ];
        return all
          .filter(([, one]) => one.count > 0)
          .map(([name, one]) => [
            label,
            name.replace(/Ns$/, ''),
            grouped(one.count),
            formatShare(count === 0 ? null : one.count / count),
            ...[one.mean, one.p50, one.p99, one.max].map(duration),
          ]);
      }),
    },
  };
}
