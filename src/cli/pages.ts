// `fluxhost pages`: replays a page-access trace through replacement policies and prints misses as a table or as JSON.

import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { toStableJson } from '../result/json.js';
import { expandCapacity, parseCapacity, type CapacitySpec } from '../pages/capacity.js';
import { traceFile, nodeDigest } from '../pages/file.js';
import { FORMATS, formatNamed } from '../pages/formats/names.js';
import type { PagesQuestion } from '../pages/question.js';
import { describePolicies, expandPolicy, parsePolicy, type PolicySpec } from '../pages/policies.js';
import { replayTrace } from '../pages/replay.js';
import { pagesCsv, renderPages } from '../report/pages-table.js';
import { type Problem, expectedOneOf, InputError } from '../input/errors.js';
import { QuantityError, parseSize, parseDuration } from '../input/quantities.js';
import { type CommandSpec, type Arguments, parseCommand, renderHelp } from './args.js';
import { EXIT } from './exit.js';
import { prepareFolder, writeAtomically } from './files.js';
import { type Io, lookOf } from './io.js';
import { writeDocument, yamlOf } from './out.js';
import { REPORT, commandOf } from './report.js';

const MOST_RUNS = 1000;
const DEFAULT_PAGE_SIZE = 4096;

const formatWidth = Math.max(...FORMATS.map(({ name }) => name.length));

export const pagesSpec: CommandSpec = {
  name: 'pages',
  summary: 'Replays a page-access trace: misses, swap-outs and write-backs by replacement policy and capacity.',
  positionals: ['TRACE'],
  options: {
    format: { value: 'F', help: "the trace's format" },
    policy: { value: 'P[,P...]', multiple: true, help: 'replacement policies; all: every one' },
    capacity: {
      value: 'C[,C...]',
      multiple: true,
      help: 'pages that fit: a count, a size (64MiB), a share of the distinct pages (10%) or a range\n(1%..100%:20:log, 100..1600:5);\nwithout --policy those of the curves',
    },
    'page-size': { value: 'SIZE', help: 'bytes of a page, a power of two (default 4KiB)' },
    instructions: { help: 'lackey: count instruction fetches too' },
    'page-column': { value: 'NAME', help: 'csv: column of page numbers (default page)' },
    'address-column': { value: 'NAME', help: 'csv: column of byte addresses (default address)' },
    'write-column': {
      value: 'NAME',
      help: 'csv: column that says whether the access writes (default write, rw or op; none: no column)',
    },
    'write-values': {
      value: 'V[,V...]',
      multiple: true,
      help: 'csv: values of that column that mean a write (set,put)',
    },
    'size-column': {
      value: 'NAME',
      help: "csv: column of the objects' sizes in bytes (default size; none: no column)",
    },
    'hash-ids': { help: 'renumber pages, whose ids may be any 64 bits, or any text in a csv; exact, takes memory' },
    seed: { value: 'N', help: 'for random (default 1)' },
    'swap-in': { value: 'DURATION', help: 'what every miss costs; adds the distribution of swap-in latency' },
    mrc: { help: "LRU's miss-ratio curve over all capacities in one pass; alone or beside --policy and --capacity" },
    curve: {
      value: 'P[,P...]',
      multiple: true,
      help: 'miss-ratio curves of these policies: a miniature of each capacity is replayed; exact, and slow, without --shards',
    },
    shards: {
      value: 'RATE',
      help: 'takes the curves from this share of the pages (0.01), marked as sampled; with --mrc or --curve',
    },
    csv: { help: 'prints runs and points of curves as CSV, one a row' },
    out: { value: 'DIR', help: 'writes result.json, pages.csv and report.html there as well' },
    json: { help: 'prints the result as one JSON document' },
  },
  details:
    `Formats (gzip and Zstandard are unpacked; - is standard input):\n` +
    FORMATS.map(({ name, summary }) => `  ${name.padEnd(formatWidth)}  ${summary}`).join('\n') +
    `\n\nPolicies, with parameters as in clock:bits=2 or 2q:kin=30%:kout=60%:\n${describePolicies()}\n\n` +
    "Every miss is a swap-in, first uses included. The trace's sha256 is over its page numbers, 8 little-endian bytes each.",
  examples: [
    'fluxhost pages trace.oracleGeneral.zst --format oracleGeneral --policy lru,sieve,opt --capacity 1%,10%',
    'fluxhost pages mem.log --format lackey --policy clock --capacity 64MiB,128MiB --json',
    'fluxhost pages mem.log --format addresses --mrc --shards 0.01',
    'fluxhost pages mem.log --format addresses --curve lru,arc,opt --shards 0.01',
    'fluxhost pages mem.log --format addresses --curve arc,opt --capacity 1%..100%:20:log --csv',
  ],
};

