// Months of VMs: what is conserved, that runs are paired between managers, that all three builds give the same bits.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { beforeAll, describe, it, expect } from 'vitest';
import { type LoadedReserve, parseReserve, withHash, resolveReserve } from '../../../src/reserve/parse.js';
import type { ReserveComparison, ReserveResult } from '../../../src/reserve/result.js';
import { MANAGER_KINDS } from '../../../src/reserve/schema.js';
import { compareReserve, simulateReserve, withManager } from '../../../src/reserve/simulate.js';
import { toStableJson } from '../../../src/result/json.js';
import { buildOf, BUILD_NAMES } from './cores.js';

const example = (name: string): LoadedReserve => {
  const path = fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url));
  return parseReserve(readFileSync(path, 'utf8'), { file: name });
};

let module: WebAssembly.Module;
let months: ReserveComparison;

beforeAll(async () => {
  module = await buildOf('release');
  months = await compareReserve(example('vmem-server.yaml'), MANAGER_KINDS, module);
});

const runOf = (manager: string): ReserveResult => months.runs.find((run) => run.manifest.manager === manager)!;

describe('three months under every manager', () => {
  it.each(MANAGER_KINDS)('account for every VM: %s', (manager) => {
    const { vms, soldShare, plan, checks, fragmentation } = runOf(manager).memory;
    expect(vms!.arrived).toBeGreaterThan(8000);
    expect(vms!.arrived).toBe(vms!.placed + vms!.rejected + vms!.failed);
    expect(vms!.placed).toBe(vms!.departed + vms!.running);
    expect(vms!.failed).toBe(0);
    expect(soldShare).toBeGreaterThan(0.5);
    expect(soldShare).toBeLessThan(plan.sellableShare);
    expect(checks).toBeGreaterThanOrEqual(fragmentation.length + 2);
    expect(fragmentation).toHaveLength(60);
    for (const sample of fragmentation) {
      expect(sample.largestFreeBytes).toBeLessThanOrEqual(sample.freeBytes);
      expect(sample.gigabyteShare ?? 0).toBeLessThanOrEqual(1);
    }
  });

  it('meet the same VMs: arrivals do not depend on the manager', () => {
    const arrived = months.runs.map((run) => run.memory.vms!.arrived);
    expect(new Set(arrived).size).toBe(1);
    expect(new Set(months.runs.map((run) => run.manifest.fingerprint)).size).toBe(MANAGER_KINDS.length);
  });

  it('let pools strand memory that Vmem would sell', () => {
    expect(runOf('vmem').memory.vms!.rejectedThoughFree).toBe(0);
    expect(runOf('hugetlb').memory.vms!.rejectedThoughFree).toBeGreaterThan(0);
    expect(runOf('vmem').memory.soldShare!).toBeGreaterThan(runOf('hugetlb').memory.soldShare!);
  });

  it('keep most of the memory in gigabytes under Vmem, none under transparent huge pages', () => {
    expect(runOf('vmem').memory.fragmentation.at(-1)!.gigabyteShare!).toBeGreaterThan(0.5);
    expect(runOf('thp').memory.fragmentation.at(-1)!.gigabyteShare).toBe(0);
  });

  it('upgrade Vmem alone, every week, and roll some back', () => {
    const { upgrades } = runOf('vmem').memory;
    expect(upgrades!.attempted).toBe(12);
    expect(upgrades!.rolledBack).toBeGreaterThan(0);
    expect(months.runs.filter((run) => run.memory.upgrades !== null)).toHaveLength(1);
  });

  it('tell the differences against the first', () => {
    expect(months.differences.map(({ manager }) => manager)).toEqual(['hugetlb', 'hvo', 'thp']);
    for (const difference of months.differences) {
      expect(difference.sellablePoints).toBeLessThan(0);
      expect(difference.sellableRatio).toBeLessThan(1);
      expect(difference.bootRatio).toBeGreaterThan(1);
      expect(difference.packetRateRatio).toBeLessThanOrEqual(1);
    }
  });
});

