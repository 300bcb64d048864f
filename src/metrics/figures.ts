// The building blocks of result schemas: counts, figures that may be missing, distributions.

import * as z from 'zod';
import type { Distribution } from './histogram.js';

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
