// Page traces from a program of one's own, in Node as in a browser: policies and capacities by the words that the command line
// takes, the trace from a host of files. Everything wrong with what is asked is told at once.

import { argument, having, optional } from '../input/argument.js';
import { type Problem, show, expectedOneOf, InputError } from '../input/errors.js';
import { QuantityError, parseSize, parseDuration } from '../input/quantities.js';
import { type TraceHost, readBytes } from '../workload/text-source.js';
import { parseCapacity, type CapacitySpec } from './capacity.js';
import { formatNamed, FORMATS, type TraceFormatName } from './formats/names.js';
import type { MissRatioCurve } from './result.js';
import { parsePolicy, type PolicySpec, type PolicyText } from './policies.js';
import { type ReplayOptions, replayTrace } from './replay.js';
import type { PagesResult } from './result.js';

/** How a trace is read. */
export interface PageTraceOptions {
  /** `oracleGeneral lackey addresses csv ramulator ldst be32`; gzip and Zstandard are unpacked. */
  readonly format: TraceFormatName;
  /** Where the trace is: `memoryHost({ name: bytes })`, `nodeHost(folder)` of `fluxhost/node`, or your own. */
  readonly files: TraceHost;
  /** A power of two; 4KiB where not given. */
  readonly pageSize?: string;
  /** lackey: whether instruction fetches count too. */
  readonly instructions?: boolean;
  /** csv: names of the columns. */
  readonly pageColumn?: string;
  /** csv: column of byte addresses, instead of page numbers. */
  readonly addressColumn?: string;
  /** csv: column that tells writes from reads. */
  readonly writeColumn?: string;
  /** csv: column of sizes in bytes. */
  readonly sizeColumn?: string;
  /** csv: values of the write column that mean a write; all others mean a read. */
  readonly writeValues?: readonly string[];
  /** Renumber pages in the order of their first use: ids of any 64 bits, or in a csv any text. */
  readonly hashIds?: boolean;
  /** Told what is legal in the trace, but should be known. */
  readonly note?: (text: string) => void;
  /** A core compiled before: of fluxhost-memory.wasm. */
  readonly module?: WebAssembly.Module;
}

/** What is replayed, and how the trace is read. */
export interface ReplayPagesOptions extends PageTraceOptions {
  /** `lru`, `clock:bits=2`, `2q:kin=30%`; `fluxhost pages --help` lists them. */
  readonly policies: readonly PolicyText[];
  /** Pages, a size (`64MiB`), or a share of the distinct pages (`10%`), for which the trace is read twice. */
  readonly capacities: readonly (number | string)[];
  /** For `random`; 1 where not given. */
  readonly seed?: number;
  /** What every miss costs (`10us`); adds `swapInNs`. */
  readonly swapIn?: string;
}

/** Which curve is drawn, and how the trace is read. */
export interface MissRatioCurveOptions extends PageTraceOptions {
  /** Share of the pages that are looked at; 1, the default, is exact. */
  readonly samplingRate?: number;
  /** Capacities that must be among the points, in pages. */
  readonly capacities?: readonly number[];
}

/** Whose curves are drawn, and how the trace is read. */
export interface MissRatioCurvesOptions extends MissRatioCurveOptions {
  /** Any of them: `lru`, `arc`, `2q:kin=30%`. */
  readonly policies: readonly PolicyText[];
  /** For `random`; 1 where not given. */
  readonly seed?: number;
}

/** @internal */
export const MOST_RUNS = 1000;
const DEFAULT_PAGE_SIZE = '4KiB';
const MOST_PAGE_BYTES = 2 ** 40;

/** Reads quantities, adding what is wrong with them to the list. @internal */
export function quantityReader(problems: Problem[]) {
  return (text: string, path: string, parse: (text: string) => number): number => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof QuantityError)) throw error;
      problems.push({ path, given: show(text), expected: error.expected });
      return NaN;
    }
  };
}

