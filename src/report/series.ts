// What happened over time, for people and for other programs: one line that says what there is and where, drawings of one
// line each for a terminal, and three CSV files in the long form that spreadsheets, pandas and R read.
// Leaves out the result's JSON (metrics/series.ts gives it its shape).

import { argument } from '../input/argument.js';
import type { Result } from '../result/result.js';
import { type SeriesResult, DISTRIBUTION_KEYS, type LogResult } from '../result/series.js';
import { BARS } from './distribution-line.js';
import { MAX_VMS, omittedText } from './run-table.js';
import { renderTable } from './table.js';
import { groupThousands, formatExactDurationNs, formatDurationNs } from './units.js';

/** A file to be written. */
export interface CsvFile {
  /** What it is called. */
  readonly name: string;
  /** Chunks of whole lines. */
  readonly text: Iterable<string>;
}

type CsvValue = string | number | null;

/** Written at once: some 64 KiB. */
const CHUNK_ROWS = 1000;

/** No cell needs quotes: names of VMs are letters, digits, - and _. */
export function* csvText(header: readonly string[], rows: Iterable<readonly CsvValue[]>): Generator<string> {
  let chunk = `${header.join(',')}\n`;
  let lines = 0;
  for (const row of rows) {
    chunk += `${row.join(',')}\n`;
    if (++lines % CHUNK_ROWS === 0) {
      yield chunk;
      chunk = '';
    }
  }
  if (chunk !== '') yield chunk;
}

type Sampled = readonly { readonly mechanism: string; readonly series: SeriesResult }[];

function* sampleRows(runs: Sampled): Generator<CsvValue[]> {
  for (const { mechanism, series } of runs) {
    for (const [i, timeNs] of series.timeNs.entries()) {
      for (const { name, coresHeld, waiting, oldestDelayNs, completed } of series.vms) {
        yield [mechanism, timeNs, name, coresHeld[i]!, waiting[i]!, oldestDelayNs[i]!, completed[i]!];
      }
    }
  }
}

function* intervalRows(runs: Sampled): Generator<CsvValue[]> {
  for (const { mechanism, series } of runs) {
    for (const [i, timeNs] of series.timeNs.entries()) {
      for (const { name, latencyNs, queueDelayNs } of series.groups) {
        const figures = [latencyNs, queueDelayNs].flatMap((columns) =>
          DISTRIBUTION_KEYS.map((key) => columns[key][i]!),
        );
        yield [mechanism, timeNs, name, ...figures];
      }
    }
  }
}

function* memoryRows(runs: Sampled): Generator<CsvValue[]> {
  for (const { mechanism, series } of runs) {
    const { memory, timeNs } = series;
    if (memory === undefined) continue;
    for (const [i, time] of timeNs.entries())
      yield [mechanism, time, memory.residentBytes[i]!, memory.outBytes[i]!, memory.freeBytes[i]!, memory.faults[i]!];
  }
}

function* eventRows(runs: readonly { readonly mechanism: string; readonly log: LogResult }[]): Generator<CsvValue[]> {
  for (const { mechanism, log } of runs) {
    for (const { timeNs, entity, state } of log.events) yield [mechanism, timeNs, entity, state];
  }
}

/** `latencyP50Ns`; `counted` names the first, which is no time. */
const figureNames = (of: 'latency' | 'queueDelay', counted: string): string[] =>
  DISTRIBUTION_KEYS.map((key) => (key === 'count' ? counted : `${of}${key.charAt(0).toUpperCase()}${key.slice(1)}Ns`));

