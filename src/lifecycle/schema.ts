// `lifecycle` and `functions` as they are written: types, validation and defaults. What concerns both is in checks.ts.

import * as z from 'zod';
import type { Dist } from '../input/distributions.js';
import { serviceDistribution, sizeDistribution, timeDistribution } from '../input/distribution-schema.js';
import {
  about,
  later,
  choice,
  compact,
  duration,
  fileName,
  flag,
  positiveDuration,
  positiveSize,
  rate,
  real,
  section,
  variants,
  whole,
} from '../input/fields.js';
import { SHARED_MEMORY_PER_REQUEST, VERTICAL_VCPUS } from './parameters.js';
import {
  CONFIGURATION_FORMATS,
  FUNCTION_FORMATS,
  type FunctionsGiven,
  type FunctionTrace,
  type GeneratedFunctions,
  type LifecycleGiven,
} from './source.js';
import { GENERATED } from './generated.js';
import { type KeepAlive, TIERS } from './spec.js';
import { defaultChoice, defaultFlag, defaultNumber, described, documented } from './table.js';

const LC = 'lifecycle';
const KA = `${LC}.keepAlive`;
const FN = 'functions';
const TRACE = `${FN}.trace`;

const POLICIES = ['fixed', 'lru', 'gd', 'hist', 'pool', 'policy'] as const;
const EVICT = ['asNeeded', 'asFaasCache'] as const;
const SNAPSHOTS = ['none', 'onExpiry'] as const;
const ENDS = ['end', 'start'] as const;
const FREQUENCIES = ['function', 'instance'] as const;
const RULES = ['dslab', 'faascache'] as const;
const SPREADS = ['uniform', 'poisson', 'even'] as const;
const MAX_INSTANCES = 65_536;

// --- lifecycle ------------------------------------------------------------------------------------------------------

/** What each is, for editors and docs/scenario.md. */
export const POLICY_MEANINGS: Readonly<Record<(typeof POLICIES)[number], string>> = {
  fixed: 'A dormant VM goes after so much time.',
  lru: 'None goes but for memory, the one started longest ago first.',
  gd: 'Greedy-dual, as FaasCache has it: by uses, start-up time and memory.',
  hist: 'By a histogram of idle times, as Serverless in the Wild has it: loaded ahead, unloaded in time.',
  pool: 'So many of each function at all times.',
  policy: 'One of your own.',
};
const is = <const N extends (typeof POLICIES)[number]>(name: N) => about(POLICY_MEANINGS[name], z.literal(name));

const keepAlive = later(() =>
  z.discriminatedUnion(
    'policy',
    [
      section({
        policy: is('fixed'),
        time: documented(`${KA}.time`, duration),
        from: documented(`${KA}.from`, choice(ENDS)),
      }).transform(({ policy, time, from }) => ({ ...fixed(time, from), policy })),
      section({ policy: is('lru') }),
      section({ policy: is('gd'), frequency: documented(`${KA}.frequency`, choice(FREQUENCIES)) }).transform(
        ({ policy, frequency }) => ({ policy, frequency: frequency ?? defaultChoice(`${KA}.frequency`, FREQUENCIES) }),
      ),
      section({ policy: is('hist'), rules: documented(`${KA}.rules`, choice(RULES)) }).transform(
        ({ policy, rules }) => ({
          policy,
          rules: rules ?? defaultChoice(`${KA}.rules`, RULES),
        }),
      ),
      section({ policy: is('pool'), instances: documented(`${KA}.instances`, whole(0, MAX_INSTANCES)) }).transform(
        ({ policy, instances }) => ({ policy, instances: instances ?? defaultNumber(`${KA}.instances`) }),
      ),
      section({ policy: is('policy') }),
    ],
    variants('policy', POLICIES),
  ),
) satisfies z.ZodType<KeepAlive>;

function fixed(time?: number, from?: (typeof ENDS)[number]): Extract<KeepAlive, { policy: 'fixed' }> {
  return {
    policy: 'fixed',
    timeNs: time ?? defaultNumber(`${KA}.time`),
    from: from ?? defaultChoice(`${KA}.from`, ENDS),
  };
}

