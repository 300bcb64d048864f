// "How does it answer to …?": a sweep. One axis: curves with the band of their intervals, one panel a figure. Two axes: heat maps, one
// panel a mechanism. Points that were refused leave a gap. More axes, and Latin hypercubes: each axis has its cloud of points.

import type { SweepResult } from '../../../study/sweep.js';
import { sweepDoubts } from '../../sweep-table.js';
import { codesOf } from '../../trust.js';
import { formatShare } from '../../units.js';
import type { Figure, HeatPlot, ResponsePlot } from '../figure.js';
import { duration, listed, mechanismHues } from '../words.js';
import { everywhere, meetsFrom } from './contour.js';
import { type Measure, measuresOf, mechanismsOf, missed, sloOf } from './sweep-measures.js';
import { tailsFigure } from './sweep-tails.js';

const MOST_TABLE_ROWS = 400;

const SAY = {
  ns: duration,
  share: formatShare,
  number: (value: number): string => String(Number(value.toPrecision(3))),
};

type Line = ResponsePlot['panels'][number]['lines'][number];

function lineOf(
  result: SweepResult,
  measure: Measure,
  mechanism: string,
  hue: Line['hue'],
  axis: string,
  cloud: boolean,
): Line {
  const points = result.rows
    .filter((row) => row.mechanism === mechanism)
    .flatMap((row) => {
      const figure = row.figures[measure.path];
      if (figure === undefined || figure.mean === null) return [];
      const { mean, low, high } = figure;
      return [{ x: row.point[axis]!, mean, low, high, missed: missed(row, measure.vm) }];
    });
  if (points.every(({ x }) => typeof x === 'number')) points.sort((a, b) => Number(a.x) - Number(b.x));
  const misses = points.findIndex((point) => point.missed);
  const meets = points.findIndex((point) => !point.missed);
  const knee = misses > 0 ? points[misses - 1]!.x : misses === 0 && meets > 0 ? points[meets]!.x : null;
  return { name: mechanism, hue, points, knee: cloud ? null : knee };
}

/** What of a line's points meet the objective, as a verb and where. */
function meetingOf(axis: string, points: Line['points'], cloud: boolean): readonly ['meet' | 'miss' | '', string] {
  const bad = points.filter((point) => point.missed);
  if (points.length === 0) return ['', 'without figures'];
  if (bad.length === 0) return ['meet', 'at every point'];
  if (bad.length === points.length) return ['miss', 'at every point'];
  if (cloud) return ['meet', `at ${points.length - bad.length} of ${points.length} points`];
  if (points.slice(points.indexOf(bad[0]!)).every((point) => point.missed))
    return ['miss', `from ${axis} = ${bad[0]!.x} on`];
  if (points.slice(0, bad.length).every((point) => point.missed))
    return [
      'meet',
      `from ${axis} = ${points[bad.length]!.x} on (${bad.at(-1)!.x}, the next below that was run, misses it)`,
    ];
  return ['miss', `at ${axis} = ${listed(bad.map(({ x }) => String(x)))}`];
}

/** `ideal and hyperflux meet it at every point; static misses it from load = 0.55 on`: those of whom the same holds in one. */
function grouped(said: readonly { name: string; verb: 'meet' | 'miss' | ''; where: string }[]): string {
  const together = new Map<string, { names: string[]; verb: string; where: string }>();
  for (const { name, verb, where } of said) {
    const key = `${verb} ${where}`;
    together.set(key, { names: [...(together.get(key)?.names ?? []), name], verb, where });
  }
  return [...together.values()]
    .map(({ names, verb, where }) => {
      const one = verb === 'meet' ? 'meets it' : 'misses it';
      const what = verb === '' ? '' : names.length === 1 ? one : `${verb} it`;
      return [listed(names), what, where].filter((word) => word !== '').join(' ');
    })
    .join('; ');
}

function tableOf(result: SweepResult, measures: readonly Measure[]): Figure['table'] {
  const { axes, rows } = result;
  const seeds = rows.some(({ replications }) => replications > 1);
  const warned = rows.some(({ warnings }) => warnings.length > 0);
  const judged = measures.some((measure) => isJudged(result, measure));
  return {
    head: [
      ...axes.map(({ path }) => path),
      'mechanism',
      ...measures.map(({ title }) => title),
      ...['SLO', 'seeds', ...(warned ? ['warnings'] : [])],
    ],
    rows: rows.slice(0, MOST_TABLE_ROWS).map((row) => [
      ...axes.map(({ path }) => String(row.point[path])),
      row.mechanism,
      ...measures.map(({ path, unit }) => {
        const { mean = null, low = null, high = null } = row.figures[path] ?? {};
        const say = SAY[unit];
        if (mean === null) return row.refused === undefined ? '–' : `refused: ${row.refused}`;
        const behind = row.support?.[path];
        if (behind === 'none') return '–';
        const mark = behind === 'few' ? '≥ ' : '';
        return seeds && low !== null && high !== null
          ? `${mark}${say(mean)} ± ${say((high - low) / 2)}`
          : mark + say(mean);
      }),
      measures.some(({ vm }) => missed(row, vm)) ? 'missed' : row.refused === undefined && judged ? 'met' : '–',
      String(row.replications),
      ...(warned ? [codesOf(row).join(', ')] : []),
    ]),
  };
}

