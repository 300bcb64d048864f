// A smaller trace like a given one, and how far it is from it, measured on the file itself. Rows are kept by a seeded draw each (thinning), or
// all rows of some functions; pages by the hash of their number (spatial sampling, Waldspurger et al., FAST'15), so that reuse and popularity
// of each page that stays are whole.

import { InputError } from '../input/errors.js';
import type { ReadOptions } from '../pages/formats/format.js';
import { formatNamed } from '../pages/formats/names.js';
import { decimal } from '../workload/csv-rows.js';
import { functionStream } from '../workload/functions.js';
import type { TraceHost } from '../workload/text-source.js';
import { ArrivalStats, type RowArrival, inOrder, orderOf, rowArrivals } from './arrivals.js';
import {
  type Choice,
  type Chosen,
  type Keep,
  type RowSource,
  NUMBER,
  chooseKeys,
  loadsOf,
  relative,
  spreadOf,
  sumOf,
  thinning,
} from './choice.js';
import type { RowTimes } from './dataset.js';
import { PageStats, pageBlocks } from './page-requests.js';
import { type Kind, rowsOf } from './rows.js';
import { Spread } from './spread.js';

/** Relative errors, and distances of distributions (Kolmogorov and Smirnov's, 0 to 1); absent where the file tells nothing of it. */
export interface SampleErrors {
  /** Of arrivals a second (or accesses), against the share that was to be kept. */
  readonly rate: number;
  readonly meanDuration?: number;
  readonly duration?: number;
  /** Of the times between arrivals, each over its mean: the shape alone. */
  readonly between?: number;
  /** Of arrivals a function, or accesses a page. */
  readonly popularity?: number;
  /** Of the share of accesses that write: the difference. */
  readonly writeShare?: number;
  /** Of calls a minute, each over its mean. */
  readonly minutes?: number;
  /** Of the values of each column of numbers, where nothing else is known of the rows. */
  readonly columns?: Readonly<Record<string, number>>;
}

export interface Sampled {
  readonly rows: { readonly kept: number; readonly of: number };
  readonly functions?: { readonly kept: number; readonly of: number };
  /** Share that was to be kept. */
  readonly share: number;
  /** Of the choice that was taken. */
  readonly seed: number;
  readonly errors: SampleErrors;
}

/** Columns of fractions are told apart to a thousandth. */
const FRACTION_SCALE = 1000;

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** The rows that are kept, as text, the header first. */
async function* keptText(
  host: TraceHost,
  file: string,
  kind: Kind,
  keep: Keep,
  keyColumn: string | undefined,
): AsyncGenerator<string> {
  let isFirst = true;
  for await (const block of rowsOf(host, file, kind)) {
    const at = keyColumn === undefined ? -1 : block.header.indexOf(keyColumn);
    const hasHeader = block.text === undefined && block.lacksHeader !== true;
    let text = isFirst && hasHeader ? `${block.header.map(quoted).join(',')}\n` : '';
    isFirst = false;
    block.rows.forEach((row, i) => {
      if (keep(at < 0 ? '' : row[at]!)) text += `${block.text?.(i) ?? row.map(quoted).join(',')}\n`;
    });
    yield text;
  }
}

async function* kept(
  arrivals: AsyncIterable<readonly RowArrival[]>,
  keep: Keep,
): AsyncGenerator<readonly RowArrival[]> {
  for await (const some of arrivals) yield some.filter(({ key }) => keep(key));
}

