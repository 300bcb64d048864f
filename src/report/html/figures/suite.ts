// "How near does each mechanism come to the targets?": scenarios by mechanisms, and the score cards as the table.

import type { SuiteResult } from '../../../study/suite/suite.js';
import { formatShare } from '../../units.js';
import type { Figure, HeatPlot } from '../figure.js';

const short = (value: number | null): string => (value === null ? '-' : String(Number(value.toPrecision(3))));

/** `hyperflux meets every SLO in 55 of 60 runs, the most. The others: static in 12; ideal, which is the bound, in 60.` */
export function suiteAnswer({ scores }: SuiteResult): string {
  const said = ({ slo }: SuiteResult['scores'][number]): string => `in ${slo.attainedIn} of ${slo.of}`;
  const [first, ...others] = scores.filter(({ mechanism }) => mechanism !== 'ideal');
  if (first === undefined) return 'Nothing yet: scores need every run of some mechanism.';
  const rest = others.map(({ mechanism, slo }) => `${mechanism} in ${slo.attainedIn}`);
  const ideal = scores.find(({ mechanism }) => mechanism === 'ideal');
  const bound = ideal === undefined ? [] : [`ideal, which is the bound, in ${ideal.slo.attainedIn}`];
  const behind = [...(rest.length === 0 ? [] : [rest.join(', ')]), ...bound].join('; ');
  const most = others.length === 0 ? '' : ', the most';
  return `${first.mechanism} meets every SLO ${said(first)} runs${most}.${behind === '' ? '' : ` The others: ${behind}.`}`;
}

export function suiteFigure(result: SuiteResult): Figure | undefined {
  const { rows, scores, scenarios } = result;
  const mechanisms = scores.map(({ mechanism }) => mechanism);
  const cells = rows.flatMap(({ scenario, mechanism, figures, slo }) => {
    const value = figures?.tailOverTarget.mean ?? null;
    return value === null || value <= 0 ? [] : [{ x: mechanism, y: scenario, value, missed: slo.attainedIn < slo.of }];
  });
  if (cells.length === 0 || mechanisms.length === 0) return undefined;
  const furthest = cells.reduce((most, cell) => (cell.value > most.value ? cell : most));
  const drawing: HeatPlot = {
    kind: 'heat',
    x: 'mechanism',
    y: 'scenario',
    unit: 'ratio',
    panels: [{ title: 'latency over target', xs: mechanisms, ys: scenarios.map(({ name }) => name).reverse(), cells }],
  };
  return {
    id: 'suite',
    question: 'How near does each mechanism come to the targets?',
    answer: `Furthest from its target is ${furthest.x} on ${furthest.y}: ${short(furthest.value)} times as long.`,
    caption:
      'Latency at the quantile of the SLO over its target, of the VM nearest to its target or furthest beyond, mean over the seeds: 1 is the ' +
      'target. A cross marks that some run missed an SLO, an empty place that the mechanism does not fit the scenario.',
    drawing,
    table: {
      head: [
        'mechanism',
        'runs with every SLO',
        'tail over ideal',
        'worst',
        'cores',
        'best-effort',
        'moves/s',
        ...scenarios.map(({ name }) => name),
      ],
      rows: scores.map(({ mechanism, slo, tail, worst, cores, bestEffort, movesPerSecond }) => [
        mechanism,
        `${slo.attainedIn} of ${slo.of}`,
        short(tail.mean),
        worst === null ? '-' : `${short(worst.tail)} ${worst.scenario}`,
        short(cores.mean),
        formatShare(bestEffort.mean),
        short(movesPerSecond.mean),
        ...scenarios.map(({ name }) => {
          const cell = cells.find(({ x, y }) => x === mechanism && y === name);
          return cell === undefined ? '-' : short(cell.value);
        }),
      ]),
    },
  };
}
