// Random memory for random hosts: swarm-weighted as the CPU side's scenarios are, small enough to read, without chance but for
// which page goes to which backend, which docs/model/memory.md tells.

import fc from 'fast-check';
import type { ScenarioInput } from '../../../src/index.js';
import { BACKENDS, type BackendName } from './things.js';

export const MEMORY_FEATURES = [
  'compressed',
  'devices',
  'mixed',
  'ownContent',
  'quota',
  'pinned',
  'writes',
  'touches',
  'prefetch',
  'blocks',
  'levels',
  'scans',
  'workers',
  'depth',
  'marks',
  'budget',
  'largePages',
  'sample',
  'metadata',
  'upgrade',
  'twoUpgrades',
  'hotSwitch',
  'failing',
  'faultCosts',
  'free',
  'coarse',
  'scan',
  'plenty',
  'kept',
  'drawnPages',
  'drawnTimes',
  'drawnRatio',
] as const;
export type MemoryFeature = (typeof MEMORY_FEATURES)[number];

interface GuestGenes {
  readonly pages: number;
  readonly content: number;
  readonly quota: number;
  readonly pinned: number;
  readonly touches: number;
  readonly writes: boolean;
  readonly access: number;
  readonly trace: readonly number[];
}

export interface MemoryGenes {
  readonly on: Readonly<Record<MemoryFeature, boolean>>;
  readonly content: number;
  readonly workers: number;
  readonly depth: number;
  readonly marks: readonly number[];
  readonly levels: number;
  readonly scan: number;
  readonly prefetch: number;
  readonly block: number;
  readonly budget: number;
  readonly unit: number;
  readonly metadata: number;
  readonly tight: number;
  readonly times: readonly number[];
  readonly fault: readonly number[];
  readonly upgrades: readonly { readonly at: number; readonly phases: readonly number[]; readonly fails: number }[];
  readonly guests: readonly GuestGenes[];
}

const small = (max: number): fc.Arbitrary<number> => fc.nat({ max });
const list = (length: number, max = 9): fc.Arbitrary<number[]> =>
  fc.array(small(max), { minLength: length, maxLength: length });

const guest: fc.Arbitrary<GuestGenes> = fc.record({
  pages: small(27),
  content: small(99),
  quota: small(9),
  pinned: small(9),
  touches: small(3),
  writes: fc.boolean(),
  access: small(9),
  trace: fc.array(small(99), { minLength: 1, maxLength: 24 }),
});

export function memoryGenes(guests = 3, share = 0.35): fc.Arbitrary<MemoryGenes> {
  const on = fc.oneof(
    { weight: 100 - 100 * share, arbitrary: fc.constant(false) },
    { weight: 100 * share, arbitrary: fc.constant(true) },
  );
  return fc.record({
    on: fc.record(Object.fromEntries(MEMORY_FEATURES.map((f) => [f, on])) as Record<MemoryFeature, typeof on>),
    content: small(99),
    workers: small(4),
    depth: small(2),
    marks: list(3),
    levels: small(4),
    scan: small(9),
    prefetch: small(4),
    block: small(3),
    budget: small(9),
    unit: small(2),
    metadata: small(3),
    tight: small(9),
    times: list(8),
    fault: list(4),
    upgrades: fc.array(fc.record({ at: small(99), phases: list(4), fails: small(5) }), { minLength: 1, maxLength: 2 }),
    guests: fc.array(guest, { minLength: guests, maxLength: guests }),
  });
}

type HostMemory = Exclude<NonNullable<NonNullable<ScenarioInput['host']>['memory']>, string>;
type Latency =
  | { dist: 'constant'; value: string }
  | { dist: 'uniform'; min: string; max: string }
  | { dist: 'bimodal'; short: string; long: string; longShare: number };
type GuestMemory = NonNullable<ScenarioInput['vms'][number]['memory']>;

export interface MadeMemory {
  readonly host: HostMemory;
  /** By the place in the scenario. */
  readonly guests: readonly GuestMemory[];
  /** Page traces by the name of their file. */
  readonly files: Readonly<Record<string, string>>;
  readonly traces: readonly (readonly number[] | null)[];
}

