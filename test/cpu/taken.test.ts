// Which core is taken and who gets it, on hosts with up to 64 cores and with more, which keep account of it in two ways. The checked build
// asserts each time that a look at every core, and under cgroup at every VM, finds the same.

import { expect, it } from 'vitest';
import { Simulation, type ScenarioInput } from '../../src/index.js';
import { type Build, moduleOf } from '../support/builds.js';

const exponential = (mean: string) => ({ stages: [{ tasks: 1, service: { dist: 'exponential' as const, mean } }] });

/** 0.45 of a core for each VM of the higher class; of the others some are guaranteed one. */
const crowded = (kind: 'cgroup' | 'ideal', cores: number): ScenarioInput => ({
  version: 1,
  seed: 3,
  duration: '2ms',
  host: { cores },
  mechanism: { kind },
  vms: [
    {
      name: 'api',
      count: cores,
      vcpus: { min: 0, max: 8 },
      workload: { arrivals: { process: 'poisson', rate: 45_000 }, request: exponential('10us') },
    },
    ...[0, 1].map((min) => ({
      name: `batch-${min}`,
      count: Math.ceil(cores / 8),
      class: 'best-effort' as const,
      vcpus: { min, max: 16 },
      workload: { arrivals: { process: 'saturate' as const, tasks: 16 }, request: exponential('100us') },
    })),
  ],
});

it.each([
  ['cgroup', 40],
  ['cgroup', 80],
  ['ideal', 40],
  ['ideal', 80],
] as const)('%s on %d cores', async (kind, cores) => {
  const run = async (build: Build) => {
    const simulation = await Simulation.create(crowded(kind, cores), { module: await moduleOf(build) });
    await simulation.run();
    const { manifest, vms } = simulation.metrics();
    simulation.close();
    return { fingerprint: manifest.fingerprint, revocations: vms.reduce((sum, vm) => sum + vm.revocations, 0) };
  };
  const checked = await run('checked');
  expect(checked.revocations).toBeGreaterThan(1000);
  expect(await run('release')).toEqual(checked);
});
