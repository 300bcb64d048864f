// The file that `fluxhost fleet` reads: types, checks and defaults. What runs inside a host (mechanism, costs, behaviour of VMs) is the
// scenario's own; it is checked here and kept as it was written, since scenarios are made of it (host-scenario.ts).

import * as z from 'zod';
import { timeDistribution } from '../input/distribution-schema.js';
import type { Dist } from '../input/distributions.js';
import {
  WRITTEN,
  about,
  later,
  choice,
  duration,
  fileName,
  flag,
  positiveSize,
  quantity,
  rate,
  real,
  section,
  whole,
  nameOf,
} from '../input/fields.js';
import { QuantityError, parseDuration } from '../input/quantities.js';
import { lifecycleSchema } from '../lifecycle/schema.js';
import { mechanism } from '../mechanisms/schema.js';
import { vmBehaviour } from '../scenario/schema/vm.js';
import { scaleOf, type Overcommit } from './demand.js';
import { functions, functionsFor, refuseFunctions } from './functions-schema.js';
import { MOST_DRAINS, defaultChoice, defaultNumber, described, documented } from './parameters.js';
import { MOST_HOSTS, PLACEMENT_KINDS, type PlacementKind } from './placement.js';
import { ARRIVALS, FIDELITIES, type Fleet, FORMATS, TIME_UNITS } from './types.js';
import { CLASSES, CORE, KIB } from './vms.js';

const DAYS = /^(\d{1,6})(?:\.(\d{1,6}))? ?d$/;
const LONG_PATTERN = /^(\d{1,20})(?:\.(\d{1,20}))? ?(ns|us|µs|μs|ms|s|m|h|d)$/;
const LONG_EXPECTED = 'a duration in digits with a unit (ns, us, ms, s, m, h or d), such as 4h';
const DAY_NS = 86_400_000_000_000;

/** Also in days: what goes on for months is not told in hours. */
function parseLong(text: string): number {
  return DAYS.test(text) ? Math.round(Number(text.replace('d', '')) * DAY_NS) : parseDuration(text);
}

function limited(text: string): number {
  const ns = parseLong(text);
  if (ns <= Number.MAX_SAFE_INTEGER) return ns;
  throw new QuantityError(text, 'a duration of less than 2^53 ns (about 104 days)');
}

const long = quantity({ pattern: LONG_PATTERN, expected: LONG_EXPECTED, parse: limited });
const ABOVE = { value: 1, expected: 'a duration above 0 in digits with a unit (ns, us, ms, s, m, h or d), such as 4h' };
const positiveLong = quantity({ pattern: LONG_PATTERN, expected: LONG_EXPECTED, parse: limited, least: ABOVE });
/** Hosts fail once in years. */
const mean = quantity({ pattern: LONG_PATTERN, expected: LONG_EXPECTED, parse: parseLong, least: ABOVE });

const MOST_CORES = 65_536;
const cores = real(0, MOST_CORES, true);
const listOf = <T extends z.ZodType>(what: string, item: T, most: number) => {
  const error = (): string => `a list of 1 to ${most} entries, each ${what}`;
  return z.array(item, { error }).min(1, { error }).max(most, { error });
};

const hosts = later(() =>
  listOf(
    '{ type, count, cores, memory }',
    section({
      type: documented('hosts.*.type', nameOf('a name')),
      count: described('hosts.*.count', whole(1, MOST_HOSTS)),
      cores: described('hosts.*.cores', whole(1, MOST_CORES)),
      memory: described('hosts.*.memory', positiveSize),
    }).transform((host) => ({
      type: host.type ?? 'host',
      count: host.count,
      cores: host.cores,
      memoryBytes: host.memory,
    })),
    64,
  ),
);

const ratioExpected = (): string =>
  'a number from 0.001 to 1000 with at most three digits after the point, or one for each class';