type Reading = Pick<ReplayOptions, 'source' | 'format' | 'read' | 'note'>;

/** @throws InputError for a name or options that are none */
function askedOf(trace: string, options: PageTraceOptions): void {
  argument('trace', trace, 'a text', 'the name of a trace in `files`');
  argument('options', options, 'a mapping', "options, as in { format: 'csv', files: memoryHost(…) }");
  for (const path of ['pageSize', 'pageColumn', 'addressColumn', 'writeColumn', 'sizeColumn'] as const)
    optional(path, options[path], 'a text');
  optional('writeValues', options.writeValues, 'a list of texts');
  having('files', options.files, ['open'], 'memoryHost(…), or nodeHost(…) of fluxhost/node');
}

/** @internal */
export function reading(trace: string, options: PageTraceOptions, problems: Problem[]): Reading {
  const format = formatNamed(options.format);
  const names = FORMATS.map(({ name }) => name);
  if (format === undefined)
    problems.push({
      path: 'format',
      given: show(options.format),
      expected: expectedOneOf('a format', String(options.format), names),
    });
  const pageSizeBytes = quantityReader(problems)(options.pageSize ?? DEFAULT_PAGE_SIZE, 'pageSize', parseSize);
  const isPage = pageSizeBytes > 0 && pageSizeBytes <= MOST_PAGE_BYTES && Number.isInteger(Math.log2(pageSizeBytes));
  if (!Number.isNaN(pageSizeBytes) && !isPage)
    problems.push({ path: 'pageSize', given: show(options.pageSize), expected: 'a power of two up to 1TiB' });
  const { instructions = false, pageColumn, addressColumn, writeColumn, sizeColumn, writeValues, hashIds } = options;
  const { files, note } = options;
  return {
    source: { name: trace, reopenable: true, open: () => readBytes(files, trace) },
    format: format!,
    read: { pageSizeBytes, instructions, pageColumn, addressColumn, writeColumn, sizeColumn, writeValues, hashIds },
    note,
  };
}

/**
 * Replays a page trace through every policy at every capacity, in one pass over it (two where a capacity is a share).
 *
 *     const files = memoryHost({ 'pages.csv': 'page\n1\n2\n3\n1\n2\n3\n' });
 *     const { runs } = await replayPages('pages.csv', { files, format: 'csv', policies: ['lru', 'opt'], capacities: [2] });
 *     console.log(...runs.map(({ policy, misses }) => `${policy} ${misses}`)); // lru 6 opt 4
 *
 * @param trace its name in `files`
 * @returns what `fluxhost pages --json` prints
 * @throws InputError naming everything that is wrong with what is asked, or with the trace: line or record, what was given
 *   and what is expected
 */
export async function replayPages(trace: string, options: ReplayPagesOptions): Promise<PagesResult> {
  const problems: Problem[] = [];
  askedOf(trace, options);
  argument('policies', options.policies, 'a list of texts', "a list, as in ['lru', 'arc']");
  argument('capacities', options.capacities, 'a list', "a list, as in [1000, '64MiB', '10%']");
  const { policies, capacities, seed, swapIn, module } = options;
  const common = reading(trace, options, problems);
  const bytes = Number.isNaN(common.read.pageSizeBytes) ? parseSize(DEFAULT_PAGE_SIZE) : common.read.pageSizeBytes;
  for (const [path, list] of Object.entries({ policies, capacities }))
    if (list.length === 0) problems.push({ path, given: '[]', expected: 'at least one' });
  if (policies.length * capacities.length > MOST_RUNS) {
    const given = `${policies.length} policies at ${capacities.length} capacities`;
    problems.push({ path: 'policies', given, expected: `at most ${MOST_RUNS} runs` });
  }
  const specs = policies.map((text, index) => parsePolicy(text, `policies.${index}`, problems));
  const sizes = capacities.map((size, index) => parseCapacity(String(size), bytes, `capacities.${index}`, problems));
  if (seed !== undefined && !(Number.isSafeInteger(seed) && seed >= 0))
    problems.push({ path: 'seed', given: show(seed), expected: 'a whole number from 0 to 2^53 - 1' });
  const swapInNs = swapIn === undefined ? undefined : quantityReader(problems)(swapIn, 'swapIn', parseDuration);
  if (problems.length > 0) throw new InputError(problems);
  return replayTrace({
    ...common,
    policies: specs as PolicySpec[],
    capacities: sizes as CapacitySpec[],
    seed,
    swapInNs,
    module,
    clock: () => performance.now(),
  });
}

