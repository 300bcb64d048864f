// `host.memory` and `vms.*.memory`: frames, watermarks, workers, backends, and what the guests' tasks touch. A size alone
// under host.memory is only recorded; the swap engine runs where some VM has memory. Checks of several fields together are
// in memory-checks.ts.

import { documented, described, defaultNumber, defaultChoice } from './table.js';
import * as z from 'zod';
import { resolveTier, slowTier } from './tier-schema.js';
import { type Dist, meanOf } from '../input/distributions.js';
import { countDistribution, timeDistribution } from '../input/distribution-schema.js';
import {
  about,
  later,
  real,
  section,
  duration,
  choice,
  positiveSize,
  whole,
  positiveDuration,
  fileName,
  compact,
} from '../input/fields.js';
import {
  BACKEND_NAMES,
  type BackendName,
  type Content,
  type Backend,
  UPGRADE_KINDS,
  FAILURES,
  type HostMemory,
  PATTERNS,
  type GuestMemory,
} from './types.js';

const HM = 'host.memory';
const VM = 'vms.*.memory';
const SERVERS_MAX = 64;

const share = real(0, 1);

// --- content and backends -------------------------------------------------------------------------------------------

const content = later(() => {
  const shares = Object.fromEntries(
    BACKEND_NAMES.map((name) => [name, documented(`${HM}.content.${name}`, share)]),
  ) as Record<BackendName, z.ZodOptional<typeof share>>;
  return section(shares).transform((given, context): Content => {
    const parts = BACKEND_NAMES.map((name) => given[name] ?? 0);
    const sum = parts.reduce((total, part) => total + part, 0);
    if (Math.abs(sum - 1) > 1e-9) {
      context.issues.push({
        code: 'custom',
        message: `shares that add up to 1 (these add up to ${Number(sum.toFixed(9))})`,
        input: given,
      });
      return z.NEVER;
    }
    return Object.fromEntries(BACKEND_NAMES.map((name, index) => [name, parts[index]])) as unknown as Content;
  });
});

const PLAIN = Object.fromEntries(
  BACKEND_NAMES.map((name) => [name, defaultNumber(`${HM}.content.${name}`)]),
) as unknown as Content;

const ratioExpected = (): string => 'a ratio of 1 or more, or a distribution of ratios';
const ratio = z.union([z.number({ error: ratioExpected }).min(1, { error: ratioExpected }), countDistribution], {
  error: ratioExpected,
});

/** Spread of a backend's default law; the means are parameters. */
const CV: Readonly<Partial<Record<BackendName, number>>> = { lz4: 0.357, zstd: 0.405, ssd: 0.3, remote: 0.3 };

/** How times of a backend are distributed where only their mean is told. */
export function lawWithMean(backend: BackendName, way: 'in' | 'out', mean: number): Dist {
  const cv = way === 'out' && (backend === 'lz4' || backend === 'zstd') ? undefined : CV[backend];
  return cv === undefined ? { dist: 'constant', value: mean } : { dist: 'lognormal', mean, cv };
}

const defaultLaw = (backend: BackendName, way: 'in' | 'out'): Dist =>
  lawWithMean(backend, way, defaultNumber(`${HM}.backends.${backend}.${way}`));

const law = (backend: BackendName, way: 'in' | 'out') =>
  documented(`${HM}.backends.${backend}.${way}`, timeDistribution);
const ways = <T extends BackendName>(backend: T) => ({ in: law(backend, 'in'), out: law(backend, 'out') });
const withRatio = (backend: 'lz4' | 'zstd') =>
  section({ ...ways(backend), ratio: documented(`${HM}.backends.${backend}.ratio`, ratio) });
const withMore = (backend: 'ssd' | 'remote' | 'slow') =>
  section({ ...ways(backend), more: documented(`${HM}.backends.${backend}.more`, duration) });

interface Given {
  readonly in?: Dist | undefined;
  readonly out?: Dist | undefined;
  readonly ratio?: number | Dist | undefined;
  readonly more?: number | undefined;
}

function backend(name: BackendName, given: Given): Backend {
  const into = given.in ?? defaultLaw(name, 'in');
  const out = given.out ?? defaultLaw(name, 'out');
  const hasMore = name === 'ssd' || name === 'remote' || name === 'slow';
  const more = hasMore ? (given.more ?? defaultNumber(`${HM}.backends.${name}.more`)) : undefined;
  return {
    in: into,
    out,
    // a larger page is so many of 4 KiB, one after the other
    inMoreNs: more ?? meanOf(into) ?? 0,
    outMoreNs: more ?? meanOf(out) ?? 0,
    ratio: name === 'lz4' || name === 'zstd' ? (given.ratio ?? defaultNumber(`${HM}.backends.${name}.ratio`)) : null,
  };
}