/** Shares of one backend, or of two. */
function contentOf(gene: number, on: MemoryGenes['on']): Partial<Record<BackendName, number>> {
  const allowed = BACKENDS.filter(
    (name) =>
      name === 'zero' ||
      (on.mixed && name === 'slow') ||
      (on.compressed && (name === 'lz4' || name === 'zstd')) ||
      (on.devices && (name === 'ssd' || name === 'remote')),
  );
  if (on.mixed && gene >= 70) return { slow: 1 };
  const one = allowed[gene % allowed.length]!;
  const other = allowed[(gene + 1) % allowed.length]!;
  if (!on.mixed || one === other) return { [one]: 1 };
  return gene % 2 === 0 ? { [one]: 0.5, [other]: 0.5 } : { [one]: 0.7, [other]: 0.3 };
}

const LIMITS = [3, 1e5, 3e5, 1e6];

/** From genes that mean other things too, so that what a seed means stays as it was. */
function tierOf(genes: MemoryGenes, ns: (gene: number, scale: number) => string, page: number): HostMemory['tier'] {
  const { times, fault } = genes;
  return {
    fast: '90ns',
    slow: `${90 + 40 * (times[2]! + 1)}ns`,
    detector: (['count', 'tpp', 'autonuma', 'count', 'none'] as const)[genes.prefetch]!,
    accesses: 1 + (genes.levels % 3),
    // of those that go by counts
    ...(genes.prefetch < 2 && genes.tight < 5
      ? {
          tuner: {
            round: ns(times[5]! % 9, 1277),
            choices: [1 + (genes.depth % 2), 3, 1 + genes.block],
            explore: 1 + (genes.depth % 2),
            keep: genes.workers * 2,
          },
        }
      : {}),
    hintFault: ns(fault[1]!, 137),
    scan: {
      delay: ns(times[6]!, 577),
      period: ns(times[7]! % 9, 777),
      size: `${page * (1 + genes.workers)}B`,
    },
    hot: ns(fault[0]! % 9, 1777),
    limit: `${page * LIMITS[genes.block]!}B`,
    adjust: ns(fault[2]! % 9, 3777),
    admit: (['always', 'always', 'sketch', 'sketch'] as const)[genes.metadata]!,
    factor: times[4]! / 20,
    price: genes.budget % 3,
    sketch: { counters: 2 ** (genes.depth + 1), halve: ns(fault[3]! % 9, 2777) },
  };
}

