// `fluxhost trace inspect FILE`: which public file it is, what its columns mean and how they are misread, what stands in it, and which lines of
// a scenario read it.

import { createHash } from 'node:crypto';
import { dirname, basename } from 'node:path';
import { expectedOneOf, show, type Problem, InputError } from '../input/errors.js';
import { QuantityError, parseSize } from '../input/quantities.js';
import type { ReadOptions } from '../pages/formats/format.js';
import { FORMATS } from '../pages/formats/names.js';
import { renderInspection } from '../report/trace-table.js';
import { toStableJson } from '../result/json.js';
import { inspectTrace } from '../traces/inspect.js';
import type { ClockUnit, RowTimes } from '../traces/dataset.js';
import { nodeHost } from '../workload/node-file.js';
import { type TraceHost, readBytes } from '../workload/text-source.js';
import { type Arguments, type CommandSpec, type OptionSpec, parseCommand, renderHelp } from './args.js';
import { EXIT } from './exit.js';
import { type Io, lookOf } from './io.js';

const UNITS: readonly ClockUnit[] = ['s', 'ms', 'us', 'ns', 'utc'];
const DEFAULT_PAGE_BYTES = 4096;

/** What says how the rows of an unknown CSV are arrivals, and the pages of a trace. */
export const READING: Readonly<Record<string, OptionSpec>> = {
  format: { value: 'F', help: 'of a trace of pages, where its bytes do not tell: be32, oracleGeneral, ...' },
  'page-size': { value: 'SIZE', help: 'bytes of a page, of traces of addresses (default 4KiB)' },
  'write-column': { value: 'COLUMN', help: 'of a csv of pages: what tells writes; none: it has no such column' },
  'write-values': { value: 'TEXT,...', help: 'what stands there for a write (default W, write, 1, true)' },
  'hash-ids': { help: 'renumber pages, whose ids may be any 64 bits, or any text in a csv' },
  time: { value: 'COLUMN:UNIT', help: `when a row happens, ${UNITS.join(', ')} (default: as its public file has it)` },
  duration: { value: 'COLUMN:UNIT', help: 'how long it takes' },
  'time-is': { value: 'start|end', help: 'what the time is of (default start)' },
  key: { value: 'COLUMN', help: 'whose arrival it is, such as a function' },
};

export const inspectSpec: CommandSpec = {
  name: 'trace inspect',
  summary:
    'Says what a trace is: which public file, what its columns mean and how they are misread, counts, gaps, what reads it.',
  positionals: ['FILE'],
  options: { ...READING, json: { help: 'prints all that as one JSON document' } },
  details:
    'Public files are recognised by the SHA-256 of their content (gzip and Zstandard are unpacked), else by their columns.\n' +
    'Every misreading names who says otherwise. docs/traces.md lists the data sets.',
  examples: [
    'fluxhost trace inspect AzureFunctionsInvocationTraceForTwoWeeksJan2021.csv',
    'fluxhost trace inspect calls.csv --time end:ms --time-is end --duration took:ms --key function',
  ],
};

function withUnit(given: Arguments, name: string): { column: string; unit: ClockUnit } | undefined {
  const text = given.text(name);
  if (text === undefined) return undefined;
  const at = text.lastIndexOf(':');
  const unit = UNITS.find((one) => one === text.slice(at + 1));
  if (at > 0 && unit !== undefined && (name === 'time' || unit !== 'utc')) return { column: text.slice(0, at), unit };
  given.problems.push(`--${name}: given ${show(text)}, expected COLUMN:UNIT with a unit of ${UNITS.join(', ')}`);
  return undefined;
}

/** How rows are arrivals, as the command line says. */
export function timesOf(given: Arguments): RowTimes | undefined {
  const [time, duration] = [withUnit(given, 'time'), withUnit(given, 'duration')];
  const [is, key] = [given.text('time-is') ?? 'start', given.text('key')];
  if (is !== 'start' && is !== 'end') given.problems.push(`--time-is: given ${show(is)}, expected start or end`);
  const others = ['duration', 'time-is', 'key'].filter((name) => given.text(name) !== undefined);
  if (time === undefined) {
    if (given.text('time') === undefined)
      for (const name of others) given.problems.push(`--${name}: given without --time, expected both`);
    return undefined;
  }
  return {
    ...time,
    is: is === 'end' ? 'end' : 'start',
    ...(duration === undefined ? {} : { duration: { column: duration.column, unit: duration.unit as 'ns' } }),
    ...(key === undefined ? {} : { key }),
  };
}

/** The format of pages that the command line names. */
export function pagesFormatOf(given: Arguments, name = 'format'): string | undefined {
  const format = given.text(name);
  const names = FORMATS.map((one) => one.name);
  if (format !== undefined && !names.includes(format))
    given.problems.push(`--${name}: given ${show(format)}, expected ${expectedOneOf('one of', format, names)}`);
  return format;
}

export function readOptions(given: Arguments): ReadOptions {
  const problems: Problem[] = [];
  const text = given.text('page-size');
  let pageSizeBytes = DEFAULT_PAGE_BYTES;
  try {
    if (text !== undefined) pageSizeBytes = parseSize(text);
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    problems.push({ path: '--page-size', given: show(text), expected: error.expected });
  }
  if (!(pageSizeBytes > 0 && pageSizeBytes <= 2 ** 40 && Number.isInteger(Math.log2(pageSizeBytes))))
    problems.push({ path: '--page-size', given: show(text), expected: 'a power of two up to 1TiB' });
  if (problems.length > 0) throw new InputError(problems);
  const [writeColumn, values] = [given.text('write-column'), given.text('write-values')];
  return {
    ...{ pageSizeBytes, instructions: false, hashIds: given.flag('hash-ids') },
    ...(writeColumn === undefined ? {} : { writeColumn }),
    ...(values === undefined ? {} : { writeValues: values.split(',') }),
  };
}

/** The folder of a file, and its name there. */
export const hostOf = (path: string): { host: TraceHost; file: string } => ({
  host: nodeHost(dirname(path)),
  file: basename(path),
});

/** Of the content, unpacked. */
export async function contentOf(host: TraceHost, file: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of readBytes(host, file)) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { sha256: hash.digest('hex'), bytes };
}

export async function inspect(args: readonly string[], io: Io): Promise<number> {
  const given = parseCommand(inspectSpec, args);
  if (given.help) {
    io.stdout(renderHelp(inspectSpec));
    return EXIT.done;
  }
  const [times, format] = [timesOf(given), pagesFormatOf(given)];
  given.check();
  const read = readOptions(given);
  const { host, file } = hostOf(given.positional(0));
  const found = await inspectTrace(host, file, {
    ...(await contentOf(host, file)),
    read,
    ...(times === undefined ? {} : { times }),
    ...(format === undefined ? {} : { format }),
  });
  io.stdout(given.flag('json') ? toStableJson(found) : renderInspection(found, lookOf(io)));
  return EXIT.done;
}
