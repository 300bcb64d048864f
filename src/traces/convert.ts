// A trace in another format: arrivals as CSV, VMs as a fleet's CSV, accesses of pages as CSV, oracleGeneral, addresses or be32. Streams; what the
// new format has no place for is counted and told.

import { InputError } from '../input/errors.js';
import type { ReadOptions } from '../pages/formats/format.js';
import { FORMATS, formatNamed } from '../pages/formats/names.js';
import { DenseIds } from '../pages/dense-ids.js';
import { openTrace, summaryNotes } from '../workload/index.js';
import type { ArrivalBatch } from '../workload/arrival.js';
import { CellProblems, columnIndexes, decimal } from '../workload/csv-rows.js';
import type { TraceOptions } from '../workload/options.js';
import type { TraceHost } from '../workload/text-source.js';
import { inOrder, orderOf, rowArrivals } from './arrivals.js';
import type { RowTimes } from './dataset.js';
import { datasetNamed } from './known.js';
import { type PageBlock, pageBlocks } from './page-requests.js';
import { type Kind, rowsOf } from './rows.js';

/** Sources of arrivals by name, beside those that a scenario reads. */
const ROWS: Readonly<Record<string, { readonly dataset: string; readonly kind: Kind }>> = {
  'azure-llm': { dataset: 'azure-llm-2023', kind: 'csv' },
  mooncake: { dataset: 'mooncake-conversation-2024', kind: 'json-lines' },
  opendc: { dataset: 'opendc-tasks', kind: 'csv' },
};
const ARRIVALS = ['arrivals-csv', 'azure-2019', 'azure-2021'];
const PAGE_TARGETS = ['pages-csv', 'oracleGeneral', 'addresses', 'be32'] as const;

export const SOURCES: readonly string[] = [...ARRIVALS, ...Object.keys(ROWS), ...FORMATS.map(({ name }) => name)];
export const TARGETS: readonly string[] = ['csv', 'fleet-csv', ...PAGE_TARGETS];

export interface ConvertOptions {
  readonly from: string;
  readonly to: string;
  readonly read: ReadOptions;
  /** Of a CSV of one's own. */
  readonly times?: RowTimes;
  /** `azure-2019`: the file of durations. */
  readonly durations?: string;
  readonly seed: number;
}

export interface Converted {
  /** Arrivals, VMs or accesses. */
  count: number;
  /** What the new format cannot hold, and what the reader noted. */
  notes: string[];
}

type Bytes = Uint8Array | string;

/** What it is read as and written to. */
interface Conversion {
  readonly chunks: AsyncGenerator<Bytes>;
  readonly converted: Converted;
}

async function* arrivalLines(batches: AsyncIterable<ArrivalBatch>, converted: Converted): AsyncGenerator<string> {
  let hasService: boolean | undefined;
  for await (const { count, atNs, serviceNs } of batches) {
    if (count === 0) continue;
    let text = '';
    if (hasService === undefined) {
      hasService = serviceNs[0]! >= 0;
      text = hasService ? 'arrival,service\n' : 'arrival\n';
    }
    for (let i = 0; i < count; i++) text += hasService ? `${atNs[i]},${serviceNs[i]}\n` : `${atNs[i]}\n`;
    converted.count += count;
    yield text;
  }
}

async function* ordered(host: TraceHost, file: string, kind: Kind, times: RowTimes): AsyncGenerator<ArrivalBatch> {
  const order = await orderOf(rowArrivals(host, file, kind, times));
  yield* inOrder(rowArrivals(host, file, kind, times), order, file);
}

/** Columns that say more of an arrival than its row of CSV holds. */
const LOST: Readonly<Record<string, readonly string[]>> = {
  'azure-2021': ['app', 'func'],
  'azure-2019': ['HashOwner', 'HashApp', 'HashFunction', 'Trigger'],
};

async function headerOf(host: TraceHost, file: string, kind: Kind): Promise<readonly string[]> {
  for await (const { header } of rowsOf(host, file, kind)) return header;
  return [];
}

const lostNotes = (lost: readonly string[], to = 'csv'): string[] =>
  lost.length === 0 ? [] : [`${to} has no place for ${lost.join(', ')}: lost`];

const ARRIVAL_COLUMNS = ['arrival', 'service'];

function arrivalsOf(host: TraceHost, file: string, options: ConvertOptions): Conversion {
  const converted: Converted = { count: 0, notes: [] };
  const { from, times, durations, seed } = options;
  const known = ROWS[from];
  const rowTimes = known === undefined ? times : datasetNamed(known.dataset)!.times;
  if (rowTimes !== undefined) {
    const kind = known?.kind ?? 'csv';
    const held = [rowTimes.column, rowTimes.duration?.column];
    const chunks = async function* (): AsyncGenerator<string> {
      yield* arrivalLines(ordered(host, file, kind, rowTimes), converted);
      converted.notes.push(...lostNotes((await headerOf(host, file, kind)).filter((column) => !held.includes(column))));
    };
    return { chunks: chunks(), converted };
  }
  const format = from === 'arrivals-csv' ? 'csv' : from;
  const trace: TraceOptions = { file, format, seed, ...(durations === undefined ? {} : { durations }) };
  const reader = openTrace(trace, host);
  const chunks = async function* (): AsyncGenerator<string> {
    yield* arrivalLines(reader, converted);
    converted.notes.push(...summaryNotes(reader.summary));
    const others = format === 'csv' ? await headerOf(host, file, 'csv') : [];
    converted.notes.push(...lostNotes(LOST[from] ?? others.filter((column) => !ARRIVAL_COLUMNS.includes(column))));
  };
  return { chunks: chunks(), converted };
}

