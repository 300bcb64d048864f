// A paper's claims beside what comes out here, and the tables behind them as pictures: a column of numbers is a line over the first
// column. Claims are sentences, which stand as text; what they have of numbers is a figure of its own (claim-marks.ts).

import type { ClaimNumbers, TablePicture, TablePoints } from '../../claim-numbers.js';
import type { Figure, Hue, ResponsePlot, TitledTable } from '../figure.js';
import { hueAt } from './lines.js';
import { type Quantity, quantityOf } from './quantities.js';
import { pictureFigure } from './table-pictures.js';

/** As `reproduce --json` prints it. */
export interface ExperimentDocument {
  /** Its name, as `reproduce` takes it. */
  readonly experiment: string;
  /** The question, or what a table holds. */
  readonly title: string;
  /** Every parameter with its value; absent in files of earlier versions. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Each beside what comes out here. */
  readonly claims: readonly {
    /** In words. */
    readonly claim: string;
    /** Where the claim stands. */
    readonly source: string;
    /** The published figure, as it is worded there. */
    readonly paper: string;
    /** What comes out here, as text: often a range. */
    readonly ours: string;
    /** The same in few words; absent where the numbers say it. */
    readonly brief?: string;
    /** Of `ours`; '' where it says its own. */
    readonly unit: string;
    /** Whether parameters with a source carry it. */
    readonly supported: 'yes' | 'partly' | 'no';
    /** reproduced, reachable, not reached, refuted under …, not testable here; absent in files of earlier versions. */
    readonly verdict?: string;
    /** What had to be assumed, each on its own. */
    readonly assumptions: readonly string[];
    /** Of an open question: the answer in one sentence. */
    readonly answer?: string;
    /** Prints the figures behind it. */
    readonly command: string;
    /** The published number and ours; absent where there are none, and in files of earlier versions. */
    readonly numbers?: ClaimNumbers;
  }[];
  /** What stands behind the claims. */
  readonly tables: readonly {
    /** The question, or what a table holds. */
    readonly title: string;
    /** What its picture answers; absent in files of earlier versions. */
    readonly question?: string;
    /** Of rows that are points in two dimensions: whose (`of`), across, up, and whether none is better in both, by columns. */
    readonly points?: TablePoints;
    /** What of it is drawn, and what that answers; absent: its columns over the first. */
    readonly picture?: TablePicture;
    /** Words over its columns. */
    readonly head: readonly string[];
    /** Cells as text. */
    readonly rows: readonly (readonly string[])[];
  }[];
}

/** `320MiB` */
const SIZE = /^\d+ ?[KMGT]i?B$/;

type Unit = Quantity['unit'];

type Rows = ExperimentDocument['tables'][number];

/** A table's head with every name once: after `aggregated: mean`, a second `p99` is that of the aggregated, too. */
export function namesOf(head: readonly string[]): string[] {
  let group: string | undefined;
  return head.map((name, i) => {
    group = /^(.+): /.exec(name)?.[1] ?? group;
    if (head.indexOf(name) === i) return name;
    return group === undefined ? `${name} (column ${i + 1})` : `${group}: ${name}`;
  });
}

interface Column {
  readonly name: string;
  readonly unit: Unit;
  /** Of the table. */
  readonly index: number;
  readonly cells: readonly Quantity[];
}

/** Columns of which every cell is a number of one kind, and none a time that the axis, which is logarithmic, has no place for. */
export function columnsOf({ head, rows }: Rows): Column[] {
  return namesOf(head).flatMap((name, index): Column[] => {
    if (index === 0) return [];
    const cells = rows.flatMap((row) => quantityOf(row[index] ?? '') ?? []);
    const units = new Set(cells.map((cell) => cell.unit));
    const [unit] = units;
    if (cells.length < rows.length || units.size !== 1 || unit === undefined) return [];
    if (unit === 'ns' && cells.some(({ value }) => value <= 0)) return [];
    return [{ name, unit, index, cells }];
  });
}

const LABELS: Readonly<Record<Unit, string>> = { ns: 'time', share: 'share', number: 'value' };

const isTheory = ({ name }: Column): boolean => /(?:^|: )theory$/.test(name);

/** What a theory says is dashed, in the colour of what it is of: the column before. Beside a theory, what was measured is solid. */
function huesOf(columns: readonly Column[]): Map<Column, Hue> {
  const theory = columns.some(isTheory);
  let measured = -1;
  return new Map(
    columns.map((column) => {
      if (isTheory(column)) return [column, { colour: hueAt(Math.max(0, measured)).colour, dash: '6 4' }];
      measured++;
      return [column, theory ? { colour: hueAt(measured).colour, dash: '' } : hueAt(measured)];
    }),
  );
}

function panelsOf(columns: readonly Column[], xs: readonly string[]): ResponsePlot['panels'] {
  return [...new Set(columns.map(({ unit }) => unit))].map((unit) => {
    const of = columns.filter((column) => column.unit === unit);
    const hues = huesOf(of);
    const lines = of.map((column) => ({
      name: column.name,
      hue: hues.get(column)!,
      points: column.cells.map(({ value, half }, r) => ({
        x: xs[r]!,
        mean: value,
        low: half === null ? null : value - half,
        high: half === null ? null : value + half,
        missed: false,
      })),
      knee: null,
    }));
    return { title: of.length === 1 ? of[0]!.name : LABELS[unit], unit, slo: null, lines };
  });
}

