// A paper's claims beside what comes out here, and the tables behind them as pictures: a column of numbers is a line over the first
// column. Claims are sentences, which stand as text; what they have of numbers is a figure of its own (claim-marks.ts).

import type { ClaimNumbers } from '../../claim-numbers.js';
import type { Figure, ResponsePlot } from '../figure.js';
import { lineOf } from './lines.js';

/** As `reproduce --json` prints it. */
export interface ExperimentDocument {
  /** Its name, as `reproduce` takes it. */
  readonly experiment: string;
  /** The question, or what a table holds. */
  readonly title: string;
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
    /** Words over its columns. */
    readonly head: readonly string[];
    /** Cells as text. */
    readonly rows: readonly (readonly string[])[];
  }[];
}

const TIMES: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9 };

/** `320MiB` */
const SIZE = /^\d+ ?[KMGT]i?B$/;

type Unit = ResponsePlot['panels'][number]['unit'];

/** `52.8 s`, `64.8 %`, `1.79x`, `41 170`: a number and what it is of; undefined for anything else. */
export function quantityOf(text: string): { readonly value: number; readonly unit: Unit } | undefined {
  const found = /^[+≥]?\s?(-?[\d,]*\.?\d+(?:e-?\d+)?)\s?(ns|us|µs|ms|s|%|x)?$/.exec(text.trim());
  if (found === null) return undefined;
  const value = Number(found[1]!.replaceAll(',', ''));
  const unit = found[2] ?? '';
  if (unit in TIMES) return { value: value * TIMES[unit]!, unit: 'ns' };
  if (unit === '%') return { value: value / 100, unit: 'share' };
  return { value, unit: 'number' };
}

type Rows = ExperimentDocument['tables'][number];

interface Column {
  readonly name: string;
  readonly unit: Unit;
  readonly points: readonly (readonly [string, number])[];
}

/** Columns of which every cell is a number of one kind. */
export function columnsOf({ head, rows }: Rows): Column[] {
  return head.slice(1).flatMap((name, i): Column[] => {
    const cells = rows.map((row) => quantityOf(row[i + 1] ?? ''));
    const units = new Set(cells.map((cell) => cell?.unit));
    const [unit] = units;
    if (units.size !== 1 || unit === undefined) return [];
    return [{ name, unit, points: cells.map((cell, r) => [rows[r]![0]!, cell!.value] as const) }];
  });
}

const LABELS: Readonly<Record<Unit, string>> = { ns: 'time', share: 'share', number: 'value' };

function tableFigure(table: Rows, index: number): Figure | undefined {
  const columns = columnsOf(table);
  const distinct = new Set(table.rows.map(([first]) => first)).size;
  if (columns.length === 0 || distinct < 2 || distinct < table.rows.length) return undefined;
  const units = [...new Set(columns.map(({ unit }) => unit))];
  const panels = units.map((unit) => {
    const of = columns.filter((column) => column.unit === unit);
    return {
      title: of.length === 1 ? of[0]!.name : LABELS[unit],
      unit,
      slo: null,
      lines: of.map(({ name, points }, i) => lineOf(name, i, points)),
    };
  });
  const first = columns[0]!;
  // points of words are in no order that a line could follow
  const ordered = table.rows.every((row) => SIZE.test(row[0]!) || quantityOf(row[0]!) !== undefined);
  const values = first.points.map(([, value]) => value);
  const place = (value: number): string => first.points[values.indexOf(value)]![0];
  const said = (value: number): string => table.rows[values.indexOf(value)]![table.head.indexOf(first.name)]!;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return {
    id: `table-${index + 1}`,
    question: `${table.title}: what comes out?`,
    answer: `${first.name}: from ${said(low)} (${place(low)}) to ${said(high)} (${place(high)}).`,
    caption: `Every column of numbers of the table below over ${table.head[0]}${ordered ? '; lines only guide the eye' : ''}.`,
    drawing: { kind: 'response', x: table.head[0]!, words: true, log: false, cloud: !ordered, panels },
    table,
  };
}

export const experimentFigures = ({ tables }: ExperimentDocument): Figure[] =>
  tables.map(tableFigure).filter((figure) => figure !== undefined);