const backends = later(() =>
  section({
    zero: about('Pages of zeros: nothing is kept.', z.optional(section(ways('zero')))),
    lz4: about('Compressed in memory by LZ4.', z.optional(withRatio('lz4'))),
    zstd: about('Compressed in memory by Zstandard.', z.optional(withRatio('zstd'))),
    ssd: about('Written to a solid-state drive.', z.optional(withMore('ssd'))),
    remote: about("Written to another machine's memory.", z.optional(withMore('remote'))),
    slow: about('Moved to a slow tier of memory (CXL).', z.optional(withMore('slow'))),
  }),
);

// --- host.memory ----------------------------------------------------------------------------------------------------

const UP = `${HM}.upgrades.*`;
const upgrade = later(() =>
  section({
    kind: described(`${UP}.kind`, choice(UPGRADE_KINDS)),
    at: described(`${UP}.at`, duration),
    prepare: documented(`${UP}.prepare`, duration),
    transfer: documented(`${UP}.transfer`, duration),
    switch: documented(`${UP}.switch`, duration),
    rollback: documented(`${UP}.rollback`, duration),
    fails: documented(`${UP}.fails`, choice(FAILURES)),
  }).transform((given) => ({
    kind: given.kind,
    atNs: given.at,
    prepareNs: given.prepare ?? defaultNumber(`${UP}.prepare`),
    transferNs: given.transfer ?? defaultNumber(`${UP}.transfer`),
    switchNs: given.switch ?? defaultNumber(`${UP}.switch`),
    rollbackNs: given.rollback ?? defaultNumber(`${UP}.rollback`),
    fails: given.fails ?? defaultChoice(`${UP}.fails`, FAILURES),
  })),
);

const PAGE_MIN = 4096;
const PAGE_MAX = 2 * 2 ** 20;
const pageSize = positiveSize.refine(
  (bytes) => bytes >= PAGE_MIN && bytes <= PAGE_MAX && Number.isInteger(Math.log2(bytes)),
  {
    error: () => 'a power of two from 4KiB to 2MiB',
  },
);
const blockSize = positiveSize.refine(
  (bytes) => bytes >= PAGE_MIN && bytes <= 2 ** 30 && Number.isInteger(Math.log2(bytes)),
  {
    error: () => 'a power of two from 4KiB to 1GiB, no less than host.memory.page',
  },
);
const upgradesExpected = (): string => 'a list of upgrades { kind, at }';

const fields = later(() =>
  section({
    size: described(`${HM}.size`, positiveSize),
    page: documented(`${HM}.page`, pageSize),
    block: documented(`${HM}.block`, blockSize),
    pageSample: documented(`${HM}.pageSample`, whole(1, 65_536)),
    watermarks: about(
      'Shares of the memory free at which swap-out rests, works, and is waited for.',
      z.optional(
        section({
          high: documented(`${HM}.watermarks.high`, share),
          low: documented(`${HM}.watermarks.low`, share),
          min: documented(`${HM}.watermarks.min`, share),
        }),
      ),
    ),
    workers: documented(`${HM}.workers`, whole(1, SERVERS_MAX)),
    deviceDepth: documented(`${HM}.deviceDepth`, whole(1, SERVERS_MAX)),
    cores: documented(`${HM}.cores`, whole(0, SERVERS_MAX)),
    budget: documented(`${HM}.budget`, real(0, SERVERS_MAX)),
    budgetBurst: documented(`${HM}.budgetBurst`, duration),
    fault: about(
      'What a fault costs on the core that faults.',
      z.optional(
        section({
          exit: documented(`${HM}.fault.exit`, duration),
          lock: documented(`${HM}.fault.lock`, duration),
          map: documented(`${HM}.fault.map`, duration),
          resume: documented(`${HM}.fault.resume`, duration),
        }),
      ),
    ),
    levels: documented(`${HM}.levels`, whole(1, 16)),
    scan: about(
      'The looks by which pages age.',
      z.optional(
        section({
          interval: documented(`${HM}.scan.interval`, positiveDuration),
          perPage: documented(`${HM}.scan.perPage`, duration),
        }),
      ),
    ),
    prefetch: documented(`${HM}.prefetch`, whole(0, 511)),
    metadata: documented(`${HM}.metadata`, positiveSize),
    content: about('Shares of the pages that go to each backend; they add up to 1.', z.optional(content)),
    tier: about('A slow tier: what an access there takes, and which pages come up.', z.optional(slowTier)),
    backends: about('Where pages go, and what reading and writing them takes.', z.optional(backends)),
    upgrades: about('Upgrades of the engine while it runs.', z.optional(z.array(upgrade, { error: upgradesExpected }))),
  }),
);

