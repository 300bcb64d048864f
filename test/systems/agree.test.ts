// The small machinery that Nexus and Nanvix stand on against the host's own lifecycle, where both tell the same story; and one
// trajectory in every build of the core.

import { describe, expect, it } from 'vitest';
import type { LifecycleSpec } from '../../src/lifecycle/spec.js';
import { type NexusSpec, runNanvix, runNexus } from '../../src/systems/run.js';
import { BUILDS, moduleOf } from '../support/builds.js';
import { fn, invocations, lifecycleOf } from '../support/functions.js';
import { exponential, MIB, MS, NANVIX, NEXUS, poisson, S } from './support.js';

const FUNCTIONS = 12;
const load = (seed: number) =>
  poisson(seed, 3000, 400 * MS, FUNCTIONS, (next) => ({ compute: exponential(next, 500 * MS), fetch: 0 }));

describe('instances that are kept', () => {
  it.each([0, 3, 30])('for %i s are as many as under the lifecycle of a scenario', async (keep) => {
    const restoreNs = 200 * MS;
    for (let seed = 1; seed <= 4; seed++) {
      const requests = load(seed);
      const plain = { ...NEXUS, workers: 0, fabricNs: 0, connectNs: 0, respondNs: 0, cores: 512 };
      const bytes = new Float64Array(FUNCTIONS).fill(128 * MIB);
      const run = await runNexus({ ...plain, restoreNs, keepNs: keep * S, bytes }, requests);
      const rows = [...requests.at].map((at, i) => [at, requests.fn[i]!, requests.compute[i]!] as const);
      const lifecycle = await lifecycleOf(run.endedNs, {
        keepAlive: { policy: 'fixed', timeNs: keep * S, from: 'end' },
        tier: { activeNs: 0, dormantNs: 0, restoreNs: 0, vmBootNs: restoreNs },
        functions: Array.from({ length: FUNCTIONS }, (_, i) => fn({ name: `f${i}` })),
        invocations: invocations(rows),
      });
      const cold = run.cold.reduce((sum, bit) => sum + bit, 0);
      expect([cold, run.peakBytes]).toEqual([lifecycle.served.vm, lifecycle.usedMaxBytes]);
      expect(run.dormantByteNs / S / lifecycle.warmByteSeconds || 0).toBeCloseTo(keep === 0 ? 0 : 1, 6);
    }
  });
});

describe('instances that are evicted', () => {
  it.each(['lru', 'gd'] as const)('by %s are as many as under the lifecycle of a scenario', async (policy) => {
    const [initNs, memoryBytes] = [200 * MS, 1500 * MIB];
    const sizes = Array.from({ length: FUNCTIONS }, (_, i) => (1 + (i % 4)) * 64 * MIB);
    for (let seed = 1; seed <= 4; seed++) {
      // rare enough that memory always reaches for those that run
      const requests = poisson(seed, 3000, 900 * MS, FUNCTIONS, (next) => ({ compute: exponential(next, 500 * MS) }));
      const plain = { ...NEXUS, workers: 0, fabricNs: 0, connectNs: 0, respondNs: 0, cores: 512, memoryBytes, policy };
      const run = await runNexus({ ...plain, restoreNs: initNs, bytes: Float64Array.from(sizes) }, requests);
      const rows = [...requests.at].map((at, i) => [at, requests.fn[i]!, requests.compute[i]!] as const);
      const lifecycle = await lifecycleOf(run.endedNs, {
        keepAlive: policy === 'lru' ? { policy } : { policy, frequency: 'instance' },
        memoryBytes,
        functions: sizes.map((size, i) => fn({ name: `f${i}`, initNs, memoryBytes: size })),
        invocations: invocations(rows),
      });
      expect(lifecycle.dropped).toBe(0); // nobody waits, which the two do in different ways
      const cold = run.cold.reduce((sum, bit) => sum + bit, 0);
      expect([cold, run.evicted, run.peakBytes]).toEqual([
        lifecycle.served.full,
        lifecycle.evictions,
        lifecycle.usedMaxBytes,
      ]);
      expect(run.evicted).toBeGreaterThan(100);
      expect(run.expired).toBe(0);
    }
  });
});

