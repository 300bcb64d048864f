// The scenario as it is written, checked and resolved in one schema: types, validation, defaults and the JSON Schema for
// editors come from it. What concerns several fields at once (guarantees, names, limits) is in checks.ts.

import { PRESET_NAMES, presetNs } from '../mechanisms/cost-presets.js';
import { COST_NAMES, type CostName } from '../mechanisms/costs.js';
import { documented, described, defaultOf, defaultNumber, defaultChoice, defaultFlag } from './table.js';
import * as z from 'zod';
import {
  about,
  later,
  named,
  section,
  whole,
  real,
  flag,
  positivePerSecond,
  duration,
  choice,
  positiveSize,
  positiveDuration,
} from '../input/fields.js';
import { datapathSchema } from '../datapath/schema.js';
import { gpuSchema } from '../gpu/schema.js';
import { functionsSchema, lifecycleSchema, resolveLifecycle } from '../lifecycle/schema.js';
import { mechanism } from '../mechanisms/schema.js';
import { hostMemory, sizeOf, resolveHostMemory } from '../swap/schema.js';
import { vmGroup } from './schema/vm.js';
import type { Scenario } from './types.js';

const SHARES = ['auto', 'vm', 'group'] as const;
const MAX_CORES = 65_536;

const host = section({
  cores: described('host.cores', whole(1, MAX_CORES)),
  sockets: documented('host.sockets', whole(1, 64)),
  smt: documented('host.smt', whole(1, 8)),
  smtFactor: documented('host.smtFactor', real(0.05, 1)),
  smtSwitch: documented('host.smtSwitch', flag),
  smtSpin: documented('host.smtSpin', flag),
  memoryBandwidth: documented('host.memoryBandwidth', positivePerSecond),
  memory: about(
    "The host's memory, and how it is swapped where VMs have some; a size alone is only recorded.",
    z.optional(hostMemory),
  ),
}).transform((written) => ({
  cores: written.cores,
  sockets: written.sockets ?? defaultNumber('host.sockets'),
  smt: written.smt ?? defaultNumber('host.smt'),
  smtFactor: written.smtFactor ?? defaultNumber('host.smtFactor'),
  smtSwitch: written.smtSwitch ?? defaultFlag('host.smtSwitch'),
  smtSpin: written.smtSpin ?? defaultFlag('host.smtSpin'),
  ...(written.memoryBandwidth === undefined ? {} : { memoryBandwidthBytesPerSecond: written.memoryBandwidth }),
  ...(written.memory === undefined
    ? {}
    : { memoryBytes: sizeOf(written.memory), memory: resolveHostMemory(written.memory) }),
}));

/** A size alone changes nothing: scenarios without guests' memory resolve as they always did. */
function withoutMemory<T extends { memory?: unknown }>({ memory: _, ...rest }: T): Omit<T, 'memory'> {
  return rest;
}

const costFields = Object.fromEntries(
  COST_NAMES.map((name) => [name, documented(`costs.${name}`, duration)]),
) as Record<CostName, z.ZodOptional<typeof duration>>;

const costs = later(() =>
  z
    .union([z.literal('none'), z.literal(PRESET_NAMES), section(costFields)], {
      error: () =>
        `none, ${PRESET_NAMES.join(', ')}, or a mapping of cost parameters (fluxhost explain costs lists them)`,
    })
    .transform(resolveCosts),
);

/** A word stands for all of them: none, or a preset's name. */
function resolveCosts(given: string | Partial<Record<CostName, number | undefined>>): Record<CostName, number> {
  const own = (name: CostName): number | undefined => {
    if (given === 'none') return 0;
    return typeof given === 'string' ? presetNs(given, name) : given[name];
  };
  const value = (name: CostName): number => own(name) ?? defaultNumber(`costs.${name}`);
  return Object.fromEntries(COST_NAMES.map((name) => [name, value(name)])) as Record<CostName, number>;
}

const limits = later(() =>
  section({
    tasks: documented('limits.tasks', whole(1, 2 ** 28)),
    width: documented('limits.width', whole(1, 2 ** 24)),
  }),
);

const histogram = later(() =>
  section({
    precision: documented('histogram.precision', real(1e-6, 0.5)),
    share: documented('histogram.share', choice(SHARES)),
    memory: documented('histogram.memory', positiveSize),
  }),
);

const evenExpected = (): string => 'an even number from 2 to 1000000: when all are taken, every second one is dropped';