const ratio = z
  .number({ error: ratioExpected })
  .min(0.001, { error: ratioExpected })
  .max(1000, { error: ratioExpected })
  .refine((value) => Math.abs(value * 1000 - Math.round(value * 1000)) < 1e-6, { error: ratioExpected });
const byClass = later(() =>
  section({
    'latency-critical': about('Of latency-critical VMs. Default: 1.', z.optional(ratio)),
    'best-effort': about('Of best-effort VMs. Default: 1.', z.optional(ratio)),
  }),
);
const overcommit = later(() =>
  z
    .union([ratio, byClass], { error: ratioExpected })
    .transform((value): Overcommit =>
      typeof value === 'number'
        ? { 'latency-critical': value, 'best-effort': value }
        : { 'latency-critical': value['latency-critical'] ?? 1, 'best-effort': value['best-effort'] ?? 1 },
    ),
);
const EVEN: Overcommit = { 'latency-critical': 1, 'best-effort': 1 };

const sizes = later(() =>
  listOf(
    '{ weight, cores, memory }',
    section({
      weight: described('sizes.*.weight', real(0, Number.MAX_VALUE, true)),
      cores: described('sizes.*.cores', cores),
      memory: described('sizes.*.memory', positiveSize),
      class: described('sizes.*.class', z.optional(choice(CLASSES))),
    }).transform((size) => ({
      weight: size.weight,
      cores: size.cores,
      memoryBytes: size.memory,
      class: size.class ?? 'latency-critical',
    })),
    1000,
  ),
);

const column = nameOf('the name of a column');

const trace = later(() =>
  section({
    file: described('vms.trace.file', fileName),
    format: documented('vms.trace.format', choice(FORMATS)),
    timeUnit: documented('vms.trace.timeUnit', choice(TIME_UNITS)),
    columns: about(
      'csv: other names of its columns.',
      z.optional(
        section({
          arrival: described('vms.trace.columns.arrival', z.optional(column)),
          lifetime: described('vms.trace.columns.lifetime', z.optional(column)),
          cores: described('vms.trace.columns.cores', z.optional(column)),
          memory: described('vms.trace.columns.memory', z.optional(column)),
          class: described('vms.trace.columns.class', z.optional(column)),
        }),
      ),
    ),
    types: described('vms.trace.types', z.optional(fileName)),
    machine: documented('vms.trace.machine', whole(0, 1e9)),
    sizes: about(
      'surf-lisa: what sizes are drawn from, as the file tells none; elsewhere in place of its own.',
      z.optional(sizes),
    ),
  }).transform((written) => ({
    file: written.file,
    format: written.format ?? defaultChoice('vms.trace.format', FORMATS),
    timeUnit: written.timeUnit ?? defaultChoice('vms.trace.timeUnit', TIME_UNITS),
    columns: written.columns ?? {},
    machine: written.machine ?? defaultNumber('vms.trace.machine'),
    ...(written.types === undefined ? {} : { types: written.types }),
    ...(written.sizes === undefined ? {} : { sizes: written.sizes }),
  })),
);

const generated = later(() =>
  section({
    arrivals: about(
      'When VMs come.',
      section({
        process: documented('vms.generated.arrivals.process', choice(ARRIVALS)),
        rate: described('vms.generated.arrivals.rate', rate),
      }),
    ),
    lifetime: about('How long they stay.', timeDistribution),
    sizes: about('What they take, one drawn by weight.', sizes),
    warmup: documented('vms.generated.warmup', long),
  }).transform((written) => ({
    process: written.arrivals.process ?? defaultChoice('vms.generated.arrivals.process', ARRIVALS),
    rate: written.arrivals.rate,
    lifetime: written.lifetime as Dist,
    sizes: written.sizes,
    warmupNs: written.warmup ?? defaultNumber('vms.generated.warmup'),
  })),
);

