// The building blocks of results: counts, figures that may be missing, distributions, intervals. A result is stated once, as a
// schema with words for every field; its type is inferred from it, JSON Schema and declarations are printed from it
// (scripts/declarations.mjs).

import * as z from 'zod';
import { ofEach, type Counter, type Recorded } from './counters.js';

/** Made when it is first asked for: who simulates a host needs no schema of a result. */
export function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

export const number = (meaning: string) => z.number().meta({ description: meaning });
export const count = (meaning: string) => z.number().int().min(0).meta({ description: meaning });
/** null where there is nothing to measure. */
export const figure = (meaning: string) => z.nullable(z.number()).meta({ description: meaning });
export const text = (meaning: string) => z.string().meta({ description: meaning });
export const flag = (meaning: string) => z.boolean().meta({ description: meaning });
export const list = <T extends z.ZodType>(meaning: string, item: T) => z.array(item).meta({ description: meaning });
/** By name. */
export const byName = <T extends z.ZodType>(meaning: string, value: T) =>
  z.record(z.string(), value).meta({ description: meaning });

/** A field of a type that has words of its own: what it says here. */
export const told = <T extends z.ZodType>(meaning: string, field: T): T => field.meta({ description: meaning });

/** A type with a name. */
export const record = <T extends z.core.$ZodLooseShape>(name: string, meaning: string, shape: T) =>
  z.strictObject(shape).meta({ title: name, description: meaning });

/** The fields of counters, by the names of their rows. */
export function countersOf<T extends Readonly<Record<string, Counter>>>(rows: T): Record<keyof T, z.ZodNumber> {
  return ofEach(rows, ({ unit, meaning }) => (unit === 'count' ? count(meaning) : number(meaning)));
}

const makeDistributions = () => {
  const fields = {
    count: count('Values recorded.'),
    min: figure("The least; in the unit that the field's name ends in."),
    mean: figure('Their mean.'),
    stddev: figure('Their standard deviation.'),
    p50: figure('The median.'),
    p90: figure('9 of 10 are no greater.'),
    p99: figure('99 of 100 are no greater.'),
    p999: figure('999 of 1000 are no greater.'),
    max: figure('The greatest.'),
  };
  const distribution = record(
    'Distribution',
    'A distribution as results print it; everything but `count` is null where nothing was counted.',
    fields,
  );
  const buckets = record('Buckets', 'Buckets that counted something, in ascending order.', {
    upTo: list('The greatest value that each counts, in the unit of the distribution.', z.number()),
    count: list("How many values it counted; they add up to the distribution's `count`.", count('Of one.')),
  });
  const bucketedDistribution = record('BucketedDistribution', 'A distribution whose buckets may be asked for.', {
    ...fields,
    histogram: told(
      'Every bucket that counted something, where that is asked for (`--histograms`).',
      z.optional(buckets),
    ),
  });
  return { distribution, buckets, bucketedDistribution };
};
export const distributions = once(makeDistributions);
type Distributions = ReturnType<typeof makeDistributions>;
export type Distribution = z.output<Distributions['distribution']>;
export type Buckets = z.output<Distributions['buckets']>;
export type BucketedDistribution = z.output<Distributions['bucketedDistribution']>;

/** The fields of histograms, by the names of their rows. */
export function distributionsOf<T extends Readonly<Record<string, Recorded>>>(
  rows: T,
): Record<keyof T, Distributions['distribution']> {
  return ofEach(rows, ({ meaning }) => told(meaning, distributions().distribution));
}

export const interval = once(() =>
  record('Interval', 'The mean of independent values and the interval that holds the true mean with the given level.', {
    count: count('Values that entered; replications without a figure (nothing completed) are left out.'),
    mean: figure('Their mean; null where there are none.'),
    stddev: figure('Sample standard deviation (n − 1); null below two values.'),
    low: figure('Lower end; null below two values.'),
    high: figure('Upper end; null below two values.'),
  }),
);
export type Interval = z.output<ReturnType<typeof interval>>;
