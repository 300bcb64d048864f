// Sizes of payloads from a file of percentiles by method (Meta's DCPerf: req_bytes_p50 … resp_bytes_max): a call is of a method by how often
// it was counted, and its sizes are drawn by the inverse of the percentiles.

import { InputError } from '../../input/errors.js';
import { CellProblems, columnIndexes, csvBlocks, decimal, detached } from '../../workload/csv-rows.js';
import { type TraceHost, readText } from '../../workload/text-source.js';

const AT = [0.5, 0.9, 0.99, 1] as const;
const QUANTILES = ['p50', 'p90', 'p99', 'max'] as const;
const names = (which: string): string[] => QUANTILES.map((quantile) => `${which}_bytes_${quantile}`);

/** Bytes at the percentiles 50, 90, 99 and 100. */
export type Percentiles = readonly number[];

export interface Method {
  readonly name: string;
  readonly weight: number;
  readonly input: Percentiles;
  readonly output: Percentiles;
}

/** Linear between the percentiles; below the median, of which nothing is told, the median. */
export function sizeAt(sizes: Percentiles, share: number): number {
  let i = 0;
  while (i < AT.length - 1 && share > AT[i]!) i++;
  if (i === 0) return sizes[0]!;
  const [from, to] = [AT[i - 1]!, AT[i]!];
  return sizes[i - 1]! + ((share - from) / (to - from)) * (sizes[i]! - sizes[i - 1]!);
}

/** Of what `sizeAt` draws. */
export function meanSize(sizes: Percentiles): number {
  let mean = AT[0] * sizes[0]!;
  for (let i = 1; i < AT.length; i++) mean += ((AT[i]! - AT[i - 1]!) * (sizes[i]! + sizes[i - 1]!)) / 2;
  return mean;
}

export class Payloads {
  readonly #until: Float64Array;
  readonly #all: number;

  constructor(readonly methods: readonly Method[]) {
    let sum = 0;
    this.#until = Float64Array.from(methods, ({ weight }) => (sum += weight));
    this.#all = sum;
  }

  method(share: number): Method {
    const at = this.#until.findIndex((until) => share * this.#all < until);
    return this.methods[at < 0 ? this.methods.length - 1 : at]!;
  }

  mean(which: 'input' | 'output'): number {
    return this.methods.reduce((sum, method) => sum + (method.weight / this.#all) * meanSize(method[which]), 0);
  }
}

/** @throws InputError for sizes that are none or that fall, counts that are not above 0, a method twice, and no method at all */
export async function readPayloads(host: TraceHost, file: string): Promise<Payloads> {
  const methods: Method[] = [];
  const lines = new Map<string, number>();
  const columns = ['method', 'total_weighted_count', ...names('req'), ...names('resp')];
  for await (const block of csvBlocks(readText(host, file), file)) {
    const at = columnIndexes(block.header, columns, file);
    const direction = block.header.indexOf('direction');
    const problems = new CellProblems(file);
    block.rows.forEach((row, i) => {
      const line = block.line(i);
      const name = [...(direction < 0 ? [] : [row[direction]!]), row[at['method']!]!].join(' ');
      const before = lines.get(name);
      if (before !== undefined) problems.add(line, 'method', name, `each method once (line ${before} has it already)`);
      lines.set(detached(name), line);
      const count = row[at['total_weighted_count']!]!;
      const weight = decimal(count);
      if (!(weight > 0)) problems.add(line, 'total_weighted_count', count, 'a number above 0');
      const sizes = (which: string): number[] => {
        let least = 0;
        return names(which).map((column) => {
          const size = decimal(row[at[column]!]!);
          if (!(size >= least && size <= 2 ** 53))
            problems.add(line, column, row[at[column]!]!, `bytes, at least ${least}: percentiles rise`);
          return (least = Math.max(least, size || 0));
        });
      };
      methods.push({ name: detached(name), weight, input: sizes('req'), output: sizes('resp') });
    });
    problems.throwIfAny();
  }
  if (methods.length === 0) throw new InputError({ file, path: '', given: 'no rows', expected: 'a row for a method' });
  return new Payloads(methods);
}
