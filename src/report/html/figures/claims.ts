// A paper's claims beside what comes out here, and the tables behind them as pictures: a column of numbers is a line over the first
// column. Claims are sentences, which stand as text; what they have of numbers is a figure of its own (claim-marks.ts).

import type { ClaimNumbers, TablePicture, TablePoints } from '../../claim-numbers.js';
import type { Remark } from '../../trust.js';
import type { Figure, Hue, ResponsePlot, TitledTable } from '../figure.js';
import { listed } from '../words.js';
import { hueAt, huesByName } from './lines.js';
import { quantityOf } from './quantities.js';
import { ownNames, pictureFigure } from './table-pictures.js';

/** As `reproduce --json` prints it. */
export interface ExperimentDocument {
  /** Its name, as `reproduce` takes it. */
  readonly experiment: string;
  /** The question, or what a table holds. */
  readonly title: string;
  /** Every parameter with its value; absent in files of earlier versions. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** What is allowed and perhaps not meant; absent where there is nothing to say. */
  readonly remarks?: readonly Remark[];
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
    /** What of it is drawn, and what that answers; absent in files of earlier versions, and of tables with `points`. */
    readonly picture?: TablePicture;
    /** Words over its columns. */
    readonly head: readonly string[];
    /** Cells as text. */
    readonly rows: readonly (readonly string[])[];
  }[];
}

type Rows = ExperimentDocument['tables'][number];

/** A table's head with every name once: after `aggregated: mean`, a second `p99` is that of the aggregated, too. */
function namesOf(head: readonly string[]): string[] {
  let group: string | undefined;
  return head.map((name, i) => {
    group = /^(.+): /.exec(name)?.[1] ?? group;
    if (head.indexOf(name) === i) return name;
    return group === undefined ? `${name} (column ${i + 1})` : `${group}: ${name}`;
  });
}

/** The table's own, or one made of its title, which may hold colons. */
const questionOf = ({ question, title }: Rows): string => question ?? `What comes out of “${title}”?`;

/** p99 stays p99. */
const capital = (words: string): string => (/^p\d/.test(words) ? words : `${words[0]!.toUpperCase()}${words.slice(1)}`);

interface Place {
  readonly x: number;
  readonly y: number;
}

/** `25 points: nines from 0 to 9, row from 3 to 8; 6 of them at nines 9 and row 6, the most in one place.` */
function placesText(points: readonly Place[], [across, up]: readonly [string, string]): string {
  const range = (of: (point: Place) => number): string =>
    `${Math.min(...points.map(of))} to ${Math.max(...points.map(of))}`;
  const there = (one: Place): number => points.filter(({ x, y }) => x === one.x && y === one.y).length;
  const most = points.reduce((best, one) => (there(one) > there(best) ? one : best));
  return (
    `${points.length} points: ${across} from ${range(({ x }) => x)}, ${up} from ${range(({ y }) => y)}; ` +
    `${there(most)} of them at ${across} ${most.x} and ${up} ${most.y}, the most in one place.`
  );
}

/** Rows as points, those of one joined, and through those that nothing beats in both a line of its own: the front. */
function pointsFigure(
  table: Rows,
  { of, x, y, best }: NonNullable<Rows['points']>,
  index: number,
  shared: ReadonlyMap<string, Hue>,
): Figure | undefined {
  const points = table.rows.flatMap((row) => {
    const [across, up] = [quantityOf(row[x] ?? ''), quantityOf(row[y] ?? '')];
    return across === undefined || up === undefined
      ? []
      : [{ of: row[of]!, x: across.value, y: up.value, unit: up.unit, xUnit: across.unit, row }];
  });
  const unbeaten = ({ x: own, y: height, row }: (typeof points)[number]): boolean =>
    best === undefined || best === null
      ? points.every((one) => one.x > own || one.y > height || (one.x === own && one.y === height))
      : row[best] === 'yes';
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
  const hues = huesByName(owners, shared);
  // where neither is better, a front or a line through them would say what nobody claims
  const placed = best === null;
  const front = points.filter(unbeaten);
  const names = namesOf(table.head);
  const ends = front.toSorted((a, b) => a.x - b.x);
  const says = ({ row }: (typeof points)[number]): string => {
    const there = front.filter((one) => one.row[x] === row[x] && one.row[y] === row[y]);
    return `${row[y]!} at ${row[x]!} (${listed([...new Set(there.map((one) => one.of))])})`;
  };
  return {
    id: `table-${index + 1}`,
    question: questionOf(table),
    answer: placed
      ? placesText(points, [names[x]!, names[y]!])
      : ends.length === 0
        ? `${points.length} points, none on the front.`
        : `Along the front: ${says(ends[0]!)} to ${says(ends.at(-1)!)}.`,
    caption:
      `${capital(names[y]!)} over ${names[x]!}; a point for each row of the table` +
      (placed
        ? `, a shape for each ${names[of]!}; what falls on one place lies beside or on each other.`
        : `, those of one ${names[of]!} are joined. Dashed: the front, the points that none beats in both. Left and low is better.`),
    drawing: {
      kind: 'response',
      x: names[x]!,
      ...(first.xUnit === 'number' ? {} : { xUnit: first.xUnit }),
      words: false,
      log: false,
      cloud: placed,
      ...(placed ? {} : { front: true as const }),
      panels: [
        {
          title: names[y]!,
          unit: first.unit,
          slo: null,
          lines: [
            ...(front.length < 2 || placed ? [] : [lineOf('front', front, { colour: 'currentColor', dash: '6 4' })]),
            ...owners.map((name) =>
              lineOf(
                name,
                points.filter((point) => point.of === name),
                { colour: hues.get(name)!.colour, dash: '' },
              ),
            ),
          ],
        },
      ],
    },
    table: { head: names, rows: table.rows },
  };
}

/** Of what the table says is to be drawn; a table that says nothing of it stands as it is. */
function tableFigure(table: Rows, index: number, shared: ReadonlyMap<string, Hue>): Figure | undefined {
  if (table.points !== undefined) return pointsFigure(table, table.points, index, shared);
  if (table.picture === undefined || table.picture.panels.length === 0) return undefined;
  const whole = { head: namesOf(table.head), rows: table.rows };
  return pictureFigure(`table-${index + 1}`, questionOf(table), table.picture, whole, shared);
}

const namesIn = ({ points, picture, rows }: Rows): string[] =>
  points !== undefined ? rows.map((row) => row[points.of]!) : picture === undefined ? [] : ownNames(picture);

/** What two or more of the tables draw has one hue in all of them. */
function sharedHues(tables: readonly Rows[]): Map<string, Hue> {
  const all = tables.flatMap((table) => [...new Set(namesIn(table))]);
  const several = [...new Set(all)].filter((name) => all.indexOf(name) !== all.lastIndexOf(name));
  return new Map(several.map((name, i) => [name, hueAt(i)]));
}

export function experimentFigures({ tables }: ExperimentDocument): Figure[] {
  const shared = sharedHues(tables);
  return tables.map((table, i) => tableFigure(table, i, shared)).filter((figure) => figure !== undefined);
}

/** Tables of which nothing says what is to be drawn: of files of earlier versions. */
export const undrawnTables = ({ tables }: ExperimentDocument): TitledTable[] =>
  tables
    .filter((table, i) => tableFigure(table, i, new Map()) === undefined)
    .map(({ title, head, rows }) => ({ title, table: { head: namesOf(head), rows } }));