async function arrivalErrors(
  host: TraceHost,
  file: string,
  kind: Kind,
  times: RowTimes,
  { keep, share }: Chosen,
): Promise<{ errors: SampleErrors; rows: Sampled['rows'] }> {
  const all = (): AsyncGenerator<readonly RowArrival[]> => rowArrivals(host, file, kind, times);
  const order = await orderOf(all());
  const ofKept = await orderOf(kept(all(), keep()));
  if (ofKept.rows === 0) throw nothingKept(file, share);
  const whole = await new ArrivalStats().take(inOrder(all(), order, file));
  const sample = await new ArrivalStats().take(inOrder(kept(all(), keep()), ofKept, file));
  // each over its own mean
  const shape = (one: ArrivalStats, mean: number): Spread => one.between.scaled(1e6 / Math.max(mean, 1e-9));
  const calls = new Map<string, [number, number]>();
  const decide = keep();
  for await (const some of all())
    for (const { key } of some) {
      const counts = calls.get(key) ?? [0, 0];
      counts[0]++;
      if (decide(key)) counts[1]++;
      calls.set(key, counts);
    }
  const scale = ofKept.rows / order.rows;
  const errors: SampleErrors = {
    rate: relative(ofKept.rows, share * order.rows),
    ...(whole.service.count === 0
      ? {}
      : {
          meanDuration: relative(sample.service.mean, whole.service.mean),
          duration: whole.service.distance(sample.service),
        }),
    between: shape(whole, whole.between.mean).distance(shape(sample, sample.between.mean)),
    ...(times.key === undefined ? {} : { popularity: popularity([...calls.values()], scale) }),
  };
  return { errors, rows: { kept: ofKept.rows, of: order.rows } };
}

/** Distance of arrivals a function, those of the sample scaled up where rows were thinned. */
function popularity(calls: readonly (readonly [number, number])[], scale: number): number {
  const present = calls.filter(([, sample]) => sample > 0);
  const isWhole = present.every(([all, sample]) => all === sample);
  const whole = spreadOf(calls.map(([all]) => all));
  return whole.distance(
    spreadOf(
      present.map(([, sample]) => sample),
      isWhole ? 1 : 1 / scale,
    ),
  );
}

const nothingKept = (file: string, share: number): InputError =>
  new InputError({ file, path: '', given: `a share of ${share}, which keeps nothing`, expected: 'a greater one' });

/** Rows without times: calls a minute where columns are minutes, else the values of each column of numbers. */
async function columnErrors(
  host: TraceHost,
  file: string,
  kind: Kind,
  { keep, share }: Chosen,
  keyColumn: string | undefined,
): Promise<{ errors: SampleErrors; rows: Sampled['rows'] }> {
  const decide = keep();
  let [of, rows] = [0, 0];
  const values = new Map<string, [Spread, Spread]>();
  const minutes = new Map<string, [number, number]>();
  const calls: [number, number][] = [];
  const take = (header: readonly string[], row: readonly string[], isKept: boolean): void => {
    let total = 0;
    header.forEach((name, i) => {
      if (name === keyColumn) return;
      const value = decimal(row[i]!);
      if (!(value >= 0)) return;
      if (NUMBER.test(name)) {
        const sums = minutes.get(name) ?? [0, 0];
        sums[0] += value;
        if (isKept) sums[1] += value;
        minutes.set(name, sums);
        total += value;
      } else {
        const spreads = values.get(name) ?? [new Spread(), new Spread()];
        spreads[0].add(value * FRACTION_SCALE);
        if (isKept) spreads[1].add(value * FRACTION_SCALE);
        values.set(name, spreads);
      }
    });
    calls.push([total, isKept ? total : -1]);
  };
  for await (const block of rowsOf(host, file, kind)) {
    const at = keyColumn === undefined ? -1 : block.header.indexOf(keyColumn);
    for (const row of block.rows) {
      const isKept = decide(at < 0 ? '' : row[at]!);
      of++;
      if (isKept) rows++;
      take(block.header, row, isKept);
    }
  }
  if (rows === 0) throw nothingKept(file, share);
  if (minutes.size === 0) {
    const columns = [...values].map(([name, [whole, sample]]) => [name, whole.distance(sample)] as const);
    return {
      errors: { rate: relative(rows, share * of), columns: Object.fromEntries(columns) },
      rows: { kept: rows, of },
    };
  }
  const sums = [...minutes.values()];
  const [whole, sample] = [sumOf(sums.map(([all]) => all)), sumOf(sums.map(([, part]) => part))];
  const shape = (which: 0 | 1, total: number): Spread =>
    spreadOf(
      sums.map((pair) => pair[which]),
      (1e6 * sums.length) / Math.max(total, 1e-9),
    );
  const errors: SampleErrors = {
    rate: relative(sample, share * whole),
    popularity: spreadOf(calls.map(([all]) => all)).distance(
      spreadOf(calls.flatMap(([, part]) => (part < 0 ? [] : [part]))),
    ),
    minutes: shape(0, whole).distance(shape(1, sample)),
  };
  return { errors, rows: { kept: rows, of } };
}