const series = later(() =>
  section({
    interval: documented('series.interval', positiveDuration),
    samples: documented(
      'series.samples',
      z
        .number({ error: evenExpected })
        .int({ error: evenExpected })
        .min(2, { error: evenExpected })
        .max(1_000_000, { error: evenExpected })
        .multipleOf(2, { error: evenExpected }),
    ),
  }).transform(({ interval, samples }) => ({
    intervalNs: interval ?? defaultNumber('series.interval'),
    samples: samples ?? defaultNumber('series.samples'),
  })),
);

const log = later(() =>
  section({
    from: described('log.from', duration),
    until: described('log.until', positiveDuration),
    events: documented('log.events', whole(1, 2 ** 24)),
  }).transform(({ from, until, events }) => ({
    fromNs: from,
    untilNs: until,
    events: events ?? defaultNumber('log.events'),
  })),
);

const vmsExpected = (): string => 'a list of at least one VM';
const vmArray = z.array(vmGroup, { error: vmsExpected });
/** A file that has functions may leave them out; to a program's types they are there, so that who reads them need not ask. */
const vmList = z.optional(vmArray) as unknown as typeof vmArray;

export const scenarioSchema = section({
  version: described('version', z.literal(1, { error: () => '1, the only version there is' })),
  seed: documented('seed', whole(0, Number.MAX_SAFE_INTEGER)),
  duration: described('duration', positiveDuration),
  warmup: documented('warmup', duration),
  host: named('HostInput', 'The machine that the VMs share.', host),
  mechanism: about('Who moves cores between VMs, when, and how: a name, or a name with knobs.', mechanism),
  costs: about(
    'What the steps of scheduling and of moving a core take; none: every one is zero; measured-linux-6: as measured there.',
    z.optional(costs),
  ),
  limits: about('Bounds on what a run may hold.', z.optional(limits)),
  histogram: about('How exactly latencies are kept, and in how much memory.', z.optional(histogram)),
  fingerprint: documented('fingerprint', flag),
  series: about('Samples of every VM over time; absent: none.', z.optional(series)),
  log: about('The events of a window of time, one by one; absent: none.', z.optional(log)),
  datapath: about(
    'Cores that the packets of some VMs pass before they are requests; absent: none.',
    z.optional(datapathSchema),
  ),
  gpu: about(
    'A GPU that answers the prompts of a VM, whose requests are the tokens of the answers; absent: none.',
    z.optional(gpuSchema),
  ),
  lifecycle: about('How the VMs of functions come and go; absent: as by default.', z.optional(lifecycleSchema)),
  functions: about('Functions whose VMs come and go; absent: none.', z.optional(functionsSchema)),
  vms: about('The VMs, their load and their objectives; absent: only functions.', vmList),
})
  .superRefine(({ vms, functions }, context) => {
    if (functions === undefined && ((vms as typeof vms | undefined) ?? []).length === 0)
      context.addIssue({ code: 'custom', path: ['vms'], message: vmsExpected() });
  })
  .transform((given) => ({ ...given, vms: (given.vms as typeof given.vms | undefined) ?? [] }))
  .transform(({ vms, ...written }) => ({
    version: written.version,
    seed: written.seed ?? defaultNumber('seed'),
    durationNs: written.duration,
    warmupNs: written.warmup ?? defaultNumber('warmup'),
    host:
      vms.some((vm) => vm.memory !== undefined) || written.lifecycle?.workingSet !== undefined
        ? written.host
        : withoutMemory(written.host),
    mechanism: written.mechanism,
    costs: written.costs ?? resolveCosts({}),
    limits: {
      tasks: written.limits?.tasks ?? defaultNumber('limits.tasks'),
      width: written.limits?.width ?? defaultNumber('limits.width'),
    },
    histogram: {
      precision: written.histogram?.precision ?? defaultNumber('histogram.precision'),
      share: written.histogram?.share ?? defaultChoice('histogram.share', SHARES),
      memoryBytes: written.histogram?.memory ?? defaultNumber('histogram.memory'),
    },
    fingerprint: written.fingerprint ?? defaultOf('fingerprint') === true,
    series: written.series ?? null,
    log: written.log ?? null,
    ...(written.datapath === undefined ? {} : { datapath: written.datapath }),
    ...(written.gpu === undefined ? {} : { gpu: written.gpu }),
    ...(written.functions === undefined
      ? {}
      : {
          lifecycle: resolveLifecycle(written.lifecycle, written.functions.vertical),
          functions: written.functions,
        }),
    vms,
  })) satisfies z.ZodType<Scenario>;

/** The scenario as a person or a program writes it: units as text, defaults left out. */
export type ScenarioInput = z.input<typeof scenarioSchema>;

/** JSON Schema (2020-12) of the written scenario, for editors. */
export function scenarioJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(scenarioSchema, { io: 'input' });
  return { ...schema, title: 'fluxhost scenario' };
}
