// Which rows of a trace are kept: each by a seeded draw, or all of some functions, of several choices the nearest.

import { InputError } from '../input/errors.js';
import { decimal, detached } from '../workload/csv-rows.js';
import { chooseFunctions } from '../workload/functions.js';
import { SplitMix64 } from '../workload/random.js';
import type { TraceHost } from '../workload/text-source.js';
import { rowArrivals } from './arrivals.js';
import type { RowTimes } from './dataset.js';
import { type Kind, rowsOf } from './rows.js';
import { Spread } from './spread.js';

/** What is kept. */
export interface Choice {
  readonly fraction?: number;
  /** So many, and all that is of them. */
  readonly functions?: number;
  readonly seed: number;
  /** Choices of functions that are tried; the one nearest in rate, mean duration and popularity is taken. */
  readonly trials: number;
}

export interface RowSource {
  readonly host: TraceHost;
  readonly file: string;
  readonly kind: Kind;
  readonly times: RowTimes | undefined;
  /** The column of functions. */
  readonly key: string | undefined;
}

/** Whether a row is kept; asked in the order of the file, once each. */
export type Keep = (key: string) => boolean;

export interface Chosen {
  /** A new one for each pass. */
  readonly keep: () => Keep;
  readonly share: number;
  readonly seed: number;
  readonly functions?: { readonly kept: number; readonly of: number };
}

export const NUMBER = /^\d+$/;

/** Of a function. */
interface Load {
  calls: number;
  durationNs: number;
}

/** Of each function: its rows, or what their columns of minutes add up to. */
export async function loadsOf({ host, file, kind, times }: RowSource, keyColumn: string): Promise<Map<string, Load>> {
  const loads = new Map<string, Load>();
  const loadOf = (key: string): Load => {
    const known = loads.get(key);
    if (known !== undefined) return known;
    const made = { calls: 0, durationNs: 0 };
    loads.set(detached(key), made);
    return made;
  };
  if (times !== undefined) {
    for await (const some of rowArrivals(host, file, kind, { ...times, key: keyColumn }))
      for (const { key, serviceNs } of some) {
        const load = loadOf(key);
        load.calls++;
        load.durationNs += Math.max(0, serviceNs);
      }
    return loads;
  }
  for await (const { header, rows } of rowsOf(host, file, kind)) {
    const at = header.indexOf(keyColumn);
    if (at < 0) {
      const expected = 'a column of functions: --key';
      throw new InputError({ file, line: 1, path: keyColumn, given: 'a header without it', expected });
    }
    const minutes = header.flatMap((name, i) => (NUMBER.test(name) ? [i] : []));
    for (const row of rows)
      loadOf(row[at]!).calls += minutes.length === 0 ? 1 : minutes.reduce((sum, i) => sum + (decimal(row[i]!) || 0), 0);
  }
  return loads;
}

export const spreadOf = (values: Iterable<number>, scale = 1): Spread => {
  const spread = new Spread();
  for (const value of values) spread.add(value * scale);
  return spread;
};

export const sumOf = (values: Iterable<number>): number => {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
};

export const relative = (sample: number, expected: number): number => (expected === 0 ? 0 : sample / expected - 1);

/** The functions of the nearest of some choices. */
export function chooseKeys(loads: ReadonlyMap<string, Load>, wanted: number, choice: Choice, file: string): Chosen {
  const hashes = [...loads.keys()];
  const all = [...loads.values()];
  const whole = spreadOf(all.map(({ calls }) => calls));
  const sumsOf = (some: readonly Load[]): Load => ({
    calls: sumOf(some.map(({ calls }) => calls)),
    durationNs: sumOf(some.map(({ durationNs }) => durationNs)),
  });
  const total = sumsOf(all);
  const mean = ({ durationNs, calls }: Load): number => durationNs / Math.max(1, calls);
  const share = wanted / hashes.length;
  let best: { error: number; seed: number; kept: ReadonlySet<string> } | undefined;
  for (let seed = choice.seed; seed < choice.seed + choice.trials; seed++) {
    const options = { file, format: 'csv', functions: wanted, seed };
    const kept = new Set(chooseFunctions(hashes, options, file).map((i) => hashes[i]!));
    const taken = [...kept].map((hash) => loads.get(hash)!);
    const sums = sumsOf(taken);
    const error =
      Math.abs(relative(sums.calls, share * total.calls)) +
      Math.abs(relative(mean(sums), mean(total))) +
      whole.distance(spreadOf(taken.map(({ calls }) => calls)));
    if (best === undefined || error < best.error) best = { error, seed, kept };
  }
  const { kept, seed } = best!;
  return { keep: () => (key) => kept.has(key), share, seed, functions: { kept: wanted, of: hashes.length } };
}

export const thinning = (fraction: number, seed: number): Chosen => ({
  keep() {
    const random = new SplitMix64(seed);
    return () => random.unit() < fraction;
  },
  share: fraction,
  seed,
});
