// What `fluxhost pages --json` prints. Every miss is a swap-in, a page's first use included; every page thrown out is a
// swap-out, and a write-back if it was written to since it came in. Pages still resident at the end are neither.

import * as z from 'zod';
import {
  byName,
  count,
  distributions,
  flag,
  list,
  number,
  once,
  record,
  text,
  told,
  type Distribution,
} from '../metrics/figures.js';

const makeSchemas = () => {
  const pageRun = record('PageRun', 'A policy at a capacity.', {
    policy: text('As asked for: `clock:bits=2`.'),
    capacityPages: count('Pages that fit.'),
    parameters: byName("The policy's parameters at this capacity.", count('In the order of its table.')),
    requests: count('Requests of the trace.'),
    hits: count('Requests whose page was there.'),
    misses: count('Requests whose page was not; each is a swap-in, first uses included.'),
    missRatio: number('Misses over requests, 0 to 1.'),
    byteMissRatio: told(
      'Bytes missed of those requested, where the trace tells the sizes of its objects; null where they are all 0.',
      z.optional(z.nullable(z.number())),
    ),
    swapInNs: told(
      'null unless a swap-in cost is given (`--swap-in`): replacement alone has no clock.',
      z.nullable(distributions().distribution),
    ),
    swapOuts: count('Pages thrown out.'),
    writebacks: count('Those of them that had been written to since they came in.'),
    requestsPerSecond: told(
      'Of this policy alone, without reading the file; the only figure that differs between two runs. null: too fast to tell.',
      z.nullable(z.number()),
    ),
  });

  const missRatioCurve = record('MissRatioCurve', 'Miss ratios of one policy over capacities.', {
    policy: text('Whose curve it is.'),
    sampled: flag('Whether only a share of the pages was looked at.'),
    samplingRate: number('Share of the page numbers looked at.'),
    sampledRequests: count('Requests looked at.'),
    sampledPages: count('Distinct pages looked at.'),
    leastCapacityPages: count(
      'Below it a sample tells nothing: fewer pages than one that was looked at stands for. 1 where all were.',
    ),
    points: list(
      'From the least capacity to the greatest.',
      z.strictObject({
        capacityPages: count('Pages that fit.'),
        missRatio: number('Misses over requests, 0 to 1.'),
      }),
    ),
  });

  const pagesResultSchema = record('PagesResult', 'What a trace does under the policies asked for.', {
    trace: told(
      'What was read.',
      z.strictObject({
        requests: count('Requests read.'),
        distinctPages: count('Pages that are named at least once.'),
        writes: flag(
          'Whether any request writes: without, write-backs mean nothing, and formats that do not tell have none.',
        ),
        sha256: text('Over the page numbers in order, 8 little-endian bytes each; writes are left out.'),
      }),
    ),
    runs: list('One a policy and capacity.', pageRun),
    mrc: z.optional(list('Curves, where they were asked for.', missRatioCurve)),
  });
  return { pageRun, missRatioCurve, pagesResultSchema };
};
/** @internal */
export const pagesSchemas = once(makeSchemas);
type Schemas = ReturnType<typeof makeSchemas>;
export type PageRun = z.output<Schemas['pageRun']>;
export type MissRatioCurve = z.output<Schemas['missRatioCurve']>;
export type PagesResult = z.output<Schemas['pagesResultSchema']>;

/** JSON Schema (2020-12) of what `pages --json` prints. */
export function pagesJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(pagesSchemas().pagesResultSchema), title: 'fluxhost pages result' };
}

/** `count` swap-ins that took the same time. */
export function constantDistribution(count: number, value: number): Distribution {
  const at = count === 0 ? null : value;
  const spread = count === 0 ? null : 0;
  return { count, mean: at, stddev: spread, min: at, p50: at, p90: at, p99: at, p999: at, max: at };
}
