// Opens a trace by the name of its format. A format is one file in this folder and one entry in the table below; what reads it is loaded
// when it is read first.
// Free of node: imports; on Node the host comes from node-file.ts.

import { argument, having } from '../input/argument.js';
import { expectedOneOf, InputError, show } from '../input/errors.js';
import { type TraceSummary, type ArrivalBatch, type TraceReader, emptySummary } from './arrival.js';
import { type TraceFormatName, type TraceOptions, checkOptions } from './options.js';
import type { TraceHost } from './text-source.js';

/** A format of arrivals. */
export interface TraceFormat {
  /** In words. */
  readonly meaning: string;
  /** Options beside the common ones, and those of them it cannot do without. */
  readonly options: readonly string[];
  /** Those options that it cannot do without. */
  readonly required: readonly string[];
  /** The arrivals in order; fills the summary as it goes. */
  read(options: TraceOptions, host: TraceHost, summary: TraceSummary): AsyncIterable<ArrivalBatch>;
}

type Read = TraceFormat['read'];

const later = (load: () => Promise<Read>): Read =>
  async function* (...given) {
    yield* (await load())(...given);
  };

/** By name. */
export const TRACE_FORMATS: Readonly<Record<TraceFormatName, TraceFormat>> = {
  csv: {
    meaning: 'a CSV file with a column of arrival times, and optionally of service times and widths',
    options: ['columns', 'arrivalUnit', 'serviceUnit', 'windowNs'],
    required: [],
    read: later(async () => (await import('./csv.js')).readCsv),
  },
  'azure-2019': {
    meaning: 'Azure Functions 2019: invocations per minute, joined with the percentiles of execution times',
    options: ['durations', 'functions', 'startMinute', 'minutes', 'spread'],
    required: ['durations'],
    read: later(async () => (await import('./azure-2019.js')).readAzure2019),
  },
  'azure-2021': {
    meaning: 'Azure Functions 2021: one row an invocation, with its end and duration',
    options: ['functions', 'windowNs', 'deadlineFactor'],
    required: [],
    read: later(async () => (await import('./azure-2021.js')).readAzure2021),
  },
};

/**
 * A trace as a stream of arrivals in order. The options are checked at once, the file when reading begins; both throw
 * an InputError that tells file, line, what was given and what is expected.
 *
 *     const trace = openTrace({ format: 'csv', file: 'a.csv' }, memoryHost({ 'a.csv': 'arrival\n5\n' }));
 *     for await (const { count, atNs } of trace) console.log(atNs.subarray(0, count)); // Float64Array [ 5 ]
 *
 * @param formats a table to look the format up in, for formats that are not part of the package
 */
export function openTrace(
  options: TraceOptions,
  host: TraceHost,
  formats: Readonly<Record<string, TraceFormat>> = TRACE_FORMATS,
): TraceReader {
  argument('options', options, 'a mapping', "options, as in { format: 'csv', file: 'a.csv' }");
  having('files', host, ['open'], 'memoryHost(…), or nodeHost(…) of fluxhost/node');
  const format = Object.hasOwn(formats, options.format) ? formats[options.format] : undefined;
  if (format === undefined) {
    const expected = expectedOneOf('one of', String(options.format), Object.keys(formats));
    throw new InputError({ path: 'format', given: show(options.format), expected });
  }
  checkOptions(options, format.options, format.required);
  let latest = emptySummary();
  return {
    get summary() {
      return latest;
    },
    [Symbol.asyncIterator]() {
      latest = emptySummary();
      return format.read(options, host, latest)[Symbol.asyncIterator]();
    },
  };
}

export { eachArrival, summaryNotes, BATCH_CAPACITY } from './arrival.js';
export type { ArrivalBatch, TraceReader, TraceSummary } from './arrival.js';
export type { TraceOptions } from './options.js';
export { memoryHost, type TraceHost } from './text-source.js';