const fidelityExpected = (): string => 'packing, full, sampled, or { kind: sampled, share: 0.01 }';
const share = documented('fidelity.share', real(0, 1, true));
const fidelity = later(() =>
  z
    .union([choice(FIDELITIES), section({ kind: about('packing, sampled or full.', choice(FIDELITIES)), share })], {
      error: fidelityExpected,
    })
    .transform((value) => {
      const { kind, share: given } = typeof value === 'string' ? { kind: value, share: undefined } : value;
      return { kind, share: kind === 'sampled' ? (given ?? defaultNumber('fidelity.share')) : 1 };
    }),
);

const fields = () =>
  section({
    version: described('version', z.literal(1, { error: () => '1, the only version there is' })),
    seed: documented('seed', whole(0, Number.MAX_SAFE_INTEGER)),
    duration: described('duration', z.optional(positiveLong)),
    hosts: about('The machines, by type.', hosts),
    placement: documented('placement', choice(PLACEMENT_KINDS)),
    fidelity: about(
      'What is simulated: packing, sampled { share } or full. Default: packing; full without VMs.',
      z.optional(fidelity),
    ),
    mechanism: about('Simulated hosts: who moves cores between VMs. Default: hyperflux.', z.optional(mechanism)),
    costs: about('Simulated hosts: the costs of a scenario, or none.', z.optional(z.unknown())),
    simulate: about(
      'Simulated hosts: when, and how long.',
      z.optional(
        section({
          windows: documented('simulate.windows', whole(1, 10_000)),
          length: documented('simulate.length', positiveLong),
          warmup: documented('simulate.warmup', duration),
        }),
      ),
    ),
    vms: about(
      'The VMs: a trace of them, or what they are drawn from; absent: only functions.',
      z.optional(
        section({
          trace: about('VMs of a file.', z.optional(trace)),
          generated: about('VMs that are drawn.', z.optional(generated)),
          behaviour: about('Simulated hosts: what every VM does.', z.optional(vmBehaviour)),
          staggered: documented('vms.staggered', flag),
        }),
      ),
    ),
    functions: about('Functions whose requests are dealt out over the hosts; absent: none.', z.optional(functions)),
    lifecycle: about(
      'How the VMs of functions come and go on each host; absent: as by default.',
      z.optional(lifecycleSchema),
    ),
    overcommit: about(
      'More sold than there is.',
      z.optional(
        section({
          cores: about('Cores sold over cores there are. Default: 1.', z.optional(overcommit)),
          memory: about('Memory sold over memory there is. Default: 1.', z.optional(overcommit)),
        }),
      ),
    ),
    failures: about(
      'Hosts that fail; absent: none.',
      z.optional(
        section({
          mtbf: described('failures.mtbf', mean),
          repair: described('failures.repair', positiveLong),
        }).transform(({ mtbf, repair }) => ({ mtbfNs: mtbf, repairNs: repair })),
      ),
    ),
    drains: about(
      'Hosts that are emptied for maintenance; absent: none.',
      z.optional(
        listOf(
          '{ at, hosts, within }',
          section({
            at: described('drains.*.at', long),
            hosts: described('drains.*.hosts', real(0, 1, true)),
            within: described('drains.*.within', long),
            out: described('drains.*.out', z.optional(positiveLong)),
          }).transform(({ at, hosts: part, within, out }) => ({
            atNs: at,
            hosts: part,
            withinNs: within,
            ...(out === undefined ? {} : { outNs: out }),
          })),
          MOST_DRAINS,
        ),
      ),
    ),
  });

type Fields = z.output<ReturnType<typeof fields>>;