/** series.csv, intervals.csv, memory.csv and events.csv of one run or of several side by side; none of what was not asked for. */
export function overTimeFiles(results: readonly Result[]): CsvFile[] {
  argument('results', results, 'a list of mappings', 'a list of results');
  const sampled = results.flatMap(({ manifest: { mechanism }, series }) =>
    series === undefined ? [] : [{ mechanism, series }],
  );
  const logged = results.flatMap(({ manifest: { mechanism }, log }) => (log === undefined ? [] : [{ mechanism, log }]));
  const files: CsvFile[] = [];
  if (sampled.length > 0) {
    const samples = ['mechanism', 'timeNs', 'vm', 'coresHeld', 'waitingTasks', 'oldestDelayNs', 'completedRequests'];
    files.push({ name: 'series.csv', text: csvText(samples, sampleRows(sampled)) });
    const intervals = [
      ...['mechanism', 'timeNs', 'group'],
      ...figureNames('latency', 'completedRequests'),
      ...figureNames('queueDelay', 'begunTasks'),
    ];
    files.push({ name: 'intervals.csv', text: csvText(intervals, intervalRows(sampled)) });
    const memory = ['mechanism', 'timeNs', 'residentBytes', 'outBytes', 'freeBytes', 'faults'];
    if (sampled.some(({ series }) => series.memory !== undefined))
      files.push({ name: 'memory.csv', text: csvText(memory, memoryRows(sampled)) });
  }
  if (logged.length > 0) {
    files.push({ name: 'events.csv', text: csvText(['mechanism', 'timeNs', 'entity', 'state'], eventRows(logged)) });
  }
  return files;
}

const counted = (count: number, what: string): string => `${groupThousands(count)} ${what}${count === 1 ? '' : 's'}`;

/**
 * What there is over time and where it is written; empty where nothing was asked for.
 *
 * @param otherwise how to get it, where there is no folder
 */
export function overTimeText({ series, log }: Result, folder: string | undefined, otherwise: string): string {
  const lines: string[] = [];
  const where = (files: string): string => (folder === undefined ? '' : `, in ${files} of ${folder}`);
  if (series !== undefined) {
    const every = formatExactDurationNs(series.intervalNs);
    const samples = `${counted(series.timeNs.length, 'sample')}, one every ${every}`;
    lines.push(
      `over time: ${samples}${where(series.memory === undefined ? 'series.csv and intervals.csv' : 'series.csv, intervals.csv and memory.csv')}`,
    );
  }
  if (log !== undefined) {
    const left = log.left > 0 ? ` (${groupThousands(log.left)} more had no room: log.events)` : '';
    lines.push(`log: ${counted(log.events.length, 'event')}${left}${where('events.csv')}`);
  }
  if (lines.length > 0 && folder === undefined) lines.push(otherwise);
  return lines.map((line) => `${line}\n`).join('');
}

const DRAWING_COLUMNS = 64;

/** From 0 to the greatest value; a value above 0 is never drawn as 0. */
function sparkline(values: readonly number[], most: number): string {
  const top = BARS.length - 1;
  return values.map((value) => BARS[most === 0 ? 0 : Math.ceil((value / most) * top)]).join('');
}

/** Neighbouring samples that share a column of the drawing. */
function columnsOf(values: readonly number[], width: number): number[][] {
  return Array.from({ length: Math.ceil(values.length / width) }, (_, i) => values.slice(i * width, (i + 1) * width));
}

/** One line a VM for the cores that it held and one for its queue. */
export function renderSeries(series: SeriesResult): string {
  const samples = series.timeNs.length;
  if (samples === 0) return `\nno sample yet: the run is shorter than ${formatDurationNs(series.intervalNs)}\n`;
  const width = Math.ceil(samples / DRAWING_COLUMNS);
  const rows = series.vms.slice(0, MAX_VMS).flatMap(({ name, coresHeld, waiting }) => {
    const draw = (values: readonly number[], of: (some: readonly number[]) => number): [string, string] => {
      const drawn = columnsOf(values, width).map(of);
      const most = drawn.reduce((a, b) => Math.max(a, b), 0);
      return [sparkline(drawn, most), `up to ${groupThousands(Math.round(most * 10) / 10)}`];
    };
    const mean = (some: readonly number[]): number => some.reduce((sum, value) => sum + value, 0) / some.length;
    const greatest = (some: readonly number[]): number => some.reduce((a, b) => Math.max(a, b), 0);
    return [
      [name, 'cores', ...draw(coresHeld, mean)],
      ['', 'waiting', ...draw(waiting, greatest)],
    ];
  });
  const column = formatDurationNs(width * series.intervalNs);
  const title = `\nover time, a column ${column}: cores held on average, most tasks waiting\n`;
  const align = ['left', 'left', 'left', 'left'] as const;
  return `${title}${renderTable(rows, { align, maxCellColumns: DRAWING_COLUMNS })}${omittedText(series.vms.length)}`;
}
