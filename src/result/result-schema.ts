// JSON Schema of what `run --json` prints. Kept equal to the Result type by the compiler (`satisfies` below), so that
// neither can change without the other.

import * as z from 'zod';
import { WARNING_CODES, type Result } from './result.js';
import { bucketedDistribution, count, number, distribution, figure } from '../metrics/figures.js';
import { memoryResult } from '../swap/result-schema.js';

const manifest = z.strictObject({
  name: z.string(),
  version: z.string(),
  scenarioSha256: z.string(),
  coreSha256: z.string(),
  fingerprint: z.string().meta({ description: 'Hash over every event: equal fingerprints, equal trajectories.' }),
  seed: count,
  mechanism: z.string(),
  durationNs: count,
  warmupNs: count,
  measuredNs: count.meta({ description: 'Simulated time that entered the statistics.' }),
  replications: count,
  events: count,
  wallSeconds: number.meta({ description: 'May differ between two runs of one scenario.' }),
  eventsPerSecond: number.meta({ description: 'May differ between two runs of one scenario.' }),
});

const vm = z.strictObject({
  name: z.string(),
  class: z.string(),
  arrived: count,
  completed: count,
  dropped: count.meta({ description: 'Turned away because the VM was full (queueLimit).' }),
  inFlight: count,
  latencyNs: bucketedDistribution,
  queueDelayNs: distribution,
  slowdown: distribution,
  latencyShared: z.optional(z.string()),
  slo: z.nullable(
    z.strictObject({
      quantile: number,
      targetNs: count,
      latencyNs: figure,
      attained: z.nullable(z.boolean()).meta({ description: 'null: no request to judge by.' }),
      lateInFlight: count.meta({ description: 'In flight at the end and surely older than the target: missed.' }),
    }),
  ),
  cpuSeconds: z.strictObject({ task: number, steal: number, idlePoll: number, transition: number }),
  steals: count,
  stealAttempts: count,
  preemptions: count,
  yields: count,
  grants: count,
  revocations: count,
  coldStarts: z.record(z.string(), count),
  tasksStolen: count,
  migrations: count,
  stranded: count,
  longestOffCoreNs: z.optional(count),
  throttledSeconds: number,
  locks: z.optional(
    z.strictObject({
      acquires: count,
      waits: count,
      meanWaitNs: figure,
      longestWaitNs: figure,
      longestConvoy: count,
      holderPreemptions: count,
      spinSeconds: number,
    }),
  ),
  offeredLoad: figure.meta({ description: "Cores' worth of demand; null for demand without end." }),
  unstable: z.boolean().meta({ description: 'The backlog grew all along: the latencies describe this run only.' }),
});

const times = z.array(number);
const distributions = z.strictObject({
  count: times,
  mean: z.array(figure),
  p50: z.array(figure),
  p90: z.array(figure),
  p99: z.array(figure),
  p999: z.array(figure),
  max: z.array(figure),
});

/** Columns: place i of every list belongs to `timeNs[i]`. */
const series = z.strictObject({
  intervalNs: number.meta({ description: 'Between two samples; doubles each time the samples are full.' }),
  timeNs: times,
  vms: z.array(
    z.strictObject({ name: z.string(), coresHeld: times, waiting: times, oldestDelayNs: times, completed: times }),
  ),
  groups: z.array(z.strictObject({ name: z.string(), latencyNs: distributions, queueDelayNs: distributions })),
});

const log = z.strictObject({
  events: z.array(z.strictObject({ timeNs: number, entity: z.string(), state: z.nullable(z.string()) })),
  left: count.meta({ description: 'Events of the window that the log had no room for.' }),
});
const controller = z.strictObject({ punished: count, relaxed: count });

const figures = z.record(z.string(), figure);
const interval = z.strictObject({ count, mean: figure, stddev: figure, low: figure, high: figure });

/** @internal */
export const resultSchema = z.strictObject({
  manifest,
  vms: z.array(vm),
  host: z.strictObject({
    cores: count,
    utilization: number,
    idleCoreSeconds: number,
    pollCoreSeconds: number,
    memoryCoreSeconds: z.optional(number).meta({ description: "Of cores kept for the memory's workers, busy or not." }),
  }),
  reallocation: z.strictObject({
    count,
    grantNs: distribution,
    parkNs: distribution,
    detectionNs: distribution,
    steps: z.record(z.string(), distribution),
    arbiter: z.strictObject({ rounds: count, roundsSkipped: count, denied: count }),
    controllers: z.optional(z.strictObject({ hyperthread: z.optional(controller), bandwidth: z.optional(controller) })),
    grantCurve: z.optional(z.array(z.strictObject({ atNs: count, cores: count }))),
  }),
  memory: z
    .union([memoryResult, z.strictObject({})])
    .meta({ description: 'Empty where no VM has memory; with replications it is that of replication 0, as vms are.' }),
  histogram: z.strictObject({ precision: number, shared: z.enum(['vm', 'group']) }),
  series: z.optional(series),
  log: z.optional(log),
  replications: z.optional(
    z.array(
      z.strictObject({
        replication: count,
        seed: count,
        fingerprint: z.string(),
        events: count,
        figures,
        incomplete: z.optional(z.literal(true)),
      }),
    ),
  ),
  confidence: z.optional(
    z.strictObject({
      level: number,
      method: z.literal('student-t'),
      replications: count,
      figures: z.record(z.string(), interval),
    }),
  ),
  warnings: z
    .array(z.strictObject({ code: z.enum(WARNING_CODES), field: z.string(), detail: z.string() }))
    .meta({ description: 'What speaks against trusting the figures; of replication 0.' }),
  incomplete: z.optional(z.literal(true)),
}) satisfies z.ZodType<Result>;

/** JSON Schema (2020-12) of a result, as `run --json` prints it. */
export function resultJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(resultSchema), title: 'fluxhost result' };
}