/** OpenDC's tasks as the VMs of a fleet: seconds from the first, cores, GiB (its memory is in KB, taken as KiB). */
function fleetOf(host: TraceHost, file: string): Conversion {
  const converted: Converted = { count: 0, notes: ['mem_capacity is taken as KiB, as Bitbrains has it'] };
  const times = datasetNamed('opendc-tasks')!.times!;
  const chunks = async function* (): AsyncGenerator<string> {
    const { firstNs } = await orderOf(rowArrivals(host, file, 'csv', times));
    yield 'arrivalS,lifetimeS,cores,memoryGiB\n';
    let header: readonly string[] = [];
    for await (const block of rowsOf(host, file, 'csv')) {
      header = block.header;
      break;
    }
    const at = columnIndexes(header, ['cpu_count', 'mem_capacity'], file);
    const held = [...Object.keys(at), times.column, times.duration!.column];
    converted.notes.push(
      ...lostNotes(
        header.filter((name) => !held.includes(name)),
        'fleet-csv',
      ),
    );
    for await (const some of rowArrivals(host, file, 'csv', times)) {
      const problems = new CellProblems(file);
      let text = '';
      for (const { atNs, serviceNs, cells, line } of some) {
        const [cores, memory] = [decimal(cells[at.cpu_count]!), decimal(cells[at.mem_capacity]!)];
        if (!(cores > 0)) problems.add(line, 'cpu_count', cells[at.cpu_count]!, 'a number of cores above 0');
        if (!(memory > 0)) problems.add(line, 'mem_capacity', cells[at.mem_capacity]!, 'a number of KB above 0');
        text += `${(atNs - firstNs) / 1e9},${serviceNs / 1e9},${cores},${memory / 2 ** 20}\n`;
        converted.count++;
      }
      problems.throwIfAny();
      yield text;
    }
  };
  return { chunks: chunks(), converted };
}

/** Blocks of requests to a model as accesses of pages: every id of every request, in order. */
async function* mooncakeBlocks(host: TraceHost, file: string): AsyncGenerator<PageBlock> {
  for await (const block of rowsOf(host, file, 'json-lines')) {
    const at = columnIndexes(block.header, ['hash_ids'], file).hash_ids;
    const ids = block.rows.flatMap((row, i) => {
      const list: unknown = JSON.parse(row[at]!);
      if (Array.isArray(list) && list.every((id) => Number.isSafeInteger(id) && id >= 0)) return list as number[];
      throw new InputError({
        file,
        line: block.line(i),
        path: 'hash_ids',
        given: row[at]!.slice(0, 40),
        expected: 'a list of whole numbers',
      });
    });
    yield { count: ids.length, pages: Float64Array.from(ids), writes: new Uint8Array(ids.length), sizes: undefined };
  }
}

const TWO_32 = 2 ** 32;
const RECORD_BYTES = 24;
/** Accesses of which the next ones are kept, 8 bytes each. */
const MOST_ACCESSES = 2 ** 27;

/** Where each page is asked for again, by access; -1 where it is not. */
async function nextAccesses(blocks: AsyncIterable<PageBlock>, file: string): Promise<Float64Array> {
  let next = new Float64Array(1 << 16);
  const ids = new DenseIds();
  let last = new Float64Array(1 << 10);
  let at = 0;
  for await (const { count, pages } of blocks) {
    if (at + count > MOST_ACCESSES) {
      const given = `more than ${MOST_ACCESSES} accesses`;
      throw new InputError({
        file,
        path: '--to',
        given,
        expected: 'pages-csv, or a sample: the next access of each is kept in memory',
      });
    }
    for (let i = 0; i < count; i++, at++) {
      if (at === next.length) {
        const grown = new Float64Array(2 * at);
        grown.set(next);
        next = grown;
      }
      next[at] = -1;
      const page = pages[i]!;
      const id = ids.ofWords(page % TWO_32, Math.floor(page / TWO_32));
      if (id >= last.length) {
        const grown = new Float64Array(2 * last.length);
        grown.set(last);
        last = grown;
      }
      if (last[id]! > 0) next[last[id]! - 1] = at;
      last[id] = at + 1;
    }
  }
  return next;
}

