// A sweep as text: one row a point and mechanism, with what is asked most; and as CSV, with every headline figure.

import { having } from '../input/argument.js';
import type { SweepFigure, SweepResult, SweepRow } from '../study/sweep.js';
import { doubtsOfMany, fewestOf } from './few.js';
import { csvText } from './series.js';
import { type Look, type Cell, distinctNames, fitted, renderTable, widthOf, wrap } from './table.js';
import { FEW, NONE_BEYOND, NOTHING_FOUND, type Remark, codesOf, countsText, oneSeed } from './trust.js';
import { formatDurationNs, formatShare } from './units.js';

const WIDTH = 100;
const NO_INTERVALS =
  'no intervals: replications of a trace as it is are no sample of other days; its resample draws such (docs/trust.md)';

/** VMs with columns of their own. */
const MOST_VMS = 3;

const NONE: SweepFigure = { mean: null, low: null, high: null, stddev: null };
const figure = (row: SweepRow, path: string): SweepFigure => row.figures[path] ?? NONE;

/** `69.0 us ± 1.2 us`: the mean, and half of its 95 % interval where there are several replications. */
function withHalf({ mean, low, high }: SweepFigure, format: (value: number) => string): string {
  if (mean === null) return '-';
  return low === null || high === null ? format(mean) : `${format(mean)} ± ${format((high - low) / 2)}`;
}

/** Columns of functions, where there are some. */
const FUNCTIONS = [
  ['cold starts', 'lifecycle.coldStartRate', formatShare],
  [
    'warm GiB s/1,000',
    'lifecycle.warmGibSecondsPer1000',
    (value: number): string => String(Number(value.toPrecision(3))),
  ],
] as const;

/** Whether an SLO of the row is judged by too few requests. */
export const sweepDoubted = (row: SweepRow): boolean =>
  fewestOf(
    row,
    Object.keys(row.few ?? {}).filter((path) => path.endsWith('.slo')),
  ) !== undefined;

/** What speaks against what rows say of a VM: of its SLO, or of its p99 where it has none. */
export function sweepDoubts(rows: readonly SweepRow[], name: string): string[] {
  const run = rows.filter(({ refused }) => refused === undefined);
  const judged = run.some(({ figures }) => figures[`${name}.slo.attained`] !== undefined);
  return doubtsOfMany(run, [judged ? `${name}.slo` : `${name}.latencyNs.p99`]);
}

/** The p99 of a VM, marked as `run` does where too few requests stand behind it. */
function p99Cell(row: SweepRow, name: string): string {
  const path = `${name}.latencyNs.p99`;
  const text = withHalf(figure(row, path), formatDurationNs);
  const behind = row.support?.[path];
  return behind === undefined ? text : behind === 'few' ? `≥ ${text}` : '–';
}

/** What the marks mean, and in one line what speaks against the rows. */
function trustNotes(rows: readonly SweepRow[], names: readonly string[]): string[] {
  const run = rows.filter(({ refused }) => refused === undefined);
  if (run.length === 0) return [];
  const marks = run.flatMap(({ support }) => names.map((name) => support?.[`${name}.latencyNs.p99`]));
  const found = countsText(rows);
  const seeds = seedsOfRows(rows);
  const wide = run.filter(({ reached }) => reached === false).length;
  return [
    ...(wide === 0
      ? []
      : [`not as narrow as --until asks in ${wide} of ${run.length} rows: too few seeds, or too few requests a run`]),
    ...(marks.includes('few') ? [FEW] : []),
    ...(marks.includes('none') ? [NONE_BEYOND] : []),
    found === '' && seeds.length === 0
      ? NOTHING_FOUND.trimEnd()
      : `can this be trusted? ${[...(found === '' ? [] : [`rows with warnings: ${found} (docs/trust.md); --json says of which figures and why`]), ...seeds.map(({ code, detail }) => `${code}: ${detail}`)].join('; ')}`,
  ];
}

/** Of the row with the fewest. */
export function seedsOfRows(rows: readonly SweepRow[]): Remark[] {
  const run = rows.filter(({ refused }) => refused === undefined);
  return run.length === 0 ? [] : oneSeed(Math.min(...run.map(({ replications }) => replications)));
}

/** Names of VMs in order: those with an SLO first. */
function namedVms(rows: readonly SweepRow[]): { names: string[]; left: number } {
  const paths = Object.keys(rows.find((row) => row.refused === undefined)?.figures ?? {});
  const all = paths.flatMap((path) =>
    path.endsWith('.latencyNs.p99') ? [path.slice(0, -'.latencyNs.p99'.length)] : [],
  );
  const withSlo = all.filter((name) => paths.includes(`${name}.slo.attained`));
  const ordered = [...withSlo, ...all.filter((name) => !withSlo.includes(name))];
  return { names: ordered.slice(0, MOST_VMS), left: Math.max(0, ordered.length - MOST_VMS) };
}

function sloCell(row: SweepRow, name: string): string | Cell {
  const share = row.figures[`${name}.slo.attained`]?.mean;
  if (share === undefined || share === null) return '';
  const met = Math.round(share * row.replications);
  const text = row.replications === 1 ? (met === 1 ? 'yes' : 'no') : `${met} of ${row.replications}`;
  const few = fewestOf(row, [`${name}.slo`]) !== undefined;
  return { text, tone: few ? 'warn' : met === row.replications ? 'good' : 'bad' };
}