/** The same requests of twelve functions under both. */
async function both(
  seed: number,
  gapNs: number,
  { policy, instances, restoreNs, memoryBytes }: Pick<NexusSpec, 'policy' | 'instances' | 'restoreNs' | 'memoryBytes'>,
  keepAlive: LifecycleSpec['keepAlive'],
  gridNs = 1,
) {
  const sizes = Array.from({ length: FUNCTIONS }, (_, i) => (1 + (i % 4)) * 64 * MIB);
  const drawn = poisson(seed, 3000, gapNs, FUNCTIONS, (next) => ({ compute: exponential(next, 500 * MS) }));
  const onGrid = (times: Float64Array): Float64Array => times.map((ns) => Math.ceil(ns / gridNs) * gridNs);
  const requests = { ...drawn, at: onGrid(drawn.at), compute: onGrid(drawn.compute) };
  const plain = { ...NEXUS, workers: 0, fabricNs: 0, connectNs: 0, respondNs: 0, cores: 512 };
  const kept = { policy: policy!, ...(instances === undefined ? {} : { instances }) };
  const run = await runNexus({ ...plain, ...kept, memoryBytes, restoreNs, bytes: Float64Array.from(sizes) }, requests);
  const rows = [...requests.at].map((at, i) => [at, requests.fn[i]!, requests.compute[i]!] as const);
  const lifecycle = await lifecycleOf(run.endedNs, {
    keepAlive,
    memoryBytes,
    tier: { activeNs: 0, dormantNs: 0, restoreNs: 0, vmBootNs: restoreNs },
    functions: sizes.map((size, i) => fn({ name: `f${i}`, memoryBytes: size })),
    invocations: invocations(rows),
  });
  expect(lifecycle.dropped).toBe(0); // nobody waits, which the two do in different ways
  const cold = run.cold.reduce((sum, bit) => sum + bit, 0);
  expect([cold, run.evicted, run.expired, run.peakBytes]).toEqual([
    lifecycle.served.vm,
    lifecycle.evictions,
    lifecycle.expirations,
    lifecycle.usedMaxBytes,
  ]);
  const warm = lifecycle.warmByteSeconds;
  expect(Math.abs(run.dormantByteNs / S - warm)).toBeLessThanOrEqual(1e-9 * warm);
  return { run, cold };
}

describe('functions that are loaded ahead', () => {
  it.each(['dslab', 'faascache'] as const)('by %s are as many as under the lifecycle of a scenario', async (rules) => {
    const policy = rules === 'dslab' ? 'hist' : 'hist-faascache';
    // every function every twelve, and every two hours: within the bins, and out of their range
    for (const [seed, gapNs] of [
      [1, 60 * S],
      [2, 10 * S],
      [3, 1500 * S],
    ] as const) {
      const given = { policy, restoreNs: 200 * MS, memoryBytes: null } as const;
      const { run, cold } = await both(seed, gapNs, given, { policy: 'hist', rules });
      expect(run.expired).toBeGreaterThan(0);
      expect(cold).toBeLessThan(3000);
    }
  });

  it('with little memory, too', async () => {
    const given = { policy: 'hist', restoreNs: 0, memoryBytes: 1000 * MIB } as const;
    const { run } = await both(4, 60 * S, given, { policy: 'hist', rules: 'dslab' });
    expect(run.evicted).toBeGreaterThan(10);
  });

  // ends, what is loaded ahead (54 s and more after one), arrivals and expiries (66 s and more) meet in one nanosecond
  it.each([
    ['dslab', null],
    ['dslab', 1500 * MIB],
    ['faascache', null],
    ['faascache', 1500 * MIB],
  ] as const)('by %s with %s bytes, where much happens at one instant', async (rules, memoryBytes) => {
    const policy = rules === 'dslab' ? 'hist' : 'hist-faascache';
    for (let seed = 11; seed <= 12; seed++)
      for (const gridNs of [6 * S, 60 * S]) {
        const given = { policy, restoreNs: 0, memoryBytes } as const;
        const { run } = await both(seed, 60 * S, given, { policy: 'hist', rules }, gridNs);
        expect(run.expired).toBeGreaterThan(10);
      }
  });
});

describe('functions of which so many instances are held', () => {
  it.each([0, 1, 2])('%i are as many as under the lifecycle of a scenario', async (instances) => {
    for (let seed = 1; seed <= 3; seed++) {
      const given = { policy: 'pool', instances, restoreNs: 0, memoryBytes: null } as const;
      const { run, cold } = await both(seed, 400 * MS, given, { policy: 'pool', instances });
      expect(run.evicted).toBe(0);
      expect(cold).toBeGreaterThan(0);
      expect(run.expired).toBeGreaterThan(0);
    }
  });

  it('are replaced where memory is little, in the same turns', async () => {
    const given = { policy: 'pool', instances: 1, restoreNs: 0, memoryBytes: 1700 * MIB } as const;
    const { run } = await both(5, 900 * MS, given, { policy: 'pool', instances: 1 });
    expect(run.evicted).toBeGreaterThan(10);
  });
});

describe('debug, checked and release', () => {
  it('take one trajectory', async () => {
    const requests = poisson(3, 800, 20 * MS, 10, (next) => ({
      compute: exponential(next, 60 * MS),
      fetch: exponential(next, 10 * MS),
      write: exponential(next, 10 * MS),
    }));
    const tight = { memoryBytes: 1024 * MIB, keepNs: S };
    const runs = [];
    for (const build of BUILDS) {
      const module = await moduleOf(build);
      const bytes = new Float64Array(10).fill(100 * MIB);
      const nexus = await runNexus({ ...NEXUS, ...tight, cores: 4, bytes }, requests, module);
      const nanvix = await runNanvix(
        { ...NANVIX, ...tight, memoryBytes: 128 * MIB, ioPerCall: 3, tenants: 10 },
        requests,
        module,
      );
      runs.push({ nexus, nanvix });
    }
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
    expect(runs[0]!.nanvix.evicted).toBeGreaterThan(0);
  });
});