const overflowExpected = (): string => 'drop, queue, or a mapping { timeout }';
const overflow = later(() =>
  z
    .union(
      [
        z.literal('drop'),
        z.literal('queue'),
        section({ timeout: described(`${LC}.overflow.timeout`, positiveDuration) }),
      ],
      { error: overflowExpected },
    )
    .transform((given) =>
      typeof given === 'string'
        ? { kind: given, timeoutNs: 0 }
        : { kind: 'timeout' as const, timeoutNs: given.timeout },
    ),
);

const orderExpected = (): string => `a list of tiers, each once, full among them, of: ${TIERS.join(', ')}`;
const order = later(() =>
  z
    .array(choice(TIERS), { error: orderExpected })
    .refine((tiers) => tiers.includes('full') && new Set(tiers).size === tiers.length, { error: orderExpected }),
);

const boot = later(() =>
  section({
    slots: described(`${LC}.boot.slots`, z.optional(whole(1, MAX_INSTANCES))),
    rate: described(`${LC}.boot.rate`, z.optional(rate)),
    cpu: described(`${LC}.boot.cpu`, z.optional(real(0, 1))),
  }).transform(({ slots, rate: perSecond, cpu }) =>
    compact({ slots: slots ?? 0, ratePerSecondPerCore: perSecond ?? 0, cpu }),
  ),
);

const tierField = (name: string) => documented(`${LC}.tier.${name}`, duration);
const tiers = later(() =>
  section({
    active: tierField('active'),
    dormant: tierField('dormant'),
    restore: tierField('restore'),
    vmBoot: tierField('vmBoot'),
  }),
);

const written = later(() =>
  section({
    memory: described(`${LC}.memory`, z.optional(positiveSize)),
    keepAlive: about('When a dormant VM goes, and which one goes first; absent: fixed.', z.optional(keepAlive)),
    overflow: documented(`${LC}.overflow`, overflow),
    order: documented(`${LC}.order`, order),
    boot: about('Bounds on starts; absent: none.', z.optional(boot)),
    evict: documented(`${LC}.evict`, choice(EVICT)),
    snapshots: documented(`${LC}.snapshots`, choice(SNAPSHOTS)),
    tier: about('What it takes to start from where a request is found.', z.optional(tiers)),
    workingSet: described(`${LC}.workingSet`, z.optional(positiveSize)),
    attest: documented(`${LC}.attest`, duration),
    runtimeInit: documented(`${LC}.runtimeInit`, duration),
    proactive: documented(`${LC}.proactive`, flag),
  }),
);
type WrittenLifecycle = z.output<typeof written>;

/** `lifecycle` as it is written; `resolveLifecycle` fills what is left out. */
export const lifecycleSchema = written;

/** Every default filled; absent: all of them are. */
export function resolveLifecycle(given: WrittenLifecycle | undefined, vertical: boolean): LifecycleGiven {
  const time = (value: number | undefined, path: string): number => value ?? defaultNumber(`${LC}.${path}`);
  const { tier } = given ?? {};
  return {
    memoryBytes: given?.memory ?? null,
    keepAlive: given?.keepAlive ?? fixed(),
    overflow: given?.overflow ?? { kind: 'drop', timeoutNs: 0 },
    order: given?.order ?? [...TIERS],
    boot: given?.boot ?? { slots: 0, ratePerSecondPerCore: 0 },
    evict: given?.evict ?? defaultChoice(`${LC}.evict`, EVICT),
    snapshots: given?.snapshots ?? defaultChoice(`${LC}.snapshots`, SNAPSHOTS),
    tier: {
      activeNs: time(tier?.active, 'tier.active'),
      dormantNs: time(tier?.dormant, 'tier.dormant'),
      restoreNs: time(tier?.restore, 'tier.restore'),
      vmBootNs: time(tier?.vmBoot, 'tier.vmBoot'),
    },
    ...compact({ workingSetBytes: given?.workingSet }),
    attestNs: time(given?.attest, 'attest'),
    runtimeInitNs: time(given?.runtimeInit, 'runtimeInit'),
    proactive: given?.proactive ?? defaultFlag(`${LC}.proactive`),
    vertical,
  };
}

// --- functions ------------------------------------------------------------------------------------------------------

const factor = real(0, 1e9, true);
const namesExpected = (): string => 'how many functions to choose (a whole number from 1), or a list of their names';

// Of the options that not every format takes.
const ONLY_2019 = ['durations', 'memory', 'startMinute', 'minutes', 'spread'] as const;