/**
 * The miss ratio of LRU at every capacity from one pass over a trace, or from a sample of its pages (SHARDS).
 *
 *     const files = memoryHost({ 'mem.txt': '1000 R\n2000 R\n1000 W\n2000 R\n' });
 *     const { points } = await missRatioCurve('mem.txt', { files, format: 'addresses' });
 *     console.log(...points.map((point) => point.missRatio)); // 1 0.5
 *
 * @param trace its name in `files`
 * @throws InputError as replayPages does
 */
export async function missRatioCurve(trace: string, options: MissRatioCurveOptions): Promise<MissRatioCurve> {
  const problems: Problem[] = [];
  const asked = curveAsked(trace, options, problems);
  if (problems.length > 0) throw new InputError(problems);
  const { mrc } = await replayTrace(asked);
  return mrc![0]!;
}

/**
 * The miss ratios of any policies over all capacities, from miniature simulations: the requests for a share of the pages on caches
 * that are as much smaller. At a rate of 1 they are exact, and a replay at each capacity.
 *
 *     const files = memoryHost({ 'mem.txt': '1000 R\n2000 R\n1000 W\n2000 R\n' });
 *     const [lru, opt] = await missRatioCurves('mem.txt', { files, format: 'addresses', policies: ['lru', 'opt'] });
 *     console.log(lru.points[0].missRatio, opt.points[0].missRatio); // 1 0.75
 *
 * @param trace its name in `files`; read twice
 * @throws InputError as replayPages does
 */
export async function missRatioCurves(trace: string, options: MissRatioCurvesOptions): Promise<MissRatioCurve[]> {
  const problems: Problem[] = [];
  const asked = curveAsked(trace, options, problems);
  argument('policies', options.policies, 'a list of texts', "a list, as in ['lru', 'arc']");
  if (options.policies.length === 0) problems.push({ path: 'policies', given: '[]', expected: 'at least one' });
  const curvePolicies = options.policies.map((text, index) => parsePolicy(text, `policies.${index}`, problems));
  const { seed } = options;
  if (seed !== undefined && !(Number.isSafeInteger(seed) && seed >= 0))
    problems.push({ path: 'seed', given: show(seed), expected: 'a whole number from 0 to 2^53 - 1' });
  if (problems.length > 0) throw new InputError(problems);
  const { mrc } = await replayTrace({ ...asked, lruCurve: false, seed, curvePolicies: curvePolicies as PolicySpec[] });
  return [...mrc!];
}

function curveAsked(trace: string, options: MissRatioCurveOptions, problems: Problem[]): ReplayOptions {
  askedOf(trace, options);
  optional('capacities', options.capacities, 'a list', 'a list of pages');
  const { samplingRate = 1, capacities = [], module } = options;
  const common = reading(trace, options, problems);
  if (!(samplingRate > 0 && samplingRate <= 1))
    problems.push({ path: 'samplingRate', given: show(samplingRate), expected: 'a share above 0 and up to 1' });
  capacities.forEach((capacity, index) => {
    if (!(Number.isSafeInteger(capacity) && capacity >= 1))
      problems.push({ path: `capacities.${index}`, given: show(capacity), expected: 'a whole number of pages from 1' });
  });
  return {
    ...common,
    policies: [],
    capacities: [],
    curveRate: samplingRate,
    curveCapacities: capacities,
    module,
  };
}
