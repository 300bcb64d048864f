// The result of one run: what `run --json` prints, and what assertions, tables and comparisons read; stated once, as a schema with
// words for every field (metrics/figures.ts). Built from the core's raw counters; key order is sorted when printed, so that equal
// results are equal bytes. Of all its fields only manifest.wallSeconds and manifest.eventsPerSecond may differ between two equal runs.

import * as z from 'zod';
import {
  byName,
  count,
  countersOf,
  distributions,
  distributionsOf,
  figure,
  flag,
  interval,
  list,
  number,
  once,
  record,
  text,
  told,
} from '../metrics/figures.js';
import { datapathSchemas } from '../datapath/result.js';
import { gpuSchemas } from '../gpu/result.js';
import { lifecycleSchemas } from '../lifecycle/result.js';
import { memorySchemas, noMemory } from '../swap/result.js';
import {
  ARBITER_COUNTERS,
  CONTROLLER_COUNTERS,
  DEADLINE_COUNTERS,
  HOST_COUNTERS,
  LOCK_COUNTERS,
  MOVE_COUNTERS,
  MOVE_DISTRIBUTIONS,
  STEP_DISTRIBUTIONS,
  VM_COUNTERS,
  VM_DISTRIBUTIONS,
  VM_SECONDS,
} from './counters.js';
import { STREAM_PURPOSES } from '../scenario/streams.js';
import { seriesSchemas } from './series.js';
import { stripsSchemas } from './strips.js';

/** Stable words, each with a meaning of its own in docs/trust.md. */
export const WARNING_CODES = [
  'unstable',
  'no-requests',
  'datapath-slow',
  'datapath-full',
  'few-samples',
  'short-warmup',
  'autocorrelated',
  'few-cycles',
  'trace-ended',
  'same-trace',
  'few-blocks',
  'same-runs',
  'not-steady',
  'idle-tier',
  'unit',
] as const;

