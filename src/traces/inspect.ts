// What a trace is: which public file, what its columns mean, what stands in it, and what reads it.

import type { ReadOptions } from '../pages/formats/format.js';
import { formatNamed } from '../pages/formats/names.js';
import { openTrace } from '../workload/index.js';
import { decimal } from '../workload/csv-rows.js';
import { summaryNotes } from '../workload/arrival.js';
import { TIME_MAX_NS, type TraceOptions } from '../workload/options.js';
import type { TraceHost } from '../workload/text-source.js';
import { type ArrivalFigures, type Order, ArrivalStats, inOrder, orderOf, rowArrivals } from './arrivals.js';
import { type ColumnFigures, Columns } from './columns.js';
import type { Dataset, Misreading, RowTimes } from './dataset.js';
import { DATASETS, columnOf, datasetNamed, headerOfCells, knownCells, knownColumns, knownContent } from './known.js';
import { type PageFigures, PageStats, pageBlocks } from './page-requests.js';
import { type Kind, lookAt, rowsOf } from './rows.js';

/** How it was recognised: its content is that of a published file, its columns are those of one (its cells, without a header), or not at all. */
export type Recognition = 'content' | 'columns' | 'cells' | 'format' | 'unknown';

export interface InspectedColumn extends ColumnFigures {
  readonly meaning?: string;
  readonly unit?: string;
}

/** The data set, where one is known. */
export interface Recognised {
  readonly by: Recognition;
  readonly dataset?: string;
  readonly title?: string;
  /** Which of its files; absent where columns alone tell. */
  readonly part?: string;
  readonly source?: string;
  readonly licence?: string;
  readonly cite?: string;
}

export interface Inspection {
  readonly file: string;
  /** Of the content, unpacked. */
  readonly sha256: string;
  readonly bytes: number;
  readonly kind: Kind;
  readonly recognised: Recognised;
  readonly rows?: number;
  /** Rows that an earlier one equals. */
  readonly repeatedRows?: number;
  readonly columns?: readonly InspectedColumn[];
  readonly order?: Order;
  readonly arrivals?: ArrivalFigures;
  readonly pages?: PageFigures;
  readonly reader?: { readonly format: string; readonly notes: readonly string[] };
  /** What is odd. */
  readonly notes: readonly string[];
  readonly misread: readonly Misreading[];
  readonly use: readonly string[];
}

/** What is told by whoever knows the file. */
export interface InspectOptions {
  /** Of a page trace, where the bytes do not tell. */
  readonly format?: string;
  readonly times?: RowTimes;
  readonly read: ReadOptions;
  readonly sha256: string;
  readonly bytes: number;
}

const CSV_TIMES: RowTimes = { column: 'arrival', unit: 'ns', is: 'start' };
const PAGE_COLUMNS = ['page', 'address'];
const PAGE_KINDS: readonly Kind[] = ['lackey', 'ramulator', 'ldst', 'addresses'];
/** Columns of which there are more are told as one where their names are numbers. */
const MANY = 8;

interface Known {
  readonly dataset: Dataset | undefined;
  readonly by: Recognition;
  readonly part?: string;
}

function recognise(sha256: string, kind: Kind, header: readonly string[]): Known {
  const content = knownContent(sha256);
  if (content !== undefined) return { dataset: datasetNamed(content.id), by: 'content', part: content.part };
  const dataset = knownColumns(header);
  if (dataset !== undefined) return { dataset, by: 'columns' };
  return { dataset: undefined, by: PAGE_KINDS.includes(kind) ? 'format' : 'unknown' };
}

/** A file whose first row is no header, and may name a column twice. */
function recogniseHeadless(sha256: string, kind: Kind, first: readonly string[]): Known | undefined {
  if (kind !== 'csv') return undefined;
  const content = knownContent(sha256);
  const dataset = content === undefined ? knownCells(first) : datasetNamed(content.id);
  if (dataset === undefined || headerOfCells(dataset) === undefined) return undefined;
  return content === undefined ? { dataset, by: 'cells' } : { dataset, by: 'content', part: content.part };
}

async function headerOf(host: TraceHost, file: string, kind: Kind): Promise<readonly string[]> {
  if (kind !== 'csv' && kind !== 'json-lines' && kind !== 'json') return [];
  for await (const { header } of rowsOf(host, file, kind)) return header;
  return [];
}

/** `given`: the header of a file that has none. */
async function inspectColumns(
  host: TraceHost,
  file: string,
  kind: Kind,
  header: readonly string[],
  given: readonly string[] | undefined,
) {
  const isMany = header.filter((name) => /^\d+$/.test(name)).length > MANY;
  const numbered = header.filter((name) => /^\d+$/.test(name));
  const together = isMany ? `${numbered[0]!}..${numbered.at(-1)!}` : '';
  const columns = new Columns((name) => (isMany && /^\d+$/.test(name) ? together : undefined));
  for await (const block of rowsOf(host, file, kind, given)) columns.add(block);
  return { columns, exampleOf: (name: string): string => (name === together && isMany ? numbered[0]! : name) };
}

async function inspectArrivals(host: TraceHost, file: string, kind: Kind, times: RowTimes) {
  const order = await orderOf(rowArrivals(host, file, kind, times));
  if (order.lastNs - order.firstNs > TIME_MAX_NS) return { order };
  const stats = await new ArrivalStats().take(inOrder(rowArrivals(host, file, kind, times), order, file));
  return { order, arrivals: stats.figures() };
}

