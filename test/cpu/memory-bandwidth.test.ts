// Tasks of VMs that use memory bandwidth get on at available / wanted, to the nanosecond where nothing else costs anything.

import { describe, expect, it } from 'vitest';
import { Simulation, type Result, type ScenarioInput } from '../../src/index.js';
import { runOnce, saturating } from '../support/scenarios.js';

const run = async (input: ScenarioInput): Promise<Result> => (await runOnce(input)).result;

describe('memory bandwidth', () => {
  const moving = (perVcpu: string, host: Partial<ScenarioInput['host']>): ScenarioInput => ({
    version: 1,
    duration: '6ms',
    host: { cores: 4, ...host },
    mechanism: 'static',
    costs: 'none',
    vms: [saturating('batch', 4, { min: 4, max: 4 }, { bandwidthPerVcpu: perVcpu, class: 'latency-critical' })],
  });

  it('stretches tasks by wanted / available, and by nothing where there is enough', async () => {
    const perTask = 30_000;
    const completed = async (input: ScenarioInput) => (await run(input)).vms[0]!.completed;
    expect(await completed(moving('5GB', {}))).toBe((4 * 6e6) / perTask);
    expect(await completed(moving('5GB', { memoryBandwidth: '20GB' }))).toBe((4 * 6e6) / perTask);
    expect(await completed(moving('5GB', { memoryBandwidth: '10GB' }))).toBe((2 * 6e6) / perTask);
    expect(await completed(moving('5GB', { memoryBandwidth: '4GB' }))).toBe((0.8 * 6e6) / perTask);
  });

  it('leaves VMs that move nothing alone, and multiplies with what siblings leave', async () => {
    const base = moving('8GB', { memoryBandwidth: '8GB', smt: 2, smtFactor: 0.5 });
    const two: ScenarioInput = {
      ...base,
      vms: [
        saturating('mover', 2, { min: 2, max: 2 }, { bandwidthPerVcpu: '8GB' }),
        saturating('quiet', 2, { min: 2, max: 2 }),
      ],
    };
    const [mover, quiet] = (await run(two)).vms;
    expect(quiet!.completed).toBe((2 * 6e6) / 60_000);
    expect(mover!.completed).toBe((2 * 6e6) / 120_000);
  });

  it('follows the load at once: a task that starts slows those that run', async () => {
    // 10 us alone, then 20 us beside one that wants as much, then alone again: 10 + 20 + 10 us for 30 us of service
    const simulation = await Simulation.create({
      ...moving('10GB', { memoryBandwidth: '10GB' }),
      vms: [
        {
          name: 'api',
          vcpus: { min: 2, max: 2 },
          dispatch: 'shortest-queue',
          bandwidthPerVcpu: '10GB',
          workload: { arrivals: { process: 'none' } },
        },
      ],
    });
    simulation.inject({
      vm: 'api',
      arrivals: [
        { atNs: 0, serviceNs: 30_000 },
        { atNs: 10_000, serviceNs: 10_000 },
      ],
    });
    await simulation.run();
    const { latencyNs } = simulation.metrics().vms[0]!;
    expect([latencyNs.min, latencyNs.max]).toEqual([20_000, 40_000]);
    simulation.close();
  });
});