/** The command that shows a row, as far as the row alone tells it. */
const plainCommand = ({ set }: SweepRow): string =>
  `fluxhost run SCENARIO${set.map((one) => ` --set '${one}'`).join('')}`;

/**
 * The rows as text, ending in a line feed.
 *
 * @param command the command that shows a row
 */
export function renderSweep(result: SweepResult, look: Look = false, command = plainCommand): string {
  having('result', result, ['axes', 'rows'], 'the result of sweep');
  const { rows } = result;
  // a mechanism that is varied stands in the mechanisms' column
  const axes = result.axes.filter(({ path }) => path !== 'mechanism');
  const labels = shortNames(rows);
  const { names, left } = namedVms(rows);
  const slos = names.filter((name) => rows.some((row) => row.figures[`${name}.slo.attained`] !== undefined));
  const functions = FUNCTIONS.filter(([, path]) => rows.some(({ figures }) => figures[path] !== undefined));
  const warned = rows.some(({ warnings }) => warnings.length > 0);
  const head = [
    ...axes.map(({ path }) => path),
    'mechanism',
    ...names.flatMap((name) => [
      `${functions.length > 0 && name === 'lifecycle' ? 'functions' : name} p99`,
      ...(slos.includes(name) ? ['SLO'] : []),
    ]),
    ...functions.map(([name]) => name),
    'utilization',
    'moves',
    'seeds',
    ...(warned ? ['warnings'] : []),
  ];
  const lines = rows.map((row): (string | Cell)[] => {
    const lead = [...axes.map(({ path }) => String(row.point[path])), labels.get(row.mechanism)!];
    if (row.refused !== undefined) return [...lead, { text: 'refused, see below', tone: 'bad' }];
    return [
      ...lead,
      ...names.flatMap((name) => [p99Cell(row, name), ...(slos.includes(name) ? [sloCell(row, name)] : [])]),
      ...functions.map(([, path, format]) => withHalf(figure(row, path), format)),
      withHalf(figure(row, 'host.utilization'), formatShare),
      withHalf(figure(row, 'reallocation.count'), (value) => String(Number(value.toPrecision(3)))),
      `${row.replications}${row.incomplete === true ? ', interrupted' : ''}`,
      ...(warned ? [{ text: codesOf(row).join(' '), tone: 'warn' as const }] : []),
    ];
  });
  const align = [
    ...axes.map(() => 'right' as const),
    'left' as const,
    ...head.slice(axes.length + 1).map((one) => (one === 'warnings' ? ('left' as const) : ('right' as const))),
  ];
  const text = renderTable([head.map((one): Cell => ({ text: one, tone: 'strong' })), ...lines], { look, align });
  const refusals = [
    ...new Set(rows.flatMap(({ mechanism, refused }) => (refused === undefined ? [] : [`${mechanism}: ${refused}`]))),
  ];
  const several = rows.filter(({ replications }) => replications > 1);
  const bare = several.every(({ figures }) => Object.values(figures).every(({ low }) => low === null));
  const shown = rows.find(({ refused }) => refused === undefined);
  const notes = [
    ...refusals,
    ...(several.length > 0 ? [bare ? NO_INTERVALS : '± is half of a 95 % interval over the seeds (Student t)'] : []),
    ...(left > 0 ? [`${left} more VMs are in --json and sweep.csv`] : []),
    ...(slos.length > 0 ? slos : names).flatMap((name) => {
      const doubts = sweepDoubts(rows, name);
      return doubts.length === 0 ? [] : [`${name}: ${doubts.join('; ')}`];
    }),
    ...trustNotes(rows, names),
  ];
  const below = [
    ...notes.map((note) => wrap(note, widthOf(look, WIDTH) - 2).replaceAll('\n', '\n  ')),
    // whole, to be copied
    ...(shown === undefined ? [] : [`first row: ${command(shown)}`]),
  ];
  return fitted(`${text}\n${below.join('\n')}\n`, look);
}

const NAME_COLUMNS = 32;

/** What mechanisms are called in their column. */
function shortNames(rows: readonly SweepRow[]): ReadonlyMap<string, string> {
  const all = [...new Set(rows.map(({ mechanism }) => mechanism))];
  const short = distinctNames(all, NAME_COLUMNS);
  return new Map(all.map((name, i) => [name, short[i]!]));
}

/** A reason has commas, and may have quotes. */
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** Every row with every headline figure: its mean, and the ends of its interval. */
export function sweepCsv(result: SweepResult): string {
  const { axes: all, rows } = having('result', result, ['axes', 'rows'], 'the result of sweep');
  const axes = all.filter(({ path }) => path !== 'mechanism');
  const paths = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))];
  const ends = ['mean', 'low', 'high'] as const;
  const head = [
    ...axes.map(({ path }) => path),
    'mechanism',
    'replications',
    'refused',
    'warnings',
    ...paths.flatMap((path) => ends.map((end) => (end === 'mean' ? path : `${path}.${end}`))),
  ];
  const lines = rows.map((row) => [
    ...axes.map(({ path }) => row.point[path]!),
    row.mechanism,
    row.replications,
    row.refused === undefined ? '' : quoted(row.refused),
    codesOf(row).join(' '),
    ...paths.flatMap((path) => ends.map((end) => figure(row, path)[end])),
  ]);
  return [...csvText(head, lines)].join('');
}