/** A sample of rows: what was kept, and its text. */
export async function sampleRows(
  source: RowSource,
  choice: Choice,
): Promise<{ sampled: Sampled; text: () => AsyncGenerator<string> }> {
  const { host, file, kind, times, key } = source;
  let chosen: Chosen;
  if (choice.functions === undefined) chosen = thinning(choice.fraction!, choice.seed);
  else {
    if (key === undefined)
      throw new InputError({
        file,
        path: '--functions',
        given: String(choice.functions),
        expected: 'a column that tells functions: --key',
      });
    chosen = chooseKeys(await loadsOf(source, key), choice.functions, choice, file);
  }
  const ofKey = times === undefined || key === undefined ? times : { ...times, key };
  const { errors, rows } =
    ofKey === undefined
      ? await columnErrors(host, file, kind, chosen, key)
      : await arrivalErrors(host, file, kind, ofKey, chosen);
  const { share, seed, functions } = chosen;
  const sampled = { rows, share, seed, errors, ...(functions === undefined ? {} : { functions }) };
  return { sampled, text: () => keptText(host, file, kind, chosen.keep(), key) };
}

export interface PageSource {
  readonly host: TraceHost;
  readonly file: string;
  readonly format: string;
  readonly read: ReadOptions;
}

/** Whether a page is kept: by its number's hash, so that it is all of a page or nothing. */
function keepPages(fraction: number, seed: number): (page: number) => boolean {
  const known = new Map<number, boolean>();
  return (page) => {
    let keep = known.get(page);
    if (keep === undefined) {
      keep = functionStream(seed, String(page)).unit() < fraction;
      known.set(page, keep);
    }
    return keep;
  };
}

/** A sample of the pages of a trace, as a CSV of pages. */
export async function samplePages(
  { host, file, format, read }: PageSource,
  { fraction = 1, seed }: Choice,
): Promise<{ sampled: Sampled; text: () => AsyncGenerator<string> }> {
  const blocks = (): ReturnType<typeof pageBlocks> => pageBlocks(host, file, formatNamed(format)!, read);
  const keep = keepPages(fraction, seed);
  const [whole, sample] = [new PageStats(), new PageStats()];
  for await (const { count, pages, writes } of blocks())
    for (let i = 0; i < count; i++) {
      whole.add(pages[i]!, writes[i] === 1);
      if (keep(pages[i]!)) sample.add(pages[i]!, writes[i] === 1);
    }
  if (sample.requests === 0) throw nothingKept(file, fraction);
  const writeShare = ({ writes, requests }: PageStats): number => writes / requests;
  const sampled: Sampled = {
    rows: { kept: sample.requests, of: whole.requests },
    functions: { kept: sample.ids.size, of: whole.ids.size },
    share: fraction,
    seed,
    errors: {
      rate: relative(sample.requests, fraction * whole.requests),
      popularity: whole.popularity().distance(sample.popularity()),
      writeShare: writeShare(sample) - writeShare(whole),
    },
  };
  const text = async function* (): AsyncGenerator<string> {
    let first = true;
    for await (const { count, pages, writes, sizes } of blocks()) {
      let lines = first ? `page,write${sizes === undefined ? '' : ',size'}\n` : '';
      first = false;
      for (let i = 0; i < count; i++)
        if (keep(pages[i]!))
          lines += `${pages[i]},${writes[i] === 1 ? 'W' : 'R'}${sizes === undefined ? '' : `,${sizes[i]}`}\n`;
      yield lines;
    }
  };
  return { sampled, text };
}