describe('the bits', () => {
  const short = (): LoadedReserve => {
    const { scenario } = example('vmem-server.yaml');
    return withHash({ ...scenario, duration: 240 * 3600e9 });
  };

  it('are equal in all three builds and on every repetition', async () => {
    const texts: string[] = [];
    for (const name of [...BUILD_NAMES, 'release'] as const) {
      const comparison = await compareReserve(short(), MANAGER_KINDS, await buildOf(name));
      for (const run of comparison.runs) run.manifest.coreSha256 = ''; // the builds are different files
      texts.push(toStableJson(comparison));
    }
    expect(new Set(texts).size).toBe(1);
  });

  it('change with the seed', async () => {
    const { scenario } = short();
    const fingerprints: string[] = [];
    for (const seed of [1, 2, 2 ** 53 - 1]) {
      const { manifest } = await simulateReserve(withHash({ ...scenario, seed }), module);
      fingerprints.push(manifest.fingerprint);
    }
    expect(new Set(fingerprints).size).toBe(3);
    expect(fingerprints.every((text) => /^[0-9a-f]{16}$/.test(text))).toBe(true);
  });
});

describe('any server', () => {
  it('keeps its laws, however it is used', async () => {
    const shape = fc.record({
      seed: fc.nat(1e6),
      manager: fc.constantFrom(...MANAGER_KINDS),
      memory: fc.integer({ min: 3, max: 12 }),
      nodes: fc.integer({ min: 1, max: 3 }),
      span: fc.boolean(),
      placement: fc.constantFrom('pack' as const, 'balance' as const),
      vms: fc.integer({ min: 1, max: 40 }),
      sizes: fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 4 }),
      when: fc.constantFrom('create' as const, 'destroy' as const),
      mode: fc.constantFrom('hot' as const, 'reload' as const),
      largeShare: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(shape, async (drawn) => {
        const loaded = resolveReserve({
          version: 1,
          seed: drawn.seed,
          manager: drawn.manager,
          duration: '3m',
          server: {
            memory: `${drawn.memory}GiB`,
            kernel: '64MiB',
            nodes: drawn.nodes,
            span: drawn.span,
            placement: drawn.placement,
            vms: drawn.vms,
          },
          vms: {
            meanGap: '400ms',
            sizes: drawn.sizes.map((mib, i) => ({ weight: i + 1, memory: `${Math.min(mib, drawn.memory * 1024)}MiB` })),
            lifetimes: [
              { weight: 3, mean: '2s' },
              { weight: 1, mean: '20s' },
            ],
            resizeShare: 0.3,
          },
          poison: { meanGap: '2s' },
          upgrade: { every: '3s', mode: drawn.mode, failureShare: 0.3 },
          zeroing: { when: drawn.when },
          hugetlb: { largeShare: drawn.largeShare },
        });
        const { memory } = await simulateReserve(loaded, module);
        const vms = memory.vms!;
        expect(vms.arrived).toBe(vms.placed + vms.rejected + vms.failed);
        expect(vms.running).toBeLessThanOrEqual(drawn.vms);
        if (drawn.mode === 'hot' || drawn.manager !== 'vmem') expect(vms.failed).toBe(0);
        expect(memory.soldShare).toBeLessThanOrEqual(memory.plan.sellableShare);
        expect(memory.checks).toBeGreaterThan(60);
      }),
      { numRuns: 60, seed: 8 },
    );
  });

  it('is left as it was found by a change of manager', () => {
    const { scenario } = example('vmem-server.yaml');
    expect(withManager(scenario, 'vmem')).toEqual(scenario);
    const { upgrade: _, ...rest } = scenario;
    expect(withManager(scenario, 'hvo')).toEqual({ ...rest, manager: 'hvo' });
  });
});