function curvesOf(result: SweepResult, axis: SweepResult['axes'][number], cloud: boolean): Figure {
  const measures = measuresOf(result);
  const mechanisms = mechanismsOf(result);
  const hues = mechanismHues(mechanisms);
  const panels = measures.map((measure) => ({
    title: measure.title,
    unit: measure.unit,
    slo: sloOf(result, measure),
    lines: mechanisms.map((name) => lineOf(result, measure, name, hues.get(name)!, axis.path, cloud)),
  }));
  const judged = measures.flatMap((measure, i) =>
    isJudged(result, measure)
      ? [
          `${objectiveOf(measure, panels[i]!.slo)}: ${grouped(
            panels[i]!.lines.map(({ name, points }) => {
              const [verb, where] = meetingOf(axis.path, points, cloud);
              return { name, verb, where };
            }),
          )}.${doubtsBehind(result, measure)}`,
        ]
      : [],
  );
  const spans = panels[0]!.lines.map(
    ({ name, points }) =>
      `${spanOf(
        panels[0]!.unit,
        points.map(({ mean }) => mean),
      )} under ${name}`,
  );
  const numbers = axis.values.filter((value) => typeof value === 'number');
  const words = numbers.length < axis.values.length;
  const log = !words && Math.min(...numbers) > 0 && Math.max(...numbers) >= 50 * Math.min(...numbers);
  const intervals = result.rows.some(({ replications }) => replications > 1);
  return {
    id: `response-${axis.path.replaceAll(/[^a-z0-9]+/gi, '-')}`,
    question: `How does the host respond to ${axis.path}?`,
    answer:
      judged.length > 0
        ? judged.join(' ')
        : `${panels[0]!.title}: ${listed(spans)}.${doubtsBehind(result, measures[0]!)}`,
    caption:
      `One ${cloud ? 'point for each row' : 'line for each mechanism'} over ${axis.path}${intervals ? ', with the 95 % interval over the seeds as a band' : ', of one seed'}. ` +
      `Crosses are points at which some seed misses the SLO${cloud ? '' : '; a ring marks the one beside them that meets it'}.`,
    drawing: { kind: 'response', x: axis.path, words, log, cloud, panels },
    table: tableOf(result, measures),
  };
}

/** ` It is judged by as few as 70 requests a seed, too few to rely on p99, in 4 of 6 rows.` */
function doubtsBehind({ rows }: SweepResult, { vm }: Measure): string {
  const words = vm === undefined ? [] : sweepDoubts(rows, vm);
  return words.length === 0 ? '' : ` It is ${words.join('; ')}.`;
}

/** `12.0 µs to 48.8 ms` */
function spanOf(unit: Measure['unit'], values: readonly number[]): string {
  const say = SAY[unit];
  return values.length === 0 ? 'not known' : `${say(Math.min(...values))} to ${say(Math.max(...values))}`;
}

const isJudged = ({ rows }: SweepResult, { vm }: Measure): boolean =>
  vm !== undefined && rows.some((row) => row.figures[`${vm}.slo.attained`] !== undefined);

/** `api’s p99 ≤ 200 µs` */
const objectiveOf = ({ vm }: Measure, slo: ResponsePlot['panels'][number]['slo']): string =>
  slo === null ? `${vm}’s SLO` : `${vm}’s ${slo.text.replace(/^SLO /, '')}`;

function heatOf(result: SweepResult, measure: Measure): Figure {
  const [x, y] = [result.axes[0]!, result.axes[1]!];
  const distinct = (path: string): (number | string)[] => {
    const values = [...new Set(result.rows.map((row) => row.point[path]!))];
    return values.every((value) => typeof value === 'number') ? values.sort((a, b) => Number(a) - Number(b)) : values;
  };
  const panels = mechanismsOf(result).map((mechanism): HeatPlot['panels'][number] => ({
    title: mechanism,
    xs: distinct(x.path),
    ys: distinct(y.path),
    cells: result.rows.flatMap((row) => {
      const value = row.figures[measure.path]?.mean;
      if (row.mechanism !== mechanism || value === undefined || value === null) return [];
      return [{ x: row.point[x.path]!, y: row.point[y.path]!, value, missed: missed(row, measure.vm) }];
    }),
  }));
  const slo = sloOf(result, measure);
  const judged = isJudged(result, measure);
  const says = judged
    ? grouped(
        panels.map((panel) => {
          const where = meetsFrom(panel, x.path, y.path);
          return where === 'at no point'
            ? { name: panel.title, verb: 'miss', where: everywhere(panel) }
            : { name: panel.title, verb: 'meet', where };
        }),
      )
    : listed(
        panels.map(
          ({ title, cells }) =>
            `${spanOf(
              measure.unit,
              cells.map(({ value }) => value),
            )} under ${title}`,
        ),
      );
  return {
    id: `heat-${measure.path.replaceAll(/[^a-z0-9]+/gi, '-')}`,
    question: `How does ${measure.title} respond to ${x.path} and ${y.path}?`,
    answer: `${judged ? objectiveOf(measure, slo) : measure.title}: ${says}.${doubtsBehind(result, measure)}`,
    caption:
      `${measure.title} at each point, dark is little${measure.unit === 'ns' ? ' (logarithmic)' : ''}` +
      `${judged ? '; a cross marks a miss of the SLO, the line where it begins' : ''}. Points without a result are left empty.`,
    drawing: { kind: 'heat', x: x.path, y: y.path, unit: measure.unit, panels },
    table: tableOf(result, [measure]),
  };
}

export function sweepFigures(result: SweepResult): Figure[] {
  const tails = tailsFigure(result);
  return [...responsesOf(result), ...(tails === undefined ? [] : [tails])];
}

function responsesOf(result: SweepResult): Figure[] {
  const measures = measuresOf(result);
  if (result.rows.length === 0) return [];
  const whole = result.axes.reduce((product, { values }) => product * new Set(values).size, 1);
  const grid = result.rows.length >= (whole * mechanismsOf(result).length) / 2;
  if (result.axes.length === 2 && grid) return measures.map((measure) => heatOf(result, measure));
  return result.axes.map((axis) => curvesOf(result, axis, result.axes.length > 1));
}