function captionOf(columns: readonly Column[], names: readonly string[], ordered: boolean): string {
  const banded = columns.some(({ cells }) => cells.some(({ half }) => half !== null));
  const left = names.filter((name, i) => i > 0 && columns.every((column) => column.name !== name));
  return [
    `Columns of the table below over ${names[0]}${ordered ? '; lines only guide the eye' : ''}.`,
    ...(banded ? [`${ordered ? 'Bands' : 'Bars'}: ± as the table has it.`] : []),
    ...(columns.some(isTheory) ? ['Dashed: what theory says of the line in the same colour.'] : []),
    ...(left.length === 0 ? [] : [`In the table only: ${left.join(', ')}.`]),
  ].join(' ');
}

/** The table's own, or one made of its title, which may hold colons. */
const questionOf = ({ question, title }: Rows): string => question ?? `What comes out of “${title}”?`;

/** Rows as points, those of one joined, and through those that nothing beats in both a line of its own: the front. */
function pointsFigure(table: Rows, { of, x, y, best }: NonNullable<Rows['points']>, index: number): Figure | undefined {
  const points = table.rows.flatMap((row) => {
    const [across, up] = [quantityOf(row[x] ?? ''), quantityOf(row[y] ?? '')];
    return across === undefined || up === undefined
      ? []
      : [{ of: row[of]!, x: across.value, y: up.value, unit: up.unit, best: row[best] === 'yes', row }];
  });
  const [first] = points;
  if (first === undefined) return undefined;
  type Line = ResponsePlot['panels'][number]['lines'][number];
  const lineOf = (name: string, some: typeof points, hue: Hue): Line => ({
    name,
    hue,
    points: some
      .toSorted((a, b) => a.x - b.x || b.y - a.y)
      .map((point) => ({ x: point.x, mean: point.y, low: null, high: null, missed: false })),
    knee: null,
  });
  const owners = [...new Set(points.map((point) => point.of))];
  const front = points.filter((point) => point.best);
  const names = namesOf(table.head);
  const ends = front.toSorted((a, b) => a.x - b.x);
  const says = ({ row }: (typeof points)[number]): string => `${row[y]!} at ${row[x]!} (${row[of]!})`;
  return {
    id: `table-${index + 1}`,
    question: questionOf(table),
    answer:
      ends.length === 0
        ? `${points.length} points, none on the front.`
        : `Along the front: ${says(ends[0]!)} to ${says(ends.at(-1)!)}.`,
    caption:
      `${names[y]!} over ${names[x]!}; a point a row of the table, those of one ${names[of]!} joined. ` +
      'Dashed: the front, the points that none beats in both. Left and low is better.',
    drawing: {
      kind: 'response',
      x: names[x]!,
      words: false,
      log: false,
      cloud: false,
      front: true,
      panels: [
        {
          title: names[y]!,
          unit: first.unit,
          slo: null,
          lines: [
            ...(front.length < 2 ? [] : [lineOf('front', front, { colour: 'currentColor', dash: '6 4' })]),
            ...owners.map((name, i) =>
              lineOf(
                name,
                points.filter((point) => point.of === name),
                { colour: hueAt(i).colour, dash: '' },
              ),
            ),
          ],
        },
      ],
    },
    table: { head: names, rows: table.rows },
  };
}

function tableFigure(table: Rows, index: number): Figure | undefined {
  if (table.points !== undefined) return pointsFigure(table, table.points, index);
  if (table.picture !== undefined) {
    const whole = { head: namesOf(table.head), rows: table.rows };
    return pictureFigure(`table-${index + 1}`, questionOf(table), table.picture, whole);
  }
  const columns = columnsOf(table);
  const { rows } = table;
  const xs = rows.map(([first]) => first!);
  const distinct = new Set(xs).size;
  if (columns.length === 0 || distinct < 2 || distinct < rows.length) return undefined;
  const first = columns.find((column) => !isTheory(column)) ?? columns[0]!;
  // points of words are in no order that a line could follow
  const ordered = xs.every((x) => SIZE.test(x) || quantityOf(x) !== undefined);
  const values = first.cells.map(({ value }) => value);
  const said = (value: number): string => {
    const row = rows[values.indexOf(value)]!;
    return `${row[first.index]!} (${row[0]!})`;
  };
  const names = namesOf(table.head);
  return {
    id: `table-${index + 1}`,
    question: questionOf(table),
    answer: `${first.name}: from ${said(Math.min(...values))} to ${said(Math.max(...values))}.`,
    caption: captionOf(columns, names, ordered),
    drawing: {
      kind: 'response',
      x: names[0]!,
      words: true,
      log: false,
      cloud: !ordered,
      panels: panelsOf(columns, xs),
    },
    table: { head: names, rows },
  };
}

export const experimentFigures = ({ tables }: ExperimentDocument): Figure[] =>
  tables.map(tableFigure).filter((figure) => figure !== undefined);

/** Tables that make no picture: words, or rows that differ in more than their first column. */
export const undrawnTables = ({ tables }: ExperimentDocument): TitledTable[] =>
  tables
    .filter((table, i) => tableFigure(table, i) === undefined)
    .map(({ title, head, rows }) => ({ title, table: { head: namesOf(head), rows } }));
