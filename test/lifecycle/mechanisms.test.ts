// Functions under every mechanism that moves cores, and through snapshots and forks: the laws hold, and what is taken up again goes on
// bit by bit.

import { describe, expect, it } from 'vitest';
import { moduleOf } from '../support/builds.js';
import { MECHANISM_KINDS } from '../../src/mechanisms/kinds.js';
import { resolveScenario } from '../../src/scenario/resolve.js';
import type { Scenario } from '../../src/scenario/types.js';
import { Simulation } from '../../src/simulation.js';
import { fn, invocations, lifecycle, MIB, runFunctions } from '../support/functions.js';

const MS = 1e6;
const rows = Array.from({ length: 1500 }, (_, i): [number, number, number] => [
  Math.round((((i * 7919) % 1500) + ((i * i) % 13) / 13) * 0.1 * MS),
  (i * 31) % 12,
  Math.round((1 + ((i * 17) % 40)) * 0.02 * MS),
]);
const functions = Array.from({ length: 12 }, (_, i) =>
  fn({
    name: `f${i}`,
    memoryBytes: (1 + (i % 4)) * 64 * MIB,
    memoryPerRequestBytes: (i % 3) * MIB,
    initNs: (i % 5) * 0.3 * MS,
    concurrency: 1 + (i % 3),
    maxVcpus: 1 + (i % 2),
  }),
);
const spec = lifecycle({
  functions,
  invocations: invocations(rows),
  memoryBytes: 1500 * MIB,
  keepAlive: { policy: 'fixed', timeNs: 4 * MS, from: 'end' },
  overflow: { kind: 'timeout', timeoutNs: 2 * MS },
  snapshots: 'onExpiry',
  boot: { slots: 3, ratePerSecondPerCore: 0 },
  tier: { activeNs: 1000, dormantNs: 13_000, restoreNs: 0.2 * MS, vmBootNs: 0.4 * MS },
});

const BARE = {
  version: 1,
  duration: '4s',
  host: { cores: 8 },
  vms: [{ name: 'idle', vcpus: { min: 0, max: 1 } }],
} as const;

/** Few cores, shared with VMs of the scenario. */
function contended(kind: string): Scenario {
  return resolveScenario({
    version: 1,
    seed: 3,
    duration: '150ms',
    warmup: '20ms',
    host: { cores: 8 },
    // by default it looks every 0.5 s, which is longer than the run
    mechanism: kind === 'ditto' ? { kind, interval: '1ms' } : kind,
    vms: [
      {
        name: 'beside',
        vcpus: { min: 1, max: 4 },
        workload: {
          arrivals: { process: 'poisson', rate: 40_000 },
          request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '40us' } }] },
        },
      },
    ],
  } as never);
}

describe('functions under a mechanism', () => {
  const without = ['static', 'nsdi22'];
  const moving = MECHANISM_KINDS.filter((kind) => !without.includes(kind));

  it.each(moving)('%s: the laws hold, with every assertion of the core', async (kind) => {
    const result = await runFunctions(contended(kind), spec, { module: await moduleOf('debug') });
    expect(result.lifecycle!.arrived).toBeGreaterThan(1000);
    // where a core takes milliseconds to come, most are still under way or timed out
    const slow = ['hotplug', 'microvm', 'ditto'].includes(kind);
    expect(result.lifecycle!.completed).toBeGreaterThan(slow ? 10 : 500);
    expect(result.vms.map(({ name }) => name)).toEqual(['beside']);
    expect(result.vms[0]!.completed).toBeGreaterThan(1000);
  });

  it.each(without)('%s has no cores for them', async (kind) => {
    await expect(runFunctions(contended(kind), spec)).rejects.toThrow(`under ${kind} `);
  });

  it('ditto: an instance without a core waits for the next sample, and runs', async () => {
    const rows = [0, 1, 2, 3].map((k): [number, number, number] => [(600 * k + 100) * MS, 0, 3 * MS]);
    const given = lifecycle({ functions: [fn()], invocations: invocations(rows) });
    const scenario = resolveScenario({ ...BARE, vms: [...BARE.vms], mechanism: 'ditto' });
    const { latencyNs, completed } = (await runFunctions({ ...scenario, vms: [] }, given)).lifecycle!;
    expect(completed).toBe(4);
    // samples at multiples of 500 ms, 14 us to add the vCPU: the first waits 400 ms, the second finds it searching, at 1 s it is removed,
    // the third waits 200 ms, the fourth finds it again
    expect(latencyNs.mean!).toBeCloseTo(((400 + 200 + 2 * 0.014) / 4 + 3) * MS, -3);
  });

  it('what cores cost comes on top of what tiers take', async () => {
    const start = async (kind: string) => {
      const scenario = contended(kind);
      return (await runFunctions({ ...scenario, host: { ...scenario.host, cores: 128 } }, spec)).lifecycle!;
    };
    const [bound, moved] = [await start('ideal'), await start('hyperflux')];
    expect(moved.startNs.mean!).toBeLessThan(bound.startNs.mean! * 1.2);
    expect(moved.latencyNs.mean!).toBeGreaterThan(bound.latencyNs.mean! + 1000);
  });
});

describe('a run with functions', () => {
  it('goes on from a snapshot bit by bit', async () => {
    const scenario = contended('hyperflux');
    const whole = await Simulation.create(scenario, { lifecycle: spec });
    await whole.run();
    const half = await Simulation.create(scenario, { lifecycle: spec });
    await half.runUntil(60 * MS);
    const taken = await Simulation.restore(half.snapshot(), { lifecycle: spec });
    await taken.run();
    const { manifest: expected, ...rest } = whole.metrics();
    const { manifest, ...found } = taken.metrics();
    expect(manifest.fingerprint).toBe(expected.fingerprint);
    expect(found).toEqual(rest);
    for (const one of [whole, half, taken]) one.close();
  });

  it('step by step is the run', async () => {
    const scenario = contended('ideal');
    const whole = await Simulation.create(scenario, { lifecycle: spec });
    await whole.run();
    const stepped = await Simulation.create(scenario, { lifecycle: spec });
    while ((await stepped.step(997)) > 0);
    expect(stepped.metrics().manifest.fingerprint).toBe(whole.metrics().manifest.fingerprint);
    whole.close();
    stepped.close();
  });
});
