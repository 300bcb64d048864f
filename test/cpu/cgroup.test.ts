// Quotas: a VM uses its share of every period and no more, stops in the middle of whatever it does, and goes on in the next.

import { describe, expect, it } from 'vitest';
import { Simulation, type Result, type ScenarioInput, type VmResult } from '../../src/index.js';

const request = (us: number) => ({
  stages: [{ tasks: 1, service: { dist: 'exponential' as const, mean: `${us}us` } }],
});

/** One VM whose tasks need `load` cores where one is its quota, on a host with cores to spare. */
const paced = (load: number, warmup = '0ms'): ScenarioInput => ({
  version: 1,
  seed: 3,
  duration: '1s',
  warmup,
  host: { cores: 8 },
  mechanism: 'cgroup',
  vms: [
    {
      name: 'api',
      vcpus: { min: 1, max: 4 },
      workload: { arrivals: { process: 'poisson', rate: load * 1e5 }, request: request(10) },
    },
  ],
});

async function run(input: ScenarioInput): Promise<Result> {
  const simulation = await Simulation.create(input);
  await simulation.run();
  return simulation.metrics();
}

const used = ({ cpuSeconds: { task, steal, idlePoll, transition } }: VmResult): number =>
  task + steal + idlePoll + transition;

describe('a quota', () => {
  it.each([0.7, 0.8, 0.9, 1, 1.5, 3])('is used up and not exceeded at a load of %d', async (load) => {
    const [vm] = (await run(paced(load))).vms;
    // what its four vCPUs do in the middle of a context switch when the period ends is all that can be over, 3 us each
    expect(used(vm!)).toBeLessThanOrEqual(1 + 10 * 4 * 6e-6);
    if (load >= 0.9) expect(used(vm!)).toBeGreaterThan(0.99);
    // overheads count as well: searches and switches of vCPUs that come and go take 6 us a task where they find no queue
    expect(vm!.completed).toBeGreaterThan(0.9 * Math.min(load, 0.9) * 1e5);
    expect(vm!.throttledSeconds).toBeLessThan(1);
  });

  it('is enough for a load that leaves room for overheads', async () => {
    const [vm] = (await run(paced(0.3))).vms;
    expect(vm!.completed).toBeGreaterThan(0.999 * vm!.arrived);
    expect(vm!.throttledSeconds).toBe(0);
  });

  it('counts throttling after the warm-up only', async () => {
    const [vm] = (await run({ ...paced(3, '50ms'), duration: '50ms' })).vms;
    // four cores use up a period of one in 25 ms: the rest of the measured half of it is throttled
    expect(vm!.throttledSeconds).toBeCloseTo(0.05, 4);
  });

  it('does not exist for a VM without a guarantee, which runs on what is left', async () => {
    const input = paced(0.3);
    const batch = {
      name: 'batch',
      class: 'best-effort' as const,
      vcpus: { min: 0, max: 8 },
      workload: { arrivals: { process: 'saturate' as const, tasks: 16 }, request: request(100) },
    };
    const { vms, host } = await run({ ...input, vms: [...input.vms, batch] });
    expect(vms[1]!.throttledSeconds).toBe(0);
    expect(vms[0]!.completed).toBeGreaterThan(0.999 * vms[0]!.arrived);
    expect(used(vms[0]!) + used(vms[1]!)).toBeGreaterThan(0.99 * host.cores);
  });
});