const trace = later(() =>
  section({
    file: described(`${TRACE}.file`, fileName),
    format: described(`${TRACE}.format`, choice(FUNCTION_FORMATS)),
    table: described(`${TRACE}.table`, z.optional(fileName)),
    durations: described(`${TRACE}.durations`, z.optional(fileName)),
    memory: described(`${TRACE}.memory`, z.optional(fileName)),
    functions: described(
      `${TRACE}.functions`,
      z.optional(z.union([whole(1, 2 ** 31), z.array(z.string()).min(1)], { error: namesExpected })),
    ),
    seed: described(`${TRACE}.seed`, z.optional(whole(0, Number.MAX_SAFE_INTEGER))),
    start: described(
      `${TRACE}.start`,
      z.optional(z.union([z.literal('first'), duration], { error: () => 'a duration with a unit, or first' })),
    ),
    resample: described(`${TRACE}.resample`, z.optional(positiveDuration)),
    limit: described(`${TRACE}.limit`, z.optional(whole(1, Number.MAX_SAFE_INTEGER))),
    startMinute: described(`${TRACE}.startMinute`, z.optional(whole(1, 1_440))),
    minutes: described(`${TRACE}.minutes`, z.optional(whole(1, 1_440))),
    spread: described(`${TRACE}.spread`, z.optional(choice(SPREADS))),
    timeScale: documented(`${TRACE}.timeScale`, factor),
    serviceScale: documented(`${TRACE}.serviceScale`, factor),
  })
    .superRefine((value, context) => {
      const tell = (field: string, message: string): void =>
        context.addIssue({ code: 'custom', path: [field], message });
      if (value.format === 'azure-2021') {
        for (const option of ONLY_2019)
          if (value[option] !== undefined) tell(option, 'no such option: it is one of format azure-2019');
        if (value.table === undefined)
          tell('table', 'the file of functions, func,memoryMiB,initMs (the trace of 2021 tells no memory)');
      } else {
        if (value.durations === undefined) tell('durations', 'the durations file that goes with the invocations');
        if (value.start !== undefined) tell('start', 'no such option: with azure-2019 startMinute says it');
        if (value.table === undefined && value.memory === undefined)
          tell('memory', 'the memory file that goes with the invocations, or table: a file func,memoryMiB,initMs');
        if (value.table !== undefined && value.memory !== undefined)
          tell('memory', 'nothing: functions.trace.table tells the memory already');
      }
    })
    .transform(({ start, resample, timeScale, serviceScale, ...rest }): FunctionTrace =>
      compact({
        ...rest,
        startNs: start,
        resampleNs: resample,
        timeScale: timeScale ?? defaultNumber(`${TRACE}.timeScale`),
        serviceScale: serviceScale ?? defaultNumber(`${TRACE}.serviceScale`),
      }),
    ),
);

const constant = (value: number): Dist => ({ dist: 'constant', value });
const timeExpected = (): string => 'a duration with a unit such as 100ms, or a distribution of times';
const sizeExpected = (): string => 'a size with a unit such as 128MiB, or a distribution of sizes';
const initLaw = later(() => z.union([duration.transform(constant), timeDistribution], { error: timeExpected }));
const serviceLaw = later(() => z.union([duration.transform(constant), serviceDistribution], { error: timeExpected }));
const sizeLaw = later(() => z.union([positiveSize.transform(constant), sizeDistribution], { error: sizeExpected }));

const configurations = later(() =>
  section({
    file: described(`${FN}.configurations.file`, fileName),
    format: described(`${FN}.configurations.format`, choice(CONFIGURATION_FORMATS)),
    day: documented(`${FN}.configurations.day`, whole(0, 1_000_000)),
  }).transform(({ day, ...rest }) => ({ ...rest, day: day ?? defaultNumber(`${FN}.configurations.day`) })),
);

const generatedFields = () => ({
  count: described(`${FN}.count`, z.optional(whole(1, 10_000_000))),
  rate: described(`${FN}.rate`, z.optional(rate)),
  zipf: documented(`${FN}.zipf`, real(0, 10)),
  memory: described(`${FN}.memory`, z.optional(sizeLaw)),
  init: described(`${FN}.init`, z.optional(initLaw)),
  width: described(`${FN}.width`, z.optional(whole(1, MAX_INSTANCES))),
  ahead: described(`${FN}.ahead`, z.optional(duration)),
  service: described(`${FN}.service`, z.optional(serviceLaw)),
  configurations: about('Generated: sizes of the functions, from a file; absent: none.', z.optional(configurations)),
});