/** Seconds since 1970, size and next access have their place in a record; whether it writes has none. */
async function* oracleGeneral(
  open: () => AsyncIterable<PageBlock>,
  file: string,
  pageBytes: number,
): AsyncGenerator<Uint8Array> {
  const next = await nextAccesses(open(), file);
  let at = 0;
  for await (const { count, pages, sizes } of open()) {
    const bytes = new Uint8Array(count * RECORD_BYTES);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < count; i++, at++) {
      const offset = i * RECORD_BYTES;
      view.setUint32(offset, at % TWO_32, true);
      view.setUint32(offset + 4, pages[i]! % TWO_32, true);
      view.setUint32(offset + 8, Math.floor(pages[i]! / TWO_32), true);
      view.setUint32(offset + 12, sizes?.[i] ?? pageBytes, true);
      view.setBigInt64(offset + 16, BigInt(next[at]!), true);
    }
    yield bytes;
  }
}

type PageWriter = (block: PageBlock, isFirst: boolean, read: ReadOptions, file: string) => Bytes;

const WRITERS: Readonly<Record<string, PageWriter>> = {
  'pages-csv': ({ count, pages, writes, sizes }, isFirst) => {
    let text = isFirst ? `page,write${sizes === undefined ? '' : ',size'}\n` : '';
    for (let i = 0; i < count; i++)
      text += `${pages[i]},${writes[i] === 1 ? 'W' : 'R'}${sizes === undefined ? '' : `,${sizes[i]}`}\n`;
    return text;
  },
  addresses: ({ count, pages, writes }, _, { pageSizeBytes }) => {
    let text = '';
    for (let i = 0; i < count; i++) {
      const address = BigInt(pages[i]!) * BigInt(pageSizeBytes);
      text += `${address.toString(16)} ${writes[i] === 1 ? 'W' : 'R'}\n`;
    }
    return text;
  },
  be32: ({ count, pages }, _, __, file) => {
    const view = new DataView(new ArrayBuffer(4 * count));
    for (let i = 0; i < count; i++) {
      if (pages[i]! >= TWO_32)
        throw new InputError({
          file,
          path: 'page',
          given: String(pages[i]),
          expected: 'below 2^32 for be32; --hash-ids renumbers',
        });
      view.setUint32(4 * i, pages[i]!);
    }
    return new Uint8Array(view.buffer);
  },
};

function pagesOf(host: TraceHost, file: string, { from, to, read }: ConvertOptions): Conversion {
  const converted: Converted = { count: 0, notes: [] };
  let [writes, sized] = [0, false];
  const source = (): AsyncIterable<PageBlock> =>
    from === 'mooncake' ? mooncakeBlocks(host, file) : pageBlocks(host, file, formatNamed(from)!, read);
  async function* counted(): AsyncGenerator<PageBlock> {
    for await (const block of source()) {
      converted.count += block.count;
      for (let i = 0; i < block.count; i++) writes += block.writes[i]!;
      sized ||= block.sizes !== undefined;
      yield block;
    }
  }
  const chunks = async function* (): AsyncGenerator<Bytes> {
    if (to === 'oracleGeneral') {
      let isFirst = true;
      const open = (): AsyncIterable<PageBlock> => {
        const blocks = isFirst ? source() : counted();
        isFirst = false;
        return blocks;
      };
      yield* oracleGeneral(open, file, read.pageSizeBytes);
    } else {
      let isFirst = true;
      for await (const block of counted()) {
        yield WRITERS[to]!(block, isFirst, read, file);
        isFirst = false;
      }
    }
    const { notes } = converted;
    if (from === 'mooncake') {
      const header = await headerOf(host, file, 'json-lines');
      notes.push(
        ...lostNotes(
          header.filter((name) => name !== 'hash_ids'),
          to,
        ),
      );
    }
    if (writes > 0 && (to === 'oracleGeneral' || to === 'be32'))
      notes.push(`${to} has no place for writes: ${writes} of ${converted.count} accesses lose that they write`);
    if (sized && (to === 'addresses' || to === 'be32')) notes.push(`${to} has no place for sizes: they are lost`);
    if (to === 'oracleGeneral') {
      notes.push('its times are the numbers of the accesses');
      if (!sized) notes.push(`every object has the size of a page, ${read.pageSizeBytes} bytes`);
    }
  };
  return { chunks: chunks(), converted };
}

/** What a source can become. */
export function targetsOf(from: string): readonly string[] {
  if (from === 'mooncake') return ['csv', ...PAGE_TARGETS];
  if (from === 'opendc') return ['csv', 'fleet-csv'];
  if (ARRIVALS.includes(from) || from === 'azure-llm') return ['csv'];
  return ['csv', ...PAGE_TARGETS];
}

/** `csv` is what the source is: arrivals, or pages. */
export function convert(host: TraceHost, file: string, options: ConvertOptions): Conversion {
  const { from, to } = options;
  if (to === 'fleet-csv') return fleetOf(host, file);
  const isArrivals = to === 'csv' && (ARRIVALS.includes(from) || from in ROWS);
  if (isArrivals) return arrivalsOf(host, file, options);
  return pagesOf(host, file, { ...options, to: to === 'csv' ? 'pages-csv' : to });
}
