// "How does it answer to …?": a sweep. One axis: curves with the band of their intervals, one panel a figure. Two axes: heat maps, one
// panel a mechanism. Points that were refused leave a gap. More axes, and Latin hypercubes: each axis has its cloud of points.

import type { SweepResult, SweepRow } from '../../../study/sweep.js';
import { codesOf } from '../../trust.js';
import { formatShare } from '../../units.js';
import type { Tail } from '../../../result/tails.js';
import type { Figure, HeatPlot, ResponsePlot, TailPlot } from '../figure.js';
import { duration, listed, mechanismHues, sloWords } from '../words.js';
import { everywhere, meetsFrom } from './contour.js';
import { axisHue } from './lines.js';

const MOST_PANELS = 4;
const MOST_TABLE_ROWS = 400;

interface Measure {
  readonly path: string;
  readonly title: string;
  readonly unit: 'ns' | 'share' | 'number';
  /** The VM, where the measure is one's latency. */
  readonly vm?: string;
}

/** What keeping instances of functions warm gains and costs. */
const FUNCTIONS: readonly Measure[] = [
  { path: 'lifecycle.coldStartRate', title: 'cold starts', unit: 'share' },
  { path: 'lifecycle.warmGibSecondsPer1000', title: 'warm GiB·s for 1,000 requests', unit: 'number' },
  { path: 'lifecycle.latencyNs.p99', title: 'functions p99', unit: 'ns' },
];

const SAY = {
  ns: duration,
  share: formatShare,
  number: (value: number): string => String(Number(value.toPrecision(3))),
};

/** The quantile of its SLO for a VM that has one, p99 for others, cold starts and warm memory of functions, and how busy the host was. */
export function measuresOf({ rows, slos = [] }: SweepResult): Measure[] {
  const paths = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))];
  const functions = paths.includes('lifecycle.coldStartRate') ? FUNCTIONS : [];
  const vms = paths
    .filter((path) => path.endsWith('.latencyNs.p99') && functions.every((measure) => measure.path !== path))
    .map((path) => path.slice(0, -14));
  const withSlo = (vm: string): boolean => paths.includes(`${vm}.slo.attained`);
  const ordered = [...vms].sort((a, b) => Number(withSlo(b)) - Number(withSlo(a)));
  const shown = ordered.some(withSlo) ? ordered.filter(withSlo) : ordered;
  const latencies = shown.slice(0, MOST_PANELS - 1).map((vm): Measure => {
    const quantile = slos.find((slo) => slo.vm === vm)?.quantile ?? 0.99;
    const key = `p${String(quantile * 100).replace('.', '')}`;
    const known = paths.includes(`${vm}.latencyNs.${key}`) ? key : 'p99';
    return { path: `${vm}.latencyNs.${known}`, title: `${vm} ${known.replace('p999', 'p99.9')}`, unit: 'ns', vm };
  });
  return [...latencies, ...functions, { path: 'host.utilization', title: 'core time that runs tasks', unit: 'share' }];
}

const missed = (row: SweepRow, vm: string | undefined): boolean => {
  const share = vm === undefined ? undefined : row.figures[`${vm}.slo.attained`]?.mean;
  return share !== undefined && share !== null && share < 1;
};

const mechanismsOf = ({ rows }: SweepResult): string[] => [...new Set(rows.map(({ mechanism }) => mechanism))];

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

function sloOf(result: SweepResult, { vm, path }: Measure): ResponsePlot['panels'][number]['slo'] {
  const slo = result.slos?.find((one) => one.vm === vm);
  if (slo === undefined || !path.includes('latencyNs')) return null;
  return { value: slo.targetNs, text: `SLO ${sloWords(slo)}` };
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
          )}.`,
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
    answer: judged.length > 0 ? judged.join(' ') : `${panels[0]!.title}: ${listed(spans)}.`,
    caption:
      `One ${cloud ? 'point for each row' : 'line for each mechanism'} over ${axis.path}${intervals ? ', with the 95 % interval over the seeds as a band' : ', of one seed'}. ` +
      `Crosses are points at which some seed misses the SLO${cloud ? '' : '; a ring marks the one beside them that meets it'}.`,
    drawing: { kind: 'response', x: axis.path, words, log, cloud, panels },
    table: tableOf(result, measures),
  };
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
    answer: `${judged ? objectiveOf(measure, slo) : measure.title}: ${says}.`,
    caption:
      `${measure.title} at each point, dark is little${measure.unit === 'ns' ? ' (logarithmic)' : ''}` +
      `${judged ? '; a cross marks a miss of the SLO, the line where it begins' : ''}. Points without a result are left empty.`,
    drawing: { kind: 'heat', x: x.path, y: y.path, unit: measure.unit, panels },
    table: tableOf(result, [measure]),
  };
}

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
function tailsFigure(result: SweepResult): Figure | undefined {
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