const expected = (): string => 'a size such as 512GiB, or a mapping { size }';
export const hostMemory = later(() => z.union([positiveSize, fields], { error: expected }));
type WrittenHostMemory = z.output<typeof hostMemory>;

export const sizeOf = (given: WrittenHostMemory): number => (typeof given === 'number' ? given : given.size);

/** Every default filled: for a host some of whose VMs have memory. */
export function resolveHostMemory(given: WrittenHostMemory): HostMemory {
  const written: Partial<z.output<typeof fields>> = typeof given === 'number' ? {} : given;
  const number = <T>(value: T | undefined, path: string): T | number => value ?? defaultNumber(`${HM}.${path}`);
  const workers = defaultNumber(`${HM}.workers`);
  const cores = number(written.cores, 'cores');
  return {
    pageBytes: number(written.page, 'page'),
    blockBytes: number(written.block, 'block'),
    pageSample: number(written.pageSample, 'pageSample'),
    watermarks: {
      high: number(written.watermarks?.high, 'watermarks.high'),
      low: number(written.watermarks?.low, 'watermarks.low'),
      min: number(written.watermarks?.min, 'watermarks.min'),
    },
    workers: written.workers ?? (cores > 0 ? Math.min(workers, cores) : workers),
    deviceDepth: number(written.deviceDepth, 'deviceDepth'),
    cores,
    budget: number(written.budget, 'budget'),
    budgetBurstNs: number(written.budgetBurst, 'budgetBurst'),
    fault: {
      exitNs: number(written.fault?.exit, 'fault.exit'),
      lockNs: number(written.fault?.lock, 'fault.lock'),
      mapNs: number(written.fault?.map, 'fault.map'),
      resumeNs: number(written.fault?.resume, 'fault.resume'),
    },
    levels: number(written.levels, 'levels'),
    scan: {
      intervalNs: number(written.scan?.interval, 'scan.interval'),
      perPageNs: number(written.scan?.perPage, 'scan.perPage'),
    },
    prefetch: number(written.prefetch, 'prefetch'),
    metadataBytes: number(written.metadata, 'metadata'),
    content: written.content ?? PLAIN,
    tier: resolveTier(written.tier),
    backends: Object.fromEntries(
      BACKEND_NAMES.map((name) => [name, backend(name, written.backends?.[name] ?? {})]),
    ) as unknown as Record<BackendName, Backend>,
    upgrades: [...(written.upgrades ?? [])].sort((a, b) => a.atNs - b.atNs),
  };
}

// --- vms.*.memory -----------------------------------------------------------------------------------------------------

const AC = `${VM}.access`;
const access = later(() =>
  section({
    pattern: documented(`${AC}.pattern`, choice(PATTERNS)),
    exponent: documented(`${AC}.exponent`, real(0, 4)),
    cold: documented(`${AC}.cold`, share),
    coldTouches: documented(`${AC}.coldTouches`, share),
    phase: documented(`${AC}.phase`, duration),
    shift: documented(`${AC}.shift`, share),
    file: described(`${AC}.file`, z.optional(fileName)),
  }).superRefine(({ pattern, file }, context) => {
    if (pattern === 'trace' && file === undefined)
      context.addIssue({
        code: 'custom',
        path: ['file'],
        message: 'the name of a file with one page number a line (pattern is trace)',
      });
  }),
);

function resolveAccess(given: z.output<typeof access> | undefined): GuestMemory['access'] {
  return compact({
    pattern: given?.pattern ?? defaultChoice(`${AC}.pattern`, PATTERNS),
    exponent: given?.exponent ?? defaultNumber(`${AC}.exponent`),
    cold: given?.cold ?? defaultNumber(`${AC}.cold`),
    coldTouches: given?.coldTouches ?? defaultNumber(`${AC}.coldTouches`),
    phaseNs: given?.phase ?? defaultNumber(`${AC}.phase`),
    shift: given?.shift ?? defaultNumber(`${AC}.shift`),
    file: given?.file,
  });
}

export const guestMemory = later(() =>
  section({
    size: described(`${VM}.size`, positiveSize),
    quota: described(`${VM}.quota`, z.optional(positiveSize)),
    pinned: documented(`${VM}.pinned`, share),
    touches: documented(`${VM}.touches`, real(0, 4095)),
    writes: documented(`${VM}.writes`, share),
    access: about('Which pages its tasks touch.', z.optional(access)),
    content: described(`${VM}.content`, z.optional(content)),
  }).transform((given): GuestMemory =>
    compact({
      sizeBytes: given.size,
      quotaBytes: given.quota,
      pinned: given.pinned ?? defaultNumber(`${VM}.pinned`),
      touches: given.touches ?? defaultNumber(`${VM}.touches`),
      writes: given.writes ?? defaultNumber(`${VM}.writes`),
      access: resolveAccess(given.access),
      content: given.content,
    }),
  ),
);
