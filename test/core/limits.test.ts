// Limits and memory: what is exceeded is named and nothing is lost; memory is flat in the number of requests, nothing is
// allocated while stepping, idle VMs cost no events, a thousand VMs of sixteen vCPUs fit into 64 MiB.

import { describe, it, expect } from 'vitest';
import { type ScenarioInput, Simulation } from '../../src/index.js';
import { LimitError } from '../../src/core/errors.js';
import { contended } from '../support/contended.js';
import { station } from '../support/scenarios.js';

async function failure(input: ScenarioInput): Promise<unknown> {
  const simulation = await Simulation.create(input);
  return simulation.run().then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('limits', () => {
  it('limits.tasks: an overload that outgrows it says which limit to raise', async () => {
    const error = await failure({ ...station({ cores: 2, load: 3, duration: '1s' }), limits: { tasks: 1_000 } });
    expect(error).toBeInstanceOf(LimitError);
    expect((error as LimitError).limit).toBe('limits.tasks');
    expect((error as LimitError).value).toBe(1_000);
    expect((error as LimitError).message).toContain('limits.tasks: 1000 tasks');
  });

  it('limits.width: a stage that draws more', async () => {
    const base = contended('static', 'plain');
    const wide = {
      ...base.vms[0]!,
      workload: {
        arrivals: { process: 'poisson' as const, rate: 1e5 },
        request: {
          stages: [
            { tasks: { dist: 'exponential' as const, mean: 60 }, service: { dist: 'constant' as const, value: '1us' } },
          ],
        },
      },
    };
    const error = await failure({ ...base, limits: { width: 100 }, vms: [wide] });
    expect(error).toBeInstanceOf(LimitError);
    expect((error as LimitError).limit).toBe('limits.width');
    expect((error as LimitError).message).toContain('more than 100 tasks');
  });

  it('an overload within the limits is legal, conserved and called unstable', async () => {
    const simulation = await Simulation.create(station({ cores: 2, load: 1.5, duration: '100ms' }));
    await simulation.run();
    const [vm] = simulation.metrics().vms;
    expect(vm!.unstable).toBe(true);
    expect(vm!.arrived).toBe(vm!.completed + vm!.dropped + vm!.inFlight);
    expect(vm!.cpuSeconds.task).toBeGreaterThan(0.999 * 0.2);
    expect(vm!.offeredLoad).toBeGreaterThan(2.8);
    simulation.close();
  });
});

describe('memory', () => {
  it('is flat in the number of requests and does not grow while stepping', async () => {
    const sizes: number[] = [];
    for (const duration of ['10ms', '1s']) {
      const simulation = await Simulation.create(station({ cores: 16, load: 0.8, duration }));
      const before = simulation.memoryBytes;
      await simulation.step(5_000);
      expect(simulation.memoryBytes).toBe(before);
      await simulation.run();
      expect(simulation.memoryBytes).toBe(before);
      sizes.push(before);
      simulation.close();
    }
    expect(sizes[0]).toBe(sizes[1]);
  });

  it('of 1,000 VMs of 16 vCPUs stays within 64 MiB', async () => {
    const simulation = await Simulation.create({
      version: 1,
      duration: '1ms',
      host: { cores: 128 },
      mechanism: 'hyperflux',
      vms: [
        {
          name: 'vm',
          count: 1_000,
          vcpus: { min: 0, max: 16 },
          workload: {
            arrivals: { process: 'poisson', rate: 2_000 },
            request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] },
          },
        },
      ],
    });
    await simulation.run();
    const { vms } = simulation.metrics();
    expect(vms.reduce((sum, vm) => sum + vm.completed, 0)).toBeGreaterThan(1_000);
    expect(simulation.memoryBytes).toBeLessThanOrEqual(64 * 2 ** 20);
    simulation.close();
  });

  it.each(['static', 'ideal'] as const)('10,000 idle VMs more cost no event under %s', async (mechanism) => {
    const base = station({ cores: 4, load: 0.7, mechanism, duration: '20ms' });
    const idle = { name: 'idle', count: 10_000, vcpus: { min: 0, max: 2 } };
    const events: number[] = [];
    const fingerprints: unknown[] = [];
    for (const vms of [base.vms, [...base.vms, idle]]) {
      const simulation = await Simulation.create({ ...base, vms });
      await simulation.run();
      events.push(simulation.events);
      fingerprints.push(simulation.metrics().vms[0]!.latencyNs);
      simulation.close();
    }
    expect(events[1]).toBe(events[0]);
    expect(fingerprints[1]).toEqual(fingerprints[0]);
  });
});