const functionFields = () => ({
  trace: about('Functions and their invocations, from files; absent: they are generated.', z.optional(trace)),
  ...generatedFields(),
  generated: about(
    'The fields from count to configurations may stand in here.',
    z.optional(section(generatedFields())),
  ),
  confidential: documented(`${FN}.confidential`, real(0, 1)),
  vertical: documented(`${FN}.vertical`, flag),
  vcpus: described(`${FN}.vcpus`, z.optional(whole(1, 65_536))),
  concurrency: described(`${FN}.concurrency`, z.optional(whole(1, 65_536))),
  memoryPerRequest: described(`${FN}.memoryPerRequest`, z.optional(real(0, 1))),
});
const fields = later(() => section(functionFields()));
type WrittenFunctions = z.output<typeof fields>;

/** What is told of generated functions, wherever it stands. */
const merged = ({ generated: apart, ...beside }: WrittenFunctions): Omit<WrittenFunctions, 'generated'> =>
  apart === undefined ? beside : { ...beside, ...compact({ ...apart }) };

function checkSource(given: WrittenFunctions, context: z.RefinementCtx): void {
  const { generated: apart } = given;
  const tell = (path: string[], message: string): void => context.addIssue({ code: 'custom', path, message });
  if (given.trace !== undefined) {
    const why = 'nothing: functions.trace says where functions come from';
    if (apart !== undefined) tell(['generated'], why);
    for (const field of GENERATED) if (given[field] !== undefined) tell([field], why);
    return;
  }
  for (const field of GENERATED)
    if (given[field] !== undefined && apart?.[field] !== undefined)
      tell(['generated', field], `nothing: functions.${field} says it`);
  const value = merged(given);
  const lacks = (field: string, message: string): void =>
    tell(apart === undefined ? [field] : ['generated', field], message);
  const configured = value.configurations !== undefined;
  if (value.rate === undefined) lacks('rate', 'invocations per second of all functions together (or trace: a file)');
  if (value.service === undefined) lacks('service', timeExpected());
  if (value.count === undefined && !configured) lacks('count', 'how many functions, a whole number from 1');
  if (value.memory === undefined && !configured) lacks('memory', sizeExpected());
  if (value.memory !== undefined && configured)
    lacks('memory', 'nothing: functions.configurations tells the memory already');
}

function checkShape({ vertical, vcpus, concurrency }: WrittenFunctions, context: z.RefinementCtx): void {
  if (vertical !== true || vcpus === undefined || concurrency === undefined || vcpus === concurrency) return;
  const message = `functions.vcpus (${vcpus}): with vertical a VM takes as many requests as it has vCPUs`;
  context.addIssue({ code: 'custom', path: ['concurrency'], message });
}

function generated(given: Omit<WrittenFunctions, 'generated'>): GeneratedFunctions {
  return compact({
    count: given.count,
    rate: given.rate!,
    zipf: given.zipf ?? defaultNumber(`${FN}.zipf`),
    memory: given.memory,
    init: given.init,
    width: given.width,
    aheadNs: given.ahead,
    service: given.service!,
    configurations: given.configurations,
  });
}

function checkFunctions(value: WrittenFunctions, context: z.RefinementCtx): void {
  checkSource(value, context);
  checkShape(value, context);
}

function resolveFunctions(given: WrittenFunctions): FunctionsGiven {
  const vertical = given.vertical ?? defaultFlag(`${FN}.vertical`);
  const vcpus = given.vcpus ?? given.concurrency ?? (vertical ? VERTICAL_VCPUS : 1);
  const concurrency = given.concurrency ?? (vertical ? vcpus : 1);
  return compact({
    trace: given.trace,
    generated: given.trace === undefined ? generated(merged(given)) : undefined,
    confidential: given.confidential ?? defaultNumber(`${FN}.confidential`),
    vertical,
    vcpus,
    concurrency,
    memoryPerRequest: given.memoryPerRequest ?? (concurrency > 1 ? SHARED_MEMORY_PER_REQUEST : 0),
  });
}

export const functionsSchema = later(() => fields.superRefine(checkFunctions).transform(resolveFunctions));

/** For who has fields beside those of a scenario. */
export const functionsOf = { fields: functionFields, check: checkFunctions, resolve: resolveFunctions };