const makeSchemas = () => {
  const manifest = record('Manifest', 'What was run, and on what.', {
    name: text('Of the package.'),
    version: text('Of the package.'),
    scenarioSha256: text('Of the canonical JSON of the resolved scenario.'),
    coreSha256: text('Of the bytes of the core that ran.'),
    fingerprint: text(
      "64-bit hash over every event's (time, kind, entity), as 16 hexadecimal digits; '' when switched off. Equal fingerprints, equal trajectories.",
    ),
    seed: count('Every random stream was derived from it.'),
    streams: list(
      'The random streams that the seed drives: without any, another seed changes nothing.',
      record('Streams', 'Streams of one group of VMs, each VM with its own, or of `host.memory`.', {
        of: text('The group, or `host.memory`.'),
        purposes: list('What they are for.', z.enum(STREAM_PURPOSES)),
      }),
    ),
    mechanism: text('Its kind.'),
    durationNs: count('Simulated time after the warm-up that was asked for, in ns.'),
    warmupNs: count('Simulated before the statistics started, in ns.'),
    measuredNs: count('Simulated time that entered the statistics: durationNs, less when interrupted.'),
    replications: count('Runs with seeds of their own.'),
    events: count('Events simulated.'),
    wallSeconds: number('On the clock on the wall; differs between two runs.'),
    eventsPerSecond: number('Over that time; differs between two runs.'),
  });

  const slo = record('SloResult', "A VM's service-level objective, and whether it was attained.", {
    quantile: number('Share of the requests that was to be no slower, 0 to 1.'),
    targetNs: count('Than this, in ns.'),
    latencyNs: figure(
      "The latency at that quantile of all requests answered, dropped, or in flight for longer than the target; null where it is not an answered one's, or none completed.",
    ),
    attained: z.nullable(z.boolean()).meta({
      description:
        'A dropped request counts as missed, so does a late one in flight; false where no request completed although some arrived, null where there was none to judge by.',
    }),
    lateInFlight: count("Requests in flight at the scenario's end that are surely older than the target; 0 before it."),
    attainedIn: count(
      'Replications that attained it, of those with a request to judge by; absent with one run.',
    ).optional(),
    of: count('Replications that ended and have a request to judge it by; absent with one run.').optional(),
  });

  const lock = record('LockResult', "What became of a VM's lock.", {
    ...countersOf(LOCK_COUNTERS),
    meanWaitNs: figure('Mean of the waits that ended, in ns; null without any.'),
    longestWaitNs: figure('The longest of those waits that ended.'),
  });

  const deadlines = record('DeadlineResult', "What became of a VM's deadlines.", {
    ...countersOf(DEADLINE_COUNTERS),
    missed: count('Late, given up, or turned away by a full VM; who still waits or runs at the end counts in neither.'),
    missedShare: figure('Of those met or missed, 0 to 1; null without any.'),
  });

  const vm = record('VmResult', "What became of a VM's requests, and of its core time.", {
    name: text("Of the VM: its group's, with a number where the group has several."),
    class: text('latency-critical or best-effort.'),
    ...countersOf(VM_COUNTERS),
    ...distributionsOf(VM_DISTRIBUTIONS),
    latencyNs: told(VM_DISTRIBUTIONS.latencyNs.meaning, distributions().bucketedDistribution),
    latencyShared: z.optional(
      text('Name of the group whose VMs share these three distributions; absent where the VM has its own.'),
    ),
    slo: told('null where it states none.', z.nullable(slo)),
    cpuSeconds: told('Core time that it held, by what it was used for.', z.strictObject(countersOf(VM_SECONDS))),
    coldStarts: byName('Instances started, by how (`microvm`: boot, restore).', count('How many.')),
    longestOffCoreNs: z.optional(
      count(
        'The longest time that a vCPU taken off its core unasked was off it, of those that came back; absent where none did.',
      ),
    ),
    locks: told("Of the VM's lock; absent where its requests take none.", z.optional(lock)),
    deadlines: told('Of its deadlines; absent where its requests have none.', z.optional(deadlines)),
    offeredLoad: figure(
      "Service time that arrived, dropped requests' included, over measured time: cores' worth of demand; null for demand without end.",
    ),
    unstable: flag(
      'The backlog grew all along: longer runs would give longer latencies, so the figures describe the run only.',
    ),
  });

  const host = record('HostResult', "What became of the host's cores.", {
    cores: count('Hardware threads.'),
    utilization: number('Share of all core-time that ran tasks.'),
    ...countersOf(HOST_COUNTERS),
    pollCoreSeconds: number("Of cores that poll for the mechanism's arbiter."),
    memoryCoreSeconds: z.optional(
      number(
        'Of cores kept for the workers of swapped memory (host.memory.cores), busy or not; absent where no VM has memory.',
      ),
    ),
    datapathCoreSeconds: z.optional(
      number('Of cores kept for the workers of the datapath, busy or not; absent where there is none.'),
    ),
  });

  const controller = record(
    'ControllerResult',
    'How often a controller acted: took something away, and gave something back.',
    {
      ...countersOf(CONTROLLER_COUNTERS.hyperthread),
    },
  );

  const controllers = record('Controllers', "Caladan's two controllers; absent: off.", {
    hyperthread: told('Hardware threads emptied beside a long task.', z.optional(controller)),
    bandwidth: told(
      'A best-effort VM was allowed fewer vCPUs than it held, for its memory traffic; or one more.',
      z.optional(controller),
    ),
  });

  const reallocation = record('ReallocationResult', 'How cores moved.', {
    ...countersOf(MOVE_COUNTERS),
    ...distributionsOf(MOVE_DISTRIBUTIONS),
    steps: told('Where grantNs goes, step by step.', z.strictObject(distributionsOf(STEP_DISTRIBUTIONS))),
    grantCurve: z.optional(
      list(
        'Cores held after each change, for the first such changes.',
        z.strictObject({ atNs: count('Simulated time, in ns.'), cores: count('Cores held then.') }),
      ),
    ),
    arbiter: told(
      "The arbiter's rounds, and the requests for a core that it had to deny.",
      z.strictObject(countersOf(ARBITER_COUNTERS)),
    ),
    controllers: told("caladan's controllers, those that were on.", z.optional(controllers)),
  });

  const warning = record('Warning', 'Something that speaks against trusting a figure.', {
    code: z.enum(WARNING_CODES).meta({ description: 'What kind of thing it is.' }),
    field: text('The figure, by its path in the result, or the field of the scenario that it comes from.'),
    detail: text('What was seen, in one sentence.'),
  });

  const validity = record('Validity', 'What brackets this scenario, and what nothing does (docs/validity.md).', {
    held: list(
      'Parts that the scenario has and that are held against something.',
      z.strictObject({
        part: text('In the words of a scenario.'),
        against: text('A closed form, a reference, a naive model.'),
        test: text('Where, in the repository of the package.'),
      }),
    ),
    untested: list(
      'What nothing has ever been held against.',
      z.strictObject({ part: text('Of the scenario, or of the world.'), detail: text('In words.') }),
    ),
  });

  const resampledTrace = record('ResampledTrace', 'A trace of whose blocks another day was drawn.', {
    vm: text('The group of VMs that replays it; functions: that of functions.trace.'),
    file: text('As the scenario names it.'),
    blockNs: count('Length of a block in the simulation, in ns.'),
    blocks: count('Whole blocks that the trace has.'),
  });

  const figures = z.record(z.string(), z.nullable(z.number())).meta({
    title: 'Figures',
    description: 'Figures by path, such as "api.latencyNs.p99"; booleans count as 0 and 1.',
  });

  const incomplete = z.optional(z.literal(true).meta({ description: 'Present when the run was interrupted.' }));

  const replication = record('Replication', "One run's headline figures.", {
    replication: count('From 0.'),
    seed: count('Of this run.'),
    fingerprint: text('Of this run.'),
    events: count('Of this run.'),
    figures: told('By path.', figures),
    incomplete,
  });

  const confidence = record('Confidence', 'Intervals over independent replications.', {
    level: number('Of the intervals: 0.95.'),
    method: z.literal('student-t').meta({ description: 'How they are made.' }),
    replications: count('Runs that entered.'),
    figures: byName('By path.', interval()),
    tails: told(
      'Where buckets or a report are asked for: of each VM, how long a share of its requests took at least.',
      z.optional(
        byName(
          'By VM.',
          record('TailInterval', 'Intervals of a latency that a share of the requests exceeds, one place a share.', {
            share: list('Falling, as far as ten samples of every run lie behind.', z.number()),
            low: list('Lower ends, in ns.', z.number()),
            high: list('Upper ends, in ns.', z.number()),
          }),
        ),
      ),
    ),
  });

  const resultSchema = record('Result', 'What a run found.', {
    manifest: told('What was run.', manifest),
    vms: list("One a VM, in the scenario's order.", vm),
    host: told('Of all cores.', host),
    reallocation: told('Of cores that moved.', reallocation),
    memory: told(
      'An empty object where no VM has memory; with replications it is that of replication 0, as vms are.',
      z.union([memorySchemas().memoryResult, noMemory()]),
    ),
    lifecycle: told(
      'Where functions come and go; with replications it is that of replication 0.',
      z.optional(lifecycleSchemas().lifecycleResult),
    ),
    datapath: told(
      'Where packets come through a datapath; with replications it is that of replication 0.',
      z.optional(datapathSchemas().datapathResult),
    ),
    gpu: told(
      'Where a GPU answers prompts; with replications it is that of replication 0.',
      z.optional(gpuSchemas().gpuResult),
    ),
    histogram: told(
      'How the distributions were kept.',
      z.strictObject({
        precision: number('Relative error of a quantile, at most.'),
        shared: z.enum(['vm', 'group']).meta({ description: 'Whether each VM had its own, or each group.' }),
      }),
    ),
    series: told('Where the scenario samples; of replication 0.', z.optional(seriesSchemas().seriesSchema)),
    log: told('Where the scenario logs a window; of replication 0.', z.optional(seriesSchemas().logSchema)),
    strips: told('Where a report is asked for (`--out`); of replication 0.', z.optional(stripsSchemas().stripsSchema)),
    replications: z.optional(list('Headline figures of each run, where there were several.', replication)),
    confidence: told('Intervals over them.', z.optional(confidence)),
    warnings: list(
      'What speaks against trusting the figures (docs/trust.md); of replication 0. Empty where nothing does, and before anything was measured.',
      warning,
    ),
    resampled: z.optional(list('Traces that VMs replay with `resample`; absent where none does.', resampledTrace)),
    validity: told('Where it is asked for (`--verbose`).', z.optional(validity)),
    incomplete,
  });
  return {
    manifest,
    slo,
    lock,
    deadlines,
    vm,
    host,
    controller,
    controllers,
    reallocation,
    warning,
    validity,
    resampledTrace,
    figures,
    replication,
    confidence,
    resultSchema,
  };
};
/** @internal */
export const resultSchemas = once(makeSchemas);
type Schemas = ReturnType<typeof makeSchemas>;
export type Manifest = z.output<Schemas['manifest']>;
export type SloResult = z.output<Schemas['slo']>;
export type LockResult = z.output<Schemas['lock']>;
export type DeadlineResult = z.output<Schemas['deadlines']>;
export type VmResult = z.output<Schemas['vm']>;
export type ControllerResult = z.output<Schemas['controller']>;
export type Controllers = z.output<Schemas['controllers']>;
export type Warning = z.output<Schemas['warning']>;
export type Validity = z.output<Schemas['validity']>;
export type ResampledTrace = z.output<Schemas['resampledTrace']>;
export type Figures = z.output<Schemas['figures']>;
export type Replication = z.output<Schemas['replication']>;
export type Confidence = z.output<Schemas['confidence']>;
export type Result = z.output<Schemas['resultSchema']>;

/** JSON Schema (2020-12) of a result, as `run --json` prints it. */
export function resultJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(resultSchemas().resultSchema), title: 'fluxhost result' };
}
