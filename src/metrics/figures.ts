// The building blocks of result schemas: counts, figures that may be missing, distributions.

import * as z from 'zod';
import type { BucketedDistribution, Distribution } from './histogram.js';

export const number = z.number();
export const count = z.number().int().min(0);
/** null where there is nothing to measure. */
export const figure = z.nullable(number);

export const distribution = z.strictObject({
  count,
  min: figure,
  mean: figure,
  stddev: figure,
  p50: figure,
  p90: figure,
  p99: figure,
  p999: figure,
  max: figure,
}) satisfies z.ZodType<Distribution>;

export const bucketedDistribution = distribution.extend({
  histogram: z
    .optional(z.strictObject({ upTo: z.array(number), count: z.array(count) }))
    .meta({ description: 'Buckets that counted something: their upper bounds and counts; with --histograms.' }),
}) satisfies z.ZodType<BucketedDistribution>;