/** `a,b` and repeated options alike. */
function listed(given: Arguments, name: string): string[] {
  return given.list(name).flatMap((text) => text.split(','));
}

function quantity(text: string, path: string, parse: (text: string) => number, problems: Problem[]): number {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    problems.push({ path, given: JSON.stringify(text), expected: error.expected });
    return NaN;
  }
}

function pageSize(text: string, problems: Problem[]): number {
  const path = '--page-size';
  const bytes = quantity(text, path, parseSize, problems);
  if (Number.isNaN(bytes) || (bytes > 0 && bytes <= 2 ** 40 && Number.isInteger(Math.log2(bytes)))) return bytes;
  problems.push({ path, given: JSON.stringify(text), expected: 'a power of two up to 1TiB' });
  return NaN;
}

function curveRate(given: Arguments, problems: Problem[]): number | undefined {
  const text = given.text('shards');
  if (text === undefined) return given.flag('mrc') ? 1 : undefined;
  const rate = /^\d*\.?\d+(e-?\d+)?$/i.test(text) ? Number(text) : NaN;
  const wrong = !(rate > 0 && rate <= 1);
  if (wrong) problems.push({ path: '--shards', given: JSON.stringify(text), expected: 'a share above 0 and up to 1' });
  const curves = given.flag('mrc') || given.list('curve').length > 0;
  if (!curves)
    problems.push({ path: '--shards', given: 'no --mrc', expected: '--mrc or --curve, whose curves it samples' });
  return rate;
}

/** What a command asks, by its words behind `pages`. */
export function questionOf(words: readonly string[]): PagesQuestion {
  const given = parseCommand(pagesSpec, words);
  const text = <Name extends string>(option: string, name: Name): Partial<Record<Name, string>> => {
    const value = given.text(option);
    return value === undefined ? {} : ({ [name]: value } as Record<Name, string>);
  };
  const seed = given.whole('seed', 0, Number.MAX_SAFE_INTEGER);
  const shards = given.text('shards');
  const values = listed(given, 'write-values');
  return {
    trace: given.positional(0),
    format: given.text('format') as PagesQuestion['format'],
    ...text('page-size', 'pageSize'),
    ...(given.flag('instructions') ? { instructions: true } : {}),
    ...text('page-column', 'pageColumn'),
    ...text('address-column', 'addressColumn'),
    ...text('write-column', 'writeColumn'),
    ...(values.length === 0 ? {} : { writeValues: values }),
    ...text('size-column', 'sizeColumn'),
    ...(given.flag('hash-ids') ? { hashIds: true } : {}),
    policies: listed(given, 'policy').flatMap(expandPolicy),
    capacities: listed(given, 'capacity').flatMap(expandCapacity),
    curves: listed(given, 'curve').flatMap(expandPolicy),
    mrc: given.flag('mrc'),
    ...(shards === undefined ? {} : { shards: Number(shards) }),
    ...(seed === undefined ? {} : { seed }),
    ...text('swap-in', 'swapIn'),
  };
}

