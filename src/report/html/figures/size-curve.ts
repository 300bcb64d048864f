// "How does the latency fall with more of it?": what each SLO looks at over the values that `size` ran, with the objective and the answer.

import type { SizeResult } from '../../../study/size.js';
import { formatQuantile } from '../../units.js';
import type { Figure, ResponsePlot } from '../figure.js';
import { duration, exactDuration, listed, mechanismHues } from '../words.js';

type Panel = ResponsePlot['panels'][number];
type Point = Panel['lines'][number]['points'][number];

/** Far apart, the axis is logarithmic. */
const FAR = 20;

interface Objective {
  readonly vm: string;
  readonly quantile: number;
  readonly targetNs: number;
}

function objectivesOf({ runs }: SizeResult): Objective[] {
  const all = runs.flatMap(({ tried }) => tried.flatMap(({ slos = [] }) => slos));
  return [...new Map(all.map((one) => [one.vm, one])).values()];
}

/** Values with their latency; of a run that ended as soon as the SLO was lost it is only known that it lies beyond the objective. */
function pointsOf({ tried }: SizeResult['runs'][number], { vm }: Objective): Point[] {
  return tried.flatMap(({ value, slos = [] }): Point[] => {
    const slo = slos.find((one) => one.vm === vm);
    if (slo === undefined) return [];
    const { latencyNs, targetNs } = slo;
    const missed = latencyNs === null || latencyNs > targetNs;
    const point = { x: value, mean: latencyNs ?? targetNs, low: null, high: null, missed };
    return [latencyNs === null ? { ...point, beyond: true } : point];
  });
}

export function sizeCurve(result: SizeResult): Figure | undefined {
  const { runs, find } = result;
  const objectives = objectivesOf(result);
  const hues = mechanismHues(runs.map(({ mechanism }) => mechanism));
  const panels = objectives.map((objective): Panel => {
    const { vm, quantile, targetNs } = objective;
    const lines = runs.flatMap((run) => {
      const points = pointsOf(run, objective);
      const hue = hues.get(run.mechanism)!;
      return points.length === 0 ? [] : [{ name: run.mechanism, hue, points, knee: run.value }];
    });
    const what = `${formatQuantile(quantile)} of ${vm}`;
    return { title: what, unit: 'ns', slo: { value: targetNs, text: `SLO ${exactDuration(targetNs)}` }, lines };
  });
  const values = panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(({ x }) => Number(x))));
  if (new Set(values).size < 2) return undefined;
  const [first] = objectives as [Objective];
  const said = runs.flatMap(({ mechanism, value, tried }) => {
    const slo = tried.find((one) => one.value === value)?.slos?.find(({ vm }) => vm === first.vm);
    return slo === undefined || slo.latencyNs === null ? [] : [`${duration(slo.latencyNs)} under ${mechanism}`];
  });
  return {
    id: 'size-curve',
    question: `How does the latency change with ${find}?`,
    answer:
      said.length === 0
        ? `No value that was run meets every objective.`
        : `At the value that is the answer, ${first.vm}’s ${formatQuantile(first.quantile)} is ${listed(said)}.`,
    caption:
      'The quantile that each SLO is about over the values that were run, mean over the seeds; a ring marks the answer, crosses miss the ' +
      'objective. An arrow stands for a run that ended as soon as the SLO was lost: by how much its latency is greater is not known.',
    drawing: {
      kind: 'response',
      x: find,
      words: false,
      log: Math.min(...values) > 0 && Math.max(...values) >= FAR * Math.min(...values),
      cloud: false,
      panels,
    },
    table: {
      head: ['mechanism', find, ...objectives.map(({ vm, quantile }) => `${formatQuantile(quantile)} of ${vm}`)],
      rows: runs.flatMap(({ mechanism, tried }) =>
        tried
          .filter(({ slos }) => slos !== undefined)
          .map(({ value, slos = [] }) => [
            mechanism,
            String(value),
            ...objectives.map(({ vm, targetNs }) => {
              const slo = slos.find((one) => one.vm === vm);
              if (slo === undefined) return '–';
              return slo.latencyNs === null ? `more than ${exactDuration(targetNs)}` : duration(slo.latencyNs);
            }),
          ]),
      ),
    },
  };
}
