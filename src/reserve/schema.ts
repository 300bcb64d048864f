// The file that `fluxhost reserve` reads: types, checks and defaults of a server whose memory is sold to VMs.
// Its own format, as fleets have theirs: a month of VM arrivals and a request of microseconds share no fields but the units.

import * as z from 'zod';
import { formatDefault } from '../input/parameter.js';
import { formatSize } from '../input/quantities.js';
import {
  WRITTEN,
  about,
  real,
  positiveSize,
  section,
  positiveDuration,
  choice,
  whole,
  flag,
  duration,
  fileName,
  nameOf,
} from '../input/fields.js';
import { reserveParameter, RESERVE_FIELDS } from './parameters.js';

export const MANAGER_KINDS = ['vmem', 'hugetlb', 'hvo', 'thp'] as const;
export type ManagerKind = (typeof MANAGER_KINDS)[number];

/** The default is in base units, as the field's output is. */
function withDefault<T extends z.ZodType>(path: string, field: T): z.ZodDefault<T> {
  const parameter = reserveParameter(path);
  const description = `${parameter.meaning} Default: ${formatDefault(parameter)}.`;
  return field.default(parameter.default as never).meta({ description });
}

/** A field without a default. */
function given<T extends z.ZodType>(path: string, field: T): T {
  const known = RESERVE_FIELDS.find((candidate) => candidate.path === `reserve.${path}`);
  if (known === undefined) throw new Error(`no field has the path "reserve.${path}"`);
  return field.meta({ description: known.meaning });
}

const optionalSection = <T extends z.ZodType>(fields: T): z.ZodPrefault<T> => fields.prefault({} as never);

const share = real(0, 1);
const size = positiveSize;
const MOST_BYTES = 16 * 2 ** 40;
const serverSize = size.refine((bytes) => bytes <= MOST_BYTES, { error: () => 'a size of at most 16TiB' });

const weight = real(0, Number.MAX_VALUE, true);
const listOf = <T extends z.ZodType>(what: string, item: T) => {
  const error = (): string => `a list of at least one ${what}`;
  return z.array(item, { error }).min(1, { error });
};

const vms = () =>
  section({
    meanGap: given('vms.meanGap', positiveDuration),
    sizes: about(
      'Sizes of which one is drawn, by weight.',
      listOf(
        'size { weight, memory }',
        section({ weight: given('vms.sizes.*.weight', weight), memory: given('vms.sizes.*.memory', size) }),
      ),
    ),
    lifetimes: about(
      'Exponential lifetimes of which one is drawn, by weight.',
      listOf(
        'lifetime { weight, mean }',
        section({
          weight: given('vms.lifetimes.*.weight', weight),
          mean: given('vms.lifetimes.*.mean', positiveDuration),
        }),
      ),
    ),
    resizeShare: withDefault('vms.resizeShare', share),
  });

/** More VMs than this take longer than anybody waits. */
export const MOST_ARRIVALS = 5e6;

const columnName = nameOf('the name of a column');

const arrivals = () =>
  section({
    file: given('arrivals.file', fileName),
    timeUnit: withDefault('arrivals.timeUnit', choice(['ns', 'us', 'ms', 's', 'm', 'h'])),
    memoryUnit: withDefault('arrivals.memoryUnit', choice(['B', 'KiB', 'MiB', 'GiB', 'GB'])),
    columns: about(
      'The columns by name.',
      optionalSection(
        section({
          arrival: given('arrivals.columns.arrival', z.optional(columnName)),
          memory: given('arrivals.columns.memory', z.optional(columnName)),
          lifetime: given('arrivals.columns.lifetime', z.optional(columnName)),
        }),
      ),
    ),
  });

const server = () =>
  section({
    memory: given('server.memory', serverSize),
    nodes: withDefault('server.nodes', whole(1, 16)),
    kernel: withDefault('server.kernel', size),
    placement: withDefault('server.placement', choice(['pack', 'balance'])),
    span: withDefault('server.span', flag),
    vms: withDefault('server.vms', whole(1, 1_000_000)),
  });

const costs = () =>
  section({
    zeroPerGB: withDefault('costs.zeroPerGB', duration),
    zeroFloorPerGB: withDefault('costs.zeroFloorPerGB', duration),
    pinPerGB: withDefault('costs.pinPerGB', duration),
    mapPerExtent: withDefault('costs.mapPerExtent', duration),
    faultPerGB: withDefault('costs.faultPerGB', duration),
    operation: withDefault('costs.operation', duration),
    extent: withDefault('costs.extent', duration),
  });

const upgrade = () =>
  section({
    every: given('upgrade.every', positiveDuration),
    mode: withDefault('upgrade.mode', choice(['hot', 'reload'])),
    prepare: withDefault('upgrade.prepare', duration),
    transferPerGB: withDefault('upgrade.transferPerGB', duration),
    switch: withDefault('upgrade.switch', duration),
    failureShare: withDefault('upgrade.failureShare', share),
  });

