// `reserve` beside a naive server, on random servers and lists of VMs: every counter and distribution, every sample.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reserve, type ReserveInput, type ReserveResult } from '../../../src/index.js';
import { resolveReserve } from '../../../src/reserve/parse.js';
import type { VmLine } from './draws.js';
import { NaiveServer } from './server.js';

const small = (max: number): fc.Arbitrary<number> => fc.nat({ max });
const GIB = 2 ** 30;

const genes = fc.record({
  manager: fc.constantFrom('vmem', 'hugetlb', 'hvo', 'thp'),
  memory: small(9),
  nodes: small(2),
  balance: fc.boolean(),
  span: fc.boolean(),
  slots: small(9),
  destroy: fc.boolean(),
  threads: small(3),
  fallback: fc.boolean(),
  share: small(4),
  upgrade: small(4),
  reload: fc.boolean(),
  fails: small(3),
  scale: small(1),
  drawn: fc.boolean(),
  resizes: small(3),
  poison: small(3),
  seed: small(999),
  vms: fc.array(fc.record({ gap: small(9), size: small(19), life: small(9) }), { minLength: 1, maxLength: 40 }),
});
type Genes = typeof genes extends fc.Arbitrary<infer G> ? G : never;

const bytesOf = (size: number): number => (size < 8 ? (1 + (size % 4)) * GIB : (size * 211 + 1) * 2 ** 20);

function made(g: Genes): { input: ReserveInput; csv: string; lines: VmLine[] } {
  // milliseconds in some, so that operations, zeroing and upgrades meet; minutes in others
  const unit = g.scale === 0 ? 1e6 : 60e9;
  let atNs = 0;
  const lines = g.vms.map(({ gap, size, life }): VmLine => {
    atNs += gap * unit;
    return { atNs, bytes: bytesOf(size), lifetimeNs: life === 9 ? Infinity : 1 + life * 7 * unit };
  });
  const csv = lines.map(
    ({ atNs: at, bytes, lifetimeNs }) => `${at},${bytes},${lifetimeNs === Infinity ? '' : lifetimeNs}\n`,
  );
  const input: ReserveInput = {
    version: 1,
    seed: g.seed,
    duration: `${atNs + 40 * unit}ns`,
    manager: g.manager,
    server: {
      memory: `${5 + 2 * g.memory}GiB`,
      nodes: 1 + g.nodes,
      kernel: '1GiB',
      placement: g.balance ? 'balance' : 'pack',
      span: g.span,
      vms: g.slots === 0 ? 3 : 64,
    },
    zeroing: { threads: 1 + g.threads, when: g.destroy ? 'destroy' : 'create' },
    hugetlb: { fallback: g.fallback, largeShare: g.share / 4 },
    boot: { fixed: '1ms' },
    ...(g.drawn
      ? {
          vms: {
            meanGap: `${3 * unit}ns`,
            sizes: g.vms.slice(0, 4).map(({ size, life }) => ({ weight: 1 + life, memory: `${bytesOf(size)}B` })),
            lifetimes: g.vms
              .slice(0, 2)
              .map(({ gap, life }) => ({ weight: 1 + gap, mean: `${(1 + life) * 7 * unit}ns` })),
            resizeShare: g.resizes / 3,
          },
        }
      : { arrivals: { file: 'vms.csv', timeUnit: 'ns', memoryUnit: 'B' } }),
    ...(g.poison > 0 ? { poison: { meanGap: `${5 * g.poison * unit}ns` } } : {}),
    ...(g.upgrade > 0 && g.manager === 'vmem'
      ? {
          upgrade: {
            every: `${g.upgrade * 3 * unit}ns`,
            prepare: '1ms',
            mode: g.reload ? ('reload' as const) : ('hot' as const),
            transferPerGB: '20s',
            failureShare: [1, 0, 0.5, 0.2][g.fails]!,
          },
        }
      : {}),
  };
  return { input, csv: `arrival,memory,lifetime\n${csv.join('')}`, lines };
}

type Tree = Record<string, unknown>;

function of(values: readonly number[]): Tree {
  const sorted = values.toSorted((a, b) => a - b);
  const sum = sorted.reduce((a, b) => a + b, 0);
  const at = (q: number): number | null => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null;
  return { count: sorted.length, sum, min: sorted[0] ?? null, p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? null };
}

function summed({ count, mean, min, p50, p99, max }: { [key: string]: number | null }): Tree {
  return { count, sum: Math.round((mean ?? 0) * count!), min, p50, p99, max };
}

const rounded = (value: number | null | undefined): number | null =>
  value === null || value === undefined ? null : Number(value.toPrecision(10));
