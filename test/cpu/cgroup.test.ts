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

  it.each([0.2, 0.5, 2])('may be %d cores, whatever is guaranteed', async (quota) => {
    const input = paced(3);
    const [vm] = (await run({ ...input, vms: [{ ...input.vms[0]!, quota }] })).vms;
    // in its first period the VM does not know yet what stopping its four vCPUs takes
    expect(used(vm!)).toBeLessThanOrEqual(quota + 4 * 3e-6);
    expect(used(vm!)).toBeGreaterThan(0.999 * quota);
    expect(vm!.throttledSeconds).toBeGreaterThan(0);
  });

  it('may be none beside a guarantee', async () => {
    const input = paced(3);
    const [vm] = (await run({ ...input, vms: [{ ...input.vms[0]!, quota: 'none' }] })).vms;
    expect(vm!.throttledSeconds).toBe(0);
    expect(vm!.completed).toBeGreaterThan(0.99 * vm!.arrived);
  });

  it('changes in a fork', async () => {
    const simulation = await Simulation.create(paced(3));
    await simulation.runUntil(5e8);
    const { scenario } = simulation;
    const fork = await simulation.fork({ ...scenario, vms: [{ ...scenario.vms[0]!, quota: 0.25 }] });
    await fork.run();
    expect(used(fork.metrics().vms[0]!)).toBeCloseTo(0.5 + 0.5 * 0.25, 3);
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
