// What claim (c) comes to: the tail with cold starts, as a claim and as a table.

import type { Claim, ExperimentTable } from '../experiment.js';
import type { Settings } from '../parameters.js';
import { times } from '../words.js';
import type { TailPoint } from './tail.js';
import { tailPicture } from './pictures.js';

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[(values.length - 1) >> 1]!;

export function tailClaim(settings: Settings, points: readonly TailPoint[], command: string): Claim {
  const inits = settings.list('tail.inits').map(Number);
  const of = (initMs: number): readonly TailPoint[] => points.filter((point) => point.initMs === initMs);
  const span = (some: readonly TailPoint[]): [number, number] => {
    const ratios = some.map(({ ratio }) => ratio);
    return [Math.min(...ratios), Math.max(...ratios)];
  };
  const best = points.toSorted((a, b) => b.ratio - a.ratio)[0]!;
  const middleOf = (some: readonly TailPoint[]): number => median(some.map(({ ratio }) => ratio));
  const middle = middleOf(points);
  const words = inits.map((initMs) => {
    const [low, high] = span(of(initMs));
    return `${times(low)} to ${times(high)}, in the median ${times(middleOf(of(initMs)))}, with a runtime of ${initMs} ms`;
  });
  return {
    id: 'tail-with-cold-starts',
    claim: 'up to ten times lower tail than static sharing with microVMs, with cold starts on',
    source: 'arXiv:2608.12633, abstract',
    paper: 'up to 10x',
    ours:
      `p99 of microVMs on pinned cores over that of HyperFlux: ${words.join('; ')}; median of all ${times(middle)}. ` +
      `Best where a burst needs ${best.peak} of what is pinned and VMs are kept ${best.keepAliveS} s: ${best.microvms.p99Ms.toFixed(1)} against ${best.hyperflux.p99Ms.toFixed(1)} ms, ${percent(best.microvms.coldShare)} against ${percent(best.hyperflux.coldShare)} cold starts; ${times(best.horizontalRatio)} with a VM for each request`,
    brief: `${times(best.ratio)} at best, ${times(middle)} in the median`,
    unit: '',
    numbers: {
      unit: 'ratio',
      paper: { bound: '≤', value: 10 },
      ours: [
        { where: 'at best', value: best.ratio },
        { where: 'in the median', value: middle, reach: { kind: 'range', low: span(points)[0], high: best.ratio } },
      ],
    },
    supported: 'partly',
    verdict: best.ratio >= 10 ? 'reachable' : 'not reached',
    assumptions: [
      `bursts of ${settings.number('tail.meanOn')} ms on average every ${10 * settings.number('tail.meanOn')} ms, calls of ${settings.number('tail.service')} ms, ${settings.number('tail.pinned')} of ${settings.number('tail.cores')} cores pinned`,
      `where cold starts decide, the ratio is that of the boots that go in, ${settings.number('firecracker.vmBoot')} over ${settings.number('tier.vmBoot')} ms; a runtime that both must initialize hides it`,
      'pinned cores are shared at no cost and their VMs wake in no time, which favours what is compared with',
    ],
    command,
  };
}

export function tailTable(points: readonly TailPoint[]): ExperimentTable {
  const rows = points.map(({ initMs, keepAliveS, peak, microvms, hyperflux, ratio }) => [
    String(initMs),
    String(keepAliveS),
    String(peak),
    microvms.p99Ms.toFixed(2),
    percent(microvms.coldShare),
    hyperflux.p99Ms.toFixed(2),
    percent(hyperflux.coldShare),
    times(ratio),
  ]);
  return {
    title: 'p99 of calls in bursts, with cold starts',
    question: 'What do fast boots and moving cores do to the tail of functions?',
    head: [
      'runtime, ms',
      'keep-alive, s',
      'burst needs / pinned',
      'microVMs, ms',
      'microVMs cold',
      'HyperFlux, ms',
      'HyperFlux cold',
      'ratio',
    ],
    rows,
    picture: tailPicture(rows),
  };
}
