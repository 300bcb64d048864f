// The series and the event log of a run as results print them: columns, one place a sample, quantiles in place of histograms.
// Quantiles come from buckets 1/16 of their value wide, so they are off by 1/32 at most; the mean and the greatest too.
// Leaves out files and drawings (report/series.ts).

import * as z from 'zod';
import { count, list, number, once, record, text, told } from '../metrics/figures.js';
import type { Series, EventLog } from './over-time.js';
import { type RawHistogram, Histogram } from '../metrics/histogram.js';

const makeSchemas = () => {
  const columns = (meaning: string) => list(meaning, z.number());
  const figureColumns = (meaning: string) => list(meaning, z.nullable(z.number()));

  const distributionColumns = record(
    'DistributionsResult',
    "What an interval's histogram says, by interval; null where nothing was counted.",
    {
      count: columns('Values recorded.'),
      mean: figureColumns('Their means.'),
      p50: figureColumns('Their medians.'),
      p90: figureColumns('9 of 10 are no greater.'),
      p99: figureColumns('99 of 100 are no greater.'),
      p999: figureColumns('999 of 1000 are no greater.'),
      max: figureColumns('The greatest ones.'),
    },
  );

  const seriesSchema = record(
    'SeriesResult',
    'Samples of every VM over time, as columns: place i of every list belongs to `timeNs[i]`.',
    {
      intervalNs: number('Between two samples, in ns; doubles each time the samples are full.'),
      timeNs: columns('Of each sample, which ends its interval.'),
      vms: list(
        'One a VM.',
        z.strictObject({
          name: text('Of the VM.'),
          coresHeld: columns('Cores that it holds.'),
          waiting: columns('Tasks.'),
          oldestDelayNs: columns('How long its oldest waiting task has waited, in ns.'),
          completed: columns('Requests, since the sample before.'),
        }),
      ),
      memory: told(
        'Where the guests’ memory lies at the instants of the samples; of hosts with swapped memory.',
        z.optional(
          z.strictObject({
            residentBytes: figureColumns('Of pages that are in; of the simulated memory, as all bytes here.'),
            outBytes: figureColumns('Of pages that are out, or on their way in.'),
            freeBytes: figureColumns('Frames without a page.'),
            faults: figureColumns('Touches of pages that were not there, since the sample before.'),
          }),
        ),
      ),
      groups: list(
        'VMs of one group share these.',
        z.strictObject({
          name: text('Of the group.'),
          latencyNs: told('Time in system of requests completed in each interval, in ns.', distributionColumns),
          queueDelayNs: told('Time that tasks begun in each interval had waited, in ns.', distributionColumns),
        }),
      ),
    },
  );

  const logSchema = record('LogResult', 'The events of a window of time.', {
    events: list(
      'In order.',
      z.strictObject({
        timeNs: number('Simulated time, in ns.'),
        entity: text('What the event was for.'),
        state: z.nullable(z.string()).meta({ description: "State of the vCPU when it came, where it was a vCPU's." }),
      }),
    ),
    left: count('Events of the window that the log had no room for.'),
  });
  return { distributionColumns, seriesSchema, logSchema };
};
/** @internal */
export const seriesSchemas = once(makeSchemas);
type Schemas = ReturnType<typeof makeSchemas>;
export type DistributionsResult = z.output<Schemas['distributionColumns']>;
export type SeriesResult = z.output<Schemas['seriesSchema']>;
export type LogResult = z.output<Schemas['logSchema']>;

export const DISTRIBUTION_KEYS = ['count', 'mean', 'p50', 'p90', 'p99', 'p999', 'max'] as const;

function distributions(histograms: readonly RawHistogram[]): DistributionsResult {
  const result: DistributionsResult = { count: [], mean: [], p50: [], p90: [], p99: [], p999: [], max: [] };
  for (const raw of histograms) {
    const one = Histogram.fromRaw(raw).distribution();
    result.count.push(one.count);
    for (const key of ['mean', 'p50', 'p90', 'p99', 'p999', 'max'] as const) result[key].push(one[key]);
  }
  return result;
}

const known = (values: readonly number[]): (number | null)[] => values.map((value) => (isNaN(value) ? null : value));

export function seriesResult(series: Series): SeriesResult {
  const { memory } = series;
  return {
    intervalNs: series.intervalNs,
    timeNs: [...series.timeNs],
    ...(memory === undefined
      ? {}
      : {
          memory: {
            residentBytes: known(memory.residentBytes),
            outBytes: known(memory.outBytes),
            freeBytes: known(memory.freeBytes),
            faults: known(memory.faults),
          },
        }),
    vms: series.vms.map(({ name, coresHeld, waiting, oldestDelayNs, completed }) => ({
      name,
      coresHeld: [...coresHeld],
      waiting: [...waiting],
      oldestDelayNs: [...oldestDelayNs],
      completed: [...completed],
    })),
    groups: Object.entries(series.latency).map(([name, latency]) => ({
      name,
      latencyNs: distributions(latency),
      queueDelayNs: distributions(series.queueDelay[name] ?? []),
    })),
  };
}

export function logResult({ events, left }: EventLog): LogResult {
  return { events: events.map(({ timeNs, entity, state }) => ({ timeNs, entity, state })), left };
}