const fields = () =>
  section({
    version: given('version', z.literal(1, { error: () => '1, the only version there is' })),
    seed: withDefault('seed', whole(0, Number.MAX_SAFE_INTEGER)),
    manager: withDefault('manager', choice(MANAGER_KINDS)),
    duration: given('duration', z.optional(positiveDuration)),
    server: about('The machine whose memory is reserved.', server()),
    vms: about('VMs that are drawn; absent: none, or those of arrivals.', z.optional(vms())),
    arrivals: about('VMs from a file, instead of vms.', z.optional(arrivals())),
    poison: about(
      'Pages that go bad; absent: none.',
      z.optional(section({ meanGap: given('poison.meanGap', positiveDuration) })),
    ),
    upgrade: about('Upgrades of the manager; absent: none.', z.optional(upgrade())),
    costs: about('What the steps of the manager take.', optionalSection(costs())),
    zeroing: about(
      'Who zeroes memory, and when.',
      optionalSection(
        section({
          threads: withDefault('zeroing.threads', whole(1, 1024)),
          when: withDefault('zeroing.when', choice(['create', 'destroy'])),
        }),
      ),
    ),
    hugetlb: about(
      'Manager hugetlb: huge pages of Linux.',
      optionalSection(
        section({
          zeroThreads: withDefault('hugetlb.zeroThreads', whole(1, 1024)),
          largeShare: withDefault('hugetlb.largeShare', share),
          fallback: withDefault('hugetlb.fallback', flag),
        }),
      ),
    ),
    thp: about(
      'Manager thp: transparent huge pages.',
      optionalSection(
        section({
          hugeShare: withDefault('thp.hugeShare', share),
          headroomShare: withDefault('thp.headroomShare', share),
        }),
      ),
    ),
    boot: about(
      'What starting a VM takes.',
      optionalSection(
        section({
          fixed: withDefault('boot.fixed', duration),
          sizes: given(
            'boot.sizes',
            z.optional(z.array(size, { error: () => 'a list of sizes such as [16GiB, 373GB]' })),
          ),
        }),
      ),
    ),
    network: about(
      'Buffers of a network card that translates addresses.',
      optionalSection(
        section({
          buffers: withDefault('network.buffers', size),
          entries: withDefault('network.entries', whole(1, 2 ** 24)),
          miss: withDefault('network.miss', duration),
          walkers: withDefault('network.walkers', whole(1, 1024)),
          packet: withDefault('network.packet', positiveDuration),
          translations: withDefault('network.translations', real(0, 1000)),
        }),
      ),
    ),
  });

function refuseTogether(written: z.output<ReturnType<typeof fields>>, context: z.RefinementCtx): void {
  const refuse = (path: (string | number)[], message: string): void =>
    context.addIssue({ code: 'custom', path, message });
  if (written.vms !== undefined && written.arrivals !== undefined)
    refuse(['arrivals'], 'either vms, which are drawn, or arrivals from a file');
  if ((written.vms ?? written.arrivals) !== undefined && written.duration === undefined)
    refuse(['duration'], 'how long VMs come and go, such as 2160h');
  if (
    written.vms !== undefined &&
    written.duration !== undefined &&
    written.duration / written.vms.meanGap > MOST_ARRIVALS
  )
    refuse(['vms', 'meanGap'], 'at most 5 million arrivals in the duration');
  // a field that is refused itself comes here as it was written, and is not to be measured
  const total: unknown = written.server.memory;
  const measure = (bytes: unknown, path: (string | number)[]): void => {
    if (typeof bytes === 'number' && typeof total === 'number' && bytes > total)
      refuse(path, `no more than server.memory (${formatSize(total)})`);
  };
  written.vms?.sizes.forEach(({ memory }, index) => measure(memory, ['vms', 'sizes', index, 'memory']));
  written.boot.sizes?.forEach((bytes, index) => measure(bytes, ['boot', 'sizes', index]));
  if (written.upgrade !== undefined && written.upgrade.prepare >= written.upgrade.every)
    refuse(['upgrade', 'prepare'], `less than upgrade.every`);
}

const schema = () => fields().superRefine(refuseTogether);
let made: ReturnType<typeof schema> | undefined;

/** Made when it is first asked for: who simulates a host needs none of it. */
export function reserveSchema(): ReturnType<typeof schema> {
  return (made ??= schema());
}

/** Durations in nanoseconds, sizes in bytes, every default filled. */
export type ReserveScenario = z.output<ReturnType<typeof schema>>;
export type ReserveInput = z.input<ReturnType<typeof schema>>;

/** JSON Schema (2020-12) of the written server, for editors. */
export function reserveJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(reserveSchema(), WRITTEN), title: 'fluxhost reserve' };
}