/** What the reader of a scenario's arrivals says of the file; undefined where none reads it as it is. */
async function readerOf(host: TraceHost, file: string, dataset: Dataset | undefined, isPlain: boolean) {
  const format = dataset?.id === 'azure-functions-2021' ? 'azure-2021' : isPlain ? 'csv' : undefined;
  if (format === undefined) return undefined;
  const options: TraceOptions = { file, format, startNs: 'first' };
  const trace = openTrace(format === 'csv' ? { ...options, windowNs: Number.MAX_SAFE_INTEGER } : options, host);
  for await (const _ of trace) continue;
  return { format, notes: summaryNotes(trace.summary) };
}

async function inspectPages(host: TraceHost, file: string, name: string, read: ReadOptions): Promise<PageFigures> {
  const stats = new PageStats();
  for await (const { count, pages, writes } of pageBlocks(host, file, formatNamed(name)!, read))
    for (let i = 0; i < count; i++) stats.add(pages[i]!, writes[i] === 1);
  return stats.figures();
}

const usePages = (name: string): string[] => [`fluxhost pages FILE --format ${name} --policy lru,sieve --capacity 10%`];

function oddities(header: readonly string[], isTooLong: boolean): string[] {
  const notes: string[] = [];
  if (header.length > 0 && header.every((name) => name !== '' && !Number.isNaN(decimal(name))))
    notes.push('the names of the columns are numbers: the file has no header, and its first row was taken for one');
  if (isTooLong) notes.push('it spans more than 2^53 ns (104 days): no times between arrivals');
  return notes;
}

/** What a file is read as. */
export interface Shape extends Known {
  readonly kind: Kind;
  readonly header: readonly string[];
  /** The same, where the file has none. */
  readonly lacking: readonly string[] | undefined;
  /** Of a trace of pages. */
  readonly pagesFormat: string | undefined;
  /** How its rows are arrivals. */
  readonly times: RowTimes | undefined;
  /** It has the columns of a CSV of arrivals, and is no public file. */
  readonly isPlain: boolean;
}

/** `sha256`: of the content, '' where columns alone are to tell. */
export async function shapeOf(
  host: TraceHost,
  file: string,
  { sha256, format, times }: Pick<InspectOptions, 'sha256' | 'format' | 'times'>,
): Promise<Shape> {
  const { kind, lines } = await lookAt(host, file);
  const first = lines.find((line) => line.trim() !== '')?.split(',') ?? [];
  const headless = recogniseHeadless(sha256, kind, first);
  const lacking = headless === undefined ? undefined : headerOfCells(headless.dataset!);
  const header = lacking ?? (await headerOf(host, file, kind));
  const known = headless ?? recognise(sha256, kind, header);
  const { dataset } = known;
  const ofShape = dataset !== undefined && 'pages' in dataset.shape ? dataset.shape.pages : undefined;
  const hasPages = dataset === undefined && header.some((name) => PAGE_COLUMNS.includes(name.toLowerCase()));
  const ofKind = PAGE_KINDS.includes(kind) ? kind : hasPages ? 'csv' : undefined;
  const isPlain = dataset === undefined && times === undefined && header.includes('arrival');
  const service = header.includes('service') ? { duration: { column: 'service', unit: 'ns' as const } } : {};
  return {
    ...known,
    kind,
    header,
    lacking,
    isPlain,
    pagesFormat: format ?? ofShape ?? ofKind,
    times:
      header.length === 0
        ? undefined
        : (times ?? dataset?.times ?? (isPlain ? { ...CSV_TIMES, ...service } : undefined)),
  };
}

/** @throws InputError for a file that cannot be read, or is damaged */
export async function inspectTrace(host: TraceHost, file: string, options: InspectOptions): Promise<Inspection> {
  const { sha256, bytes, read } = options;
  const { kind, header, lacking, dataset, by, part, pagesFormat, times, isPlain } = await shapeOf(host, file, options);
  const shaped = dataset ?? DATASETS.find(({ shape }) => 'pages' in shape && shape.pages === kind);
  const rows = header.length > 0 ? await inspectColumns(host, file, kind, header, lacking) : undefined;
  const figures = rows?.columns.figures().map((one): InspectedColumn => {
    const known = columnOf(dataset, rows.exampleOf(one.name));
    const { meaning, unit } = known ?? {};
    return { ...one, ...(meaning === undefined ? {} : { meaning }), ...(unit === undefined ? {} : { unit }) };
  });
  const timed = times === undefined ? undefined : await inspectArrivals(host, file, kind, times);
  const pages = pagesFormat === undefined ? undefined : await inspectPages(host, file, pagesFormat, read);
  const reader = await readerOf(host, file, dataset, isPlain);
  const { id, title, source, licence, cite } = dataset ?? {};
  const plainUse = isPlain ? ['arrivals: { process: trace, file: FILE, format: csv }'] : [];
  return {
    file,
    sha256,
    bytes,
    kind,
    recognised: JSON.parse(JSON.stringify({ by, dataset: id, part, title, source, licence, cite })) as Recognised,
    ...(rows === undefined ? {} : { rows: rows.columns.rows, repeatedRows: rows.columns.repeated, columns: figures! }),
    ...(timed ?? {}),
    ...(pages === undefined ? {} : { pages }),
    ...(reader === undefined ? {} : { reader }),
    notes: oddities(header, timed !== undefined && !('arrivals' in timed)),
    misread: (by === 'unknown' ? undefined : shaped)?.misread ?? [],
    use: dataset?.use ?? [...plainUse, ...(pagesFormat === undefined ? [] : usePages(pagesFormat))],
  };
}
