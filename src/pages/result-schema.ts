// JSON Schema of what `fluxhost pages --json` prints, kept equal to its type by the compiler (`satisfies`).

import * as z from 'zod';
import { count, number, distribution } from '../metrics/figures.js';
import type { PagesResult } from './result.js';

const run = z.strictObject({
  policy: z.string().meta({ description: 'As asked for: clock:bits=2.' }),
  capacityPages: count,
  parameters: z.record(z.string(), count).meta({ description: "The policy's parameters at this capacity." }),
  requests: count,
  hits: count,
  misses: count.meta({ description: 'Swap-ins, first uses included.' }),
  missRatio: number,
  byteMissRatio: z.optional(
    z.nullable(number).meta({ description: 'Where the trace tells sizes: bytes missed of those requested.' }),
  ),
  swapInNs: z.nullable(distribution).meta({ description: 'null unless --swap-in says what a miss costs.' }),
  swapOuts: count,
  writebacks: count.meta({ description: 'Swap-outs of pages written to since they came in.' }),
  requestsPerSecond: z.nullable(number).meta({ description: 'May differ between two runs.' }),
});

const curve = z.strictObject({
  policy: z.string(),
  sampled: z.boolean(),
  samplingRate: number,
  sampledRequests: count,
  sampledPages: count,
  leastCapacityPages: count.meta({ description: 'Below it a sample tells nothing; 1 where all pages were looked at.' }),
  points: z.array(z.strictObject({ capacityPages: count, missRatio: number })),
});

/** @internal */
export const pagesResultSchema = z.strictObject({
  trace: z.strictObject({
    requests: count,
    distinctPages: count,
    sha256: z.string().meta({ description: 'Over the page numbers in order, 8 little-endian bytes each.' }),
  }),
  runs: z.array(run),
  mrc: z.optional(z.array(curve)),
}) satisfies z.ZodType<PagesResult>;

/** JSON Schema (2020-12) of what `pages --json` prints. */
export function pagesJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(pagesResultSchema), title: 'fluxhost pages result' };
}
