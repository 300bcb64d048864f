// An experiment's figures and laws as tables for people, where no claim tells them: lists of one length stand side by side as columns
// (ours beside theory), rows with names are rows, every other number has a line.

import { type Look, type Cell, renderTable } from '../report/table.js';
import type { Reproduction } from './api.js';
import type { FigureValue, FigureValues } from './experiment.js';

/** A table has no more rows than this, a line no more numbers. */
const MOST_ROWS = 40;
const MOST_IN_LINE = 8;

type Plain = number | string | boolean | null;
interface Lines {
  readonly head: readonly string[];
  readonly rows: readonly (readonly Plain[])[];
}

const isPlain = (value: FigureValue): value is Plain => value === null || typeof value !== 'object';
const isList = (value: FigureValue): value is readonly FigureValue[] => Array.isArray(value);
const isColumn = (value: FigureValue): value is readonly Plain[] => isList(value) && value.every(isPlain);

const shown = (value: Plain): string =>
  value === null ? '–' : typeof value === 'number' ? String(Number(value.toPrecision(6))) : String(value);

/** Everything below a name, by its path. */
function leaves(values: FigureValues, before = ''): [string, FigureValue][] {
  return Object.entries(values).flatMap(([name, value]): [string, FigureValue][] =>
    isPlain(value) || isList(value) ? [[`${before}${name}`, value]] : leaves(value, `${before}${name}.`),
  );
}

function rowsTable(list: readonly FigureValue[]): Lines {
  const rows = list.map((one) =>
    isPlain(one) || isList(one) ? new Map<string, FigureValue>([['', one]]) : new Map<string, FigureValue>(leaves(one)),
  );
  const head = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  return { head, rows: rows.map((row) => head.map((name) => inLine(row.get(name) ?? null))) };
}

function inLine(value: FigureValue): Plain {
  if (isPlain(value)) return value;
  if (!isColumn(value)) return isList(value) ? `${value.length} rows` : '';
  if (value.length <= MOST_IN_LINE) return value.map(shown).join(', ');
  return `${value.slice(0, 5).map(shown).join(', ')}, … ${shown(value.at(-1)!)} (${value.length})`;
}

/** Numbers in lines, then lists of one length as columns, then rows with names. */
function tablesOf(values: FigureValues): (Lines & { readonly name: string })[] {
  const all = leaves(values);
  const columns = all.filter((one): one is [string, readonly Plain[]] => isColumn(one[1]) && one[1].length > 1);
  const lengths = [...new Set(columns.map(([, { length }]) => length))];
  const beside = lengths.map((length) => columns.filter(([, list]) => list.length === length));
  const stacked = new Set(beside.filter(({ length }) => length > 1).flatMap((some) => some.map(([name]) => name)));
  const named = all.filter(([, value]) => isList(value) && !isColumn(value)) as [string, readonly FigureValue[]][];
  const taken = new Set([...stacked, ...named.map(([name]) => name)]);
  const single = all.filter(([name]) => !taken.has(name));
  return [
    ...(single.length === 0
      ? []
      : [{ name: '', head: ['figure', 'value'], rows: single.map(([name, value]) => [name, inLine(value)]) }]),
    ...beside
      .filter(({ length }) => length > 1)
      .map((some) => ({
        name: '',
        head: some.map(([name]) => name),
        rows: some[0]![1].map((_, i) => some.map(([, list]) => list[i]!)),
      })),
    ...named.map(([name, list]) => ({ name, ...rowsTable(list) })),
  ];
}

function lineText({ head, rows }: Lines, look: Look): string {
  const cells = rows.slice(0, MOST_ROWS).map((row) => row.map(shown));
  const strong = head.map((text): Cell => ({ text, tone: 'strong' }));
  const more = rows.length > MOST_ROWS ? `and ${rows.length - MOST_ROWS} more; --json has them all\n` : '';
  return `${renderTable([strong, ...cells], { look, align: ['left'] })}${more}`;
}

/** Laws, then figures, each under its name; ends in a line feed, and is empty where there are none. */
export function numbersText(
  { laws = {}, figures = {} }: Partial<Pick<Reproduction, 'laws' | 'figures'>>,
  look: Look = false,
): string {
  const parts = [
    ...Object.entries(laws).map(([name, values]) => [`law ${name}`, values] as const),
    ...(Object.keys(figures).length === 0 ? [] : [['figures', figures] as const]),
  ];
  return parts
    .flatMap(([title, values]) =>
      tablesOf(values).map((one) => `${title}${one.name === '' ? '' : ` ${one.name}`}\n${lineText(one, look)}`),
    )
    .join('\n');
}