const roundedAll = (row: object): Tree =>
  Object.fromEntries(Object.entries(row).map(([key, value]) => [key, rounded(value as number)]));
const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;

function naive({ input, lines }: ReturnType<typeof made>): Tree {
  const scenario = resolveReserve(input).scenario;
  const server = new NaiveServer(scenario, scenario.vms === undefined ? lines : []);
  const { plan, vms, upgrades } = server;
  const { memory } = scenario.server;
  return {
    plan: roundedAll({
      descriptorBytes: plan.descriptorBytes,
      tableBytes: plan.tableBytes,
      headroomBytes: plan.headroomBytes,
      sellableBytes: plan.sellableBytes,
    }),
    vms,
    soldShare: rounded((server.soldNs * 2 * 2 ** 20) / (scenario.duration! * memory)),
    boot: Object.fromEntries(Object.entries(server.boots).map(([part, list]) => [part, of(list)])),
    operations: of(server.operations),
    upgrades:
      scenario.upgrade === undefined
        ? null
        : {
            attempted: upgrades.length,
            switched: upgrades.filter(({ switched }) => switched).length,
            rolledBack: upgrades.filter(({ switched }) => !switched).length,
            guestsContinued: upgrades.findLast(({ switched }) => switched)?.running ?? 0,
            operationsDelayed: server.delayed.length,
            delayed: of(server.delayed),
            pause: of(upgrades.map(({ pauseNs }) => pauseNs)),
            drain: of(upgrades.map(({ drainNs }) => drainNs)),
            transfer: of(upgrades.map(({ transferNs }) => transferNs)),
          },
    poison:
      scenario.poison === undefined
        ? null
        : { ...server.poisoned, isolatedBytes: server.frames.isolatedGranules * 2 * 2 ** 20 },
    samples: server.samples.map(roundedAll),
    missShare: rounded(mean(server.misses)),
    zeroing: scenario.manager === 'vmem' ? server.zeroingNs : null,
  };
}

function program({ memory }: ReserveResult): Tree {
  const { plan, vms, boot, upgrades } = memory;
  const counts = vms!;
  const { descriptorBytes, tableBytes, headroomBytes, sellableBytes } = plan;
  return {
    plan: roundedAll({ descriptorBytes, tableBytes, headroomBytes, sellableBytes }),
    vms: counts,
    soldShare: rounded(memory.soldShare),
    boot:
      counts.placed === 0
        ? {}
        : Object.fromEntries(Object.entries(boot!).map(([part, one]) => [part, summed({ ...one })])),
    operations: summed({ ...memory.operationNs! }),
    upgrades:
      upgrades === null
        ? null
        : {
            attempted: upgrades.attempted,
            switched: upgrades.switched,
            rolledBack: upgrades.rolledBack,
            guestsContinued: upgrades.guestsContinued,
            operationsDelayed: upgrades.operationsDelayed,
            delayed: summed({ ...upgrades.delayedNs }),
            pause: summed({ ...upgrades.pauseNs }),
            drain: summed({ ...upgrades.drainNs }),
            transfer: summed({ ...upgrades.transferNs }),
          },
    poison: memory.poison,
    samples: memory.fragmentation.map(roundedAll),
    missShare: rounded(memory.network?.missShare ?? null),
    zeroing: memory.zeroing === null ? null : Math.round(memory.zeroing.busySeconds * 1e9),
  };
}

describe('reserved memory does what a naive server does', () => {
  it('on random servers and lists of VMs', async () => {
    let placed = 0;
    let upgraded = 0;
    let resized = 0;
    const poisoned = { known: 0, free: 0, replaced: 0, lost: 0 };
    const property = fc.asyncProperty(genes, async (g) => {
      const one = made(g);
      const { runs } = await reserve(one.input, { files: { 'vms.csv': one.csv } });
      const other = naive(one);
      placed += (other['vms'] as { placed: number }).placed;
      upgraded += (other['upgrades'] as { attempted: number } | null)?.attempted ?? 0;
      resized += (other['vms'] as { resized: number }).resized;
      const poison = other['poison'] as typeof poisoned | null;
      for (const key of ['known', 'free', 'replaced', 'lost'] as const) poisoned[key] += poison?.[key] ?? 0;
      expect(program(runs[0]!)).toEqual(other);
    });
    await fc.assert(property, { seed: 1, numRuns: 150, endOnFailure: false, interruptAfterTimeLimit: 60_000 });
    expect(placed).toBeGreaterThan(400);
    expect(upgraded).toBeGreaterThan(50);
    expect(resized).toBeGreaterThan(50);
    expect(Math.min(...Object.values(poisoned))).toBeGreaterThan(0);
  });
});