/** Memory for VMs that run for `horizonNs`. */
export function memoryOf(genes: MemoryGenes, horizonNs: number): MadeMemory {
  const { on } = genes;
  const ns = (gene: number, scale: number): string =>
    `${(on.coarse ? 500 : scale) * (on.free && gene === 9 ? 0 : gene + 1)}ns`;
  const constant = (gene: number, scale: number): Latency => {
    const value = ns(gene, scale);
    if (!on.drawnTimes) return { dist: 'constant', value };
    const least = parseInt(value, 10);
    if (gene % 2 === 0) return { dist: 'uniform', min: value, max: `${3 * least + 2}ns` };
    return { dist: 'bimodal', short: value, long: `${5 * least + 1}ns`, longShare: 0.25 };
  };
  const unit = on.largePages ? 4096 * [1, 2, 4][genes.unit]! : 4096;
  const sample = on.sample ? 2 : 1;
  const workers = on.workers ? genes.workers + 1 : 1;
  const metadata = on.metadata ? [1, 2, 16, 64][genes.metadata]! : 1;
  const ratio = 4;
  const drawn = { dist: 'uniform' as const, min: 1, max: 7 };
  const files: Record<string, string> = {};
  const traces: (readonly number[] | null)[] = [];
  let least = workers * unit + unit;
  let most = unit;
  const guests = genes.guests.map((own, place): GuestMemory => {
    const pages = own.pages + 1;
    const pinned = on.pinned ? own.pinned / 10 : 0;
    const bytes = pages * unit * sample;
    const fixed = Math.ceil(pinned * pages);
    least += fixed * unit + (pages - fixed) * (metadata + (on.drawnRatio ? unit : unit / ratio));
    most += pages * unit;
    const quotaPages = fixed + workers + 1 + own.quota;
    const name = `p${place}.txt`;
    const scans = on.scan && own.access > 4;
    const draws = on.drawnPages && own.access % 3 !== 1;
    const trace = own.trace.map((gene) => (gene < 50 ? gene : 99 - gene + pages - 1) % pages);
    if (!scans && !draws) files[name] = trace.map((page) => `${page}\n`).join('');
    traces.push(scans || draws ? null : trace);
    return {
      size: `${bytes}B`,
      ...(on.quota && own.quota < 8 ? { quota: `${quotaPages * unit * sample}B` } : {}),
      ...(pinned > 0 ? { pinned } : {}),
      ...(on.ownContent ? { content: contentOf(own.content, on) } : {}),
      touches: (on.touches ? own.touches + (own.access === 0 ? 0 : 1) : 1) + (draws ? own.content / 150 : 0),
      writes: on.writes && own.writes ? (on.drawnPages ? 0.4 : 1) : 0,
      access: draws
        ? {
            pattern: own.access > 4 ? 'zipf' : 'uniform',
            exponent: own.content / 60,
            cold: own.trace[0]! / 130,
            coldTouches: own.quota / 12,
            ...(own.access > 7 ? { phase: ns(own.content, 577), shift: 0.3 } : {}),
          }
        : scans
          ? {
              pattern: 'scan',
              cold: own.content / 200,
              ...(own.access > 7 ? { phase: ns(own.content, 577), shift: 0.3 } : {}),
            }
          : { pattern: 'trace', file: name },
    };
  });
  const frames = on.plenty ? Math.max(least, most) : least + (Math.max(0, most - least) * genes.tight) / 12;
  const [high, low, min] = genes.marks.toSorted((a, b) => b - a).map((gene) => gene / 40);
  const phases = (own: readonly number[]) => ({
    prepare: ns(own[0]!, 1777),
    transfer: ns(own[1]!, 1777),
    switch: ns(own[2]!, 377),
    rollback: ns(own[3]!, 777),
  });
  const [zeroIn, zeroOut, lzIn, lzOut, devIn, devOut, moreA, moreB] = genes.times as [number, ...number[]];
  const upgrades = genes.upgrades.slice(0, on.twoUpgrades ? 2 : 1).map((own) => ({
    kind: on.hotSwitch ? ('hot-switch' as const) : ('hot-upgrade' as const),
    at: `${Math.floor((own.at * horizonNs) / 120)}ns`,
    ...phases(own.phases),
    fails: on.failing
      ? (['none', 'prepare', 'transfer', 'transfer', 'none', 'none'] as const)[own.fails]!
      : ('none' as const),
  }));
  const host: HostMemory = {
    size: `${Math.ceil(frames / unit) * unit * sample}B`,
    workers,
    ...(on.kept ? { cores: workers } : {}),
    ...(on.depth ? { deviceDepth: genes.depth + 1 } : {}),
    ...(on.largePages ? { page: `${unit}B` } : {}),
    ...(on.sample ? { pageSample: sample } : {}),
    ...(on.blocks ? { block: `${unit * 2 ** genes.block}B` } : {}),
    levels: on.levels ? genes.levels + 1 : 1,
    scan: { interval: on.scans ? ns(genes.scan % 9, 2777) : '1s', perPage: '3ns' },
    prefetch: on.prefetch ? genes.prefetch : 0,
    metadata: `${metadata}B`,
    watermarks: on.marks ? { high: high!, low: low!, min: min! } : { high: 0.1, low: 0.06, min: 0.03 },
    content: contentOf(genes.content, on),
    ...(on.budget
      ? { budget: [0.001, 0.05, 0.1, 0.25, 0.5, 0.7, 0.9, 1, 2, 3][genes.budget]!, budgetBurst: ns(genes.budget, 3777) }
      : {}),
    ...(on.faultCosts
      ? {
          fault: {
            exit: ns(genes.fault[0]!, 317),
            lock: ns(genes.fault[1]!, 37),
            map: ns(genes.fault[2]!, 177),
            resume: ns(genes.fault[3]!, 177),
          },
        }
      : {}),
    backends: {
      zero: { in: constant(zeroIn, 377), out: constant(zeroOut!, 477) },
      lz4: { in: constant(lzIn!, 477), out: constant(lzOut!, 977), ratio: on.drawnRatio ? drawn : ratio },
      zstd: { in: constant(lzOut!, 477), out: constant(lzIn!, 1977), ratio: on.drawnRatio ? drawn : 6 },
      ssd: { in: constant(devIn!, 1977), out: constant(devOut!, 2777), more: ns(moreA!, 177) },
      remote: { in: constant(devOut!, 577), out: constant(devIn!, 677), more: ns(moreB!, 77) },
      slow: {
        in: { dist: 'constant', value: ns(zeroIn, 977) },
        out: { dist: 'constant', value: ns(lzIn!, 777) },
        more: ns(moreA!, 277),
      },
    },
    tier: tierOf(genes, ns, unit * sample),
    ...(on.upgrade ? { upgrades } : {}),
  };
  return { host, guests, files, traces };
}