export async function pages(args: string[], io: Io): Promise<number> {
  const given = parseCommand(pagesSpec, args);
  if (given.help) {
    io.stdout(renderHelp(pagesSpec));
    return EXIT.done;
  }
  const problems: Problem[] = [];
  const seed = given.whole('seed', 0, Number.MAX_SAFE_INTEGER);
  // a curve needs neither policies nor capacities; one of them without the other is a mistake all the same
  const curves = given.flag('mrc') || given.list('curve').length > 0;
  const curveOnly = curves && listed(given, 'policy').length === 0;
  const need = (name: string, what: string, required = true): string[] => {
    const values = listed(given, name);
    if (required && values.length === 0) given.problems.push(`--${name}: missing, expected ${what}`);
    return values;
  };
  const [formatName] = need('format', `one of ${FORMATS.map(({ name }) => name).join(', ')}`);
  const policyTexts = need('policy', 'one or more policies, or --mrc or --curve', !curveOnly).flatMap(expandPolicy);
  const capacityTexts = need('capacity', 'one or more capacities, or --mrc or --curve alone', !curveOnly).flatMap(
    expandCapacity,
  );
  if (given.flag('json') && given.flag('csv')) given.problems.push('--csv: given beside --json, expected one of them');
  given.check();

  const format = formatNamed(formatName!);
  if (format === undefined) {
    const names = FORMATS.map(({ name }) => name);
    const expected = expectedOneOf('a format', formatName!, names);
    problems.push({ path: '--format', given: JSON.stringify(formatName), expected });
  }
  const pageSizeBytes = pageSize(given.text('page-size') ?? `${DEFAULT_PAGE_SIZE}B`, problems);
  const policies = policyTexts.map((text) => parsePolicy(text, '--policy', problems));
  const usable = Number.isNaN(pageSizeBytes) ? DEFAULT_PAGE_SIZE : pageSizeBytes;
  const curvePolicies = listed(given, 'curve')
    .flatMap(expandPolicy)
    .map((text) => parsePolicy(text, '--curve', problems));
  const capacities = capacityTexts.map((text) => parseCapacity(text, usable, '--capacity', problems));
  const swapIn = given.text('swap-in');
  const swapInNs = swapIn === undefined ? undefined : quantity(swapIn, '--swap-in', parseDuration, problems);
  const rate = curveRate(given, problems);
  if (policyTexts.length * capacityTexts.length > MOST_RUNS) {
    const runs = `${policyTexts.length} policies at ${capacityTexts.length} capacities`;
    problems.push({ path: '', given: runs, expected: `at most ${MOST_RUNS} runs` });
  }
  if (problems.length > 0) throw new InputError(problems);

  const folder = given.text('out');
  if (folder !== undefined) await prepareFolder(folder, ['result.json', 'pages.csv', REPORT]);
  const notes = new Set<string>(); // a trace that is read twice says everything twice
  const result = await replayTrace({
    source: await traceFile(given.positional(0), format!),
    format: format!,
    read: {
      pageSizeBytes,
      instructions: given.flag('instructions'),
      pageColumn: given.text('page-column'),
      addressColumn: given.text('address-column'),
      writeColumn: given.text('write-column'),
      writeValues: given.list('write-values').length === 0 ? undefined : listed(given, 'write-values'),
      sizeColumn: given.text('size-column'),
      hashIds: given.flag('hash-ids'),
    },
    policies: policies as PolicySpec[],
    capacities: capacities as CapacitySpec[],
    seed,
    swapInNs,
    curveRate: rate,
    lruCurve: given.flag('mrc'),
    curvePolicies: curvePolicies as PolicySpec[],
    digest: nodeDigest,
    note: (text) => void notes.add(text),
    clock: () => performance.now(),
  });
  for (const note of notes) io.stderr(`note: ${note}\n`);
  const json = toStableJson(result);
  const csv = pagesCsv(result);
  if (folder !== undefined) {
    const { command, scenario } = { command: commandOf('pages', args), scenario: yamlOf(result.trace) };
    await writeDocument(folder, 'result.json', json, result, { command, scenario });
    await writeAtomically(join(folder, 'pages.csv'), csv);
  }
  io.stdout(given.flag('json') ? json : given.flag('csv') ? csv : renderPages(result, lookOf(io)));
  return EXIT.done;
}