function refuseTogether(written: Fields, context: z.RefinementCtx): void {
  const refuse = (path: (string | number)[], message: string): void =>
    context.addIssue({ code: 'custom', path, message });
  const { vms = {}, hosts: groups, duration: time } = written;
  refuseFunctions(written, refuse);
  if (written.vms === undefined && written.functions === undefined)
    refuse(['vms'], 'VMs of a trace or generated, or functions, or both');
  if (written.vms !== undefined && (vms.trace === undefined) === (vms.generated === undefined))
    refuse(['vms'], 'either trace, a file of VMs, or generated, what they are drawn from');
  if (vms.generated !== undefined && time === undefined) refuse(['duration'], 'how long VMs come and go, such as 24h');
  const { trace: file } = vms;
  if (file?.format === 'azure-packing-2020' && file.types === undefined)
    refuse(['vms', 'trace', 'types'], 'the file of the table vmType, which tells what a VM of each type takes');
  if (file?.format === 'surf-lisa' && file.sizes === undefined)
    refuse(['vms', 'trace', 'sizes'], 'sizes to draw from: the file tells none of its own');
  const simulates = written.fidelity !== undefined && written.fidelity.kind !== 'packing';
  if (simulates && written.vms !== undefined && vms.behaviour === undefined)
    refuse(['vms', 'behaviour'], 'what every VM does, where hosts are simulated');
  if (!Array.isArray(groups)) return;
  if (groups.reduce((sum, { count }) => sum + count, 0) > MOST_HOSTS)
    refuse(['hosts'], `at most ${MOST_HOSTS} hosts together`);
  for (const [name, dimension, unit] of [
    ['cores', written.overcommit?.cores, (host: Fields['hosts'][number]) => host.cores * CORE],
    ['memory', written.overcommit?.memory, (host: Fields['hosts'][number]) => host.memoryBytes / KIB],
  ] as const) {
    // what is refused itself comes here as it was written
    if (dimension !== undefined && !CLASSES.every((name) => typeof dimension[name] === 'number')) continue;
    const { capacity } = scaleOf(dimension ?? EVEN);
    if (groups.some((host) => unit(host) * capacity > Number.MAX_SAFE_INTEGER))
      refuse(['overcommit', name], 'numbers of fewer digits: with these, amounts of a host are not exact any more');
  }
}

const schema = () =>
  fields()
    .superRefine(refuseTogether)
    .transform((written): Fleet => ({
      version: written.version,
      seed: written.seed ?? defaultNumber('seed'),
      ...(written.duration === undefined ? {} : { durationNs: written.duration }),
      hosts: written.hosts,
      placement: written.placement ?? defaultChoice<PlacementKind>('placement', PLACEMENT_KINDS),
      // without VMs there is nothing to place
      fidelity: written.fidelity ?? { kind: written.vms === undefined ? 'full' : 'packing', share: 1 },
      simulate: {
        windows: written.simulate?.windows ?? defaultNumber('simulate.windows'),
        lengthNs: written.simulate?.length ?? defaultNumber('simulate.length'),
        warmupNs: written.simulate?.warmup ?? defaultNumber('simulate.warmup'),
      },
      vms: {
        ...(written.vms?.trace === undefined ? {} : { trace: written.vms.trace }),
        ...(written.vms?.generated === undefined ? {} : { generated: written.vms.generated }),
        ...(written.vms?.staggered === true ? { staggered: true as const } : {}),
      },
      ...(written.functions === undefined ? {} : { functions: functionsFor(written.functions, written.lifecycle) }),
      overcommit: { cores: written.overcommit?.cores ?? EVEN, memory: written.overcommit?.memory ?? EVEN },
      ...(written.failures === undefined ? {} : { failures: written.failures }),
      drains: written.drains ?? [],
    }));

let made: ReturnType<typeof schema> | undefined;

/** Made when it is first asked for: who simulates a host needs none of it. */
export function fleetSchema(): ReturnType<typeof schema> {
  return (made ??= schema());
}

export type FleetInput = z.input<ReturnType<typeof schema>>;

/** JSON Schema (2020-12) of the written fleet, for editors. */
export function fleetJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(fleetSchema(), WRITTEN), title: 'fluxhost fleet' };
}
